"""A whole handshake of TLS 1.3 in memory against Python's own ``ssl``, and hostile servers."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.facts.network import Reason
from checks.policy.tls_names import TLS1_3
from checks.wire.tls13_client import Tls13Client
from checks.wire.tls_hello import Hello
from tests.checks.certificates import Authority
from tests.checks.tls_server import MemoryServer, server_context
from tests.checks.wire import flights

NAME = "mx.good.example"
SUITES = (0x1301, 0x1302, 0x1303)
REQUEST = b"HEAD / HTTP/1.0\r\n\r\n"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def context(authority: Authority, tmp_path: Path) -> ssl.SSLContext:
    return server_context(tmp_path, authority.leaf, authority.intermediate)


def carry(client: Tls13Client, server: MemoryServer, piece: int = 1_000_000) -> None:
    outgoing = client.start()
    while outgoing and not client.done:
        incoming = server(outgoing)
        outgoing = b""
        for start in range(0, len(incoming), piece):
            outgoing += client.receive(incoming[start : start + piece])


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("group", [29, 30, 23, 24, 25])
@pytest.mark.parametrize("piece", [1_000_000, 11])
def test_the_handshake_is_finished_with_each_suite_and_group(
    context: ssl.SSLContext, authority: Authority, suite: int, group: int, piece: int
) -> None:
    """Groups other than x25519 take a HelloRetryRequest: the transcript then begins with a hash (RFC 8446 section 4.4.1)."""
    server = MemoryServer(context, lambda _: b"HTTP/1.0 200 OK\r\n\r\n")
    client = Tls13Client(Hello(TLS1_3, (suite,), (group,), server_name=NAME), REQUEST)
    carry(client, server, piece)
    assert (client.finished, client.done, client.failure) == (True, True, None)
    assert server.plain == REQUEST
    assert client.chain == (authority.leaf.der, authority.intermediate.der)
    assert (client.flight.suite, client.flight.group, client.flight.retry) == (suite, group, group != 29)
    assert client.tickets
    assert set(client.tickets) == {0}


def test_a_server_that_asks_who_we_are_is_told_that_we_have_no_certificate(context: ssl.SSLContext) -> None:
    context.verify_mode = ssl.CERT_OPTIONAL
    client = Tls13Client(Hello(TLS1_3, SUITES, (29,), server_name=NAME), REQUEST)
    carry(client, MemoryServer(context, lambda _: b"HTTP/1.0 200 OK\r\n\r\n"))
    assert (client.finished, client.failure) == (True, None)


def test_a_server_without_tls_1_3_refuses(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    client = Tls13Client(Hello(TLS1_3, SUITES, (29,), server_name=NAME), REQUEST)
    carry(client, MemoryServer(context))
    assert (client.answered, client.finished, client.flight.alert) == (True, False, "protocol_version")


def test_a_group_that_we_cannot_do_is_seen_all_the_same() -> None:
    share = (0x0100).to_bytes(2, "big")
    retry = flights.server_hello(0x1301, (43, b"\x03\x04"), (51, share), random=flights.RETRY_RANDOM)
    client = Tls13Client(Hello(TLS1_3, SUITES, (29, 256)), REQUEST)
    client.start()
    assert client.receive(flights.record(retry)) == b""
    assert (client.answered, client.flight.group, client.failure) == (True, 256, Reason.PROTOCOL)


def test_a_server_that_closes_after_the_handshake_has_no_tickets_and_is_no_failure(context: ssl.SSLContext) -> None:
    context.num_tickets = 0
    client = Tls13Client(Hello(TLS1_3, SUITES, (29,), server_name=NAME), REQUEST)
    server = MemoryServer(context)
    client.receive(server(client.start()))
    client.receive(b"")
    assert (client.finished, client.failure, client.tickets) == (True, None, [])


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_without_a_crash(data: bytes, after_hello: bool) -> None:
    client = Tls13Client(Hello(TLS1_3, SUITES, (29,)), REQUEST)
    client.start()
    hello = flights.server_hello(0x1301, (43, b"\x03\x04"), (51, b"\0\x1d\0\x20" + bytes([9]) + bytes(31)))
    client.receive((flights.record(hello) if after_hello else b"") + data)
    client.receive(data)
    client.receive(b"")
    assert client.done
