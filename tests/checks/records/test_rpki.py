"""Tables of VRPs and routes: the published formats, and which prefixes cover an address."""

from __future__ import annotations

import json
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.records.rpki import PrefixTable, host_network, pack, route_table, unpack, vrp_table

ROUTINATOR = {
    "metadata": {"generated": 1, "generatedTime": "2026-11-01T00:00:00Z"},
    "roas": [
        {"asn": "AS64496", "prefix": "192.0.2.0/24", "maxLength": 24, "ta": "ripe"},
        {"asn": "AS64497", "prefix": "2001:db8::/32", "maxLength": 48, "ta": "ripe"},
    ],
}
RPKI_CLIENT = {
    "metadata": {"buildmachine": "x", "vrps": 2},
    "roas": [
        {"asn": 64496, "prefix": "192.0.2.0/24", "maxLength": 24, "ta": "ripe", "expires": 1},
        {"asn": 64497, "prefix": "2001:db8::/32", "maxLength": 48, "ta": "ripe", "expires": 1},
    ],
}
RIS = b"""% This is RIPE NCC's Routing Information Service
%
64496\t192.0.2.0/24\t350
64496\t192.0.0.0/16\t350
64499\t192.0.2.0/24\t9
{64496,64497}\t198.51.100.0/24\t350
64497\t2001:db8::/32\t300
64497\t2001:db8:0:1:2::/80\t300
0\t::/0\t11
rubbish
"""


def covering(table: PrefixTable, network: str) -> list[tuple[str, int]]:
    return [(str(entry.prefix), entry.value) for entry in table.covering(ip_network(network))]


@pytest.mark.parametrize("document", [ROUTINATOR, RPKI_CLIENT], ids=["routinator", "rpki-client"])
def test_both_forms_of_vrps_are_read(document: dict[str, object]) -> None:
    for indent in (None, 2):
        table = vrp_table(json.dumps(document, indent=indent).encode())
        assert len(table) == 2
        assert [(prefix, unpack(value)) for prefix, value in covering(table, "192.0.2.7/32")] == [
            ("192.0.2.0/24", (64496, 24))
        ]
        assert [(prefix, unpack(value)) for prefix, value in covering(table, "2001:db8:1::/48")] == [
            ("2001:db8::/32", (64497, 48))
        ]


@pytest.mark.parametrize(
    "entry",
    [
        {"asn": "ASx", "prefix": "192.0.2.0/24", "maxLength": 24},
        {"asn": 64496, "prefix": "192.0.2.1/24", "maxLength": 24},
        {"asn": 64496, "prefix": "192.0.2.0/24", "maxLength": 33},
        {"asn": 64496, "prefix": "192.0.2.0/24", "maxLength": 23},
        {"asn": 2**32, "prefix": "192.0.2.0/24", "maxLength": 24},
        {"prefix": "192.0.2.0/24"},
    ],
)
def test_what_is_no_vrp_is_passed_over(entry: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no VRP"):
        vrp_table(json.dumps({"roas": [entry]}).encode())


def test_routes_that_few_peers_see_and_sets_are_left_out() -> None:
    table = route_table(RIS)
    assert covering(table, "192.0.2.80/32") == [("192.0.0.0/16", 64496), ("192.0.2.0/24", 64496)]
    assert covering(table, "198.51.100.1/32") == []
    assert covering(table, "2001:db8::1/128") == [("::/0", 0), ("2001:db8::/32", 64497)]


def test_several_files_make_one_table() -> None:
    table = route_table(b"64496\t192.0.2.0/24\t350\n", b"64497\t2001:db8::/32\t300\n")
    assert len(table) == 2


def test_no_entry_longer_than_asked_for_covers() -> None:
    table = route_table(b"64496\t192.0.2.0/24\t350\n64496\t192.0.2.64/26\t350\n")
    entries = table.covering(ip_network("192.0.2.80/32"), longest=24)
    assert [str(entry.prefix) for entry in entries] == ["192.0.2.0/24"]


@pytest.mark.parametrize("text", [b"", b"% nothing\n", b"<html>"])
def test_a_file_without_routes_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="no route"):
        route_table(text)


def test_two_origins_of_one_prefix_are_both_kept() -> None:
    table = route_table(b"64496\t192.0.2.0/24\t350\n64497\t192.0.2.0/24\t350\n")
    assert [value for _, value in covering(table, "192.0.2.1/32")] == [64496, 64497]


def test_an_ipv4_address_within_an_ipv6_address_is_looked_up_by_itself() -> None:
    assert host_network("::ffff:192.0.2.1") == ip_network("192.0.2.1/32")


@given(st.integers(0, 2**32 - 1), st.integers(0, 128))
def test_the_numbers_of_a_vrp_survive_packing(asn: int, length: int) -> None:
    assert unpack(pack(asn, length)) == (asn, length)


@given(st.lists(st.ip_addresses(v=4).map(str), min_size=1, max_size=20), st.integers(8, 32), st.ip_addresses(v=4))
def test_covering_agrees_with_the_plain_definition(addresses: list[str], length: int, wanted: object) -> None:
    networks = {ip_network(f"{address}/{length}", strict=False) for address in addresses}
    table = route_table("".join(f"64496\t{network}\t99\n" for network in networks).encode())
    target = ip_network(str(wanted))
    assert {entry.prefix for entry in table.covering(target)} == {
        network
        for network in networks
        if target.subnet_of(network)  # type: ignore[arg-type]
    }
