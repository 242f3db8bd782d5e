"""``manage.py createorganisation``: an organisation with its first owner, for installations where sign-up is closed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import translation

from portal.accounts import lifecycle


class Command(BaseCommand):
    """Make an organisation; its owner is an existing account, or is invited by mail."""

    help = "Make an organisation. The owner is the account with that mail address, or else is invited: the link is mailed and printed."

    def add_arguments(self, parser: CommandParser) -> None:
        """The name and the owner's mail address."""
        parser.add_argument("name", help="name of the organisation, at most 100 characters")
        parser.add_argument("owner", help="mail address of the first owner")
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, default=settings.LANGUAGE_CODE, help="of its mail")

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction: no organisation without an owner or an invitation for one."""
        name, email = options["name"].strip(), options["owner"].strip()
        if not name or len(name) > 100:
            raise CommandError("The name has 1 to 100 characters.")
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email!r} is no mail address.") from None
        with translation.override(options["language"]):
            if owner := lifecycle.person(email):
                lifecycle.create_organisation(name, owner, by=None)
                self.stdout.write(f"{name}: made, owned by {email}.")
                return
            link = lifecycle.create_for_invited(name, email)
        self.stdout.write(f"{name}: made. {email} is invited as owner and has a week to open {link}")
