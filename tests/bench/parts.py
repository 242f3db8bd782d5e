"""What the parts of a scan beside DNSSEC, STARTTLS and HTTPS cost: the same scan with one part left out, and the difference.

Questions and connections are exact. Seconds are medians, and noise shows in the last digits.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from checks import Options, Suite, Target, scan
from checks.probes import walks
from checks.probes.around import Around
from checks.probes.rpki import Tables
from checks.records.rpki import host_network, route_table, vrp_table
from lab import Lab

DOMAIN = "twee-mx.voorbeeld.test"
RUNS = 12
ROUTES = 200_000
PARTS: tuple[tuple[str, Any, str], ...] = (
    ("SPF with its senders, DKIM, DMARC", walks, "mail_auth"),
    ("CAA", Around, "_caa"),
    ("name servers over IPv6", Around, "_name_servers"),
    ("page over IPv4 and IPv6", Around, "_pages"),
    ("RPKI, with tables in memory", Around, "_routes"),
)


@dataclass(frozen=True)
class Cost:
    """Of mail and web together: questions to the resolver and to name servers, connections but for DNS, milliseconds."""

    questions: int
    direct: int
    connections: int
    cpu: float
    wall: float


async def _nothing(*_: object) -> None:
    return None


@contextmanager
def without(place: Any, name: str) -> Iterator[None]:
    """One part does nothing."""
    part = getattr(place, name)
    setattr(place, name, _nothing)
    try:
        yield
    finally:
        setattr(place, name, part)


def measure(lab: Lab, options: Options) -> Cost:
    """One scan of each suite. The lab works in this process too, so that its share is in both sides of a difference."""
    lab.counters.reset()
    before, begun = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    _both(options)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    connections = sum(times for (_, port), times in lab.counters.connections.items() if port != 53)
    questions, direct = lab.counters.questions.total(), lab.counters.authoritative_questions.total()
    return Cost(questions, direct, connections, cpu * 1000, wall * 1000)


def difference(lab: Lab, options: Options, place: Any, name: str) -> Cost:
    """What a part costs: with it and without it by turns, so that a busy moment hits both."""
    pairs = []
    for _ in range(RUNS):
        whole = measure(lab, options)
        with without(place, name):
            pairs.append((whole, measure(lab, options)))
    whole, rest = pairs[-1]
    return Cost(
        whole.questions - rest.questions,
        whole.direct - rest.direct,
        whole.connections - rest.connections,
        statistics.median(one.cpu - other.cpu for one, other in pairs),
        statistics.median(one.wall - other.wall for one, other in pairs),
    )


def _both(options: Options) -> None:
    for suite in Suite:
        asyncio.run(scan(Target.parse(DOMAIN, suite), options))


def _with_tables(options: Options, directory: Path) -> Options:
    (directory / "routes").write_text("64496\t127.0.0.0/8\t99\n64496\t::/16\t99\n64496\t2001:db8::/32\t99\n")
    (directory / "vrps").write_text('{"roas": [{"asn": 64496, "prefix": "127.0.0.0/8"}]}')
    return replace(options, rpki_routes=(str(directory / "routes"),), rpki_vrps=(str(directory / "vrps"),))


def _read(data: bytes, read: Any, directory: Path) -> tuple[float, float]:
    """Seconds to read a table, and microseconds to search it."""
    path = directory / "table"
    path.write_bytes(data)
    begun = time.perf_counter()
    table = Tables().get((str(path),), read)
    taken = time.perf_counter() - begun
    network = host_network("10.1.2.3")
    begun = time.perf_counter()
    for _ in range(1000):
        list(table.covering(network) if table else ())
    return taken, (time.perf_counter() - begun) * 1000


def main() -> None:
    """Print both tables."""
    print(f"What parts cost, mail + web of {DOMAIN} (the lab's own work is in the milliseconds)\n")
    print(f"{'':45} {'questions':>10} {'to servers':>11} {'connections':>12} {'CPU ms':>8} {'wall ms':>8}")
    with TemporaryDirectory(prefix="bench-") as folder, Lab(forward=False) as lab:
        options = _with_tables(Options.from_env(lab.environment()), Path(folder))
        _both(options)  # warm
        _print("everything", measure(lab, options))
        for title, place, name in PARTS:
            _print(f"  of which {title}", difference(lab, options, place, name))
        numbers = range(ROUTES)
        routes = "".join(f"{n % 60000}\t{10 + n // 65536}.{n // 256 % 256}.{n % 256}.0/24\t99\n" for n in numbers)
        rows = ",".join(
            f'{{"asn":{n % 60000},"prefix":"{10 + n // 65536}.{n // 256 % 256}.{n % 256}.0/24"}}' for n in numbers
        )
        print()
        for title, data, read in (("routes", routes, route_table), ("VRPs", f'{{"roas":[{rows}]}}', vrp_table)):
            taken, search = _read(data.encode(), read, Path(folder))
            print(
                f"{ROUTES:,} {title}: read in {taken:.2f} s by a worker process, once for each new table; {search:.1f} µs to search"
            )


def _print(title: str, cost: Cost) -> None:
    print(
        f"{title:45} {cost.questions:10} {cost.direct:11} {cost.connections:12} {cost.cpu:8.0f} {cost.wall:8.0f}",
        flush=True,
    )
