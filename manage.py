#!/usr/bin/env python
"""Django's command line. Uses the database and broker of a running `make run` unless DATABASE_URL says otherwise."""

import os
import sys

from portal.laptop.place import adopt_running


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    adopt_running(os.environ)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
