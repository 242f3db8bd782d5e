"""Drives the logic that asks for look-ups (SPF, DMARC, DKIM, CAA) over the network, each question once. What it comes to
is judged elsewhere, from the answers that are stored.
"""

from __future__ import annotations

import asyncio

from checks.evaluate import dkim, dmarc, senders, spf
from checks.evaluate.txt import Result, Steps
from checks.probes.dns import DnsProbe


async def follow(probe: DnsProbe, steps: Steps[Result]) -> Result:
    """Gives the logic the look-ups it asks for, as many as it wants at once, until it has its result."""
    try:
        batch = next(steps)
        while True:
            asks = sorted(batch)
            lookups = await asyncio.gather(*(probe.lookup(name, rdtype) for name, rdtype in asks))
            batch = steps.send(dict(zip(asks, lookups, strict=True)))
    except StopIteration as stop:
        result: Result = stop.value
        return result


async def mail_auth(probe: DnsProbe, domain: str) -> None:
    """All answers that SPF, DKIM and DMARC of ``domain`` (absolute name) are judged by."""
    await asyncio.gather(
        _senders(probe, domain),
        follow(probe, dmarc.discover(domain)),
        follow(probe, dkim.discover(domain)),
    )


async def _senders(probe: DnsProbe, domain: str) -> None:
    """SPF, and the TLSA records of the hosts that it names. Their addresses are known by then."""
    tree = await follow(probe, spf.walk(domain))
    addresses = {host: [await probe.lookup(host, rdtype) for rdtype in ("A", "AAAA")] for host in senders.named(tree)}
    await asyncio.gather(*(probe.lookup(name, "TLSA") for name in senders.questions(addresses)))
