"""What a website's answer to ``GET /`` says to browsers, at each address: compression, framing, types, referrers,
content policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

from checks.evaluate import csp, https
from checks.evaluate.https import Https
from checks.evaluate.refusal import is_challenge, refused_us
from checks.evaluate.view import View
from checks.facts.http import HttpResponse
from checks.model import Evidence, Finding, Observation
from checks.records.csp import parse

MOST_PROBLEMS = 3  # in a sentence; the evidence has them all


class Field(StrEnum):
    """A header field that is right, or not."""

    OK = "ok"
    NO_HTTPS = "no-https"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    ABSENT = "absent"
    WRONG = "wrong"


class Compression(StrEnum):
    """Whether the content is compressed."""

    OK = "ok"
    NO_HTTPS = "no-https"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    COMPRESSED = "compressed"


class Referrer(StrEnum):
    """What the site lets browsers tell others."""

    OK = "ok"
    NO_HTTPS = "no-https"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    ORIGIN_ONLY = "origin-only"
    ABSENT = "absent"
    LEAKS = "leaks"


Judged = tuple[StrEnum, Evidence]
_NO_HTTPS = frozenset({Https.HANDSHAKE, Https.SILENT, Https.NO_HTTPS, Https.FORBIDDEN})


def _each(kind: type[StrEnum], judge: Callable[[str, HttpResponse], Judged]) -> Callable[[View], Finding]:
    def rows(view: View) -> Iterator[Observation]:
        for endpoint in view.endpoints:
            if isinstance(endpoint.https, HttpResponse):
                outcome, evidence = judge(endpoint.host, endpoint.https)
                # What is right in a refusal is sent with everything; what is not says nothing of the front page.
                if refused_us(endpoint.https) and (outcome.value != "ok" or not _shows_the_site(kind, endpoint.https)):
                    outcome = kind("refused")
                yield Observation(endpoint.host, outcome, evidence, endpoint.address)
            else:
                absent = "no-https" if https.judge(endpoint) in _NO_HTTPS else "unknown"
                yield Observation(endpoint.host, kind(absent), {}, endpoint.address)

    return lambda view: Finding(kind("no-https"), tuple(rows(view)))


def _shows_the_site(kind: type[StrEnum], response: HttpResponse) -> bool:
    """Whether a refusal can prove something: not when the protection made the page, nor by what is not there."""
    return not is_challenge(response) and kind is not Compression


def _values(response: HttpResponse, name: str) -> list[str]:
    """The elements of a list field, over all its lines (RFC 9110 section 5.3)."""
    return [item.strip() for value in response.header(name) for item in value.split(",") if item.strip()]


def _shown(response: HttpResponse, name: str, **more: Any) -> dict[str, Any]:
    return {"header": ", ".join(response.header(name))[:500] or "-", "status": response.status, **more}


def _compressed(_: str, response: HttpResponse) -> Judged:
    """Secrets beside text of an attacker leak through the length of what is compressed (BREACH)."""
    encodings = [value for value in _values(response, "content-encoding") if value.lower() != "identity"]
    return (Compression.COMPRESSED if encodings else Compression.OK), _shown(response, "content-encoding")


def _one_of(name: str, right: frozenset[str]) -> Callable[[str, HttpResponse], Judged]:
    """The first value has to be one of some words, in any case."""

    def judge(_: str, response: HttpResponse) -> Judged:
        values = _values(response, name)
        if not values:
            return Field.ABSENT, _shown(response, name)
        return (Field.OK if values[0].lower() in right else Field.WRONG), _shown(response, name)

    return judge


_REFERRER = {
    "no-referrer": Referrer.OK,
    "same-origin": Referrer.OK,
    "strict-origin": Referrer.ORIGIN_ONLY,
    "strict-origin-when-cross-origin": Referrer.ORIGIN_ONLY,
    "origin": Referrer.LEAKS,
    "origin-when-cross-origin": Referrer.LEAKS,
    "no-referrer-when-downgrade": Referrer.LEAKS,
    "unsafe-url": Referrer.LEAKS,
}


def _referrer(_: str, response: HttpResponse) -> Judged:
    """The last value that a browser knows counts (W3C Referrer Policy section 8.1)."""
    values = [value.lower() for value in _values(response, "referrer-policy")]
    known = [value for value in values if value in _REFERRER]
    shown = _shown(response, "referrer-policy", policy=(known or values or ["-"])[-1][:100])
    if not values:
        return Referrer.ABSENT, shown
    return (_REFERRER[known[-1]] if known else Referrer.LEAKS), shown


def _csp(host: str, response: HttpResponse) -> Judged:
    name = "content-security-policy"
    policies = parse(response.header(name))
    if not policies:
        return Field.ABSENT, _shown(response, name)
    found = csp.best(policies, host)
    listed = [{"problem": problem.fault.value, "where": problem.where} for problem in found]
    named = ", ".join(dict.fromkeys(problem.where for problem in found[:MOST_PROBLEMS]))
    shown = _shown(response, name, problems=listed, named=named, policies=len(policies))
    return (Field.WRONG if found else Field.OK), shown


compression = _each(Compression, _compressed)
frame_options = _each(Field, _one_of("x-frame-options", frozenset({"deny", "sameorigin"})))
content_type_options = _each(Field, _one_of("x-content-type-options", frozenset({"nosniff"})))
referrer_policy = _each(Referrer, _referrer)
content_security_policy = _each(Field, _csp)
