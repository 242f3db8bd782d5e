"""IMAP and POP3 as far as TLS, byte by byte."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.facts.network import Reason, Unreachable
from checks.facts.service import Opening
from checks.wire.mailbox import MailboxDialogue
from checks.wire.smtp import Done, NeedMore, Send, StartTls

UNHURRIED = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])

IMAP, POP3 = Opening.IMAP, Opening.POP3


def test_imap_asks_for_tls_under_its_tag_and_passes_over_what_comes_in_between() -> None:
    talk = MailboxDialogue(IMAP)
    assert talk.receive(b"* OK [CAPABILITY IMAP4rev2 STARTTLS] ready\r\n") == Send(b"z1 STARTTLS\r\n")
    assert talk.receive(b"* CAPABILITY IMAP4rev2\r\n") == NeedMore()
    assert talk.receive(b"Z1 ok Begin TLS\r\n") == StartTls()


def test_pop3_asks_with_stls() -> None:
    talk = MailboxDialogue(POP3)
    assert talk.receive(b"+OK POP3 ready <1@mx>\r\n") == Send(b"STLS\r\n")
    assert talk.receive(b"+OK Begin TLS\r\n") == StartTls()
    assert talk.transcript == ["S: +OK POP3 ready <1@mx>", "C: STLS", "S: +OK Begin TLS"]


def test_replies_may_come_in_pieces() -> None:
    talk = MailboxDialogue(IMAP)
    assert talk.receive(b"* OK re") == NeedMore()
    assert talk.receive(b"ady\r") == NeedMore()
    assert talk.receive(b"\n") == Send(b"z1 STARTTLS\r\n")


@pytest.mark.parametrize(
    ("opening", "greeting", "refusal"),
    [(IMAP, b"* OK\r\n", b"z1 BAD no\r\n"), (IMAP, b"* OK\r\n", b"z1 NO\r\n"), (POP3, b"+OK\r\n", b"-ERR no\r\n")],
)
def test_a_server_that_does_not_start_tls_is_a_refusal_and_no_failure(
    opening: Opening, greeting: bytes, refusal: bytes
) -> None:
    talk = MailboxDialogue(opening)
    talk.receive(greeting)
    assert talk.receive(refusal) == Done()
    assert talk.refused


@pytest.mark.parametrize(
    ("opening", "greeting", "detail"),
    [
        (IMAP, b"220 mx ESMTP\r\n", "this is a mail server (SMTP)"),
        (POP3, b"* OK IMAP\r\n", "a greeting of another protocol"),
        (IMAP, b"* PREAUTH hello\r\n", "logged in before TLS: it can no longer be started"),
        (IMAP, b"* BYE busy\r\n", "the server says goodbye at once"),
        (POP3, b"-ERR busy\r\n", "the server says goodbye at once"),
    ],
)
def test_another_greeting_is_named(opening: Opening, greeting: bytes, detail: str) -> None:
    assert MailboxDialogue(opening).receive(greeting) == Done(Unreachable(Reason.PROTOCOL, detail))


def test_what_was_sent_in_clear_behind_the_consent_is_counted_and_never_read() -> None:
    talk = MailboxDialogue(POP3)
    talk.receive(b"+OK\r\n")
    assert talk.receive(b"+OK go\r\n+OK injected\r\n") == StartTls()
    assert talk.discarded == len(b"+OK injected\r\n")
    assert "injected" not in "".join(talk.transcript)


def test_a_server_that_hangs_up_says_when() -> None:
    assert MailboxDialogue(POP3).closed() == Done(Unreachable(Reason.CLOSED, "before the reply to GREETING"))


@pytest.mark.parametrize("flood", [b"a" * 5000, b"* X\r\n" * 200, b"* " + b"y" * 3000 + b"\r\n"])
def test_a_flood_ends_the_dialogue(flood: bytes) -> None:
    talk = MailboxDialogue(IMAP)
    talk.receive(b"* OK\r\n")
    event = NeedMore()
    for _ in range(40):
        event = talk.receive(flood)  # type: ignore[assignment]
    assert isinstance(event, Done)
    assert event.failure is not None
    assert event.failure.reason is Reason.TOO_MUCH


@UNHURRIED
@given(st.sampled_from([IMAP, POP3]), st.lists(st.binary(max_size=60), max_size=8))
def test_no_bytes_break_the_dialogue_or_leave_control_characters(opening: Opening, pieces: list[bytes]) -> None:
    talk = MailboxDialogue(opening)
    for piece in pieces:
        assert isinstance(talk.receive(piece), Send | NeedMore | StartTls | Done)
    assert all(char.isprintable() for line in talk.transcript for char in line)
