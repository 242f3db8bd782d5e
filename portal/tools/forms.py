"""The forms of the tools. Refusals become a sentence beside the field; a private key is never shown again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from checks import Target, tlsa_tools
from portal.scans.forms import refusal_message
from portal.scans.words import AMSTERDAM, say
from portal.tools.words import MATCHING, MATERIAL, NO_RECORD, SELECTOR, SERVICES, USAGE

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_TEXTBOX = {
    "class": "utrecht-textbox utrecht-textbox--html-input",
    "autocapitalize": "none",
    "autocomplete": "off",
    "spellcheck": "false",
}
_AREA = {"class": "utrecht-textarea utrecht-textarea--html-textarea", "rows": "5", "spellcheck": "false"}
_SELECT = {"class": "utrecht-select utrecht-select--html-select"}
DEFAULT_TTL = 3600


def language() -> str:
    """The language of this page."""
    return get_language() or "nl"


def _services() -> list[tuple[int, str]]:
    return [(port, say(words, language())) for port, words in SERVICES.items()]


class ServiceForm(forms.Form):
    """One service: a host name and which service there. ``asked`` is the parsed form of both."""

    host = forms.CharField(
        label=gettext_lazy("Server name"),
        help_text=gettext_lazy("The name of the mail server or web server, for example mx1.lindewaard.example."),
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={**_TEXTBOX, "inputmode": "url"}),
    )
    port = forms.TypedChoiceField(
        label=gettext_lazy("Service"), coerce=int, choices=_services, widget=forms.Select(attrs=_SELECT)
    )

    def clean_host(self) -> str:
        """The A-label name that the text means."""
        typed: str = self.cleaned_data["host"]
        if not typed.strip() and self.host_may_be_empty():
            return ""
        try:
            return tlsa_tools.Asked.parse(typed, 443).host
        except Target.Refused as refused:
            raise forms.ValidationError(refusal_message(str(refused.reason), typed), code=str(refused.reason)) from None

    def host_may_be_empty(self) -> bool:
        """Whether something else tells the name."""
        return False

    def asked(self) -> tlsa_tools.Asked:
        """The service, once valid."""
        return tlsa_tools.Asked.parse(self.cleaned_data["host"], self.cleaned_data["port"])


class LookForm(ServiceForm):
    """A service to look at, with a record that has to be found there, if one was given."""

    wanted = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20_000)

    def clean_wanted(self) -> str:
        """The record as numbers and data, or an empty string."""
        return _record_text(self.cleaned_data["wanted"])


def _record_text(typed: str) -> str:
    if not typed.strip():
        return ""
    try:
        return tlsa_tools.explain(typed).record.text
    except tlsa_tools.NoRecord as refused:
        raise forms.ValidationError(say(NO_RECORD[refused.problem.value], language())) from None


class MakeForm(ServiceForm):
    """What to make a record of: a live service, or pasted material for a host; and which records."""

    pem = forms.CharField(
        label=gettext_lazy("PEM text"),
        help_text=gettext_lazy("Never paste a private key. We refuse it and keep nothing."),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs=_AREA),
    )
    choice = forms.ChoiceField(choices=[(name, name) for name in ("leaf", "both", "own")], initial="leaf")
    usage = forms.TypedChoiceField(
        label=gettext_lazy("Usage"),
        coerce=int,
        choices=[],
        initial=3,
        required=False,
        widget=forms.Select(attrs=_SELECT),
    )
    selector = forms.TypedChoiceField(
        label=gettext_lazy("Selector"),
        coerce=int,
        choices=[],
        initial=1,
        required=False,
        widget=forms.Select(attrs=_SELECT),
    )
    matching = forms.TypedChoiceField(
        label=gettext_lazy("Matching type"),
        coerce=int,
        choices=[],
        initial=1,
        required=False,
        widget=forms.Select(attrs=_SELECT),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in (("usage", USAGE), ("selector", SELECTOR), ("matching", MATCHING)):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = [(number, say(text, language())) for number, text in words.items()]

    def host_may_be_empty(self) -> bool:
        """A pasted certificate may tell the name."""
        return bool(self.data.get("pem", "").strip())

    def clean_pem(self) -> tuple[tlsa_tools.Item, ...]:
        """What was pasted, leaf first; nothing when there is only a host."""
        typed: str = self.cleaned_data["pem"]
        if not typed.strip():
            return ()
        try:
            return tlsa_tools.read(typed)
        except tlsa_tools.NoMaterial as refused:
            problem = refused.problem.value
            raise forms.ValidationError(say(MATERIAL[problem], language()), code=problem) from None

    def clean(self) -> dict[str, Any]:
        """The host that a certificate is for, when none was given."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        items = cleaned.get("pem") or ()
        if items and not cleaned.get("host") and "host" not in self.errors:
            names = [name for item in items[:1] for name in item.names if not name.startswith("*")]
            try:
                cleaned["host"] = tlsa_tools.Asked.parse(names[0] if names else "", 443).host
            except Target.Refused:
                self.add_error("host", _("Fill in the name of the server that will have this certificate."))
        return cleaned

    def forget_secret(self) -> bool:
        """Empty the field when a private key was pasted, so that no page shows it again. True when that was so."""
        if not self.has_error("pem", "private-key"):
            return False
        self.data = {**{name: self.data[name] for name in self.data}, "pem": ""}
        return True

    def choice_text(self) -> str:
        """``leaf``, ``both``, or the numbers as ``3-0-1``."""
        values = self.cleaned_data
        if values["choice"] != "own":
            return str(values["choice"])
        numbers = (values["usage"], values["selector"], values["matching"])
        return "-".join(
            str(number if number != "" else usual) for number, usual in zip(numbers, (3, 1, 1), strict=True)
        )


