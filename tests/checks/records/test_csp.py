"""Content-Security-Policy as text, by CSP level 3 sections 2.2 and 2.3."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from checks.records.csp import Kind, parse


def test_directives_are_read_without_case_and_the_first_of_a_name_counts() -> None:
    [policy] = parse(["Default-Src 'self'; IMG-SRC https://a.example; default-src *"])
    assert [source.text for source in policy.directives["default-src"]] == ["'self'"]
    assert list(policy.directives) == ["default-src", "img-src"]


def test_a_comma_and_another_field_begin_another_policy() -> None:
    assert len(parse(["default-src 'self', script-src 'none'", "img-src *"])) == 3


def test_what_has_no_directive_is_no_policy() -> None:
    assert parse(["", ";;", "; ;", "é 'self'"]) == ()


def test_sources_are_told_apart() -> None:
    [policy] = parse(
        [
            "script-src 'SELF' 'nonce-a-b_c==' 'sha256-abc=' https: data: * *.a.example https://b.example:443/x "
            "'nonce-é' b.example wss://c.example"
        ]
    )
    found = [(source.kind, source.word or source.host) for source in policy.directives["script-src"]]
    assert found == [
        (Kind.KEYWORD, "self"),
        (Kind.NONCE_OR_HASH, ""),
        (Kind.NONCE_OR_HASH, ""),
        (Kind.SCHEME, "https"),
        (Kind.SCHEME, "data"),
        (Kind.HOST, "*"),
        (Kind.HOST, "*.a.example"),
        (Kind.HOST, "b.example"),
        (Kind.KEYWORD, "nonce-é"),
        (Kind.HOST, "b.example"),
        (Kind.HOST, "c.example"),
    ]


@given(st.lists(st.text(max_size=300), max_size=4))
def test_any_text_is_read_without_a_crash(values: list[str]) -> None:
    parse(values)
