"""What the pages of the tools show, from plain documents: a looked-at service, records that were made, a record taken apart. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from checks import tlsa_tools
from checks.tlsa_tools import Tlsa
from portal.scans import chain
from portal.scans.chain import Zone
from portal.scans.evidence import bounded
from portal.scans.words import Moment, day, moment, parse_time, say, seconds
from portal.tools import words

TTL = 3600  # seconds, for a record that is not published yet
MOST = 20


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a record: its number, name, the value as it stands, and what it means."""

    number: int
    name: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A record in four parts, and what is to be said of it."""

    owner: str
    parts: tuple[Part, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """A text to copy: an id on the page, a caption, the text."""

    id: str
    caption: str
    text: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A record, and what to do with it."""

    status: str
    word: str
    record: str
    when: str
    caution: str


@dataclass(frozen=True, slots=True)
class About:
    """A certificate, request or key in words."""

    subject: str
    key: str
    issuer: str
    valid: str


@dataclass(frozen=True, slots=True)
class MadePage:
    """Records that were made, in all forms, with what is wrong with the choice."""

    owner: str
    anatomies: tuple[Anatomy, ...]
    copies: tuple[Copy, ...]
    remarks: tuple[str, ...]
    about: tuple[About, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """A step at one address."""

    name: str
    status: str
    text: str
    line: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One address of the service."""

    address: str
    family: str
    status: str
    envelope: str
    word: str
    sentence: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class ServerRow:
    """What a name server gives."""

    host: str
    address: str
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class FitRow:
    """Whether a given record is about what an address shows."""

    address: str
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class StagePage:
    """How far a roll-over is."""

    status: str
    sentence: str


@dataclass(frozen=True, slots=True)
class LookPage:
    """Everything that the page of a finished look shows."""

    host: str
    service: str
    status: str
    sentence: str
    measured: Moment
    took: str
    lanes: tuple[Lane, ...]
    servers: tuple[ServerRow, ...]
    chain: tuple[Zone, ...]
    chain_whole: bool
    transcript: str
    made: MadePage | None
    changes: tuple[ChangeRow, ...]
    to_do: bool
    alias: str
    stage: StagePage | None
    fits: tuple[FitRow, ...]
    plan: dict[str, Any] = field(default_factory=dict)


def anatomy(record: Tlsa, owner: str, port: int, language: str) -> Anatomy:
    """A record taken apart."""
    explained = tlsa_tools.explain(f"{record.parameters} {record.data.hex()}", port)
    remarks = [words.MISTAKE[mistake.value] for mistake in explained.mistakes]
    if explained.unusable:
        remarks.insert(0, words.UNUSABLE[explained.unusable.value])
    about = words.DATA["key" if record.selector == 1 else "certificate"]
    names = [say(words.PART_NAMES[name], language) for name in ("usage", "selector", "matching", "data")]
    meanings = (
        _number(words.USAGE, record.usage, language),
        _number(words.SELECTOR, record.selector, language),
        _number(words.MATCHING, record.matching, language),
        say(about, language).format(length=len(record.data)),
    )
    values = (str(record.usage), str(record.selector), str(record.matching), short(record.data.hex()))
    parts = (Part(*row) for row in zip(range(1, 5), names, values, meanings, strict=True))
    return Anatomy(owner, tuple(parts), tuple(say(remark, language) for remark in remarks))


def _number(table: Mapping[int, Mapping[str, str]], number: int, language: str) -> str:
    return (
        say(table[number], language) if number in table else say(words.UNKNOWN_NUMBER, language).format(number=number)
    )


def short(data: str) -> str:
    """First and last eight characters of a digest."""
    return data if len(data) <= 20 else f"{data[:8]}…{data[-8:]}"


def made(
    items: Sequence[tlsa_tools.Item],
    choices: Sequence[tlsa_tools.Choice],
    place: tuple[str, int, str, int],
    language: str,
) -> MadePage:
    """Records of pasted material. ``place`` is owner name, port, zone (or empty) and TTL."""
    owner, port, zone, ttl = place
    found, missing = tlsa_tools.make(items, choices)
    remarks = [mistake for choice in choices for mistake in tlsa_tools.mistakes(choice, port)]
    shown = dict.fromkeys([*missing, *remarks])
    about = tuple(_about(items[number], language) for number in dict.fromkeys(made.about for made in found))
    return _made_page(
        [one.record for one in found],
        (owner, zone, ttl or TTL),
        port,
        (tuple(say(words.MISTAKE[mistake.value], language) for mistake in shown), about),
        language,
    )


def _made_page(
    records: Sequence[Tlsa],
    place: tuple[str, str, int],
    port: int,
    extra: tuple[tuple[str, ...], tuple[About, ...]],
    language: str,
) -> MadePage:
    owner, zone, ttl = place
    kept = tuple(records)[:MOST]
    copies: tuple[Copy, ...] = ()
    with suppress(ValueError):  # an alias may lead to a name that no host has: there is no record to publish then
        copies = _copies(tlsa_tools.RecordSet(owner, zone, min(ttl, tlsa_tools.LONGEST_TTL), kept), language)
    anatomies = tuple(Anatomy(owner, anatomy(record, owner, port, language).parts, ()) for record in kept)
    return MadePage(owner, anatomies, copies, extra[0], extra[1], tuple(record.text for record in kept))


def _copies(records: tlsa_tools.RecordSet, language: str) -> tuple[Copy, ...]:
    forms = {form.value: text for form, text in tlsa_tools.texts(records).items()}
    forms["fields"] = "\n\n".join(
        "\n".join(f"{say(words.FIELD[name], language):<13} {value}" for name, value in fields)
        for fields in tlsa_tools.fields(records)
    )
    return tuple(Copy(f"form-{name}", say(caption, language), forms[name]) for name, caption in words.FORMAT.items())


def _about(item: tlsa_tools.Item, language: str) -> About:
    valid = ""
    if item.not_before and item.not_after:
        valid = f"{day(item.not_before, language)} – {day(item.not_after, language)}"
    return About(bounded(item.subject), item.key, bounded(item.issuer), valid)


def look(
    document: Mapping[str, Any], asked: tuple[Sequence[tlsa_tools.Choice], Sequence[str]], language: str
) -> LookPage:
    """The page of a service. ``asked`` is which records to make, and records that were made elsewhere (presentation format)."""
    choices, wanted = asked
    port, host = document["port"], document["host"]
    page = _proposal(document, choices, wanted, language)
    changes = _changes(document, page, language) if page else ()
    return LookPage(
        host=host,
        service=say(words.SERVICES[port], language),
        status=words.VERDICT_STATUS[document["verdict"]],
        sentence=tlsa_tools.SENTENCES[language if language in tlsa_tools.SENTENCES else "nl"][document["verdict"]],
        measured=moment(parse_time(document["measured_at"]) or datetime.now(UTC), language),
        took=seconds(document["duration_ms"], language),
        lanes=tuple(_lane(document, address, language) for address in document["addresses"]),
        servers=tuple(_server(document, server, language) for server in document["servers"][:MOST]),
        chain=chain.build([{"chain": document["chain"]}], language),
        chain_whole=document["dnssec"] == "secure",
        transcript="\n".join(tlsa_tools.lines(document)),
        made=page,
        changes=changes,
        to_do=any(change.status != "passed" for change in changes),
        alias=_base(document) if _base(document) != host else "",
        stage=_stage(document, wanted, language) if wanted else None,
        fits=tuple(_fit_rows(document, tlsa_tools.parse(wanted[0]), language)) if wanted else (),
        plan=plan_query(document, wanted),
    )


def _base(document: Mapping[str, Any]) -> str:
    return str(document["bases"][0]).rstrip(".")


def _proposal(
    document: Mapping[str, Any], choices: Sequence[tlsa_tools.Choice], wanted: Sequence[str], language: str
) -> MadePage | None:
    """The records to publish: those that were made elsewhere, or those of every certificate that was shown."""
    usable = (text for text in wanted if tlsa_tools.explain(text, document["port"]).unusable is None)
    records = [tlsa_tools.parse(text) for text in usable]
    remarks: dict[Any, None] = {}
    about: list[About] = []
    if not wanted:
        for items in _chains(document):
            found, missing = tlsa_tools.make(items, choices)
            records += [one.record for one in found]
            remarks |= dict.fromkeys(missing)
            about += [_about(items[one.about], language) for one in found]
        remarks |= dict.fromkeys(
            mistake for choice in choices for mistake in tlsa_tools.mistakes(choice, document["port"])
        )
    if not records:
        return None
    unique = list({(one.parameters, one.data): one for one in records}.values())
    base = _base(document)
    owner = tlsa_tools.owner(base, document["port"])
    zone = document["zone"] if owner.endswith("." + document["zone"]) else ""
    sentences = tuple(say(words.MISTAKE[mistake.value], language) for mistake in remarks)
    place = (owner, zone, (document["ttl"] if document["records"] else 0) or TTL)
    return _made_page(unique, place, document["port"], (sentences, tuple(dict.fromkeys(about))), language)


def _chains(document: Mapping[str, Any]) -> Iterable[tuple[tlsa_tools.Item, ...]]:
    for address in document["addresses"]:
        for handshake in address["handshakes"]:
            items = tlsa_tools.from_chain([base64.b64decode(der) for der in handshake["der"]])
            if items:
                yield items


def _changes(document: Mapping[str, Any], page: MadePage, language: str) -> tuple[ChangeRow, ...]:
    present = [tlsa_tools.parse(record["text"]) for record in document["records"]]
    in_use = [tlsa_tools.parse(record["text"]) for record in document["records"] if record["matched"]]
    proposed = [tlsa_tools.parse(text) for text in page.texts]
    found = tlsa_tools.compare(present, proposed, in_use, smtp=document["port"] == 25)
    return tuple(
        ChangeRow(
            words.ACT_STATUS[change.act.value],
            say(words.ACT[change.act.value], language),
            f"{change.record.parameters} {short(change.record.data.hex())}",
            say(words.WHEN[change.when.value], language) if change.when else "",
            say(words.CAUTION[change.caution.value], language) if change.caution else "",
        )
        for change in found
    )


def _lane(document: Mapping[str, Any], address: Mapping[str, Any], language: str) -> Lane:
    status, envelope, word = words.ADDRESS[address["verdict"]]
    failure = say(words.FAILURE[address["failure"]], language) if address["failure"] in words.FAILURE else ""
    return Lane(
        address["address"],
        "IPv6" if ":" in address["address"] else "IPv4",
        status,
        envelope,
        say(word, language),
        failure,
        _stops(document, address, language),
    )


def _stops(document: Mapping[str, Any], address: Mapping[str, Any], language: str) -> tuple[Stop, ...]:
    def stop(name: str, status: str, word: str, line: str) -> Stop:
        return Stop(name, status, say(words.STOP[word], language) if word in words.STOP else word, line)

    verdict = address["verdict"]
    shown = address["handshakes"]
    connected = verdict != "unreached"
    opening = document["opening"]
    name = say(words.STOP["connection"], language)
    found = [
        stop(
            name,
            "passed" if connected else "error",
            "connected" if connected else "not-reached",
            "open" if connected else "cut",
        )
    ]
    if opening != "direct":
        status = ("passed", "starts-tls", "open") if shown else ("failed", "no-start", "open")
        found.append(stop("STLS" if opening == "pop3" else "STARTTLS", *(status if connected else _UNREACHED)))
    tls = ("passed", shown[0]["version"], "closed") if shown else ("failed", "no-tls", "open")
    found.append(stop("TLS", *(tls if connected else _UNREACHED)))
    dane = {
        "matches": ("passed", "matches", "closed"),
        "no-match": ("failed", "no-match", "closed"),
        "no-records": ("not_tested", "no-records", "closed"),
    }
    found.append(stop("DANE", *dane.get(verdict, _UNREACHED)))
    return tuple(found)


_UNREACHED = ("not_tested", "not-reached", "cut")


def _server(document: Mapping[str, Any], server: Mapping[str, Any], language: str) -> ServerRow:
    """A name server: its records, beside those that the resolver gave."""
    if server["records"] is None:
        return ServerRow(bounded(server["host"]), server["address"], "error", server["failure"])
    usual = sorted(record["text"] for record in document["records"])
    same = sorted(server["records"]) == usual
    listed = ", ".join(f"{text[:5]} {short(text[6:])}" for text in server["records"][:6]) or "–"
    return ServerRow(bounded(server["host"]), server["address"], "passed" if same else "warning", listed)


def _stage(document: Mapping[str, Any], wanted: Sequence[str], language: str) -> StagePage:
    found = progress_of(document, wanted[0])
    return stage_page(found.stage.value, found.next_from, language, unseen=unseen(document))


def stage_page(stage: str, next_from: datetime | None, language: str, *, unseen: bool = False) -> StagePage:
    """A stage in words; ``next_from`` is when the next step is safe, where a clock runs. ``unseen``: see there."""
    status, sentence = words.STAGE[stage]
    at = moment(next_from, language).text if next_from else ""
    remark = f" {say(words.NO_IPV6, language)}" if unseen else ""
    return StagePage(status, say(sentence, language).format(at=at) + remark)


def unseen(document: Mapping[str, Any]) -> bool:
    """Whether there are addresses that we cannot see for want of IPv6: they are left out, and that is said."""
    return any(row["failure"] == _NO_IPV6 for row in (*document["servers"], *document["addresses"]))


def progress_of(document: Mapping[str, Any], wanted: str) -> tlsa_tools.Progress:
    """How far the roll-over to a record (presentation format) is, by what was measured."""
    new = tlsa_tools.parse(wanted)
    servers, addresses = (
        [row for row in document[rows] if row["failure"] != _NO_IPV6] for rows in ("servers", "addresses")
    )
    given = [
        None if server["records"] is None else frozenset(map(tlsa_tools.parse, server["records"])) for server in servers
    ]
    candidates = [new, *(record for records in given for record in records or ())]
    fits = [_fits(address, candidates) for address in addresses]
    measured = parse_time(document["measured_at"]) or datetime.now(UTC)
    timing = tlsa_tools.Timing(**{**_soa(document), "ttl": min(document["ttl"], tlsa_tools.LONGEST_TIME)})
    return tlsa_tools.progress(given, fits, new, (measured, timing))


_NO_IPV6 = "no-ipv6"


def _soa(document: Mapping[str, Any]) -> dict[str, int]:
    """The times of the zone, within what a plan can have."""
    return {
        name: min(int(value), tlsa_tools.LONGEST_TIME)
        for name, value in document["soa"].items()
        if name in ("refresh", "retry", "expire")
    }


def _fits(address: Mapping[str, Any], candidates: Sequence[Tlsa]) -> frozenset[Tlsa] | None:
    """Which of the records are about a certificate that every handshake of the address shows."""
    if not address["handshakes"]:
        return None
    sets = []
    for handshake in address["handshakes"]:
        items = tlsa_tools.from_chain([base64.b64decode(der) for der in handshake["der"]])
        sets.append(frozenset(record for record in candidates if _is_about(record, items)))
    return frozenset.intersection(*sets)


def _fit_rows(document: Mapping[str, Any], record: Tlsa, language: str) -> Iterable[FitRow]:
    """What the record would match at each address, with what it is found in; every certificate that is shown counts."""
    for address in document["addresses"]:
        found = [_found_in(record, handshake) for handshake in address["handshakes"]]
        word = "unseen" if not found else "nothing" if None in found else "leaf" if set(found) == {0} else "issuer"
        status = {"unseen": "error", "nothing": "failed"}.get(word, "passed")
        yield FitRow(address["address"], status, say(words.FITS[word], language))


def _found_in(record: Tlsa, handshake: Mapping[str, Any]) -> int | None:
    """The depth in the chain of what the record is about: 0 for the server's own certificate."""
    items = tlsa_tools.from_chain([base64.b64decode(der) for der in handshake["der"]])
    if not _is_about(record, items):
        return None
    return 0 if record.usage in (1, 3) else 1


def _is_about(record: Tlsa, items: Sequence[tlsa_tools.Item]) -> bool:
    """The leaf for usages 1 and 3, any of the others for 0 and 2."""
    try:
        choice = tlsa_tools.Choice.of(record.usage, record.selector, record.matching)
    except ValueError:
        return False
    about = items[:1] if record.usage in (1, 3) else items[1:] or items
    return any(tlsa_tools.record(item, choice).data == record.data for item in about)


def plan_query(document: Mapping[str, Any], wanted: Sequence[str]) -> dict[str, Any]:
    """What the planner needs to know of a service, as the query of its page."""
    return {
        "host": document["host"],
        "port": document["port"],
        "ttl": min(document["ttl"], tlsa_tools.LONGEST_TIME) or TTL,
        **_soa(document),
        "published": document["kinds"],
        **({"wanted": wanted[0]} if wanted else {}),
    }
