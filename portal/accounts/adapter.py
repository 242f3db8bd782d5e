"""What django-allauth asks of this portal: who may sign up, from which address a request comes, and how the identity provider is reached."""

from __future__ import annotations

import logging
from typing import Any

import requests
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse

from portal.accounts.models import Invitation
from portal.lib.limits import visitor

logger = logging.getLogger(__name__)

PROVIDER_SECONDS = 5
INVITED = "invitation"  # in the session: the token of an invitation with which somebody went to sign up or in


def may_sign_up(request: HttpRequest, email: str) -> bool:
    """Whether an account with this address may be made: it was invited, or sign-up is open to its mail domain."""
    invitation = invited(request)
    if invitation is not None and invitation.email.lower() == email.lower():
        return True
    allowed = settings.SIGN_UP_MAIL_DOMAINS
    return settings.SIGN_UP == "open" and (not allowed or email.rpartition("@")[2].lower() in allowed)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Sign-up is open, closed, or bound to mail domains; an invitation always lets in who was invited. The form judges the address (``forms``)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this visitor may make an account at all."""
        return settings.SIGN_UP == "open" or invited(request) is not None

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom allauth's limits count: as the portal's own do."""
        return visitor(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """An invitation that was opened before signing in is the next page."""
        token = request.session.get(INVITED, "")
        return reverse("invitation", args=[token]) if invited(request) else super().get_login_redirect_url(request)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """The same for a new account."""
        return self.get_login_redirect_url(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """With the name of this installation instead of a row of the sites framework."""
        super().send_mail(
            template_prefix, email, {**context, "site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
        )


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """An account that comes from the identity provider is made by the same rules."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Whether the address that the provider names may have an account. Without one the form asks for it, and judges it."""
        addresses = [address.email for address in sociallogin.email_addresses]
        if not addresses:
            return get_adapter(request).is_open_for_signup(request)  # type: ignore[no-any-return]
        return all(may_sign_up(request, address) for address in addresses)

    def get_requests_session(self) -> requests.Session:
        """With a limit of time, and a page for when the provider is away."""
        return _ProviderSession()

    def on_authentication_error(self, request: HttpRequest, provider: object, **what: Any) -> None:
        """The visitor reads that it did not succeed; the operator reads why."""
        logger.warning(
            "signing in with the identity provider did not succeed: %s", what.get("exception") or what.get("error")
        )


class _ProviderSession(requests.Session):
    """Requests to the identity provider that the operator named: its address may be a private one."""

    def request(self, method: str, url: str, **values: Any) -> requests.Response:  # type: ignore[override]
        """The answer. A provider that is away, or that answers a GET with anything but JSON, ends in a page that says so."""
        try:
            response = super().request(method, url, **{"timeout": PROVIDER_SECONDS, **values})
            if method.upper() == "GET":
                response.raise_for_status()
                response.json()
        except requests.RequestException as error:
            logger.error("the identity provider did not answer as it should: %s", error)
            page = render(context.request, "socialaccount/authentication_error.html", status=503)
            raise ImmediateHttpResponse(page) from error
        return response


def invited(request: HttpRequest) -> Invitation | None:
    """The open invitation that this visitor opened, if any."""
    token = request.session.get(INVITED, "") if hasattr(request, "session") else ""
    return Invitation.objects.open().with_token(token).first() if token else None
