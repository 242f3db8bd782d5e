"""The certificates of a report as a tree, from the verdicts on their chains: which issuer stands behind which server, and where that breaks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import SafeString

from portal.pictures.certificates import Node, draw
from portal.scans.evidence import bounded
from portal.scans.words import STATUS, Words, day, parse_time, say

Json = Mapping[str, Any]

MOST_CHAINS = 12
MOST_CERTIFICATES = 5  # of one chain
_CHECKS = ("mail_starttls_cert_chain", "web_https_cert_chain")
_DEPTH = re.compile(r"depth (\d{1,2})\)$")
_CN = re.compile(r"(?:^|,)CN=((?:\\.|[^,\\])+)")
_DATED = {
    "expired": {"nl": "verlopen op {day}", "en": "expired on {day}"},
    "not-yet-valid": {"nl": "geldt pas vanaf {day}", "en": "valid only from {day}"},
}
_UNTIL: Words = {"nl": "geldig tot {day}", "en": "valid until {day}"}
_SELF: Words = {"nl": "ondertekent zichzelf", "en": "signs itself"}
# The place above what was sent, by outcome: status, words, and whether the link to it holds.
_ABOVE: Mapping[str, tuple[str, Words, bool]] = {
    "unknown-root": ("failed", {"nl": "geen bekende uitgever", "en": "no known issuer"}, True),
    "incomplete": ("failed", {"nl": "niet meegestuurd", "en": "not sent along"}, True),
    "other": ("failed", {"nl": "de keten klopt niet", "en": "the chain is not right"}, True),
}
_LABEL: Words = {"nl": "Certificaten: {nodes}", "en": "Certificates: {nodes}"}
_TRUSTED: Words = {"nl": "bekende uitgever", "en": "known issuer"}
_UNPLACED: Words = {"nl": "niet meegestuurd", "en": "not sent along"}


@dataclass(frozen=True, slots=True)
class Tree:
    """The drawing, which says itself in words as well, and whether any link in it is broken."""

    drawing: SafeString
    broken: bool


def build(checks: Iterable[Json], language: str) -> Tree | None:
    """The tree of the certificates that were shown, or None when there were none."""
    rows = [row for check in checks if check["id"] in _CHECKS for row in check["subjects"]]
    chains = [chain for row in rows if (chain := _chain(row, language))][:MOST_CHAINS]
    if not chains:
        return None
    roots = _merged(chains)
    nodes = "; ".join(f"{node.name}: {node.note}" for root in roots for node in _flat(root))
    label = bounded(say(_LABEL, language).format(nodes=nodes), 2000)
    return Tree(draw(roots, label), any(node.broken for root in roots for node in _flat(root)))


def _chain(row: Json, language: str) -> list[Node]:
    """From the top down: the issuer above what was sent, what was sent, and the server itself with its host name."""
    sent: Sequence[Json] = list(row["evidence"].get("certificates") or ())[:MOST_CERTIFICATES]
    if not sent:
        return []
    outcome = str(row["outcome"])
    found = _DEPTH.search(str(row["evidence"].get("openssl") or ""))
    at = min(int(found[1]), len(sent) - 1) if found and outcome != "ok" else 0
    nodes = [_sent(item, outcome if depth == at else "ok", language) for depth, item in enumerate(sent)]
    top = sent[-1]
    if top.get("issuer") == top.get("subject"):
        nodes[-1] = _own_root(nodes[-1], outcome, row["status"], language)
    else:
        status, words, broken = _ABOVE.get(outcome, ("passed", _TRUSTED, False))
        if broken:
            nodes[-1] = replace(nodes[-1], broken=True)
            status = _softened(status, row["status"])
        nodes.append(Node(_name(str(top.get("issuer") or "")), say(words, language), status, False))
    nodes[0] = replace(nodes[0], name=bounded(f"{row['subject']}", 253), note=nodes[0].note)
    return nodes[::-1]


def _sent(item: Json, outcome: str, language: str) -> Node:
    name = _name(str(item.get("subject") or ""))
    if outcome in _DATED:
        when = parse_time(item.get("not_after" if outcome == "expired" else "not_before"))
        note = say(_DATED[outcome], language).format(day=day(when, language) if when else "–")
        return Node(name, note, "failed", True)
    until = parse_time(item.get("not_after"))
    return Node(name, say(_UNTIL, language).format(day=day(until, language)) if until else "", "passed", False)


def _own_root(node: Node, outcome: str, status: str, language: str) -> Node:
    """A certificate that signs itself: a root that was sent along, or nobody's."""
    if outcome == "ok":
        return replace(node, note=say(_TRUSTED, language))
    note = say(_SELF, language)
    return replace(node, note=note, status=_softened("failed", status))


def _softened(status: str, verdict: str) -> str:
    """No worse than the verdict of the check: for mail, an unknown issuer is only for information."""
    return verdict if verdict in STATUS and verdict != "passed" else status


def _name(subject: str) -> str:
    found = _CN.search(subject)
    return bounded(re.sub(r"\\(.)", r"\1", found[1]) if found else subject or "–", 120)


def _merged(chains: Sequence[Sequence[Node]]) -> tuple[Node, ...]:
    """One tree of all chains: what begins alike is drawn once."""
    groups: dict[Node, list[Sequence[Node]]] = {}
    for chain in chains:
        groups.setdefault(chain[0], []).append(chain[1:])
    return tuple(replace(node, below=_merged([rest for rest in rests if rest])) for node, rests in groups.items())


def _flat(node: Node) -> Iterator[Node]:
    yield node
    for child in node.below:
        yield from _flat(child)
