"""The contents of one zone and what the DNS makes of a name in it: where it is delegated, whether it exists, which
name above it is the closest that does (RFC 1034 section 4.3.2, RFC 4592). Signatures and proofs are elsewhere.
"""

from collections.abc import Iterable, Mapping

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
from dns.name import Name
from dns.rdataset import Rdataset
from dns.rdatatype import RdataType

TTL = 300
"""Seconds, for every record: short, as people change a thing and look again."""

Node = dict[RdataType, Rdataset]


def rdataset(rdtype: RdataType, texts: Iterable[str], origin: Name = dns.name.root) -> Rdataset:
    """An RRset's data from master-file texts; names in them may be relative to `origin`."""
    made = Rdataset(dns.rdataclass.IN, rdtype, ttl=TTL)
    for text in texts:
        made.add(dns.rdata.from_text(dns.rdataclass.IN, rdtype, text, origin=origin, relativize=False))
    return made


class Zone:
    """One zone's unsigned contents, glue and delegations included. Not changed after it is made; `replaced` makes
    another.
    """

    def __init__(self, origin: Name, nodes: Mapping[Name, Node]) -> None:
        self.origin = origin
        self.nodes = nodes
        self.cuts = frozenset(name for name, node in nodes.items() if name != origin and RdataType.NS in node)
        self._existing = frozenset(above for name in nodes for above in _upwards(name, origin))

    def get(self, name: Name, rdtype: RdataType) -> Rdataset | None:
        """The data of this type at this very name."""
        return self.nodes.get(name, {}).get(rdtype)

    def exists(self, name: Name) -> bool:
        """Whether the name has records or has names below it (an empty non-terminal, RFC 4592 section 2.2.2)."""
        return name in self._existing

    def cut_for(self, name: Name) -> Name | None:
        """The delegation at or above this name, the highest one; None when the zone itself is responsible."""
        return next((above for above in reversed(_upwards(name, self.origin)) if above in self.cuts), None)

    def closest_encloser(self, name: Name) -> Name:
        """The longest existing name above `name` (RFC 4592 section 3.3.1)."""
        return next(above for above in _upwards(name, self.origin) if above in self._existing)

    def authoritative_names(self) -> list[Name]:
        """All names that are this zone's own or its delegations, in canonical order (RFC 4034 section 6.1); no glue."""
        return sorted(name for name in self.nodes if self.cut_for(name) in (None, name))

    def names_with_ancestors(self) -> list[Name]:
        """The same with the empty non-terminals above them."""
        return sorted({above for name in self.authoritative_names() for above in _upwards(name, self.origin)})

    def replaced(self, name: Name, rdtype: RdataType, data: Rdataset | None) -> "Zone":
        """A zone in which this data took the place of what was there; None removes it."""
        nodes = {owner: dict(node) for owner, node in self.nodes.items()}
        node = nodes.setdefault(name, {})
        node.pop(rdtype, None)
        if data is not None:
            node[rdtype] = data
        if not node:
            del nodes[name]
        return Zone(self.origin, nodes)


def _upwards(name: Name, origin: Name) -> list[Name]:
    """The name itself and every name above it, up to the top of the zone."""
    return [name.split(depth)[1] for depth in range(len(name), len(origin) - 1, -1)]
