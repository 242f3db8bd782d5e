"""One SMTP session from connect to goodbye, against scripted servers: well-behaved, unwilling, broken and hostile."""

from __future__ import annotations

import asyncio
import base64
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.evaluate import starttls
from checks.facts.network import Reason
from checks.facts.smtp import Reply, SmtpSession
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.scripted import After, Script, ScriptedDoor, Step
from checks.net.transport import Limits
from checks.options import Options
from checks.probes import smtp
from tests.checks.builders import MX, a_mail_view
from tests.checks.certificates import NOW, Authority
from tests.checks.tls_server import MemoryServer, server_context

HOST, ADDRESS = "mx.good.example.", "192.0.2.25"
GREETING = b"220 mx.good.example ESMTP\r\n"
EHLO = b"250-mx.good.example\r\n250 STARTTLS\r\n"
GO = b"220 Go\r\n"
BYE = b"221 Bye\r\n"
OPTIONS = Options((), (), "", ehlo_name="probe.example")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def context(authority: Authority, tmp_path: Path) -> ssl.SSLContext:
    return server_context(tmp_path, authority.leaf, authority.intermediate)


@pytest.fixture
def options(authority: Authority, tmp_path: Path) -> Options:
    return Options((), (), authority.bundle(tmp_path), ehlo_name="probe.example")


async def probed(
    *scripts: Script, options: Options = OPTIONS, seconds: float | None = None
) -> tuple[SmtpSession, ScriptedDoor]:
    """The session with a server that plays these scripts, one a connection, and the door it went through."""
    door = ScriptedDoor({(ADDRESS, 25): list(scripts)})
    session = await smtp.probe(HOST, ADDRESS, options=options, limits=Limits(), now=NOW, seconds=seconds, door=door)
    assert all(connection.closed for connection in door.connections)
    return session, door


def sent(door: ScriptedDoor, connection: int = 0) -> bytes:
    return bytes(door.connections[connection].written)


def reason_of(session: SmtpSession) -> Reason | None:
    return session.failure.reason if session.failure else None


async def test_a_good_server_is_seen_down_to_its_chain(
    context: ssl.SSLContext, options: Options, authority: Authority
) -> None:
    server = MemoryServer(context, lambda command: BYE if command == b"QUIT\r\n" else b"500 what?\r\n")
    session, door = await probed([GREETING, EHLO, GO, server, server, server], options=options)
    assert session.failure is None
    assert session.attempts == 1
    assert isinstance(session.tls, TlsHandshake)
    assert session.tls.version == "TLSv1.3"
    assert session.tls.server_name == "mx.good.example"
    assert session.tls.verification.code == 0
    chain = [base64.b64decode(certificate) for certificate in session.tls.chain]
    assert chain == [authority.leaf.der, authority.intermediate.der]
    assert server.plain == b"QUIT\r\n"
    assert session.transcript[-2:] == ("C: QUIT", "S: 221 Bye")
    assert sent(door).startswith(b"EHLO probe.example\r\nSTARTTLS\r\n\x16\x03")


async def test_the_chain_is_verified_at_the_moment_of_the_measurement(
    authority: Authority, options: Options, tmp_path: Path
) -> None:
    server = MemoryServer(server_context(tmp_path, authority.expired, authority.intermediate))
    session, _ = await probed([GREETING, EHLO, GO, server, server], options=options)
    assert isinstance(session.tls, TlsHandshake)
    assert session.tls.verification.code == 10


async def test_a_server_that_drops_us_after_quit_has_not_failed(context: ssl.SSLContext, options: Options) -> None:
    server = MemoryServer(context)
    for end in (b"", Reason.RESET):
        session, _ = await probed([GREETING, EHLO, GO, server, end], options=options)
        assert session.failure is None
        assert isinstance(session.tls, TlsHandshake)
        server = MemoryServer(context)


async def test_a_slow_greeting_is_waited_for_and_dated() -> None:
    session, _ = await probed([b"220-please wait\r\n", After(20), GREETING, b"250 mx\r\n", BYE])
    assert session.failure is None
    assert session.greeting == Reply(220, ("please wait", "mx.good.example ESMTP"))
    assert session.greeting_ms == 20_000


async def test_nothing_is_sent_before_the_greeting_is_complete() -> None:
    session, door = await probed([b"220-please wait\r\n", After(OPTIONS.greeting_timeout + 1), GREETING])
    assert reason_of(session) is Reason.TIMEOUT
    assert sent(door) == b""


async def test_no_starttls_means_quit_in_clear() -> None:
    session, door = await probed([GREETING, b"250-mx\r\n250 SIZE 1\r\n", BYE])
    assert session.failure is None
    assert session.starttls is None
    assert session.tls is None
    assert session.extensions == ("SIZE",)
    assert sent(door) == b"EHLO probe.example\r\nQUIT\r\n"


