"""Hellos as bytes, against the layouts of the standards and against Python's own ``ssl``."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from checks.policy.tls_names import GROUPS, SSL2, SSL3, TLS1_0, TLS1_1, TLS1_2, TLS1_3
from checks.wire.tls_flight import Flight
from checks.wire.tls_hello import Hello, build, in_records, message
from tests.checks.certificates import Authority
from tests.checks.tls_server import MemoryServer, server_context

RANDOM = bytes(range(32))


def test_the_shortest_hello_is_that_of_ssl_3() -> None:
    """RFC 6101 section 5.6.1.2: version, random, session, suites, compression, and no extensions. The signalling suite
    of RFC 5746 takes their place.
    """
    expected = "16 0300 002f 01 00002b 0300" + RANDOM.hex() + "00 0004 0005 00ff 01 00"
    assert build(Hello(SSL3, (0x0005,)), random=RANDOM) == bytes.fromhex(expected)


def test_ssl_2_has_a_hello_of_its_own() -> None:
    """Two bytes of length with the high bit set; message 1, version 2, sizes of suites, session and challenge."""
    expected = "8022 01 0002 0009 0000 0010 010080 020080 0700c0" + RANDOM[:16].hex()
    assert build(Hello(SSL2, (0x010080, 0x020080, 0x0700C0)), random=RANDOM) == bytes.fromhex(expected)


def test_tls_1_2_asks_its_extra_questions_in_extensions() -> None:
    hello = message(Hello(TLS1_2, (0xC02B,), (23,), (0x0403,), "a.test", deflate=True, staple=False), RANDOM)
    head = "0303" + RANDOM.hex() + "00 0002 c02b 02 0100"
    extensions = (
        "0000 000b 0009 00 0006 612e74657374"  # server_name
        "000a 0004 0002 0017"  # supported_groups
        "000b 0002 01 00"  # ec_point_formats
        "000d 0004 0002 0403"  # signature_algorithms
    )
    body = bytes.fromhex(head)
    start = 4 + len(body) + 2
    assert hello[4 : 4 + len(body)] == body
    assert hello[start:].startswith(bytes.fromhex(extensions))
    assert hello.endswith(bytes.fromhex("0017 0000 ff01 0001 00"))  # extended_master_secret, renegotiation_info
    assert int.from_bytes(hello[1:4], "big") == len(hello) - 4


@pytest.mark.parametrize(
    ("version", "record", "inner"),
    [(TLS1_0, "0301", "0301"), (TLS1_1, "0301", "0302"), (TLS1_2, "0301", "0303"), (TLS1_3, "0301", "0303")],
)
def test_the_record_says_tls_1_0_whatever_is_offered(version: int, record: str, inner: str) -> None:
    """RFC 8446 section 5.1 and RFC 5246 appendix E.1."""
    sent = build(Hello(version, (0x1301,), (29,)))
    assert sent[1:3].hex() == record
    assert sent[9:11].hex() == inner


def test_a_long_message_takes_more_records() -> None:
    """RFC 8446 section 5.1: at most 16384 bytes in each."""
    sent = in_records(22, bytes(20_000), TLS1_2)
    assert sent[3:5] == (16_384).to_bytes(2, "big")
    assert sent[5 + 16_384 + 3 :][:2] == (20_000 - 16_384).to_bytes(2, "big")


@pytest.fixture
def context(tmp_path: Path) -> ssl.SSLContext:
    authority = Authority()
    return server_context(tmp_path, authority.leaf, authority.intermediate)


def test_another_implementation_understands_our_hello_of_tls_1_2(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    asked: list[str | None] = []
    context.sni_callback = lambda _connection, name, _context: asked.append(name)
    flight = Flight()
    flight.receive(MemoryServer(context)(build(Hello(TLS1_2, (0xC02B, 0xC02C), (23,), server_name="mx.good.example"))))
    assert (flight.done, flight.failure, flight.alert) == (True, None, "")
    assert (flight.version, flight.suite in (0xC02B, 0xC02C), flight.group) == (TLS1_2, True, 23)
    assert flight.extended_master_secret
    assert flight.secure_renegotiation
    assert (flight.compression, len(flight.chain)) == (0, 2)
    assert flight.signature in (0x0403, 0x0503, 0x0603)
    assert asked == ["mx.good.example"]


def test_a_hello_without_shares_makes_a_server_name_its_group(context: ssl.SSLContext) -> None:
    flight = Flight()
    flight.receive(MemoryServer(context)(build(Hello(TLS1_3, (0x1302,), (24,), server_name="mx.good.example"))))
    assert (flight.version, flight.suite, flight.retry, flight.group) == (TLS1_3, 0x1302, True, 24)


def test_every_group_at_once_is_no_trouble(context: ssl.SSLContext) -> None:
    flight = Flight()
    flight.receive(MemoryServer(context)(build(Hello(TLS1_3, (0x1301,), tuple(GROUPS)))))
    assert flight.accepted


def test_what_is_not_accepted_is_refused_with_an_alert(context: ssl.SSLContext) -> None:
    flight = Flight()
    flight.receive(MemoryServer(context)(build(Hello(TLS1_2, (0x0005,), (23,)))))
    assert (flight.accepted, flight.alert) == (False, "handshake_failure")
