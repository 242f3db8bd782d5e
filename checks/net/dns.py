"""The door to DNS servers: one question out, one checked response back, over UDP or TCP.

Recursive resolvers are the operator's choice, so the policy on addresses does not apply to them; it does to the name
servers of a domain. Knows retries, the next resolver and truncation; of DNSSEC only how to ask for it (DO, CD).
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import socket
import struct
from collections.abc import Awaitable, Sequence

import dns.exception
import dns.name
import dns.rdatatype

from checks.facts.dns import Answer, DnsFailure, Question
from checks.net.addresses import destination, refusal
from checks.options import Options

PAYLOAD = 1232  # bytes of a UDP response that arrive unfragmented (RFC 9715 section 3)
_RESEND_AFTER = 1.0  # seconds; a datagram may be lost
_ATTEMPTS = 3
_LONGEST = 65535
_QR, _TC, _RD, _CD = 0x8000, 0x0200, 0x0100, 0x0010
_OPCODE, _RCODE = 0x7800, 0x000F
_OPT = struct.pack("!BHHIH", 0, 41, PAYLOAD, 0x8000, 0)  # root, OPT, payload, DO, no options (RFC 6891 section 6.1)
_SERVFAIL, _USABLE = 2, frozenset({0, 3, 6})  # NOERROR, NXDOMAIN, YXDOMAIN


class _Failed(Exception):
    """An attempt without a usable response; ``response`` is the message that says so, if there was one."""

    def __init__(self, failure: DnsFailure, response: bytes = b"") -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.response = response


class DnsDoor:
    """Asks resolvers in the order given; the next one when one fails. ``resolvers`` are (address, port) pairs.

    ``timeout`` is seconds for one attempt at one resolver; at most three attempts are made. ``at_once`` bounds the
    questions that are under way.
    """

    def __init__(self, resolvers: Sequence[tuple[str, int]], timeout: float, at_once: int = 32) -> None:
        few = tuple(resolvers[:_ATTEMPTS])
        self._attempts = few if len(few) > 1 else few * 2
        self._timeout = timeout
        self._slots = asyncio.Semaphore(at_once)

    async def ask(self, question: Question) -> Answer:
        """The response to a question, or the failure of the last attempt. Raises nothing."""
        async with self._slots:
            try:
                asked = _question_section(question)
            except (dns.exception.DNSException, ValueError):
                return Answer(question, failure=DnsFailure.MALFORMED)
            failure, server = DnsFailure.UNREACHABLE, ""
            begun = _clock()
            for address, port in self._attempts:
                server = address if port == 53 else f"{address} port {port}"
                try:
                    wire = await self._attempt(asked, address, port)
                except _Failed as failed:
                    failure = failed.failure
                    continue
                return Answer(question, base64.b64encode(wire).decode("ascii"), None, server, _since(begun))
            return Answer(question, "", failure, server, _since(begun))

    async def _attempt(self, asked: bytes, address: str, port: int) -> bytes:
        query = _query(asked, _RD | _CD)
        response = await _in_time(_over_udp(query, asked, address, port), self._timeout)
        if _flags(response) & _TC:
            response = await _in_time(_over_tcp(query, asked, address, port), self._timeout)
        _refuse_unusable(response)
        return response


class ServerDoor:
    """Asks the name servers of a domain themselves, one transport at a time, without recursion.

    ``options`` give the policy on addresses, the port map and the patience: ``dns_timeout`` seconds in all.
    """

    def __init__(self, options: Options, at_once: int = 16) -> None:
        self._options = options
        self._slots = asyncio.Semaphore(at_once)

    async def ask(self, question: Question, address: str, *, tcp: bool) -> Answer:
        """What the server at ``address`` answers; a truncated answer is a failure of its own. Raises nothing."""
        if refusal(address, self._options) is not None:
            return Answer(question, failure=DnsFailure.FORBIDDEN, server=address)
        if ":" in address and not self._options.ipv6:
            return Answer(question, failure=DnsFailure.NO_IPV6, server=address)
        async with self._slots:
            begun = _clock()
            failure: DnsFailure | None = None
            try:
                response = await self._attempt(question, address, tcp=tcp)
            except _Failed as failed:
                failure, response = failed.failure, failed.response
            wire = base64.b64encode(response).decode("ascii")
            return Answer(question, wire, failure, address, _since(begun))

    async def _attempt(self, question: Question, address: str, *, tcp: bool) -> bytes:
        try:
            asked = _question_section(question)
        except (dns.exception.DNSException, ValueError) as error:
            raise _Failed(DnsFailure.MALFORMED) from error
        query, place = _query(asked, 0), destination(address, 53, self._options)
        exchange = _over_tcp if tcp else _over_udp
        response = await _in_time(exchange(query, asked, *place), self._options.dns_timeout)
        if _flags(response) & _TC:
            raise _Failed(DnsFailure.TRUNCATED, response)
        _refuse_unusable(response)
        return response


async def _in_time(exchange: Awaitable[bytes], seconds: float) -> bytes:
    """The response, with what goes wrong on the way told in our words."""
    try:
        async with asyncio.timeout(seconds):
            return await exchange
    except TimeoutError as error:
        raise _Failed(DnsFailure.TIMEOUT) from error
    except OSError as error:
        raise _Failed(DnsFailure.UNREACHABLE) from error
    except asyncio.IncompleteReadError as error:
        raise _Failed(DnsFailure.MALFORMED) from error


def _query(asked: bytes, flags: int) -> bytes:
    return secrets.token_bytes(2) + struct.pack("!HHHHH", flags, 1, 0, 0, 1) + asked + _OPT


def _clock() -> float:
    return asyncio.get_running_loop().time()


def _since(begun: float) -> int:
    return round((_clock() - begun) * 1000)


def _question_section(question: Question) -> bytes:
    name = dns.name.from_text(question.name).canonicalize().to_wire()
    if name is None:
        raise ValueError("a name without a wire form")
    return name + struct.pack("!HH", dns.rdatatype.from_text(question.rdtype), 1)


async def _over_udp(query: bytes, asked: bytes, address: str, port: int) -> bytes:
    """A connected socket of its own for each question: the kernel drops what comes from elsewhere, and the source port
    is unpredictable (RFC 5452 section 9.2). What does not answer the question is passed over."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setblocking(False)
        udp.connect((address, port))
        udp.send(query)
        resend = loop.call_later(_RESEND_AFTER, _send_again, udp, query)
        try:
            while True:
                response = await loop.sock_recv(udp, _LONGEST)
                if _answers(response, query, asked):
                    return response
        finally:
            resend.cancel()


