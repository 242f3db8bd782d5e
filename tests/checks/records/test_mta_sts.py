"""MTA-STS records and policies, and TLS reporting records. Ids are rows of the house's list of hard cases (P)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.records import mta_sts, tls_rpt
from checks.records.mta_sts import (
    LONGEST_AGE,
    Mode,
    StsPolicy,
    StsRecord,
    covers,
    parse_policy,
    parse_record,
    sts_texts,
)
from checks.records.tls_rpt import TlsRpt, rpt_texts

POLICY = b"version: STSv1\r\nmode: enforce\r\nmx: mx1.good.example\r\nmax_age: 604800\r\n"


@pytest.mark.parametrize(
    "text",
    [
        "v=STSv1; id=20160831085700Z;",
        "v=STSv1;id=20160831085700Z",
        "v=STSv1 ; id=20160831085700Z ; more=stuff",
    ],
)
def test_a_record_is_read(text: str) -> None:
    assert sts_texts([text, "v=spf1 -all"]) == (text,)
    assert parse_record(text) == StsRecord("20160831085700Z")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("v=STSv1;", "no-id"),
        ("v=STSv1; id=", "no-id"),
        ("v=STSv1; id=with-dash", "no-id"),
        ("v=STSv1; id=" + "a" * 33, "no-id"),
        ("v=STSv1; id", "bad-field"),
    ],
)
def test_a_record_out_of_form_says_why(text: str, why: str) -> None:
    found = parse_record(text)
    assert isinstance(found, mta_sts.Malformed)
    assert found.why.value == why


@pytest.mark.parametrize("text", ["v=STSv2; id=1", "v=stsv1; id=1", "V=STSv1; id=1", "id=1; v=STSv1"])
def test_another_version_is_no_record_at_all(text: str) -> None:
    assert sts_texts([text]) == ()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_p07_lines_end_either_way(end: bytes) -> None:
    assert parse_policy(POLICY.replace(b"\r\n", end)) == StsPolicy(Mode.ENFORCE, 604800, ("mx1.good.example",))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (POLICY + b"novelty: yes\r\n", StsPolicy(Mode.ENFORCE, 604800, ("mx1.good.example",), ("novelty",))),
        (POLICY + b"mode: none\r\n", StsPolicy(Mode.ENFORCE, 604800, ("mx1.good.example",))),
        (POLICY.replace(b": ", b" :  "), StsPolicy(Mode.ENFORCE, 604800, ("mx1.good.example",))),
        (POLICY.replace(b"604800", b"9999999999"), StsPolicy(Mode.ENFORCE, LONGEST_AGE, ("mx1.good.example",))),
        (b"version: STSv1\nmode: none\nmax_age: 86400\n", StsPolicy(Mode.NONE, 86400, ())),
        (POLICY.replace(b"mx1.", b"*."), StsPolicy(Mode.ENFORCE, 604800, ("*.good.example",))),
    ],
    ids=["unknown-key", "first-counts", "spaces", "age-beyond-a-year", "none-without-mx", "wildcard"],
)
def test_p07_a_policy_is_read_as_the_grammar_says(changed: bytes, expected: StsPolicy) -> None:
    assert parse_policy(changed) == expected


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (POLICY.replace(b"STSv1", b"STSv2"), "version"),
        (POLICY.replace(b"enforce", b"strict"), "mode"),
        (POLICY.replace(b"604800", b"soon"), "max-age"),
        (POLICY.replace(b"mx: mx1.good.example\r\n", b""), "no-mx"),
        (POLICY.replace(b"mx1.good.example", b"*.*.example"), "bad-mx"),
        (POLICY.replace(b"mx1.good.example", b"mx*.good.example"), "bad-mx"),
        (b"<html>not a policy</html>", "bad-field"),
        (b"\xff\xfe", "not-text"),
        (b"", "version"),
    ],
)
def test_a_policy_out_of_form_says_why(changed: bytes, why: str) -> None:
    found = parse_policy(changed)
    assert isinstance(found, mta_sts.Malformed)
    assert found.why.value == why


@pytest.mark.parametrize(
    ("host", "covered"),
    [("mx1.good.example", True), ("MX1.good.example.", True), ("good.example", False), ("a.b.good.example", False)],
)
def test_p03_a_pattern_stands_for_exactly_one_leftmost_label(host: str, covered: bool) -> None:
    assert covers(StsPolicy(Mode.ENFORCE, 1, ("*.good.example",)), host) is covered


@given(st.binary(max_size=300))
def test_no_policy_file_breaks_the_parser(body: bytes) -> None:
    assert isinstance(parse_policy(body), StsPolicy | mta_sts.Malformed)


@given(st.text(max_size=100))
def test_no_text_breaks_the_parsers_of_records(text: str) -> None:
    assert isinstance(parse_record(f"v=STSv1;{text}"), StsRecord | mta_sts.Malformed)
    assert isinstance(tls_rpt.parse(f"v=TLSRPTv1;{text}"), TlsRpt | tls_rpt.Malformed)


@pytest.mark.parametrize(
    ("text", "rua"),
    [
        ("v=TLSRPTv1; rua=mailto:reports@good.example", ("mailto:reports@good.example",)),
        ("v=TLSRPTv1;rua=https://r.good.example/v1,mailto:r@good.example;", ("https://r.good.example/v1", "mailto:r@good.example")),
    ],
)  # fmt: skip
def test_a_reporting_record_is_read(text: str, rua: tuple[str, ...]) -> None:
    assert rpt_texts([text]) == (text,)
    assert tls_rpt.parse(text) == TlsRpt(rua)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("v=TLSRPTv1;", "no-rua"),
        ("v=TLSRPTv1; rua=", "no-rua"),
        ("v=TLSRPTv1; rua=ftp://good.example/", "bad-scheme"),
        ("v=TLSRPTv1; rua=http://good.example/", "bad-scheme"),
        ("v=TLSRPTv1; rua=mailto:nobody", "bad-uri"),
        ("v=TLSRPTv1; rua=https:///path", "bad-uri"),
    ],
)
def test_p09_a_reporting_record_out_of_form_says_why(text: str, why: str) -> None:
    found = tls_rpt.parse(text)
    assert isinstance(found, tls_rpt.Malformed)
    assert found.why.value == why
