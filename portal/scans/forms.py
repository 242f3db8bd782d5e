"""The one form: a domain as people paste it, and which suites. Refusals become a sentence beside the field."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checks import Suite, Target
from portal.scans.models import Suite as SuiteChoice

EXAMPLE = "lindewaard.example"
LONGEST_ECHO = 60  # characters of what was typed that a message repeats

# The order of the tabs: the page lands on mail.
SUITES = (Suite.MAIL, Suite.WEB)

_REFUSALS: dict[str, Callable[[], str]] = {
    "empty": lambda: _("Fill in a domain name, for example %(example)s."),
    "too-long": lambda: _(
        "%(typed)s is too long for a domain name. A name has at most 253 characters, and 63 between two dots. Fill in, for example, %(example)s."
    ),
    "ip-address": lambda: _("%(typed)s is an IP address. Fill in a domain name, for example %(example)s."),
    "single-label": lambda: _("%(typed)s has no dot in it. Fill in the whole domain name, for example %(example)s."),
    "public-suffix": lambda: _(
        "%(typed)s is an ending under which others register names. Fill in one of those names, for example %(example)s."
    ),
    "underscore": lambda: _(
        "%(typed)s has an underscore. That is a name for records, not for a website or mail. Fill in, for example, %(example)s."
    ),
    "bad-character": lambda: _(
        "%(typed)s has a character that cannot be in a domain name. Fill in letters, digits, hyphens and dots, for example %(example)s."
    ),
    "bad-label": lambda: _(
        "%(typed)s is not a domain name: between two dots there are 1 to 63 letters, digits or hyphens, and no hyphen at either end. Fill in, for example, %(example)s."
    ),
}


def refusal_message(reason: str, typed: str) -> str:
    """The sentence for a reason of ``Target.Refused``, in the language of the page."""
    sentence = _REFUSALS.get(reason, _REFUSALS["bad-label"])()
    return sentence % {"typed": Truncator(" ".join(typed.split())).chars(LONGEST_ECHO), "example": EXAMPLE}


class ScanForm(forms.Form):
    """What is tested. After validation ``cleaned_data["domain"]`` is an A-label name and ``suites()`` tells which suites."""

    domain = forms.CharField(
        label=gettext_lazy("Domain name"),
        help_text=gettext_lazy("For example lindewaard.example. You may also paste a web address or mail address."),
        required=False,
        strip=False,
    )
    suite = forms.MultipleChoiceField(
        label=gettext_lazy("What do we test?"),
        choices=[(suite.value, SuiteChoice(suite.value).label) for suite in SUITES],
        initial=[suite.value for suite in SUITES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose mail, website, or both."),
            "invalid_choice": gettext_lazy("Choose mail, website, or both."),
        },
    )
    again = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean_domain(self) -> str:
        """The A-label name that the text means."""
        typed: str = self.cleaned_data["domain"]
        try:
            return Target.parse(typed, Suite.MAIL).domain
        except Target.Refused as refused:
            raise forms.ValidationError(refusal_message(str(refused.reason), typed), code=str(refused.reason)) from None

    def suites(self) -> list[Suite]:
        """The suites that were ticked, mail first."""
        return [suite for suite in SUITES if suite.value in self.cleaned_data["suite"]]
