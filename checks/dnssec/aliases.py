"""Where a CNAME or DNAME in an answer leads (RFC 1034 section 3.6.2, RFC 6672 section 2.2)."""

from __future__ import annotations

import dns.name
import dns.rdatatype

from checks.dnssec.message import Message, Name, Rdatatype, RRset

_CNAME, _DNAME, _SOA = dns.rdatatype.CNAME, dns.rdatatype.DNAME, dns.rdatatype.SOA


def alias_at(message: Message, name: Name, rdtype: Rdatatype) -> tuple[RRset, Name | None] | None:
    """The RRset that redirects ``name``, and the name that it leads to (None when that would be too long).

    A CNAME made from a DNAME carries no signature of its own, so the DNAME is what counts.
    """
    if (name, rdtype) in message.answer:
        return None
    cname = message.answer.get((name, _CNAME)) if rdtype != _CNAME else None
    dname = _dname_above(message, name)
    if dname is not None and not (cname is not None and cname.signatures):
        return dname, _redirected(name, dname)
    return None if cname is None else (cname, _target(cname))


def speaks_of(message: Message, name: Name, rdtype: Rdatatype) -> bool:
    """The message that led to ``name`` also tells what is there, so that it need not be asked for."""
    if (name, rdtype) in message.answer or alias_at(message, name, rdtype) is not None:
        return True
    return any(owner_type == _SOA and name.is_subdomain(owner) for owner, owner_type in message.authority)


def _dname_above(message: Message, name: Name) -> RRset | None:
    above = [
        rrset
        for (owner, rdtype), rrset in message.answer.items()
        if rdtype == _DNAME and owner != name and name.is_subdomain(owner)
    ]
    return max(above, key=lambda rrset: len(rrset.owner), default=None)


def _target(rrset: RRset) -> Name:
    """The first target in canonical order: there may be one only (RFC 2181 section 10.1)."""
    wire = rrset.canonical_rdatas()[0]
    return dns.name.from_wire(wire, 0)[0]


def _redirected(name: Name, dname: RRset) -> Name | None:
    try:
        return name.relativize(dname.owner).concatenate(_target(dname)).canonicalize()
    except dns.name.NameTooLong:
        return None
