"""SPF records: text to terms, by the grammar of RFC 7208 section 12. What the terms lead to is not looked up here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network

LONGEST_DOMAIN = 500  # characters of a domain-spec; macros may make it longer than a domain name
MOST_TERMS = 200  # a TXT record of 64 KiB could hold thousands; no receiver gets past a few dozen


class Qualifier(StrEnum):
    """What a match means (RFC 7208 section 4.6.2)."""

    PASS = "+"
    FAIL = "-"
    SOFTFAIL = "~"
    NEUTRAL = "?"


class Why(StrEnum):
    """Why a text is no SPF record."""

    NOT_SPF = "not-spf"
    UNKNOWN_MECHANISM = "unknown-mechanism"
    NOT_A_TERM = "not-a-term"
    BAD_DOMAIN = "bad-domain"
    BAD_NETWORK = "bad-network"
    BAD_PREFIX = "bad-prefix"
    BAD_MACRO = "bad-macro"
    ARGUMENT_MISSING = "argument-missing"
    ARGUMENT_UNEXPECTED = "argument-unexpected"
    TWICE = "twice"
    TOO_MANY_TERMS = "too-many-terms"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A text that is no SPF record: the offset of the term at fault (from 0), the term itself, and why."""

    at: int
    term: str
    why: Why


@dataclass(frozen=True, slots=True)
class Mechanism:
    """``name`` in lower case. ``domain`` is the domain-spec as written, empty for the current domain; ``network`` that
    of ip4 and ip6; ``cidr4`` and ``cidr6`` the prefix lengths of a and mx.
    """

    text: str
    at: int
    qualifier: Qualifier
    name: str
    domain: str = ""
    network: IPv4Network | IPv6Network | None = None
    cidr4: int = 32
    cidr6: int = 128

    @property
    def asks(self) -> bool:
        """Whether it counts towards the limit of ten look-ups (RFC 7208 section 4.6.4)."""
        return self.name in LOOKUP_MECHANISMS


@dataclass(frozen=True, slots=True)
class Modifier:
    """``name=value``; ``name`` in lower case."""

    text: str
    at: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Spf:
    """A record of right form. Terms behind ``all`` are never reached; ``redirect`` counts only without ``all``."""

    mechanisms: tuple[Mechanism, ...] = ()
    modifiers: tuple[Modifier, ...] = ()

    @property
    def reached(self) -> tuple[Mechanism, ...]:
        """The mechanisms up to and with ``all`` (RFC 7208 section 5.1)."""
        place = next((index for index, term in enumerate(self.mechanisms) if term.name == "all"), None)
        return self.mechanisms if place is None else self.mechanisms[: place + 1]

    @property
    def all(self) -> Qualifier | None:
        """The qualifier of ``all``; None without it."""
        return next((term.qualifier for term in self.mechanisms if term.name == "all"), None)

    @property
    def redirect(self) -> Modifier | None:
        """The redirect that is followed when nothing matches (RFC 7208 section 6.1)."""
        if self.all is not None:
            return None
        return next((modifier for modifier in self.modifiers if modifier.name == "redirect"), None)

    @property
    def sends_nothing(self) -> bool:
        """The record says no more than that no host may send."""
        return [(term.name, term.qualifier) for term in self.reached] == [("all", Qualifier.FAIL)]


LOOKUP_MECHANISMS = frozenset({"include", "a", "mx", "ptr", "exists"})
_MECHANISMS = frozenset({"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"})
_VERSION = re.compile(r"v=spf1(?= |$)", re.IGNORECASE)
_TERM = re.compile(r"[^ ]+")
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9._-]*)=(.*)", re.DOTALL)
_DIRECTIVE = re.compile(r"([-+~?]?)([A-Za-z0-9]+)([:/].*)?", re.DOTALL)
_PREFIXES = re.compile(r"(?:/(0|[1-9][0-9]?))?(?://(0|[1-9][0-9]{0,2}))?$")
_MACRO = r"%\{{[{letters}]([0-9]*)r?[-.+,/_=]*\}}|%[%_-]"
_MACRO_ANY = re.compile(_MACRO.format(letters="SLODIPHCRTVslodiphcrtv"))
_MACRO_DOMAIN = re.compile(_MACRO.format(letters="SLODIPHVslodiphv"))  # c, r and t are for explanations (section 7.2)
_TOP_LABEL = re.compile(r"\.(?:[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9])\.?$")


def spf_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """Those of the TXT texts that are SPF records: version ``v=spf1``, ended by a space or the end (RFC 7208 section
    4.5).
    """
    return tuple(text for text in texts if _VERSION.match(text))


