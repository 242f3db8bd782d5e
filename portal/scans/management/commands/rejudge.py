"""``manage.py rejudge``: recompute verdicts, scores and findings from the stored measurements. Measures nothing; a second run changes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from checks import CATALOGUE, Measurement, evaluate
from portal.scans import lifecycle
from portal.scans.models import Scan


class Command(BaseCommand):
    """Judge stored scans again by today's catalogue."""

    help = "Judge stored measurements again by today's catalogue, and replace documents, totals and findings."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--domain``, ``--tls-profile`` and ``--dry-run``."""
        parser.add_argument("--domain", help="only scans of this domain")
        parser.add_argument(
            "--tls-profile", default="", help="judge TLS by these guidelines; default: those of the scan"
        )
        parser.add_argument("--dry-run", action="store_true", help="count what would change, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """One scan at a time: a document with its measurement may be large."""
        scans = Scan.objects.filter(document__has_key="measurement").order_by("pk")
        if options["domain"]:
            scans = scans.filter(domain=options["domain"])
        judged = changed = 0
        for scan in scans.iterator(chunk_size=50):
            judged += 1
            measurement = Measurement.from_json((scan.document or {})["measurement"])
            try:
                report = evaluate(measurement, tls_profile=options["tls_profile"])
            except ValueError as error:  # guidelines that nobody knows
                raise CommandError(str(error)) from error
            before = scan.total
            if lifecycle.rejudged(scan, report, dry_run=options["dry_run"]):
                changed += 1
                self.stdout.write(
                    f"{scan.domain} {scan.suite} {scan.public_id}: {before} -> {report.to_json()['score']}"
                )
        verb = "would change" if options["dry_run"] else "changed"
        self.stdout.write(f"{judged} scans judged by catalogue {CATALOGUE.version}, {changed} {verb}.")
