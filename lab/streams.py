"""One connection as a server sees it: bounded lines in, bytes out, TLS on top when asked. TLS runs over memory
buffers, so that every flight of a handshake can be held back by the round trip that is being imitated.
"""

import asyncio
import contextlib
import ssl

CHUNK = 16_384
IDLE = 60.0
"""Seconds that a client may be silent."""


class LineTooLong(Exception):
    """A line or head went over its limit."""


class Stream:
    """Reads and writes, in clear until `start_tls`. Raises OSError (ssl.SSLError is one), EOFError and TimeoutError."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
        self._reader = reader
        self._writer = writer
        self._delay = delay
        self._buffer = bytearray()
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()

    async def pause(self) -> None:
        """Wait as long as a message takes to come and its answer to go."""
        if self._delay:
            await asyncio.sleep(self._delay)

    async def read_until(self, end: bytes, limit: int) -> bytes:
        """Everything up to and including `end`. Raises LineTooLong beyond `limit` bytes."""
        while True:
            at = self._buffer.find(end)
            if at >= 0 and at + len(end) <= limit:
                line = bytes(self._buffer[: at + len(end)])
                del self._buffer[: at + len(end)]
                return line
            if at >= 0 or len(self._buffer) > limit:
                raise LineTooLong
            self._buffer += await self._read_some()

    def forget_unread(self) -> None:
        """Throw away what came in but was not read: nothing sent in clear may count after STARTTLS (RFC 3207 section
        4.2).
        """
        self._buffer.clear()

    async def write(self, data: bytes) -> None:
        """Send one message."""
        await self.pause()
        if self._tls is None:
            self._writer.write(data)
        else:
            self._tls.write(data)
            self._writer.write(self._outgoing.read())
        await self._writer.drain()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Take part in a TLS handshake as the server."""
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._send_flight()
                self._incoming.write(await self._receive())
                continue
            except ssl.SSLError:
                await self._send_flight()
                raise
            break
        # Session tickets, if any: nobody waits for them, so they cost no round trip.
        self._writer.write(self._outgoing.read())
        self._tls = tls

    async def refuse_tls(self) -> None:
        """Answer the hello with a fatal handshake_failure alert (RFC 8446 section 6.2)."""
        await self._receive()
        await self.pause()
        self._writer.write(bytes.fromhex("15030300020228"))
        await self._writer.drain()

    async def until_closed(self) -> None:
        """Read and ignore until the client goes away."""
        while await self._reader.read(CHUNK):
            pass

    async def close(self) -> None:
        """Say goodbye in TLS and close."""
        if self._tls is not None:
            # The client's half may be missing; ours is in the buffer, and that is all RFC 8446 section 6.1 asks for.
            with contextlib.suppress(ssl.SSLError):
                self._tls.unwrap()
            self._writer.write(self._outgoing.read())
        self._writer.close()

    async def _send_flight(self) -> None:
        flight = self._outgoing.read()
        if flight:
            await self.pause()
            self._writer.write(flight)
            await self._writer.drain()

    async def _read_some(self) -> bytes:
        if self._tls is None:
            return await self._receive()
        while True:
            try:
                data = self._tls.read(CHUNK)
            except ssl.SSLWantReadError:
                self._writer.write(self._outgoing.read())
                self._incoming.write(await self._receive())
                continue
            except ssl.SSLZeroReturnError:
                data = b""
            if not data:
                raise EOFError
            return data

    async def _receive(self) -> bytes:
        async with asyncio.timeout(IDLE):
            data = await self._reader.read(CHUNK)
        if not data:
            raise EOFError
        return data
