"""The application of people and organisations."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """See the package. The label differs from allauth's ``account`` by one letter, and names the tables."""

    name = "portal.accounts"
    verbose_name = _("Accounts")
