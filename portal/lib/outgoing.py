"""Requests that the portal itself sends to addresses that users fill in. The address is judged where the socket opens, on the very literal that is dialled,
so that neither a name that changes nor a redirect leads inside.

The engine has a door of its own for measuring, which the portal may not import; this one is smaller: https, one POST, no redirects, ten seconds for all of it.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 10  # for the whole request, however slowly the other side speaks
MOST_BYTES = 1000  # of an answer


class NotDelivered(Exception):
    """A request that was refused here or did not succeed there; the message is a short reason."""


def may_dial(literal: str) -> bool:
    """Whether an address is one of the public Internet, or of a network that OUTGOING_ALLOWED_NETWORKS names."""
    address = ip_address(literal.partition("%")[0])
    if any(address in network for network in settings.OUTGOING_ALLOWED_NETWORKS):
        return True
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return may_dial(str(address.ipv4_mapped))
        # Addresses that carry another one inside are no way around: 6to4, Teredo, NAT64.
        if address.sixtofour or address.teredo or str(address).startswith("64:ff9b:"):
            return False
    return address.is_global and not address.is_multicast


class _Connection(http.client.HTTPSConnection):
    """A connection that looks up the name itself, dials only what may be dialled, and can be cut off."""

    cut = False

    def connect(self) -> None:
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        literals = list(dict.fromkeys(str(place[4][0]) for place in found))
        if not all(may_dial(literal) for literal in literals):
            raise NotDelivered("the name leads to an address that is not public")
        self.sock = socket.create_connection((literals[0], self.port), timeout=SECONDS)
        self.sock = settings_context().wrap_socket(self.sock, server_hostname=self.host)

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Cut the connection when the block takes too long: a limit for each read alone is none for a server that sends a byte now and then."""
        clock = threading.Timer(SECONDS, self._cut_off)
        clock.start()
        try:
            yield
        finally:
            clock.cancel()
            self.close()

    def _cut_off(self) -> None:
        self.cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def settings_context() -> ssl.SSLContext:
    """Certificates are always checked; OUTGOING_CA_BUNDLE names roots of one's own."""
    return ssl.create_default_context(cafile=settings.OUTGOING_CA_BUNDLE or None)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Send it once. Raises NotDelivered unless the answer is 2xx."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        raise NotDelivered("no usable address") from None
    if parts.scheme != "https" or not parts.hostname or parts.username:
        raise NotDelivered("no https address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    link = _Connection(parts.hostname, port, timeout=SECONDS)
    try:
        with link.in_time():
            link.request("POST", path, body, {"User-Agent": settings.SITE_NAME, **headers})
            answer = link.getresponse()
            answer.read(MOST_BYTES)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        reason = f"no answer within {SECONDS} seconds" if link.cut else f"{type(error).__name__}: {error}"
        raise NotDelivered(reason[:200]) from error
    if not 200 <= answer.status < 300:
        raise NotDelivered(f"the answer was {answer.status}")
