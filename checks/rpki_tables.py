"""The tables that RPKI is judged by, kept in a folder for all workers of a machine: one of them fetches, all read.

For the portal, whose scheduler asks for it every hour. The command line reads its sources by itself.
"""

from __future__ import annotations

import hashlib
import os
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from checks.net.fetch import NotFetched, fetch
from checks.options import Options
from checks.probes.rpki import MOST_BYTES, STALE, TABLES, unpacked
from checks.records.rpki import PrefixTable, route_table, vrp_table

_READERS: dict[str, Callable[..., PrefixTable]] = {"vrps": vrp_table, "routes": route_table}
_UNUSABLE = (OSError, EOFError, zlib.error, ValueError, NotFetched)


@dataclass(frozen=True, slots=True)
class Source:
    """A source and how it is. ``table`` is ``vrps`` or ``routes``; ``at`` the moment that what is in use was fetched, or
    that the file changed, None when there is nothing to use; ``entries`` what is in it, 0 when that was not counted.
    ``problem`` says what is wrong, in English for the log; empty when nothing is.
    """

    table: str
    source: str
    at: datetime | None = None
    entries: int = 0
    problem: str = ""


def with_copies(options: Options, directory: Path) -> Options:
    """Options that read the copies in ``directory`` in the place of http(s) addresses."""
    vrps, routes = (
        tuple(_place(table, source, directory) for source in sources)
        for table, sources in (("vrps", options.rpki_vrps), ("routes", options.rpki_routes))
    )
    return replace(options, rpki_vrps=vrps, rpki_routes=routes)


def refresh(options: Options, directory: Path) -> tuple[Source, ...]:
    """Fetches what ``options`` name by address, and looks whether the files are there. Blocks; raises nothing for what a
    source does.

    A copy is only ever replaced as a whole, and by something that can be read. While a source is away its copy stays for
    a day; older is worse than none.
    """
    return tuple(_refreshed(table, source, directory) for table, source in _sources(options))


def warm(options: Options) -> None:
    """Reads the tables into the memory of this process, so that no scan has to wait for that. Blocks."""
    if options.rpki_vrps and options.rpki_routes:
        TABLES.get(options.rpki_vrps, vrp_table)
        TABLES.get(options.rpki_routes, route_table)


def _sources(options: Options) -> Iterator[tuple[str, str]]:
    if options.rpki_vrps and options.rpki_routes:
        yield from (("vrps", source) for source in options.rpki_vrps)
        yield from (("routes", source) for source in options.rpki_routes)


def _is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _place(table: str, source: str, directory: Path) -> str:
    """The copy of an address; a file is its own."""
    if not _is_address(source):
        return source
    return str(directory / f"{table}-{hashlib.sha256(source.encode()).hexdigest()[:16]}")


def _refreshed(table: str, source: str, directory: Path) -> Source:
    if not _is_address(source):
        return _file(table, Path(source))
    copy = Path(_place(table, source, directory))
    try:
        directory.mkdir(parents=True, exist_ok=True)
        data = fetch(source, MOST_BYTES)
        entries = len(_READERS[table](unpacked(data)))
        if not entries:
            raise ValueError("nothing in it")
        _put(data, copy)
    except _UNUSABLE as error:
        return Source(table, _shown(source), _left(copy), problem=str(error)[:200])
    return Source(table, _shown(source), datetime.now(UTC), entries)


def _file(table: str, path: Path) -> Source:
    try:
        return Source(table, str(path), datetime.fromtimestamp(path.stat().st_mtime, UTC))
    except OSError as error:
        return Source(table, str(path), problem=error.strerror or "cannot be read")


def _put(data: bytes, copy: Path) -> None:
    """The copy is left alone when nothing changed, so that nobody reads it again for nothing."""
    if not copy.exists() or copy.read_bytes() != data:
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}.new")
        try:
            unfinished.write_bytes(data)
            unfinished.replace(copy)
        finally:
            unfinished.unlink(missing_ok=True)
    _seen(copy).touch()


def _seen(copy: Path) -> Path:
    """Changed whenever the source was reached."""
    return copy.with_name(f"{copy.name}.seen")


def _left(copy: Path) -> datetime | None:
    """When what is still in use was fetched; what is too old is thrown away."""
    try:
        reached = _seen(copy).stat().st_mtime
    except OSError:
        return None
    if time.time() - reached < STALE:
        return datetime.fromtimestamp(reached, UTC)
    for path in (copy, _seen(copy)):
        path.unlink(missing_ok=True)
    return None


def _shown(source: str) -> str:
    """The address without name and password."""
    url = urlsplit(source)
    return url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
