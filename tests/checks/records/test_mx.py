from __future__ import annotations

import pytest

from checks.records.mx import MOST_HOSTS, MailRoute, mail_hosts

DOMAIN = "good.example."


@pytest.mark.parametrize(
    ("records", "has_address", "route", "names"),
    [
        (
            ["20 b.example.", "10 c.example.", "10 A.example."],
            True,
            MailRoute.EXCHANGES,
            ["a.example.", "c.example.", "b.example."],
        ),
        (["0 ."], True, MailRoute.NULL_MX, []),
        (["0 .", "10 a.example."], True, MailRoute.NULL_MX_WITH_OTHERS, ["a.example."]),
        ([], True, MailRoute.IMPLICIT, [DOMAIN]),
        ([], False, MailRoute.NONE, []),
        (["20 a.example.", "10 a.example."], True, MailRoute.EXCHANGES, ["a.example."]),
    ],
    ids=[
        "by-preference-then-name",
        "S01-null-mx",
        "S02-null-mx-beside-others",
        "M02-implicit",
        "M03-no-mail",
        "M10-twice-the-same",
    ],
)
def test_route(records: list[str], has_address: bool, route: MailRoute, names: list[str]) -> None:
    found = mail_hosts(DOMAIN, records, has_address=has_address)
    assert (found.route, [host.name for host in found.exchanges]) == (route, names)


def test_m11_beyond_ten_hosts_the_highest_preferences_are_left_out_and_named() -> None:
    found = mail_hosts(DOMAIN, [f"{100 - number} mx{number}.example." for number in range(12)], has_address=True)
    assert len(found.exchanges) == MOST_HOSTS
    assert found.left_out == ("mx1.example.", "mx0.example.")
