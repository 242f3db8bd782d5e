"""Helpers of these tests: asking a running practice internet, and finding the independent tools that judge it."""

from __future__ import annotations

import os
import shutil
import socket

import dns.message
import dns.query
import pytest
from dns.message import Message

from lab import Domain, Lab
from lab.plan import RESOLVER

PATIENCE = 10.0


def tool(name: str, package: str) -> str:
    """The path of a program; without it the test is skipped, or fails where everything should be there."""
    path = shutil.which(name)
    if path is None:
        reason = f"{name} (Debian package {package}) is not on this machine"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def ask(
    lab: Lab, name: str, rdtype: str, *, dnssec: bool = True, address: str = RESOLVER, tcp: bool = False
) -> Message:
    """The answer of the resolver, or of the server at another address."""
    query = dns.message.make_query(name, rdtype, use_edns=0, want_dnssec=dnssec, payload=4096)
    send = dns.query.tcp if tcp else dns.query.udp
    return send(query, address, port=lab.ports.dns, timeout=PATIENCE)


def texts(message: Message, rdtype: str) -> list[str]:
    """The data of all records of a type in the answer section."""
    return [str(data) for rrset in message.answer if rrset.rdtype == dns.rdatatype.from_text(rdtype) for data in rrset]


def types(section: list[dns.rrset.RRset]) -> set[str]:
    """The record types in a section."""
    return {dns.rdatatype.to_text(rrset.rdtype) for rrset in section}


def domain(lab: Lab, name: str) -> Domain:
    """The description of one domain."""
    return next(found for found in lab.domains if found.name == name)


def connect(lab: Lab, address: str, real_port: int) -> socket.socket:
    """A connection to a host of the practice internet."""
    return socket.create_connection((address, lab.ports.instead_of(real_port)), timeout=PATIENCE)
