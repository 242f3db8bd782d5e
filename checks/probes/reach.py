"""Whether the name servers of a domain answer over IPv6: one question to each address, over UDP, then over TCP."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import replace

from checks.facts.dns import DirectAnswer, DnsFailure, Question
from checks.net.addresses import is_public
from checks.net.aio import source_towards_internet
from checks.net.dns import ServerDoor

MOST_ADDRESSES = 4  # IPv6 addresses of one name server
NO_ANSWER = frozenset({DnsFailure.TIMEOUT, DnsFailure.UNREACHABLE, DnsFailure.MALFORMED})
"""Failures that mean that nothing of use came back; a refusal is an answer too."""


async def name_servers(
    zone: str, hosts: Sequence[tuple[str, Sequence[str]]], door: ServerDoor
) -> tuple[DirectAnswer, ...]:
    """What each IPv6 address of each host (name, addresses) says when asked for the NS set of ``zone``. The messages are
    not kept.
    """
    pairs = [(host, address) for host, addresses in hosts for address in addresses[:MOST_ADDRESSES]]
    return tuple(await asyncio.gather(*(_ask(Question(zone, "NS"), host, address, door) for host, address in pairs)))


async def _ask(question: Question, host: str, address: str, door: ServerDoor) -> DirectAnswer:
    answer, tcp = await door.ask(question, address, tcp=False), False
    if answer.failure in NO_ANSWER:
        answer, tcp = await door.ask(question, address, tcp=True), True
    if answer.failure in NO_ANSWER and _we_have_no_ipv6(address):
        answer = replace(answer, failure=DnsFailure.NO_IPV6)
    return DirectAnswer(host.rstrip("."), address, tcp, replace(answer, wire=""))


def _we_have_no_ipv6(address: str) -> bool:
    """Silence of a public address says nothing on a machine that cannot reach any."""
    return is_public(address) and not is_public(source_towards_internet(socket.AF_INET6))
