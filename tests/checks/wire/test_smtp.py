"""The SMTP dialogue byte by byte: what follows each reply, in whatever pieces it comes, and what happens to nonsense."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.facts.network import Reason, Unreachable
from checks.facts.smtp import Reply
from checks.wire.smtp import (
    MAX_LINE,
    MAX_LINES,
    MAX_TOTAL,
    Done,
    Event,
    NeedMore,
    Send,
    SmtpDialogue,
    StartTls,
)

EHLO = Send(b"EHLO probe.example\r\n")
HELO = Send(b"HELO probe.example\r\n")
STARTTLS = Send(b"STARTTLS\r\n")
QUIT = Send(b"QUIT\r\n")


def a_dialogue() -> SmtpDialogue:
    return SmtpDialogue(ehlo_name="probe.example")


def after(*replies: bytes) -> tuple[SmtpDialogue, Event]:
    """A dialogue that was given these replies, and its last event."""
    talk = a_dialogue()
    event: Event = NeedMore()
    for reply in replies:
        event = talk.receive(reply)
    return talk, event


def reason(event: Event) -> Reason | None:
    assert isinstance(event, Done)
    return event.failure.reason if event.failure else None


GREETED = (b"220 mx.good.example ESMTP\r\n",)
OFFERED = (*GREETED, b"250-mx.good.example\r\n250 STARTTLS\r\n")


def test_the_dialogue_goes_from_greeting_to_starttls() -> None:
    talk = a_dialogue()
    assert talk.receive(b"220 mx.good.example ESMTP\r\n") == EHLO
    assert talk.receive(b"250-mx.good.exam") == NeedMore()
    assert talk.receive(b"ple\r\n250-PIPELINING\r\n250 STARTTLS\r\n") == STARTTLS
    assert talk.receive(b"220 2.0.0 Ready\r\n") == StartTls()
    assert talk.greeting == Reply(220, ("mx.good.example ESMTP",))
    assert talk.ehlo == Reply(250, ("mx.good.example", "PIPELINING", "STARTTLS"))
    assert talk.extensions == ("PIPELINING", "STARTTLS")
    assert talk.starttls == Reply(220, ("2.0.0 Ready",))
    assert talk.transcript == [
        "S: 220 mx.good.example ESMTP",
        "C: EHLO probe.example",
        "S: 250-mx.good.example",
        "S: 250-PIPELINING",
        "S: 250 STARTTLS",
        "C: STARTTLS",
        "S: 220 2.0.0 Ready",
    ]


def test_nothing_is_sent_before_the_last_line_of_a_greeting() -> None:
    talk = a_dialogue()
    assert talk.receive(b"220-wait\r\n") == NeedMore()
    assert talk.receive(b"220-for it\r\n220") == NeedMore()
    assert talk.receive(b" now\r\n") == EHLO
    assert talk.greeting == Reply(220, ("wait", "for it", "now"))


@pytest.mark.parametrize("line", [b"starttls", b"StartTLS", b"STARTTLS ", b"STARTTLS REQUIRED"])
def test_the_keyword_is_known_in_any_case_and_with_arguments(line: bytes) -> None:
    _, event = after(*GREETED, b"250-mx.good.example\r\n250 " + line + b"\r\n")
    assert event == STARTTLS


@pytest.mark.parametrize(
    "ehlo",
    [
        b"250 STARTTLS.example STARTTLS\r\n",  # the name of the server is no extension
        b"250-STARTTLS\r\n250 SIZE 1000\r\n",
        b"250-mx.good.example\r\n250 AUTH STARTTLS\r\n",
        b"250-mx.good.example\r\n250 X-STARTTLS\r\n",
        b"250 mx.good.example\r\n",
        b"250\r\n",
    ],
)
def test_without_the_keyword_starttls_is_not_sent(ehlo: bytes) -> None:
    talk, event = after(*GREETED, ehlo)
    assert event == QUIT
    assert talk.starttls is None
    assert talk.receive(b"221 Bye\r\n") == Done()


@pytest.mark.parametrize("masked", [b"XXXXXXXA", b"XXXXXXXX", b"XXXXXXXXXXXXXB", b"********"])
def test_starttls_is_sent_when_a_keyword_was_overwritten(masked: bytes) -> None:
    talk, event = after(*GREETED, b"250-mx.good.example\r\n250-SIZE 1\r\n250 " + masked + b"\r\n")
    assert talk.masked
    assert event == STARTTLS
    assert talk.receive(b"500 #5.5.1 command not recognized\r\n") == QUIT
    assert talk.starttls == Reply(500, ("#5.5.1 command not recognized",))
    assert talk.ehlo is not None
    assert masked.decode() in talk.ehlo.lines


def test_starttls_is_sent_when_the_greeting_was_overwritten() -> None:
    _, event = after(b"220 **************************0**2*****\r\n", b"250 mx.good.example\r\n")
    assert event == STARTTLS


@pytest.mark.parametrize("extension", [b"XCLIENT", b"XEXCH50", b"X-EXPS", b"XXX"])
def test_an_extension_that_begins_with_x_is_not_taken_for_overwritten(extension: bytes) -> None:
    talk, event = after(*GREETED, b"250-mx.good.example\r\n250 " + extension + b"\r\n")
    assert not talk.masked
    assert event == QUIT


@pytest.mark.parametrize("code", [b"500", b"502", b"504", b"550", b"554"])
def test_helo_follows_when_ehlo_is_refused(code: bytes) -> None:
    talk, event = after(*GREETED, code + b" no\r\n")
    assert event == HELO
    assert talk.receive(b"250 hello\r\n") == QUIT
    assert talk.helo == Reply(250, ("hello",))
    assert talk.extensions == ()


def test_a_refused_helo_ends_with_quit() -> None:
    talk, event = after(*GREETED, b"502 no\r\n", b"550 neither\r\n")
    assert event == QUIT
    assert talk.helo == Reply(550, ("neither",))


@pytest.mark.parametrize("code", [b"450", b"451", b"521", b"554"])
def test_a_greeting_that_refuses_is_kept_and_answered_with_quit(code: bytes) -> None:
    talk, event = after(code + b" not you\r\n")
    assert event == QUIT
    assert talk.greeting == Reply(int(code), ("not you",))
    assert talk.receive(b"221 Bye\r\n") == Done()


@pytest.mark.parametrize("before", [(), GREETED, OFFERED])
def test_after_421_nothing_more_is_sent(before: tuple[bytes, ...]) -> None:
    _, event = after(*before, b"421 4.7.0 Too many connections\r\n")
    assert event == Done()


def test_a_temporary_answer_to_ehlo_is_kept_and_answered_with_quit() -> None:
    talk, event = after(*GREETED, b"451 later\r\n")
    assert event == QUIT
    assert talk.ehlo == Reply(451, ("later",))
    assert talk.extensions == ()


@pytest.mark.parametrize("reply", [b"454 TLS not available\r\n", b"501 no\r\n", b"554 no\r\n", b"250 OK\r\n"])
def test_a_refused_starttls_is_kept_and_answered_with_quit(reply: bytes) -> None:
    talk, event = after(*OFFERED, reply)
    assert event == QUIT
    assert talk.starttls is not None
    assert talk.starttls.code == int(reply[:3])


def test_bytes_behind_the_answer_to_starttls_are_counted_and_never_read() -> None:
    talk, event = after(*OFFERED, b"220 Go\r\n250 injected\r\n")
    assert event == StartTls()
    assert talk.discarded == len(b"250 injected\r\n")
    assert "injected" not in " ".join(talk.transcript)


def test_bare_line_feeds_are_read_and_remembered() -> None:
    talk, event = after(b"220 mx.good.example\n", b"250-mx.good.example\n250 STARTTLS\n", b"220 Go\n")
    assert event == StartTls()
    assert talk.bare_lf
    clean, _ = after(*OFFERED)
    assert not clean.bare_lf


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
        (b"HTTP/1.1 400 Bad Request\r\n", "web server"),
        (b"+OK ready\r\n", "mailbox"),
        (b"* OK IMAP4rev1\r\n", "mailbox"),
        (b"\x15\x03\x01\x00\x02\x02\x0a", "TLS at once"),
        (b"\x16\x03\x01\x02\x00", "TLS at once"),
        (b"\r\n", "reply code"),
        (b"22O oops\r\n", "reply code"),
        (b"220+mx\r\n", "reply code"),
        (b"120 mx\r\n", "reply code"),
        (b"620 mx\r\n", "reply code"),
        (b"2200 mx\r\n", "reply code"),
    ],
)
def test_what_is_not_smtp_is_a_protocol_failure(line: bytes, named: str) -> None:
    _, event = after(line)
    assert isinstance(event, Done)
    assert event.failure is not None
    assert event.failure.reason is Reason.PROTOCOL
    assert named in event.failure.detail


@pytest.mark.parametrize(
    ("before", "failure"),
    [
        ((), Unreachable(Reason.CLOSED, "before the greeting")),
        (GREETED, Unreachable(Reason.CLOSED, "before the reply to EHLO")),
        (OFFERED, Unreachable(Reason.CLOSED, "before the reply to STARTTLS")),
        ((b"554 no\r\n",), None),
    ],
)
def test_a_closed_connection_is_a_failure_unless_we_said_goodbye(
    before: tuple[bytes, ...], failure: Unreachable | None
) -> None:
    talk, _ = after(*before)
    assert talk.closed() == Done(failure)


def test_lines_up_to_the_bound_are_read_and_longer_ones_are_not() -> None:
    longest = b"220 " + b"x" * (MAX_LINE - 6) + b"\r\n"
    assert after(longest)[1] == EHLO
    assert reason(after(b"220 " + b"x" * (MAX_LINE - 5) + b"\r\n")[1]) is Reason.TOO_MUCH
    assert reason(after(b"2" * (MAX_LINE + 1))[1]) is Reason.TOO_MUCH


def test_a_reply_of_too_many_lines_is_refused() -> None:
    assert after(b"220-x\r\n" * (MAX_LINES - 1) + b"220 x\r\n")[1] == EHLO
    assert reason(after(b"220-x\r\n" * (MAX_LINES + 1))[1]) is Reason.TOO_MUCH


def test_the_bytes_of_a_dialogue_are_bounded() -> None:
    line = b"220-" + b"x" * 1000 + b"\r\n"
    talk = a_dialogue()
    events = [talk.receive(line) for _ in range(MAX_TOTAL // len(line) + 1)]
    assert reason(events[-1]) is Reason.TOO_MUCH


def test_control_characters_do_not_reach_the_facts() -> None:
    talk, _ = after(b"220 a\x00b\x1b[31mc\rd\xe2\x80\xaee\xffhello\r\n")
    assert talk.greeting == Reply(220, ("a\ufffdb\ufffd[31mc\ufffdd\ufffde\ufffdhello",))


def test_a_long_line_is_cut_in_the_facts() -> None:
    talk, _ = after(b"220 " + b"x" * 2000 + b"\r\n")
    assert talk.greeting is not None
    assert talk.greeting.lines == ("x" * 512,)
    assert len(talk.transcript[0]) == 512 + len("S: 220 ")


def test_when_it_is_over_it_stays_over() -> None:
    talk, event = after(b"nonsense\r\n")
    assert talk.receive(b"220 hello\r\n") == event
    assert talk.closed() == event


def drive(pieces: list[bytes]) -> tuple[list[Event], SmtpDialogue]:
    """All events that need an action, when these pieces come one after another."""
    talk = a_dialogue()
    events: list[Event] = []
    for piece in pieces:
        event = talk.receive(piece)
        while isinstance(event, Send):
            events.append(event)
            event = talk.receive(b"")
        if isinstance(event, StartTls | Done):
            return [*events, event], talk
    return [*events, talk.closed()], talk


def split(data: bytes, at: list[int]) -> list[bytes]:
    places = sorted({place for place in at if place < len(data)})
    return [data[start:end] for start, end in itertools.pairwise([0, *places, len(data)])]


CONVERSATION = (
    b"220-mx.good.example\r\n220 ESMTP\n250-mx.good.example\r\n250-SIZE 1000\r\n250 StartTLS\r\n220 Go\r\n",
    b"220 mx\r\n502 what?\r\n250 hello\r\n221 bye\r\n",
    b"421 go away\r\n",
    b"220 mx\r\n250 mx\r\n221-bye\r\n221 bye\r\n",
    b"220 mx\r\n\r\n",
)


@given(st.sampled_from(CONVERSATION), st.lists(st.integers(0, 120)))
def test_the_events_do_not_depend_on_how_the_bytes_are_cut(data: bytes, places: list[int]) -> None:
    whole, seen_whole = drive([data])
    pieces, seen_pieces = drive(split(data, places))
    assert pieces == whole
    assert seen_pieces == seen_whole


@given(st.lists(st.binary(max_size=60)))
def test_garbage_ends_the_dialogue_and_never_raises(pieces: list[bytes]) -> None:
    events, _ = drive(pieces)
    assert isinstance(events[-1], Done | StartTls)


@given(st.lists(st.sampled_from([b"220", b"250", b"421", b"5", b"-", b" ", b"\r", b"\n", b"STARTTLS", b"X", b"\x00"])))
def test_near_misses_of_smtp_end_the_dialogue_and_never_raise(pieces: list[bytes]) -> None:
    events, talk = drive(pieces)
    assert isinstance(events[-1], Done | StartTls)
    sent = [event.data for event in events if isinstance(event, Send)]
    assert len(sent) <= 4
    assert sum(line.startswith("C: ") for line in talk.transcript) == len(sent)
