"""The file: tagged, complete, in both languages, whatever a domain says; made in a process that is bounded."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from threading import BoundedSemaphore

import pytest
from pytest_django.fixtures import Settings

from portal.paper import press
from tests.portal.looks.documents import (
    Json,
    a_check,
    a_document,
    a_mail_document,
    a_null_mx_document,
    a_row,
    a_web_document,
    mail_dnssec,
    mail_starttls,
)
from tests.portal.paper.made import ADDRESS, printed
from tests.portal.paper.reading import letters_of, pages_of, read, run, words_of

HOSTILE = (
    '#panic("x") #eval("1+1") #read("/etc/passwd") $x^2$ *bold* _it_ `raw` <label> @ref // gone /* gone */ = Head '
    '\\ \\u{41} ~ -- ... "quote" https://evil.example/ #image("/etc/passwd") \u202egnp.exe \x00\x1b[31m 中文 😀 </text><script>'
)


def hostile_document() -> Json:
    """A report in which everything that comes from the network is hostile."""
    row = a_row(HOSTILE, HOSTILE, "failed", "no-starttls", HOSTILE, advised=[HOSTILE])
    checks = [
        a_check(name, "failed", "no-starttls", [row], sentence={"nl": HOSTILE, "en": HOSTILE})
        for name in ("mail_starttls_tls_available", "mail_starttls_dane_valid", "retired_check")
    ]
    return a_document("mail", 10, [{**mail_starttls(), "checks": checks}, mail_dnssec("bogus", HOSTILE)])


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", ["sealed", "broken", "open", "closed", "unknown", "null-mx", "web", "nowhere"])
def test_every_kind_of_report_makes_a_sound_tagged_file(kind: str, language: str) -> None:
    document = {
        "null-mx": a_null_mx_document(),
        "web": a_web_document("no-https"),
        "nowhere": a_document("mail", None, [], failure="no-such-domain", partial=True),
    }.get(kind) or a_mail_document(kind)
    pdf = printed(document, language)
    about = read("pdfinfo", given=pdf)
    assert re.search(r"^Tagged: +yes$", about, re.MULTILINE)
    assert re.search(r"^Title: +\S", about, re.MULTILINE)
    assert re.search(r"pdfuaid:part(>|=\")1", read("pdfinfo", "-meta", given=pdf))
    assert re.search(rf"/Lang ?\({language}\)".encode(), pdf)
    assert letters_of(pdf).endswith(ADDRESS + re.sub(r"\s", "", footer(document, language, pages_of(pdf))))


def footer(document: Json, language: str, pages: int) -> str:
    """What stands at the foot of the last page."""
    test = {"nl": ("Mailtest van", "Websitetest van"), "en": ("Mail test of", "Website test of")}[language]
    page, of = ("Pagina", "van") if language == "nl" else ("Page", "of")
    return f"{test[document['suite'] == 'web']} good.example {page} {pages} {of} {pages}"


def test_the_syntax_of_the_file_is_sound(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(printed(a_mail_document("broken")))
    done = run("qpdf", "--check", str(tmp_path / "report.pdf"))
    assert "No syntax or stream encoding errors found" in done.decode()


def test_headings_tables_and_lists_are_tagged_as_what_they_are() -> None:
    tree = read("pdfinfo", "-struct", given=printed(a_mail_document("broken")))
    assert len(re.findall(r"^ *H1\b", tree, re.MULTILINE)) == 1
    for kind in ("H2", "H3", "H4", "Table", "TH", "TD", "L", "LI", "Figure", "Code", "Link"):
        assert re.search(rf"^ *{kind}\b", tree, re.MULTILINE), kind
    levels = [int(level) for level in re.findall(r"^ *H(\d)\b", tree, re.MULTILINE)]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_the_file_has_all_that_the_report_has() -> None:
    text = words_of(printed(a_mail_document("broken")))
    for part in (
        "Sommige afzenders kunnen geen mail bezorgen.",
        "66 van 100",
        "STARTTLS en DANE 33 niet in orde",
        "Naar 100 in één stap",
        "1. Publiceer het nieuwe TLSA-record van mx2.good.example",
        "De weg van een mail naar u",
        "2001:db8:53::25",
        "Zegel verbroken",
        "Keten van vertrouwen (DNSSEC)",
        "TLSA-record klopt – niet in orde",
        "Verplicht · 0 van 10 punten",
        "Wat deze score zegt, en wat niet",
    ):
        assert part in text
    assert text.index("TLSA-record klopt –") < text.index("STARTTLS is beschikbaar –")


def test_the_record_to_publish_is_whole_and_nothing_but_itself() -> None:
    document = a_mail_document("broken")
    record = document["categories"][1]["checks"][3]["subjects"][1]["evidence"]["advised"][0]
    assert record.replace(" ", "") in letters_of(printed(document))


def test_a_word_longer_than_a_line_breaks_without_a_character_too_many() -> None:
    long = "mx." + "a" * 60 + "." + "b" * 60 + "." + "c" * 60 + ".example"
    row = a_row(long, "192.0.2.25", "failed", "no-starttls", advised=[f"_25._tcp.{long}. IN TLSA 3 1 1 {'ab' * 64}"])
    document = a_document(
        "mail",
        0,
        [{**mail_starttls(), "checks": [a_check("mail_starttls_tls_available", "failed", "no-starttls", [row])]}],
    )
    text = letters_of(printed(document))
    assert f"{long},192.0.2.25" in text
    assert f"_25._tcp.{long}.INTLSA311{'ab' * 64}" in text


def test_nothing_from_the_network_is_read_as_markup() -> None:
    pdf = printed(hostile_document())
    text = words_of(pdf)
    shown = HOSTILE.replace("\u202e", "[U+202E]").replace("\x00\x1b", "[U+0000][U+001B]")
    shown = shown.replace("中文", "[U+4E2D][U+6587]").replace("😀", "[U+1F600]")
    assert re.sub(r"\s", "", shown) in letters_of(pdf)
    assert "root:x:" not in text
    assert b"/URI (https://evil.example" not in pdf


def test_a_huge_report_is_a_bounded_file() -> None:
    rows = [
        a_row(
            f"mx{host}.good.example",
            f"192.0.2.{address}",
            "failed",
            "no-starttls",
            f"{host}/{address} " + "long " * 200,
        )
        for host in range(60)
        for address in range(20)
    ]
    checks = [a_check(f"made_up_{number}", "failed", "no-starttls", rows) for number in range(20)]
    checks.append(a_check("mail_starttls_tls_available", "failed", "no-starttls", rows))
    pdf = printed(a_document("mail", 0, [{**mail_starttls(), "checks": checks}]))
    assert pages_of(pdf) < 200
    assert "nog 1180 regels" in words_of(pdf)


@pytest.mark.parametrize(
    "template",
    [
        "#let x = range(400000000)",
        "#let f(n) = f(n + 1) + f(n + 2)\n#f(0)",
        "= Not UA",
        "#panic(sys.inputs.content)",
    ],
)
def test_a_template_that_goes_wrong_ends_as_a_failure_and_frees_its_place(tmp_path: Path, template: str) -> None:
    (tmp_path / "bad.typ").write_text(template)
    for _ in range(press.AT_ONCE + 1):
        with pytest.raises(press.Failed):
            press.make(str(tmp_path / "bad.typ"), {})


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "SECONDS", 0.001)
    with pytest.raises(press.Failed, match="not finished"):
        printed(a_mail_document())


def test_when_all_places_are_taken_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "_places", BoundedSemaphore(1))
    monkeypatch.setattr(press, "PATIENCE", 0)
    assert press._places.acquire(blocking=False)
    with pytest.raises(press.Busy):
        printed(a_mail_document())


def test_on_a_server_the_fonts_are_where_static_files_were_collected(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    monkeypatch.setattr(press.finders, "find", lambda _: None)
    settings.STATIC_ROOT = tmp_path
    assert press.fonts.__wrapped__() == tmp_path / "vendor" / "print"
