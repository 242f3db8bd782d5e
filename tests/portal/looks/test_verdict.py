"""The one bold sentence: the consequence that matters most is said."""

from __future__ import annotations

import pytest

from portal.scans.verdict import causes, verdict
from tests.portal.looks.documents import (
    Json,
    a_category,
    a_check,
    a_document,
    a_mail_document,
    a_null_mx_document,
    a_row,
    a_web_document,
    mail_dnssec,
    mail_starttls,
)


def mail(*categories: Json, score: int | None = 50, partial: bool = False) -> Json:
    return a_document("mail", score, categories, partial=partial)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (a_mail_document("open"), "Een deel van de mail aan u is onderweg leesbaar."),
        (a_mail_document("broken"), "Sommige afzenders kunnen geen mail bezorgen."),
        (
            a_mail_document("closed"),
            "Mail aan u is versleuteld, maar afzenders kunnen niet controleren of het uw server is.",
        ),
        (a_mail_document("sealed"), "Uw mail is verzegeld."),
        (a_mail_document("unknown"), "Wij konden niet alles meten."),
        (a_null_mx_document(), "Dit domein ontvangt geen mail."),
        (mail(mail_dnssec("bogus", "ds-mismatch"), mail_starttls()), "Sommige afzenders kunnen geen mail bezorgen."),
        (a_web_document(), "Het verkeer met uw website is verzegeld."),
        (a_web_document("no-https"), "Het verkeer met uw website is onderweg leesbaar."),
        (a_web_document("no-address"), "Uw website is niet te bereiken."),
    ],
)
def test_the_first_consequence_that_is_true_is_said(document: Json, sentence: str) -> None:
    assert verdict(document, "nl") == sentence


@pytest.mark.parametrize(
    ("check_id", "sentence"),
    [
        ("mail_auth_dmarc_policy", "Anderen kunnen mail versturen op uw naam."),
        ("mail_auth_spf_exist", "Anderen kunnen mail versturen op uw naam."),
        ("mail_auth_dkim_exist", "Ontvangers kunnen niet goed zien of mail echt van u komt."),
    ],
)
def test_only_what_lets_others_send_is_said_to_let_them(check_id: str, sentence: str) -> None:
    category = a_category("mail_auth", "x", "failed", 50, [a_check(check_id, "failed", "x")])
    assert verdict(mail(category), "nl") == sentence


def test_a_report_with_lesser_points_and_things_unseen_is_not_called_good() -> None:
    checks = [
        a_check("mail_starttls_tls_available", "error", "limited"),
        a_check("mail_ipv6_mx_address", "failed", "none"),
    ]
    assert (
        verdict(mail(a_category("x", "x", "failed", 50, checks), partial=True), "nl") == "Wij konden niet alles meten."
    )


def test_the_checks_behind_the_sentence_are_known() -> None:
    assert causes(a_mail_document("broken")) == {"mail_starttls_dane_valid"}
    assert (
        causes(mail(a_category("x", "x", "failed", 50, [a_check("mail_ipv6_mx_address", "failed", "none")]))) == set()
    )


def test_readable_mail_is_said_before_mail_that_is_not_delivered() -> None:
    document = mail(mail_dnssec("bogus", "ds-mismatch"), mail_starttls("open"))
    assert verdict(document, "en") == "Part of the mail to you can be read along the way."


def test_one_open_address_among_many_is_enough() -> None:
    rows = [a_row("mx1", "192.0.2.1", "passed", "ok"), a_row("mx2", "192.0.2.2", "failed", "no-starttls")]
    checks = [a_check("mail_starttls_tls_available", "failed", "no-address", rows)]
    assert "read along the way" in verdict(mail(a_category("mail_starttls", "x", "failed", 0, checks)), "en")


def test_lesser_points_are_said_kindly() -> None:
    checks = [a_check("mail_something_new", "warning", "odd")]
    document = mail(a_category("mail_something", "x", "warning", 90, checks), score=90)
    assert verdict(document, "nl") == "Uw mail is goed beveiligd. Er is nog iets te verbeteren."


def test_a_provisional_score_is_never_called_complete() -> None:
    document = mail(mail_dnssec(), mail_starttls(), score=100, partial=True)
    assert verdict(document, "nl") == "Wij konden niet alles meten."


def test_nothing_measured_is_said_as_it_is() -> None:
    checks = [a_check("mail_starttls_tls_available", "error", "unreachable", points=None, max_points=None)]
    document = mail(a_category("mail_starttls", "x", "error", None, checks), score=None, partial=True)
    assert verdict(document, "en") == "We could not measure everything."


def test_a_certificate_that_browsers_refuse_is_a_warning_to_visitors() -> None:
    checks = [a_check("web_https_http_available", "passed", "ok"), a_check("web_https_cert_chain", "failed", "expired")]
    document = a_document("web", 60, [a_category("web_https", "HTTPS", "failed", 60, checks)])
    assert verdict(document, "nl") == "Bezoekers krijgen een waarschuwing in plaats van uw website."
