"""Compact denial in its older form: an answer that looks the same for a name that exists without the type asked for and
for a name that does not exist. The newer form says which (RFC 9824) and needs none of this.
"""

from __future__ import annotations

import base64

import dns.exception
import dns.message
import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.NSEC import NSEC

_ANY_NAME = {int(dns.rdatatype.RRSIG), int(dns.rdatatype.NSEC)}


def is_compact_denial(wire: str, name: str) -> bool:
    """Whether a response (wire format, base64) denies ``name`` with an NSEC made for it alone: its next name is the very
    next possible one, and its bitmap holds nothing of its own.
    """
    try:
        message = dns.message.from_wire(base64.b64decode(wire), ignore_trailing=True)
        owner = dns.name.from_text(name)
    except (dns.exception.DNSException, ValueError):
        return False
    following = dns.name.Name((b"\0", *owner.labels))
    return any(
        rrset.name == owner and isinstance(record, NSEC) and record.next == following and _types(record) <= _ANY_NAME
        for rrset in message.authority
        if rrset.rdtype == dns.rdatatype.NSEC
        for record in rrset
    )


def _types(record: NSEC) -> set[int]:
    return {
        window * 256 + index * 8 + bit
        for window, octets in record.windows
        for index, octet in enumerate(octets)
        for bit in range(8)
        if octet & (0x80 >> bit)
    }
