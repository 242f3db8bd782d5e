"""Rows of the house's list of hard cases about the SMTP dialogue (S), each by its id, where another test does not bear it."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

from checks.evaluate import starttls
from checks.facts.measurement import Measurement
from checks.facts.smtp import Reply
from checks.facts.tls import TlsHandshake
from checks.net.scripted import ScriptedDoor
from checks.net.transport import Limits
from checks.options import Options
from checks.probes import smtp
from checks.wire.smtp import NeedMore, Send, SmtpDialogue
from tests.checks.builders import a_lookup, a_mail_view, a_session
from tests.checks.certificates import NOW, Authority
from tests.checks.tls_server import MemoryServer, server_context


def test_s03_a_domain_without_mx_is_its_own_mail_host() -> None:
    lookups = (a_lookup("good.example.", "MX"), a_lookup("good.example.", "A", "192.0.2.25"))
    view = a_mail_view(a_session(host="good.example"), lookups=lookups)
    assert [row.outcome for row in starttls.available(view).observations] == [starttls.Starttls.OK]


def test_s04_lines_keywords_in_any_case_and_arguments_are_parsed() -> None:
    talk = SmtpDialogue("probe.example")
    assert talk.receive(b"220-starttls.example ESMTP\r\n") == NeedMore()
    assert talk.receive(b"220 ready\r\n") == Send(b"EHLO probe.example\r\n")
    assert talk.receive(b"250-starttls.example\r\n250-size 1000\r\n250 sTaRtTlS now\r\n") == Send(b"STARTTLS\r\n")
    assert talk.extensions == ("SIZE", "STARTTLS")


def test_s04_the_word_in_the_name_of_the_server_is_not_the_extension() -> None:
    talk = SmtpDialogue("probe.example")
    talk.receive(b"220 ready\r\n")
    assert talk.receive(b"250-STARTTLS.example\r\n250 SIZE 1000\r\n") == Send(b"QUIT\r\n")


def test_s21_no_command_goes_before_the_reply_to_the_one_before() -> None:
    talk = SmtpDialogue("probe.example")
    sent = [talk.receive(piece) for piece in (b"220-one\r\n", b"220 two", b"\r\n", b"250-mx\r\n", b"250-SIZE 1\r\n")]
    assert sent == [NeedMore(), NeedMore(), Send(b"EHLO probe.example\r\n"), NeedMore(), NeedMore()]


def test_s21_a_reply_about_synchronisation_is_never_held_against_the_server() -> None:
    refused = a_session(
        greeting=Reply(554, ("SMTP synchronization error",)), ehlo=None, extensions=(), starttls=None, tls=None
    )
    assert [row.outcome for row in starttls.available(a_mail_view(refused)).observations] == [
        starttls.Starttls.REFUSED_US
    ]


async def test_s19_a_server_that_asks_for_a_client_certificate_is_measured_without_one(tmp_path: Path) -> None:
    authority = Authority()
    context = server_context(tmp_path, authority.leaf, authority.intermediate)
    context.load_verify_locations(authority.bundle(tmp_path))
    context.verify_mode = ssl.CERT_OPTIONAL
    server = MemoryServer(context, lambda _: b"221 Bye\r\n")
    start = [b"220 mx\r\n", b"250-mx\r\n250 STARTTLS\r\n", b"220 Go\r\n"]
    door = ScriptedDoor({("192.0.2.25", 25): [[*start, server, server, server, server]]})
    options = Options((), (), authority.bundle(tmp_path), ehlo_name="probe.example")
    session = await smtp.probe("mx.good.example", "192.0.2.25", options=options, limits=Limits(), now=NOW, door=door)
    assert isinstance(session.tls, TlsHandshake)
    assert starttls.remarks(session) == ["asks-certificate"]


def test_s34_both_tries_are_stored() -> None:
    other = a_session(extensions=("SIZE",), starttls=None, tls=None)
    measurement = a_mail_view(a_session(other_try=other)).measurement
    assert Measurement.from_json(json.loads(json.dumps(measurement.to_json()))) == measurement
