"""The guard that keeps tests off the network: a socket may dial loopback addresses and Unix sockets, and nothing else."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any


class NotLoopback(AssertionError):
    """A test tried to reach the world. No OSError, so that no code under test can swallow it."""


def only_loopback() -> None:
    """Put the guard in front of the three ways to dial."""
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, _guarded(name))


def _guarded(name: str) -> Any:
    original = getattr(socket.socket, name)
    if getattr(original, "guarded", False):
        return original

    def dial(self: socket.socket, *args: Any) -> Any:
        address = args[-1]
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            raise NotLoopback(f"a test dialled {address[0]}")
        return original(self, *args)

    dial.guarded = True  # type: ignore[attr-defined]
    return dial


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"
