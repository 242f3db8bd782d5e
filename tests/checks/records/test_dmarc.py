"""DMARC records: RFC 9989 section 4.8, and that what the standard says to pass over is passed over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.records.dmarc import Dmarc, Malformed, Policy, Why, dmarc_texts, parse, report_host


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("v=DMARC1; p=reject", Policy.REJECT),
        ("v=DMARC1;p=Quarantine;", Policy.QUARANTINE),
        ("v = DMARC1 ; p = none ; sp=reject ", Policy.NONE),
        ("v=DMARC1; rua=mailto:d@good.example; p=reject", Policy.REJECT),
        ("v=DMARC1; p=reject; adkim=s; aspf=r; fo=0:1:d:s; pct=100; ri=86400; rf=afrf", Policy.REJECT),
        ("v=DMARC1; p=reject; np=reject; psd=n; t=y", Policy.REJECT),
        # refused by the reference, allowed by the standard
        ("v=DMARC1; p=reject; something=else", Policy.REJECT),
        ("v=DMARC1; p=reject ", Policy.REJECT),
        ("v=DMARC1; rua=mailto:d@good.example", None),
        ("v=DMARC1", None),
    ],
)
def test_takes_what_the_standard_allows(text: str, policy: Policy | None) -> None:
    record = parse(text)
    assert isinstance(record, Dmarc)
    assert record.p is policy


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("v=dmarc1; p=reject", Why.VERSION),
        ("v=DMARC1 p=reject", Why.VERSION),
        ("p=reject; v=DMARC1", Why.VERSION),
        ("v=DMARC1; p=rejct", Why.BAD_POLICY),
        ("v=DMARC1; p=", Why.BAD_POLICY),
        ("v=DMARC1; p=reject; p=none", Why.TWICE),
        ("v=DMARC1; p=reject;; sp=none", Why.NOT_A_TAG),
        ("v=DMARC1; reject", Why.NOT_A_TAG),
        ("v=DMARC1; p=reject; rua=dmarc@good.example", Why.BAD_URI),
        ("v=DMARC1; p=reject; rua=mailto:a@good.example,,mailto:b@good.example", Why.BAD_URI),
        ("v=DMARC1; p=reject; rua=mailto:a@good.example!1m!2m", Why.BAD_URI),
        ("v=DMARC1; p=reject; pct=1000", Why.BAD_VALUE),
        ("v=DMARC1; p=reject; adkim=x", Why.BAD_VALUE),
        ("v=DMARC1; p=reject; t=maybe", Why.BAD_VALUE),
    ],
)
def test_refuses_what_receivers_may_read_otherwise(text: str, why: Why) -> None:
    fault = parse(text)
    assert isinstance(fault, Malformed)
    assert fault.why is why
    assert 0 <= fault.at <= len(text)


def test_a_fault_is_placed_at_its_tag() -> None:
    text = "v=DMARC1; p=reject; rua=dmarc@good.example"
    fault = parse(text)
    assert isinstance(fault, Malformed)
    assert text[fault.at :].strip().startswith("rua=")


def test_report_addresses_lose_their_size_limit() -> None:
    record = parse("v=DMARC1; p=none; rua=mailto:a@one.example!10m, mailto:b@two.example; ruf=mailto:c@good.example")
    assert isinstance(record, Dmarc)
    assert record.rua == ("mailto:a@one.example", "mailto:b@two.example")
    assert record.ruf == ("mailto:c@good.example",)


def test_unknown_tags_are_kept_apart() -> None:
    record = parse("v=DMARC1; p=reject; colour=blue")
    assert isinstance(record, Dmarc)
    assert record.others == ("colour",)


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("mailto:dmarc@Good.Example", "good.example"),
        ("mailto:dmarc%40good.example", "good.example"),
        ("https://reports.good.example/dmarc", "reports.good.example"),
        ("mailto:nobody", "nobody"),
        ("https://[broken", ""),
    ],
)
def test_the_host_of_a_report_address(uri: str, host: str) -> None:
    assert report_host(uri) == (host if "@" in uri or "%40" in uri or "//" in uri else "nobody")


def test_records_are_found_by_their_version_in_any_case() -> None:
    texts = ("v=DMARC1; p=none", "v=dmarc1; p=none", "V = DMARC1;", "v=DMARC10;", "v=spf1 -all", " v=DMARC1")
    assert dmarc_texts(texts) == texts[:3]


@given(st.text(max_size=300))
def test_any_text_gives_a_record_or_a_place_in_the_text(text: str) -> None:
    found = parse("v=DMARC1;" + text)
    if isinstance(found, Malformed):
        assert 0 <= found.at <= len(text) + 9


@given(
    st.sampled_from(list(Policy)),
    st.none() | st.sampled_from(list(Policy)),
    st.lists(st.sampled_from(["adkim=s", "aspf=r", "fo=1", "ri=60", "x-unknown=1"]), unique=True),
    st.sampled_from([";", "; ", " ; ", ";\t"]),
)
def test_policies_come_out_as_they_went_in(p: Policy, sp: Policy | None, more: list[str], separator: str) -> None:
    tags = [f"p={p}", *([f"sp={sp}"] if sp else []), *more]
    record = parse(separator.join(["v=DMARC1", *tags]))
    assert isinstance(record, Dmarc)
    assert (record.p, record.sp) == (p, sp)
