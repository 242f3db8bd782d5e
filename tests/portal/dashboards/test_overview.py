"""The overview: what its figures say, what filters leave, in which order, and that its queries do not grow with the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from checks import CATALOGUE
from portal.dashboards import overview, selection, standards
from portal.dashboards.lifecycle import monday
from portal.dashboards.models import DomainList, Entry, Result, Standing
from portal.scans import lifecycle as scans
from tests.portal.dashboards.builders import a_list, a_mail_document, an_entry, measured
from tests.portal.people import Cast, signed_in, the_cast

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def cast() -> Cast:
    return the_cast()


@pytest.fixture
def ours(cast: Cast) -> DomainList:
    return a_list(cast.ours)


def shown(domain_list: DomainList, **query: str) -> list[str]:
    """The domains of the table, in order."""
    with translation.override("nl"):
        page = overview.build(domain_list, selection.Asked.parse(query), "nl", NOW)
    return [row.entry.domain for row in page.rows]


def test_the_worst_domain_comes_first_and_the_unmeasured_last(ours: DomainList) -> None:
    an_entry(ours, "new.example")
    measured(an_entry(ours, "good.example"), a_mail_document(score=100))
    measured(an_entry(ours, "bad.example"), a_mail_document(score=20))
    assert shown(ours) == ["bad.example", "good.example", "new.example"]
    assert shown(ours, sort="domain") == ["bad.example", "good.example", "new.example"]
    assert shown(ours, sort="nonsense") == shown(ours)


def test_filters_leave_what_they_say(ours: DomainList) -> None:
    good, bad = an_entry(ours, "good.example", tags=["web"]), an_entry(ours, "bad.example", notes="Zoek mij")
    measured(good, a_mail_document(score=90), at=NOW - timedelta(weeks=1))
    measured(good, a_mail_document(score=80), at=NOW)
    measured(bad, a_mail_document(mail_starttls_dane_valid="failed", score=20), at=NOW)
    Standing.objects.filter(entry=bad).update(certificate_ends=date(2026, 12, 1))
    assert shown(ours, tag="web") == ["good.example"]
    assert shown(ours, q="zoek") == ["bad.example"]
    assert shown(ours, status="failed") == ["bad.example"]
    assert shown(ours, category="mail_starttls", status="passed") == ["good.example"]
    assert shown(ours, only="worse") == ["good.example"]
    assert shown(ours, only="certificate") == ["bad.example"]
    assert shown(ours, only="no-dane") == ["bad.example"]
    assert shown(ours, only="explained") == []
    assert shown(ours, sort="change") == ["good.example", "bad.example"]


def test_totals_are_of_the_whole_list_whatever_is_filtered(ours: DomainList) -> None:
    measured(an_entry(ours, "a.example"), a_mail_document(score=100))
    measured(an_entry(ours, "b.example"), a_mail_document(mail_starttls_dane_valid="failed", score=51))
    DomainList.objects.update(web=False)
    ours.refresh_from_db()
    with translation.override("en"):
        page = overview.build(ours, selection.Asked.parse({"q": "a.example"}), "en", NOW)
    assert (page.matching, page.size) == (1, 2)
    assert [(one.label, one.score) for one in page.totals.averages] == [("Mail", 75)]
    assert (page.totals.complete, page.totals.action) == (1, 1)
    assert [(share.name, share.met, share.of) for group in page.totals.standards for share in group.shares] == [
        ("STARTTLS", 1, 1),
        ("STARTTLS as NCSC-NL advises", 1, 1),
        ("DANE", 1, 2),
    ]


def test_a_standard_that_does_not_apply_or_was_not_measured_counts_for_nobody() -> None:
    document = a_mail_document(mail_starttls_dane_exist="not_tested", mail_starttls_dane_valid="not_tested")
    assert standards.standards_of(document)["mail-dane"] is None
    document = a_mail_document(mail_starttls_dane_exist="passed", mail_starttls_dane_valid="error")
    assert standards.standards_of(document)["mail-dane"] is None


def test_the_first_certificate_to_end_is_found_in_the_evidence() -> None:
    document = a_mail_document()
    subjects = document["categories"][0]["checks"][0]["subjects"]
    subjects[0]["evidence"]["not_after"] = "2026-12-24T10:00:00Z"
    subjects.append({**subjects[0], "evidence": {"not_after": "2026-12-01"}})
    subjects.append({**subjects[0], "evidence": {"not_after": "never"}})
    assert standards.certificate_ends(document) == date(2026, 12, 1)


def _categories(suite: str) -> list[str]:
    return [category.id for category in CATALOGUE.categories.values() if category.suite.value == suite]


def _standards(suite: str) -> list[str]:
    return [standard.id for standard in standards.STANDARDS if standard.suite == suite]


def _varied(number: int, choices: Sequence[Any]) -> list[Any]:
    """A dozen choices that differ for each number: those of its digits in a base, after a multiplication that mixes them."""
    mixed = number * 2654435761 % 2**32
    return [choices[mixed // len(choices) ** place % len(choices)] for place in range(12)]


def fill(domain_list: DomainList, domains: int, weeks: int) -> None:
    """Made-up history, straight into the tables. No two domains stand alike, so that nothing is quick because it repeats."""
    this = monday(NOW)
    entries = Entry.objects.bulk_create(
        Entry(domain_list=domain_list, domain=f"d{n}.example", tags=["a"]) for n in range(domains)
    )
    common: dict[str, Any] = {"settled_at": NOW, "measured_at": NOW, "states": {"mail_starttls": "passed"}}
    Result.objects.bulk_create(
        (
            Result(
                domain_list=domain_list,
                entry=entry,
                suite=suite,
                week=this - timedelta(weeks=week),
                total=(entry.pk + week) % 101,
                **common,
            )
            for entry in entries
            for suite in ("mail", "web")
            for week in range(weeks)
        ),
        batch_size=5000,
    )
    Standing.objects.bulk_create(
        Standing(
            entry=entry,
            suite=suite,
            measured_at=NOW,
            changed_at=NOW,
            week=this,
            total=entry.pk % 101,
            states=dict(
                zip(_categories(suite), _varied(entry.pk, ("passed", "failed", "warning", "info")), strict=False)
            ),
            standards=dict(zip(_standards(suite), _varied(entry.pk + 7, (True, False, None)), strict=False)),
        )
        for entry in entries
        for suite in ("mail", "web")
    )


@pytest.mark.parametrize(("domains", "weeks"), [(2, 2), (300, 52)])
def test_the_page_takes_at_most_fifteen_queries_however_long_the_list(
    cast: Cast,
    ours: DomainList,
    domains: int,
    weeks: int,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[Any]],
) -> None:
    fill(ours, domains, weeks)
    alice = signed_in(cast.alice)
    alice.get(ours.get_absolute_url())
    with django_assert_max_num_queries(15):
        html = alice.get(ours.get_absolute_url()).content.decode()
    assert html.count("<tr>") >= min(domains, 100)


def test_a_long_list_has_pages_of_a_hundred(cast: Cast, ours: DomainList) -> None:
    fill(ours, 250, 1)
    bob = signed_in(cast.bob)
    assert bob.get(ours.get_absolute_url()).content.decode().count('<th scope="row">') == 100
    last = bob.get(ours.get_absolute_url(), {"page": "3"}).content.decode()
    assert last.count("zegel-domains__when") == 50
    assert bob.get(ours.get_absolute_url(), {"page": "99"}).content.decode().count("zegel-domains__when") == 50


def test_the_trend_is_the_mean_of_each_week(ours: DomainList) -> None:
    for number, score in enumerate((40, 60)):
        measured(an_entry(ours, f"d{number}.example"), a_mail_document(score=score), at=NOW - timedelta(weeks=1))
        measured(ours.entries.get(domain=f"d{number}.example"), a_mail_document(score=score + 20), at=NOW)
    DomainList.objects.update(web=False)
    ours.refresh_from_db()
    with translation.override("en"):
        page = overview.build(ours, selection.Asked(), "en", NOW)
    assert [week.scores for week in page.weeks] == [["70"], ["50"]]
    assert "Mail from 50 to 70" in page.trend[0]


def test_a_hostile_query_string_shows_the_list(cast: Cast, ours: DomainList) -> None:
    an_entry(ours)
    query = {"q": "\x00'\"<script>", "page": "-1", "sort": "pk", "only": "x", "category": "'", "tag": "\x00"}
    html = signed_in(cast.bob).get(ours.get_absolute_url(), query).content.decode()
    assert "<script>" not in html


def test_scores_standards_and_trend_outlive_the_reports(ours: DomainList) -> None:
    entry = an_entry(ours)
    measured(entry, a_mail_document(score=40), at=NOW - timedelta(weeks=60))
    newest = measured(entry, a_mail_document(score=70), at=NOW - timedelta(weeks=53))
    scans.prune(NOW)
    assert newest.scan is not None
    newest.scan.refresh_from_db()
    assert newest.scan.is_gone
    assert list(Result.objects.order_by("measured_at").values_list("total", flat=True)) == [40, 70]
    assert newest.standards["mail-dane"] is True
    with translation.override("en"):
        page = overview.build(ours, selection.Asked(), "en", NOW - timedelta(weeks=50))
    assert [week.scores[-1] for week in page.weeks] == ["70", "40"]
    assert page.rows[0].halves[-1].total == 70


def test_a_heading_turns_the_order_round_and_the_unmeasured_stay_last(ours: DomainList) -> None:
    an_entry(ours, "new.example")
    measured(an_entry(ours, "good.example"), a_mail_document(score=100))
    measured(an_entry(ours, "bad.example"), a_mail_document(score=20))
    for sort in ("mail", "score"):
        assert shown(ours, sort=sort) == ["bad.example", "good.example", "new.example"]
        assert shown(ours, sort=f"-{sort}") == ["good.example", "bad.example", "new.example"]
    assert shown(ours, sort="-domain") == ["new.example", "good.example", "bad.example"]
    headings = selection.Asked.parse({"sort": "mail"}).headings
    assert (headings["mail"].leads_to, headings["mail"].now) == ("-mail", "ascending")
    assert (headings["web"].leads_to, headings["web"].now) == ("web", "")
    assert selection.Asked.parse({"sort": "-mail"}).headings["mail"].now == "descending"


def test_a_suite_that_the_list_no_longer_tests_counts_nowhere(ours: DomainList) -> None:
    entry = an_entry(ours)
    measured(entry, a_mail_document(mail_starttls_dane_valid="failed", score=10))
    measured(entry, a_mail_document(web_https_http_hsts="passed", score=90))
    DomainList.objects.update(mail=False)
    ours.refresh_from_db()
    assert shown(ours, status="failed") == shown(ours, only="no-dane") == []
    with translation.override("en"):
        page = overview.build(ours, selection.Asked(), "en", NOW)
    assert [(half.label, half.total) for half in page.rows[0].halves] == [("Website", 90)]
    assert (page.totals.action, [group.label for group in page.totals.standards]) == (0, ["Website"])
    assert page.rows[0].spark.count("<circle") == 1


def test_what_is_only_recommended_is_met_or_not_by_the_share_of_standards() -> None:
    document = a_mail_document(web_appsecpriv_securitytxt="warning")
    document["categories"][0]["checks"][0]["requirement"] = "recommended"
    assert standards.standards_of(document) == {"web-securitytxt": False}
    document["categories"][0]["checks"][0]["status"] = "passed"
    assert standards.standards_of(document) == {"web-securitytxt": True}
