"""A report for a terminal: verdicts by category, and for mail the DANE story of each address: records found, address,
handshake, chain, and which record matched at which depth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checks.catalogue import CATALOGUE
from checks.model import CategoryReport, Status, SubjectVerdict, Verdict
from checks.report import Failure, Report

_SIGNS = {
    Status.PASSED: "✔",
    Status.INFO: "i",
    Status.WARNING: "!",
    Status.FAILED: "✖",
    Status.NOT_TESTED: "–",
    Status.ERROR: "?",
}
_COLOURS = {
    Status.PASSED: 32,
    Status.INFO: 34,
    Status.WARNING: 33,
    Status.FAILED: 31,
    Status.NOT_TESTED: 90,
    Status.ERROR: 35,
}
_WORDS = {
    "nl": {
        "mail": "mailtest",
        "web": "websitetest",
        "score": "{score} van 100",
        "provisional": "voorlopig: niet alles was te meten",
        "none": "geen score",
        "took": "gemeten {at}, in {seconds} s",
        "points": "{points:g} van {most:g} punten",
        "dane": "DANE per adres",
        "delivery": "Mail van een afzender die DANE controleert",
        "authenticated": "bezorgd, versleuteld en gecontroleerd",
        "encrypted": "bezorgd, alleen versleuteld",
        "clear": "bezorgd zonder versleuteling",
        "deferred": "niet bezorgd, blijft wachten",
        "unknown": "niet te meten",
        Failure.NO_SUCH_DOMAIN: "Dit domein bestaat niet.",
        Failure.NO_ANSWER: "De nameservers van dit domein gaven geen antwoord. Wij konden niets meten.",
        Failure.RESOLVER_UNFIT: "Onze eigen resolver is ongeschikt: hij geeft geen DNSSEC door. Dat ligt aan ons.",
    },
    "en": {
        "mail": "mail test",
        "web": "website test",
        "score": "{score} out of 100",
        "provisional": "provisional: not everything could be measured",
        "none": "no score",
        "took": "measured {at}, in {seconds} s",
        "points": "{points:g} of {most:g} points",
        "dane": "DANE by address",
        "delivery": "Mail from a sender that checks DANE",
        "authenticated": "delivered with authentication",
        "encrypted": "delivered encrypted only",
        "clear": "delivered in clear",
        "deferred": "deferred",
        "unknown": "could not be measured",
        Failure.NO_SUCH_DOMAIN: "This domain does not exist.",
        Failure.NO_ANSWER: "The name servers of this domain gave no answer. We could not measure anything.",
        Failure.RESOLVER_UNFIT: "Our own resolver is unfit: it does not pass DNSSEC on. That is our fault.",
    },
}


def render(report: Report, language: str, *, colour: bool = False) -> str:
    """The whole report as text. Measured text in it is bounded and printable: the evaluators and the sentences see to
    that, ``_plain`` makes sure.
    """
    return "\n".join(_lines(report, language, colour=colour))


def _lines(report: Report, language: str, *, colour: bool) -> Iterator[str]:
    words, facts = _WORDS[language], report.measurement
    score = words["none"] if report.score is None else words["score"].format(score=report.score)
    yield f"{facts.domain} · {words[facts.suite.value]} · {score}" + (
        f" ({words['provisional']})" if report.partial else ""
    )
    yield words["took"].format(
        at=facts.measured_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        seconds=f"{facts.duration_ms / 1000:.1f}",
    )
    if report.failure:
        yield f"\n{words[report.failure]}"
    for category in report.categories:
        yield from _category(category, language, colour=colour)
    yield from _delivery(report.verdicts, words)
    transcript = list(_dane(report.verdicts))
    if transcript:
        yield f"\n{words['dane']}"
        yield from transcript


def _category(category: CategoryReport, language: str, *, colour: bool) -> Iterator[str]:
    yield f"\n{category.name[language]}" + ("" if category.score is None else f" · {category.score}")
    for verdict in category.verdicts:
        sign = _painted(verdict.status, colour=colour)
        yield f"  {sign} {CATALOGUE[verdict.check_id].texts[language].title}" + _points(verdict, language)
        yield f"      {_plain(verdict.sentence[language])}"
        yield from _exceptions(verdict, language, colour=colour)
        yield from _remarks(verdict, language)


def _exceptions(verdict: Verdict, language: str, *, colour: bool) -> Iterator[str]:
    """The subjects that differ from the verdict of the check."""
    for row in verdict.subjects:
        if row.outcome != verdict.outcome:
            yield f"      {_painted(row.status, colour=colour)} {_plain(row.sentence[language])}"


def _remarks(verdict: Verdict, language: str) -> Iterator[str]:
    """What is told beside the verdict, each once."""
    told = (remark for row in verdict.subjects for remark in row.evidence.get("remarks", ()))
    for line in dict.fromkeys(CATALOGUE.remark(remark, language) for remark in told if isinstance(remark, Mapping)):
        yield f"      · {_plain(line)}"


def _points(verdict: Verdict, language: str) -> str:
    if verdict.points is None or verdict.max_points is None:
        return ""
    return f" ({_WORDS[language]['points'].format(points=verdict.points, most=verdict.max_points)})"


def _painted(status: Status, *, colour: bool) -> str:
    return f"\x1b[{_COLOURS[status]}m{_SIGNS[status]}\x1b[0m" if colour else _SIGNS[status]


def _delivery(verdicts: Mapping[str, Verdict], words: Mapping[str, str]) -> Iterator[str]:
    """What a DANE sender does: the domain first, then every host and address."""
    rows = next((verdict.subjects for check, verdict in verdicts.items() if check.endswith("_dane_delivery")), ())
    if not rows:
        return
    yield f"\n{words['delivery']}"
    for row in (rows[-1], *rows[:-1]):
        where = f"{row.subject} [{row.address}]" if row.address else row.subject
        indent = "  " if row is rows[-1] else "    "
        because = f" ({row.evidence['because']})" if "because" in row.evidence else ""
        yield f"{indent}{_plain(where)}: {words.get(row.outcome, row.outcome)}{because}"


def _dane(verdicts: Mapping[str, Verdict]) -> Iterator[str]:
    """One block for each address that has TLSA records in the evidence: the transcript that specialists know from
    DANE checkers.
    """
    sessions = {
        (row.subject, row.address): row
        for check_id, verdict in verdicts.items()
        if check_id.endswith("_available")
        for row in verdict.subjects
    }
    for check_id, verdict in verdicts.items():
        if check_id.endswith("_dane_valid"):
            for row in verdict.subjects:
                yield from _dane_block(row, sessions.get((row.subject, row.address)))


def _dane_block(row: SubjectVerdict, session: SubjectVerdict | None) -> Iterator[str]:
    records: list[dict[str, Any]] = row.evidence.get("records", [])
    if not records:
        return
    yield f"\n  {_plain(row.subject)} [{row.address}]"
    yield f"    TLSA at {_plain(row.evidence.get('owner', ''))}"
    for record in records:
        yield f"      {record['usage']} {record['selector']} {record['matching_type']} {_short(record['data'])}"
    if session and "version" in session.evidence:
        yield f"    handshake {session.evidence['version']} {session.evidence['cipher']}"
        yield from (
            f"      depth {depth}: {_plain(item['subject'])}"
            for depth, item in enumerate(session.evidence["certificates"])
        )
    for record in records:
        parameters = f"{record['usage']} {record['selector']} {record['matching_type']}"
        where = (
            record["reason"] if record.get("matched_depth") is None else f"matched at depth {record['matched_depth']}"
        )
        yield f"    {parameters} {_short(record['data'])}: {where}"


def _short(data: str) -> str:
    return data if len(data) <= 20 else f"{data[:8]}…{data[-8:]}"


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in text)
