"""Renegotiation in memory against Python's own ``ssl``."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from checks.facts.network import Reason
from checks.wire.tls_renegotiation import Renegotiator
from tests.checks.certificates import Authority
from tests.checks.tls_server import MemoryServer, server_context

ALLOW_CLIENT_RENEGOTIATION = 1 << 8  # SSL_OP_ALLOW_CLIENT_RENEGOTIATION of OpenSSL 3


@pytest.fixture
def context(tmp_path: Path) -> ssl.SSLContext:
    authority = Authority()
    return server_context(tmp_path, authority.leaf, authority.intermediate)


def carry(client: Renegotiator, server: MemoryServer) -> None:
    outgoing = client.start()
    while outgoing and not client.over:
        outgoing = client.receive(server(outgoing))


def test_a_server_that_goes_along_is_counted_up_to_the_limit(context: ssl.SSLContext) -> None:
    context.options |= ALLOW_CLIENT_RENEGOTIATION
    client = Renegotiator("mx.good.example", 11)
    carry(client, MemoryServer(context))
    assert (client.established, client.tried, client.done, client.failure) == (True, 11, 11, None)


def test_a_server_that_does_not_is_seen_at_the_first_try(context: ssl.SSLContext) -> None:
    context.options |= ssl.OP_NO_RENEGOTIATION
    client = Renegotiator("mx.good.example", 11)
    carry(client, MemoryServer(context))
    client.interrupted(Reason.TIMEOUT)
    assert (client.established, client.tried, client.done, client.failure) == (True, 1, 0, None)


def test_L17_a_handshake_that_fails_is_no_refusal_to_renegotiate(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    client = Renegotiator("mx.good.example", 11)
    carry(client, MemoryServer(context))
    assert (client.established, client.tried, client.failure) == (False, 0, Reason.PROTOCOL)


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_what_is_no_tls_is_a_failure(data: bytes) -> None:
    client = Renegotiator("mx.good.example", 11)
    client.start()
    client.receive(data)
    assert client.over
    assert client.failure is not None
