"""The inventory of a domain's outgoing mail servers, as its SPF gives it: which hosts, networks and suppliers may send, and
for the hosts that it names, whether DNSSEC and TLSA records stand behind them. Shown, not judged.

A network has no name, so there is nothing that DNSSEC or DANE could be about; of a supplier the record that is included
is what counts, its hosts are its own business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from ipaddress import IPv4Network, collapse_addresses
from typing import Any

from checks.dnssec import Lookup, Outcome, Security
from checks.evaluate.spf import MOST_MX, Branch, Tree, absolute
from checks.evaluate.tlsa import SMTP_PORT, host_tlsa, owner, tlsa_bases
from checks.evaluate.view import View
from checks.records.spf import Mechanism, Qualifier

MOST_HOSTS = 8  # whose TLSA records are asked for
MOST_ROWS = 40
MOST_ADDRESSES = 4  # of one host that are shown


class Tlsa(StrEnum):
    """What stands at port 25 of a host that sends. A server that only sends needs none; most receive as well."""

    USABLE = "usable"
    UNUSABLE = "unusable"
    NONE = "none"
    UNSIGNED = "unsigned"  # DANE senders do not even ask there (RFC 7672 section 2.2.2)
    UNKNOWN = "unknown"


def questions(addresses: Mapping[str, Sequence[Lookup]]) -> tuple[str, ...]:
    """Where to ask for TLSA records, given the address look-ups of each host. Nowhere for a host in an unsigned zone, at
    which DANE stops anyhow.
    """
    signed = {
        host: lookups
        for host, lookups in addresses.items()
        if any(lookup.security is not Security.INSECURE for lookup in lookups)
    }
    return tuple(owner(base, SMTP_PORT) for host, lookups in signed.items() for base in tlsa_bases(lookups, host))


def named(tree: Tree) -> tuple[str, ...]:
    """The hosts of the a and mx terms of the domain's own record (absolute names), and of the one it redirects to."""
    found = dict.fromkeys(host for branch in _own(tree.root) for host in branch.hosts)
    return tuple(found)[:MOST_HOSTS]


def _own(branch: Branch) -> Iterator[Branch]:
    """The record of the domain; a redirect puts another one in its place (RFC 7208 section 6.1)."""
    yield branch
    for child in branch.branches:
        if child.via == "redirect":
            yield from _own(child)


def inventory(view: View, tree: Tree) -> list[dict[str, Any]]:
    """A row for each host, network and supplier, in the order of the record."""
    rows: list[dict[str, Any]] = []
    asked = frozenset(named(tree))
    for branch in _own(tree.root):
        included = {child.domain: child for child in branch.branches if child.via == "include"}
        for term in branch.parsed.reached if branch.parsed else ():
            if term.qualifier is Qualifier.PASS and term.name != "all":
                rows += _rows(view, branch, term, included, asked)
    seen = {tuple(row.items()): row for row in rows}
    return list(seen.values())[:MOST_ROWS]


def _rows(
    view: View, branch: Branch, term: Mechanism, included: dict[str, Branch], asked: frozenset[str]
) -> Iterator[dict[str, Any]]:
    if term.network is not None:
        count = term.network.num_addresses if isinstance(term.network, IPv4Network) else None
        single = term.network.num_addresses == 1
        yield _row(str(term.network.network_address if single else term.network), term.name, count)
        return
    if term.text in branch.unfollowed:
        yield _row(term.domain or term.text, term.name)
        return
    target = absolute(term.domain) if term.domain else branch.domain
    if term.name == "include":
        if target in included:
            yield _row(target.rstrip("."), "include", _addresses(included[target]), included[target].security)
        return
    for host in [target] if term.name == "a" else _exchanges(view, target):
        yield _host(view, host, term.name, asked)


def _row(
    sender: str,
    via: str,
    addresses: int | str | None = None,
    dnssec: Security | None = None,
    tlsa: Tlsa | None = None,
) -> dict[str, Any]:
    """``addresses``: which for a host, how many IPv4 addresses for a network or a supplier."""
    return {
        "sender": sender,
        "via": via,
        "addresses": addresses,
        "dnssec": dnssec.value if dnssec else None,
        "sender_tlsa": tlsa.value if tlsa else None,
    }


def _host(view: View, host: str, via: str, asked: frozenset[str]) -> dict[str, Any]:
    found = [lookup for lookup in view.addresses(host) if lookup.outcome is Outcome.FOUND]
    addresses = [record for lookup in found for record in lookup.records]
    shown = ", ".join(addresses[:MOST_ADDRESSES]) + (" …" if len(addresses) > MOST_ADDRESSES else "")
    lookups = found or list(view.addresses(host))
    worst = max((lookup.security for lookup in lookups), key=list(Security).index)
    return _row(host.rstrip("."), via, shown, worst, _tlsa(view, host) if host in asked else None)


def _tlsa(view: View, host: str) -> Tlsa:
    records = host_tlsa(view, host)
    if not records.asked or all(found.security is Security.INSECURE for found in view.addresses(host)):
        return Tlsa.UNSIGNED
    if records.usable:
        return Tlsa.USABLE
    if records.lookup.outcome is Outcome.FAILED:
        return Tlsa.UNKNOWN
    return Tlsa.UNUSABLE if records.records else Tlsa.NONE


def _exchanges(view: View, name: str) -> list[str]:
    """The hosts of the MX records of a name, most preferred first."""
    pairs = (record.partition(" ") for record in view.lookup(name, "MX").records)
    ranked = sorted((int(preference), host.lower()) for preference, _, host in pairs if host != ".")
    return [host for _, host in ranked[:MOST_MX]]


def _addresses(branch: Branch) -> int:
    """The IPv4 addresses that a supplier's record lets in, with all that it includes."""
    found = [network for item in (branch, *_below(branch)) for network in item.networks if network.version == 4]
    return sum(network.num_addresses for network in collapse_addresses(found))


def _below(branch: Branch) -> Iterator[Branch]:
    for child in branch.branches:
        yield child
        yield from _below(child)
