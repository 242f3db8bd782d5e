"""Runs scans against the practice internet in a process of its own and prints a table: what, target, measured.

Counts are exact; round trips in a row are counted in virtual time. Times are medians of the runs with the highest beside
it; a round trip is simulated at every message.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from checks import Options, Report, Suite, Target, scan
from lab import Lab
from tests.bench import dnssec, parts
from tests.waiting import HEALTHY, SLOW, Waited

RUNS = 15
CPU_SCANS = 50
DOMAIN = "twee-mx.voorbeeld.test"
FOUR_ADDRESSES = "vier-adressen.test"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    target: str
    measured: str


@contextmanager
def practice(round_trip: float) -> Iterator[Options]:
    """A practice internet in another process, so that its work is not counted as ours."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        command = [sys.executable, "-m", "lab", "--dir", folder, "--any-ports", "--round-trip", str(round_trip)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            if process.stdout is None or not process.stdout.readline().startswith("ready"):
                raise SystemExit("The practice internet did not start.")
            lines = Path(folder, "lab.env").read_text("utf-8").splitlines()
            yield Options.from_env(dict(line.split("=", 1) for line in lines if "=" in line))
        finally:
            process.terminate()
            process.wait()


async def both(options: Options, domain: str) -> list[Report]:
    """Mail and web of a domain, at the same time, as two workers would."""
    targets = [Target.parse(domain, suite) for suite in Suite]
    return list(await asyncio.gather(*(scan(target, options) for target in targets)))


def seconds(options: Options, domain: str, runs: int, *, mail_only: bool = False) -> tuple[float, float]:
    """Median and maximum wall time of mail and web together, or of mail by itself."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        asyncio.run(scan(Target.parse(domain, Suite.MAIL), options) if mail_only else both(options, domain))
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), max(taken)


def cpu(options: Options, domain: str) -> float:
    """CPU seconds of this process for one mail and web scan, over many."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(CPU_SCANS):
        asyncio.run(both(options, domain))
    after = resource.getrusage(resource.RUSAGE_SELF)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / CPU_SCANS


def counts(domain: str) -> tuple[int, int, int, int]:
    """Questions, questions asked twice within a suite, connections to one mail address, and the most at once."""
    with Lab(forward=False) as lab:
        options = Options.from_env(lab.environment())
        questions = twice = 0
        for suite in Suite:
            before = lab.counters.questions.total()
            asyncio.run(scan(Target.parse(domain, suite), options))
            questions += lab.counters.questions.total() - before
            twice += sum(times > 1 for times in lab.counters.questions.values())
            lab.counters.questions.clear()
            questions_seen = lab.counters.connections
        mail = {endpoint: number for endpoint, number in questions_seen.items() if endpoint[1] == 25}
        return questions, twice, max(mail.values()), max(lab.counters.most_open[endpoint] for endpoint in mail)


def table() -> Iterator[Row]:
    """All rows, as they are measured."""
    questions, twice, connections, at_once = counts(DOMAIN)
    yield Row("questions to the resolver, mail + web", "≤ 60", str(questions))
    yield Row("questions asked twice in a scan", "0", str(twice))
    yield Row("TCP connections to one mail address", "≤ 16", str(connections))
    yield Row("of which at a time", "≤ 4", str(at_once))
    _, _, connections, at_once = counts(FOUR_ADDRESSES)
    yield Row("the same, 2 MX × 2 addresses", "≤ 16, ≤ 4", f"{connections}, {at_once} at a time")
    apart = ", ".join(f"{suite} {Waited(HEALTHY, suite).in_a_row}" for suite in Suite)
    yield Row("round trips in a row, mail + web, 2 MX", "≤ 20", f"{Waited(HEALTHY, *Suite).in_a_row} ({apart})")
    slow = Waited(SLOW, Suite.MAIL)
    yield Row("TCP connections to one with a 6 s greeting", "≤ 16", f"{slow.connections}, {slow.at_once} at a time")
    yield Row("the same in virtual time", "≤ 15 s", f"{slow.seconds:.2f} s")
    with practice(0.0) as options:
        seconds(options, DOMAIN, 2)  # warms caches that a worker has warm too
        median, most = seconds(options, DOMAIN, RUNS)
        yield Row("wall time mail + web, no delay", "-", f"{median:.3f} s (most {most:.3f})")
        median, most = seconds(options, FOUR_ADDRESSES, RUNS, mail_only=True)
        yield Row("mail, 2 MX × 2 addresses, no delay", "-", f"{median:.3f} s (most {most:.3f})")
        yield Row("CPU of the worker, mail + web", "≤ 0.25 s", f"{cpu(options, DOMAIN):.3f} s")
    with practice(0.02) as options:
        median, most = seconds(options, DOMAIN, RUNS)
        yield Row("wall time mail + web, 20 ms round trip", "≤ 1.0 s", f"{median:.3f} s (most {most:.3f})")
        median, most = seconds(options, FOUR_ADDRESSES, RUNS, mail_only=True)
        yield Row("mail, 2 MX × 2 addresses, 20 ms", "≤ 1.0 s", f"{median:.3f} s (most {most:.3f})")
        median, most = seconds(options, "trage-groet.voorbeeld.test", 3)
        yield Row("mail host with a 6 s greeting, 20 ms", "≤ 15 s", f"{median:.2f} s (most {most:.2f})")


def overview() -> Iterator[Row]:
    """The page of a long list."""
    made = subprocess.run([sys.executable, "-m", "tests.bench.overview"], capture_output=True, text=True, check=True)
    found = json.loads(made.stdout.strip().splitlines()[-1])
    yield Row("overview, 1,000 domains × 52 weeks: SQL queries", "≤ 15", str(found["queries"]))
    times = f"{found['median']:.0f} ms (most {found['highest']:.0f}; CPU {found['cpu']:.0f})"
    yield Row("overview, 1,000 domains × 52 weeks: page", "≤ 150 ms", times)


def main() -> int:
    """Print the table; always 0."""
    print(f"{RUNS} runs, {CPU_SCANS} scans for CPU, {os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    for row in chain(table(), overview()):
        print(f"{row.what:49} {row.target:>14}  {row.measured}", flush=True)
    print()
    parts.main()
    print()
    dnssec.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
