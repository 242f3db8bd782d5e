"""A website: port 80 sends people to HTTPS, port 443 shows one page (RFC 9110, RFC 9112), with the headers of a
careful site.
"""

import asyncio
import datetime
import html
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lab.model import OverIpv6, Redirect, WebFault, WebHost
from lab.streams import LineTooLong, Stream

MAX_HEAD = 16_384
MAX_REQUESTS = 100
REASONS = {
    200: "OK",
    301: "Moved Permanently",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    503: "Service Unavailable",
}
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
SECURITY_TXT = "/.well-known/security.txt"
MTA_STS = "/.well-known/mta-sts.txt"
PAGE = """<!doctype html>
<html lang="nl">
<meta charset="utf-8">
<title>{name}</title>
<h1>{name}</h1>
<p>Dit is een oefendomein. Er is hier verder niets te zien.</p>
<p lang="en">This is a practice domain. There is nothing else to see here.</p>
</html>
"""
OTHER_PAGE = """<!doctype html>
<html lang="nl">
<meta charset="utf-8">
<title>Welkom</title>
<p>Gefeliciteerd, uw nieuwe server werkt! Vervang dit bestand door uw eigen inhoud.</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers and body of an answer; length and date are added when it is sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class Website:
    """Serves connections for the website at one address. `names` are the host names known there, `policies` the MTA-STS
    policies by host name; `over_ipv6` is what is different here from the same site elsewhere.
    """

    def __init__(
        self,
        names: frozenset[str],
        context: ssl.SSLContext | None,
        *,
        web: WebHost,
        delay: float,
        over_ipv6: OverIpv6 = OverIpv6.SAME,
        policies: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._names = names
        self._policies = policies
        self._context = context
        self._web = web
        self._over_ipv6 = over_ipv6
        self._delay = delay

    async def serve_http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection to port 80."""
        await self._serve(Stream(reader, writer, self._delay), None)

    async def serve_https(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection to port 443."""
        await self._serve(Stream(reader, writer, self._delay), self._context)

    async def _serve(self, stream: Stream, context: ssl.SSLContext | None) -> None:
        try:
            # The round trip of the connection itself, which takes no time on loopback.
            await stream.pause()
            if self._web.fault is WebFault.SILENT:
                await stream.until_closed()
                return
            if context is not None:
                if self._web.fault is WebFault.TLS_ALERT:
                    await stream.refuse_tls()
                    return
                await stream.start_tls(context)
            for _ in range(MAX_REQUESTS):
                if not await self._exchange(stream, secure=context is not None):
                    return
        finally:
            await stream.close()

    async def _exchange(self, stream: Stream, *, secure: bool) -> bool:
        """Answer one request; tells whether another may follow on this connection."""
        try:
            head = await stream.read_until(b"\r\n\r\n", MAX_HEAD)
        except LineTooLong:
            await stream.write(_encoded(Response(400, {}), with_body=True, keep=False))
            return False
        if self._over_ipv6 is OverIpv6.SILENT:
            return False
        lines = head.decode("latin-1").split("\r\n")
        fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        method, _, rest = lines[0].partition(" ")
        path = rest.partition(" ")[0]
        keep = fields.get("connection", "").lower() != "close" and lines[0].endswith("HTTP/1.1")
        keep = keep and not {"content-length", "transfer-encoding"} & fields.keys()
        response = self._response(method, path, fields.get("host", ""), secure=secure)
        await stream.write(_encoded(response, with_body=method != "HEAD", keep=keep))
        return keep

    def _response(self, method: str, path: str, host: str, *, secure: bool) -> Response:
        name = host.lower().partition(":")[0]
        if name not in self._names or not path.startswith("/") or not (path.isascii() and path.isprintable()):
            return Response(400, {})
        if method not in ("GET", "HEAD"):
            return Response(405, {"Allow": "GET, HEAD"})
        if not secure and (location := self._redirected(name, path)):
            return Response(301, {"Location": location})
        hsts = {"Strict-Transport-Security": self._web.hsts} if secure and self._web.hsts else {}
        headers = {**SECURITY_HEADERS, **hsts}
        if path == MTA_STS and name in self._policies:
            return Response(200, {**headers, "Content-Type": "text/plain"}, self._policies[name].encode("ascii"))
        if path == SECURITY_TXT:
            return Response(200, {**headers, "Content-Type": "text/plain; charset=utf-8"}, _security_txt(name))
        if path not in ("/", "/welkom"):
            return Response(404, headers)
        other = self._over_ipv6 is OverIpv6.OTHER_PAGE
        page = (OTHER_PAGE if other else PAGE.format(name=html.escape(name))).encode("utf-8")
        status = 503 if self._over_ipv6 is OverIpv6.OUT_OF_ORDER else self._web.status
        return Response(status, {**headers, "Content-Type": "text/html; charset=utf-8"}, page)

    def _redirected(self, name: str, path: str) -> str:
        """Where plain HTTP leads; empty when it leads nowhere."""
        if self._web.fault is WebFault.NO_HTTPS:
            return ""
        return {
            Redirect.HTTPS: f"https://{name}{path}",
            Redirect.PLAIN: "" if path == "/welkom" else f"http://{name}/welkom",
            Redirect.OTHER_HOST: f"https://www.{name}{path}",
        }.get(self._web.redirect, "")


def _security_txt(name: str) -> bytes:
    """RFC 9116 section 2.5: a contact, an end date less than a year ahead, and where this file belongs."""
    expires = datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(days=180)
    lines = (
        f"Contact: https://{name}/",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
        f"Canonical: https://{name}{SECURITY_TXT}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def _encoded(response: Response, *, with_body: bool, keep: bool) -> bytes:
    now = datetime.datetime.now(datetime.UTC)
    headers = {
        "Date": f"{now:%a, %d %b %Y %H:%M:%S} GMT",
        "Content-Length": str(len(response.body)),
        "Connection": "keep-alive" if keep else "close",
        **response.headers,
    }
    head = [f"HTTP/1.1 {response.status} {REASONS[response.status]}"] + [f"{key}: {headers[key]}" for key in headers]
    encoded = ("\r\n".join(head) + "\r\n\r\n").encode("latin-1")
    return encoded + response.body if with_body else encoded
