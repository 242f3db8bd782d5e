"""One ``GET`` without I/O: the request as bytes, and h11 to read the response.

Header bytes, fields and body are bounded. Redirects are not followed and the body is not interpreted: both belong to those who ask.
"""

from __future__ import annotations

from dataclasses import dataclass

import h11

from checks.facts.http import HttpResponse
from checks.facts.network import Reason, Unreachable

MAX_HEADER = 65_536  # bytes of status line and fields
MAX_FIELDS = 200
MAX_BODY = 65_536
MAX_INTERIM = 8  # responses with status 1xx before the real one (RFC 9110 section 15.2)
KEPT = 8192  # characters of a field's value that are kept


@dataclass(frozen=True, slots=True)
class NeedMore:
    """The response is not complete."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came; there is nothing more to read."""

    result: HttpResponse | Unreachable


Event = NeedMore | Done


class HttpExchange:
    """One request and its response. ``host`` is an A-label name, ``path`` what is asked for. Feed it with ``receive``
    until it says Done; ``body`` then holds the first ``most`` bytes, or fewer. ``encodings`` are the codings of content
    that are offered (RFC 9110 section 12.5.3); nothing is decoded.
    """

    def __init__(
        self, host: str, user_agent: str, path: str = "/", most: int = MAX_BODY, *, encodings: str = ""
    ) -> None:
        self._wire = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEADER)
        self._request = self._build(host, user_agent, path, encodings)
        self._response: h11.Response | None = None
        self._most = most
        self._body = bytearray()
        self._interim = 0

    def request(self) -> bytes:
        """The request."""
        return self._request

    def receive(self, data: bytes) -> Event:
        """Takes what came, empty when the other side closed."""
        try:
            self._wire.receive_data(data)
            return self._read(closed=not data)
        except h11.RemoteProtocolError as error:
            return Done(self._broken(error, closed=not data))

    def so_far(self, failure: Unreachable) -> HttpResponse | Unreachable:
        """The response when its header has come, else ``failure``: for a connection that ended halfway."""
        return self._facts(truncated=True) if self._response else failure

    @property
    def body(self) -> bytes:
        """What came of the body so far."""
        return bytes(self._body)

    def _build(self, host: str, user_agent: str, path: str, encodings: str) -> bytes:
        headers = [
            (b"Host", host.encode("ascii")),
            (b"User-Agent", user_agent.encode("ascii", "replace")),
            (b"Accept", b"text/html, */*;q=0.5"),
            (b"Connection", b"close"),
        ]
        if encodings:
            headers.append((b"Accept-Encoding", encodings.encode("ascii")))
        request = self._wire.send(h11.Request(method="GET", target=path, headers=headers)) or b""
        return request + (self._wire.send(h11.EndOfMessage()) or b"")

    def _read(self, *, closed: bool) -> Event:
        while (event := self._wire.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
            if result := self._take(event):
                return Done(result)
        return Done(self.so_far(Unreachable(Reason.CLOSED, "before the response"))) if closed else NeedMore()

    def _take(self, event: object) -> HttpResponse | Unreachable | None:
        """The result when this event ends the exchange."""
        match event:
            case h11.InformationalResponse():
                self._interim += 1
                if self._interim > MAX_INTERIM:
                    return Unreachable(Reason.TOO_MUCH, f"more than {MAX_INTERIM} interim responses")
            case h11.Response():
                self._response = event
                if len(event.headers) > MAX_FIELDS:
                    return Unreachable(Reason.TOO_MUCH, f"more than {MAX_FIELDS} header fields")
            case h11.Data():
                self._body += event.data[: self._most - len(self._body)]
                if len(self._body) >= self._most:
                    return self._facts(truncated=True)
            case h11.EndOfMessage():
                return self._facts(truncated=False)
            case _:
                return Unreachable(Reason.CLOSED, "before the response")
        return None

    def _broken(self, error: h11.RemoteProtocolError, *, closed: bool) -> HttpResponse | Unreachable:
        if closed:
            return self.so_far(Unreachable(Reason.CLOSED, "before the response"))
        if error.error_status_hint == 431:
            return Unreachable(Reason.TOO_MUCH, f"a header of more than {MAX_HEADER} bytes")
        return self.so_far(Unreachable(Reason.PROTOCOL, "what came is not HTTP/1.1"))

    def _facts(self, *, truncated: bool) -> HttpResponse:
        assert self._response is not None
        fields = tuple((_clean(name), _clean(value)) for name, value in self._response.headers.raw_items())
        return HttpResponse(self._response.status_code, fields, len(self._body), truncated)


def _clean(value: bytes) -> str:
    """A field as text (RFC 9110 section 5.5: bytes beyond ASCII are opaque), bounded, without control characters."""
    return "".join(character if character.isprintable() else "\ufffd" for character in value[:KEPT].decode("latin-1"))
