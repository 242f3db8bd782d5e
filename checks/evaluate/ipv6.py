"""Can everything of a domain be reached over IPv6: its name servers, its mail hosts, its website; and is the website the
same there? What this machine cannot reach for want of IPv6 is never put down to the domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from checks.dnssec import Lookup, Outcome
from checks.evaluate.mail_hosts import NO_HOSTS, hosts_or_reason
from checks.evaluate.view import View
from checks.facts.dns import DirectAnswer, DnsFailure
from checks.facts.http import HttpResponse, WebEndpoint
from checks.facts.network import OURS, Reason, Unreachable
from checks.facts.page import Page
from checks.facts.smtp import SmtpSession
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.model import Finding, Observation
from checks.policy.challenges import REFUSALS

MOST_DISTANCE = 10.0  # percent of the words that may differ


class NsAddress(StrEnum):
    """Name servers with an IPv6 address: two are needed, as one may fail (RFC 2182 section 5)."""

    OK = "ok"
    UNKNOWN = "unknown"
    ONE = "one"
    NONE = "none"


class Reach(StrEnum):
    """One host over IPv6."""

    LEFT_OUT = "left-out"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    MX_BOGUS = "mx-bogus"
    NO_ADDRESS = "no-address"
    OK = "ok"
    ALONE = "alone"
    OURS = "ours"
    UNKNOWN = "unknown"
    MX_UNKNOWN = "mx-unknown"
    SOME = "some"
    NONE = "none"


class MxAddress(StrEnum):
    """IPv6 addresses of the mail hosts."""

    OK = "ok"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    NO_NULL_MX = "no-null-mx"
    MX_BOGUS = "mx-bogus"
    UNKNOWN = "unknown"
    MX_UNKNOWN = "mx-unknown"
    NONE = "none"


class WsAddress(StrEnum):
    """IPv6 addresses of the website."""

    OK = "ok"
    UNKNOWN = "unknown"
    NONE = "none"


class WsReach(StrEnum):
    """The website over IPv6, port by port."""

    OK = "ok"
    NO_ADDRESS = "no-address"
    OURS = "ours"
    UNKNOWN = "unknown"
    PORT_MISSING = "port-missing"
    SOME = "some"
    NONE = "none"


class Similar(StrEnum):
    """The website over IPv6 beside that over IPv4."""

    OK = "ok"
    NO_IPV4 = "no-ipv4"
    NOT_REACHED = "not-reached"
    OURS = "ours"
    REFUSED = "refused"
    ERROR_PAGE = "error-page"
    DIFFERENT = "different"
    PORTS = "ports"
    STATUS = "status"
    NO_RESPONSE = "no-response"


def _six(lookup: Lookup) -> tuple[str, ...]:
    """The addresses of an AAAA look-up without those that only wrap an IPv4 address (RFC 4291 section 2.5.5.2)."""
    return tuple(record for record in lookup.records if not record.startswith("::ffff:"))


def ns_address(view: View) -> Finding:
    """At least two name servers have an IPv6 address."""
    found = view.name_servers
    lookups = [view.lookup(name, "AAAA") for name in found.names]
    having = [lookup for lookup in lookups if _six(lookup)]
    unseen = found.failed is not None or any(lookup.outcome is Outcome.FAILED for lookup in lookups)
    if len(having) >= 2:
        outcome = NsAddress.OK
    elif unseen:
        outcome = NsAddress.UNKNOWN
    else:
        outcome = NsAddress.ONE if having else NsAddress.NONE
    rows = [{"host": lookup.name.rstrip("."), "addresses": _listed(lookup)} for lookup in lookups]
    evidence = {"zone": found.zone, "name_servers": rows, "having": len(having), "all": len(lookups)}
    return Finding(outcome, (Observation(view.domain.rstrip("."), outcome, evidence),))


def _listed(lookup: Lookup) -> str:
    return ", ".join(_six(lookup)[:8]) or "-"


def ns_reach(view: View) -> Finding:
    """Every IPv6 address of every name server answers. Servers without one are left out when two others have one."""
    found = view.name_servers
    if found.failed is not None or not found.names:
        return Finding(Reach.UNKNOWN)
    lookups = [view.lookup(name, "AAAA") for name in found.names]
    enough = sum(bool(_six(lookup)) for lookup in lookups) >= 2
    answers = view.measurement.name_servers
    rows = [_ns_row(lookup, answers, alone=len(lookups) == 1, enough=enough) for lookup in lookups]
    return Finding(Reach.UNKNOWN, _seen(rows))


def _ns_row(lookup: Lookup, answers: Iterable[DirectAnswer], *, alone: bool, enough: bool) -> Observation:
    host = lookup.name.rstrip(".")
    if not _six(lookup):
        outcome = Reach.LEFT_OUT if enough else Reach.NO_ADDRESS
        return Observation(host, Reach.UNKNOWN if lookup.outcome is Outcome.FAILED else outcome)
    own = [seen for seen in answers if seen.host == host]
    outcome = _reached([_ns_answered(seen) for seen in own])
    shown = [
        {"address": seen.address, "result": seen.answer.failure.value if seen.answer.failure else "answer"}
        for seen in own
    ]
    return Observation(host, Reach.ALONE if alone and outcome is Reach.OK else outcome, {"addresses": shown})


def _ns_answered(seen: DirectAnswer) -> bool | None:
    """Any answer counts, a refusal too. None: we could not ask."""
    match seen.answer.failure:
        case DnsFailure.NO_IPV6 | DnsFailure.NOT_ASKED:
            return None
        case DnsFailure.TIMEOUT | DnsFailure.UNREACHABLE | DnsFailure.MALFORMED | DnsFailure.FORBIDDEN:
            return False
    return True


def _reached(answered: Sequence[bool | None]) -> Reach:
    """All, some or none of the addresses that we could try."""
    tried = [found for found in answered if found is not None]
    if not tried:
        return Reach.OURS
    if all(tried):
        return Reach.OK
    return Reach.SOME if any(tried) else Reach.NONE


def _seen(rows: Sequence[Observation]) -> tuple[Observation, ...]:
    """Without a host that we could try, those without an address say nothing about the rest."""
    unseen = [row for row in rows if row.outcome in (Reach.OURS, Reach.UNKNOWN)]
    tried = any(row.outcome in (Reach.OK, Reach.ALONE, Reach.SOME, Reach.NONE) for row in rows)
    return tuple(unseen) if unseen and not tried else tuple(rows)


def mx_address(view: View) -> Finding:
    """Every mail host has an IPv6 address."""
    hosts, reason = hosts_or_reason(view)
    if not hosts and reason == NO_HOSTS and _says_no_mail(view):
        advised = [f"{view.domain.rstrip('.')}. IN MX 0 ."]
        row = Observation(view.domain.rstrip("."), MxAddress.NO_NULL_MX, {"advised": advised})
        return Finding(MxAddress.NO_NULL_MX, (row,))
    lookups = [view.lookup(host.name, "AAAA") for host in hosts]
    return Finding(MxAddress(reason), tuple(_address_row(lookup, MxAddress) for lookup in lookups))


def _says_no_mail(view: View) -> bool:
    record = view.spf.root.parsed
    return record is not None and record.sends_nothing and view.has_address(view.domain)


def _address_row(lookup: Lookup, kind: type[MxAddress] | type[WsAddress]) -> Observation:
    host = lookup.name.rstrip(".")
    if _six(lookup):
        return Observation(host, kind.OK, {"addresses": list(_six(lookup)[:16])})
    failed = lookup.outcome is Outcome.FAILED
    return Observation(host, kind.UNKNOWN if failed else kind.NONE, {"reason": lookup.reason.value} if failed else {})


def mx_reach(view: View) -> Finding:
    """Every IPv6 address of every mail host accepts connections to port 25."""
    hosts, reason = hosts_or_reason(view)
    rows = [_mx_row(view, host.name) for host in hosts]
    return Finding(Reach(reason), _seen(rows))


def _mx_row(view: View, name: str) -> Observation:
    lookup, host = view.lookup(name, "AAAA"), name.rstrip(".")
    if not _six(lookup):
        return Observation(host, Reach.UNKNOWN if lookup.outcome is Outcome.FAILED else Reach.NO_ADDRESS)
    own = [session for session in view.sessions if session.host == host and ":" in session.address]
    shown = [
        {"address": session.address, "result": _result(session.failure) if not connected(session) else "answer"}
        for session in own
    ]
    return Observation(host, _reached([connected(session) for session in own]), {"addresses": shown})


def connected(session: SmtpSession) -> bool | None:
    """Whether a connection to port 25 came about. None: we could not try."""
    if session.failure is None or session.greeting is not None or session.connect_ms > 0:
        return True
    return None if _ours(session.failure) else _opened(session.failure)


def _ours(failure: Unreachable) -> bool:
    return failure.reason in OURS


def _opened(failure: Unreachable) -> bool:
    """A connection that broke off later did open."""
    return failure.reason in (Reason.RESET, Reason.CLOSED, Reason.TOO_MUCH, Reason.PROTOCOL)


def _result(failure: Unreachable | None) -> str:
    return failure.reason.value if failure else "answer"


def ws_address(view: View) -> Finding:
    """The website has an IPv6 address."""
    row = _address_row(view.lookup(view.domain, "AAAA"), WsAddress)
    return Finding(WsAddress.UNKNOWN, (row,))


def ports(endpoint: WebEndpoint) -> dict[int, bool | None]:
    """Which of the two ports is open at an address. None: we could not try."""
    return {80: _open(endpoint.http), 443: _open(endpoint.tls)}


def _open(seen: HttpResponse | TlsHandshake | TlsFailure | Unreachable) -> bool | None:
    if not isinstance(seen, Unreachable):
        return True
    return None if _ours(seen) else _opened(seen)


def _ports(view: View) -> dict[str, dict[int, bool | None]]:
    own = (endpoint for endpoint in view.endpoints if not endpoint.address.startswith("::ffff:"))
    return {endpoint.address: ports(endpoint) for endpoint in own}


def ws_reach(view: View) -> Finding:
    """At every IPv6 address a port is open, and no port is open on IPv4 that is closed on IPv6."""
    lookup = view.lookup(view.domain, "AAAA")
    found = _ports(view)
    outcome = _ws_outcome(lookup, found)
    shown = [
        {"address": address, "port_80": _word(opened[80]), "port_443": _word(opened[443])}
        for address, opened in found.items()
    ]
    evidence: dict[str, Any] = {"addresses": shown, "missing": _missing(found), "reason": _why(lookup)}
    return Finding(outcome, (Observation(view.domain.rstrip("."), outcome, evidence),))


def _why(lookup: Lookup) -> str:
    return lookup.reason.value if lookup.outcome is Outcome.FAILED else ""


def _word(opened: bool | None) -> str:
    return {True: "open", False: "closed", None: "not-tried"}[opened]


def _ws_outcome(lookup: Lookup, found: dict[str, dict[int, bool | None]]) -> WsReach:
    if not _six(lookup):
        return WsReach.UNKNOWN if lookup.outcome is Outcome.FAILED else WsReach.NO_ADDRESS
    six = [opened for address, opened in found.items() if ":" in address]
    tried = [opened for opened in six if None not in opened.values()]
    good = [opened for opened in tried if any(opened.values())]
    if not tried:
        return WsReach.OURS
    if not good:
        return WsReach.NONE
    if len(good) < len(tried):
        return WsReach.SOME
    return WsReach.PORT_MISSING if _missing(found) else WsReach.OK


def _missing(found: dict[str, dict[int, bool | None]]) -> str:
    """The ports that are open at some IPv4 address and at no IPv6 address."""
    four = [opened for address, opened in found.items() if ":" not in address]
    six = [opened for address, opened in found.items() if ":" in address]
    gone = [port for port in (80, 443) if any(o[port] for o in four) and not any(o[port] for o in six)]
    return ", ".join(map(str, gone))


def ws_similar(view: View) -> Finding:
    """The page over IPv6 is that over IPv4, port for port."""
    outcome = _similar(view)
    pages = view.measurement.pages
    evidence: dict[str, Any] = {}
    if pages is not None:
        rows = [_page_row(page) for page in (pages.ipv4, pages.ipv6)]
        distance = None if pages.distance is None else round(pages.distance, 1)
        evidence = {"pages": rows, "distance": distance, "limit": MOST_DISTANCE}
        evidence |= {"status_four": pages.ipv4.status, "status_six": pages.ipv6.status}
    return Finding(outcome, (Observation(view.domain.rstrip("."), outcome, evidence),))


def _page_row(page: Page) -> dict[str, Any]:
    return {
        "address": page.address,
        "port": page.port,
        "status": page.status or _result(page.failure),
        "bytes": page.body_bytes,
        "location": page.location or "-",
    }


def _similar(view: View) -> Similar:
    pages, reach = view.measurement.pages, ws_reach(view).outcome
    if not view.lookup(view.domain, "A").records:
        return Similar.NO_IPV4
    if reach in (WsReach.OURS, WsReach.UNKNOWN):
        return Similar.OURS
    if reach in (WsReach.NO_ADDRESS, WsReach.NONE):
        return Similar.NOT_REACHED
    found = _ports(view)
    four = [opened for address, opened in found.items() if ":" not in address]
    if reach is WsReach.PORT_MISSING or not any(any(opened.values()) for opened in four):
        return Similar.PORTS
    if pages is None:
        return Similar.OURS
    return _compared(pages.ipv4, pages.ipv6, pages.distance)


def _refused(four: int, six: int) -> bool:
    """Whether we were refused: over both, or by a limit on how often. One 403 beside a page is a difference."""
    return 429 in (four, six) or {four, six} <= REFUSALS


def _compared(four: Page, six: Page, distance: float | None) -> Similar:
    failures = [page.failure for page in (four, six) if page.failure]
    if failures or distance is None:
        return Similar.OURS if any(_ours(failure) for failure in failures) else Similar.NO_RESPONSE
    if four.port != six.port:
        return Similar.PORTS
    if _refused(four.status, six.status):
        return Similar.REFUSED
    if four.status != six.status:
        return Similar.STATUS
    if distance > MOST_DISTANCE or four.location != six.location:
        return Similar.DIFFERENT
    return Similar.ERROR_PAGE if four.status >= 400 else Similar.OK
