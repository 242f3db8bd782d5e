"""The server's first flight, from bytes put together by hand; and hostile ones, which never crash or hang."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.facts.network import Reason
from checks.policy.tls_names import SSL2, SSL3, TLS1_0, TLS1_2, TLS1_3, prime_name
from checks.wire.tls_flight import MAX_FLIGHT, Flight
from tests.checks.wire import flights
from tests.checks.wire.flights import HELLO_DONE, alert, message, record, server_hello, vector

ECDHE, DHE, RSA = 0xC02F, 0x009E, 0x002F
WHOLE = (
    server_hello(ECDHE, (0xFF01, b"\0"), (23, b""), compression=1)
    + flights.certificate(b"leaf", b"issuer")
    + flights.status(b"answer")
    + flights.ecdhe_exchange(29, 0x0804)
    + HELLO_DONE
)


def read(data: bytes, piece: int = 1_000_000) -> Flight:
    flight = Flight()
    for start in range(0, len(data), piece):
        flight.receive(data[start : start + piece])
    return flight


@pytest.mark.parametrize("piece", [1, 7, 1_000_000])
@pytest.mark.parametrize("split", [len(WHOLE), 5, 41])
def test_one_flight_answers_many_questions(piece: int, split: int) -> None:
    """However it is cut into reads and records."""
    records = b"".join(record(WHOLE[at : at + split]) for at in range(0, len(WHOLE), split))
    flight = read(records, piece)
    assert flight.done
    assert flight.failure is None
    assert (flight.version, flight.suite, flight.compression) == (TLS1_2, ECDHE, 1)
    assert (flight.group, flight.signature) == (29, 0x0804)
    assert (flight.extended_master_secret, flight.secure_renegotiation) == (True, True)
    assert (flight.chain, flight.staple) == ((b"leaf", b"issuer"), b"answer")


def test_L05_a_finite_field_group_is_known_by_its_value() -> None:
    """RFC 7919 appendix A.1: 2048 bits, 2^2048 - 2^1984 + {[2^1918 * e] + 560316} * 2^64 - 1; here only its ends."""
    prime = b"\xff" * 8 + bytes(240) + b"\xff" * 8
    flight = read(record(server_hello(DHE) + flights.dhe_exchange(prime, b"\x02", 0x0401) + HELLO_DONE))
    assert (flight.prime, flight.generator, flight.signature) == (prime, b"\x02", 0x0401)
    assert prime_name(prime) == ""


def test_a_hello_request_means_nothing_while_we_negotiate() -> None:
    flight = read(record(message(0, b"") + WHOLE))
    assert (flight.done, flight.failure, flight.suite) == (True, None, ECDHE)


def test_before_tls_1_2_no_signature_scheme_is_sent() -> None:
    exchange = message(12, b"\x03\0\x17" + vector(1, bytes(65)) + vector(2, bytes(70)))
    flight = read(record(server_hello(0xC014, version=TLS1_0) + exchange + HELLO_DONE, version=TLS1_0))
    assert (flight.version, flight.group, flight.signature) == (TLS1_0, 23, 0)


def test_an_anonymous_exchange_has_no_signature() -> None:
    exchange = message(12, vector(2, b"\xfb") + vector(2, b"\x05") + vector(2, b"\x01"))
    flight = read(record(server_hello(0x0034) + exchange + HELLO_DONE))
    assert (flight.done, flight.prime, flight.generator, flight.signature) == (True, b"\xfb", b"\x05", 0)


def test_rsa_key_transport_has_no_exchange() -> None:
    flight = read(record(server_hello(RSA) + flights.certificate(b"leaf") + HELLO_DONE))
    assert (flight.done, flight.group, flight.prime) == (True, 0, b"")


def test_L10_a_hello_retry_request_names_the_group() -> None:
    """RFC 8446 section 4.1.4."""
    share = (0x11EC).to_bytes(2, "big")
    hello = server_hello(0x1302, (43, b"\x03\x04"), (51, share), random=flights.RETRY_RANDOM)
    flight = read(record(hello))
    assert (flight.done, flight.version, flight.retry, flight.group) == (True, TLS1_3, True, 0x11EC)


def test_tls_1_3_ends_in_clear_with_the_server_hello() -> None:
    hello = server_hello(0x1301, (43, b"\x03\x04"), (51, b"\0\x1d" + vector(2, bytes(32))))
    flight = read(record(hello) + record(b"\x01", kind=20) + record(bytes(40), kind=23))
    assert (flight.done, flight.failure, flight.group, flight.share) == (True, None, 29, bytes(32))
    assert flight.rest().startswith(b"\x14\x03\x03")


def test_L03_ssl_2_answers_in_its_own_way() -> None:
    """SERVER-HELLO: found no session, X.509, version 2, sizes, certificate, suites, connection id."""
    body = bytes.fromhex("04 00 01 0002 0004 0006 0010") + b"leaf" + bytes.fromhex("010080 0700c0") + bytes(16)
    flight = read((0x8000 | len(body)).to_bytes(2, "big") + body, piece=3)
    assert (flight.version, flight.chain, flight.ssl2_suites) == (SSL2, (b"leaf",), (0x010080, 0x0700C0))


def test_L03_ssl_3_is_read_like_its_successors() -> None:
    flight = read(record(server_hello(RSA, version=SSL3) + HELLO_DONE, version=SSL3))
    assert (flight.done, flight.version) == (True, SSL3)


@pytest.mark.parametrize(
    ("code", "name"), [(40, "handshake_failure"), (70, "protocol_version"), (71, "insufficient_security")]
)
def test_an_alert_is_a_refusal_with_a_name(code: int, name: str) -> None:
    """RFC 8446 section 6.2."""
    flight = read(alert(code))
    assert (flight.done, flight.accepted, flight.alert, flight.failure) == (True, False, name, None)


def test_L16_a_warning_about_the_name_is_no_refusal() -> None:
    """RFC 6066 section 3 lets a server warn with unrecognized_name and go on."""
    flight = read(alert(112, level=1) + record(WHOLE))
    assert (flight.accepted, flight.alert) == (True, "")


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"421 too many connections\r\n",
        record(HELLO_DONE),
        record(message(2, b"\x03")),
        record(server_hello(ECDHE, version=0x0505)),
        record(server_hello(ECDHE) + message(11, b"\xff\xff\xff")),
        record(server_hello(ECDHE) + message(99, b"")),
        bytes([22, 3, 3]) + b"\xff\xff",
        b"\x80\x02\x04\x00",
        record(b"\x02"[:1] * 3, kind=21),
    ],
    ids=[
        "http",
        "smtp",
        "no-hello",
        "short-hello",
        "unknown-version",
        "short-certificate",
        "unknown-message",
        "record-too-long",
        "short-ssl2",
        "odd-alert",
    ],
)
def test_what_is_no_tls_is_a_failure_and_no_refusal(data: bytes) -> None:
    flight = read(data)
    assert (flight.done, flight.failure, flight.alert) == (True, Reason.PROTOCOL, "")


def test_an_endless_flight_is_cut_off() -> None:
    endless = record(server_hello(ECDHE)) + record(message(11, b"")[:1] + b"\x03\xff\xff" + bytes(16_000))
    flight = read(endless + b"".join(record(bytes(16_000)) for _ in range(MAX_FLIGHT // 16_000 + 1)))
    assert (flight.done, flight.failure) == (True, Reason.TOO_MUCH)


@given(st.binary(max_size=600))
def test_any_bytes_are_read_without_a_crash(data: bytes) -> None:
    Flight().receive(data)


@given(st.binary(max_size=400))
def test_any_bytes_inside_a_handshake_record_are_read_without_a_crash(data: bytes) -> None:
    read(record(server_hello(DHE) + data))


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255), st.integers(1, 50))
def test_a_flight_with_one_byte_changed_is_read_without_a_crash(at: int, value: int, piece: int) -> None:
    read(record(WHOLE[:at] + bytes([value]) + WHOLE[at + 1 :]), piece)
