"""The client's side of IMAP and POP3 as far as STARTTLS or STLS, without I/O: bytes in, the next thing to do out.

The events are those of ``wire.smtp``. Nobody logs in. What a server sends in clear behind its consent is thrown away
with the connection's own reading: every further byte belongs to TLS (RFC 9051 section 6.2.1, RFC 2595 section 4).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from checks.facts.network import Reason, Unreachable
from checks.facts.service import Opening
from checks.wire.smtp import KEPT, MAX_LINE, MAX_LINES, MAX_TOTAL, Done, Event, NeedMore, Send, StartTls

_TAG = "z1"


class _State(Enum):
    GREETING = auto()
    STARTTLS = auto()
    OVER = auto()


@dataclass(slots=True)
class MailboxDialogue:
    """One dialogue with an IMAP or POP3 server. ``refused`` is set when it answered that it does not start TLS."""

    opening: Opening
    transcript: list[str] = field(default_factory=list)
    refused: bool = False
    discarded: int = 0
    _state: _State = _State.GREETING
    _buffer: bytearray = field(default_factory=bytearray)
    _total: int = 0
    _lines: int = 0
    _end: Done = field(default_factory=Done)

    def receive(self, data: bytes) -> Event:
        """Takes what the server sent, in pieces of any size, and says what comes next."""
        self._buffer += data
        self._total += len(data)
        while self._state is not _State.OVER:
            line = self._next_line()
            if line is None:
                return self._within_bounds()
            event = self._follow(line)
            if event is not None:
                return event
        return self._end

    def closed(self) -> Done:
        """The server closed the connection before TLS began."""
        return self._finish(Unreachable(Reason.CLOSED, f"before the reply to {self._state.name}"))

    def _next_line(self) -> str | None:
        end = self._buffer.find(b"\n")
        if end < 0 or end >= MAX_LINE:
            return None
        raw = bytes(self._buffer[:end]).removesuffix(b"\r")
        del self._buffer[: end + 1]
        self._lines += 1
        shown = raw.decode("utf-8", "replace")[:KEPT]
        line = "".join(char if char.isprintable() else "\ufffd" for char in shown)
        self.transcript.append(f"S: {line}")
        return line

    def _within_bounds(self) -> Event:
        if len(self._buffer) >= MAX_LINE or self._total > MAX_TOTAL or self._lines > MAX_LINES:
            return self._finish(Unreachable(Reason.TOO_MUCH, "more than anybody says before TLS"))
        return NeedMore()

    def _follow(self, line: str) -> Event | None:
        """What a whole line leads to; None when it is one of those that may come in between."""
        if self._lines > MAX_LINES:
            return self._within_bounds()
        imap = self.opening is Opening.IMAP
        word = line.upper()
        if self._state is _State.GREETING:
            if not word.startswith("* OK" if imap else "+OK"):
                return self._finish(Unreachable(Reason.PROTOCOL, _guess(word)))
            return self._ask()
        if imap and not word.startswith(_TAG.upper() + " "):
            return None  # untagged responses, such as capabilities (RFC 9051 section 7)
        if word.startswith(f"{_TAG} OK".upper() if imap else "+OK"):
            self.discarded = len(self._buffer)
            self._state = _State.OVER
            return StartTls()
        self.refused = True
        return self._finish(None)

    def _ask(self) -> Send:
        self._state = _State.STARTTLS
        command = f"{_TAG} STARTTLS" if self.opening is Opening.IMAP else "STLS"
        self.transcript.append(f"C: {command}")
        return Send(command.encode("ascii") + b"\r\n")

    def _finish(self, failure: Unreachable | None) -> Done:
        self._state = _State.OVER
        self._buffer.clear()
        self._end = Done(failure)
        return self._end


def _guess(word: str) -> str:
    if word.startswith("* PREAUTH"):
        return "logged in before TLS: it can no longer be started"
    if word.startswith(("* BYE", "-ERR")):
        return "the server says goodbye at once"
    if word.startswith("220"):
        return "this is a mail server (SMTP)"
    return "a greeting of another protocol"
