"""The chain of trust as a picture: which links are drawn whole, broken or stopped, and the same in words."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from portal.pictures import chain as pictures
from portal.scans import chain_picture
from portal.scans.chain_picture import build
from tests.portal.looks.documents import a_chain, a_row, a_zone

Json = dict[str, Any]
SVG = "{http://www.w3.org/2000/svg}"


def a_document(*rows: Json, dane: tuple[Json, ...] = ()) -> Json:
    checks = [
        {"id": "mail_dnssec_mx_valid", "subjects": list(rows)},
        {"id": "mail_x_dane_exist", "subjects": list(dane)},
    ]
    return {"categories": [{"id": "mail_dnssec", "checks": checks}]}


def a_signed_row(subject: str, chain: list[Json], outcome: str = "secure", **evidence: Any) -> Json:
    return a_row(subject, None, "passed", outcome, chain=chain, **{"record_type": "MX", "reason": "ok", **evidence})


def drawn(document: Json, language: str = "nl") -> ET.Element:
    return ET.fromstring(chain_picture.as_file(document, language))


def arrows(document: Json) -> list[str]:
    """The status of each arrow from a zone to one below it."""
    groups = [
        group for group in drawn(document).iter(f"{SVG}g") if group[0].get("class") == "zegel-chain-picture__arrow"
    ]
    return [str(group.get("class")).rpartition("--")[2] for group in groups]


def texts(document: Json) -> list[str]:
    return [element.text or "" for element in drawn(document).iter(f"{SVG}text")]


def test_a_whole_chain_has_whole_arrows_keys_ds_records_and_the_answer_under_seal() -> None:
    document = a_document(a_signed_row("good.example", a_chain()))
    assert arrows(document) == ["passed", "passed"]
    assert {"good.example", "KSK 30781 · ECDSA P-256", "DS 30781 · SHA-256 past", "MX good.example"} <= set(
        texts(document)
    )


@pytest.mark.parametrize(
    ("state", "status"), [("bogus", "failed"), ("insecure", "not_tested"), ("indeterminate", "error")]
)
def test_the_arrow_to_a_zone_shows_where_trust_breaks_or_stops(state: str, status: str) -> None:
    reason = {"bogus": "ds-mismatch", "insecure": "no-ds", "indeterminate": "resolver-failed"}[state]
    document = a_document(a_signed_row("good.example", a_chain(state, reason), state))
    assert arrows(document) == ["passed", status]


def test_a_broken_link_stands_in_the_parent_with_the_reason_at_the_zone() -> None:
    document = a_document(a_signed_row("good.example", a_chain("bogus", "ds-mismatch"), "bogus"))
    said = " ".join(texts(document))
    assert "DS 30781 · SHA-256 past niet" in said
    assert "Geen DS-record in de zone erboven past op een sleutel van deze zone." in said


def test_an_unsigned_zone_says_that_trust_stops_there_and_by_what_proof() -> None:
    document = a_document(a_signed_row("good.example", a_chain("insecure", "no-ds"), "insecure"))
    assert {"Geen DS voor good.example", "Stopt hier: bewijs met NSEC3"} <= set(texts(document))


def test_the_zone_of_a_mail_host_branches_off_where_its_chain_does() -> None:
    other = [*a_chain()[:2], a_zone("mailhulp.example.")]
    picture = build(
        a_document(a_signed_row("good.example", a_chain()), a_signed_row("mx.mailhulp.example", other)), "nl"
    )
    assert picture is not None
    assert [(zone.name, zone.parent) for zone in picture.zones] == [
        (". (root)", None),
        ("example", 0),
        ("good.example", 1),
        ("mailhulp.example", 1),
    ]


def test_zones_of_another_branch_in_the_same_chain_hang_below_their_own_parent() -> None:
    crossing = [*a_chain(), a_zone("test."), a_zone("dienst.test.")]  # an alias out of one branch into another
    picture = build(a_document(a_signed_row("good.example", crossing)), "nl")
    assert picture is not None
    assert {zone.name: picture.zones[zone.parent].name for zone in picture.zones if zone.parent is not None} == {
        "example": ". (root)",
        "test": ". (root)",
        "good.example": "example",
        "dienst.test": "test",
    }


def test_a_broken_answer_in_a_whole_zone_is_named_with_its_reason() -> None:
    broken = a_row(
        "mx.good.example", "192.0.2.25", "failed", "bogus", owner="_25._tcp.mx.good.example.", dnssec="bogus",
        reason="denial-missing",
    )  # fmt: skip
    document = a_document(a_signed_row("good.example", a_chain()), dane=(broken,))
    assert arrows(document) == ["passed", "passed"]
    assert "TLSA mx.good.example" in texts(document)
    assert "Het bewijs dat een record er niet is, ontbreekt." in " ".join(texts(document))


def test_a_wrong_name_server_and_signatures_that_end_are_shown_in_their_zone_alone() -> None:
    document = a_document(a_signed_row("good.example", a_chain()))
    server = a_row(
        "ns2.good.example", "192.0.2.53", "warning", "bogus", zone="good.example.", reason="signature-expired"
    )
    good = a_row("ns1.good.example", "192.0.2.52", "passed", "ok", zone="good.example.")
    ends = a_row("good.example", None, "warning", "soon", zone="good.example.", hours=23)
    document["categories"][0]["checks"] += [
        {"id": "mail_dnssec_ns", "subjects": [good, server]},
        {"id": "mail_dnssec_expiry", "subjects": [ends]},
    ]
    picture = build(document, "nl")
    assert picture is not None
    told = {zone.name: [row.text for row in zone.notes if row.status == "warning"] for zone in picture.zones}
    assert told == {
        ". (root)": [],
        "example": [],
        "good.example": ["NS ns2.good.example", "De handtekening is verlopen.", "Loopt af over 23 uur"],
    }
    assert "NS ns2.good.example" in picture.label


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_text_alternative_says_what_the_picture_says(language: str) -> None:
    document = a_document(a_signed_row("good.example", a_chain("bogus", "ds-mismatch"), "bogus"))
    label = str(drawn(document, language).get("aria-label"))
    for row in (row for zone in build(document, language).zones for row in (*zone.keys, *zone.vouchers, *zone.notes)):  # type: ignore[union-attr]
        assert row.text in label
    assert {"nl": "gebroken", "en": "broken"}[language] in label


def test_a_hostile_name_is_escaped_shortened_in_the_middle_and_whole_in_the_title() -> None:
    name = "<script>alert(1)</script>." + "x" * 60 + ".example"
    chain = [a_zone("."), a_zone("example."), a_zone(name + ".")]
    root = drawn(a_document(a_signed_row(name, chain)))  # would not parse if it were not escaped
    assert name in {title.text for title in root.iter(f"{SVG}title")}
    assert all(len(text.text or "") <= 31 for text in root.iter(f"{SVG}text"))


def test_a_chain_of_more_columns_than_fit_is_drawn_one_below_the_other() -> None:
    names = [".", "e.", "d.e.", "c.d.e.", "b.c.d.e."]
    drawing = chain_picture.draw(a_document(a_signed_row("b.c.d.e", [a_zone(name) for name in names])), "nl")
    assert drawing is not None
    assert (drawing.wide, "zegel-chain-picture--narrow" in drawing.narrow) == ("", True)


def test_a_hundred_zones_are_not_all_drawn() -> None:
    chain = [a_zone("."), *(a_zone(f"z{number}.") for number in range(100))]
    picture = build(a_document(a_signed_row("z", chain)), "nl")
    assert picture is not None
    assert len(picture.zones) == pictures.MOST_ZONES


def test_the_drawing_has_no_style_script_or_id_and_works_without_our_style_sheet() -> None:
    drawing = chain_picture.draw(a_document(a_signed_row("good.example", a_chain())), "nl")
    assert drawing is not None
    assert not re.search(r"\b(style|id|href|on\w+)=|<script", drawing.wide + drawing.narrow)
    assert 'stroke="#17693a"' in drawing.wide


def test_a_report_without_a_chain_has_no_picture() -> None:
    assert chain_picture.draw(a_document(), "nl") is None
    assert chain_picture.as_file(a_document(), "nl") == ""
