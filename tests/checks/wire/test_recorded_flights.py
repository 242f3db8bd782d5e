"""Our reader of flights on what a dozen TLS stacks sent (``tests/data/flights``), whole, in pieces, cut off and with bits
turned over. What is expected follows from how each server was set, not from what the reader made of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.facts.network import Reason
from checks.policy.tls_names import TLS1_3, VERSIONS, group_name, prime_name, signature_name, suite_name
from checks.wire.tls import MAX_CHAIN
from checks.wire.tls13_client import Tls13Client
from checks.wire.tls_flight import MAX_FLIGHT, Flight
from checks.wire.tls_hello import Hello

FOLDER = Path(__file__).parents[2] / "data" / "flights"
STACKS = {"boringssl", "botan", "go", "gnutls", "jsse", "mbedtls", "node", "nss", "openssl", "rustls", "wolfssl"}


@dataclass(frozen=True)
class Recorded:
    """One recording."""

    stack: str
    case: str
    expected: dict[str, Any]
    data: bytes

    def __str__(self) -> str:
        return f"{self.stack}-{self.case}"


def recordings() -> list[Recorded]:
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        for item in content["flights"]:
            found.append(Recorded(content["stack"], item["case"], item["expected"], bytes.fromhex(item["flight"])))
    return found


ALL = recordings()
each_recording = pytest.mark.parametrize("recorded", ALL, ids=str)


def read(data: bytes, pieces: int = 0) -> Flight:
    flight = Flight()
    size = pieces or len(data) or 1
    for at in range(0, len(data), size):
        flight.receive(data[at : at + size])
    return flight


def chain() -> tuple[bytes, ...]:
    certificates = x509.load_pem_x509_certificates((FOLDER / "chain.pem").read_bytes())
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in certificates)


def seen(flight: Flight, expected: dict[str, Any]) -> dict[str, Any]:
    """What the reader saw of everything that is expected."""
    told = {
        "version": VERSIONS.get(flight.version, ""),
        "suite": suite_name(flight.suite),
        "group": group_name(flight.group) if flight.group else "",
        "prime": prime_name(flight.prime),
        "signature": signature_name(flight.signature),
        "retry": flight.retry,
        "alert": flight.alert,
        "chain": flight.chain == chain(),
        "extended_master_secret": flight.extended_master_secret,
        "secure_renegotiation": flight.secure_renegotiation,
    }
    return {name: told[name] for name in expected}


def test_every_stack_is_recorded() -> None:
    assert {recorded.stack for recorded in ALL} == STACKS
    assert {name for recorded in ALL for name in recorded.expected} >= {"chain", "alert", "retry", "prime", "signature"}


@each_recording
def test_a_recorded_flight_says_what_the_server_was_set_to(recorded: Recorded) -> None:
    flight = read(recorded.data)
    assert seen(flight, recorded.expected) == recorded.expected
    assert (flight.done, flight.failure) == (True, None)
    assert flight.accepted is ("alert" not in recorded.expected)


@each_recording
@pytest.mark.parametrize("pieces", [1, 2, 5, 7, 100])
def test_pieces_of_any_size_give_the_same(recorded: Recorded, pieces: int) -> None:
    flight = read(recorded.data, pieces)
    assert seen(flight, recorded.expected) == recorded.expected


@each_recording
def test_a_share_comes_with_a_server_hello_and_never_with_a_retry(recorded: Recorded) -> None:
    flight = read(recorded.data)
    if flight.version == TLS1_3:
        assert (len(flight.share) == 32) is not flight.retry
        assert bool(flight.share) is not flight.retry


@each_recording
def test_a_flight_that_breaks_off_anywhere_is_no_verdict_of_more_than_was_seen(recorded: Recorded) -> None:
    """Nothing that was not sent is seen: what a part shows, the whole shows too."""
    whole = read(recorded.data)
    for end in range(0, len(recorded.data), max(1, len(recorded.data) // 200)):
        part = read(recorded.data[:end])
        assert part.failure is None
        assert part.version in (0, whole.version)
        assert part.alert in ("", whole.alert)
        assert part.chain in ((), whole.chain)


def is_bounded(flight: Flight, size: int) -> bool:
    """What is kept never exceeds what came."""
    kept = (
        sum(map(len, flight.chain)) + len(flight.staple) + len(flight.share) + len(flight.prime) + len(flight.generator)
    )
    return kept <= size and len(flight.chain) <= MAX_CHAIN and len(flight.rest()) <= size


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_bits_turned_over_never_crash_the_reader(data: st.DataObject) -> None:
    recorded = data.draw(st.sampled_from(ALL), label="recorded")
    altered = bytearray(recorded.data)
    for _ in range(data.draw(st.integers(1, 8), label="bits")):
        at = data.draw(st.integers(0, len(altered) * 8 - 1))
        altered[at // 8] ^= 1 << at % 8
    flight = read(bytes(altered), data.draw(st.sampled_from([0, 1, 97])))
    assert flight.failure in (None, Reason.PROTOCOL, Reason.TOO_MUCH)
    assert is_bounded(flight, len(altered))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_flights_of_different_stacks_cut_and_joined_never_crash_the_reader(data: st.DataObject) -> None:
    joined = b""
    for _ in range(data.draw(st.integers(2, 5))):
        recorded = data.draw(st.sampled_from(ALL))
        begin = data.draw(st.integers(0, len(recorded.data)))
        joined += recorded.data[begin : data.draw(st.integers(begin, len(recorded.data)))]
    flight = read(joined)
    assert is_bounded(flight, len(joined))


@each_recording
def test_a_flight_that_goes_on_without_end_is_cut_off(recorded: Recorded) -> None:
    """The same handshake messages again and again, as one that never says it is done."""
    flight = Flight()
    for _ in range(3 * MAX_FLIGHT // len(recorded.data)):
        flight.receive(recorded.data[:-1])
        if flight.done:
            break
    assert flight.done
    assert is_bounded(flight, MAX_FLIGHT + len(recorded.data))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_client_of_tls_1_3_never_crashes_on_what_a_server_sends(data: st.DataObject) -> None:
    recorded = data.draw(st.sampled_from([one for one in ALL if one.expected.get("version") == "TLS 1.3"]))
    altered = bytearray(recorded.data)
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(altered) * 8 - 1))
        altered[at // 8] ^= 1 << at % 8
    client = Tls13Client(Hello(TLS1_3, (0x1301, 0x1302, 0x1303), (29, 23, 24, 25)), b"GET / HTTP/1.0\r\n\r\n")
    client.start()
    client.receive(bytes(altered))
    client.receive(b"")
    assert client.done
