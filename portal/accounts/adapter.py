"""What django-allauth asks of this portal: who may sign up, and from which address a request comes."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import Invitation
from portal.lib.limits import visitor

INVITED = "invitation"  # in the session: the token of an invitation that was opened before signing up


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Sign-up is open, closed, or bound to mail domains; an invitation always lets its holder in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this visitor may make an account at all."""
        return settings.SIGN_UP == "open" or invited(request) is not None

    def clean_email(self, email: str) -> str:
        """Refuse an address of another mail domain than those that may sign up. Those who are invited come from anywhere."""
        allowed = settings.SIGN_UP_MAIL_DOMAINS
        domain = email.rpartition("@")[2].lower()
        request = getattr(self, "request", None)
        if allowed and domain not in allowed and (request is None or invited(request) is None):
            raise forms.ValidationError(
                _("Only addresses of %(domains)s can make an account here.") % {"domains": ", ".join(allowed)}
            )
        return email

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom allauth's limits count: as the portal's own do."""
        return visitor(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """An invitation that was opened before signing in is the next page."""
        token = request.session.pop(INVITED, "")
        return reverse("invitation", args=[token]) if token else super().get_login_redirect_url(request)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """The same for a new account."""
        return self.get_login_redirect_url(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """With the name of this installation instead of a row of the sites framework."""
        super().send_mail(template_prefix, email, {**context, "site_name": settings.SITE_NAME})


def invited(request: HttpRequest) -> Invitation | None:
    """The open invitation that this visitor opened, if any."""
    token = request.session.get(INVITED, "") if hasattr(request, "session") else ""
    return Invitation.objects.open().with_token(token).first() if token else None
