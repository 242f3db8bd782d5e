"""What one session with a mail address leaves open: does the server take commands without TLS at all, does it forget what
came in clear before TLS, which extensions does it offer inside, and which certificate does it show to somebody who sends no
name? One more connection, to a server that did the first one well; without retries, since nothing hangs on it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from checks.facts.smtp import Injection, SmtpSession
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.transport import Interrupted
from checks.probes.line import Line, Opened, TurnedAway
from checks.probes.tls import TlsStream, handshake
from checks.wire.smtp import MAX_TOTAL

NOOP = b"NOOP\r\n"
ANSWER = 5.0  # seconds that a reply inside TLS may take
_REPLY_END = re.compile(rb"^([2-5][0-9]{2})(?: [^\n]*)?\r?\n", re.MULTILINE)
_KEYWORD = re.compile(rb"^250[- ]([A-Za-z0-9-]+)", re.MULTILINE)


async def look(session: SmtpSession, line: Line, now: datetime) -> SmtpSession:
    """The session with what one more connection showed; unchanged when it had no handshake. Raises nothing."""
    if not isinstance(session.tls, TlsHandshake):
        return session
    try:
        async with line.once() as opened:
            return await _look(session, line, opened, now)
    except TurnedAway:
        return replace(session, injection=Injection.UNSEEN)


async def _look(session: SmtpSession, line: Line, opened: Opened, now: datetime) -> SmtpSession:
    """RSET, a NOOP in the packet of STARTTLS, and a handshake without server name."""
    try:
        await opened.secure(behind=NOOP, reset=True)
    except (TurnedAway, Interrupted):
        return replace(session, injection=Injection.REFUSED, rset=opened.talk.rset)
    session = replace(session, rset=opened.talk.rset)
    until = line.within(line.options.reply_timeout)
    stream, tls = await handshake(opened.connection, line.door, "", until, options=line.options, now=now)
    if stream is None or not isinstance(tls, TlsHandshake):
        spoke = isinstance(tls, TlsFailure) and tls.alert  # an alert is about the hello, not about the NOOP
        return replace(session, injection=Injection.UNSEEN if spoke else Injection.REFUSED)
    injection, keywords = await _inside(stream, line)
    return replace(session, injection=injection, secured=keywords, unnamed=tls.chain)


def beside(session: SmtpSession, line: Line) -> SmtpSession:
    """The session, with a later connection beside it on which STARTTLS was not offered. What the server answered otherwise
    tells nothing: it may have had enough of us.
    """
    talk = line.without_starttls
    if talk is None or not isinstance(session.tls, TlsHandshake):
        return session
    other = SmtpSession(
        session.host,
        session.address,
        session.port,
        greeting=talk.greeting,
        ehlo=talk.ehlo,
        extensions=talk.extensions,
        starttls=talk.starttls,
        transcript=tuple(talk.transcript),
    )
    return replace(session, other_try=session.other_try or other)


async def _inside(stream: TlsStream, line: Line) -> tuple[Injection, tuple[str, ...]]:
    """EHLO and QUIT inside TLS: two replies, or three when the NOOP was kept."""
    until = line.within(ANSWER)
    seen = bytearray()
    try:
        await stream.write(f"EHLO {line.options.ehlo_name}\r\n".encode("ascii", "replace"), until)
        await _until_replies(stream, seen, 1, until)
        await stream.write(b"QUIT\r\n", until)
        await _until_replies(stream, seen, 3, until)
    except Interrupted:
        pass  # what came counts
    codes = _REPLY_END.findall(seen)
    if len(codes) < 2:
        return Injection.UNSEEN, ()
    keywords = tuple(word.decode("ascii").upper() for word in _KEYWORD.findall(_multiline(seen)))[1:]
    executed = len(codes) > 2 and codes[0] == b"250"
    return (Injection.EXECUTED if executed else Injection.FORGOTTEN), keywords


async def _until_replies(stream: TlsStream, seen: bytearray, count: int, until: float) -> None:
    """Reads until so many replies are complete, the other side is done, or it has said more than anybody may."""
    while len(_REPLY_END.findall(seen)) < count and len(seen) < MAX_TOTAL:
        data = await stream.read(until)
        if not data:
            return
        seen += data


def _multiline(seen: bytes | bytearray) -> bytes:
    """The reply to EHLO: the first of more than one line."""
    match = re.search(rb"(?:^250-[^\n]*\n)+250[^\n]*\n", bytes(seen), re.MULTILINE)
    return match[0] if match else b""
