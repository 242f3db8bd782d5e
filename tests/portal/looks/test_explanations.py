"""The texts of checks as people read them: checks by their titles, reasons in words, and in a remedy their own names and fingerprints."""

from __future__ import annotations

import re

import pytest

from checks import CATALOGUE
from portal.scans.explanations import Own, html, own_of, remedy
from tests.portal.looks.documents import Json, a_check, a_document, a_row

CURRENT, ISSUER, COMING = (
    "258db352e5905a7e1705418c6cb093d956ea72f5b727d95de1d65c4f74a99d70",
    "57171ffdbd229ca7871cd24d7d7d02d0f7568e6e8f7263d9ca410a68c1e5389b",
    "347d492800984ff85dc8fee8934556f0a7aa3a70668ccfc6ddda563901057e46",
)
MINE = Own("good.example", "mail.other.example", "198.51.100.25", {"3 1 1": "ab" * 32, "2 1 1": "cd" * 32})


def own(
    status: str = "failed", subject: str = "mx1.good.example", address: str = "192.0.2.25", **evidence: object
) -> Own:
    check: Json = a_check("mail_starttls_dane_valid", status, "x", [a_row(subject, address, status, "x", **evidence)])
    return own_of(a_document("mail", 50, []), check)


def test_a_check_is_named_by_its_title_and_leads_to_its_page() -> None:
    title = CATALOGUE["mail_starttls_dane_valid"].texts["nl"].title
    shown = html("Kijk bij `mail_starttls_dane_valid` en `mail_no_such_check`.", "nl")
    assert f'<a class="nl-link" href="/explain/mail_starttls_dane_valid/">{title}</a>' in shown
    assert "<code>mail_no_such_check</code>" in shown


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_page_of_a_check_shows_a_machine_name_of_a_check_or_of_a_reason(language: str) -> None:
    names = {*CATALOGUE, *CATALOGUE.reasons(language)}
    for check in CATALOGUE.values():
        text = check.texts[language]
        shown = "".join(html(part, language) for part in (text.what, text.why, text.how, text.background))
        codes = {code for code in re.findall(r"<code>([a-z0-9_-]+)</code>", shown) if "_" in code or "-" in code}
        assert not codes & names, check.id


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mx1.example.nl", "mail.other.example"),
        ("_25._tcp.mx1.example.nl.", "_25._tcp.mail.other.example."),
        ("mx1.example.nl.pem", "mail.other.example.pem"),
        ("dmarc@example.nl", "dmarc@good.example"),
        ("_dmarc.example.nl. and mta-sts.example.nl", "_dmarc.good.example. and mta-sts.good.example"),
        ("connect 192.0.2.25:25", "connect 198.51.100.25:25"),
        # Names that they may not have stay an example, and so does the example of a doubled name.
        ("ns1.example.nl mx2.example.nl www.example.nl", "ns1.example.nl mx2.example.nl www.example.nl"),
        ("mx1.example.nl.example.nl", "mx1.example.nl.example.nl"),
    ],
)
def test_the_examples_of_a_remedy_become_their_own_names(text: str, shown: str) -> None:
    assert f"<code>{shown}</code>" in remedy(f"`{text}`", "nl", MINE)


def test_a_fingerprint_in_a_remedy_is_theirs_or_is_left_to_be_filled_in_and_never_ours_beside_their_name() -> None:
    text = f"`3 1 1 {CURRENT}` `2 1 1 {ISSUER}` `3 1 1 {COMING}`"
    shown = remedy(text, "en", MINE)
    assert [*re.findall("<code>(.*?)</code>", shown)] == [
        f"3 1 1 {'ab' * 32}",
        f"2 1 1 {'cd' * 32}",
        "3 1 1 &lt;fingerprint&gt;",
    ]
    assert CURRENT not in remedy(text, "en", Own("good.example", "mx1.good.example"))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_fingerprint_of_our_texts_is_one_that_is_filled_in_or_left_open(language: str) -> None:
    for check in CATALOGUE.values():
        shown = remedy(check.texts[language].how, language, Own("good.example", "mx1.good.example"))
        assert not re.search(r"\b[0-9a-f]{64}\b", shown), check.id


def test_the_names_are_those_of_the_row_that_is_wrong() -> None:
    record = f"_25._tcp.mx1.good.example. IN TLSA 3 1 1 {'ab' * 32}"
    assert own(advised=[record]) == Own("good.example", "mx1.good.example", "192.0.2.25", {"3 1 1": "ab" * 32})
    assert own("passed") == Own("good.example")


@pytest.mark.parametrize("address", ["<b>1.2</b>", "\\u202e.", "192.0.2", "a.b.c.d", "\\1.2.3.4"])
def test_what_is_no_address_stays_out_of_a_remedy(address: str) -> None:
    assert own(address=address).address == ""


def test_an_ipv6_address_is_not_put_where_ours_is_of_ipv4_as_it_is_written_otherwise() -> None:
    assert own(address="2001:db8::25").address == ""


@pytest.mark.parametrize("name", ["<b>x</b>", "a b", "x'y", "$(id)", "a\nb"])
def test_a_name_that_html_or_a_shell_would_read_stays_out_of_a_remedy(name: str) -> None:
    assert own(subject=name).host == ""
    assert name not in remedy("`mx1.example.nl`", "nl", own(subject=name))
