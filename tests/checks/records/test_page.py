"""How much two pages differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.records.page import distance

PAGE = (
    b"<html><body><h1>Welcome</h1><p>" + b" ".join(b"word%d" % number for number in range(200)) + b"</p></body></html>"
)


def test_the_same_page_does_not_differ() -> None:
    assert distance(PAGE, PAGE) == 0


def test_different_pages_with_the_same_letters_differ() -> None:
    # the reference compares bytes without their order, and lets this pass
    assert distance(b"listen silent enlist", b"tinsel inlets tinsel") == 100


def test_the_same_words_in_another_order_differ() -> None:
    words = [b"word%d" % number for number in range(200)]
    assert distance(b" ".join(words), b" ".join(sorted(words, reverse=True))) > 10


@pytest.mark.parametrize(("changed", "expected"), [(10, 5.0), (20, 10.0), (40, 20.0)])
def test_changed_words_count_by_their_share(changed: int, expected: float) -> None:
    words = [b"word%d" % number for number in range(200)]
    step = 200 // changed
    others = [b"other%d" % place if place % step == 0 else word for place, word in enumerate(words)]
    assert distance(b" ".join(words), b" ".join(others)) == pytest.approx(expected, abs=0.6)


def test_what_changes_at_every_visit_is_left_out() -> None:
    one = PAGE + b'<script nonce="abc">x</script><input type="hidden" name="__VIEWSTATE" value="1 2 3">'
    other = PAGE + b'<script nonce=\'def ghi\'>x</script><input type="hidden" name="__VIEWSTATE" value="4 5 6 7">'
    assert distance(one, other) == 0


def test_a_page_made_to_cost_is_compared_in_one_go() -> None:
    costly = b"<input " + b"__VIEWSTATE" * 45_000
    assert distance(costly, costly + b" one more word") > 0


def test_nothing_beside_something_differs_wholly() -> None:
    assert distance(b"", PAGE) == 100


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_the_distance_is_a_percentage_and_the_same_both_ways(one: bytes, other: bytes) -> None:
    assert 0 <= distance(one, other) <= 100
    assert distance(one, other) == distance(other, one)
