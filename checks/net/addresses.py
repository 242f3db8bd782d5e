"""Who may be dialled: the policy on addresses and ports, asked by the door on the very address it is about to dial.

Pure functions. Addresses are literals; a host name is refused, so that nothing can change between the check and the
connection. No sockets live here.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from checks.options import Address, Network, Options

ALLOWED_PORTS = frozenset({25, 53, 80, 443})
SERVICE_PORTS = frozenset({25, 110, 143, 443, 465, 587, 993, 995})  # of the TLSA tools, on request for one service

# IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its updates) without the blocks that anybody may reach; with
# multicast (RFC 5771).
_REFUSED_IPV4: tuple[tuple[IPv4Network, str], ...] = (
    (IPv4Network("0.0.0.0/8"), "an address of this network itself"),
    (IPv4Network("10.0.0.0/8"), "a private address"),
    (IPv4Network("100.64.0.0/10"), "a shared address of a provider"),
    (IPv4Network("127.0.0.0/8"), "a loopback address"),
    (IPv4Network("169.254.0.0/16"), "a link-local address"),
    (IPv4Network("172.16.0.0/12"), "a private address"),
    (IPv4Network("192.0.0.0/24"), "a reserved address"),
    (IPv4Network("192.0.2.0/24"), "a documentation address"),
    (IPv4Network("192.88.99.0/24"), "a reserved address"),
    (IPv4Network("192.168.0.0/16"), "a private address"),
    (IPv4Network("198.18.0.0/15"), "a benchmarking address"),
    (IPv4Network("198.51.100.0/24"), "a documentation address"),
    (IPv4Network("203.0.113.0/24"), "a documentation address"),
    (IPv4Network("224.0.0.0/4"), "a multicast address"),
    (IPv4Network("240.0.0.0/4"), "a reserved address"),
)

# Only 2000::/3 is given out as global unicast (RFC 4291 section 2.4 and the IANA registry of IPv6 address space). What
# lies outside it has a name here for the report; what is special inside it follows.
_REFUSED_IPV6: tuple[tuple[IPv6Network, str], ...] = (
    (IPv6Network("::/128"), "the unspecified address"),
    (IPv6Network("::1/128"), "a loopback address"),
    (IPv6Network("::ffff:0:0/96"), "an IPv4-mapped address"),
    (IPv6Network("64:ff9b:1::/48"), "an address of a local translator"),
    (IPv6Network("100::/64"), "a discard-only address"),
    (IPv6Network("fc00::/7"), "a unique local address"),
    (IPv6Network("fe80::/10"), "a link-local address"),
    (IPv6Network("fec0::/10"), "a site-local address"),
    (IPv6Network("ff00::/8"), "a multicast address"),
    (IPv6Network("2001:db8::/32"), "a documentation address"),
    (IPv6Network("3fff::/20"), "a documentation address"),
    (IPv6Network("2001::/23"), "a reserved address"),
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052 section 2.1
_TEREDO = IPv6Network("2001::/32")  # RFC 4380 section 4
_6TO4 = IPv6Network("2002::/16")  # RFC 3056 section 2


def parse(address: str) -> Address | None:
    """The address that a literal stands for; None for anything else, and for one with a zone (``fe80::1%eth0``)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return None if isinstance(parsed, IPv6Address) and parsed.scope_id else parsed


def refusal(address: str, options: Options) -> str | None:
    """Why ``address`` is not dialled, or None when it may be. What the options allow is always dialled; an address that is
    translated is judged by where it ends."""
    parsed = parse(address)
    if parsed is None:
        return "not an IP address"
    if end := _translated(parsed, options):
        return refusal(str(end), options)
    if _within(parsed, options.allowed_networks):
        return None
    return _refusal_ipv4(parsed) if isinstance(parsed, IPv4Address) else _refusal_ipv6(parsed)


def port_refusal(port: int, allowed: frozenset[int] = ALLOWED_PORTS) -> str | None:
    """Why ``port`` is not dialled, or None: this is no port scanner. It is the port asked for, before any mapping."""
    return None if port in allowed else f"port {port} is none of those that are tested"


def destination(address: str, port: int, options: Options) -> tuple[str, int]:
    """The literal and the port that a connection to ``address`` and ``port`` is made to: behind NAT64, and by the first
    port map that holds the address and names the port.
    """
    parsed = parse(address)
    if parsed is None:
        return address, port
    end = _translated(parsed, options) or parsed
    tables = (found.ports for found in options.port_maps if _within(end, (found.network,)) and port in found.ports)
    return str(end), next(tables, {port: port})[port]


def _translated(address: Address, options: Options) -> IPv4Address | None:
    """The IPv4 address in the last four bytes of an address of the NAT64 prefix (RFC 6052 section 2.2)."""
    if isinstance(address, IPv6Address) and options.nat64 is not None and address in options.nat64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def is_public(address: str) -> bool:
    """Whether the whole Internet may reach the literal; nothing is allowed by exception here."""
    parsed = parse(address)
    if parsed is None:
        return False
    return (_refusal_ipv4(parsed) if isinstance(parsed, IPv4Address) else _refusal_ipv6(parsed)) is None


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _refusal_ipv4(address: IPv4Address) -> str | None:
    return next((why for network, why in _REFUSED_IPV4 if address in network), None)


def _refusal_ipv6(address: IPv6Address) -> str | None:
    embedded = _embedded(address)
    if embedded:
        reasons = (_refusal_ipv4(inner) for inner in embedded)
        found = zip(embedded, reasons, strict=True)
        return next((f"it leads to {inner}, {why}" for inner, why in found if why), None)
    named = next((why for network, why in _REFUSED_IPV6 if address in network), None)
    return named or (None if address in _GLOBAL_UNICAST else "a reserved address")


def _embedded(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that packets to a translated or tunnelled address end up at."""
    bits = int(address)
    if address in _NAT64:
        return (IPv4Address(bits & 0xFFFFFFFF),)
    if address in _6TO4:
        return (IPv4Address(bits >> 80 & 0xFFFFFFFF),)
    if address in _TEREDO:
        return IPv4Address(bits >> 64 & 0xFFFFFFFF), IPv4Address(~bits & 0xFFFFFFFF)
    return ()