async def test_an_overwritten_keyword_shows_with_the_answer_to_starttls() -> None:
    session, door = await probed([GREETING, b"250-mx\r\n250 XXXXXXXA\r\n", b"502 5.5.1 unknown\r\n", BYE])
    assert session.ehlo == Reply(250, ("mx", "XXXXXXXA"))
    assert session.starttls == Reply(502, ("5.5.1 unknown",))
    assert b"STARTTLS\r\n" in sent(door)


async def test_silence_after_quit_is_no_failure() -> None:
    session, _ = await probed([GREETING, b"250 mx\r\n"])
    assert session.failure is None


@pytest.mark.parametrize("reply", [b"454 TLS not available\r\n", b"554 no\r\n"])
async def test_a_refused_starttls_is_a_fact(reply: bytes) -> None:
    session, door = await probed([GREETING, EHLO, reply, BYE])
    assert session.failure is None
    assert session.starttls is not None
    assert session.starttls.code == int(reply[:3])
    assert session.tls is None
    assert sent(door).endswith(b"QUIT\r\n")


@pytest.mark.parametrize("greeting", [b"554 go away\r\n", b"521 no mail here\r\n"])
async def test_a_permanent_refusal_is_not_tried_again(greeting: bytes) -> None:
    session, door = await probed([greeting, BYE])
    assert session.failure is None
    assert session.greeting is not None
    assert session.greeting.code == int(greeting[:3])
    assert len(door.connections) == 1


LIMITED: dict[str, list[Step]] = {
    "421 greeting": [b"421 too many\r\n"],
    "450 greeting": [b"450 greylisted\r\n", BYE],
    "421 after EHLO": [GREETING, b"421 too many\r\n"],
    "451 after EHLO": [GREETING, b"451 later\r\n", BYE],
    "reset before the greeting": [Reason.RESET],
    "closed before the greeting": [b""],
}


@pytest.mark.parametrize("kind", LIMITED)
async def test_a_server_that_limits_us_gets_one_later_try(kind: str, context: ssl.SSLContext, options: Options) -> None:
    server = MemoryServer(context)
    session, door = await probed(LIMITED[kind], [GREETING, EHLO, GO, server, server], options=options)
    assert session.attempts == 2
    assert isinstance(session.tls, TlsHandshake)
    assert door.clock() >= 1000 + smtp.RETRY_AFTER


@pytest.mark.parametrize("kind", LIMITED)
async def test_a_server_that_keeps_limiting_us_is_left_alone(kind: str) -> None:
    session, door = await probed(LIMITED[kind], LIMITED[kind], [GREETING, EHLO])
    assert session.attempts == 2
    assert len(door.connections) == 2
    assert session.tls is None


async def test_the_attempt_that_got_further_is_kept() -> None:
    session, _ = await probed([GREETING, b"421 too many\r\n"], Reason.REFUSED)
    assert session.ehlo == Reply(421, ("too many",))
    assert session.failure is None
    assert session.attempts == 2


async def test_there_is_no_second_try_without_time_for_it() -> None:
    session, door = await probed([b"421 too many\r\n"], [GREETING], seconds=smtp.RETRY_AFTER)
    assert session.attempts == 1
    assert len(door.connections) == 1


@pytest.mark.parametrize(
    "reason", [Reason.TIMEOUT, Reason.REFUSED, Reason.UNREACHABLE, Reason.NO_IPV6, Reason.FORBIDDEN, Reason.OURS]
)
async def test_a_connection_that_is_not_made_is_a_fact_and_not_tried_again(reason: Reason) -> None:
    session, _ = await probed(reason, [GREETING, EHLO, GO])
    assert reason_of(session) is reason
    assert session.attempts == 1
    assert session.transcript == ()


