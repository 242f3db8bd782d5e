"""TLSA records taken apart for people: four numbered parts in plain words, and the fingerprint in DNS beside the one that the server shows. From the verdicts of the report alone; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from checks import CATALOGUE
from portal.scans import anatomy_words as table
from portal.scans.evidence import bounded
from portal.scans.words import STATUS, say

Json = Mapping[str, Any]

MOST_HOSTS = 10
MOST_RECORDS = 6
# What has to stay the same for a record of this usage and selector to keep matching, in the words of the planner.
_KIND = {(3, 1): "leaf-key", (3, 0): "leaf-certificate", (2, 0): "issuer", (2, 1): "issuer"}
_CHECKS = ("mail_starttls_dane_valid", "web_https_dane_valid")


@dataclass(frozen=True, slots=True)
class Part:
    """One of the four parts of a record: what it says, and whether that is good here."""

    number: int
    title: str
    text: str
    status: str
    word: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record. ``in_dns`` and ``served`` are fingerprints in groups of eight; ``served`` is empty when the server showed nothing to compare."""

    owner: str
    fields: tuple[str, str, str]
    short: str
    parts: tuple[Part, ...]
    in_dns: str
    served: str
    status: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Host:
    """The records of one host, as its addresses (``where``) show them; ``open`` when any of them fails.

    ``make`` and ``plan`` are query strings that fill in the tools for making records and for planning a roll-over.
    """

    id: str
    name: str
    where: str
    open: bool
    records: tuple[Record, ...]
    make: str
    plan: str


def build(checks: Iterable[Json], language: str) -> tuple[Host, ...]:
    """The hosts that have TLSA records, those that fail first. Addresses that show the same stand together."""
    found: dict[tuple[str, str], list[Json]] = {}
    for check in checks:
        for row in check["subjects"] if check["id"] in _CHECKS else ():
            if row["evidence"].get("records"):
                found.setdefault((row["subject"], str(row["evidence"]["records"])), []).append(row)
    rows = sorted(found.values(), key=lambda group: not any(row["status"] == "failed" for row in group))
    return tuple(_host(number, group, language) for number, group in enumerate(rows[:MOST_HOSTS], 1))


def grouped(digest: str) -> str:
    """A fingerprint in groups of eight, which two people can compare by eye."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def _host(number: int, rows: Sequence[Json], language: str) -> Host:
    evidence = rows[0]["evidence"]
    owner = bounded(str(evidence.get("owner") or ""), 253)
    return Host(
        id=f"tlsa-{number}",
        name=bounded(rows[0]["subject"], 253),
        where=", ".join(bounded(row["address"] or "", 60) for row in rows[:4]),
        open=any(row["status"] == "failed" for row in rows),
        records=tuple(_record(owner, record, language) for record in evidence["records"][:MOST_RECORDS]),
        make=urlencode({"host": rows[0]["subject"], "port": _port(owner)}),
        plan=urlencode(
            {
                "host": rows[0]["subject"],
                "port": _port(owner),
                **({"ttl": evidence["ttl"]} if evidence.get("ttl") else {}),
                "published": sorted(_published(evidence["records"])),
            },
            doseq=True,
        ),
    )


def _port(owner: str) -> str:
    """``25`` of ``_25._tcp.mx1.example.nl.`` (RFC 6698 section 3)."""
    return owner.partition(".")[0].removeprefix("_")


def _published(records: Iterable[Json]) -> set[str]:
    kinds = ((record["usage"], record["selector"]) for record in records if record.get("usable"))
    return {_KIND[kind] for kind in kinds if kind in _KIND}


def _record(owner: str, record: Json, language: str) -> Record:
    usage, selector, matching = (str(record[key]) for key in ("usage", "selector", "matching_type"))
    data, reason = bounded(str(record["data"]), 256), str(record.get("reason") or "")
    status = _status(record, reason)
    return Record(
        owner=owner,
        fields=(usage, selector, matching),
        short=f"{data[:8]}…{data[-8:]}" if len(data) > 20 else data,
        parts=(
            _part(1, table.USAGE.get(usage), usage, language),
            _part(2, table.SELECTOR.get(selector), selector, language),
            _part(3, table.MATCHING.get(matching), matching, language),
            Part(
                4,
                say(table.DIGEST, language),
                say(table.DIGEST_TEXT, language),
                status,
                _fit(record, reason, language),
            ),
        ),
        in_dns=grouped(data),
        served=grouped(bounded(str(record.get("served") or ""), 256)),
        status=status,
        sentence=_sentence(record, status, language),
    )


def _status(record: Json, reason: str) -> str:
    if not record.get("usable"):
        return "warning"
    if reason == "match":
        return "passed"
    return "failed" if reason else "not_tested"  # without a reason there was nothing to compare with


def _part(number: int, words: table.Words | None, value: str, language: str) -> Part:
    """One part; a value outside the tables is one that no sender knows."""
    name, text, status, word = words or table.UNKNOWN
    title = say(table.TITLES[number - 1], language).format(value=bounded(value, 10), name=say(name, language))
    return Part(number, title, say(text, language), status, say(word, language))


def _fit(record: Json, reason: str, language: str) -> str:
    words = CATALOGUE.meaning("fit", reason, language) or say(STATUS["not_tested"], language)
    depth = record.get("found_depth")
    return words if depth is None else words + say(table.DEPTH, language).format(depth=depth)


def _sentence(record: Json, status: str, language: str) -> str:
    if not record.get("usable"):
        return say(table.UNUSABLE, language)
    if status == "passed":
        return say(table.EQUAL, language).format(depth=record.get("matched_depth"))
    served = str(record.get("served") or "")
    if not served:
        return say(table.NOTHING_SHOWN, language)
    return say(table.ELSEWHERE if served == record["data"] else table.DIFFERENT, language)
