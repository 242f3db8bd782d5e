"""Who may send mail in the name of a domain: SPF, DKIM and DMARC as a receiver reads them (RFC 7208, RFC 6376, RFC
9989), with the records that a domain should publish, ready to copy.

Bogus answers are judged by what they say: that the chain of trust is broken is told by the DNSSEC checks.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from checks.evaluate import senders
from checks.evaluate.dkim import Dkim, Presence
from checks.evaluate.dmarc import Discovery, State
from checks.evaluate.spf import MOST_LOOKUPS, Branch, Fault, Found, Network, Tree
from checks.evaluate.txt import texts_of
from checks.evaluate.view import View
from checks.model import Finding, Observation
from checks.records.dkim import KeyState
from checks.records.dmarc import Dmarc, Malformed, Policy
from checks.records.mx import MailRoute
from checks.records.spf import spf_texts

SHOWN = 400  # characters of a record in a row of the tree
MOST_NETWORKS = 40


class DmarcExists(StrEnum):
    """One DMARC record at the name or above it."""

    OK = "ok"
    INHERITED = "inherited"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    SEVERAL = "several"


class DmarcPolicy(StrEnum):
    """What that record asks of receivers, for this name."""

    OK = "ok"
    NO_DMARC = "no-dmarc"
    EXTERNAL = "external"
    UNKNOWN = "unknown"
    TESTING = "testing"
    NONE = "none"
    SYNTAX = "syntax"


class DkimExists(StrEnum):
    """Whether the domain has DKIM keys."""

    OK = "ok"
    NO_KNOWN_SELECTOR = "no-known-selector"
    NO_MAIL = "no-mail"
    REVOKED = "revoked"
    UNUSABLE_KEY = "unusable-key"
    SHORT_KEY = "short-key"
    WEAK_KEY = "weak-key"
    UNDECIDED = "undecided"
    UNKNOWN = "unknown"
    ABSENT = "absent"


class SpfExists(StrEnum):
    """One SPF record at the name."""

    OK = "ok"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    SEVERAL = "several"


class SpfPolicy(StrEnum):
    """What that record, and all that it includes, comes down to."""

    OK = "ok"
    NO_SPF = "no-spf"
    UNKNOWN = "unknown"
    NEUTRAL = "neutral"
    OPEN = "open"
    TOO_MANY_LOOKUPS = "too-many-lookups"
    TOO_MANY_VOID = "too-many-void"
    LOOP = "loop"
    INCLUDE_WEAK = "include-weak"
    REDIRECT_WEAK = "redirect-weak"
    INCLUDE_BROKEN = "include-broken"
    REDIRECT_BROKEN = "redirect-broken"
    SYNTAX = "syntax"


def dmarc_exists(view: View) -> Finding:
    """Exactly one record at ``_dmarc``, or above it by the tree walk."""
    found = view.dmarc
    outcome = {
        State.FOUND: DmarcExists.OK if found.at == view.domain else DmarcExists.INHERITED,
        State.ABSENT: DmarcExists.ABSENT,
        State.SEVERAL: DmarcExists.SEVERAL,
        State.BOGUS: DmarcExists.ABSENT,
        State.UNKNOWN: DmarcExists.UNKNOWN,
    }[found.state]
    evidence = {
        "found_at": found.at.rstrip(".") if found.state is State.FOUND else "",
        "record": found.text[:SHOWN],
        "asked": [name.rstrip(".") for name in found.asked],
        "dnssec": _dnssec(found),
        "reason": _reason(found),
    }
    if found.state in (State.ABSENT, State.BOGUS, State.SEVERAL):
        evidence["advised"] = _dmarc_advice(view)
    return _one(DmarcExists, outcome, view, evidence)


def _dnssec(found: Discovery) -> str:
    return found.lookup.security.value if found.lookup else ""


def _reason(found: Discovery) -> str:
    return found.lookup.reason.value if found.lookup and found.state is State.UNKNOWN else ""


def dmarc_policy(view: View) -> Finding:
    """The policy in force for this name is quarantine or reject, and not being tested."""
    found = view.dmarc
    outcome = _policy_outcome(found)
    evidence: dict[str, Any] = {"reason": _reason(found)}
    if isinstance(found.record, Malformed):
        evidence |= {"record": found.text[:SHOWN], "found_at": found.at.rstrip(".")}
        evidence |= {"position": found.record.at + 1, "term": found.record.term}
        evidence["why"] = found.record.why.value
    elif isinstance(found.record, Dmarc):
        evidence |= _policy_evidence(found, found.record)
    if outcome in (DmarcPolicy.NONE, DmarcPolicy.TESTING):
        evidence["advised"] = _stricter_dmarc(view, found)
    if outcome is DmarcPolicy.SYNTAX:
        evidence["advised"] = _dmarc_advice(view)
    if outcome is DmarcPolicy.EXTERNAL:
        silent = [item for item in found.destinations if item.agrees is False]
        evidence["host"] = silent[0].host
        evidence["advised"] = [f'{item.owner} IN TXT "v=DMARC1;"' for item in silent]
    return _one(DmarcPolicy, outcome, view, evidence)


def _policy_outcome(found: Discovery) -> DmarcPolicy:
    if found.state is State.UNKNOWN:
        return DmarcPolicy.UNKNOWN
    if found.state is not State.FOUND:
        return DmarcPolicy.NO_DMARC
    if not isinstance(found.record, Dmarc):
        return DmarcPolicy.SYNTAX
    if found.policy in (None, Policy.NONE):
        return DmarcPolicy.NONE
    if found.record.testing and found.policy is Policy.QUARANTINE:
        return DmarcPolicy.TESTING
    return DmarcPolicy.EXTERNAL if any(item.agrees is False for item in found.destinations) else DmarcPolicy.OK


def _policy_evidence(found: Discovery, record: Dmarc) -> dict[str, Any]:
    return {
        "record": found.text[:SHOWN],
        "found_at": found.at.rstrip("."),
        "policy": found.policy.value if found.policy else "",
        "decided_by": found.which or "-",
        "testing": record.testing,
        "pct": record.pct if record.pct != 100 else None,
        "unknown_tags": list(record.others),
        "reports": [uri[:200] for uri in (*record.rua, *record.ruf)],
        "destinations": [
            {"host": item.host, "owner": item.owner.rstrip("."), "agrees": item.agrees} for item in found.destinations
        ],
    }


def dkim_exists(view: View) -> Finding:
    """Something exists under ``_domainkey``; keys of well-known selectors are judged. A domain that says that it sends
    nothing needs none.
    """
    found = view.dkim
    outcome = _dkim_outcome(found, view)
    evidence: dict[str, Any] = {
        "keys": [
            {
                "selector": item.selector,
                "alias": item.alias,
                "kind": item.key.key_type,
                "bits": item.key.bits,
                "state": item.key.state.value,
                "testing": item.key.testing,
            }
            for item in found.keys
        ],
        "tried": list(found.tried),
    }
    said = {
        DkimExists.WEAK_KEY: (KeyState.WEAK,),
        DkimExists.SHORT_KEY: (KeyState.SHORT,),
        DkimExists.UNUSABLE_KEY: (KeyState.UNUSABLE, KeyState.UNKNOWN_TYPE, KeyState.UNREADABLE),
    }
    weak = [item for item in found.keys if item.key.state in said.get(outcome, ())]
    evidence |= {"selector": weak[0].selector, "bits": weak[0].key.bits} if weak else {}
    return _one(DkimExists, outcome, view, evidence)


def _dkim_outcome(found: Dkim, view: View) -> DkimExists:
    if found.presence is Presence.UNKNOWN:
        return DkimExists.UNKNOWN
    if found.presence is not Presence.PRESENT:
        if sends_nothing(view):
            return DkimExists.NO_MAIL
        return DkimExists.ABSENT
    states = {item.key.state for item in found.keys}
    if not states:
        return (
            DkimExists.UNDECIDED if view.denies_compactly(f"_domainkey.{view.domain}") else DkimExists.NO_KNOWN_SELECTOR
        )
    if KeyState.WEAK in states:
        return DkimExists.WEAK_KEY
    if states == {KeyState.REVOKED}:
        return DkimExists.REVOKED
    if KeyState.SHORT in states:
        return DkimExists.SHORT_KEY
    return DkimExists.OK if KeyState.GOOD in states else DkimExists.UNUSABLE_KEY


def sends_nothing(view: View) -> bool:
    """The domain says that nobody sends in its name: SPF is no more than ``-all`` and DMARC asks to reject."""
    record = view.spf.root.parsed
    refused = view.dmarc.state is State.FOUND and view.dmarc.policy is Policy.REJECT
    return record is not None and record.sends_nothing and refused


def spf_exists(view: View) -> Finding:
    """Exactly one record that begins with ``v=spf1``. Two are not one: receivers then use neither (RFC 7208 section
    4.5)."""
    tree = view.spf
    first = tree.faults[0] if tree.faults and len(tree.faults[0].path) == 1 else None
    outcome = {
        Fault.LOOKUP_FAILED: SpfExists.UNKNOWN,
        Fault.BOGUS: SpfExists.ABSENT,
        Fault.NO_RECORD: SpfExists.ABSENT,
        Fault.SEVERAL: SpfExists.SEVERAL,
    }.get(first.fault if first else Fault.OPEN, SpfExists.OK)
    evidence: dict[str, Any] = {"record": tree.root.record[:SHOWN], "dnssec": tree.root.security.value}
    if outcome is SpfExists.UNKNOWN and first:
        evidence["reason"] = first.why
    if outcome is SpfExists.ABSENT:
        evidence["advised"] = _spf_advice(view)
    if outcome is SpfExists.SEVERAL:
        evidence["advised"] = _stricter_spf(view, *spf_texts(texts_of(view.lookup(view.domain, "TXT"))))
    return _one(SpfExists, outcome, view, evidence)


_UNSEEN = (Fault.LOOKUP_FAILED,)
_AT_HOME = {
    Fault.NO_RECORD: SpfPolicy.NO_SPF,
    Fault.SEVERAL: SpfPolicy.NO_SPF,
    Fault.BOGUS: SpfPolicy.NO_SPF,
    Fault.SYNTAX: SpfPolicy.SYNTAX,
    Fault.OPEN: SpfPolicy.OPEN,
    Fault.NEUTRAL: SpfPolicy.NEUTRAL,
}
_ANYWHERE = {
    Fault.LOOP: SpfPolicy.LOOP,
    Fault.TOO_MANY_LOOKUPS: SpfPolicy.TOO_MANY_LOOKUPS,
    Fault.TOO_MANY_MX: SpfPolicy.TOO_MANY_LOOKUPS,
    Fault.TOO_MANY_VOID: SpfPolicy.TOO_MANY_VOID,
    Fault.LOOKUP_FAILED: SpfPolicy.UNKNOWN,
}
_WEAK = (Fault.OPEN, Fault.NEUTRAL)


def spf_policy(view: View) -> Finding:
    """The first fault on the way through the record decides; without one it ends in ``~all`` or ``-all``."""
    tree = view.spf
    first = _deciding(tree.faults)
    outcome = _spf_outcome(first) if first else SpfPolicy.OK
    return _one(SpfPolicy, outcome, view, _spf_evidence(view, tree, first))


def _deciding(faults: Iterable[Found]) -> Found | None:
    """The first that we saw; a look-up that failed only decides when there is no other."""
    ordered = sorted(faults, key=lambda found: found.fault in _UNSEEN)
    return ordered[0] if ordered else None


def _spf_outcome(found: Found) -> SpfPolicy:
    if found.fault in _ANYWHERE:
        return _ANYWHERE[found.fault]
    if not found.via:
        return _AT_HOME[found.fault]
    return SpfPolicy(f"{found.via}-{'weak' if found.fault in _WEAK else 'broken'}")


def _spf_evidence(view: View, tree: Tree, first: Found | None) -> dict[str, Any]:
    networks = tree.networks
    evidence: dict[str, Any] = {
        "record": tree.root.record[:SHOWN],
        "lookups": tree.lookups,
        "limit": MOST_LOOKUPS,
        "void": tree.void,
        "tree": [_branch_row(branch) for branch in tree.all_branches],
        "ipv4_addresses": sum(network.num_addresses for network in networks if network.version == 4),
        "ipv6_networks": sum(network.version == 6 for network in networks),
        "networks": [str(network) for network in networks[:MOST_NETWORKS]],
        "unfollowed": [term for branch in tree.all_branches for term in branch.unfollowed],
        "outgoing": senders.inventory(view, tree),
    }
    if first:
        path = " → ".join(name.rstrip(".") for name in first.path)
        unseen = first.fault in _UNSEEN
        evidence |= {"fault": first.fault.value, "path": path, "term": first.term}
        evidence["reason" if unseen else "why"] = first.why
        evidence |= {"position": first.at + 1} if first.at >= 0 else {}
        evidence["where"] = first.path[-1].rstrip(".")
    if first and first.fault in (Fault.NEUTRAL, Fault.OPEN) and not first.via:
        evidence["advised"] = _stricter_spf(view, tree.root.record)
    return evidence


def _branch_row(branch: Branch) -> dict[str, Any]:
    return {
        "via": branch.via or "-",
        "domain": branch.domain.rstrip("."),
        "senders": _counted(branch.networks),
        "dnssec": branch.security.value,
        "record": branch.record[:SHOWN],
    }


def _counted(networks: Iterable[Network]) -> int:
    return sum(1 for _ in networks)


def _receives(view: View) -> bool:
    hosts = view.mail_hosts
    return hosts is not None and hosts.route in (MailRoute.EXCHANGES, MailRoute.NULL_MX_WITH_OTHERS)


def _is_parked(view: View) -> bool:
    """Whether the domain has nothing to do with mail: it receives none, and names nobody who sends. One that only sends, a
    newsletter's say, may not be told to forbid that.
    """
    return not _receives(view) and not any(map(_names_senders, spf_texts(texts_of(view.lookup(view.domain, "TXT")))))


def _names_senders(text: str) -> bool:
    """Whether an SPF text lets anybody in but by ``all``; a mistake in it does not matter here."""
    terms = (term.lower().lstrip("+-~?") for term in text.split()[1:])
    return any(term != "all" and not term.startswith("exp=") for term in terms)


def _dmarc_advice(view: View) -> list[str]:
    """Watch first, then refuse; a domain that neither receives nor sends can refuse at once."""
    name = view.domain.rstrip(".")
    if _is_parked(view):
        return [f'_dmarc.{name}. IN TXT "v=DMARC1; p=reject"', *_parked(view)]
    reports = f"rua=mailto:dmarc@{name}"
    return [f'_dmarc.{name}. IN TXT "v=DMARC1; p={policy}; {reports}"' for policy in ("none", "quarantine", "reject")]


def _stricter_dmarc(view: View, found: Discovery) -> list[str]:
    """Their own record with a policy that acts, and everything else as it is; a record of a domain above is theirs only in part."""
    name = view.domain.rstrip(".")
    own = isinstance(found.record, Dmarc) and found.at == view.domain and found.which == "p"
    if not own or _is_parked(view):
        return _dmarc_advice(view)
    tags = [tag.strip() for tag in found.text.split(";") if tag.strip()]
    others = [tag for tag in tags[1:] if tag.partition("=")[0].strip().lower() not in ("p", "t")]
    reports = [] if any(tag.lower().startswith("rua") for tag in others) else [f"rua=mailto:dmarc@{name}"]
    return [
        f'_dmarc.{name}. IN TXT "{"; ".join((tags[0], f"p={policy}", *others, *reports))}"'
        for policy in ("quarantine", "reject")
    ]


def _stricter_spf(view: View, *records: str) -> list[str]:
    """One record for their own: whoever these name, and nobody else. A redirect cannot stand beside ``all`` (RFC 7208 section 6.1)."""
    terms = [term for record in records for term in record.split()[1:]]
    kept = dict.fromkeys(
        f"include:{term[9:]}" if term.lower().startswith("redirect=") else term
        for term in terms
        if term.lstrip("+-~?").lower() != "all"
    )
    if not kept:
        return _spf_advice(view)
    return [f'{view.domain.rstrip(".")}. IN TXT "{" ".join(("v=spf1", *kept, "-all"))}"']


def _spf_advice(view: View) -> list[str]:
    name = view.domain.rstrip(".")
    if _is_parked(view):
        return [f'{name}. IN TXT "v=spf1 -all"', *_parked(view)]
    return [f'{name}. IN TXT "v=spf1 mx -all"']


def _parked(view: View) -> list[str]:
    """A null MX (RFC 7505) for a domain without mail that does not say so."""
    hosts = view.mail_hosts
    null = hosts is not None and hosts.route is MailRoute.NULL_MX
    return [] if null or hosts is None else [f"{view.domain.rstrip('.')}. IN MX 0 ."]


def _one(kind: type[StrEnum], outcome: StrEnum, view: View, evidence: dict[str, Any]) -> Finding:
    """A finding about the domain itself."""
    assert isinstance(outcome, kind)
    kept = {key: value for key, value in evidence.items() if value not in (None, "", [], {})}
    return Finding(outcome, (Observation(view.domain.rstrip("."), outcome, kept),))