STATES: dict[str, list[Step]] = {
    "greeting": [],
    "EHLO": [GREETING],
    "HELO": [GREETING, b"502 no\r\n"],
    "STARTTLS": [GREETING, EHLO],
    "half a line": [b"220 mx"],
    "half a reply": [GREETING, b"250-mx\r\n"],
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("end", [Reason.RESET, Reason.TIMEOUT, b""])
async def test_what_was_seen_is_kept_when_it_breaks_off(state: str, end: Step) -> None:
    script = [*STATES[state], end]
    session, _ = await probed(script, script)
    assert reason_of(session) is (end if isinstance(end, Reason) else Reason.CLOSED)
    assert (session.greeting is not None) == (GREETING in STATES[state])
    assert (session.ehlo is not None) == (len(STATES[state]) > 1 and state != "half a reply")


@pytest.mark.parametrize("end", [Reason.RESET, Reason.TIMEOUT, b""])
async def test_a_handshake_that_breaks_off_is_a_failure_of_tls(end: Step, context: ssl.SSLContext) -> None:
    server = MemoryServer(context)
    session, door = await probed([GREETING, EHLO, GO, lambda hello: server(hello)[:50], end])
    assert session.failure is None
    assert isinstance(session.tls, TlsFailure)
    assert session.tls.reason is (end if isinstance(end, Reason) else Reason.CLOSED)
    assert session.tls.answered
    assert len(door.connections) == 1


@pytest.mark.parametrize("end", [Reason.RESET, Reason.TIMEOUT, b""])
async def test_a_hello_that_meets_silence_is_tried_once_more_short(
    end: Step, context: ssl.SSLContext, options: Options
) -> None:
    server = MemoryServer(context)
    session, door = await probed([GREETING, EHLO, GO, end], [GREETING, EHLO, GO, server, server], options=options)
    assert isinstance(session.tls, TlsHandshake)
    assert session.tls.short_hello
    assert session.tls.version == "TLSv1.2"
    assert session.attempts == 2
    assert len(sent(door)) > 1200
    assert len(sent(door, 1).partition(b"STARTTLS\r\n")[2].partition(b"\x14\x03")[0]) < 600


async def test_silence_to_both_hellos_is_a_failure_of_tls() -> None:
    session, door = await probed([GREETING, EHLO, GO], [GREETING, EHLO, GO], [GREETING])
    assert session.tls == TlsFailure(Reason.TIMEOUT, "", "during the handshake", answered=False)
    assert len(door.connections) == 2


async def test_an_alert_is_named(context: ssl.SSLContext) -> None:
    context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    session, door = await probed([GREETING, EHLO, GO, MemoryServer(context), b""])
    assert isinstance(session.tls, TlsFailure)
    assert session.tls.alert == "unrecognized_name"
    assert len(door.connections) == 1


NO_STARTTLS: list[Step] = [GREETING, b"250-mx.good.example\r\n250 SIZE 1\r\n", BYE]
MASKED: list[Step] = [GREETING, b"250-mx.good.example\r\n250 XXXXXXXA\r\n", b"502 5.5.1 unknown\r\n", BYE]
REJECTED: list[Step] = [GREETING, EHLO, b"454 4.7.0 not now\r\n", BYE]
ONLY_HELO: list[Step] = [GREETING, b"502 what\r\n", b"250 mx\r\n", BYE]
ALERT: list[Step] = [GREETING, EHLO, GO, b"\x15\x03\x03\x00\x02\x02\x28"]
BAD = {"none": NO_STARTTLS, "masked": MASKED, "rejected": REJECTED, "helo": ONLY_HELO, "alert": ALERT}


@pytest.mark.parametrize("kind", BAD)
async def test_s34_what_was_wrong_once_and_right_the_next_time_is_kept_and_does_not_decide(
    kind: str, context: ssl.SSLContext, options: Options
) -> None:
    server = MemoryServer(context)
    session, door = await probed(BAD[kind], [GREETING, EHLO, GO, server, server], options=options)
    assert isinstance(session.tls, TlsHandshake)
    assert (session.attempts, len(door.connections)) == (2, 2)
    assert session.other_try is not None
    assert not isinstance(session.other_try.tls, TlsHandshake)
    view = a_mail_view(replace(session, host=MX))
    [row] = starttls.available(view).observations
    assert (row.outcome, row.evidence["remarks"]) == (starttls.Starttls.OK, ["intermittent"])
    assert row.evidence["other_try"]["came_to"] != "ok"
    assert row.evidence["other_try"]["transcript"]


@pytest.mark.parametrize("kind", BAD)
async def test_s34_what_was_wrong_twice_decides_and_is_no_difference(kind: str) -> None:
    session, door = await probed(BAD[kind], BAD[kind], [GREETING, EHLO, GO])
    assert (len(door.connections), session.attempts, session.other_try) == (2, 2, None)
    assert starttls.judge(session) in starttls.WITHOUT_TLS


async def test_s34_two_ways_of_being_wrong_are_both_kept() -> None:
    session, _ = await probed(NO_STARTTLS, REJECTED)
    assert starttls.judge(session) is starttls.Starttls.REJECTED
    assert session.other_try is not None
    assert starttls.judge(session.other_try) is starttls.Starttls.NO_STARTTLS


async def test_s34_a_second_try_that_is_refused_leaves_the_first_as_it_was() -> None:
    session, _ = await probed(NO_STARTTLS, [b"421 too many\r\n"])
    assert (starttls.judge(session), session.other_try) == (starttls.Starttls.NO_STARTTLS, None)


async def test_s33_a_handshake_that_our_own_time_cuts_off_is_ours() -> None:
    slow: list[Step] = [After(18), GREETING, EHLO, GO, b"\x16\x03\x03", After(5)]
    session, door = await probed(slow, seconds=20)
    assert starttls.judge(session) is starttls.Starttls.OURS
    assert len(door.connections) == 1


async def test_garbage_instead_of_a_handshake_is_a_failure_of_tls() -> None:
    session, _ = await probed([GREETING, EHLO, GO, b"250 what?\r\n"])
    assert isinstance(session.tls, TlsFailure)
    assert session.tls.reason is Reason.PROTOCOL


async def test_an_answer_injected_before_the_handshake_is_counted_and_not_used(
    context: ssl.SSLContext, options: Options
) -> None:
    server = MemoryServer(context)
    session, _ = await probed([GREETING, EHLO, GO + b"250 injected\r\n", server, server], options=options)
    assert session.discarded == 14
    assert isinstance(session.tls, TlsHandshake)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ([b"220-still busy\r\n"] * 10_000, Reason.TOO_MUCH),
        ([b"x" * 10_000], Reason.TOO_MUCH),
        ([b"2" * 1000] * 10, Reason.TOO_MUCH),
        ([step for _ in range(10_000) for step in (After(1), b"2")], Reason.TIMEOUT),
        ([step for _ in range(10_000) for step in (After(1), b"220-x\r\n")], Reason.TIMEOUT),
        ([b"SSH-2.0-OpenSSH\r\n"], Reason.PROTOCOL),
        ([b"\x00" * 600 + b"\r\n"], Reason.PROTOCOL),
        ([GREETING, *([b"250-x\r\n"] * 10_000)], Reason.TOO_MUCH),
        ([GREETING, EHLO, b"220-" + b"x" * 5000], Reason.TOO_MUCH),
    ],
)
async def test_a_hostile_server_is_cut_off(script: list[Step], reason: Reason) -> None:
    session, door = await probed(script)
    assert reason_of(session) is reason
    assert len(door.connections) == 1
    assert door.clock() <= 1000 + OPTIONS.greeting_timeout + OPTIONS.reply_timeout