def parse(text: str) -> Spf | Malformed:
    """The terms of a record, or the first term that breaks the grammar."""
    version = _VERSION.match(text)
    if version is None:
        return Malformed(0, text[:20], Why.NOT_SPF)
    mechanisms: list[Mechanism] = []
    modifiers: list[Modifier] = []
    for count, match in enumerate(_TERM.finditer(text, version.end())):
        if count >= MOST_TERMS:
            return Malformed(match.start(), match[0], Why.TOO_MANY_TERMS)
        term = _modifier(match[0], match.start()) or _mechanism(match[0], match.start())
        if isinstance(term, Malformed):
            return term
        if isinstance(term, Mechanism):
            mechanisms.append(term)
            continue
        if term.name in ("redirect", "exp") and any(other.name == term.name for other in modifiers):
            return Malformed(term.at, term.text, Why.TWICE)
        modifiers.append(term)
    return Spf(tuple(mechanisms), tuple(modifiers))


def _modifier(text: str, at: int) -> Modifier | Malformed | None:
    """A term whose name is followed by ``=``; None for anything else."""
    match = _MODIFIER.fullmatch(text)
    if match is None:
        return None
    name, value = match[1].lower(), match[2]
    fault = _domain_fault(value) if name in ("redirect", "exp") else _macro_fault(value, _MACRO_ANY)
    return Malformed(at, text, fault) if fault else Modifier(text, at, name, value)


def _mechanism(text: str, at: int) -> Mechanism | Malformed:
    match = _DIRECTIVE.fullmatch(text)
    if match is None:
        return Malformed(at, text, Why.NOT_A_TERM)
    qualifier, name, rest = Qualifier(match[1] or "+"), match[2].lower(), match[3] or ""
    if name not in _MECHANISMS:
        return Malformed(at, text, Why.UNKNOWN_MECHANISM)
    if name == "all":
        return Malformed(at, text, Why.ARGUMENT_UNEXPECTED) if rest else Mechanism(text, at, qualifier, name)
    if name in ("ip4", "ip6"):
        network = _network(rest.removeprefix(":"), 4 if name == "ip4" else 6)
        if isinstance(network, Why):
            return Malformed(at, text, network)
        return Mechanism(text, at, qualifier, name, network=network)
    return _with_domain(Mechanism(text, at, qualifier, name), rest)


def _with_domain(bare: Mechanism, rest: str) -> Mechanism | Malformed:
    """include, exists and ptr take a domain; a and mx one or none, and prefix lengths."""
    cidr4 = cidr6 = None
    spec = rest
    if bare.name in ("a", "mx"):
        prefixes = _PREFIXES.search(rest)
        assert prefixes is not None  # both parts are optional
        cidr4, cidr6, spec = prefixes[1], prefixes[2], rest[: prefixes.start()]
    fault: Why | None = None
    if spec:
        fault = _domain_fault(spec[1:]) if spec.startswith(":") else Why.BAD_PREFIX
    elif bare.name in ("include", "exists"):
        fault = Why.ARGUMENT_MISSING
    if not fault and (int(cidr4 or 32) > 32 or int(cidr6 or 128) > 128):
        fault = Why.BAD_PREFIX
    if fault:
        return Malformed(bare.at, bare.text, fault)
    lengths = (32 if cidr4 is None else int(cidr4), 128 if cidr6 is None else int(cidr6))
    return Mechanism(bare.text, bare.at, bare.qualifier, bare.name, spec[1:], None, *lengths)


def _network(text: str, version: int) -> IPv4Network | IPv6Network | Why:
    address, slash, length = text.partition("/")
    if slash and not re.fullmatch(r"0|[1-9][0-9]{0,2}", length):
        return Why.BAD_PREFIX
    if not address:
        return Why.ARGUMENT_MISSING
    most = 32 if version == 4 else 128
    if slash and int(length) > most:
        return Why.BAD_PREFIX
    try:
        network = ip_network((address, int(length) if slash else most), strict=False)
    except ValueError:
        return Why.BAD_NETWORK
    if network.version != version or "%" in address:
        return Why.BAD_NETWORK
    return network


def _macro_fault(text: str, macro: re.Pattern[str]) -> Why | None:
    """macro-string: visible ASCII, with ``%`` only in macros (RFC 7208 section 7.1)."""
    place = 0
    while place < len(text):
        if text[place] == "%":
            match = macro.match(text, place)
            if match is None or (match[1] and int(match[1][:4]) == 0):
                return Why.BAD_MACRO
            place = match.end()
        elif not "!" <= text[place] <= "~":
            return Why.NOT_A_TERM
        else:
            place += 1
    return None


def _domain_fault(text: str) -> Why | None:
    """domain-spec: ends in a top label or in a macro."""
    if not text:
        return Why.ARGUMENT_MISSING
    if len(text) > LONGEST_DOMAIN:
        return Why.BAD_DOMAIN
    if fault := _macro_fault(text, _MACRO_DOMAIN):
        return fault
    ends = [match.end() for match in _MACRO_DOMAIN.finditer(text)]
    if (ends and ends[-1] == len(text)) or _TOP_LABEL.search(text):
        return None
    return Why.BAD_DOMAIN


def has_macro(domain: str) -> bool:
    """Whether a domain-spec depends on the message, so that it cannot be looked up beforehand."""
    return "%" in domain
