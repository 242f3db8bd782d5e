"""The tree of certificates: issuers above, servers below, and the link that does not hold drawn broken."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from portal.scans import compare
from portal.scans.certificates import Tree, build
from tests.portal.looks.documents import Json, a_check, a_row

ROOT, CA = "CN=Voorbeeld Root,O=Voorbeeld", "CN=Voorbeeld CA R4,O=Voorbeeld"


def a_certificate(subject: str, issuer: str) -> Json:
    return {
        "subject": subject,
        "issuer": issuer,
        "names": [],
        "not_before": "2026-11-20T00:00:00Z",
        "not_after": "2027-02-18T00:00:00Z",
        "key": "EC secp256r1",
        "signature": "sha256",
    }


LEAF, MIDDLE = a_certificate("CN=mx1.good.example", CA), a_certificate(CA, ROOT)


def a_host(name: str, outcome: str = "ok", depth: int = 0, *sent: Json, status: str = "failed") -> Json:
    shown = list(sent) or [{**LEAF, "subject": f"CN={name}"}, MIDDLE]
    status = "passed" if outcome == "ok" else status
    return a_row(name, "192.0.2.25", status, outcome, openssl=f"x (code 1, depth {depth})", certificates=shown)


def a_tree(*rows: Json, language: str = "nl") -> Tree:
    found = build([a_check("mail_starttls_cert_chain", "passed", "ok", rows)], language)
    assert found is not None
    return found


def drawn(tree: Tree) -> list[tuple[str, str, str]]:
    """Name, note and status of every node, from the top down."""
    groups = [group for group in ElementTree.fromstring(tree.drawing).iter("g") if group.find("text") is not None]
    return [
        (group.findtext("title", ""), group.findall("text")[1].text or "", group.get("class", "").rpartition("--")[2])
        for group in groups
    ]


def broken_links(tree: Tree) -> int:
    return tree.drawing.count("zegel-tree__link--broken")


def test_a_whole_chain_stands_from_its_root_down_to_the_server() -> None:
    tree = a_tree(a_host("mx1.good.example"))
    assert drawn(tree) == [
        ("Voorbeeld Root", "bekende uitgever", "passed"),
        ("Voorbeeld CA R4", "geldig tot 18 februari 2027", "passed"),
        ("mx1.good.example", "geldig tot 18 februari 2027", "passed"),
    ]
    assert (tree.broken, broken_links(tree)) == (False, 0)


def test_servers_with_the_same_issuer_share_its_branch() -> None:
    names = [name for name, _, _ in drawn(a_tree(a_host("mx1.good.example"), a_host("mx2.good.example")))]
    assert names == ["Voorbeeld Root", "Voorbeeld CA R4", "mx1.good.example", "mx2.good.example"]


@pytest.mark.parametrize(
    ("outcome", "depth", "name", "note"),
    [
        ("expired", 0, "mx1.good.example", "verlopen op 18 februari 2027"),
        ("expired", 1, "Voorbeeld CA R4", "verlopen op 18 februari 2027"),
        ("not-yet-valid", 0, "mx1.good.example", "geldt pas vanaf 20 november 2026"),
        ("unknown-root", 1, "Voorbeeld Root", "geen bekende uitgever"),
    ],
)
def test_the_broken_place_is_where_the_check_found_it(outcome: str, depth: int, name: str, note: str) -> None:
    tree = a_tree(a_host("mx1.good.example", outcome, depth))
    assert [(shown, said) for shown, said, status in drawn(tree) if status == "failed"] == [(name, note)]
    assert (tree.broken, broken_links(tree)) == (True, 1)


def test_an_issuer_that_was_not_sent_along_is_named_and_its_link_is_broken() -> None:
    tree = a_tree(a_host("mx1.good.example", "incomplete", 0, LEAF))
    assert drawn(tree)[0] == ("Voorbeeld CA R4", "niet meegestuurd", "failed")
    assert broken_links(tree) == 1


def test_a_certificate_that_signs_itself_stands_alone_and_is_no_worse_than_its_verdict() -> None:
    own = a_certificate("CN=mx1.good.example", "CN=mx1.good.example")
    tree = a_tree(a_host("mx1.good.example", "self-signed", 0, own, status="info"))
    assert drawn(tree) == [("mx1.good.example", "ondertekent zichzelf", "info")]


def test_the_words_of_the_picture_say_the_same() -> None:
    label = ElementTree.fromstring(a_tree(a_host("mx1.good.example", "expired"), language="en").drawing).get(
        "aria-label", ""
    )
    assert label.startswith("Certificates: Voorbeeld Root: known issuer;")
    assert "mx1.good.example: expired on 18 February 2027" in label


def test_hostile_names_stay_text() -> None:
    hostile = a_certificate('CN="><script>alert(1)</script>', "CN=<b>")
    ElementTree.fromstring(a_tree(a_host("<i>&", "ok", 0, hostile)).drawing)


def test_without_certificates_there_is_no_tree() -> None:
    assert build([a_check("mail_starttls_cert_chain", "not_tested", "no-tls", [])], "nl") is None


def test_a_score_has_a_history_from_two_reports_on() -> None:
    assert compare.history([96], "nl") == compare.history([None, 76], "nl") == ""
    assert 'aria-label="van 96 naar 76 in 2 rapporten"' in compare.history([96, None, 76], "nl")
