"""The seal: one arc for each category, as long as its score."""

from __future__ import annotations

import re
from math import hypot, isclose
from xml.etree import ElementTree as ET

import pytest

from portal.pictures import seal, symbols
from portal.pictures.seal import Arc, Seal

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*arcs: Arc, full: bool = False, label: str = "Score", number: str = "76") -> ET.Element:
    """The seal as a tree, which proves that it is well-formed."""
    text = seal.draw(Seal(label, number, "van 100", arcs, full))
    return ET.fromstring(text.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))


def paths(tree: ET.Element, css: str) -> list[str]:
    return [path.attrib["d"] for path in tree.iter(f"{SVG}path") if path.attrib["class"] == css]


def ends(path: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]
    return tuple(numbers[:2]), tuple(numbers[-2:])


def test_each_category_has_a_track_and_an_arc_with_its_status() -> None:
    tree = drawn(Arc("failed", 84), Arc("passed", 100))
    assert len(paths(tree, "zegel-track")) == len(paths(tree, "zegel-arc")) == 2
    assert [group.attrib["class"].split()[-1] for group in tree.iter(f"{SVG}g")] == [
        "zegel-status--failed",
        "zegel-status--passed",
    ]


def test_a_full_arc_covers_its_track_and_half_a_score_ends_half_way() -> None:
    tree = drawn(Arc("passed", 100), Arc("failed", 50))
    full, half = paths(tree, "zegel-arc")
    assert full == paths(tree, "zegel-track")[0]
    # The second half of the ring runs from the bottom to the top on the left; half of it ends at nine o'clock.
    x, y = ends(half)[1]
    assert isclose(x, 120 - 88, abs_tol=0.2)
    assert isclose(y, 120, abs_tol=0.2)


def test_nothing_earned_is_an_outline_of_two_lines() -> None:
    tree = drawn(Arc("failed", 0), Arc("passed", 100))
    inner, outer = sorted(hypot(*(value - 120 for value in ends(path)[0])) for path in paths(tree, "zegel-gap"))
    assert isclose(inner, 88 - 7.5, abs_tol=0.1)
    assert isclose(outer, 88 + 7.5, abs_tol=0.1)


def test_what_was_not_measured_is_one_dotted_line() -> None:
    assert len(paths(drawn(Arc("error", None), Arc("passed", 100)), "zegel-gap")) == 1


def test_one_category_is_a_whole_ring() -> None:
    first, last = ends(paths(drawn(Arc("passed", 100)), "zegel-arc")[0])
    assert first == last == (120.0, 32.0)


def test_only_a_complete_seal_is_drawn_as_complete() -> None:
    assert "zegel-seal--full" in drawn(Arc("passed", 100), full=True).attrib["class"]
    assert "zegel-seal--full" not in drawn(Arc("passed", 100)).attrib["class"]


def test_the_picture_has_its_words_and_hostile_words_stay_words() -> None:
    tree = drawn(Arc("passed", 100), label='Score 76 "><script>', number="<b>")
    assert tree.attrib["aria-label"] == 'Score 76 "><script>'
    assert [text.text for text in tree.iter(f"{SVG}text")] == ["<b>", "van 100"]


@pytest.mark.parametrize("name", symbols.SYMBOLS)
def test_every_symbol_is_well_formed_and_uses_no_colour_of_its_own(name: str) -> None:
    text = symbols.sprite([name])
    ET.fromstring(text)
    assert not re.search(r"#[0-9a-f]{3,6}\b|style=|href", text)


def test_filled_signs_are_verdicts_and_open_signs_are_none() -> None:
    filled = {
        name
        for name in ("passed", "failed", "warning", "info", "not_tested", "error", "busy", "waiting", "done")
        if not symbols.SYMBOLS[name][1].startswith(("<circle", "<rect")) and name != "info"
    }
    assert filled == {"passed", "failed", "warning"}
