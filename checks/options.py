"""Everything a scan can be told: resolvers, trust anchors, trusted roots, whom we may dial, how we introduce
ourselves, and how long it may take.

``Options.from_env`` parses a mapping that it is handed, so that the command line and the portal share one reading of
the settings. Nothing here reads ``os.environ``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Self

import certifi
import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.resolver

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
CURRENT_PROFILE = "ncsc_tls_2025_05"


@dataclass(frozen=True, slots=True)
class PortMap:
    """Connections to ``port`` at an address of ``network`` go to ``ports[port]``: the practice internet listens on
    unprivileged ports.
    """

    network: Network
    ports: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Options:
    """Frozen settings of one scan. Seconds for times, bytes for sizes.

    ``resolvers`` are (address, port) pairs; ``trust_anchors`` DS or DNSKEY records in presentation format, owner name
    first; ``ca_bundle`` a PEM file. ``nat64`` is a prefix of 96 bits whose addresses are dialled at the IPv4 address in
    their last four bytes. ``rpki_vrps`` and ``rpki_routes`` are files or http(s) addresses of the tables that RPKI is
    judged by; without both of them it is not. ``tls_profile`` names the guidelines that TLS is judged by.
    """

    resolvers: tuple[tuple[str, int], ...]
    trust_anchors: tuple[str, ...]
    ca_bundle: str
    allowed_networks: tuple[Network, ...] = ()
    port_maps: tuple[PortMap, ...] = ()
    nat64: IPv6Network | None = None
    ipv6: bool = True
    source_ipv4: str = ""
    source_ipv6: str = ""
    ehlo_name: str = "zegel.invalid"
    user_agent: str = "Zegel"
    rpki_vrps: tuple[str, ...] = ()
    rpki_routes: tuple[str, ...] = ()
    tls_profile: str = CURRENT_PROFILE
    deadline: float = 60.0
    dns_timeout: float = 3.0
    connect_timeout: float = 8.0
    greeting_timeout: float = 30.0
    reply_timeout: float = 10.0

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Options from ``CHECKS_*`` variables, with ``SITE_NAME`` and ``SITE_URL`` for how we introduce ourselves.

        Raises ValueError with a sentence that names the variable and what is wrong with it.
        """
        site = environ.get("SITE_NAME", "").strip() or "zegel.invalid"
        page = environ.get("SITE_URL", "").rstrip("/")
        ipv6 = environ.get("CHECKS_IPV6", "auto").strip().lower()
        if ipv6 not in ("", "auto", "on", "off"):
            raise ValueError(f"CHECKS_IPV6 is {ipv6!r}; it may be auto, on or off")
        return cls(
            resolvers=_resolvers(environ.get("CHECKS_RESOLVERS", "")),
            trust_anchors=_trust_anchors(environ.get("CHECKS_TRUST_ANCHORS", "")),
            ca_bundle=_ca_bundle(environ.get("CHECKS_CA_BUNDLE", "")),
            allowed_networks=_networks(environ.get("CHECKS_ALLOWED_NETWORKS", "")),
            port_maps=_port_maps(environ.get("CHECKS_PORT_MAP", "")),
            nat64=_nat64(environ.get("CHECKS_NAT64", "").strip()),
            ipv6=ipv6 != "off",
            source_ipv4=_source(environ, "CHECKS_SOURCE_IPV4", 4),
            source_ipv6=_source(environ, "CHECKS_SOURCE_IPV6", 6),
            ehlo_name=environ.get("CHECKS_EHLO_NAME", "").strip() or site,
            user_agent=environ.get("CHECKS_USER_AGENT", "").strip()
            or f"Mozilla/5.0 (compatible; Zegel; +{page or 'https://' + site}/visit/)",
            rpki_vrps=_vrp_sources(environ),
            rpki_routes=_sources(environ, "CHECKS_RPKI_ROUTES"),
            tls_profile=_tls_profile(environ.get("CHECKS_TLS_PROFILE", "").strip()),
            deadline=_seconds(environ, "CHECKS_DEADLINE", 60.0),
        )


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _address_and_port(item: str) -> tuple[str, int]:
    """``192.0.2.1``, ``192.0.2.1:53``, ``2001:db8::1`` or ``[2001:db8::1]:53``."""
    host, port = item, "53"
    if item.startswith("["):
        host, _, rest = item[1:].partition("]")
        port = rest.removeprefix(":") or "53"
    elif item.count(":") == 1:
        host, _, port = item.partition(":")
    try:
        address, number = ip_address(host), int(port)
    except ValueError:
        raise ValueError(f"CHECKS_RESOLVERS has {item!r}, which is not an address with an optional port") from None
    if not 0 < number < 65536:
        raise ValueError(f"CHECKS_RESOLVERS has {item!r}; a port is a number from 1 to 65535")
    return str(address), number


def _resolvers(text: str) -> tuple[tuple[str, int], ...]:
    if items := _items(text):
        return tuple(_address_and_port(item) for item in items)
    try:
        system = dns.resolver.Resolver()
    except dns.exception.DNSException:
        raise ValueError("CHECKS_RESOLVERS is not set and this machine names no resolver of its own") from None
    return tuple((str(address), system.port) for address in system.nameservers)


