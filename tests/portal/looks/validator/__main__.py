"""Installs the validator: ``python -m tests.portal.looks.validator``."""

from tests.portal.looks.validator import main

raise SystemExit(main())
