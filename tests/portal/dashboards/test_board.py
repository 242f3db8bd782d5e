"""The report for a board: what it says of two days, and that it is whole on paper."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from portal.dashboards import board
from portal.dashboards.models import DomainList, Explanation
from tests.portal.dashboards.builders import a_list, a_mail_document, an_entry, measured
from tests.portal.dashboards.test_overview import fill
from tests.portal.people import Cast, signed_in, the_cast

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
THEN = NOW - timedelta(weeks=26)


@pytest.fixture
def cast() -> Cast:
    return the_cast()


@pytest.fixture
def ours(cast: Cast) -> DomainList:
    return a_list(cast.ours, web=False)


def built(domain_list: DomainList) -> board.Board:
    with translation.override("en"):
        return board.build(domain_list, THEN.date(), NOW.date(), "en", NOW)


def test_it_says_what_rose_and_what_fell_and_how_each_standard_went(ours: DomainList) -> None:
    risen, fallen, still = (an_entry(ours, f"{name}.example") for name in ("risen", "fallen", "still"))
    for entry, before, after in (
        (risen, "failed", "passed"),
        (fallen, "passed", "failed"),
        (still, "failed", "passed"),
    ):
        scores = {"failed": 40, "passed": 90}
        measured(entry, a_mail_document(mail_starttls_dane_valid=before, score=scores[before]), at=THEN)
        score = 40 if entry == still else scores[after]
        measured(entry, a_mail_document(mail_starttls_dane_valid=after, score=score), at=NOW)
    page = built(ours)
    assert [line.domain for line in page.better] == ["risen.example"]
    assert [line.domain for line in page.worse] == ["fallen.example"]
    dane = next(row for row in page.standards[0].rows if row.name == "DANE")
    assert (dane.before, dane.after.percent, dane.after.met, dane.after.of, dane.change) == (33, 66, 2, 3, 33)
    assert [(mean.before, mean.after) for mean in page.means] == [(56, 56)]
    assert page.is_now


def test_a_standard_that_nobody_was_measured_for_then_has_no_change(ours: DomainList) -> None:
    measured(an_entry(ours), a_mail_document(mail_auth_dkim_exist="passed"), at=NOW)
    (row,) = built(ours).standards[0].rows
    assert (row.name, row.before, row.after.percent, row.change) == ("DKIM", None, 100, None)


def test_a_young_list_shows_its_mean_without_a_change(cast: Cast, ours: DomainList) -> None:
    measured(an_entry(ours), a_mail_document(score=70))
    page = signed_in(cast.bob).get(f"{ours.get_absolute_url()}board/", headers={"accept-language": "en"})
    assert re.search(r"<b>70</b>\s*<span>not measured then</span>", page.content.decode())


def test_explained_exceptions_are_on_it_with_their_reason(cast: Cast, ours: DomainList) -> None:
    entry = an_entry(ours)
    measured(entry, a_mail_document(mail_starttls_dane_valid="failed", score=40))
    Explanation.objects.create(entry=entry, check_id="mail_starttls_dane_valid", text="Levering in mei <3")
    Explanation.objects.create(entry=entry, check_id="retired_check", text="Oud")
    html = signed_in(cast.bob).get(f"{ours.get_absolute_url()}board/").content.decode()
    assert "Levering in mei &lt;3" in html
    assert "retired_check" in html
    assert "mail_starttls_dane_valid" not in html


def test_figures_of_today_are_not_shown_for_an_earlier_period(cast: Cast, ours: DomainList) -> None:
    measured(an_entry(ours), a_mail_document(score=100))
    bob, english = signed_in(cast.bob), {"accept-language": "en"}
    path = f"{ours.get_absolute_url()}board/"
    assert "Seal round" in bob.get(path, headers=english).content.decode()
    query = {"from": "2026-01-01", "to": "2026-02-01"}
    assert "Seal round" not in bob.get(path, query, headers=english).content.decode()


@pytest.mark.parametrize(("domains", "weeks"), [(0, 0), (2, 2), (200, 30)])
def test_it_takes_the_same_number_of_queries_for_any_list(
    cast: Cast, domains: int, weeks: int, django_assert_max_num_queries: Any
) -> None:
    ours = a_list(cast.ours)
    fill(ours, domains, weeks)
    bob = signed_in(cast.bob)
    with django_assert_max_num_queries(15):
        assert bob.get(f"{ours.get_absolute_url()}board/").status_code == 200
