"""A relay that makes a server on loopback far away: ``python -m tests.bench.relay LISTEN TARGET SECONDS``.

Half a round trip on every message, and a whole one more before the first: that of the connection itself. Prints a line
for each connection.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

LOOPBACK = "127.0.0.1"


async def main(listen: int, target: int, round_trip: float) -> None:
    """Relays until it is ended."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: float) -> None:
        delay = first
        with suppress(OSError):
            while data := await reader.read(65536):
                await asyncio.sleep(delay)
                delay = round_trip / 2
                writer.write(data)
                await writer.drain()
        with suppress(OSError):
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        print("connection", flush=True)
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, target)
        await asyncio.gather(carry(reader, far_writer, round_trip * 1.5), carry(far_reader, writer, round_trip / 2))

    server = await asyncio.start_server(serve, LOOPBACK, listen)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
