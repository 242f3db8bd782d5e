"""The client's side of an SMTP dialogue as far as STARTTLS, without I/O: bytes in, the next thing to do out.

The state is the reply that is awaited. Nothing is sent before that reply is complete (RFC 5321 section 4.3.1).
STARTTLS is asked for when it is offered, and also when something on the way has visibly overwritten a keyword or the
greeting: the answer tells who did it. When it is simply absent it is not asked for: a sender would not either (RFC 3207
section 4), and it would cost the server a protocol error. Waiting, time limits and TLS itself are the probe's.

``reset`` sends RSET in clear before STARTTLS. A server that takes no mail without TLS answers 530 to every command but NOOP,
EHLO, STARTTLS and QUIT (RFC 3207 section 4), so to RSET too; nothing looks like mail then, in the server's log either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto

from checks.facts.network import Reason, Unreachable
from checks.facts.smtp import Reply
from checks.policy.smtp_filters import is_masked_greeting, is_masked_keyword

MAX_LINE = 4096  # bytes; RFC 5321 section 4.5.3.1.5 allows 512, and that is exceeded in good faith
MAX_LINES = 128  # in one reply
MAX_TOTAL = 65536  # bytes in a whole dialogue
KEPT = 512  # characters of a line that are kept as a fact

_REPLY_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_TLS_RECORD = (b"\x15\x03", b"\x16\x03")  # an alert or a handshake message (RFC 8446 section 5.1); no text begins so


@dataclass(frozen=True, slots=True)
class Send:
    """These bytes are to be sent; then go on with ``receive``."""

    data: bytes


@dataclass(frozen=True, slots=True)
class NeedMore:
    """The reply is not complete."""


@dataclass(frozen=True, slots=True)
class StartTls:
    """The server is ready for a ClientHello; every further byte belongs to TLS."""


@dataclass(frozen=True, slots=True)
class Done:
    """The dialogue is over; ``failure`` when it broke off. The connection is to be closed."""

    failure: Unreachable | None = None


Event = Send | NeedMore | StartTls | Done


class State(Enum):
    """What is awaited."""

    GREETING = auto()
    EHLO = auto()
    HELO = auto()
    RSET = auto()
    STARTTLS = auto()
    QUIT = auto()
    OVER = auto()


class _Broken(Exception):
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.failure = Unreachable(reason, detail)


@dataclass(slots=True)
class SmtpDialogue:
    """One dialogue. Feed it with ``receive``; the attributes hold what was seen so far, at any moment."""

    ehlo_name: str
    state: State = State.GREETING
    greeting: Reply | None = None
    ehlo: Reply | None = None
    helo: Reply | None = None
    rset: Reply | None = None
    starttls: Reply | None = None
    transcript: list[str] = field(default_factory=list)
    discarded: int = 0
    bare_lf: bool = False
    _buffer: bytearray = field(default_factory=bytearray)
    _lines: list[str] = field(default_factory=list)
    _total: int = 0
    _end: Done = field(default_factory=Done)

    @property
    def extensions(self) -> tuple[str, ...]:
        """The EHLO keywords in capitals: the first word of each line but the first, which is the server's name.

        RFC 5321 section 4.1.1.1.
        """
        lines = self.ehlo.lines[1:] if self.ehlo and self.ehlo.code // 100 == 2 else ()
        return tuple(words[0].upper() for words in map(str.split, lines) if words)

    @property
    def masked(self) -> bool:
        """Whether something on the way has overwritten a keyword or the greeting."""
        greeting = self.greeting.lines if self.greeting else ()
        return any(map(is_masked_keyword, self.extensions)) or any(map(is_masked_greeting, greeting))

    def receive(self, data: bytes) -> Event:
        """Takes what the server sent, in pieces of any size, and says what comes next.

        After a Send, call it again with nothing before reading more: the next reply may be here already.
        """
        if self.state is State.OVER:
            return self._end
        self._buffer += data
        try:
            self._refuse_tls()
            reply = self._next_reply()
            return self._follow(reply) if reply else NeedMore()
        except _Broken as broken:
            return self._finish(broken.failure)

    def closed(self) -> Done:
        """The server closed the connection: expected after QUIT, and a failure before."""
        if self.state is State.OVER:
            return self._end
        expected = self.state is State.QUIT
        awaited = f"before the reply to {self.state.name}" if self.greeting else "before the greeting"
        return self._finish(None if expected else Unreachable(Reason.CLOSED, awaited))

    def quit(self) -> Send:
        """Says goodbye from whatever state: the reply ends the dialogue."""
        self.state = State.QUIT
        return self._say("QUIT")

    def reset(self) -> Send:
        """RSET in the place of the STARTTLS that was just asked for and not sent; that follows when it is answered."""
        self.transcript.pop()
        return self._ask(State.RSET, "RSET")

    def _refuse_tls(self) -> None:
        """Records of TLS have no line end that could be waited for."""
        if self._buffer.startswith(_TLS_RECORD):
            raise _Broken(Reason.PROTOCOL, "this server speaks TLS at once, without STARTTLS")

    def _next_reply(self) -> Reply | None:
        while (line := self._next_line()) is not None:
            match = _REPLY_LINE.fullmatch(line)
            if match is None:
                raise _Broken(Reason.PROTOCOL, _guess(line))
            code, mark, text = int(match[1]), match[2], _clean(match[3] or b"")
            self.transcript.append(f"S: {code}{(mark or b'').decode()}{text}")
            self._lines.append(text)
            if len(self._lines) > MAX_LINES:
                raise _Broken(Reason.TOO_MUCH, f"a reply of more than {MAX_LINES} lines")
            if mark != b"-":
                reply, self._lines = Reply(code, tuple(self._lines)), []
                return reply
        return None

    def _next_line(self) -> bytes | None:
        end = self._buffer.find(b"\n")
        size = len(self._buffer) if end < 0 else end + 1
        if size > MAX_LINE:
            raise _Broken(Reason.TOO_MUCH, f"a line of more than {MAX_LINE} bytes")
        if self._total + size > MAX_TOTAL:
            raise _Broken(Reason.TOO_MUCH, f"more than {MAX_TOTAL} bytes in all")
        if end < 0:
            return None
        self._total += size
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self.bare_lf |= not line.endswith(b"\r")
        return line.removesuffix(b"\r")

    def _follow(self, reply: Reply) -> Event:
        match self.state:
            case State.GREETING:
                self.greeting = reply
                return self._ask(State.EHLO, f"EHLO {self.ehlo_name}") if reply.code == 220 else self._leave(reply)
            case State.EHLO:
                self.ehlo = reply
                return self._after_ehlo(reply)
            case State.HELO:
                self.helo = reply
            case State.RSET:
                self.rset = reply
                if reply.code != 421:
                    return self._ask(State.STARTTLS, "STARTTLS")
            case State.STARTTLS:
                self.starttls = reply
                if reply.code == 220:
                    return self._start_tls()
            case _:
                return self._finish(None)
        return self._leave(reply)

    def _after_ehlo(self, reply: Reply) -> Event:
        if reply.code // 100 == 5:
            return self._ask(State.HELO, f"HELO {self.ehlo_name}")  # RFC 5321 section 3.2
        if reply.code // 100 == 2 and ("STARTTLS" in self.extensions or self.masked):
            return self._ask(State.STARTTLS, "STARTTLS")
        return self._leave(reply)

    def _ask(self, state: State, command: str) -> Send:
        self.state = state
        return self._say(command)

    def _say(self, command: str) -> Send:
        self.transcript.append(f"C: {command}")
        return Send(command.encode("ascii", "replace") + b"\r\n")

    def _leave(self, reply: Reply) -> Event:
        # With 421 the server says that it hangs up (RFC 5321 section 3.8); everybody else gets a goodbye.
        return self._finish(None) if reply.code == 421 else self.quit()

    def _start_tls(self) -> StartTls:
        self.discarded = len(self._buffer)
        self.state = State.OVER
        return StartTls()

    def _finish(self, failure: Unreachable | None) -> Done:
        self.state = State.OVER
        self._buffer.clear()
        self._end = Done(failure)
        return self._end


def _clean(text: bytes) -> str:
    """Text of the other side, fit to be kept: bounded, and with nothing that a terminal or a page might act upon."""
    shown = text[: 4 * KEPT].decode("utf-8", "replace")[:KEPT]
    return "".join(character if character.isprintable() else "\ufffd" for character in shown)


def _guess(line: bytes) -> str:
    """Names what seems to be listening instead of SMTP."""
    if line.startswith(b"SSH-"):
        return "this is an SSH server"
    if line.startswith(b"HTTP/"):
        return "this is a web server"
    if line.startswith((b"+OK", b"* OK")):
        return "this is a mailbox server"
    return "a line without a reply code"
