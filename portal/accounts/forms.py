"""The forms of organisations and invitations, and the two of allauth that make accounts."""

from __future__ import annotations

from allauth.account.forms import SignupForm
from allauth.core import context
from allauth.socialaccount.forms import SignupForm as SocialSignupForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.accounts.adapter import may_sign_up
from portal.accounts.models import Role


class _OnlyWhoMay:
    """Refuses an address with which no account may be made here. Only these forms ask: who has an account signs in, and asks for a new password, with any."""

    def clean_email(self) -> str:
        """The address, in small letters."""
        email: str = super().clean_email()  # type: ignore[misc]
        if email and not may_sign_up(context.request, email):
            raise forms.ValidationError(_who_may())
        return email


def _who_may() -> str:
    if settings.SIGN_UP != "open":
        return _now("Fill in the address to which the invitation was sent.")
    return _now("Only addresses of %(domains)s can make an account here.") % {
        "domains": ", ".join(settings.SIGN_UP_MAIL_DOMAINS)
    }


class SignUpForm(_OnlyWhoMay, SignupForm):  # type: ignore[misc]  # allauth carries no types
    """An account with a password."""


class ProviderSignUpForm(_OnlyWhoMay, SocialSignupForm):  # type: ignore[misc]
    """An account of somebody whom the identity provider knows without a mail address."""


class OrganisationForm(forms.Form):
    """A name."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=100)


class OrganisationSettingsForm(OrganisationForm):
    """Name, and the language of mail to those who chose none."""

    language = forms.ChoiceField(
        label=_("Language of mail"),
        choices=settings.LANGUAGES,
        help_text=_("To owners of domains, and to members who have not chosen a language themselves."),
    )


class InvitationForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(label=_("Mail address"), max_length=254)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        initial=Role.READER,
        help_text=_("Readers see everything. Editors change lists. Owners also decide who is a member."),
    )


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(choices=Role.choices)
