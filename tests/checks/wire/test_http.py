"""The exchange of one GET: any cut of the bytes, bounds, and responses that break off or are none."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.facts.http import HttpResponse
from checks.facts.network import Reason, Unreachable
from checks.wire.http import MAX_BODY, MAX_FIELDS, MAX_HEADER, MAX_INTERIM, Done, HttpExchange, NeedMore

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nStrict-Transport-Security: max-age=1\r\n\r\nhello"


def an_exchange() -> HttpExchange:
    return HttpExchange("www.good.example", "Zegel")


def result_of(*pieces: bytes) -> HttpResponse | Unreachable:
    """The result when these pieces come, and then the end."""
    exchange = an_exchange()
    for piece in (*pieces, b""):
        if isinstance(event := exchange.receive(piece), Done):
            return event.result
    raise AssertionError("the end of the connection is the end of the exchange")


def reason_of(*pieces: bytes) -> Reason:
    result = result_of(*pieces)
    assert isinstance(result, Unreachable)
    return result.reason


def test_the_request_names_the_host_and_who_asks() -> None:
    request = an_exchange().request()
    assert request.startswith(b"GET / HTTP/1.1\r\n")
    assert b"Host: www.good.example\r\n" in request
    assert b"User-Agent: Zegel\r\n" in request
    assert b"Connection: close\r\n" in request
    assert request.endswith(b"\r\n\r\n")


def test_a_user_agent_beyond_ascii_is_no_crash() -> None:
    assert b"User-Agent: S?dwest\r\n" in HttpExchange("www.good.example", "S\u00fadwest").request()


def test_a_response_is_kept_with_its_fields_as_they_came() -> None:
    assert result_of(OK) == HttpResponse(
        200, (("Content-Length", "5"), ("Strict-Transport-Security", "max-age=1")), body_bytes=5
    )


def test_a_field_that_comes_twice_is_kept_twice_in_order() -> None:
    result = result_of(b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-b: 2\r\nx-a: 3\r\nContent-Length: 0\r\n\r\n")
    assert isinstance(result, HttpResponse)
    assert result.header("X-A") == ("1", "3")


@pytest.mark.parametrize(
    ("response", "status", "body"),
    [
        (b"HTTP/1.1 301 Moved\r\nLocation: https://x.example/\r\nContent-Length: 0\r\n\r\n", 301, 0),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, 13),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200, 3),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204, 0),
        (b"HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", 404, 0),
    ],
)
def test_usual_responses_are_read_to_their_end(response: bytes, status: int, body: int) -> None:
    result = result_of(response)
    assert isinstance(result, HttpResponse)
    assert (result.status, result.body_bytes, result.truncated) == (status, body, False)


def test_a_body_is_read_no_further_than_its_bound() -> None:
    exchange = an_exchange()
    assert exchange.receive(b"HTTP/1.1 200 OK\r\n\r\n") == NeedMore()
    for _ in range(MAX_BODY // 1000):
        assert exchange.receive(b"x" * 1000) == NeedMore()
    assert exchange.receive(b"x" * 1000) == Done(HttpResponse(200, (), MAX_BODY, truncated=True))


@pytest.mark.parametrize(
    "broken",
    [
        OK[:-2],
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_a_body_that_breaks_off_still_gives_the_response(broken: bytes) -> None:
    result = result_of(broken)
    assert isinstance(result, HttpResponse)
    assert result.status == 200
    assert result.truncated


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nServer: x\r\n"])
def test_a_connection_closed_before_the_header_is_complete_is_a_failure(start: bytes) -> None:
    assert reason_of(start) is Reason.CLOSED


@pytest.mark.parametrize(
    "nonsense",
    [
        b"220 mx.good.example ESMTP\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46\r\n\r\n",
    ],
)
def test_what_is_not_http_is_a_protocol_failure(nonsense: bytes) -> None:
    assert reason_of(nonsense) is Reason.PROTOCOL


def test_a_header_without_end_is_too_much() -> None:
    exchange = an_exchange()
    exchange.receive(b"HTTP/1.1 200 OK\r\n")
    line = b"X-Filler: " + b"x" * 1000 + b"\r\n"
    events = [exchange.receive(line) for _ in range(MAX_HEADER // len(line) + 1)]
    assert isinstance(events[-1], Done)
    assert isinstance(events[-1].result, Unreachable)
    assert events[-1].result.reason is Reason.TOO_MUCH


def test_too_many_fields_are_too_much() -> None:
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
    assert reason_of(start + b"a: b\r\n" * MAX_FIELDS + b"\r\n") is Reason.TOO_MUCH
    assert isinstance(result_of(start + b"a: b\r\n" * (MAX_FIELDS - 1) + b"\r\n"), HttpResponse)


def test_endless_interim_responses_are_too_much() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    assert reason_of(interim * (MAX_INTERIM + 1)) is Reason.TOO_MUCH
    assert isinstance(result_of(interim * MAX_INTERIM + OK), HttpResponse)


def test_control_characters_do_not_reach_the_facts() -> None:
    result = result_of(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nServer: caf\xe9\xa0\x80b\r\n\r\n")
    assert isinstance(result, HttpResponse)
    assert all(character.isprintable() for _, value in result.headers for character in value)


def test_switching_protocols_unasked_is_no_crash() -> None:
    assert reason_of(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n") in (Reason.PROTOCOL, Reason.CLOSED)


@given(st.lists(st.integers(0, len(OK)), max_size=10))
def test_the_result_does_not_depend_on_how_the_bytes_are_cut(places: list[int]) -> None:
    pieces = [OK[start:end] for start, end in itertools.pairwise(sorted({0, *places, len(OK)}))]
    assert result_of(*pieces) == result_of(OK)


@given(st.lists(st.binary(min_size=1, max_size=80), max_size=8))
def test_garbage_ends_in_a_failure_and_never_raises(pieces: list[bytes]) -> None:
    assert isinstance(result_of(*pieces), Unreachable | HttpResponse)


LINES = (b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 C\r\n", b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n")
BITS = (b"\r\n", b"abc", b"3\r\n", b"0\r\n\r\n", b" folded\r\n", b"\x00")


@given(st.lists(st.sampled_from(LINES + BITS)))
def test_near_misses_of_http_never_raise(pieces: list[bytes]) -> None:
    assert isinstance(result_of(*pieces), Unreachable | HttpResponse)
