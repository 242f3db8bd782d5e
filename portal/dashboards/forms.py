"""The forms of lists and of their domains."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from checks import CATALOGUE
from portal.accounts.models import Anyone, Membership, Organisation, Role
from portal.dashboards import sheets
from portal.dashboards.imports import parse_tags
from portal.dashboards.models import Period
from portal.scans.words import SUITE, say


class ListForm(forms.Form):
    """Name, what is tested, how often."""

    name = forms.CharField(label=_("Name of the list"), max_length=100)
    mail = forms.BooleanField(label=_("Test mail"), required=False, initial=True)
    web = forms.BooleanField(label=_("Test websites"), required=False, initial=True)
    period = forms.ChoiceField(label=_("How often?"), choices=Period.choices, initial=Period.WEEKLY)

    def clean(self) -> dict[str, Any]:
        """A list that tests nothing makes no sense."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("mail") and not cleaned.get("web"):
            self.add_error("mail", _("Choose mail, website, or both."))
        return cleaned


class NewListForm(ListForm):
    """The same, for one of the organisations in which this person may make lists."""

    organisation = forms.ChoiceField(label=_("Organisation"))

    def __init__(self, user: Anyone, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Organisation.objects.visible_to(user, Role.EDITOR)
        self.fields["organisation"].choices = [(one.public_id, one.name) for one in own]  # type: ignore[attr-defined]


class AddForm(forms.Form):
    """Domains, pasted or in a file."""

    text = forms.CharField(
        label=_("Domain names"),
        help_text=_("One on each line. Web addresses and mail addresses will do."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocapitalize": "none"}),
    )
    file = forms.FileField(
        label=_("Or a file"),
        help_text=_(
            "CSV, XLSX or ODS, up to 2 MB. The first column, or the column with the head “domain”, has the names."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.ods,.txt"}),
    )

    def clean_file(self) -> Any:
        """Not larger than we read."""
        file = self.cleaned_data["file"]
        if file and file.size > sheets.MAX_BYTES:
            raise forms.ValidationError(_("This file is larger than 2 MB."))
        return file

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("file") and not str(cleaned.get("text", "")).strip() and not self.errors:
            self.add_error("text", _("Paste domain names, or choose a file."))
        return cleaned


class EntryForm(forms.Form):
    """What an organisation knows of a domain."""

    tags = forms.CharField(label=_("Labels"), required=False, max_length=500, help_text=_("With commas between them."))
    owner = forms.CharField(label=_("Owner"), required=False, max_length=100)
    owner_email = forms.EmailField(label=_("Mail address of the owner"), required=False)
    owner_language = forms.ChoiceField(
        label=_("Language of mail to the owner"),
        required=False,
        choices=[("", _("As the organisation")), *settings.LANGUAGES],
    )
    supplier = forms.CharField(label=_("Supplier"), required=False, max_length=100)
    supplier_email = forms.EmailField(label=_("Mail address of the supplier"), required=False)
    notes = forms.CharField(label=_("Notes"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def clean_tags(self) -> list[str]:
        """Labels, each once."""
        return parse_tags(self.cleaned_data["tags"])

    def clean_notes(self) -> str:
        """As a sheet would bring them, so that an export that comes back changes nothing."""
        return sheets.tidy(self.cleaned_data["notes"])


class ExplanationForm(forms.Form):
    """Why a check is not in order. An empty text takes the explanation away."""

    check_id = forms.ChoiceField(label=_("Check"))
    text = forms.CharField(
        label=_("Why it is not in order, and until when"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, language: str, wrong: Collection[str], *args: Any, **kwargs: Any) -> None:
        """``wrong``: the ids of what is not in order now; these are offered first."""
        super().__init__(*args, **kwargs)
        suites = {category.id: say(SUITE[category.suite.value], language) for category in CATALOGUE.categories.values()}
        named = {
            check_id: f"{suites[check.category]}: {check.texts[language].title}"
            for check_id, check in CATALOGUE.items()
        }
        first = [(check_id, name) for check_id, name in named.items() if check_id in wrong]
        rest = [(check_id, name) for check_id, name in named.items() if check_id not in wrong]
        groups = [(_("Not in order now"), first), (_("All other checks"), rest)]
        self.fields["check_id"].choices = groups if first else rest  # type: ignore[attr-defined]


class AlertForm(forms.Form):
    """Who is told of alerts, and how."""

    alert_members = forms.BooleanField(label=_("Mail the members of the organisation"), required=False)
    alert_owner = forms.BooleanField(label=_("Mail the owner of the domain"), required=False)
    digest = forms.BooleanField(label=_("One mail a day, at seven in the morning"), required=False)
    webhook_url = forms.URLField(
        label=_("Webhook"),
        help_text=_("An https address that gets every alert at once, as signed JSON."),
        required=False,
        max_length=500,
        assume_scheme="https",
    )

    def clean_webhook_url(self) -> str:
        """Only https."""
        url: str = self.cleaned_data["webhook_url"]
        if url and not url.startswith("https://"):
            raise forms.ValidationError(_("Fill in an address that begins with https://."))
        return url


class MyMailForm(forms.Form):
    """Whether a member gets mail about alerts, and in which language."""

    mine = forms.ChoiceField(label=_("Mail to me"))

    def __init__(self, data: Any, membership: Membership) -> None:
        now = (membership.language or membership.organisation.language) if membership.alerts else "off"
        super().__init__(data, initial={"mine": now})
        languages = [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]
        self.fields["mine"].choices = [  # type: ignore[attr-defined]
            *((code, _("Yes, in this language: %(language)s") % {"language": name}) for code, name in languages),
            ("off", _("No mail")),
        ]

    def columns(self) -> dict[str, Any]:
        """What to change of the membership."""
        if self.cleaned_data["mine"] == "off":
            return {"alerts": False}
        return {"alerts": True, "language": self.cleaned_data["mine"]}
