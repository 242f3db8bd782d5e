"""The search for a security.txt, with servers in memory. Ids are rows of the house's list of hard cases (W: web)."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.evaluate.security_txt import Outcome, judge
from checks.facts.measurement import Measurement
from checks.facts.network import Reason
from checks.facts.security_txt import SecurityTxtFile, SecurityTxtSearch
from checks.model import Suite
from checks.net.scripted import Script, ScriptedDoor
from checks.net.transport import Limits
from checks.options import Options
from checks.probes.security_txt import MOST_REDIRECTS, search
from tests.checks.builders import a_view, an_endpoint
from tests.checks.certificates import Authority
from tests.checks.made import NOW
from tests.checks.tls_server import MemoryServer, server_context

ADDRESS, OTHER = "192.0.2.80", "192.0.2.81"
FILE = b"Contact: https://good.example/\r\nExpires: 2027-06-01T00:00:00Z\r\n"


@pytest.fixture
def context(tmp_path: Path) -> ssl.SSLContext:
    authority = Authority()
    return server_context(tmp_path, authority.leaf, authority.intermediate)


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(resolvers=(), trust_anchors=(), ca_bundle=Authority().bundle(tmp_path), deadline=60)


def response(status: int, *fields: str, body: bytes = b"") -> bytes:
    head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close", *fields]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def serving(context: ssl.SSLContext, answer: Callable[[bytes], bytes]) -> Script:
    return [MemoryServer(context, answer)] * 20


async def found(options: Options, door: ScriptedDoor) -> SecurityTxtSearch:
    async def resolve(host: str) -> tuple[str, ...]:
        return {"good.example": (ADDRESS,), "www.good.example": (OTHER,)}.get(host, ())

    return await search("good.example", resolve, options=options, limits=Limits(), now=NOW, seconds=60, door=door)


TEXT = "Content-Type: text/plain; charset=utf-8"


async def test_the_file_is_taken_from_its_place(context: ssl.SSLContext, options: Options) -> None:
    def answer(request: bytes) -> bytes:
        assert request.startswith(b"GET /.well-known/security.txt HTTP/1.1\r\n")
        return response(200, TEXT, body=FILE)

    got = await found(options, ScriptedDoor({(ADDRESS, 443): [serving(context, answer)]}))
    assert (got.well_known.status, base64.b64decode(got.well_known.body), got.legacy) == (200, FILE, None)


async def test_the_old_place_is_looked_at_when_there_is_none(context: ssl.SSLContext, options: Options) -> None:
    scripts = [serving(context, lambda _: response(404)), serving(context, lambda _: response(200, TEXT, body=FILE))]
    got = await found(options, ScriptedDoor({(ADDRESS, 443): scripts}))
    assert got.legacy is not None
    assert (got.well_known.status, got.legacy.status) == (404, 200)


async def test_W06_a_redirect_to_another_host_is_followed(context: ssl.SSLContext, options: Options) -> None:
    to = "https://www.good.example/security.txt"
    scripts = {
        (ADDRESS, 443): [serving(context, lambda _: response(302, f"Location: {to}"))],
        (OTHER, 443): [serving(context, lambda _: response(200, TEXT, body=FILE))],
    }
    got = (await found(options, ScriptedDoor(scripts))).well_known
    assert (got.urls[-1], got.status, got.address) == (to, 200, OTHER)


async def test_W02_a_loop_of_redirects_ends(context: ssl.SSLContext, options: Options) -> None:
    loop = [serving(context, lambda _: response(302, "Location: /.well-known/security.txt")) for _ in range(20)]
    door = ScriptedDoor({(ADDRESS, 443): loop})
    got = (await found(options, door)).well_known
    assert got.failure is not None
    assert got.failure.reason is Reason.TOO_MUCH
    assert len(door.connections) == MOST_REDIRECTS + 1


@pytest.mark.parametrize("to", ["http://good.example/x", "https://good.example:8443/x", "ftp://x/", "https://[x", "//"])
async def test_W02_a_redirect_away_from_https_is_not_followed(
    context: ssl.SSLContext, options: Options, to: str
) -> None:
    door = ScriptedDoor({(ADDRESS, 443): [serving(context, lambda _: response(302, f"Location: {to}"))]})
    got = (await found(options, door)).well_known
    assert got.failure is not None
    assert len(door.connections) == 1


def outcome(well_known: SecurityTxtFile, legacy: SecurityTxtFile | None = None) -> str:
    view = a_view(Suite.WEB, web=(an_endpoint(),))
    view.measurement = Measurement(
        "good.example", Suite.WEB, NOW, web=(an_endpoint(),), security_txt=SecurityTxtSearch(well_known, legacy)
    )
    return judge(view).outcome.value


URL = "https://good.example/.well-known/security.txt"
BODY = base64.b64encode(FILE).decode()


@pytest.mark.parametrize(
    ("status", "content_type", "expected"),
    [
        (200, "text/plain; charset=utf-8", Outcome.OK),
        (200, "text/plain", Outcome.OK),
        (200, "text/html", Outcome.WRONG_TYPE),
        (200, "text/plain; charset=iso-8859-1", Outcome.WRONG_TYPE),
        (404, "text/html", Outcome.ABSENT),
        (403, "text/html", Outcome.REFUSED),
        (503, "text/html", Outcome.UNKNOWN),
    ],
)
def test_what_was_found_is_judged(status: int, content_type: str, expected: Outcome) -> None:
    assert outcome(SecurityTxtFile((URL,), ADDRESS, status, content_type, BODY)) == expected


def test_a_file_at_the_old_place_only_is_said() -> None:
    absent, there = SecurityTxtFile((URL,), ADDRESS, 404), SecurityTxtFile((URL,), ADDRESS, 200, "text/plain", BODY)
    assert outcome(absent, there) == Outcome.OLD_PLACE
