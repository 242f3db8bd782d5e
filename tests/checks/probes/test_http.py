"""One web address on both ports, against scripted servers: good, closed, broken and hostile."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.facts.http import HttpResponse, WebEndpoint
from checks.facts.network import Reason, Unreachable
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.scripted import After, Script, ScriptedDoor, Step
from checks.net.transport import Limits
from checks.options import Options
from checks.probes import http
from checks.wire.http import MAX_BODY
from tests.checks.certificates import NOW, Authority
from tests.checks.tls_server import MemoryServer, server_context

HOST, ADDRESS = "www.good.example", "192.0.2.80"
PLAIN = b"HTTP/1.1 301 Moved\r\nLocation: https://www.good.example/\r\nContent-Length: 0\r\n\r\n"
SECURE = b"HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=31536000\r\nContent-Length: 2\r\n\r\nhi"
OPTIONS = Options((), (), "", user_agent="Zegel")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def context(authority: Authority, tmp_path: Path) -> ssl.SSLContext:
    return server_context(tmp_path, authority.leaf, authority.intermediate)


@pytest.fixture
def options(authority: Authority, tmp_path: Path) -> Options:
    return Options((), (), authority.bundle(tmp_path), user_agent="Zegel")


async def probed(
    plain: Sequence[Script] = (),
    secure: Sequence[Script] = (),
    *,
    options: Options = OPTIONS,
    host: str = HOST,
    seconds: float | None = None,
) -> tuple[WebEndpoint, ScriptedDoor]:
    """The endpoint that plays these scripts on port 80 and port 443, one a connection, and the door."""
    door = ScriptedDoor({(ADDRESS, 80): plain, (ADDRESS, 443): secure})
    endpoint = await http.probe(host, ADDRESS, options=options, limits=Limits(), now=NOW, seconds=seconds, door=door)
    assert all(connection.closed for connection in door.connections)
    return endpoint, door


def a_server(context: ssl.SSLContext, response: bytes = SECURE) -> MemoryServer:
    return MemoryServer(context, lambda _: response)


async def test_both_ports_of_a_good_server_are_seen(context: ssl.SSLContext, options: Options) -> None:
    server = a_server(context)
    endpoint, door = await probed([[PLAIN]], [[server, server, server]], options=options)
    assert endpoint.http == HttpResponse(301, (("Location", "https://www.good.example/"), ("Content-Length", "0")))
    assert isinstance(endpoint.tls, TlsHandshake)
    assert endpoint.tls.verification.code == 0
    assert isinstance(endpoint.https, HttpResponse)
    assert endpoint.https.status == 200
    assert endpoint.https.header("strict-transport-security") == ("max-age=31536000",)
    assert len(door.connections) == 2
    assert server.alpn is None or server.alpn == "http/1.1"


async def test_host_and_server_name_are_without_the_trailing_dot(context: ssl.SSLContext, options: Options) -> None:
    names: list[str | None] = []
    context.sni_callback = lambda _, name, __: names.append(name)
    server = a_server(context)
    endpoint, _ = await probed([[PLAIN]], [[server, server]], options=options, host="www.good.example.")
    assert names == ["www.good.example"]
    assert b"Host: www.good.example\r\n" in server.plain
    assert endpoint.host == "www.good.example."


@pytest.mark.parametrize("reason", [Reason.REFUSED, Reason.TIMEOUT, Reason.UNREACHABLE, Reason.FORBIDDEN])
async def test_a_port_that_is_not_reached_says_nothing_of_the_other(
    reason: Reason, context: ssl.SSLContext, options: Options
) -> None:
    server = a_server(context)
    endpoint, _ = await probed([reason], [[server, server]], options=options, seconds=100)
    assert endpoint.http == Unreachable(reason)
    assert isinstance(endpoint.https, HttpResponse)
    endpoint, _ = await probed([[PLAIN]], [reason], options=options)
    assert isinstance(endpoint.http, HttpResponse)
    assert endpoint.tls == Unreachable(reason)
    assert endpoint.https is None


async def test_a_failed_handshake_leaves_no_response() -> None:
    endpoint, door = await probed([[PLAIN]], [[b"HTTP/1.1 400 Bad Request\r\n\r\n"]])
    assert isinstance(endpoint.tls, TlsFailure)
    assert endpoint.tls.reason is Reason.PROTOCOL
    assert endpoint.https is None
    assert len(door.connections) == 2


async def test_a_hello_that_meets_silence_is_tried_once_more_short(context: ssl.SSLContext, options: Options) -> None:
    server = a_server(context)
    endpoint, door = await probed([[PLAIN]], [[b""], [server, server, server]], options=options)
    assert isinstance(endpoint.tls, TlsHandshake)
    assert endpoint.tls.short_hello
    assert isinstance(endpoint.https, HttpResponse)
    assert len(door.connections) == 3


async def test_silence_to_both_hellos_keeps_the_first_failure() -> None:
    endpoint, door = await probed([[PLAIN]], [[Reason.RESET], [b""], [PLAIN]])
    assert endpoint.tls == TlsFailure(Reason.RESET, "", "during the handshake", answered=False)
    assert len(door.connections) == 3


async def test_a_response_that_breaks_off_inside_tls_is_a_fact_beside_the_handshake(
    context: ssl.SSLContext, options: Options
) -> None:
    endpoint, _ = await probed([[PLAIN]], [[MemoryServer(context), Reason.RESET]], options=options)
    assert isinstance(endpoint.tls, TlsHandshake)
    assert endpoint.https == Unreachable(Reason.RESET)


SLOW: list[Step] = [step for _ in range(10_000) for step in (After(1), b"H")]
SLOW_BODY: list[Step] = [b"HTTP/1.1 200 OK\r\n\r\n", *[step for _ in range(10_000) for step in (After(1), b"x")]]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ([b"220 mx.good.example\r\n\r\n"], Unreachable(Reason.PROTOCOL, "what came is not HTTP/1.1")),
        (
            [b"HTTP/1.1 200 OK\r\n", *[b"X-Filler: " + b"x" * 1000 + b"\r\n"] * 1000],
            Unreachable(Reason.TOO_MUCH, "a header of more than 65536 bytes"),
        ),
        ([b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 10_000] * 1000], HttpResponse(200, (), MAX_BODY, truncated=True)),
        (SLOW, Unreachable(Reason.TIMEOUT)),
        (SLOW_BODY, HttpResponse(200, (), 10, truncated=True)),
        ([b""], Unreachable(Reason.CLOSED, "before the response")),
        ([Reason.RESET], Unreachable(Reason.RESET)),
        ([], Unreachable(Reason.TIMEOUT)),
    ],
)
async def test_a_hostile_server_is_cut_off(script: list[Step], expected: HttpResponse | Unreachable) -> None:
    endpoint, door = await probed([script])
    assert endpoint.http == expected
    assert door.clock() <= 1000 + http.RESPONSE


@pytest.mark.parametrize("seconds", [0, 1, 5])
async def test_it_ends_with_the_time_that_was_given(seconds: float) -> None:
    endpoint, door = await probed([[After(3), PLAIN]], [Reason.REFUSED], seconds=seconds)
    assert door.clock() <= 1000 + seconds
    assert isinstance(endpoint.http, HttpResponse if seconds > 3 else Unreachable)


ANYTHING = st.one_of(
    st.sampled_from([PLAIN, SECURE, b"HTTP/1.1 200 OK\r\n", b"\r\n", b"A: b\r\n", b"", *Reason]),
    st.binary(max_size=40),
    st.integers(0, 20).map(After),
)
SCRIPTS = st.lists(st.lists(ANYTHING, max_size=8), max_size=3)


@given(SCRIPTS, SCRIPTS, st.integers(0, 60))
def test_whatever_a_server_does_an_endpoint_comes_back_in_time(
    plain: list[list[Step]], secure: list[list[Step]], seconds: int
) -> None:
    endpoint, door = asyncio.run(probed(plain, secure, seconds=seconds))
    assert endpoint.host == HOST
    assert len(door.connections) <= 3
    assert door.clock() <= 1000 + seconds
