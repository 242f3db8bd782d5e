"""Before the portal starts: tables up to date, translations compiled, static files collected. Run as ``python -m portal.laptop.prepare``."""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.management import call_command

from portal.laptop.messages import compile_all


def main() -> None:
    """Do the three things; each is quick when nothing changed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    compile_all()
    django.setup()
    call_command("migrate", interactive=False, verbosity=1)
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
