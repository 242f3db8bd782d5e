"""What the rules of alerts see in a report document, and what they leave alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from portal.dashboards import rules
from portal.dashboards.models import Rule
from portal.dashboards.rules import Seen
from tests.portal.builders import a_check
from tests.portal.dashboards.builders import Json, a_mail_document

CURRENT, NEXT, OTHER = "aa" * 32, "bb" * 32, "cc" * 32


def a_row(
    host: str = "mx1.good.example", *, published: Sequence[str], served: str, address: str = "192.0.2.25", **values: Any
) -> Json:
    """One address with 3 1 1 records of these keys, and the key that it serves."""
    fits = served in published
    return {
        **a_check()["subjects"][0],
        "subject": host,
        "address": address,
        "status": "passed" if fits else "failed",
        "outcome": "ok" if fits else "no-match",
        "evidence": {
            "records": [{"usage": 3, "selector": 1, "matching_type": 1, "data": key} for key in published],
            "advised": [f"_25._tcp.{host}. IN TLSA 3 1 1 {served}"],
        },
    } | values


def dane(*rows: Json, **values: Any) -> Json:
    """A mail report with these rows of the check of TLSA records."""
    document = a_mail_document(mail_starttls_dane_valid="passed")
    failed = [row for row in rows if row["status"] == "failed"]
    check = document["categories"][0]["checks"][0]
    check |= {"subjects": list(rows), "status": "failed" if failed else "passed"}
    check |= {"outcome": failed[0]["outcome"] if failed else "ok"} | values
    return document


def seen_after(before: Json, after: Json) -> dict[Rule, Seen]:
    """What is seen of a document when this one came before it."""
    return rules.watch(after, rules.seals(before, {}))


def there(seen: dict[Rule, Seen]) -> list[Rule]:
    return [rule for rule, what in seen.items() if what.there]


def test_a_certificate_that_changed_under_its_record_is_a_mismatch() -> None:
    found = seen_after(dane(a_row(published=[CURRENT], served=CURRENT)), dane(a_row(published=[CURRENT], served=OTHER)))
    assert there(found) == [Rule.TLSA_MISMATCH]
    assert found[Rule.TLSA_MISMATCH].records == (f"_25._tcp.mx1.good.example. IN TLSA 3 1 1 {OTHER}",)


@pytest.mark.parametrize("before", [[CURRENT], [CURRENT, NEXT]])
def test_the_record_of_the_next_key_without_that_of_the_current_one_is_an_event_of_its_own(before: list[str]) -> None:
    found = seen_after(dane(a_row(published=before, served=CURRENT)), dane(a_row(published=[NEXT], served=CURRENT)))
    assert there(found) == [Rule.TLSA_NEXT_ONLY]
    what = found[Rule.TLSA_NEXT_ONLY]
    assert what.records == (f"_25._tcp.mx1.good.example. IN TLSA 3 1 1 {CURRENT}",)
    assert what.check_id == "mail_starttls_dane_rollover"
    assert "mx1.good.example" in what.sentence["nl"]
    assert "mx1.good.example" in what.sentence["en"]


def test_a_renewed_certificate_under_a_record_of_another_kind_is_no_next_key() -> None:
    """The key stays, the record of the whole certificate fits no more: nothing was published, so no roll-over went too fast."""
    kept = {"published": [CURRENT], "served": CURRENT}
    found = seen_after(dane(a_row(**kept)), dane(a_row(**kept, status="failed", outcome="no-match")))  # type: ignore[arg-type]
    assert there(found) == [Rule.TLSA_MISMATCH]


def test_one_host_that_broke_otherwise_makes_it_a_mismatch() -> None:
    before = dane(
        a_row(published=[CURRENT], served=CURRENT),
        a_row("mx2.good.example", published=[CURRENT], served=CURRENT, address="192.0.2.26"),
    )
    after = dane(
        a_row(published=[NEXT], served=CURRENT),
        a_row("mx2.good.example", published=[CURRENT], served=OTHER, address="192.0.2.26"),
    )
    assert there(seen_after(before, after)) == [Rule.TLSA_MISMATCH]


def test_without_a_report_in_which_it_fitted_there_is_no_telling_next_from_old() -> None:
    assert there(rules.watch(dane(a_row(published=[NEXT], served=CURRENT)), {})) == [Rule.TLSA_MISMATCH]


def test_what_fitted_is_remembered_while_it_does_not_and_forgotten_with_the_address() -> None:
    sealed = rules.seals(dane(a_row(published=[CURRENT], served=CURRENT)), {})
    assert rules.seals(dane(a_row(published=[NEXT], served=CURRENT)), sealed) == sealed
    assert rules.seals(a_mail_document(mail_starttls_tls_available="error"), sealed) == sealed
    moved = rules.seals(dane(a_row("mx9.good.example", published=[OTHER], served=OTHER)), sealed)
    assert list(moved) == ["mx9.good.example 192.0.2.25"]


def test_records_that_were_taken_away_no_longer_mismatch() -> None:
    gone = dane(status="not_tested", outcome="no-tlsa")
    assert rules.watch(gone, {})[Rule.TLSA_MISMATCH] == Seen(False)


def test_a_server_without_tls_is_told_once_as_starttls_that_is_gone() -> None:
    document = dane(a_row(published=[CURRENT], served=OTHER, outcome="no-tls"))
    document["categories"][0]["checks"].append(
        a_check("mail_starttls_tls_available", outcome="no-starttls", subjects=[])
    )
    assert there(rules.watch(document, {})) == [Rule.STARTTLS_GONE]
    assert Rule.TLSA_MISMATCH not in rules.watch(document, {})


@pytest.mark.parametrize("outcome", ["no-address", "forbidden", "never-mail"])
def test_a_host_that_cannot_be_reached_by_its_own_doing_has_not_lost_starttls(outcome: str) -> None:
    document = a_mail_document(mail_starttls_tls_available="failed")
    document["categories"][0]["checks"][0] |= {"outcome": outcome, "subjects": []}
    assert rules.watch(document, {})[Rule.STARTTLS_GONE] == Seen(False)


def test_a_domain_that_receives_no_mail_any_more_has_nothing_to_encrypt() -> None:
    document = a_mail_document(mail_starttls_tls_available="not_tested")
    document["categories"][0]["checks"][0] |= {"outcome": "null-mx", "subjects": []}
    assert rules.watch(document, {})[Rule.STARTTLS_GONE] == Seen(False)


@pytest.mark.parametrize("check_id", ["mail_dnssec_mailto_valid", "mail_dnssec_mx_valid", "web_dnssec_valid"])
def test_dnssec_is_broken_when_it_is_bogus_and_not_when_it_is_absent(check_id: str) -> None:
    document = a_mail_document(**{check_id: "failed"})
    check = document["categories"][0]["checks"][0]
    check |= {"outcome": "bogus", "subjects": []}
    assert rules.watch(document, {})[Rule.DNSSEC_BOGUS].check_id == check_id
    check |= {"status": "not_tested", "outcome": "insecure"}
    assert rules.watch(document, {})[Rule.DNSSEC_BOGUS] == Seen(False)
    check |= {"status": "not_tested", "outcome": "mx-bogus"}
    assert Rule.DNSSEC_BOGUS not in rules.watch(document, {})


def test_what_ends_first_is_named_with_whose_it_is() -> None:
    document = a_mail_document(mail_starttls_cert_chain="passed")
    row = document["categories"][0]["checks"][0]["subjects"][0]
    late = {**row, "subject": "mx2.good.example", "evidence": {"not_after": "2027-01-01"}}
    soon = {**row, "evidence": {"not_after": "2026-11-30T12:00:00Z"}}
    document["categories"][0]["checks"][0]["subjects"] = [late, soon]
    found = rules.watch(document, {})[Rule.CERTIFICATE_ENDS]
    assert (found.there, found.level, found.check_id) == (True, 14, "mail_starttls_cert_chain")
    assert found.sentence["en"] == "The certificate of mx1.good.example ends on 2026-11-30."


def test_signatures_that_end_within_three_days_are_told() -> None:
    document = a_mail_document(mail_dnssec_expiry="warning")
    row = document["categories"][0]["checks"][0]["subjects"][0]
    row |= {"subject": "good.example", "evidence": {"expiration": "2026-11-26T00:00:00Z"}}
    assert rules.watch(document, {})[Rule.SIGNATURES_END].there
    row["evidence"] = {"expiration": "2026-11-27T00:00:00Z"}
    assert not rules.watch(document, {})[Rule.SIGNATURES_END].there


def hosts_of(*rows: tuple[str, str], outcome: str = "ok") -> list[str] | None:
    """The mail hosts of a report with these hosts and outcomes."""
    document = a_mail_document(mail_starttls_tls_available="passed")
    check = document["categories"][0]["checks"][0]
    row = check["subjects"][0]
    check |= {"outcome": outcome}
    check["subjects"] = [{**row, "subject": host, "outcome": found, "address": ""} for host, found in rows]
    return rules.mail_hosts(document)


def test_a_host_whose_address_could_not_be_looked_up_is_still_a_mail_host() -> None:
    assert hosts_of(("MX1.good.example.", "ok"), ("mx2.good.example", "address-unknown")) == [
        "mx1.good.example",
        "mx2.good.example",
    ]


def test_a_null_mx_beside_others_is_no_host() -> None:
    assert hosts_of(("mx1.good.example", "ok"), ("good.example", "null-mx-with-others")) == ["mx1.good.example"]


def test_no_mail_hosts_and_mail_hosts_that_are_not_known_are_two_things() -> None:
    assert hosts_of(outcome="null-mx") == []
    assert hosts_of(outcome="mx-bogus") is None
