"""Two reports beside each other: what became worse or better, for whoever knows both addresses, and by itself for whoever asked for both."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal.scans import compare, lifecycle
from portal.scans.models import Scan
from tests.portal.builders import MadeReport, a_running_scan
from tests.portal.looks.documents import Json, a_category, a_check, a_document, a_mail_document
from tests.portal.looks.test_pages import Page


def a_report(score: int | None = 50, **statuses: str) -> Json:
    checks = [a_check(f"mail_auth_{name}", status, status) for name, status in statuses.items()]
    return a_document("mail", score, [a_category("mail_auth", "x", "failed", score, checks)])


@pytest.mark.parametrize(
    ("before", "after", "group"),
    [
        ("passed", "failed", "worse"),
        ("warning", "failed", "worse"),
        ("passed", "warning", "worse"),
        ("not_tested", "failed", "worse"),
        ("failed", "passed", "better"),
        ("failed", "warning", "better"),
        ("warning", "info", "better"),
        ("error", "failed", "other"),
        ("failed", "error", "other"),
        ("passed", "not_tested", "other"),
    ],
)
def test_a_change_is_called_by_what_it_is(before: str, after: str, group: str) -> None:
    found = compare.build(a_report(spf_exist=before), a_report(spf_exist=after), "nl")
    shown = {"worse": found.worse, "better": found.better, "other": found.other}
    assert {name: len(lines) for name, lines in shown.items() if lines} == {group: 1}
    assert found.same == 0


def test_what_is_the_same_is_only_counted() -> None:
    found = compare.build(a_report(spf_exist="passed"), a_report(spf_exist="passed"), "nl")
    assert (found.same, found.worse, found.better, found.other) == (1, (), (), ())


def test_a_check_that_only_one_report_has_is_neither_better_nor_worse() -> None:
    found = compare.build(a_report(spf_exist="passed"), a_report(spf_exist="passed", dkim_exist="failed"), "en")
    assert [line.before.word for line in found.other] == ["not in this report"]


@pytest.mark.parametrize(
    ("language", "headline"),
    [("nl", "Van 96 naar 76 sinds 23 november 2026."), ("en", "From 96 to 76 since 23 November 2026.")],
)
def test_the_headline_says_both_scores_and_since_when(language: str, headline: str) -> None:
    assert compare.build(a_report(96), a_report(76), language).headline == headline


def test_a_notice_names_what_is_new_and_wrong_and_is_a_warning() -> None:
    found = compare.build(a_report(96, spf_exist="passed"), a_report(76, spf_exist="failed"), "nl")
    notice = compare.notice(found, "/x/", "nl")
    assert notice.kind == "warning"
    assert notice.text.startswith("Nieuw niet in orde: ")


# --- The pages ---

pages = pytest.mark.django_db


def stored(document: Json, *, days_ago: int = 0) -> Scan:
    scan = a_running_scan(document["domain"], document["suite"])
    assert lifecycle.finish(scan, MadeReport(document))  # type: ignore[arg-type]
    then = timezone.now() - timedelta(days=days_ago)
    Scan.objects.filter(pk=scan.pk).update(requested_at=then, started_at=then, finished_at=then)
    scan.refresh_from_db()
    return scan


def two() -> tuple[Scan, Scan]:
    return stored(a_mail_document(), days_ago=2), stored(a_mail_document("broken"))


@pages
@pytest.mark.parametrize("language", ["nl", "en"])
def test_two_reports_of_a_domain_stand_beside_each_other_the_older_first(client: Client, language: str) -> None:
    older, newer = two()
    for first, second in ((older, newer), (newer, older)):
        response = client.get(f"{first.get_absolute_url()}compare/{second.public_id}/", {"lang": language})
        html = response.content.decode()
        page = Page(html)
        assert page.references <= set(page.ids)
        assert html.index(older.get_absolute_url()) < html.index(newer.get_absolute_url())
        assert 'id="worse"' in html
        assert 'id="better"' not in html


@pages
def test_a_report_of_another_domain_or_the_same_report_is_not_found(client: Client) -> None:
    _, newer = two()
    other = stored({**a_mail_document(), "domain": "other.example"})
    assert client.get(f"{newer.get_absolute_url()}compare/{other.public_id}/").status_code == 404
    assert client.get(f"{newer.get_absolute_url()}compare/{newer.public_id}/").status_code == 404


@pages
def test_a_report_that_is_no_longer_kept_is_gone(client: Client) -> None:
    older, newer = two()
    Scan.objects.filter(pk=older.pk).update(document=None)
    assert client.get(f"{newer.get_absolute_url()}compare/{older.public_id}/").status_code == 410


@pages
def test_the_address_of_a_report_can_be_pasted(client: Client) -> None:
    older, newer = two()
    for pasted in (
        f"https://zegel.example{older.get_absolute_url()}",
        older.get_absolute_url() + "?lang=en#plan",
        older.public_id,
    ):
        response = client.get(f"{newer.get_absolute_url()}compare/", {"with": pasted})
        assert response["Location"] == f"{newer.get_absolute_url()}compare/{older.public_id}/"


@pages
@pytest.mark.parametrize("pasted", ["", "https://evil.example/", "a" * 16, "<script>"])
def test_what_is_no_address_of_a_report_of_this_domain_is_explained(client: Client, pasted: str) -> None:
    _, newer = two()
    response = client.get(f"{newer.get_absolute_url()}compare/", {"with": pasted}, follow=True)
    html = response.content.decode()
    assert 'aria-describedby="with-error"' in html
    Page(html)


@pages
def test_whoever_asked_for_both_reports_is_told_what_changed_and_nobody_else_is(client: Client) -> None:
    client.post("/scan/", {"domain": "good.example", "suite": "mail"})
    first = lifecycle.claim(Scan.objects.get().pk)
    assert first is not None
    assert lifecycle.finish(first, MadeReport(a_mail_document()))  # type: ignore[arg-type]
    Scan.objects.update(finished_at=timezone.now() - timedelta(days=1), requested_at=timezone.now() - timedelta(days=1))
    client.post("/scan/", {"domain": "good.example", "suite": "mail"})
    newer = lifecycle.claim(Scan.objects.latest("pk").pk)
    assert newer is not None
    assert lifecycle.finish(newer, MadeReport(a_mail_document("broken")))  # type: ignore[arg-type]
    address = newer.get_absolute_url()
    mine, theirs = client.get(address).content.decode(), Client().get(address).content.decode()
    assert f"{address}compare/{first.public_id}/" in mine
    assert first.public_id not in theirs


@pages
def test_a_cookie_that_is_not_ours_is_worth_nothing(client: Client) -> None:
    older, newer = two()
    client.cookies["zegel_tests"] = f"{older.public_id}:made:up"
    assert older.public_id not in client.get(newer.get_absolute_url()).content.decode()
