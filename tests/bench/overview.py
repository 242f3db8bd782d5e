"""The overview of a list of 1,000 domains with 52 weeks of history, on a PostgreSQL of its own."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from portal.laptop.services import redis_url, start_postgres

DOMAINS, WEEKS, RUNS = 1000, 52, 15


def measure() -> dict[str, float]:
    """SQL queries; median, highest and CPU milliseconds of the page in the web process; bytes of its HTML."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o755)
        postgres = start_postgres(Path(folder, "postgres"), Path(folder, "log"), durable=False)
        try:
            os.environ.update(
                DATABASE_URL=postgres.url,
                REDIS_URL=redis_url(),
                SECRET_KEY="a-key-for-the-benchmark-only-0123456789-abcdefghijklmnop",
                DJANGO_SETTINGS_MODULE="portal.settings",
            )
            return _measure()
        finally:
            postgres.stop()


def _measure() -> dict[str, float]:
    import django

    django.setup()

    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.portal.dashboards.builders import a_list
    from tests.portal.dashboards.test_overview import fill
    from tests.portal.people import signed_in, the_cast

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    call_command("migrate", interactive=False, verbosity=0)
    cast = the_cast()
    ours = a_list(cast.ours)
    fill(ours, DOMAINS, WEEKS)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    alice, times = signed_in(cast.alice), []
    alice.get(ours.get_absolute_url())
    cpu = time.process_time()
    for _run in range(RUNS):
        start = time.perf_counter()
        page = alice.get(ours.get_absolute_url())
        times.append((time.perf_counter() - start) * 1000)
    cpu = time.process_time() - cpu
    with CaptureQueriesContext(connection) as queries:
        alice.get(ours.get_absolute_url())
    connection.close()
    return {
        "queries": len(queries),
        "median": statistics.median(times),
        "highest": max(times),
        "cpu": cpu * 1000 / RUNS,
        "bytes": len(page.content),
    }


if __name__ == "__main__":
    # A process of its own: Django reads its settings once, with the addresses that are made here.
    print(json.dumps(measure()))
