"""Template tags for form fields: label, hint, error and widget tied together, with the classes of the design system. No decisions are taken here."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.utils.safestring import SafeString

register = template.Library()

_CSS = {
    forms.Textarea: "utrecht-textarea utrecht-textarea--html-textarea",
    forms.Select: "utrecht-select utrecht-select--html-select",
    forms.CheckboxInput: "utrecht-checkbox utrecht-checkbox--html-input",
}
_TEXTBOX = "utrecht-textbox utrecht-textbox--html-input"


@register.inclusion_tag("partials/_field.html")
def field(bound: forms.BoundField) -> dict[str, Any]:
    """One field, complete."""
    return {
        "field": bound,
        "is_checkbox": isinstance(bound.field.widget, forms.CheckboxInput),
    }


@register.simple_tag
def widget(bound: forms.BoundField) -> SafeString:
    """The control itself, tied to its hint and its errors."""
    kind = next((css for cls, css in _CSS.items() if isinstance(bound.field.widget, cls)), _TEXTBOX)
    attrs: dict[str, str | bool] = {"class": kind}
    told = [f"{bound.auto_id}-hint"] if bound.help_text else []
    if bound.errors:
        told.append(f"{bound.auto_id}-error")
        attrs["aria-invalid"] = "true"
    if told:
        attrs["aria-describedby"] = " ".join(told)
    return bound.as_widget(attrs=attrs)
