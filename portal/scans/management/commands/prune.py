"""``manage.py prune``: what beat does every hour, now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.scans import lifecycle


class Command(BaseCommand):
    """Remove measurements and reports that are older than the retention settings."""

    help = "Remove measurements older than RETENTION_MEASUREMENT_DAYS and reports older than RETENTION_REPORT_DAYS. Totals stay."

    def handle(self, *args: Any, **options: Any) -> None:
        """One round."""
        done = lifecycle.prune()
        self.stdout.write(f"{done.measurements} measurements and {done.reports} reports removed.")
