"""The routes to all addresses of a scan and the VRPs that cover them, from tables that stay in memory.

The tables come from files or addresses that the operator sets. A file is read again when it has changed, an address
after an hour; meanwhile, and while that fails, what was read before serves, for a day at most.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from checks.facts.rpki import AddressRoutes, Route, RpkiFacts, RpkiState, Vrp
from checks.net.fetch import NotFetched, fetch
from checks.options import Options
from checks.records.rpki import Network, PrefixTable, host_network, route_table, unpack, vrp_table

MOST_BYTES = 400_000_000  # of one table, unpacked
FRESH = 3600.0  # seconds that a table from an address is used before it is fetched again
STALE = 86_400.0  # seconds after which an old table is worse than none
RETRY = 300.0  # seconds before a source that failed is tried again
_LONGEST = {4: 24, 6: 48}  # prefixes longer than these are not routed on the Internet

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Loaded:
    table: PrefixTable
    mark: float  # change time of the file, or 0
    at: float


def _beside(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="rpki-tables", daemon=True).start()


class Tables:
    """Tables by their sources, shared by all scans of a process. A changed source is read beside the scans, which go on
    with the old table; only the first time has anybody to wait. ``beside`` starts such work.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        beside: Callable[[Callable[[], None]], None] = _beside,
    ) -> None:
        self._clock = clock
        self._beside = beside
        self._lock = threading.Lock()
        self._loaded: dict[tuple[str, ...], _Loaded] = {}
        self._failed: dict[tuple[str, ...], float] = {}
        self._reading: set[tuple[str, ...]] = set()

    def get(self, sources: tuple[str, ...], read: Callable[..., PrefixTable]) -> PrefixTable | None:
        """The table that ``read`` makes of the contents of all ``sources``; None when it is not to be had. Blocks when
        there is none yet.
        """
        with self._lock:
            loaded, now = self._loaded.get(sources), self._clock()
            mark = _mark(sources)
            if loaded and loaded.mark == mark and (mark or now - loaded.at < FRESH):
                return loaded.table
            usable = loaded.table if loaded and now - loaded.at < STALE else None
            if now - self._failed.get(sources, -RETRY) < RETRY:
                return usable
            if usable is None:
                return self._read(sources, read, mark)
            if sources not in self._reading:
                self._reading.add(sources)
                self._beside(lambda: self._read_beside(sources, read, mark))
            return usable

    def _read_beside(self, sources: tuple[str, ...], read: Callable[..., PrefixTable], mark: float) -> None:
        try:
            self._read(sources, read, mark)
        finally:
            self._reading.discard(sources)

    def _read(self, sources: tuple[str, ...], read: Callable[..., PrefixTable], mark: float) -> PrefixTable | None:
        try:
            table = read(*(_content(source) for source in sources))
        except (OSError, EOFError, zlib.error, ValueError, NotFetched) as error:
            self._failed[sources] = self._clock()
            log.warning("RPKI data of %s cannot be used: %s", ", ".join(sources), error)
            return None
        self._failed.pop(sources, None)
        self._loaded[sources] = _Loaded(table, mark, self._clock())
        return table


def _mark(sources: Iterable[str]) -> float:
    """The latest change of the files; 0 when one of the sources is no file."""
    try:
        return max(Path(source).stat().st_mtime for source in sources)
    except OSError:
        return 0.0


def _content(source: str) -> bytes:
    if source.startswith(("http://", "https://")):
        data = fetch(source, MOST_BYTES)
    else:
        path = Path(source)
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"{source} is larger than {MOST_BYTES} bytes")
        data = path.read_bytes()
    return unpacked(data)


def unpacked(data: bytes) -> bytes:
    """The contents, out of gzip where they are packed. Raises ValueError and zlib.error."""
    if data[:2] != b"\x1f\x8b":
        return data
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    out = unpacker.decompress(data, MOST_BYTES)
    if not unpacker.eof:
        raise ValueError("too large, or cut off")
    return out


TABLES = Tables()


def nothing_yet(options: Options) -> RpkiFacts:
    """What is known before anything was looked up: nothing to look in, or no time for it so far."""
    configured = bool(options.rpki_vrps and options.rpki_routes)
    return RpkiFacts(RpkiState.UNAVAILABLE, detail="no time") if configured else RpkiFacts()


async def probe(addresses: Iterable[str], options: Options, tables: Tables = TABLES) -> RpkiFacts:
    """What the tables say of each address. Raises nothing."""
    if (start := nothing_yet(options)).state is RpkiState.NOT_CONFIGURED:
        return start
    vrps = await asyncio.to_thread(tables.get, options.rpki_vrps, vrp_table)
    routes = await asyncio.to_thread(tables.get, options.rpki_routes, route_table)
    if vrps is None or routes is None:
        missing = [name for name, table in (("VRPs", vrps), ("routes", routes)) if table is None]
        return RpkiFacts(RpkiState.UNAVAILABLE, detail=", ".join(missing))
    found = sorted(set(addresses))
    return RpkiFacts(RpkiState.OK, tuple(_routes_to(address, vrps, routes) for address in found))


def _routes_to(address: str, vrps: PrefixTable, routes: PrefixTable) -> AddressRoutes:
    network = host_network(address)
    leading = [
        Route(str(entry.prefix), entry.value, _covering(entry.prefix, vrps))
        for entry in routes.covering(network, _LONGEST[network.version])
    ]
    return AddressRoutes(address, tuple(leading), _covering(network, vrps))


def _covering(network: Network, vrps: PrefixTable) -> tuple[Vrp, ...]:
    found = ((entry.prefix, *unpack(entry.value)) for entry in vrps.covering(network))
    return tuple(Vrp(str(prefix), most, asn) for prefix, asn, most in found)
