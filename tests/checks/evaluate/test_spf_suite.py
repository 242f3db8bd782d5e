"""Our reading of SPF records against the published test suite of RFC 7208.

The suite gives a result for one message; we judge the record for all. What carries over: a record that is an error for
a message has a fault for us, and one that gives a result has none, unless the fault lies behind the match.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from checks.dnssec import Lookup, Outcome, Security
from checks.evaluate import spf
from checks.evaluate.spf import Fault, Tree
from checks.evaluate.txt import replay
from tests.checks.builders import a_lookup

SUITE = Path(__file__).parents[2] / "data" / "rfc7208" / "rfc7208-tests.yml"
PERMANENT = {
    Fault.SEVERAL, Fault.SYNTAX, Fault.LOOP, Fault.TOO_MANY_LOOKUPS, Fault.TOO_MANY_VOID, Fault.TOO_MANY_MX, Fault.BOGUS,
}  # fmt: skip

# Cases in which one message meets something else than the record as a whole does.
DIFFERS = {
    "Processing-limits/include-at-limit": "the message matches before the eleventh look-up",
    "EXISTS-mechanism-syntax/exists-dnserr": "exists depends on the message and is not looked up",
}


def cases() -> Iterator[Any]:
    for scenario in yaml.safe_load_all(SUITE.read_text("utf-8")):
        for name, case in scenario["tests"].items():
            label = f"{scenario['description']}/{name}".replace(" ", "-")
            if label not in DIFFERS:
                yield pytest.param(scenario["zonedata"], case, id=label)


def _entries(zone: Mapping[str, Any], name: str) -> list[Any] | None:
    table = {key.lower().rstrip("."): value for key, value in zone.items()}
    return table.get(name.lower().rstrip("."))


def _quoted(value: Any) -> str:
    strings = value if isinstance(value, list) else [value]
    out = []
    for string in strings:
        octets = str(string).encode("utf-8")
        out.append('"' + "".join(chr(o) if 32 <= o < 127 and o not in (34, 92) else f"\\{o:03d}" for o in octets) + '"')
    return " ".join(out)


def _look_up(zone: Mapping[str, Any], name: str, rdtype: str, depth: int = 0) -> Lookup:
    if any(not 0 < len(label) <= 63 for label in name.rstrip(".").split(".")):
        return a_lookup(name, rdtype, outcome=Outcome.NO_SUCH_NAME)
    entries = _entries(zone, name)
    if entries is None:
        return a_lookup(name, rdtype, outcome=Outcome.NO_SUCH_NAME)
    pairs = [item for entry in entries if isinstance(entry, dict) for item in entry.items()]
    alias = next((value for kind, value in pairs if kind == "CNAME"), None)
    if alias and depth < 8:
        return _look_up(zone, alias, rdtype, depth + 1)
    kinds = {kind for kind, _ in pairs}
    wanted = "SPF" if rdtype == "TXT" and "TXT" not in kinds and "SPF" in kinds else rdtype
    found = [value for kind, value in pairs if kind == wanted and value != "NONE"]
    if not found and ("TIMEOUT" in entries or any(value == "TIMEOUT" for _, value in pairs)):
        return a_lookup(name, rdtype, outcome=Outcome.FAILED, security=Security.INDETERMINATE)
    if rdtype == "TXT":
        return a_lookup(name, rdtype, *map(_quoted, found))
    if rdtype == "MX":
        return a_lookup(name, rdtype, *(f"{preference} {host.rstrip('.')}." for preference, host in found))
    return a_lookup(name, rdtype, *map(str, found))


def _tree(zone: Mapping[str, Any], case: Mapping[str, Any]) -> Tree:
    domain = (case["mailfrom"].rpartition("@")[2] or case["helo"]).rstrip(".") + "."
    return replay(spf.walk(domain), lambda name, rdtype: _look_up(zone, name, rdtype))


def _results(case: Mapping[str, Any]) -> set[str]:
    return set(case["result"]) if isinstance(case["result"], list) else {case["result"]}


@pytest.mark.parametrize(("zone", "case"), list(cases()))
def test_agrees_with_the_published_suite(zone: Mapping[str, Any], case: Mapping[str, Any]) -> None:
    tree = _tree(zone, case)
    faults = {found.fault for found in tree.faults}
    results = _results(case)
    if results == {"none"}:
        assert Fault.NO_RECORD in faults
    elif results == {"permerror"}:
        assert faults & PERMANENT or any(found.fault is Fault.NO_RECORD and found.via for found in tree.faults)
    elif results == {"temperror"}:
        assert Fault.LOOKUP_FAILED in faults
    elif not results & {"permerror", "temperror"}:
        assert not faults & PERMANENT
