"""What a report says on paper: everything, in order, and nothing as markup."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from checks import CATALOGUE
from portal.paper import letters, marks, press
from portal.scans import explanations, markdown
from tests.portal.looks.documents import a_check, a_document, a_mail_document, a_row, mail_starttls
from tests.portal.paper.made import ADDRESS, said

CHECKS = list(CATALOGUE)


def flat(blocks: object) -> str:
    """All words of blocks or of a line, in order."""
    if isinstance(blocks, list):
        return " ".join(flat(part) for part in blocks)
    if isinstance(blocks, dict):
        return " ".join(
            value if key == "text" else flat(value) for key, value in blocks.items() if key not in ("kind", "url")
        )
    return ""


def strings(value: Any) -> list[str]:
    """Every string in content."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [text for part in parts for text in strings(part)]


def test_every_character_that_is_let_through_is_in_the_fonts() -> None:
    for weight in (400, 700):
        drawn = {
            code
            for family in ("radio-canada", "radio-canada-ext")
            for code in TTFont(press.fonts() / f"{family}-{weight}.ttf").getBestCmap()
        }
        shown = {code for code in range(0x20, 0x11000) if letters.has_all(chr(code))}
        assert shown - drawn == set()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Čaj – 5 € ≥ 3", "Čaj – 5 € [U+2265] 3"),
        ("中", "[U+4E2D]"),
        ("a\u202eb\u200bc\x00d", "a[U+202E]b[U+200B]c[U+0000]d"),
        ("😀", "[U+1F600]"),
        ("a\tb", "a b"),
    ],
)
def test_what_the_fonts_lack_is_written_as_its_number(given: str, shown: str) -> None:
    assert letters.known(given) == shown


def test_a_text_is_cut_at_its_limit() -> None:
    assert letters.known("a" * 50, 10) == "a" * 9 + "…"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("check_id", CHECKS)
def test_every_remedy_goes_on_paper_without_a_word_lost(check_id: str, language: str) -> None:
    html = explanations.remedy(CATALOGUE[check_id].texts[language].how, language, explanations.Own("good.example"))
    on_paper = flat(marks.blocks(html, ADDRESS))
    assert "[U+" not in on_paper
    shown = unescape(re.sub(r"<[^>]*>", " ", html))
    assert re.findall(r"\w+", on_paper) == re.findall(r"\w+", shown)


def test_a_table_a_list_and_a_link_keep_their_form() -> None:
    text = "| a | b |\n| --- | --- |\n| `c` | **d** |\n\n1. one\n2. two [x](/explain/)\n\n   ```\n   a  b\n   ```"
    table, numbered = marks.blocks(markdown.render(text), ADDRESS)
    assert [table["kind"], len(table["head"]), len(table["rows"][0])] == ["table", 2, 2]
    assert (numbered["ordered"], len(numbered["items"])) == (True, 2)
    assert numbered["items"][1][0]["line"][-1]["url"] == "https://zegel.example/explain/"
    assert numbered["items"][1][1] == {"kind": "code", "text": "a  b"}


def test_html_in_a_text_is_words() -> None:
    assert flat(marks.blocks(markdown.render("a <b>c</b> &amp;"), ADDRESS)) == "a <b>c</b> &"


def test_the_worst_comes_first_and_only_what_asks_for_attention_is_written_out() -> None:
    content = said(a_mail_document("broken"))
    assert [category["status"] for category in content["checks"]] == ["failed", "passed"]
    first = content["checks"][0]["rows"]
    assert first[0]["status"] == "failed"
    assert first[0]["rows"]
    assert first[0]["how"]
    assert all(not row["rows"] and not row["how"] for row in first if row["status"] == "passed")


def test_points_stand_with_every_check_and_scores_with_every_category() -> None:
    content = said(a_mail_document("broken"), "en")
    rows = [row for category in content["checks"] for row in category["rows"]]
    assert all("points" in row["points"] or "does not count" in row["points"] for row in rows)
    assert [row["score"] for row in content["categories"]] == ["33", "100"]


def test_the_age_of_a_report_does_not_change_the_file() -> None:
    document = a_mail_document("broken")
    assert press.tag("report.typ", said(document)) == press.tag("report.typ", said(document))
    other = {**document, "score": 12}
    assert press.tag("report.typ", said(document)) != press.tag("report.typ", said(other))
    assert press.tag("report.typ", said(document)) != press.tag("report.typ", said(document, "en"))


def test_a_name_that_the_fonts_cannot_write_appears_as_its_a_label() -> None:
    content = said({**a_mail_document(), "domain": "xn--fiqs8s.example"})
    assert content["title"] == "Mailtest van xn--fiqs8s.example"


def test_a_report_without_verdicts_says_why() -> None:
    content = said(a_document("mail", None, [], failure="no-such-domain", partial=True))
    assert content["verdict"] == "Dit domein bestaat niet."
    assert (content["checks"], content["plan"], content["limits"]) == ([], None, [])


def test_a_report_of_many_addresses_stays_within_bounds() -> None:
    rows = [
        a_row(f"mx{host}.good.example", f"192.0.2.{address}", "failed", "no-starttls", "x" * 3000)
        for host in range(40)
        for address in range(50)
    ]
    huge = a_check("mail_starttls_tls_available", "failed", "no-starttls", rows)
    document = a_document("mail", 0, [{**mail_starttls(), "checks": [huge] * 30}])
    assert len(json.dumps(said(document))) < 1_500_000
    assert max(map(len, strings({**said(document), "chain": "", "seal": ""}))) <= 4000