def choices_of(text: str) -> tuple[tlsa_tools.Choice, ...]:
    """The choices that ``choice_text`` wrote; the recommended one for anything else."""
    if text in tlsa_tools.RECOMMENDED:
        return tlsa_tools.RECOMMENDED[text]
    try:
        usage, selector, matching = (int(number) for number in text.split("-"))
        return (tlsa_tools.Choice.of(usage, selector, matching),)
    except ValueError:
        return (tlsa_tools.LEAF,)


class ExplainForm(forms.Form):
    """A record to take apart."""

    record = forms.CharField(
        label=gettext_lazy("TLSA record"),
        help_text=gettext_lazy(
            "For example: _25._tcp.mx1.lindewaard.example. IN TLSA 3 1 1 followed by the fingerprint."
        ),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs=_AREA),
    )

    def clean_record(self) -> tlsa_tools.Explained:
        """The record in its parts."""
        try:
            return tlsa_tools.explain(self.cleaned_data["record"])
        except tlsa_tools.NoRecord as refused:
            raise forms.ValidationError(say(NO_RECORD[refused.problem.value], language())) from None


def _seconds(label: StrOrPromise) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=tlsa_tools.LONGEST_TIME,
        widget=forms.NumberInput(attrs={"class": _TEXTBOX["class"], "min": "0", "inputmode": "numeric"}),
    )


class RolloverForm(ServiceForm):
    """A roll-over to plan. Everything is in the address of the page, so that it can be shared."""

    at = forms.DateTimeField(
        label=gettext_lazy("New certificate on"),
        help_text=gettext_lazy("Dutch time."),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": _TEXTBOX["class"]}
        ),
    )
    key = forms.ChoiceField(choices=[("new", ""), ("same", "")], required=False)
    issuer = forms.ChoiceField(choices=[("same", ""), ("new", "")], required=False)
    published = forms.MultipleChoiceField(choices=[(kind.value, "") for kind in tlsa_tools.Published], required=False)
    ttl = _seconds(gettext_lazy("TTL of the TLSA record, in seconds"))
    refresh = _seconds(gettext_lazy("Refresh in the SOA record, in seconds"))
    retry = _seconds(gettext_lazy("Retry in the SOA record, in seconds"))
    expire = _seconds(gettext_lazy("Expire in the SOA record, in seconds"))
    wanted = forms.CharField(
        label=gettext_lazy("The new record, if you know it"),
        help_text=gettext_lazy("With it we can check how far the roll-over is."),
        required=False,
        max_length=5000,
        widget=forms.TextInput(attrs=_TEXTBOX),
    )

    def clean_at(self) -> datetime:
        """The moment, within what a calendar can have."""
        at: datetime = self.cleaned_data["at"]
        if not 2000 < at.year < 2200:
            raise forms.ValidationError(_("Fill in a date of these years."))
        return at if at.tzinfo else at.replace(tzinfo=AMSTERDAM)

    def clean_wanted(self) -> str:
        """The record as numbers and data, or an empty string."""
        return _record_text(self.cleaned_data["wanted"])

    def clean_ttl(self) -> int:
        """An hour when nobody says."""
        ttl: int | None = self.cleaned_data["ttl"]
        return DEFAULT_TTL if ttl is None else ttl

    def timing(self) -> tlsa_tools.Timing:
        """The times of the zone."""
        values = self.cleaned_data
        return tlsa_tools.Timing(values["ttl"], *(values[name] or 0 for name in ("refresh", "retry", "expire")))

    def renewal(self) -> tlsa_tools.Renewal:
        """What is going to happen."""
        values = self.cleaned_data
        return tlsa_tools.Renewal(
            values["at"],
            values["key"] != "same",
            values["issuer"] == "new",
            frozenset(map(tlsa_tools.Published, values["published"])),
        )
