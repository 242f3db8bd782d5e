"""Two days of a list side by side."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.dashboards import comparison
from tests.portal.dashboards.builders import a_list, a_mail_document, an_entry, measured
from tests.portal.people import the_cast

THEN, NOW = datetime(2026, 10, 1, 9, tzinfo=UTC), datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.django_db
def test_each_day_shows_the_newest_score_up_to_its_end() -> None:
    ours = a_list(the_cast().ours, web=False)
    fallen, new = an_entry(ours, "fallen.example"), an_entry(ours, "new.example")
    for at, score in ((THEN - timedelta(days=3), 50), (THEN, 90), (NOW, 60), (NOW + timedelta(days=1), 10)):
        measured(fallen, a_mail_document(score=score), at=at)
    measured(new, a_mail_document(score=100), at=NOW)
    page = comparison.build(ours, THEN.date(), NOW.date(), "en")
    assert [(line.domain, line.changes[0].before, line.changes[0].after) for line in page.lines] == [
        ("fallen.example", 90, 60),
        ("new.example", None, 100),
    ]
    assert [(mean.label, mean.before, mean.after, mean.change) for mean in page.means] == [("Mail", 90, 60, -30)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "counts"),
    [
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), True),  # 23:59 in Amsterdam, in summer time
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), False),  # midnight; the clock goes back three hours later
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), False),
    ],
)
def test_a_day_ends_at_midnight_in_the_netherlands_also_when_the_clock_changes(moment: datetime, counts: bool) -> None:
    ours = a_list(the_cast().ours, web=False)
    measured(an_entry(ours), a_mail_document(score=50), at=moment)
    saturday, sunday = date(2026, 10, 24), date(2026, 10, 25)
    lines = comparison.build(ours, saturday, sunday, "en").lines
    assert [(line.changes[0].before, line.changes[0].after) for line in lines] == [(50 if counts else None, 50)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, (date(2026, 10, 26), date(2026, 11, 23))),
        ({"from": "2026-11-01", "to": "2026-10-01"}, (date(2026, 10, 1), date(2026, 11, 1))),
        ({"from": "0001-01-01"}, (date(2000, 1, 1), date(2026, 11, 23))),
        ({"from": "nonsense", "to": "9999-12-31"}, (date(2026, 10, 26), date(2026, 11, 23))),
    ],
)
def test_days_that_make_no_sense_are_the_last_four_weeks(query: dict[str, str], expected: tuple[date, date]) -> None:
    assert comparison.days(query, date(2026, 11, 23)) == expected
