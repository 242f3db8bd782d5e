"""Our verdicts against those of Unbound and delv, on zones signed by other people's tools: every difference fails."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from checks.dnssec import Lookup, Validator
from checks.net.dns import DnsDoor
from tests.checks.dnssec.judges import LOOPBACK, Judges, at_work, missing_programs
from tests.checks.dnssec.signed_zones import DELV_DIFFERS, SPECS, TOP, Spec, Workshop, questions

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(bool(missing_programs()) and not os.environ.get("CI"), reason=f"not here: {missing_programs()}"),
]


@dataclass(frozen=True, slots=True)
class Court:
    """The judges, and the trust anchor that all of us start from."""

    judges: Judges
    anchor: str

    def ours(self, name: str, rdtype: str) -> Lookup:
        return asyncio.run(self._ours(name, rdtype))

    async def _ours(self, name: str, rdtype: str) -> Lookup:
        door = DnsDoor([(LOOPBACK, self.judges.port)], 10.0)
        validator = Validator([self.anchor], datetime.now(UTC))
        steps = validator.lookup(name, rdtype)
        try:
            batch = next(steps)
            while True:
                answers = await asyncio.gather(*(door.ask(question) for question in batch))
                batch = steps.send({answer.question: answer for answer in answers})
        except StopIteration as stop:
            found: Lookup = stop.value
            return found


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    workshop = Workshop(tmp_path_factory.mktemp("zones"))
    workshop.make()
    fields = workshop.anchor.split()
    anchor = " ".join([fields[0], *fields[fields.index("DNSKEY") :]])
    with at_work(workshop.folder, workshop.files, TOP, workshop.anchor) as judges:
        yield Court(judges, anchor)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.label)
def test_unbound_delv_and_we_agree(court: Court, spec: Spec) -> None:
    differences = []
    for name, rdtype in questions(spec):
        ours = court.ours(name, rdtype)
        unbound, delv = court.judges.unbound(name, rdtype), court.judges.delv(name, rdtype)
        prefix = name.removesuffix(spec.zone).rstrip(".")
        expected_of_delv = DELV_DIFFERS.get((spec.label, prefix, rdtype), ours.security)
        if ours.security != unbound or delv != expected_of_delv:
            differences.append(f"{name} {rdtype}: ours {ours.security} ({ours.reason}), Unbound {unbound}, delv {delv}")
    assert differences == []


def test_there_are_enough_zones_to_disagree_about() -> None:
    assert len({spec.zone for spec in SPECS}) == len(SPECS) >= 40
