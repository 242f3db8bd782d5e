"""How often a scan waits in a row, and what a server sees of it that greets late, refuses or has no STARTTLS. Ids are
rows of the house's list of hard cases.
"""

from __future__ import annotations

import pytest

from checks import Suite
from lab import Domain, MailFault, MailHost
from tests.waiting import HEALTHY, SLOW, Waited

MOST_IN_A_ROW = 20  # round trips for mail and web of a healthy domain
GREETING, MOST_SECONDS = 6.0, 15.0


def test_mail_and_web_of_a_healthy_domain_take_20_round_trips_in_a_row() -> None:
    waited = Waited(HEALTHY, *Suite)
    assert [report.partial for report in waited.reports] == [False, False]
    assert [len(report.measurement.tls) for report in waited.reports] == [1, 2]
    assert 10 < waited.in_a_row <= MOST_IN_A_ROW
    assert waited.connections <= 10
    assert waited.at_once <= 4
    assert {session.attempts for session in waited.reports[1].measurement.smtp} == {waited.connections}


@pytest.mark.parametrize("more", [1, 2])
def test_another_mail_host_takes_no_round_trip_more(more: int) -> None:
    hosts = tuple(MailHost(name=f"mx{number}") for number in range(1 + more))
    many = Waited(Domain(name="gezond.test", mail=hosts), Suite.MAIL)
    assert many.in_a_row <= MOST_IN_A_ROW


def test_S05_a_server_that_greets_after_6_seconds_is_measured_within_15() -> None:
    waited = Waited(SLOW, Suite.MAIL)
    assert 2 * GREETING < waited.seconds <= MOST_SECONDS
    assert (waited.connections, waited.at_once) == (8, 4)
    (report,) = waited.reports
    assert not report.partial
    assert {verdict.outcome for verdict in report.verdicts.values()} & {"unknown", "failed"} == set()
    assert report.verdicts["mail_starttls_injection"].outcome == "spared"


@pytest.mark.parametrize("fault", [MailFault.NO_STARTTLS, MailFault.STRIPPED])
def test_a_server_without_starttls_sees_two_sessions_and_nothing_beside_them(fault: MailFault) -> None:
    bare = Domain(name="bloot.test", mail=(MailHost(fault=fault),))
    waited = Waited(bare, Suite.MAIL)
    assert (waited.connections, waited.at_once) == (2, 1)


def test_a_server_that_never_greets_sees_four_connections_and_no_more() -> None:
    silent = Domain(name="stil.test", mail=(MailHost(fault=MailFault.SILENT),))
    waited = Waited(silent, Suite.MAIL)
    assert (waited.connections, waited.at_once) == (4, 4)
    assert waited.seconds < 60


def test_S06_a_slow_server_that_then_refuses_is_asked_only_once_more() -> None:
    """The connections that were opened in the meantime are let go of, and the second try has none beside it."""
    refusing = Domain(name="weigert.test", mail=(MailHost(fault=MailFault.GREETING_421, greeting_delay=GREETING),))
    waited = Waited(refusing, Suite.MAIL)
    assert waited.connections == 5
    assert waited.seconds < MOST_SECONDS + 4
