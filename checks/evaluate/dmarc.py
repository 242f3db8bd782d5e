"""The DMARC policy of a domain: found by the tree walk of RFC 9989 section 4.10, with what is in force for this name,
and the report addresses of others that have to agree (RFC 9990 section 4).

``discover`` asks for look-ups and is told them, like the SPF walk.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from checks.dnssec import Lookup, Outcome, Security, Why
from checks.evaluate.txt import Ask, Steps, texts_of
from checks.records import dmarc
from checks.records.dmarc import Dmarc, Malformed, Policy
from checks.target import registrable

MOST_LABELS = 8  # the walk asks at the name, then at no more than seven labels (RFC 9989 section 4.10)
MOST_DESTINATIONS = 10  # external report hosts that are asked


class State(StrEnum):
    """What the walk met."""

    FOUND = "found"
    ABSENT = "absent"
    SEVERAL = "several"
    UNKNOWN = "unknown"
    BOGUS = "bogus"


@dataclass(frozen=True, slots=True)
class Destination:
    """A report address at another organisation: whether that agrees to receive. None: could not be asked."""

    uri: str
    host: str
    owner: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Discovery:
    """What is in force. ``at`` is the domain whose record counts; ``policy`` None when the record is malformed, or
    there is none; ``which`` the tag that decided; ``asked`` the names that the walk went by.
    """

    state: State
    at: str = ""
    text: str = ""
    record: Dmarc | Malformed | None = None
    policy: Policy | None = None
    which: str = ""
    lookup: Lookup | None = None
    asked: tuple[str, ...] = ()
    destinations: tuple[Destination, ...] = ()


def steps_of(domain: str) -> tuple[str, ...]:
    """The names that the walk asks at, absolute: the domain, then upwards; a long name is cut to seven labels."""
    labels = domain.rstrip(".").split(".")
    above = labels[1:] if len(labels) < MOST_LABELS else labels[-(MOST_LABELS - 1) :]
    starts = [labels, *(above[place:] for place in range(len(above)))]
    return tuple(".".join(part) + "." for part in starts)


def discover(domain: str, *, exists: Callable[[], bool] = lambda: True) -> Steps[Discovery]:
    """The record that counts for ``domain`` (absolute name). ``exists`` tells whether the name has MX or addresses:
    ``np`` is for those that have not.
    """
    names = steps_of(domain)
    own = yield from _at(domain)
    found = own
    if own.state is State.ABSENT:
        known = yield frozenset((f"_dmarc.{name}", "TXT") for name in names[1:])
        found = _above(names, known)
    if not isinstance(found.record, Dmarc):
        return found
    which, policy = _in_force(found.record, own=found.at == domain, exists=exists)
    destinations = yield from _destinations(found)
    return _with(found, which, policy, destinations)


def _at(name: str) -> Steps[Discovery]:
    ask: Ask = (f"_dmarc.{name}", "TXT")
    known = yield frozenset({ask})
    return _read(name, known[ask])


def _read(name: str, lookup: Lookup) -> Discovery:
    asked = (f"_dmarc.{name}",)
    if lookup.outcome is Outcome.FAILED:
        state = State.BOGUS if lookup.security is Security.BOGUS else State.UNKNOWN
        return Discovery(state, name, lookup=lookup, asked=asked)
    texts = dmarc.dmarc_texts(texts_of(lookup))
    if len(texts) > 1:
        return Discovery(State.SEVERAL, name, lookup=lookup, asked=asked)
    if not texts:
        return Discovery(State.ABSENT, name, lookup=lookup, asked=asked)
    return Discovery(State.FOUND, name, texts[0], dmarc.parse(texts[0]), lookup=lookup, asked=asked)


def _above(names: tuple[str, ...], known: Mapping[Ask, Lookup]) -> Discovery:
    """The record of the organisational domain, else of the public suffix (RFC 9989 sections 4.10.1 and 4.10.2).

    The walk ends at a record with ``psd=n`` or ``psd=y``; without one, the record nearest the root is that of the
    organisation. Below ``psd=y`` the organisation is the name one label longer, and when that is silent the public
    suffix speaks for it: a record further down speaks for nobody but its own name.
    """
    asked = tuple(f"_dmarc.{name}" for name in names)
    nearest: Discovery | None = None
    for below, name in itertools.pairwise(names):
        here = _read(name, known[f"_dmarc.{name}", "TXT"])
        if here.state in (State.UNKNOWN, State.BOGUS):
            return nearest or Discovery(here.state, name, lookup=here.lookup, asked=asked)
        if here.state is not State.FOUND:
            continue
        psd = here.record.psd if isinstance(here.record, Dmarc) else "u"
        if psd == "y" and nearest is not None and nearest.at == below:
            break
        nearest = Discovery(State.FOUND, here.at, here.text, here.record, lookup=here.lookup, asked=asked)
        if psd in ("y", "n"):
            break
    own = known.get((f"_dmarc.{names[0]}", "TXT"))
    return nearest or Discovery(State.ABSENT, names[0], lookup=own, asked=asked)


def _in_force(record: Dmarc, *, own: bool, exists: Callable[[], bool]) -> tuple[str, Policy]:
    """The tag that decides and its policy; without any it is none (RFC 9989 section 4.7)."""
    order: tuple[tuple[str, Policy | None], ...] = (("p", record.p),)
    if not own:
        order = (("sp", record.sp), *order)
        if not exists():
            order = (("np", record.np), *order)
    return next(((tag, policy) for tag, policy in order if policy is not None), ("", Policy.NONE))


def _destinations(found: Discovery) -> Steps[tuple[Destination, ...]]:
    """Addresses elsewhere only get reports when ``<domain>._report._dmarc.<host>`` says so (RFC 9990 section 4)."""
    assert isinstance(found.record, Dmarc)
    home = registrable(found.at.rstrip("."))
    hosts: dict[str, str] = {}
    for uri in (*found.record.rua, *found.record.ruf):
        host = dmarc.report_host(uri)
        if host and registrable(host) != home:
            hosts.setdefault(host, uri)
    owners = {host: f"{found.at.rstrip('.')}._report._dmarc.{host}." for host in list(hosts)[:MOST_DESTINATIONS]}
    if not owners:
        return ()
    known = yield frozenset((owner, "TXT") for owner in owners.values())
    return tuple(
        Destination(hosts[host], host, owner, _agrees(known[owner, "TXT"], host)) for host, owner in owners.items()
    )


def _agrees(lookup: Lookup, host: str) -> bool | None:
    """Whether the owner of ``host`` takes the reports. An address of its own in the answer has to be at the same host."""
    if lookup.outcome is Outcome.FAILED and lookup.security is not Security.BOGUS:
        return False if lookup.reason is Why.NOT_A_NAME else None
    texts = dmarc.dmarc_texts(texts_of(lookup))
    records = [record for text in texts if isinstance(record := dmarc.parse(text), Dmarc)]
    return any(all(dmarc.report_host(uri) == host for uri in record.rua) for record in records)


def _with(found: Discovery, which: str, policy: Policy, destinations: tuple[Destination, ...]) -> Discovery:
    return Discovery(
        found.state,
        found.at,
        found.text,
        found.record,
        policy,
        which,
        found.lookup,
        found.asked,
        destinations,
    )
