"""The report page as data: what was stored is shown as it was, what was wrong comes first, and nothing is called better than it is."""

from __future__ import annotations

import pytest

from checks import CATALOGUE
from portal.scans import report
from portal.scans.report_page import ReportPage
from tests.portal.looks.documents import (
    STALE,
    AScan,
    Json,
    a_category,
    a_check,
    a_document,
    a_mail_document,
    a_null_mx_document,
    a_row,
    a_web_document,
)


def page(document: Json, language: str = "nl", **scan: object) -> ReportPage:
    return report.build(AScan(document, suite=document["suite"], **scan), language)  # type: ignore[arg-type]


def test_the_head_tells_score_time_duration_and_count() -> None:
    found = page(a_mail_document("broken"))
    assert found.score_text == "66 van 100"
    assert found.measured is not None
    assert found.measured.text == "23 november 2026, 9.41 uur"
    assert found.duration == "8,2 seconden"
    assert found.counts == "7, waarvan 1 niet in orde"


def test_categories_and_checks_stand_worst_first() -> None:
    found = page(a_mail_document("broken"))
    assert [category.id for category in found.categories] == ["mail_starttls", "mail_dnssec"]
    assert found.categories[0].checks[0].id == "mail_starttls_dane_valid"


def test_a_card_says_one_sentence() -> None:
    check = a_check("mail_starttls_tls_available", "failed", "no-starttls")
    check["sentence"] = {"nl": "mx1 (192.0.2.1) biedt geen STARTTLS aan. Zet TLS aan.", "en": "x"}
    found = page(a_document("mail", 0, [a_category("mail_starttls", "x", "failed", 0, [check])]))
    assert found.categories[0].sentence == "mx1 (192.0.2.1) biedt geen STARTTLS aan."


def test_what_fails_is_open_and_what_is_right_is_folded() -> None:
    rows = [row for category in page(a_mail_document("broken")).categories for row in category.checks]
    assert {row.status for row in rows if row.open} == {"failed"}
    assert all(row.open for row in rows if row.status == "failed")


def test_the_subject_that_fails_stands_above_those_that_do_not() -> None:
    row = page(a_mail_document("broken")).categories[0].checks[0]
    assert [(subject.address, subject.status) for subject in row.subjects] == [
        (STALE[1], "failed"),
        ("192.0.2.25", "passed"),
    ]


def test_points_and_requirement_stand_beside_every_check() -> None:
    rows = {row.id: row for category in page(a_mail_document("broken")).categories for row in category.checks}
    assert (rows["mail_starttls_dane_valid"].requirement, rows["mail_starttls_dane_valid"].points) == (
        "Verplicht",
        "0 van 10 punten",
    )
    assert rows["mail_starttls_cert_chain"].points == "telt niet mee"


def test_titles_are_those_of_today_and_sentences_those_of_then() -> None:
    row = page(a_mail_document("broken")).categories[0].checks[0]
    assert row.title == CATALOGUE[row.id].texts["nl"].title
    assert row.sentence == "Uitslag: no-match."
    assert row.references == CATALOGUE[row.id].references


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_check_that_no_longer_exists_is_still_shown_with_its_stored_sentence(language: str) -> None:
    check = a_check("mail_old_check", "failed", "gone", [a_row("mx1", None, "failed", "gone")])
    found = page(a_document("mail", 0, [a_category("mail_old", "Oud", "failed", 0, [check])]), language)
    row = found.categories[0].checks[0]
    assert row.title == "mail_old_check"
    assert row.sentence == check["sentence"][language]
    assert row.what == row.how == ""


def test_the_records_to_publish_are_those_of_the_hosts_that_fail() -> None:
    rows = {row.id: row for category in page(a_mail_document("broken")).categories for row in category.checks}
    assert rows["mail_starttls_dane_valid"].publish.startswith(f"_25._tcp.{STALE[0]}. IN TLSA 3 1 1 ")
    sealed = {row.id: row for category in page(a_mail_document()).categories for row in category.checks}
    assert sealed["mail_starttls_dane_valid"].publish == ""


def test_a_partial_report_says_so_and_is_not_a_round_seal() -> None:
    found = page(a_mail_document("unknown"))
    assert [notice.kind for notice in found.notices] == ["warning"]
    assert "voorlopig" in found.seal
    assert "zegel-seal--full" not in found.seal


def test_only_a_complete_report_is_a_round_seal() -> None:
    assert "zegel-seal--full" in page(a_mail_document()).seal
    assert "zegel-seal--full" not in page(a_mail_document("broken")).seal


def test_a_domain_without_mail_says_so_and_has_no_route() -> None:
    found = page(a_null_mx_document())
    assert found.route is None
    assert found.notices[0].title == "Dit domein ontvangt geen mail, en zegt dat zelf."