async def test_endless_answers_inside_tls_end_at_their_bound(context: ssl.SSLContext, options: Options) -> None:
    server = MemoryServer(context, lambda _: b"221-more\r\n" * 1000)
    session, _ = await probed([GREETING, EHLO, GO, server, server, server], options=options)
    assert session.failure is None
    assert isinstance(session.tls, TlsHandshake)
    assert len(session.transcript) < 200


@pytest.mark.parametrize("seconds", [0, 1, 3, 6, 10, 15, 20, 25, 40])
async def test_a_tarpit_ends_with_the_time_that_was_given(seconds: float) -> None:
    slow: list[Step] = [After(5), GREETING, After(5), EHLO, After(5), b"454 no\r\n", After(5), BYE]
    session, door = await probed(slow, seconds=seconds)
    assert door.clock() <= 1000 + seconds
    assert (session.greeting is not None) == (seconds >= 5)
    assert (session.ehlo is not None) == (seconds >= 10)
    assert (session.starttls is not None) == (seconds >= 15)
    assert reason_of(session) is (Reason.TIMEOUT if seconds < 15 else None)


ANYTHING = st.one_of(
    st.sampled_from([GREETING, EHLO, GO, BYE, b"421 x\r\n", b"502 x\r\n", b"\n", b"220-", b"", *Reason]),
    st.binary(max_size=40),
    st.integers(0, 40).map(After),
)


@given(st.lists(st.lists(ANYTHING, max_size=12), max_size=3), st.integers(0, 100))
def test_whatever_a_server_does_a_session_comes_back_in_time(scripts: list[list[Step]], seconds: int) -> None:
    session, door = asyncio.run(probed(*scripts, seconds=seconds))
    assert session.host == HOST
    assert len(door.connections) <= 2
    assert door.clock() <= 1000 + seconds


@pytest.mark.parametrize("host", ["mx\\032one.good.example.", "b\u00fccher.example.", "."])
async def test_a_host_that_is_no_host_name_is_measured_without_server_name(
    host: str, context: ssl.SSLContext, options: Options
) -> None:
    server = MemoryServer(context)
    door = ScriptedDoor({(ADDRESS, 25): [[GREETING, EHLO, GO, server, server]]})
    session = await smtp.probe(host, ADDRESS, options=options, limits=Limits(), now=NOW, door=door)
    assert isinstance(session.tls, TlsHandshake)
    assert session.tls.server_name == ""
