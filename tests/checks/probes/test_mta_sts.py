"""Fetching the policy of MTA-STS, from servers good and hostile. Ids are rows of the house's list of hard cases (P)."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path

import pytest

from checks.facts.http import HttpResponse
from checks.facts.mta_sts import PolicyFile
from checks.facts.network import Reason, Unreachable
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.aio import AioDoor
from checks.net.scripted import After, ScriptedDoor, Step
from checks.net.transport import Limits
from checks.options import Options
from checks.probes import mta_sts
from checks.wire.http import MAX_BODY
from tests.checks.certificates import NOW, Authority
from tests.checks.tls_server import MemoryServer, server_context

HOST, ADDRESS = "mta-sts.good.example", "192.0.2.80"
BODY = b"version: STSv1\nmode: enforce\nmx: mx.good.example\nmax_age: 86400\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def context(authority: Authority, tmp_path: Path) -> ssl.SSLContext:
    return server_context(tmp_path, authority.leaf, authority.intermediate)


@pytest.fixture
def options(authority: Authority, tmp_path: Path) -> Options:
    return Options((), (), authority.bundle(tmp_path))


async def fetched(
    options: Options, *scripts: list[Step] | Reason, seconds: float = 30
) -> tuple[PolicyFile, ScriptedDoor]:
    addresses = tuple(f"192.0.2.{80 + place}" for place in range(len(scripts)))
    door = ScriptedDoor({(address, 443): [script] for address, script in zip(addresses, scripts, strict=True)})
    found = await mta_sts.fetch(HOST, addresses, options=options, limits=Limits(), now=NOW, seconds=seconds, door=door)
    assert found is not None
    assert all(connection.closed for connection in door.connections)
    return found, door


async def test_the_policy_is_asked_for_by_its_well_known_path(context: ssl.SSLContext, options: Options) -> None:
    server = MemoryServer(context, lambda _: HEAD % len(BODY) + BODY)
    found, _ = await fetched(options, [server] * 4)
    assert isinstance(found.tls, TlsHandshake)
    assert found.tls.server_name == HOST
    assert base64.b64decode(found.body) == BODY
    assert server.plain.startswith(b"GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.good.example\r\n")


async def test_p02_a_redirect_is_kept_and_not_followed(context: ssl.SSLContext, options: Options) -> None:
    answer = b"HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"
    found, door = await fetched(options, [MemoryServer(context, lambda _: answer)] * 4)
    assert isinstance(found.response, HttpResponse)
    assert found.response.status == 301
    assert len(door.connections) == 1


async def test_the_next_address_is_tried_when_one_is_away(context: ssl.SSLContext, options: Options) -> None:
    server = MemoryServer(context, lambda _: HEAD % len(BODY) + BODY)
    found, _ = await fetched(options, Reason.REFUSED, [server] * 4)
    assert found.address == "192.0.2.81"
    assert isinstance(found.response, HttpResponse)


async def test_an_endless_policy_is_cut_off(context: ssl.SSLContext, options: Options) -> None:
    server = MemoryServer(context, lambda _: b"HTTP/1.1 200 OK\r\n\r\n" + b"x: y\n" * 100_000)
    found, _ = await fetched(options, [server] * 50)
    assert isinstance(found.response, HttpResponse)
    assert found.response.truncated
    assert len(base64.b64decode(found.body)) <= MAX_BODY


@pytest.mark.parametrize(
    "script", [[After(10_000)], [b"2"] * 500, [b"HTTP/1.1 400 Bad\r\n\r\n"], Reason.RESET, Reason.TIMEOUT]
)
async def test_a_server_that_does_not_play_along_is_a_fact_in_time(
    script: list[Step] | Reason, options: Options
) -> None:
    found, door = await fetched(options, script, seconds=20)
    assert isinstance(found.tls, TlsFailure | Unreachable)
    assert door.now <= 1000 + 20


async def test_w07_a_policy_host_with_a_private_address_is_never_dialled() -> None:
    options = Options((), (), "")
    found = await mta_sts.fetch(
        HOST, ("10.0.0.1",), options=options, limits=Limits(), now=NOW, seconds=5, door=AioDoor(options, Limits())
    )
    assert found is not None
    assert isinstance(found.tls, Unreachable)
    assert found.tls.reason is Reason.FORBIDDEN


async def test_without_addresses_there_is_nothing_to_fetch(options: Options) -> None:
    assert await mta_sts.fetch(HOST, (), options=options, limits=Limits(), now=NOW, seconds=5) is None
