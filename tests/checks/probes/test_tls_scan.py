"""The plan of a scan, against Python's own ``ssl`` in memory: few connections, and patience with a server that has had
enough of us. Ids are rows of the house's list of hard cases (L: TLS).
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from checks.evaluate import tls
from checks.evaluate.tls_reading import Reading
from checks.facts.network import Reason
from checks.facts.tls import TlsHandshake, Verification
from checks.facts.tls_scan import Ask, Reply, TlsScan
from checks.model import Suite
from checks.net.scripted import ScriptedConnection, ScriptedDoor, Step
from checks.net.transport import Connection, Interrupted, Limits
from checks.options import Options
from checks.policy.tls_profile import load
from checks.probes.line import Line
from checks.probes.tls_mail import other_certificate
from checks.probes.tls_scan import probe, probe_mail
from checks.wire.tls import in_base64
from tests.checks.builders import a_view
from tests.checks.certificates import NOW, Authority, issue, server_files
from tests.checks.tls_server import MemoryServer, server_context

ADDRESS = "192.0.2.80"
OPTIONS = Options(resolvers=(), trust_anchors=(), ca_bundle="", ehlo_name="probe.example")
X25519 = 29
MODERN = "ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=3"
Serve = Callable[[int], list[Step] | Reason]


class ServingDoor(ScriptedDoor):
    """Every connection gets a server of its own; ``serve`` is told which connection it is, counted from 0, and may turn
    it away.
    """

    def __init__(self, serve: Serve) -> None:
        super().__init__({})
        self._serve = serve
        self.tried = 0
        self.open = 0
        self.most_open = 0

    @asynccontextmanager
    async def connect(self, address: str, port: int, patience: float, end: float) -> AsyncIterator[Connection]:
        self.tried += 1
        steps = self._serve(self.tried - 1)
        if isinstance(steps, Reason):
            raise Interrupted(steps)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            yield ScriptedConnection(self, steps)
        finally:
            self.open -= 1


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def modern(authority: Authority, tmp_path: Path) -> ssl.SSLContext:
    context = server_context(tmp_path, authority.leaf, authority.intermediate)
    context.set_ciphers(MODERN)
    return context


@pytest.fixture
def old(authority: Authority, tmp_path: Path) -> ssl.SSLContext:
    """Everything that this OpenSSL still does, in the order of the client."""
    context = server_context(tmp_path, authority.leaf, authority.intermediate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    return context


def over_tls(context: ssl.SSLContext) -> list[Step]:
    return [MemoryServer(context, lambda _: b"HTTP/1.0 200 OK\r\n\r\n")] * 40


def over_smtp(context: ssl.SSLContext) -> list[Step]:
    first: list[Step] = [b"220 mx\r\n", b"250-mx\r\n250 STARTTLS\r\n", b"220 go\r\n"]
    return first + [MemoryServer(context)] * 40


async def scan(door: ServingDoor, *, port: int = 443, version: str = "TLSv1.3", slow: bool = False) -> TlsScan:
    known = TlsHandshake(version, "", "mx.good.example", (), Verification(0, "ok", 0))
    if port == 25:
        return await probe_mail("mx.good.example", a_line(door), known, slow=slow)
    return await probe("mx.good.example", ADDRESS, port, known, options=OPTIONS, limits=Limits(), seconds=60, door=door)


def a_line(door: ServingDoor) -> Line:
    return Line(ADDRESS, 25, OPTIONS, door, door.now + 60)


ALL = (
    tls.versions,
    tls.suites,
    tls.order,
    tls.key_exchange,
    tls.key_exchange_hash,
    tls.compression,
    tls.secure_renegotiation,
    tls.extended_master_secret,
    tls.client_renegotiation,
)


def outcomes(found: TlsScan, version: str = "TLSv1.3", group: int = 0) -> list[str]:
    handshake = TlsHandshake(version, "", "mx.good.example", (), Verification(0, "ok", 0), group=group)
    return [judgement(Reading(found, handshake, load()), a_view(Suite.WEB))[0].value for judgement in ALL]


RIGHT = ["ok", "ok", "not-needed", "ok", "ok", "ok", "ok", "ok", "ok"]


async def test_a_modern_website_is_known_with_few_connections(modern: ssl.SSLContext, authority: Authority) -> None:
    door = ServingDoor(lambda _: over_tls(modern))
    found = await scan(door)
    assert outcomes(found) == RIGHT
    assert found.complete
    assert found.connections == door.tried <= 15
    assert door.most_open <= 4
    assert [len(chain) for chain in found.chains] == [2]
    assert found.tickets is not None
    assert (found.tickets.tickets > 0, found.tickets.early_data, found.tickets.failure) == (True, 0, None)


async def test_a_modern_mail_host_is_known_with_few_connections(modern: ssl.SSLContext) -> None:
    """Ten in all: the session takes one, and so does the look at what is left open behind STARTTLS."""
    door = ServingDoor(lambda _: over_smtp(modern))
    found = await scan(door, port=25)
    assert outcomes(found) == RIGHT
    assert found.connections == door.tried <= 8
    assert door.most_open <= 4


async def test_S05_a_mail_host_with_a_slow_greeting_is_known_in_two_rounds_of_four(modern: ssl.SSLContext) -> None:
    door = ServingDoor(lambda _: over_smtp(modern))
    assert outcomes(await scan(door, port=25, slow=True)) == RIGHT
    assert door.tried == 7  # and the session that came before


async def test_a_mail_host_of_tls_1_3_alone_is_known_to_have_no_other(modern: ssl.SSLContext) -> None:
    modern.minimum_version = ssl.TLSVersion.TLSv1_3
    found = await scan(ServingDoor(lambda _: over_smtp(modern)), port=25)
    assert outcomes(found, group=X25519) == ["ok", "ok", "not-needed", "ok", *["not-used"] * 5]


async def test_L14_an_old_mail_host_is_taken_apart_within_sixteen_connections(old: ssl.SSLContext) -> None:
    door = ServingDoor(lambda _: over_smtp(old))
    found = await scan(door, port=25, version="TLSv1.2")
    got = outcomes(found)
    assert got[1:3] == ["insufficient", "wrong"]
    assert got[4] == "insufficient"
    assert door.tried <= 17  # sixteen, and one that decides something all the same


async def test_T31_the_other_certificate_of_a_mail_host_comes_with_the_answers(
    modern: ssl.SSLContext, authority: Authority, tmp_path: Path
) -> None:
    """With the suites of TLS 1.2 for it, and whether or not the suites are strong."""
    second = issue("mx.good.example", authority.intermediate, key=rsa.generate_private_key(65537, 3072))
    modern.load_cert_chain(*server_files(tmp_path, second, authority.intermediate))
    known = TlsHandshake("TLSv1.3", "", "mx.good.example", in_base64([authority.leaf.der]), Verification(0, "ok", 0))
    found = await probe_mail("mx.good.example", a_line(ServingDoor(lambda _: over_smtp(modern))), known)
    other = other_certificate(found, known, replace(OPTIONS, ca_bundle=authority.bundle(tmp_path)), NOW)
    assert other is not None
    assert (other.chain[0], other.verification.code) == (in_base64([second.der])[0], 0)
    assert outcomes(found) == RIGHT


async def test_T31_a_mail_host_with_one_certificate_has_no_other(modern: ssl.SSLContext, authority: Authority) -> None:
    known = TlsHandshake("TLSv1.3", "", "mx.good.example", in_base64([authority.leaf.der]), Verification(0, "ok", 0))
    found = await probe_mail("mx.good.example", a_line(ServingDoor(lambda _: over_smtp(modern))), known)
    assert found.chains
    assert other_certificate(found, known, OPTIONS, NOW) is None


async def test_L13_a_server_of_tls_1_3_alone(modern: ssl.SSLContext) -> None:
    modern.minimum_version = ssl.TLSVersion.TLSv1_3
    found = await scan(ServingDoor(lambda _: over_tls(modern)))
    assert outcomes(found) == ["ok", "ok", "not-needed", "ok", *["not-used"] * 5]
    assert found.renegotiation is None


async def test_L14_an_old_server_is_taken_apart(old: ssl.SSLContext) -> None:
    found = await scan(ServingDoor(lambda _: over_tls(old)), version="TLSv1.2")
    got = outcomes(found)
    assert got[1:3] == ["insufficient", "wrong"]
    assert got[4] == "insufficient"
    suites = [answer.suite for answer in found.answers if answer.reply is Reply.ACCEPTED and answer.ask is Ask.LIST]
    assert len(suites) > 5
    assert len(set(suites)) == len(suites)


async def test_L11_a_server_that_counts_our_connections_is_waited_for(modern: ssl.SSLContext) -> None:
    """It turns away the sixth to the eighth, and then lets us in again."""
    door = ServingDoor(lambda number: Reason.REFUSED if 5 <= number < 8 else over_tls(modern))
    begun = door.now
    found = await scan(door)
    assert outcomes(found) == RIGHT
    assert door.now - begun >= 4


async def test_L11_a_mail_server_that_says_421_is_waited_for(modern: ssl.SSLContext) -> None:
    busy: list[Step] = [b"421 too many connections\r\n"]
    door = ServingDoor(lambda number: busy if 3 <= number < 5 else over_smtp(modern))
    assert outcomes(await scan(door, port=25)) == RIGHT


@pytest.mark.parametrize("reason", [Reason.REFUSED, Reason.RESET, Reason.TIMEOUT])
async def test_L11_a_server_that_has_had_enough_for_good_is_not_judged(modern: ssl.SSLContext, reason: Reason) -> None:
    door = ServingDoor(lambda number: reason if number >= 2 else over_tls(modern))
    found = await scan(door)
    assert not set(outcomes(found)) & {"insufficient", "wrong", "phase-out", "limited", "unlimited"}
    assert "unknown" in outcomes(found)
    assert door.tried < 20


async def test_L11_resets_instead_of_answers_are_no_refusals(modern: ssl.SSLContext) -> None:
    """A middlebox lets us connect and then resets: nothing that would have been good to hear was said."""
    door = ServingDoor(lambda number: [Reason.RESET] if number >= 1 else over_tls(modern))
    got = outcomes(await scan(door))
    assert got[1] == "unknown"
    assert not set(got) & {"insufficient", "wrong", "phase-out", "limited", "unlimited"}


async def test_L02_a_server_that_hangs_up_on_old_hellos_refuses_them(modern: ssl.SSLContext) -> None:
    def hang_up_on_old(server: MemoryServer) -> Callable[[bytes], bytes]:
        def answer(data: bytes) -> bytes:
            first = not server.plain and data[:1] in (b"\x80", b"\x81", b"\x16")
            old = first and (data[0] & 0x80 or data[9:11] == b"\x03\x02")
            return b"" if old else server(data)

        return answer

    door = ServingDoor(lambda _: [hang_up_on_old(MemoryServer(modern, lambda _: b"HTTP/1.0 200 OK\r\n\r\n"))] * 40)
    found = await scan(door)
    assert outcomes(found) == RIGHT
    assert {answer.reply for answer in found.answers if answer.ask in (Ask.OLD, Ask.SSL2)} == {Reply.HUNG_UP}


async def test_L02_a_server_that_is_silent_to_old_hellos_refuses_them(modern: ssl.SSLContext) -> None:
    """Firewalls drop them. Other hellos are answered before and after, so that it is no fault of the line."""
    seen: list[bytes] = []

    class Dropping(ScriptedConnection):
        async def write(self, data: bytes, until: float) -> None:
            if data[:1] == b"\x80" or (data[:1] == b"\x16" and data[9:11] == b"\x03\x02"):
                seen.append(data)
                self.steps.clear()
            await ScriptedConnection.write(self, data, until)

    class DroppingDoor(ServingDoor):
        @asynccontextmanager
        async def connect(self, address: str, port: int, patience: float, end: float) -> AsyncIterator[Connection]:
            yield Dropping(self, over_tls(modern))

    found = await scan(DroppingDoor(lambda _: []))
    assert outcomes(found) == RIGHT
    assert len(seen) == 5  # SSL 2 twice; TLS 1.1 twice, and once more with fewer suites


async def test_L01_a_server_that_drops_large_hellos_is_asked_in_pieces(modern: ssl.SSLContext) -> None:
    def drop_large(server: MemoryServer) -> Callable[[bytes], bytes]:
        return lambda data: b"" if len(data) > 600 and data[:1] == b"\x16" else server(data)

    door = ServingDoor(lambda _: [drop_large(MemoryServer(modern, lambda _: b"HTTP/1.0 200 OK\r\n\r\n"))] * 40)
    found = await scan(door)
    assert outcomes(found)[:3] == ["ok", "ok", "not-needed"]
    assert found.small_hellos


async def test_silence_ends_in_time(modern: ssl.SSLContext) -> None:
    door = ServingDoor(lambda _: [])
    begun = door.now
    found = await scan(door)
    assert {answer.reply for answer in found.answers} == {Reply.FAILED}
    assert door.now - begun <= 61