@pytest.mark.parametrize("failure", ["no-such-domain", "no-answer", "resolver-unfit", "something-new"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_domain_that_could_not_be_judged_gets_a_reason_and_no_score(failure: str, language: str) -> None:
    found = page(a_document("mail", None, [], failure=failure, partial=True), language)
    assert found.score is None
    assert found.categories == ()
    assert found.verdict
    assert found.detail
    assert found.notices == ()


def test_a_resolver_of_ours_that_is_unfit_is_our_side() -> None:
    found = page(a_document("mail", None, [], failure="resolver-unfit", partial=True))
    assert found.detail.startswith("Dat ligt aan ons.")


def test_the_two_reports_of_one_question_are_tabs_with_the_website_first() -> None:
    sibling = AScan(None, suite="web", total=94)
    tabs = page(a_mail_document("broken"), sibling=sibling).tabs
    assert [(tab.name, tab.note, tab.url) for tab in tabs] == [
        ("Website", "94", sibling.get_absolute_url()),
        ("Mail", "66", ""),
    ]


def test_a_sibling_that_still_runs_has_no_score_yet() -> None:
    tabs = page(a_mail_document(), "en", sibling=AScan(None, suite="web", total=None, is_active=True)).tabs
    assert tabs[0].note == "running"


def test_a_report_without_sibling_has_one_tab() -> None:
    assert len(page(a_web_document()).tabs) == 1


def test_what_the_report_did_not_measure_is_named() -> None:
    missing = page(a_mail_document(), "en").missing
    assert "RPKI" in missing
    assert "SPF, DKIM and DMARC" in missing
    measured = a_category("mail_rpki", "RPKI", "passed", 100, [a_check("mail_rpki_exist", "passed", "ok")])
    document = a_mail_document()
    assert "RPKI" not in page({**document, "categories": [*document["categories"], measured]}, "en").missing


def test_specialists_get_the_transcript_with_whole_records_and_the_depth_of_each_match() -> None:
    lines = page(a_mail_document()).transcript.splitlines()
    assert "    3 1 1 aac965289654287a343ac35080569d79941d6d90a7534ad73e9cb1aac3a40a6c" in lines
    assert "    3 1 1 aac96528…c3a40a6c: past op diepte 0" in lines
    assert page(a_null_mx_document()).transcript == ""


def test_a_very_long_list_of_addresses_is_cut_and_counted() -> None:
    rows = [a_row("mx1", f"192.0.2.{number}", "passed", "ok") for number in range(100)]
    check = a_check("mail_starttls_cert_chain", "passed", "ok", rows)
    row = (
        page(a_document("mail", 100, [a_category("mail_starttls", "x", "passed", 100, [check])]))
        .categories[0]
        .checks[0]
    )
    assert (len(row.subjects), row.unshown) == (report.MOST_SUBJECTS, 100 - report.MOST_SUBJECTS)


def test_a_name_with_its_own_letters_is_shown_as_people_write_it() -> None:
    assert report.display_name("xn--caf-dma.example") == "café.example"
    assert report.display_name("good.example") == "good.example"


def test_building_a_page_does_not_change_the_document() -> None:
    document = a_mail_document("broken")
    page(document)
    assert document == a_mail_document("broken")


def rows_of(*outcomes: str, status: str = "failed") -> Json:
    rows = [a_row("mx1.good.example", f"192.0.2.{n}", status, outcome) for n, outcome in enumerate(outcomes)]
    return a_check("mail_starttls_tls_available", status, outcomes[0], rows)


@pytest.mark.parametrize(
    ("outcomes", "extent"),
    [
        (("ok", "ok", "ok"), "Dit geldt voor alle 3 adressen."),
        (("ok", "no-ipv6", "ok"), "Dit geldt voor 2 van de 3 adressen."),
        (("ok",), ""),
    ],
)
def test_a_sentence_about_one_address_says_for_how_many_it_holds(outcomes: tuple[str, ...], extent: str) -> None:
    document = a_document("mail", 0, [a_category("mail_starttls", "x", "failed", 0, [rows_of(*outcomes)])])
    assert page(document).categories[0].checks[0].extent == extent


def test_the_only_row_does_not_say_again_what_its_check_says_just_above() -> None:
    check = rows_of("no-starttls")
    check["sentence"] = check["subjects"][0]["sentence"]
    document = a_document("mail", 0, [a_category("mail_starttls", "x", "failed", 0, [check])])
    assert page(document).categories[0].checks[0].subjects[0].sentence == ""
    two = rows_of("no-starttls", "no-starttls")
    document = a_document("mail", 0, [a_category("mail_starttls", "x", "failed", 0, [two])])
    assert all(subject.sentence for subject in page(document).categories[0].checks[0].subjects)


def test_what_is_no_fault_is_told_in_the_head_as_something_to_mind() -> None:
    check = a_check("mail_starttls_mx_records", "warning", "alias")
    document = a_document("mail", 100, [a_category("mail_starttls", "x", "warning", 100, [check])])
    assert page(document).detail == "Let op: Uitslag: alias."
    assert page(document, "en").detail == "Please note: Result: alias."


def test_a_required_check_without_points_is_not_said_not_to_count() -> None:
    check = a_check("mail_starttls_dane_delivery", "failed", "deferred", points=None, max_points=None)
    document = a_document("mail", 50, [a_category("mail_starttls", "x", "failed", 50, [check])])
    row = page(document).categories[0].checks[0]
    assert (row.requirement, row.points) == ("Verplicht", "levert zelf geen punten op")


def test_the_head_explains_its_own_verdict_before_what_scores_worse() -> None:
    lesser = a_category("mail_ipv6", "IPv6", "failed", 0, [a_check("mail_ipv6_mx_address", "failed", "none")])
    worse = a_category("mail_starttls", "x", "failed", 92, [a_check("mail_starttls_dane_valid", "failed", "no-match")])
    found = page(a_document("mail", 50, [lesser, worse]))
    assert found.categories[0].id == "mail_ipv6"
    assert found.detail == "Uitslag: no-match. Uitslag: none."


def test_a_fault_that_leaves_a_full_score_is_told_as_something_to_mind() -> None:
    check = a_check("mail_starttls_cert_domain", "failed", "mismatch")
    assert page(a_document("mail", 100, [a_category("x", "x", "failed", 100, [check])])).detail.startswith("Let op: ")
