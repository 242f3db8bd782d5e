"""SPF records: what the grammar of RFC 7208 section 12 takes and refuses, and where."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.records.spf import Malformed, Qualifier, Spf, Why, has_macro, parse, spf_texts


@pytest.mark.parametrize(
    "text",
    [
        "v=spf1",
        "v=spf1 -all",
        "V=SPF1 MX -ALL",
        "v=spf1 a mx ptr -all ",
        "v=spf1   a    -all",
        "v=spf1 a:mail.good.example/24//64 mx//48 mx/0 -all",
        "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ip6:::1 ?all",
        "v=spf1 include:_spf.good.example. ~all",
        "v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all",
        "v=spf1 exists:%{l1r+-}.good.example -all",
        "v=spf1 redirect=_spf.%{o}",
        "v=spf1 foo=bar x-y.z_1=%{s}%%%_%- -all",
        "v=spf1 exp=explain.good.example -all",
    ],
)
def test_takes_what_the_grammar_allows(text: str) -> None:
    assert isinstance(parse(text), Spf)


@pytest.mark.parametrize(
    ("text", "term", "why"),
    [
        ("v=spf10 -all", "v=spf10 -all", Why.NOT_SPF),
        ("v=spf1 ipv4:192.0.2.1 -all", "ipv4:192.0.2.1", Why.UNKNOWN_MECHANISM),
        ("v=spf1 foo:bar -all", "foo:bar", Why.UNKNOWN_MECHANISM),
        ("v=spf1 mx, -all", "mx,", Why.NOT_A_TERM),
        ("v=spf1 mx\t-all", "mx\t-all", Why.NOT_A_TERM),
        ("v=spf1 ip4:192.0.2.256 -all", "ip4:192.0.2.256", Why.BAD_NETWORK),
        ("v=spf1 ip4:192.0.2 -all", "ip4:192.0.2", Why.BAD_NETWORK),
        ("v=spf1 ip4:2001:db8::1 -all", "ip4:2001:db8::1", Why.BAD_NETWORK),
        ("v=spf1 ip4:192.0.2.0/33 -all", "ip4:192.0.2.0/33", Why.BAD_PREFIX),
        ("v=spf1 ip4:192.0.2.0/024 -all", "ip4:192.0.2.0/024", Why.BAD_PREFIX),
        ("v=spf1 ip6:2001:db8::/129 -all", "ip6:2001:db8::/129", Why.BAD_PREFIX),
        ("v=spf1 ip4: -all", "ip4:", Why.ARGUMENT_MISSING),
        ("v=spf1 a:good.example/33 -all", "a:good.example/33", Why.BAD_PREFIX),
        ("v=spf1 include -all", "include", Why.ARGUMENT_MISSING),
        ("v=spf1 include: -all", "include:", Why.ARGUMENT_MISSING),
        ("v=spf1 include:museum -all", "include:museum", Why.BAD_DOMAIN),
        ("v=spf1 a:good.example.123 -all", "a:good.example.123", Why.BAD_DOMAIN),
        ("v=spf1 all.good.example", "all.good.example", Why.NOT_A_TERM),
        ("v=spf1 -all:good.example", "-all:good.example", Why.ARGUMENT_UNEXPECTED),
        ("v=spf1 exists:%{x}.good.example -all", "exists:%{x}.good.example", Why.BAD_MACRO),
        ("v=spf1 exists:%{d0}.good.example -all", "exists:%{d0}.good.example", Why.BAD_MACRO),
        ("v=spf1 exists:100%.good.example -all", "exists:100%.good.example", Why.BAD_MACRO),
        ("v=spf1 include:%{t}.good.example -all", "include:%{t}.good.example", Why.BAD_MACRO),
        ("v=spf1 redirect=a.example redirect=b.example", "redirect=b.example", Why.TWICE),
        ("v=spf1 exp=a.example exp=a.example -all", "exp=a.example", Why.TWICE),
        ("v=spf1 " + "ip4:192.0.2.1 " * 300, "ip4:192.0.2.1", Why.TOO_MANY_TERMS),
    ],
)  # fmt: skip
def test_names_the_term_that_breaks_the_grammar_and_its_place(text: str, term: str, why: Why) -> None:
    fault = parse(text)
    assert isinstance(fault, Malformed)
    assert (fault.term, fault.why) == (term[:20] if why is Why.NOT_SPF else term, why)
    assert text[fault.at :].startswith(fault.term)


def test_reads_qualifiers_networks_and_prefix_lengths() -> None:
    record = parse("v=spf1 +ip4:192.0.2.7/24 ~a:mail.good.example/28//56 ?mx -all")
    assert isinstance(record, Spf)
    assert [term.qualifier for term in record.mechanisms] == list("+~?-")
    assert record.mechanisms[0].network == ip_network("192.0.2.0/24")
    assert (record.mechanisms[1].domain, record.mechanisms[1].cidr4, record.mechanisms[1].cidr6) == (
        "mail.good.example", 28, 56,
    )  # fmt: skip


def test_nothing_behind_all_is_reached_and_redirect_needs_there_to_be_no_all() -> None:
    record = parse("v=spf1 mx -all a redirect=_spf.good.example")
    assert isinstance(record, Spf)
    assert [term.name for term in record.reached] == ["mx", "all"]
    assert record.redirect is None
    assert record.all is Qualifier.FAIL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v=spf1 -all", True),
        ("v=spf1 -all exp=why.good.example", True),
        ("v=spf1 ~all", False),
        ("v=spf1 mx -all", False),
        ("v=spf1", False),
    ],
)
def test_a_domain_that_sends_nothing_says_no_more_than_that(text: str, expected: bool) -> None:
    record = parse(text)
    assert isinstance(record, Spf)
    assert record.sends_nothing is expected


def test_only_texts_with_the_whole_version_are_spf_records() -> None:
    texts = ("v=spf1 -all", "v=spf10 -all", "V=SPF1", "spf1 -all", "v=spf2.0/pra", " v=spf1 -all")
    assert spf_texts(texts) == ("v=spf1 -all", "V=SPF1")


def test_macros_are_told_from_plain_domains() -> None:
    assert has_macro("%{i}.good.example")
    assert not has_macro("_spf.good.example")


@given(st.text(max_size=300))
def test_any_text_gives_a_record_or_a_place_in_the_text(text: str) -> None:
    found = parse("v=spf1 " + text)
    if isinstance(found, Malformed):
        assert ("v=spf1 " + text)[found.at :].startswith(found.term)


_LABELS = st.from_regex(r"\A[a-z][a-z0-9]{0,10}\Z")
_TERMS = st.one_of(
    st.builds("ip4:{}".format, st.ip_addresses(v=4)),
    st.builds("ip6:{}".format, st.ip_addresses(v=6)),
    st.builds("include:{}.{}".format, _LABELS, _LABELS),
    st.builds("a:{}.{}/{}".format, _LABELS, _LABELS, st.integers(0, 32)),
    st.builds("mx//{}".format, st.integers(0, 128)),
    st.sampled_from(["a", "mx", "ptr", "exists:%{i}.good.example"]),
)


@given(st.lists(st.tuples(st.sampled_from(["", "+", "-", "~", "?"]), _TERMS), max_size=12))
def test_terms_come_out_as_they_went_in(terms: list[tuple[str, str]]) -> None:
    written = ["".join(pair) for pair in terms]
    record = parse(" ".join(["v=spf1", *written]))
    assert isinstance(record, Spf)
    assert [term.text for term in record.mechanisms] == written
