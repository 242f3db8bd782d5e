"""What DNSSEC validation costs: our look-ups beside those of Unbound and delv on the same zones, on this machine.

Needs the programs of the agreement test. Unbound starts with an empty cache; we and delv ask Unbound afterwards, when
its cache is warm, so that validation is compared and not resolution.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from checks.dnssec import Validator, replay
from checks.facts.dns import Answer, Question
from checks.net.dns import DnsDoor
from checks.options import Options
from checks.probes.dns import DnsProbe
from tests.checks.dnssec.judges import LOOPBACK, Judges, at_work, missing_programs
from tests.checks.dnssec.signed_zones import SPECS, TOP, Workshop, questions

LABELS = ("b-ecdsap256sha256", "b-rsa-2048", "b-nsec3", "l-ed25519")
REPLAYS = 30
Asked = list[tuple[str, str]]


def main() -> None:
    """Print the table, or which programs are missing."""
    if missing := missing_programs():
        print(f"DNSSEC beside Unbound and delv: not on this machine: {', '.join(missing)}.")
        return
    asked = [question for spec in SPECS if spec.label in LABELS for question in questions(spec)]
    with tempfile.TemporaryDirectory(prefix="bench-dnssec-") as folder:
        workshop = Workshop(Path(folder))
        workshop.make()
        fields = workshop.anchor.split()
        anchor = " ".join([fields[0], *fields[fields.index("DNSKEY") :]])
        with at_work(workshop.folder, workshop.files, TOP, workshop.anchor) as judges:
            _table(judges, anchor, asked)


def _table(judges: Judges, anchor: str, asked: Asked) -> None:
    unbound = _timed(lambda: [judges.unbound(*question) for question in asked])
    delv = _timed(lambda: [judges.delv(*question) for question in asked])
    options = Options(((LOOPBACK, judges.port),), (anchor,), "")
    answers, ours = asyncio.run(_measure(options, asked))
    begun = time.process_time()
    for _ in range(REPLAYS):
        validator = Validator([anchor], datetime.now(UTC))
        for question in asked:
            replay(validator, answers, *question)
    validated = (time.process_time() - begun) / REPLAYS
    print(f"{len(asked)} look-ups in {len(LABELS)} zones, {len(answers)} questions")
    print(f"  delv, one process each        {delv:8.3f} s")
    print(f"  Unbound, cold                 {unbound:8.3f} s")
    print(f"  ours, all at once             {ours:8.3f} s")
    print(f"  ours, validation alone (CPU)  {validated:8.3f} s = {len(asked) / validated:.0f} look-ups a second")


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


async def _measure(options: Options, asked: Asked) -> tuple[dict[Question, Answer], float]:
    probe = DnsProbe(options, datetime.now(UTC), DnsDoor(options.resolvers, 10.0))
    begun = time.perf_counter()
    await asyncio.gather(*(probe.lookup(*question) for question in asked))
    taken = time.perf_counter() - begun
    return {answer.question: answer for answer in probe.facts().answers}, taken


if __name__ == "__main__":
    main()
