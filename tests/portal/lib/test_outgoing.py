"""Requests to addresses that users fill in: nothing inside is dialled, whatever the name says."""

from __future__ import annotations

import socket
from ipaddress import ip_network

import pytest
from pytest_django.fixtures import Settings

from portal.lib import outgoing


@pytest.mark.parametrize(
    "literal",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "192.0.2.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "2001:0:a00:1::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(literal: str) -> None:
    assert not outgoing.may_dial(literal)


@pytest.mark.parametrize("literal", ["8.8.8.8", "2a00:1450::1", "::ffff:8.8.8.8"])
def test_public_addresses_may_be_dialled(literal: str) -> None:
    assert outgoing.may_dial(literal)


def test_an_operator_may_name_networks_of_its_own(settings: Settings) -> None:
    settings.OUTGOING_ALLOWED_NETWORKS = [ip_network("10.1.0.0/16")]
    assert outgoing.may_dial("10.1.2.3")
    assert not outgoing.may_dial("10.2.0.1")


def test_a_name_with_one_inside_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    dialled: list[object] = []

    def look_up(*_args: object, **_values: object) -> list[object]:
        return [(0, 0, 0, "", ("8.8.8.8", 443)), (0, 0, 0, "", ("127.0.0.1", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", lambda *args, **values: dialled.append(args))
    with pytest.raises(outgoing.NotDelivered, match="not public"):
        outgoing.post("https://hooks.example/", b"{}", {})
    assert dialled == []


@pytest.mark.parametrize(
    "url", ["http://hooks.example/", "https://user@hooks.example/", "ftp://x/", "https://", "https://x:99999/"]
)
def test_only_plain_https_addresses_are_used(url: str) -> None:
    with pytest.raises(outgoing.NotDelivered):
        outgoing.post(url, b"{}", {})


def test_a_literal_inside_address_is_refused() -> None:
    with pytest.raises(outgoing.NotDelivered, match="not public"):
        outgoing.post("https://127.0.0.1/", b"{}", {})
