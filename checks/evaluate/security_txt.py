"""Is there a security.txt where it belongs, and is it right? RFC 9116."""

from __future__ import annotations

import base64
from enum import StrEnum
from typing import Any

from checks.evaluate import https
from checks.evaluate.https import Https
from checks.evaluate.view import View
from checks.facts.security_txt import SecurityTxtFile
from checks.model import Finding, Observation
from checks.policy.challenges import REFUSALS
from checks.records.security_txt import ADVICE, parse, unknown_fields

MOST_PROBLEMS = 3


class Outcome(StrEnum):
    """What became of the search."""

    OK = "ok"
    NO_HTTPS = "no-https"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    ADVICE = "advice"
    OLD_PLACE = "old-place"
    WRONG_TYPE = "wrong-type"
    WRONG = "wrong"
    ABSENT = "absent"


def judge(view: View) -> Finding:
    """One row for the site: the file is the same at every address, or should be."""
    search = view.measurement.security_txt
    if not any(https.judge(endpoint) is Https.OK for endpoint in view.endpoints):
        return Finding(Outcome.NO_HTTPS)
    if search is None:
        return Finding(Outcome.UNKNOWN)
    legacy = search.legacy
    found, old = (legacy, True) if legacy and legacy.status == 200 else (search.well_known, False)
    outcome, evidence = _judge_file(found, view)
    if old and outcome in (Outcome.OK, Outcome.ADVICE):
        outcome = Outcome.OLD_PLACE
    return Finding(outcome, (Observation(view.measurement.domain, outcome, evidence, None),))


def _judge_file(found: SecurityTxtFile, view: View) -> tuple[Outcome, dict[str, Any]]:
    evidence: dict[str, Any] = {
        "url": found.urls[-1],
        "status": found.status,
        "content_type": found.content_type or "-",
    }
    if found.failure:
        return Outcome.UNKNOWN, {**evidence, "failure": found.failure.reason.value, "detail": found.failure.detail}
    if found.status in REFUSALS:
        return Outcome.REFUSED, evidence
    if found.status >= 500:
        return Outcome.UNKNOWN, {**evidence, "failure": f"status {found.status}"}
    if found.status != 200 or not found.body:
        return Outcome.ABSENT, evidence
    if not _is_plain_text(found.content_type):
        return Outcome.WRONG_TYPE, evidence
    file = parse(base64.b64decode(found.body), found.urls, view.measured_at)
    wrong = [problem for problem in file.problems if problem.fault not in ADVICE]
    shown = wrong or [problem for problem in file.problems if problem.fault in ADVICE]
    evidence |= {
        "fields": [{"line": field.number, "name": field.name, "value": field.value[:300]} for field in file.fields],
        "problems": [
            {"problem": problem.fault.value, "line": problem.line, "text": problem.text} for problem in file.problems
        ],
        "named": ", ".join(dict.fromkeys(problem.fault.value for problem in shown[:MOST_PROBLEMS])),
        "signed": file.signed,
        "unknown": list(unknown_fields(file)),
    }
    if wrong:
        return Outcome.WRONG, evidence
    return (Outcome.ADVICE if shown else Outcome.OK), evidence


def _is_plain_text(content_type: str) -> bool:
    """``text/plain``, and UTF-8 where a charset is named (RFC 9116 section 3)."""
    media, *parameters = [part.strip().lower() for part in content_type.split(";")]
    charsets = [part.partition("=")[2].strip('" ') for part in parameters if part.startswith("charset=")]
    return media == "text/plain" and all(charset in ("utf-8", "utf8", "csutf8") for charset in charsets)
