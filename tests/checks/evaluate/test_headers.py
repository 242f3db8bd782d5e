"""What a site says to browsers, one row for each rule."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import pytest

from checks.evaluate import csp, headers
from checks.evaluate.csp import Fault
from checks.evaluate.headers import Compression, Field, Referrer
from checks.evaluate.view import View
from checks.facts.http import HttpResponse
from checks.facts.network import Reason, Unreachable
from checks.model import Finding, Suite
from checks.records.csp import parse
from tests.checks.builders import a_view, an_endpoint

GOOD = "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"


def outcome(evaluate: Callable[[View], Finding], *fields: tuple[str, str]) -> StrEnum:
    endpoint = an_endpoint(https=HttpResponse(200, fields))
    [row] = evaluate(a_view(Suite.WEB, web=(endpoint,))).observations
    return row.outcome


@pytest.mark.parametrize(
    ("evaluate", "field", "value", "expected"),
    [
        (headers.frame_options, "X-Frame-Options", "deny", Field.OK),
        (headers.frame_options, "X-Frame-Options", "SAMEORIGIN, ALLOWALL", Field.OK),
        (headers.frame_options, "X-Frame-Options", "ALLOW-FROM https://a.example", Field.WRONG),
        (headers.content_type_options, "x-content-type-options", "NoSniff", Field.OK),
        (headers.content_type_options, "X-Content-Type-Options", "none, nosniff", Field.WRONG),
        (headers.compression, "Content-Encoding", "br", Compression.COMPRESSED),
        (headers.compression, "Content-Encoding", "identity", Compression.OK),
        (headers.referrer_policy, "Referrer-Policy", "no-referrer", Referrer.OK),
        (headers.referrer_policy, "Referrer-Policy", "Same-Origin", Referrer.OK),
        (headers.referrer_policy, "Referrer-Policy", "no-referrer, strict-origin", Referrer.ORIGIN_ONLY),
        (headers.referrer_policy, "Referrer-Policy", "no-referrer, something-new", Referrer.OK),
        (headers.referrer_policy, "Referrer-Policy", "something-new", Referrer.LEAKS),
        (headers.referrer_policy, "Referrer-Policy", "unsafe-url", Referrer.LEAKS),
        (headers.referrer_policy, "Referrer-Policy", "", Referrer.ABSENT),
        (headers.content_security_policy, "Content-Security-Policy", GOOD, Field.OK),
        (headers.content_security_policy, "Content-Security-Policy", "img-src *", Field.WRONG),
        (headers.content_security_policy, "Content-Security-Policy-Report-Only", GOOD, Field.ABSENT),
    ],
)
def test_a_field_is_judged_by_its_value(
    evaluate: Callable[[View], Finding], field: str, value: str, expected: StrEnum
) -> None:
    assert outcome(evaluate, (field, value)) is expected


@pytest.mark.parametrize(
    ("evaluate", "expected"),
    [
        (headers.frame_options, Field.ABSENT),
        (headers.content_type_options, Field.ABSENT),
        (headers.compression, Compression.OK),
        (headers.referrer_policy, Referrer.ABSENT),
        (headers.content_security_policy, Field.ABSENT),
    ],
)
def test_no_field_is_absence(evaluate: Callable[[View], Finding], expected: StrEnum) -> None:
    assert outcome(evaluate) is expected


def test_without_https_nothing_is_tested_and_without_an_answer_nothing_is_known() -> None:
    closed = an_endpoint(tls=Unreachable(Reason.REFUSED), https=None)
    silent = an_endpoint(https=Unreachable(Reason.TIMEOUT), address="2001:db8::80")
    rows = headers.frame_options(a_view(Suite.WEB, web=(closed, silent))).observations
    assert [row.outcome for row in rows] == [Field.NO_HTTPS, Field.UNKNOWN]


def faults(text: str, host: str = "www.good.example") -> set[Fault]:
    return {problem.fault for problem in csp.best(parse([text]), host)}


@pytest.mark.parametrize(
    ("directives", "expected"),
    [
        ("script-src 'unsafe-inline'", {Fault.UNSAFE_INLINE}),
        ("script-src 'unsafe-inline' 'nonce-abc'", set()),
        ("script-src 'unsafe-inline' 'strict-dynamic'", set()),
        ("script-src 'self' 'unsafe-eval'", {Fault.UNSAFE_EVAL}),
        ("style-src 'unsafe-hashes' 'sha256-abc'", {Fault.UNSAFE_HASHES}),
        ("img-src http:", {Fault.HTTP}),
        ("img-src http://a.example", {Fault.HTTP}),
        ("img-src https:", {Fault.BARE_HTTPS}),
        ("img-src https://a.example", set()),
        ("img-src a.example", {Fault.NO_SCHEME}),
        ("img-src *", {Fault.ANY_HOST}),
        ("connect-src https://127.0.0.1", {Fault.ANY_HOST}),
        ("img-src data:", set()),
        ("object-src data:", {Fault.DATA}),
    ],
)
def test_a_loose_source_is_a_problem(directives: str, expected: set[Fault]) -> None:
    assert faults(f"{GOOD}; {directives}") == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", set()),
        (GOOD.replace("default-src 'self'", "default-src 'self' https://cdn.www.good.example 'report-sample'"), set()),
        (GOOD.replace("default-src 'self'", "default-src 'self' https://*.good.example"), set()),
        (GOOD.replace("default-src 'self'", "default-src 'self' https://evil-www.good.example"), {Fault.DEFAULT_SRC}),
        (GOOD.replace("default-src 'self'", "default-src https://other.example"), {Fault.DEFAULT_SRC}),
        (GOOD.replace("default-src 'self'; ", ""), {Fault.DEFAULT_SRC, Fault.FRAME_SRC}),
        (GOOD.replace("default-src 'self'; ", "frame-src 'none'; "), {Fault.DEFAULT_SRC}),
        (GOOD.replace("base-uri 'self'; ", ""), {Fault.BASE_URI}),
        (GOOD.replace("form-action 'self'; ", ""), {Fault.FORM_ACTION}),
        (GOOD.replace("; frame-ancestors 'self'", ""), {Fault.FRAME_ANCESTORS}),
    ],
)
def test_what_has_to_be_there_is_there(policy: str, expected: set[Fault]) -> None:
    got = faults(policy)
    assert (got - {Fault.FRAME_SRC} if policy.startswith("default-src") else got) == expected


def test_each_policy_is_enforced_so_that_one_good_one_is_enough() -> None:
    assert csp.best(parse(["img-src *", GOOD]), "good.example") == ()


def test_a_problem_quotes_its_directive() -> None:
    [problem] = csp.best(parse([f"{GOOD}; img-src http://a.example"]), "good.example")
    assert problem.where == "img-src http://a.example"
