"""The usual cast of the validation tests: a signed root and ``example.``, below it zones that are good or broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import dns.message
import dns.name
import dns.rdatatype
import dns.rrset

from checks.dnssec import Budget, Lookup, Validator, replay
from checks.facts.dns import Question
from tests.checks.dnssec.world import NOW, Everything, Nsec3, World, Zone, name_of, signed_zone

GOOD = "good.example."


@dataclass
class Stage:
    """``.`` signs ``example.``, which delegates to ``good.example.`` (signed) and ``unsigned.example.``."""

    nsec3: Nsec3 | None = None
    root: Zone = field(init=False)
    tld: Zone = field(init=False)
    good: Zone = field(init=False)
    unsigned: Zone = field(init=False)
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.root, self.tld, self.good = signed_zone("."), signed_zone("example.", 1), signed_zone(GOOD, 2)
        self.unsigned = Zone(name_of("unsigned.example."))
        self.tld.nsec3 = self.good.nsec3 = self.nsec3
        self.root.delegate(self.tld)
        self.tld.delegate(self.good).delegate(self.unsigned)
        self.good.add(GOOD, "MX", f"10 mx.{GOOD}").add(f"mx.{GOOD}", "A", "192.0.2.25")
        self.good.add(f"_25._tcp.mx.{GOOD}", "TLSA", "3 1 1 " + "ab" * 32)
        self.good.add(f"*.wild.{GOOD}", "TXT", '"from the wildcard"')
        self.unsigned.add("www.unsigned.example.", "A", "192.0.2.80")
        self.world = World(self.root, self.tld, self.good, self.unsigned)

    def add_zone(self, zone: Zone) -> Zone:
        self.world.zones[zone.apex] = zone
        return zone

    def replace_good(self, zone: Zone) -> Zone:
        """Another zone in the place of ``good.example.``; the delegation stays as it is unless made anew."""
        self.good = self.add_zone(zone)
        return zone.add(GOOD, "MX", f"10 mx.{GOOD}")

    def validator(self, *anchors: str, now: datetime = NOW, budget: Budget | None = None) -> Validator:
        return Validator(self.world.anchors(*anchors), now, budget)

    def lookup(self, name: str, rdtype: str, *, now: datetime = NOW, budget: Budget | None = None) -> Lookup:
        return replay(self.validator(now=now, budget=budget), Everything(self.world), name, rdtype)

    def tweak(self, name: str, rdtype: str, change: Callable[[dns.message.Message], None]) -> None:
        """Change the message that answers one question."""
        wanted = Question(name, rdtype)
        self.world.tweaks.append(lambda question, message: change(message) if question == wanted else None)


def without(*rdtypes: str, owner: str | None = None) -> Callable[[dns.message.Message], None]:
    """A change that takes RRsets of these types (or RRSIGs covering them, as ``RRSIG/NSEC``) out of a message."""

    def change(message: dns.message.Message) -> None:
        for section in (message.answer, message.authority):
            section[:] = [r for r in section if _spelled(r) not in rdtypes or (owner and r.name != name_of(owner))]

    return change


def _spelled(rrset: dns.rrset.RRset) -> str:
    text = dns.rdatatype.to_text(rrset.rdtype)
    return f"RRSIG/{dns.rdatatype.to_text(rrset.covers)}" if text == "RRSIG" else text
