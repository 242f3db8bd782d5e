"""DANE at each address as text, for specialists: the TLSA records that were found, the handshake, the chain, which record
matched at which depth, what a sender does, and what to publish. Made from the report document alone, so that the command
line and a page show the same lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checks.catalogue import CATALOGUE
from checks.model import Status
from checks.texts import fill, terminal

Json = Mapping[str, Any]
Place = tuple[str, str | None]  # host and address

MOST_PLACES = 80  # addresses that are written out; a scan has at most ten hosts


def transcript(document: Json, language: str) -> str:
    """The transcript of a report document; empty when it has no TLSA records. Printable, and bounded in length."""
    return "\n".join(_lines(document, language))


def printable(text: object) -> str:
    """Measured text as one line for a terminal: bounded, and whatever could steer a terminal replaced."""
    return "".join(char if char.isprintable() else "\ufffd" for char in str(text)[:500])


def _lines(document: Json, language: str) -> Iterator[str]:
    checks = [check for category in document["categories"] for check in category["checks"]]
    valid, sessions, deliveries = (_by_place(checks, end) for end in ("_dane_valid", "_available", "_dane_delivery"))
    shown: dict[tuple[str, ...], list[Place]] = {}
    for place, row in valid.items():
        if row["evidence"].get("records"):
            block = tuple(_block(row, sessions.get(place), deliveries.get(place), language))
            shown.setdefault(block, []).append(place)
    for number, (block, places) in enumerate(list(shown.items())[:MOST_PLACES]):
        yield from ("",) if number else ()
        yield f"{printable(places[0][0])} " + " ".join(f"[{printable(address)}]" for _, address in places)
        yield from block


def _by_place(checks: Sequence[Json], end: str) -> Mapping[Place, Json]:
    """The rows of the checks of which the id has this end, by host and address."""
    return {
        (row["subject"], row["address"]): row
        for check in checks
        if check["id"].endswith(end)
        for row in check["subjects"]
    }


def _block(row: Json, session: Json | None, delivery: Json | None, language: str) -> Iterator[str]:
    """What stands under the name of an address; addresses that showed the same share it."""
    words, evidence = terminal(language), row["evidence"]
    yield "  " + fill(words["records"], evidence)
    for record in evidence["records"]:
        yield f"    {_parameters(record)} {printable(record['data'])}"
    yield from _handshake(session, language)
    for record in evidence["records"]:
        yield f"    {_parameters(record)} {_short(record['data'])}: {_fit(record, language)}"
    if delivery:
        yield "  " + _delivery(delivery, language)
    if row["status"] != Status.PASSED and (advised := evidence.get("advised")):
        yield f"  {words['publish']}"
        yield from (f"    {printable(line)}" for line in advised)


def _handshake(session: Json | None, language: str) -> Iterator[str]:
    words, evidence = terminal(language), session["evidence"] if session else {}
    if "version" not in evidence:
        yield f"  {words['no-handshake']}"
        return
    yield "  " + fill(words["handshake"], evidence)
    for depth, item in enumerate(evidence.get("certificates", ())):
        yield "    " + fill(words["chain"], {"depth": depth, **item})
        if "issuer" in item:
            days = {"from": item["not_before"][:10], "until": item["not_after"][:10]}
            yield "      " + fill(words["issued"], {**item, **days})


def _delivery(row: Json, language: str) -> str:
    """``delivered with authentication (usable TLSA records)``."""
    said = CATALOGUE.meaning("delivery", row["outcome"], language) or row["outcome"]
    because = CATALOGUE.meaning("because", str(row["evidence"].get("because")), language)
    return f"{said} ({because})" if because else said


def _fit(record: Json, language: str) -> str:
    if record.get("matched_depth") is not None:
        return fill(terminal(language)["matched"], {"depth": record["matched_depth"]})
    reason = str(record.get("reason") or "")
    return CATALOGUE.meaning("fit", reason, language) or printable(reason)


def _parameters(record: Json) -> str:
    return f"{record['usage']} {record['selector']} {record['matching_type']}"


def _short(data: str) -> str:
    return printable(data if len(data) <= 20 else f"{data[:8]}…{data[-8:]}")