def parse_anchors(text: str) -> tuple[str, ...]:
    """DS and DNSKEY records, one a line, ``;`` begins a comment; TTL and class may be left out. Raises ValueError for
    anything else.
    """
    records = []
    for number, raw in enumerate(text.splitlines(), 1):
        fields = raw.partition(";")[0].split()
        if not fields:
            continue
        owner, rest = fields[0], _without_ttl_and_class(fields[1:])
        if not rest or rest[0].upper() not in ("DS", "DNSKEY"):
            raise ValueError(f"line {number} is not a DS or DNSKEY record")
        try:
            dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(rest[0]), " ".join(rest[1:]))
        except (dns.exception.DNSException, ValueError) as error:
            raise ValueError(f"line {number}: {error}") from error
        records.append(" ".join([owner.lower(), rest[0].upper(), *rest[1:]]))
    return tuple(records)


def _without_ttl_and_class(fields: list[str]) -> list[str]:
    rest = list(fields)
    while rest and (rest[0].isdigit() or rest[0].upper() == "IN"):
        rest.pop(0)
    return rest


def _trust_anchors(path: str) -> tuple[str, ...]:
    try:
        text = (
            Path(path).read_text("utf-8") if path else (files("checks.policy") / "root-anchors.txt").read_text("utf-8")
        )
        anchors = parse_anchors(text)
    except OSError as error:
        raise ValueError(f"CHECKS_TRUST_ANCHORS: {path} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise ValueError(f"CHECKS_TRUST_ANCHORS: {path}, {error}") from error
    if not anchors:
        raise ValueError(f"CHECKS_TRUST_ANCHORS: {path} holds no DS or DNSKEY record")
    return anchors


def _ca_bundle(path: str) -> str:
    bundle = path or certifi.where()
    try:
        if "-----BEGIN CERTIFICATE-----" not in Path(bundle).read_text("utf-8"):
            raise ValueError(f"CHECKS_CA_BUNDLE: {bundle} holds no certificate in PEM")
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"CHECKS_CA_BUNDLE: {bundle} cannot be read") from None
    return bundle


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(item) for item in _items(text))
    except ValueError as error:
        raise ValueError(f"CHECKS_ALLOWED_NETWORKS: {error}") from error


_PORT = re.compile(r"(?:(?:\[(?P<v6>[^]]+)]|(?P<v4>[0-9./]+)):)?(?P<asked>[0-9]{1,5})=(?P<used>[0-9]{1,5})")


def _port_maps(text: str) -> tuple[PortMap, ...]:
    """``127.0.0.0/8:25=10025,80=10080,[::1/128]:25=10025``: pairs belong to the network that was named last."""
    tables: dict[Network, dict[int, int]] = {}
    network: Network | None = None
    for item in _items(text):
        try:
            match = _PORT.fullmatch(item)
            named = match and (match["v6"] or match["v4"])
            network = ip_network(named) if named else network
        except ValueError:
            match = None
        if match is None or network is None:
            raise ValueError(f"CHECKS_PORT_MAP has {item!r}; it should look like 127.0.0.0/8:25=10025,443=10443")
        tables.setdefault(network, {})[int(match["asked"])] = int(match["used"])
    return tuple(PortMap(network, table) for network, table in tables.items())


def _nat64(text: str) -> IPv6Network | None:
    """A network of 96 bits, the one length of RFC 6052 section 2.2 that keeps the IPv4 address in one piece at the end."""
    if not text:
        return None
    try:
        network = ip_network(text)
    except ValueError:
        network = None
    if not isinstance(network, IPv6Network) or network.prefixlen != 96:
        raise ValueError(f"CHECKS_NAT64 is {text!r}; it should look like 2001:db8:64::/96")
    return network


def _vrp_sources(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Files or addresses of VRPs, or the list that a Routinator serves."""
    given = _sources(environ, "CHECKS_RPKI_VRPS")
    routinator = environ.get("CHECKS_RPKI_ROUTINATOR", "").strip()
    if not routinator:
        return given
    if given:
        raise ValueError("CHECKS_RPKI_VRPS and CHECKS_RPKI_ROUTINATOR are both set; one of them is enough")
    if not re.fullmatch(r"https?://[^\s/]+(?:/\S*)?", routinator):
        raise ValueError(f"CHECKS_RPKI_ROUTINATOR is {routinator!r}; it should look like http://127.0.0.1:8323")
    return (routinator.rstrip("/") + "/json",)


def _sources(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Files (absolute paths) or addresses; a file need not be there yet, others may still have to fetch it."""
    items = tuple(_items(environ.get(name, "")))
    for item in items:
        if not item.startswith(("/", "http://", "https://")):
            raise ValueError(f"{name} has {item!r}, which is neither an absolute path nor an http(s) address")
    return items


_PROFILE = re.compile(r"([a-z]+_tls_[0-9_]+)\.toml")


def _tls_profile(name: str) -> str:
    found = (_PROFILE.fullmatch(entry.name) for entry in files("checks.policy").iterdir())
    known = sorted(match[1] for match in found if match)
    if name and name not in known:
        raise ValueError(f"CHECKS_TLS_PROFILE is {name!r}; it may be {' or '.join(known)}")
    return name or CURRENT_PROFILE


def _source(environ: Mapping[str, str], name: str, version: int) -> str:
    text = environ.get(name, "").strip()
    if not text:
        return ""
    try:
        address = ip_address(text)
    except ValueError:
        raise ValueError(f"{name} is {text!r}, which is not an address") from None
    if address.version != version:
        raise ValueError(f"{name} is {text!r}, which is not an IPv{version} address")
    return str(address)


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name, "").strip()
    try:
        seconds = float(text) if text else default
    except ValueError:
        raise ValueError(f"{name} is {text!r}, which is not a number of seconds") from None
    if not 1 <= seconds <= 3600:
        raise ValueError(f"{name} is {text!r}; it may be 1 to 3600 seconds")
    return seconds
