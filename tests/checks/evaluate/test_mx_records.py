"""The MX records by themselves. Ids are rows of the house's list of hard cases (D, M)."""

from __future__ import annotations

import pytest

from checks.dnssec import Outcome, Security
from checks.evaluate.mx_records import MxRecords, mx_records
from tests.checks.builders import a_lookup, a_mail_view, a_session


def rows(*lookups, sessions=()) -> list[tuple[str, MxRecords]]:
    found = mx_records(a_mail_view(*sessions, lookups=lookups)).observations
    return [(row.subject, MxRecords(row.outcome)) for row in found]


def mx(*records: str, **changes):
    return a_lookup("good.example.", "MX", *records, **changes)


def test_an_ordinary_host_is_in_order() -> None:
    assert rows() == [("mx1.good.example", MxRecords.OK)]


@pytest.mark.parametrize("security", [Security.SECURE, Security.INSECURE])
def test_d32_an_alias_is_a_warning_even_when_everything_matches(security: Security) -> None:
    alias = a_lookup("mx1.good.example.", "A", "192.0.2.25", aliases=("real.good.example.",), security=security)
    view = a_mail_view(lookups=(alias,))
    [row] = mx_records(view).observations
    assert (row.outcome, row.evidence["target"]) == (MxRecords.ALIAS, "real.good.example")
    assert row.evidence["advised"] == ["good.example. IN MX 10 real.good.example."]
    expected = "real.good.example" if security is Security.SECURE else "mx1.good.example"
    assert row.evidence["base"] == expected


@pytest.mark.parametrize("name", ["192.0.2.1.", "mailhost."])
def test_d33_what_is_no_host_name_is_named(name: str) -> None:
    assert rows(mx(f"10 {name}")) == [(name.rstrip("."), MxRecords.NOT_A_HOST)]


def test_d69_an_underscore_in_a_host_name() -> None:
    host = "mail_1.good.example."
    assert rows(mx(f"10 {host}"), a_lookup(host, "A", "192.0.2.1")) == [(host.rstrip("."), MxRecords.UNDERSCORE)]


def test_m02_an_implicit_mx_is_advised_to_be_made_explicit() -> None:
    sessions = (a_session(host="good.example"),)
    found = rows(mx(), a_lookup("good.example.", "A", "192.0.2.25"), sessions=sessions)
    assert found == [("good.example", MxRecords.IMPLICIT)]


def test_m12_a_forgotten_final_dot_is_recognised() -> None:
    assert rows(mx("10 mx1.good.example.good.example.")) == [("mx1.good.example.good.example", MxRecords.DOUBLED)]


def test_m11_hosts_beyond_ten_are_listed_by_preference_not_by_alphabet() -> None:
    names = [f"{'zyxwvutsrqpo'[place]}.good.example." for place in range(12)]
    addresses = [a_lookup(name, "A", "192.0.2.1") for name in names]
    found = rows(mx(*(f"{10 * place} {name}" for place, name in enumerate(names))), *addresses)
    assert [subject for subject, outcome in found if outcome is MxRecords.LEFT_OUT] == [
        name.rstrip(".") for name in names[10:]
    ]


def test_m05_an_alias_at_the_mail_domain_is_shown() -> None:
    view = a_mail_view(lookups=(mx("10 mx1.good.example.", aliases=("mail.target.example.",)),))
    [row] = mx_records(view).observations
    assert row.evidence["domain_aliases"] == ["mail.target.example"]


@pytest.mark.parametrize(
    ("spf", "expected"),
    [
        ('"v=spf1 mx -all"', [("good.example", MxRecords.NULL_MX_SENDS)]),
        ('"v=spf1 ip4:192.0.2.1 ~all"', [("good.example", MxRecords.NULL_MX_SENDS)]),
        ('"v=spf1 -all"', []),
        ('"hello"', []),
    ],
)
def test_m04_a_null_mx_on_a_domain_that_sends_is_a_warning(spf: str, expected: list) -> None:
    assert rows(mx("0 ."), a_lookup("good.example.", "TXT", spf)) == expected


@pytest.mark.parametrize(
    ("lookup", "expected"),
    [
        pytest.param(mx("0 ."), MxRecords.NULL_MX, id="M04-null-mx"),
        pytest.param(mx(), MxRecords.NO_HOSTS, id="M03-no-mx-no-address"),
        pytest.param(mx("10 mx1.good.example.", security=Security.BOGUS), MxRecords.MX_BOGUS, id="M01-bogus"),
        pytest.param(
            mx(outcome=Outcome.FAILED, security=Security.INDETERMINATE), MxRecords.MX_UNKNOWN, id="M01-failed"
        ),
    ],
)
def test_without_hosts_the_reason_is_said(lookup, expected: MxRecords) -> None:
    assert mx_records(a_mail_view(lookups=(lookup,))).outcome is expected
