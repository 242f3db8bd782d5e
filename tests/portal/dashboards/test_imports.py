"""Whatever is uploaded: good lines are kept, bad ones come back with their number and reason, nothing is lost or doubled, and what we export comes back."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.dashboards import exports, imports, sheets
from portal.dashboards.models import MAX_ENTRIES, MAX_TAGS, TAG_LENGTH, DomainList, Entry
from tests.portal.dashboards.builders import a_list, a_mail_document, an_entry, measured
from tests.portal.people import Cast, signed_in, the_cast

pytestmark = pytest.mark.django_db

FIELDS = ("domain", "tags", "notes", "owner", "owner_email", "owner_language", "supplier", "supplier_email")


@pytest.fixture
def cast() -> Cast:
    return the_cast()


@pytest.fixture
def ours(cast: Cast) -> DomainList:
    return a_list(cast.ours)


GOOD = st.integers(0, 10_000).map(lambda number: f"d{number}.example")
BAD = st.sampled_from(
    ["192.0.2.1", "localhost", "nl", "a b.example", "-x.example", "x" * 300, "d1.example, d2.example"]
)
HEADS = st.lists(
    st.sampled_from([word for words in imports.COLUMNS.values() for word in words] + ["anders", ""]),
    max_size=6,
)


@given(lines=st.lists(st.tuples(st.booleans(), GOOD, BAD), max_size=40))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_line_is_either_in_the_list_or_told_with_its_number(
    ours: DomainList, lines: list[tuple[bool, str, str]]
) -> None:
    Entry.objects.all().delete()
    outcome = imports.take_in(ours, [[good if is_good else bad] for is_good, good, bad in lines])
    assert set(ours.entries.values_list("domain", flat=True)) == {good for is_good, good, _bad in lines if is_good}
    assert [line.number for line in outcome.bad] == [
        number for number, (is_good, _good, _bad) in enumerate(lines, 1) if not is_good
    ]
    assert all(line.reason for line in outcome.bad)


@given(head=HEADS, rows=st.lists(st.lists(st.text(max_size=60), max_size=6), max_size=15), good=GOOD)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_is_taken_in_without_a_crash_and_within_bounds(
    ours: DomainList, head: list[str], rows: list[list[str]], good: str
) -> None:
    table = [["domain", *head], *([good, *row] for row in rows), *rows]
    written = sheets.write("xlsx", [[cell.encode("utf-8", "ignore").decode() for cell in row] for row in table if row])
    imports.take_in(ours, sheets.read(written))
    for entry in ours.entries.all():
        assert len(entry.tags) <= MAX_TAGS
        assert all(0 < len(tag) <= TAG_LENGTH for tag in entry.tags)
        entry.full_clean(exclude=["due_at"])


@pytest.mark.parametrize("kind", sheets.MEDIA)
def test_what_is_exported_comes_back_as_it_was(cast: Cast, ours: DomainList, kind: str) -> None:
    entry = an_entry(
        ours,
        tags=["hoofd", "=belangrijk"],
        notes="Eerste regel\nTweede, met “aanhaling” en ; en '=1",
        owner="Team Web & Mail",
        owner_email="web@lindewaard.example",
        owner_language="en",
        supplier="-Leverancier",
        supplier_email="mail@leverancier.example",
    )
    an_entry(ours, "leeg.example")
    measured(entry, a_mail_document(score=70))
    before = list(Entry.objects.order_by("pk").values(*FIELDS))
    alice = signed_in(cast.alice)
    content = alice.get(f"{ours.get_absolute_url()}export.{kind}").content
    fresh = a_list(cast.ours, "Nieuw")
    for found in (ours, fresh):
        file = SimpleUploadedFile(f"lijst.{kind}", content)
        assert alice.post(f"{found.get_absolute_url()}domains/", {"file": file}).status_code == 302
    assert list(ours.entries.order_by("pk").values(*FIELDS)) == before
    assert sorted(fresh.entries.values_list(*FIELDS)) == sorted(ours.entries.values_list(*FIELDS))


def test_an_export_that_comes_back_changes_nothing_and_says_so(ours: DomainList) -> None:
    an_entry(ours, notes="Een\nTwee", tags=["a"])
    with translation.override("nl"):
        rows = sheets.read(
            sheets.write("csv", exports.rows_of(ours, ours.entries.all(), "nl", "https://zegel.example"))
        )
    outcome = imports.take_in(ours, rows)
    assert (outcome.added, outcome.changed, outcome.same, outcome.bad) == (0, 0, 1, [])


def test_a_language_that_we_do_not_write_is_told(ours: DomainList) -> None:
    outcome = imports.take_in(ours, [["domain", "owner language"], ["a.example", "EN"], ["b.example", "fr"]])
    assert ours.entries.get().owner_language == "en"
    assert [line.number for line in outcome.bad] == [3]


def test_three_thousand_lines_are_one_list(ours: DomainList) -> None:
    outcome = imports.take_in(ours, [[f"d{number}.example"] for number in range(3000)])
    assert (outcome.added, outcome.bad) == (3000, [])
    assert ours.entries.count() == 3000


def test_what_does_not_fit_any_more_is_told_with_the_number_of_its_line(ours: DomainList) -> None:
    Entry.objects.bulk_create(Entry(domain_list=ours, domain=f"d{n}.example") for n in range(MAX_ENTRIES - 1))
    outcome = imports.take_in(ours, [["d1.example"], ["nonsense"], ["one.example"], ["two.example"]])
    assert (outcome.added, outcome.same) == (1, 1)
    assert [(line.number, line.text) for line in outcome.bad] == [(2, "nonsense"), (4, "two.example")]
