"""The second connection to a mail address: what became of a NOOP behind STARTTLS, and who is shown without a name. Ids are rows of the house's list of hard cases."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from checks.catalogue import CATALOGUE
from checks.evaluate import starttls
from checks.facts.network import Reason
from checks.facts.smtp import Injection, Reply, SmtpSession
from checks.facts.tls import TlsHandshake
from checks.judging import judge
from checks.net.scripted import After, ScriptedDoor, Step
from checks.options import Options
from checks.probes import second_look
from checks.probes.line import Line
from checks.wire.smtp import MAX_TOTAL
from tests.checks.builders import MX, a_mail_view, a_session
from tests.checks.certificates import NOW, Authority
from tests.checks.tls_server import MemoryServer, server_context

ADDRESS = "192.0.2.25"
GREETING, EHLO, GO = b"220 mx.good.example ESMTP\r\n", b"250-mx.good.example\r\n250 STARTTLS\r\n", b"220 Go\r\n"
INSIDE = b"250-mx.good.example\r\n250-SIZE 1\r\n250 REQUIRETLS\r\n"
RESET = [GREETING, EHLO, b"250 Ok\r\n", GO]  # RSET comes before STARTTLS


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def context(authority: Authority, tmp_path: Path) -> ssl.SSLContext:
    return server_context(tmp_path, authority.leaf, authority.intermediate)


@pytest.fixture
def options(authority: Authority, tmp_path: Path) -> Options:
    return Options((), (), authority.bundle(tmp_path), ehlo_name="probe.example")


def first(authority: Authority) -> SmtpSession:
    session = a_session(host="mx.good.example", address=ADDRESS)
    assert isinstance(session.tls, TlsHandshake)
    return replace(session, tls=replace(session.tls, chain=(base64.b64encode(authority.leaf.der).decode(),)))


async def looked(
    authority: Authority, options: Options, script: list[Step] | Reason, seconds: float = 60
) -> tuple[SmtpSession, ScriptedDoor]:
    door = ScriptedDoor({(ADDRESS, 25): [script]})
    line = Line(ADDRESS, 25, options, door, door.now + seconds)
    session = second_look.beside(await second_look.look(first(authority), line, NOW), line)
    assert all(connection.closed for connection in door.connections)
    return session, door


def server(context: ssl.SSLContext, first_answer: bytes = b"", endless: bool = False) -> Callable[[bytes], bytes]:
    def respond(command: bytes) -> bytes:
        if endless:
            return b"250-and so on\r\n" * 1000
        return first_answer + INSIDE if command.startswith(b"EHLO") else b"221 Bye\r\n"

    return MemoryServer(context, respond)


async def test_s13_a_server_that_forgets_answers_twice(
    authority: Authority, options: Options, context: ssl.SSLContext
) -> None:
    inside = server(context)
    session, door = await looked(authority, options, [*RESET, *[inside] * 6])
    assert session.injection is Injection.FORGOTTEN
    assert b"STARTTLS\r\nNOOP\r\n" in bytes(door.connections[-1].written)


async def test_s13_a_server_that_keeps_the_command_answers_once_more(
    authority: Authority, options: Options, context: ssl.SSLContext
) -> None:
    inside = server(context, b"250 2.0.0 Ok\r\n")
    session, _ = await looked(authority, options, [*RESET, *[inside] * 6])
    assert session.injection is Injection.EXECUTED


async def test_s15_t55_the_certificate_without_server_name_is_kept(
    authority: Authority, options: Options, context: ssl.SSLContext
) -> None:
    names: list[str | None] = []

    def notice(_: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> None:
        names.append(name)

    context.sni_callback = notice
    session, _ = await looked(authority, options, [*RESET, *[server(context)] * 6])
    assert names == [None]
    assert session.unnamed[0] == base64.b64encode(authority.leaf.der).decode()


async def test_s26_s28_the_extensions_inside_tls_are_kept(
    authority: Authority, options: Options, context: ssl.SSLContext
) -> None:
    inside = server(context)
    session, _ = await looked(authority, options, [*RESET, *[inside] * 6])
    assert session.secured == ("SIZE", "REQUIRETLS")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ([*RESET[:-1], b"554 5.5.0 Error: SMTP protocol synchronization\r\n", b"221 Bye\r\n"], Injection.REFUSED),
        ([*RESET[:-1], Reason.RESET], Injection.REFUSED),
        ([*RESET, b"garbage"], Injection.REFUSED),
        (Reason.TIMEOUT, Injection.UNSEEN),
    ],
    ids=["refuses-pipelining", "hangs-up", "garbage", "no-connection"],
)
async def test_s13_a_server_that_will_not_go_on_is_not_vulnerable(
    authority: Authority, options: Options, script: list[Step] | Reason, expected: Injection
) -> None:
    session, _ = await looked(authority, options, script)
    assert session.injection is expected


async def test_s18_endless_answers_inside_tls_end_at_their_bound(
    authority: Authority, options: Options, context: ssl.SSLContext
) -> None:
    session, door = await looked(authority, options, [*RESET, *[server(context, endless=True)] * 200])
    assert session.injection in (Injection.UNSEEN, Injection.FORGOTTEN)
    assert len(door.connections[-1].steps) > 190 - MAX_TOTAL // 1000


@pytest.mark.parametrize(
    "step", [After(10_000), b"2", b"220-more\r\n" * 200, b"x" * 10_000], ids=["silent", "byte", "lines", "line"]
)
async def test_s18_a_hostile_server_ends_with_the_time_or_the_bytes(
    authority: Authority, options: Options, step: Step
) -> None:
    session, door = await looked(authority, options, [step] * 500, seconds=20)
    assert session.injection is Injection.UNSEEN
    assert door.now <= 1000 + 20  # the clock of the script begins at 1000


async def test_s27_a_server_that_demands_tls_says_so_to_rset_and_no_mail_is_begun(
    authority: Authority, options: Options, context: ssl.SSLContext
) -> None:
    demand = [GREETING, EHLO, b"530 5.7.0 Must issue a STARTTLS command first\r\n", GO]
    session, door = await looked(authority, options, [*demand, *[server(context)] * 6])
    assert session.rset == Reply(530, ("5.7.0 Must issue a STARTTLS command first",))
    assert session.injection is Injection.FORGOTTEN
    assert b"EHLO probe.example\r\nRSET\r\nSTARTTLS\r\n" in bytes(door.connections[-1].written)
    [row] = starttls.available(a_mail_view(replace(session, host=MX))).observations
    assert row.outcome is starttls.Starttls.TLS_DEMANDED
    assert (
        judge(
            CATALOGUE["mail_starttls_tls_available"], starttls.available(a_mail_view(replace(session, host=MX)))
        ).status
        == "info"
    )


async def test_s27_a_server_that_takes_rset_demands_nothing(
    authority: Authority, options: Options, context: ssl.SSLContext
) -> None:
    session, _ = await looked(authority, options, [*RESET, *[server(context)] * 6])
    assert session.rset == Reply(250, ("Ok",))
    assert starttls.judge(session) is starttls.Starttls.OK


async def test_s27_a_server_that_has_enough_of_us_at_rset_ends_the_visit(
    authority: Authority, options: Options
) -> None:
    session, _ = await looked(authority, options, [GREETING, EHLO, b"421 4.7.0 bye\r\n"])
    assert (session.rset, session.injection) == (Reply(421, ("4.7.0 bye",)), Injection.REFUSED)
    assert starttls.judge(session) is starttls.Starttls.OK


async def test_s34_starttls_that_is_gone_on_a_later_connection_is_kept_beside_the_one_that_worked(
    authority: Authority, options: Options
) -> None:
    without = [GREETING, b"250-mx.good.example\r\n250 SIZE 1\r\n", b"221 Bye\r\n"]
    session, _ = await looked(authority, options, without)
    assert isinstance(session.tls, TlsHandshake)
    assert session.other_try is not None
    assert session.other_try.extensions == ("SIZE",)


@pytest.mark.parametrize(
    "script",
    [[b"421 too many\r\n"], [GREETING, b"421 too many\r\n"], [GREETING, EHLO, b"454 later\r\n"], Reason.TIMEOUT],
    ids=["421", "421-to-ehlo", "454", "no-connection"],
)
async def test_s34_a_server_that_has_enough_of_us_is_not_called_intermittent(
    authority: Authority, options: Options, script: list[Step] | Reason
) -> None:
    session, _ = await looked(authority, options, script)
    assert session.other_try is None


async def test_without_a_handshake_there_is_no_second_look(authority: Authority, options: Options) -> None:
    door = ScriptedDoor({})
    session = replace(first(authority), tls=None)
    found = await second_look.look(session, Line(ADDRESS, 25, options, door, door.now + 60), NOW)
    assert found == session
    assert door.connections == []
