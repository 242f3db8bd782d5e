"""SPF and DMARC against checkdmarc, an independent reader, on generated records (the seed is fixed, so always the same).

Compared are whether a record is accepted, how many look-ups it takes and how many of those find nothing. Left out is what
the two read differently on purpose: they call a host without IPv6 a void look-up, and fall back to the default where an
alignment mode is misspelt; terms with mx, whose hosts they look up by a way of their own.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import checkdmarc.dmarc
import checkdmarc.spf
import checkdmarc.utils
import dns.resolver
import pytest

from checks.dnssec import Lookup, Outcome
from checks.evaluate import spf
from checks.evaluate.spf import Fault
from checks.evaluate.txt import replay
from checks.records import dmarc
from tests.checks.builders import a_lookup

HOME = "good.example"
Zone = Mapping[tuple[str, str], list[str]]

HOSTS = [f"h{number}.good.example" for number in range(4)] + ["nothing.good.example"]
INCLUDES = [f"i{number}.example.net" for number in range(6)]
BROKEN = ["ipv4:192.0.2.1", "ip4:192.0.2.300", "ip4:192.0.2.0/33", "include:", "foo:bar", "mx,", "a:good.example/99"]


def a_record(chance: random.Random, *, includes: list[str], broken: bool = False) -> str:
    terms = [
        chance.choice(
            [
                "a",
                f"a:{chance.choice(HOSTS)}",
                f"ip4:192.0.2.{chance.randrange(256)}",
                "ip6:2001:db8::/32",
                "exists:%{i}.good.example",
                *(f"include:{name}" for name in includes),
            ]
        )
        for _ in range(chance.randrange(1, 7))
    ]
    if broken:
        terms.insert(chance.randrange(len(terms) + 1), chance.choice(BROKEN))
    return " ".join(["v=spf1", *dict.fromkeys(terms), chance.choice(["-all", "~all"])])


def a_zone(seed: int, *, broken: bool = False) -> Zone:
    chance = random.Random(seed)
    zone: dict[tuple[str, str], list[str]] = {(HOME, "TXT"): [a_record(chance, includes=INCLUDES, broken=broken)]}
    for place, name in enumerate(INCLUDES):
        zone[name, "TXT"] = [a_record(chance, includes=INCLUDES[place + 1 :])]
        zone[name, "A"], zone[name, "AAAA"] = ["192.0.2.9"], ["2001:db8::9"]
        zone[name, "MX"] = [f"10 {HOSTS[0]}."]
    for name in (HOME, *HOSTS[:-1]):
        zone[name, "A"], zone[name, "AAAA"] = ["192.0.2.1"], ["2001:db8::1"]  # without one they call that void
        zone[name, "MX"] = [f"10 {HOSTS[0]}."]
    return zone


def ours(zone: Zone) -> spf.Tree:
    def look_up(name: str, rdtype: str) -> Lookup:
        found = zone.get((name.rstrip("."), rdtype), [])
        records = [f'"{text}"' for text in found] if rdtype == "TXT" else found
        return a_lookup(name, rdtype, *records) if records else a_lookup(name, rdtype, outcome=Outcome.NO_SUCH_NAME)

    return replay(spf.walk(HOME + "."), look_up)


def theirs(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Any] | checkdmarc.spf.SPFError:
    def query_dns(domain: str, record_type: str, **_: Any) -> list[str]:
        found = zone.get((domain.rstrip(".").lower(), record_type.upper()))
        if not found:
            raise dns.resolver.NXDOMAIN
        return [f'"{text}"' for text in found] if record_type.upper() == "TXT" else list(found)

    monkeypatch.setattr(checkdmarc.utils, "query_dns", query_dns)
    monkeypatch.setattr(checkdmarc.spf, "query_dns", query_dns)
    monkeypatch.setattr(checkdmarc.dmarc, "query_dns", query_dns)
    try:
        return checkdmarc.spf.parse_spf_record(zone[HOME, "TXT"][0], HOME)
    except checkdmarc.spf.SPFError as error:
        return error


@pytest.mark.parametrize("seed", range(150))
def test_look_ups_are_counted_alike(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = a_zone(seed)
    tree, other = ours(zone), theirs(zone, monkeypatch)
    faults = [found.fault for found in tree.faults]
    if isinstance(other, checkdmarc.spf.SPFTooManyVoidDNSLookups):
        assert Fault.TOO_MANY_VOID in faults
    elif isinstance(other, checkdmarc.spf.SPFTooManyDNSLookups):
        assert Fault.TOO_MANY_LOOKUPS in faults
    else:
        assert not isinstance(other, Exception), other
        assert faults == []
        assert (tree.lookups, tree.void) == (other["dns_lookups"], other["void_dns_lookups"])


@pytest.mark.parametrize("seed", range(60))
def test_mistakes_are_refused_alike(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = a_zone(seed, broken=True)
    assert isinstance(theirs(zone, monkeypatch), checkdmarc.spf.SPFError)
    assert ours(zone).faults[0].fault is Fault.SYNTAX


def a_dmarc_record(chance: random.Random) -> str:
    tags = [
        f"sp={chance.choice(['none', 'quarantine', 'reject', 'block'])}",
        f"np={chance.choice(['none', 'reject'])}",
        f"t={chance.choice('yn')}",
        f"psd={chance.choice('ynu')}",
        f"adkim={chance.choice('rs')}",
        f"fo={chance.choice(['0', '1:d:s', '7'])}",
        f"rua=mailto:{chance.choice(['a', 'b'])}@good.example{chance.choice(['', '!10m'])}",
    ]
    chosen = [
        f"p={chance.choice(['none', 'quarantine', 'reject', 'rejct'])}",
        *chance.sample(tags, chance.randrange(5)),
    ]
    return chance.choice(["; ", ";", " ; "]).join(["v=DMARC1", *chosen]) + chance.choice(["", ";", "; "])


@pytest.mark.parametrize("seed", range(150))
def test_dmarc_records_are_read_alike(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkdmarc.dmarc, "get_mx_records", lambda *_, **__: [])  # nothing is asked of the network
    text = a_dmarc_record(random.Random(seed))
    mine = dmarc.parse(text)
    try:
        other = checkdmarc.dmarc.parse_dmarc_record(text, HOME, parked=False, ignore_unrelated_records=True)
    except checkdmarc.dmarc.DMARCError:
        assert isinstance(mine, dmarc.Malformed)
        return
    assert isinstance(mine, dmarc.Dmarc), text
    assert mine.p == other["tags"]["p"]["value"]
    if "sp" in other["tags"] and other["tags"]["sp"].get("explicit", True):
        assert mine.sp == other["tags"]["sp"]["value"]
