"""The name that mail hosts are asked for in the handshake is the TLSA base domain (RFC 7672 section 8.1). Ids are rows of the house's list of hard cases."""

from __future__ import annotations

import asyncio

import pytest

from checks import Options, Suite, Target, measure
from checks.facts.tls import TlsHandshake


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        pytest.param("goed.voorbeeld.test", "mx.goed.voorbeeld.test", id="S15-host"),
        pytest.param("alias.voorbeeld.test", "post.alias.voorbeeld.test", id="S15-T24-end-of-a-secure-alias"),
    ],
)
def test_the_server_name_is_the_tlsa_base_domain(options: Options, domain: str, name: str) -> None:
    found = asyncio.run(measure(Target.parse(domain, Suite.MAIL), options))
    assert {session.tls.server_name for session in found.smtp if isinstance(session.tls, TlsHandshake)} == {name}
