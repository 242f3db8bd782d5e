"""From a report document to a plan: open findings gathered into steps, in the order of ``steps.toml``, each with the lines to publish and what it brings. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from checks import CATALOGUE, Report
from portal.plan import providers, values, words
from portal.plan.steps import Kind, Remedy, kind_of, kinds
from portal.plan.values import Open
from portal.scans.evidence import bounded
from portal.scans.words import day, parse_time, say

Json = Mapping[str, Any]

_OPEN = ("failed", "warning")
_CONSEQUENCE = "mail_starttls_dane_delivery"  # what a sender does about the other findings; no work of its own
# A record that fits nothing is put right where the misfit is put right.
_COUPLED = {("mail_starttls_dane_exist", "unmatched"): "mail_starttls_dane_valid"}
_ABOUT_TLSA = frozenset({"tlsa", "renewal"})  # the steps that the tool for making records can help with
_THEIR_WORK = frozenset(
    {"host-dnssec", "certificate", "starttls", "tls", "tlsa", "renewal", "ipv6", "rpki"}
)  # of whoever has the servers
_SHOWN = frozenset({"records", "Cisco ASA"})  # stands open in the step; other products are folded
LONGEST_MAIL = 1800  # characters of a mailto address that every mail program takes


@dataclass(frozen=True, slots=True)
class Block:
    """Lines to copy, with what they are for."""

    id: str
    product: str
    caption: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A request to forward to a supplier; ``mailto`` opens it in a mail program, or is empty when it is too long for that."""

    id: str
    body: str
    mailto: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step that is open. ``gain`` is the score before and after it, or empty when it brings no points.

    ``tools`` are hosts with the query that fills in the tool for making their TLSA records.
    """

    number: int
    id: str
    status: str
    title: str
    sentences: tuple[str, ...]
    why: str
    advice: tuple[str, ...]
    blocks: tuple[Block, ...]
    folded: tuple[Block, ...]
    who: str
    effort: str
    caution: str
    gain: tuple[int, ...]
    letter: Letter
    checks: tuple[tuple[str, str], ...]
    tools: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A step of the fixed order that needs nothing now."""

    status: str
    word: str
    title: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The open steps in order, the steps of the fixed order that need nothing, and what to do at the end."""

    heading: str
    steps: tuple[Step, ...]
    done: tuple[Done, ...]
    check: str


def build(document: Json, language: str, address: str = "") -> Plan | None:
    """The plan of a report document, or None when nothing asks for work. ``address`` is the permalink, for letters."""
    found = _by_step(document)
    if not found:
        return None
    order = [kind for kind in kinds() if kind.id in found]
    gains = _gains(document, order, found)
    steps = tuple(
        _step(number, kind, found[kind.id], gains[number - 1], document, language, address)
        for number, kind in enumerate(order, 1)
    )
    last = next((gain[1] for gain in reversed(gains) if gain), document["score"])
    heading = _heading(len(steps), last, document["score"], language)
    return Plan(heading, steps, _done(document, found, language), say(words.CHECK, language))


def open_rows(document: Json) -> list[Open]:
    """Every finding that asks for work, row by row."""
    rows: list[Open] = []
    for check in values.checks_of(document):
        found = [row for row in check["subjects"] if row["status"] in _OPEN]
        if not found and check["status"] in _OPEN:
            found = [{**check, "subject": "", "address": None, "evidence": {}}]
        rows += (_open(check["id"], row) for row in found)
    others = [row for row in rows if row.check_id != _CONSEQUENCE]
    return others or rows


def _open(check_id: str, row: Json) -> Open:
    return Open(
        check_id,
        row["status"],
        row["outcome"],
        bounded(row["subject"], 253),
        bounded(row["address"] or "", 60),
        row["evidence"],
        row["sentence"],
    )


def _by_step(document: Json) -> dict[str, list[Open]]:
    found: dict[str, list[Open]] = {}
    for row in open_rows(document):
        found.setdefault(kind_of(row.check_id, row.outcome).id, []).append(row)
    return found


def _gains(document: Json, order: Sequence[Kind], found: Mapping[str, Sequence[Open]]) -> list[tuple[int, ...]]:
    """The score before and after each step, when all steps before it are done as well.

    A check passes with the last step that it has a finding in; what was not tested, or costs points without asking for work, passes with its own step.
    """
    place = {kind.id: number for number, kind in enumerate(order)}
    passes = {row.check_id: place[step] for step in place for row in found[step]}
    for check in values.checks_of(document):
        if check["id"] not in passes and (check["status"] in ("info", "not_tested") or _costs(check)):
            twin = _COUPLED.get((check["id"], check["outcome"]), "")
            passes[check["id"]] = passes.get(twin, place.get(kind_of(check["id"], check["outcome"]).id, len(order)))
    before: int | None = document["score"]
    gains: list[tuple[int, ...]] = []
    for number in range(len(order)):
        after = Report.score_if(document, [check_id for check_id, last in passes.items() if last <= number])
        gains.append((before, after) if before is not None and after is not None and after > before else ())
        before = after if gains[-1] else before
    return gains


def _costs(check: Json) -> bool:
    """Whether a check that asks for nothing earns less than it could: the mean of subjects of which one has none."""
    return bool(check["max_points"]) and check["points"] < check["max_points"] and check["status"] != "error"


def _step(
    number: int, kind: Kind, rows: list[Open], gain: tuple[int, ...], document: Json, language: str, address: str
) -> Step:
    base = {**values.of(document, rows), "hosts": _names(values.hosts_of(rows) or [document["domain"]], language)}
    called, whose = _variant(kind, rows)
    title = values.fill(say(called, language), base) or say(kind.done, language)
    sentences = _sentences(rows, language)
    blocks = _blocks(kind, rows, document, language)
    provider = _provider(kind, rows, document)
    role = say(words.ROLE[whose], language)
    return Step(
        number=number,
        id=kind.id,
        status="failed" if any(row.status == "failed" for row in rows) else "warning",
        title=title,
        sentences=sentences,
        why=say(kind.why, language),
        advice=_advice(kind, provider, rows, base, language) if provider else (),
        blocks=tuple(block for block in blocks if block.product in _SHOWN),
        folded=tuple(block for block in blocks if block.product not in _SHOWN),
        who=say(words.AT, language).format(role=role, provider=provider.name) if provider else role,
        effort=say(kind.effort, language),
        caution=say(kind.caution, language),
        gain=gain,
        letter=_letter(kind, title, sentences, blocks, document, language, address),
        checks=tuple(
            (check_id, CATALOGUE[check_id].texts[language].title)
            for check_id in dict.fromkeys(row.check_id for row in rows)
            if check_id in CATALOGUE
        ),
        tools=_tools(kind, rows, document),
    )


def _variant(kind: Kind, rows: Sequence[Open]) -> tuple[Mapping[str, str], str]:
    """Title and role of a step with these findings."""
    outcomes = {row.outcome for row in rows}
    found = next((variant for variant in kind.variants if variant.when & outcomes), kind)
    return found.title, found.role


def _tools(kind: Kind, rows: list[Open], document: Json) -> tuple[tuple[str, str], ...]:
    if kind.id not in _ABOUT_TLSA:
        return ()
    port = 25 if document["suite"] == "mail" else 443
    hosts = values.hosts_of(rows)[: values.MOST_HOSTS]
    return tuple((host, urlencode({"host": host, "port": port})) for host in hosts)


def _sentences(rows: Iterable[Open], language: str) -> tuple[str, ...]:
    """What was seen, once for each host: a second address with the same fault says nothing new."""
    first: dict[tuple[str, str, str], str] = {}
    for row in rows:
        first.setdefault((row.check_id, row.outcome, row.subject), bounded(say(row.sentence, language), 400))
    return tuple(dict.fromkeys(first.values()))[:4]


def _provider(kind: Kind, rows: Iterable[Open], document: Json) -> providers.Provider | None:
    """Whoever runs what a step is about: the servers that it names, or else the name servers or mail servers of the domain."""
    named = values.hosts_of(rows)
    if found := providers.of_mail(named) or providers.of_dns(named):
        return found
    if kind.role == "dns":
        return providers.of_dns(values.name_servers(document))
    return providers.of_mail(values.mail_hosts(document)) if kind.role == "mail" else None


def _advice(
    kind: Kind, provider: providers.Provider, rows: Iterable[Open], base: Mapping[str, str], language: str
) -> tuple[str, ...]:
    """What to know about working with this provider: its own advice or whose servers these are, and what it is known to support."""
    theirs = kind.id in _THEIR_WORK and providers.of_mail(values.hosts_of(rows)) is not None
    usual = words.PROVIDER["mail" if theirs else "dns"] if theirs or kind.id == "dnssec" else {}
    told = [provider.advice.get(kind.id, usual), words.KNOWN if theirs and provider.known else {}]
    support = {name: say(words.SUPPORT[state], language) for name, state in provider.known.items()}
    filled = {**base, **support, "provider": provider.name}
    return tuple(values.fill(say(text, language), filled) for text in told if text)


def _blocks(kind: Kind, rows: list[Open], document: Json, language: str) -> list[Block]:
    blocks: list[Block] = []
    for remedy in kind.remedies:
        mine = _fitting(remedy, rows, document["suite"])
        hosts = values.hosts_of(mine)[: values.MOST_HOSTS] if remedy.each else []
        for host in hosts or [""] if mine else ():
            filled = values.of(document, mine, host)
            text = values.fill(remedy.text.get(language, remedy.text["en"]), filled)
            caption = values.fill(say(remedy.caption, language), filled) or remedy.product
            if text and text not in (block.text for block in blocks):
                blocks.append(Block(f"plan-{kind.id}-{len(blocks) + 1}", remedy.product, caption, text))
    return blocks


def _fitting(remedy: Remedy, rows: Iterable[Open], suite: str) -> list[Open]:
    """The findings that a remedy is for."""
    if remedy.suite not in ("", suite):
        return []
    return [
        row
        for row in rows
        if (not remedy.when or row.outcome in remedy.when)
        and (not remedy.checks or row.check_id.startswith(remedy.checks))
    ]


def _letter(
    kind: Kind,
    title: str,
    sentences: Sequence[str],
    blocks: Sequence[Block],
    document: Json,
    language: str,
    address: str,
) -> Letter:
    at = parse_time(document["measured_at"])
    parts = {
        "domain": bounded(document["domain"], 253),
        "title": title,
        "day": day(at, language) if at else "",
        "suite": say(words.LETTER[document["suite"]], language),
        "findings": "\n".join(f"- {sentence}" for sentence in sentences),
        "lines": "".join(
            say(words.LETTER["lines"], language).format(caption=block.caption, text=block.text)
            for block in blocks
            if block.product == "records"
        ),
        "address": say(words.LETTER["address"], language).format(address=address) if address else "",
    }
    body = say(words.LETTER["body"], language).format(**parts)
    subject = say(words.LETTER["subject"], language).format(**parts)
    mailto = f"mailto:?subject={quote(subject)}&body={quote(body.replace(chr(10), chr(13) + chr(10)))}"
    return Letter(f"plan-{kind.id}-letter", body, mailto if len(mailto) <= LONGEST_MAIL else "")


def _names(names: Sequence[str], language: str) -> str:
    shown = list(names[: values.MOST_HOSTS])
    if len(names) > len(shown):
        return say(words.MORE, language).format(names=", ".join(shown), count=len(names) - len(shown))
    return ", ".join(shown[:-1]) + say(words.AND, language) + shown[-1] if len(shown) > 1 else shown[0]


def _heading(count: int, goal: int | None, score: int | None, language: str) -> str:
    if goal is None or score is None or goal <= score:
        return say(words.HEADING["extra-one" if count == 1 else "extra"], language).format(count=count)
    return say(words.HEADING["one" if count == 1 else "many"], language).format(goal=goal, count=count)


def _done(document: Json, found: Mapping[str, object], language: str) -> tuple[Done, ...]:
    """The core steps without open findings, each with what was measured."""
    states: dict[str, list[str]] = {}
    for check in values.checks_of(document):
        states.setdefault(kind_of(check["id"], check["outcome"]).id, []).append(check["status"])
    return tuple(
        _done_step(kind, states[kind.id], language)
        for kind in kinds()
        if kind.core and kind.id not in found and kind.id in states
    )


def _done_step(kind: Kind, states: Sequence[str], language: str) -> Done:
    status = next((status for status in ("error", "passed", "info") if status in states), "not_tested")
    return Done(status, say(words.STATE[status], language), say(kind.done, language))
