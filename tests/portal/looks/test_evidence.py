"""Evidence as HTML: any JSON value is shown, everything is escaped, and nothing is endless."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.scans import evidence, markdown

HOSTILE = "<script>alert(1)</script>\x00\x1b[31m\u202e"
VOID = {"br"}


class Balanced(HTMLParser):
    """Fails on a tag that is closed out of order, and remembers which tags there were."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(html: str) -> set[str]:
    """The tags of well-formed HTML."""
    parser = Balanced()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser.seen


def test_hostile_text_stays_text_and_what_cannot_be_printed_becomes_visible() -> None:
    html = evidence.render(
        {"header": HOSTILE, HOSTILE: "x", "transcript": [HOSTILE], "rows": [{HOSTILE: HOSTILE}]}, "nl"
    )
    assert "script" not in tags(html)
    assert "&lt;script&gt;" in html
    assert not set(html) & {"\x00", "\x1b", "\u202e"}


def test_known_keys_have_names_in_both_languages_and_unknown_ones_are_shown_as_they_are() -> None:
    assert "Begroeting na" in evidence.render({"greeting_ms": 24}, "nl")
    assert "Greeting after" in evidence.render({"greeting_ms": 24}, "en")
    assert "brand new key" in evidence.render({"brand_new_key": 1}, "en")


def test_values_are_in_words_and_numbers_of_the_language() -> None:
    html = evidence.render({"usable": True, "greeting_ms": 24, "not_after": "2027-02-18T00:00:00Z"}, "nl")
    assert "<dd>ja</dd>" in html
    assert "<dd>24 ms</dd>" in html
    assert "18 februari 2027" in html


def test_a_list_of_small_objects_is_a_table_with_headings() -> None:
    html = evidence.render({"keys": [{"tag": 30781, "role": "KSK"}, {"tag": 9412, "role": "ZSK"}]}, "en")
    assert {"table", "th", "td"} <= tags(html)
    assert html.count("<tr>") == 3


def test_a_tlsa_record_stands_as_it_does_in_dns_with_what_became_of_it() -> None:
    record = {"usage": 3, "selector": 1, "matching_type": 1, "data": "aac96528", "reason": "match", "found_depth": 0}
    html = evidence.render({"records": [record]}, "nl")
    assert "3 1 1 aac96528" in html
    assert "past, op diepte 0" in html


def test_empty_values_take_no_room() -> None:
    assert evidence.render({"reply": "", "names": [], "masked": None}, "nl") == ""
    assert "<dd>0</dd>" in evidence.render({"ttl": 0}, "nl")


def test_length_number_and_depth_are_bounded() -> None:
    deep: Any = "bottom"
    for _ in range(50):
        deep = {"down": deep}
    html = evidence.render({"long": "x" * 100_000, "many": list(range(5000)), "deep": deep}, "nl")
    assert len(html) < 10_000
    assert "en nog 4960" in html
    assert "bottom" not in html


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.sampled_from(["records", "remarks", "ttl", "because", "odd key", "<b>"]), JSON, max_size=6),
    st.sampled_from(["nl", "en"]),
)
def test_whatever_is_in_it_evidence_is_well_formed(value: dict[str, Any], language: str) -> None:
    allowed = {
        "dl",
        "div",
        "dt",
        "dd",
        "ul",
        "ol",
        "li",
        "span",
        "pre",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "p",
        "br",
    }
    assert tags(evidence.render(value, language)) <= allowed


@pytest.mark.parametrize("text", ["# head", "head\n====", "<b>x</b>", "![x](y.png)", "<div>\nx\n</div>"])
def test_our_markdown_lets_no_heading_picture_or_html_through(text: str) -> None:
    assert tags(markdown.render(text)) <= {"p", "a"}


def test_our_markdown_links_only_to_pages() -> None:
    assert "href" not in markdown.render("[x](javascript:alert(1))")
    assert 'href="https://example.org/"' in markdown.render("[x](https://example.org/)")


def test_remarks_are_told_as_escaped_sentences() -> None:
    remarks = [{"note": "small-key", "where": "<b>example.nl", "tag": 5, "algorithm": "RSASHA256", "bits": 1024}]
    shown = evidence.render({"remarks": remarks}, "en")
    assert "Key 5 of &lt;b&gt;example.nl has 1024 bits." in shown
    assert "small-key" not in shown


@pytest.mark.parametrize(("language", "words"), [("nl", "niet bezorgd, blijft wachten"), ("en", "deferred")])
def test_a_code_is_shown_by_its_meaning(language: str, words: str) -> None:
    assert f"<dd>{words}</dd>" in evidence.render({"delivery": "deferred"}, language)


def test_columns_stand_in_an_order_that_tells_something_however_the_database_keeps_them() -> None:
    html = evidence.render(
        {"rows": [{"via": "mx", "dnssec": "secure", "sender": "mx.good.example", "sender_tlsa": "none"}]}, "en"
    )
    heads = ["Via", "Sender", "DNSSEC", "TLSA records at port 25"]
    assert [html.index(f">{head}</th>") for head in heads] == sorted(html.index(f">{head}</th>") for head in heads)
    assert "signed" in html
