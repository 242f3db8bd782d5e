"""What an imitated distance costs, counted in pauses and not in seconds."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import dns.name
import pytest
from dns.rdatatype import RdataType

from lab import SCENERY, Domain, Lab, MailHost
from lab.plan import SMTP
from lab.resolver import answer_as_resolver
from lab.streams import Stream
from lab.world import build

GOOD = Domain(name="goed.voorbeeld.test", mail=(MailHost(),))


async def test_a_connection_and_every_message_of_a_mail_host_cost_one_round_trip_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = 0

    async def counted(self: Stream) -> None:
        nonlocal pauses
        pauses += 1

    monkeypatch.setattr(Stream, "pause", counted)
    async with Lab(tmp_path, domains=(*SCENERY, GOOD), forward=False, round_trip=1.0) as lab:
        address = lab.world.plan.mail_host(GOOD, GOOD.mail[0])
        reader, writer = await asyncio.open_connection(address, lab.ports.instead_of(SMTP))
        await reader.readline()
        assert pauses == 2  # the connection, the greeting
        writer.write(b"EHLO client.example\r\n")
        await reader.readuntil(b"250 8BITMIME\r\n")
        assert pauses == 3
        writer.write(b"STARTTLS\r\n")
        await reader.readline()
        assert pauses == 4
        trusting = ssl.create_default_context(cafile=str(lab.directory / "ca.pem"))
        await writer.start_tls(trusting, server_hostname="mx.goed.voorbeeld.test")
        assert pauses == 5  # TLS 1.3 takes one round trip (RFC 8446 section 2)
        writer.write(b"QUIT\r\n")
        await reader.readline()
        assert pauses == 6
        writer.close()


def test_an_answer_out_of_slow_zones_takes_as_long_as_all_of_them(tmp_path: Path) -> None:
    domains = (
        *SCENERY,
        Domain(name="first.test", delay=0.25, records=("alias CNAME www.second.test.",)),
        Domain(name="second.test", delay=0.5, records=("www A 127.0.0.1",)),
    )
    zones = build(domains, tmp_path, ipv6=False).zones
    answer = answer_as_resolver(zones, dns.name.from_text("alias.first.test"), RdataType.A)
    assert answer is not None
    assert answer.delay == 0.75