def _send_again(udp: socket.socket, query: bytes) -> None:
    try:
        udp.send(query)
    except OSError:
        return  # the attempt ends by its time-out, or by the error that reading meets


async def _over_tcp(query: bytes, asked: bytes, address: str, port: int) -> bytes:
    """RFC 7766: the whole answer, preceded by its length."""
    reader, writer = await asyncio.open_connection(address, port)
    try:
        writer.write(struct.pack("!H", len(query)) + query)
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        response = await reader.readexactly(length)
    finally:
        writer.close()
    if not _answers(response, query, asked) or _flags(response) & _TC:
        raise _Failed(DnsFailure.MALFORMED)  # nothing can be truncated over TCP
    return response


def _flags(response: bytes) -> int:
    flags: int = struct.unpack_from("!H", response, 2)[0]
    return flags


def _answers(response: bytes, query: bytes, asked: bytes) -> bool:
    """Same number, a response, and the same question (names compare without regard to case)."""
    if len(response) < 12 or response[:2] != query[:2]:
        return False
    flags = _flags(response)
    if not flags & _QR or flags & _OPCODE:
        return False
    if response[4:6] == b"\0\1":
        return response[12 : 12 + len(asked)].lower() == asked.lower()
    return response[4:6] == b"\0\0" and flags & _RCODE not in _USABLE  # errors may come without the question


def _refuse_unusable(response: bytes) -> None:
    rcode = _flags(response) & _RCODE
    if rcode == _SERVFAIL:
        raise _Failed(DnsFailure.SERVFAIL, response)
    if rcode not in _USABLE:
        raise _Failed(DnsFailure.REFUSED, response)
