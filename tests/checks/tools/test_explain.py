"""A pasted record taken apart."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.records.tlsa import Unusable
from checks.tools.explain import Explained, Problem, Refused, explain
from checks.tools.make import Mistake

UNHURRIED = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])

DATA = "ab" * 32


@pytest.mark.parametrize(
    "text",
    [
        f"_25._tcp.mx1.good.example. 3600 IN TLSA 3 1 1 {DATA}",
        f"_25._tcp.MX1.good.example IN TLSA 3 1 1 {DATA.upper()}",
        f"_25._tcp.mx1.good.example. TLSA (3 1 1\n {DATA[:32]} ; half\n {DATA[32:]} )",
    ],
)
def test_the_forms_in_which_people_paste_a_record_are_the_same(text: str) -> None:
    found = explain(text)
    assert (found.host, found.port, found.protocol) == ("mx1.good.example", 25, "tcp")
    assert found.record.text == f"3 1 1 {DATA}"
    assert (found.usage, found.selector, found.matching) == ("DANE-EE", "SPKI", "SHA2-256")
    assert (found.unusable, found.mistakes) == (None, ())


def test_the_data_alone_is_enough() -> None:
    found = explain(f"2 0 1 {DATA}")
    assert (found.host, found.port, found.usage) == ("", 0, "DANE-TA")
    assert Mistake.WHOLE_CERTIFICATE in found.mistakes


def test_what_a_client_cannot_use_is_said() -> None:
    assert explain(f"1 1 1 {DATA}").unusable is Unusable.USAGE_NOT_FOR_SMTP
    assert explain(f"1 1 1 {DATA}", port=443).unusable is None
    assert explain(f"_443._tcp.a.example. IN TLSA 1 1 1 {DATA}").unusable is None
    assert explain(f"9 1 1 {DATA}").unusable is Unusable.USAGE_UNKNOWN
    assert explain("3 1 1 abcd").unusable is Unusable.DIGEST_LENGTH


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Problem.EMPTY),
        ("; only a remark", Problem.EMPTY),
        ("x" * 150_000, Problem.TOO_LONG),
        ("_25._tcp.a.example. IN A 192.0.2.1", Problem.OTHER_TYPE),
        ("TLSA 3 1 1", Problem.TOO_SHORT),
        (f"three one one {DATA}", Problem.NOT_NUMBERS),
        (f"3 1 1000 {DATA}", Problem.NOT_NUMBERS),
        (f"3 1 -1 {DATA}", Problem.NOT_NUMBERS),
        ("3 1 1 zz", Problem.NOT_HEX),
        ("3 1 1 abc", Problem.ODD_HEX),
        (f"a TLSA 3 1 1 {DATA}\nb TLSA 3 1 1 {DATA}", Problem.SEVERAL),
    ],
    ids=str,
)
def test_what_is_no_record_says_why(text: str, expected: Problem) -> None:
    with pytest.raises(Refused) as caught:
        explain(text)
    assert caught.value.problem is expected


@UNHURRIED
@given(st.text(max_size=300))
def test_no_text_leads_to_anything_but_a_record_or_a_reason(text: str) -> None:
    with contextlib.suppress(Refused):
        assert isinstance(explain(text), Explained)
