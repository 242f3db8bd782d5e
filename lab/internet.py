"""The practice internet for its users: start, stop, the settings that lead a client to it, publishing a record,
counters.
"""

import asyncio
import contextlib
import json
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import dns.name
from dns.rdatatype import RdataType

from lab.counters import Counters
from lab.forwarder import Forwarder, system_resolvers
from lab.hosts import open_dns, open_hosts
from lab.listeners import Listeners, PortTaken
from lab.model import Domain
from lab.name_service import RecursiveService
from lab.plan import ALLOWED_NETWORKS, NAT64, RESOLVER, Ports, has_ipv6
from lab.practice import GROUPS, PRACTICE, SCENERY
from lab.world import World, build
from lab.zones import rdataset

ROOT_ANCHORS = (
    # As IANA publishes them: KSK-2017 and KSK-2024.
    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
)
TRIES = 10
"""Draws of four ports before giving up."""


class Lab:
    """A practice internet: `async with Lab(...)` in the running event loop, or `with Lab(...)` in a thread of its own.

    `directory` gets the files that clients need, and keeps keys between runs; a temporary one by default. `domains`
    is the whole tree, its top first. `ports` are drawn at random unless given. `round_trip` (seconds) is added to
    every answer over UDP and every message over TCP. `strip_dnssec` makes the resolver unfit for DNSSEC. `forward`
    passes other names on. Starting raises `PortTaken`, `Unavailable` or OSError.
    """

    def __init__(
        self,
        directory: Path | None = None,
        *,
        domains: Sequence[Domain] = SCENERY + PRACTICE,
        ports: Ports | None = None,
        round_trip: float = 0.0,
        strip_dnssec: bool = False,
        forward: bool = True,
        ipv6: bool | None = None,
    ) -> None:
        self.domains = tuple(domains)
        self.counters = Counters()
        self._given_directory = directory
        self._directory: Path | None = None
        self._ports = ports
        self._round_trip = round_trip
        self._strip_dnssec = strip_dnssec
        self._forwarder = Forwarder(system_resolvers() if forward else ())
        self._ipv6 = has_ipv6() if ipv6 is None else ipv6
        self._world: World | None = None
        self._listeners: Listeners | None = None
        self._open_ports: Ports | None = None
        self._threads = contextlib.ExitStack()

    @property
    def directory(self) -> Path:
        """Where the files for clients are, once started."""
        if self._directory is None:
            raise RuntimeError("the practice internet is not running")
        return self._directory

    @property
    def world(self) -> World:
        """Zones, certificates and addresses, once started."""
        if self._world is None:
            raise RuntimeError("the practice internet is not running")
        return self._world

    @property
    def ports(self) -> Ports:
        """The ports in use, once started."""
        if self._open_ports is None:
            raise RuntimeError("the practice internet is not running")
        return self._open_ports

    async def start(self) -> None:
        """Build, open every server, write the files."""
        self._directory = (self._given_directory or Path(tempfile.mkdtemp(prefix="lab-"))).resolve()
        try:
            self._world = build(self.domains, self.directory / "keys", ipv6=self._ipv6)
            await self._open_somewhere()
        except BaseException:
            await self.stop()
            raise
        self._write_files()

    async def stop(self) -> None:
        """Close everything; a temporary directory is removed."""
        if self._listeners is not None:
            await self._listeners.close()
            self._listeners = None
        if self._given_directory is None and self._directory is not None:
            shutil.rmtree(self._directory)
            self._directory = None

    def environment(self) -> dict[str, str]:
        """The settings with which the engine measures this internet as if it were the real one."""
        return {
            "CHECKS_RESOLVERS": f"{RESOLVER}:{self.ports.dns}",
            "CHECKS_TRUST_ANCHORS": str(self.directory / "trust-anchors.txt"),
            "CHECKS_CA_BUNDLE": str(self.directory / "ca-bundle.pem"),
            "CHECKS_ALLOWED_NETWORKS": ALLOWED_NETWORKS,
            "CHECKS_PORT_MAP": self.ports.mapping(ipv6=self._ipv6),
            **({"CHECKS_NAT64": str(NAT64)} if self._ipv6 else {}),
        }

    def publish(self, owner: str, rdtype: str, texts: Sequence[str]) -> None:
        """Put these records in the place of the set at this name, from the next question on; no texts removes it.

        `texts` is data in master-file form. Raises ValueError for a name outside the practice internet, or a syntax
        error's dns.exception.DNSException.
        """
        name = dns.name.from_text(owner)
        kind = RdataType.from_text(rdtype)
        zone = self.world.zones.holding(name, kind)
        if zone is None:
            raise ValueError(f"{owner} is not a name of the practice internet")
        self.world.zones.put(zone.replaced(name, kind, rdataset(kind, texts) if texts else None))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    def __enter__(self) -> Self:
        loop = self._threads.enter_context(_loop_in_thread())
        try:
            asyncio.run_coroutine_threadsafe(self.start(), loop).result()
        except BaseException:
            self._threads.close()
            raise
        self._threads.callback(lambda: asyncio.run_coroutine_threadsafe(self.stop(), loop).result())
        return self

    def __exit__(self, *_exc: object) -> None:
        self._threads.close()

    async def _open_somewhere(self) -> None:
        """Open at the given ports, or draw until four are free everywhere."""
        for tries_left in reversed(range(TRIES if self._ports is None else 1)):
            self._open_ports = self._ports or Ports.drawn()
            self._listeners = Listeners(self._open_ports, self.counters)
            try:
                await self._open(self._listeners)
                return
            except PortTaken:
                await self._listeners.close()
                if not tries_left:
                    raise

    async def _open(self, listeners: Listeners) -> None:
        resolver = RecursiveService(
            self.world.zones,
            self._forwarder,
            self.counters,
            round_trip=self._round_trip,
            strip_dnssec=self._strip_dnssec,
        )
        await open_dns(listeners, RESOLVER, resolver.respond)
        await open_hosts(self.world, listeners, self.counters, self._round_trip)

    def _write_files(self) -> None:
        files = {
            "trust-anchors.txt": "\n".join((self.world.trust_anchor, *ROOT_ANCHORS, "")),
            "ca.pem": self.world.authority.root_pem(),
            "ca-bundle.pem": self.world.authority.bundle_pem(),
            "domains.json": json.dumps(catalogue(self.domains), ensure_ascii=False, indent=2) + "\n",
            # Last: whoever waits for this file finds the others.
            "lab.env": "".join(f"{key}={value}\n" for key, value in self.environment().items()),
        }
        for name, text in files.items():
            unfinished = self.directory / f".{name}.new"
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(self.directory / name)


def catalogue(domains: Sequence[Domain]) -> list[dict[str, object]]:
    """The practice domains to offer people, group by group: name, words in both languages, the checks that do not pass
    there.
    """
    return [
        {
            "name": domain.name,
            "title": {"nl": domain.title.nl, "en": domain.title.en},
            "sentence": {"nl": domain.sentence.nl, "en": domain.sentence.en},
            "expected": list(domain.expected),
            "group": {"nl": words.nl, "en": words.en},
        }
        for group, words in GROUPS.items()
        for domain in domains
        if domain.group is group and domain.title is not None and domain.sentence is not None
    ]


@contextlib.contextmanager
def _loop_in_thread() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="practice-internet", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
