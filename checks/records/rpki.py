"""Tables of VRPs and of routes, read from what validators and route collectors publish; compact in memory and quick to
search by address. No I/O, no judgement.
"""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

MOST_ENTRIES = 5_000_000
LEAST_PEERS = 10  # of a route collector that see a route; fewer is a local or mistaken announcement
_MOST_V6 = 64  # bits of an IPv6 prefix that are kept: nobody routes longer ones
_BITS = {4: 32, 6: 128}
_KEPT = {4: 32, 6: _MOST_V6}
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Entry:
    """A prefix with its number."""

    prefix: Network
    value: int


class PrefixTable:
    """Prefixes, each with one or more numbers. Built once; then ``covering`` gives all that hold an address or prefix."""

    def __init__(self, entries: Iterable[tuple[int, int, int, int]]) -> None:
        """``entries`` are (IP version, first bits of the network as a number, prefix length, value)."""
        grouped: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for version, bits, length, value in entries:
            grouped[version, length].append((bits, value))
        self._keys: dict[tuple[int, int], array[int]] = {}
        self._values: dict[tuple[int, int], array[int]] = {}
        for group, pairs in grouped.items():
            pairs.sort()
            self._keys[group] = array("Q", (bits for bits, _ in pairs))
            self._values[group] = array("Q", (value for _, value in pairs))

    def __len__(self) -> int:
        return sum(map(len, self._keys.values()))

    def covering(self, network: Network, longest: int | None = None) -> Iterator[Entry]:
        """The entries whose prefix holds all of ``network``, shortest first; none longer than ``longest``."""
        most = min(network.prefixlen, _KEPT[network.version], longest if longest is not None else 128)
        for length in range(most + 1):
            keys = self._keys.get((network.version, length))
            if keys is None:
                continue
            bits = int(network.network_address) >> (_BITS[network.version] - length)
            place = bisect_left(keys, bits)
            while place < len(keys) and keys[place] == bits:
                address = bits << (_BITS[network.version] - length)
                prefix = (IPv4Network if network.version == 4 else IPv6Network)((address, length))
                yield Entry(prefix, self._values[network.version, length][place])
                place += 1


def _bits_of(text: str) -> tuple[int, int, int] | None:
    """(version, first bits, length) of a prefix; None for what is no prefix, or longer than is kept."""
    try:
        network = ip_network(text)
    except ValueError:
        return None
    if network.prefixlen > _KEPT[network.version]:
        return None
    return (
        network.version,
        int(network.network_address) >> (_BITS[network.version] - network.prefixlen),
        network.prefixlen,
    )


_OBJECT = re.compile(rb'\{[^{}]*"prefix"[^{}]*\}')


def vrp_table(data: bytes) -> PrefixTable:
    """VRPs in the JSON that Routinator and rpki-client write: objects with ``asn`` (a number, with or without AS),
    ``prefix`` and ``maxLength``. Read one by one: the whole would take much memory. Raises ValueError without any.
    """
    table = PrefixTable(_vrps(data))
    if not len(table):
        raise ValueError("no VRP in it")
    return table


def _vrps(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    for count, match in enumerate(_OBJECT.finditer(data)):
        if count >= MOST_ENTRIES:
            return
        try:
            item = json.loads(match[0])
            asn = int(str(item["asn"]).upper().removeprefix("AS"))
            prefix = _bits_of(item["prefix"])
            most = int(item.get("maxLength", prefix[2] if prefix else 0))
        except (ValueError, KeyError, TypeError):
            continue
        if prefix and 0 <= asn < 2**32 and prefix[2] <= most <= _BITS[prefix[0]]:
            yield *prefix, pack(asn, most)


def pack(asn: int, max_length: int) -> int:
    """Both numbers of a VRP in one."""
    return asn << 8 | max_length


def unpack(value: int) -> tuple[int, int]:
    """The AS number and the maximum length."""
    return value >> 8, value & 0xFF


def route_table(*texts: bytes) -> PrefixTable:
    """Routes in the RIS dump format: origin, prefix and the number of peers that see it, apart by tabs; ``%`` begins a
    comment. Origins that are sets are left out. Raises ValueError without any route.
    """
    table = PrefixTable(entry for text in texts for entry in _routes(text))
    if not len(table):
        raise ValueError("no route in it")
    return table


def _routes(text: bytes) -> Iterator[tuple[int, int, int, int]]:
    for count, match in enumerate(
        re.finditer(rb"^([0-9]{1,10})\t([0-9a-fA-F:./]{3,50})\t([0-9]{1,9})[ \t\r]*$", text, re.M)
    ):
        if count >= MOST_ENTRIES:
            return
        prefix = _bits_of(match[2].decode("ascii"))
        if prefix and int(match[3]) >= LEAST_PEERS and int(match[1]) < 2**32:
            yield *prefix, int(match[1])


def host_network(address: str) -> Network:
    """The address as a network of its own; an IPv4 address inside an IPv6 one by itself. Raises ValueError."""
    parsed = ip_address(address)
    mapped = parsed.ipv4_mapped if parsed.version == 6 else None
    return ip_network(mapped or parsed)
