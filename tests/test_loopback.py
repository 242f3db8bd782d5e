"""The guard that keeps tests off the network, tested itself: a guard that lets everything through would look the same from outside."""

from __future__ import annotations

import socket

import pytest

from tests.loopback import NotLoopback


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("10.0.0.1", 80), ("example.org", 80)])
def test_the_world_cannot_be_dialled(method: str, address: tuple[str, int]) -> None:
    with socket.socket() as probe, pytest.raises(NotLoopback):
        getattr(probe, method)(address)


def test_no_datagram_leaves() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as probe, pytest.raises(NotLoopback):
        probe.sendto(b"x", ("192.0.2.53", 53))


def test_loopback_can_be_dialled() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as probe:
        probe.connect(server.getsockname())
