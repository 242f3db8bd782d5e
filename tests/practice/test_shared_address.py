"""Several names on one address are measured once. Ids are rows of the house's list of hard cases (M)."""

from __future__ import annotations

import asyncio

from checks import Options, Suite, Target, scan
from lab import SCENERY, Domain, Lab, MailHost

DOMAIN = Domain(
    name="twee-namen.voorbeeld.test",
    mail=(MailHost(name="mx1", aliases=("mx2",), delay=0.001),),
    mx=("10 mx1", "20 mx2"),
)
MOST = 16 + 3  # connections for the first name, and for the second what shows its own certificate


def test_m10_two_mx_names_on_one_address_share_the_measurement_of_tls() -> None:
    with Lab(domains=(*SCENERY, DOMAIN), forward=False) as lab:
        options = Options.from_env({**lab.environment(), "SITE_NAME": "zegel.example"})
        report = asyncio.run(scan(Target.parse(DOMAIN.name, Suite.MAIL), options))
        connections = {address: times for (address, port), times in lab.counters.connections.items() if port == 25}
    assert len(connections) == 2  # one address of each family
    assert max(connections.values()) <= MOST
    rows = report.verdicts["mail_starttls_tls_version"].subjects
    assert {(row.subject, row.status) for row in rows} == {
        ("mx1.twee-namen.voorbeeld.test", "passed"),
        ("mx2.twee-namen.voorbeeld.test", "passed"),
    }
