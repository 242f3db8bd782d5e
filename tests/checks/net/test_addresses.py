"""Who may be dialled: the IANA special-purpose registries as a table, and what the options change."""

from __future__ import annotations

from ipaddress import IPv6Network, ip_network

import pytest

from checks.net.addresses import destination, is_public, port_refusal, refusal
from checks.options import Options, PortMap

OPTIONS = Options(resolvers=(), trust_anchors=(), ca_bundle="")

REFUSED = {
    "0.0.0.0": "this network",
    "0.255.255.255": "this network",
    "10.0.0.1": "private",
    "10.255.255.255": "private",
    "100.64.0.0": "shared",
    "100.127.255.255": "shared",
    "127.0.0.1": "loopback",
    "127.255.255.255": "loopback",
    "169.254.169.254": "link-local",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.8": "reserved",
    "192.0.2.1": "documentation",
    "192.88.99.1": "reserved",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarking",
    "198.19.255.255": "benchmarking",
    "198.51.100.7": "documentation",
    "203.0.113.7": "documentation",
    "224.0.0.251": "multicast",
    "239.255.255.255": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "::": "unspecified",
    "::1": "loopback",
    "::127.0.0.1": "reserved",
    "::ffff:127.0.0.1": "IPv4-mapped",
    "::ffff:10.1.2.3": "IPv4-mapped",
    "::ffff:8.8.8.8": "IPv4-mapped",
    "64:ff9b::10.0.0.1": "10.0.0.1, a private address",
    "64:ff9b::7f00:1": "127.0.0.1, a loopback address",
    "64:ff9b::169.254.169.254": "169.254.169.254, a link-local address",
    "64:ff9b:1::1": "local translator",
    "64:ff9b:1:ffff:ffff:ffff:ffff:ffff": "local translator",
    "100::1": "discard",
    "2002:7f00:1::1": "127.0.0.1, a loopback address",
    "2002:c0a8:101::1": "192.168.1.1, a private address",
    "2001:0:7f00:1::": "127.0.0.1, a loopback address",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe": "10.0.0.1, a private address",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2": "192.0.2.45, a documentation address",  # client of the usual example
    "2001:2::1": "reserved",
    "2001:10::1": "reserved",
    "2001:1ff:ffff::1": "reserved",
    "2001:db8::1": "documentation",
    "3fff::1": "documentation",
    "3fff:fff:ffff::1": "documentation",
    "4000::1": "reserved",
    "5f00::1": "reserved",
    "fc00::1": "unique local",
    "fd12:3456::1": "unique local",
    "fe80::1": "link-local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
    "ff0e::1": "multicast",
}
PUBLIC = [
    "1.0.0.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2000::1",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2a00:1450:400e::1",
    "2c0f:f248::1",
    "3ffe:ffff::1",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
    "2001:0:4136:e378:8000:63bf:bec9:1c87",
]


@pytest.mark.parametrize(("address", "why"), REFUSED.items())
def test_a_special_address_is_refused_with_its_kind(address: str, why: str) -> None:
    assert why in (refusal(address, OPTIONS) or "")
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_dialled(address: str) -> None:
    assert refusal(address, OPTIONS) is None
    assert is_public(address)


@pytest.mark.parametrize(
    "text",
    [
        "localhost",
        "example.nl",
        "",
        "127.1",
        "0x7f000001",
        "2130706433",
        "010.0.0.1",
        "fe80::1%lo",
        "8.8.8.8 ",
        "8.8.8.8/32",
        "[::1]",
    ],
)
def test_what_is_no_address_literal_is_refused(text: str) -> None:
    assert refusal(text, OPTIONS) == "not an IP address"
    assert not is_public(text)


def test_an_allowed_network_may_be_dialled_and_its_neighbours_may_not() -> None:
    networks = (ip_network("127.0.0.0/8"), ip_network("fd00::/64"))
    options = Options(resolvers=(), trust_anchors=(), ca_bundle="", allowed_networks=networks)
    assert refusal("127.1.2.3", options) is None
    assert refusal("fd00::25", options) is None
    assert refusal("fd00:0:0:1::25", options) is not None
    assert refusal("10.0.0.1", options) is not None


def test_an_allowed_ipv4_network_does_not_let_its_ipv6_disguises_through() -> None:
    options = Options(resolvers=(), trust_anchors=(), ca_bundle="", allowed_networks=(ip_network("127.0.0.0/8"),))
    for disguise in ("::ffff:127.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::1", "::1"):
        assert refusal(disguise, options) is not None


@pytest.mark.parametrize("port", [25, 53, 80, 443])
def test_the_ports_of_mail_dns_and_web_may_be_dialled(port: int) -> None:
    assert port_refusal(port) is None


@pytest.mark.parametrize("port", [0, 22, 23, 465, 587, 6379, 8080, 10025, 65535])
def test_every_other_port_is_refused(port: int) -> None:
    assert port_refusal(port) is not None


def test_a_port_map_holds_for_its_network_and_its_ports_only() -> None:
    maps = (
        PortMap(ip_network("127.0.0.0/8"), {25: 10025, 443: 10443}),
        PortMap(ip_network("::1/128"), {25: 20025}),
    )
    options = Options(resolvers=(), trust_anchors=(), ca_bundle="", port_maps=maps)
    assert destination("127.0.0.9", 25, options) == ("127.0.0.9", 10025)
    assert destination("127.0.0.9", 80, options) == ("127.0.0.9", 80)
    assert destination("::1", 25, options) == ("::1", 20025)
    assert destination("192.0.2.1", 25, options) == ("192.0.2.1", 25)


BEHIND_NAT64 = Options(
    resolvers=(),
    trust_anchors=(),
    ca_bundle="",
    allowed_networks=(ip_network("127.25.0.0/16"),),
    port_maps=(PortMap(ip_network("127.0.0.0/8"), {25: 10025}),),
    nat64=IPv6Network("2001:db8:64::/96"),
)


def test_an_address_behind_nat64_is_dialled_where_it_ends() -> None:
    assert destination("2001:db8:64::7f19:102", 25, BEHIND_NAT64) == ("127.25.1.2", 10025)
    assert destination("2001:db8:65::7f19:102", 25, BEHIND_NAT64) == ("2001:db8:65::7f19:102", 25)
    assert destination("127.25.1.2", 25, BEHIND_NAT64) == ("127.25.1.2", 10025)


def test_an_address_behind_nat64_is_refused_for_where_it_ends() -> None:
    assert refusal("2001:db8:64::7f19:102", BEHIND_NAT64) is None
    assert refusal("2001:db8:64::127.26.1.2", BEHIND_NAT64) == "a loopback address"
    assert refusal("2001:db8:64::10.0.0.1", BEHIND_NAT64) == "a private address"
    assert refusal("2001:db8:65::127.25.1.2", BEHIND_NAT64) == "a documentation address"
