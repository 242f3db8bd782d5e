"""From what people paste to a name that can be tested: a URL, a mail address, capitals, an IDN or a trailing dot
become one A-label name, or are refused with the reason.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import ClassVar, Self

import idna
from publicsuffixlist import PublicSuffixList

from checks.model import Refusal, Refused, Suite

LONGEST_INPUT = 2048  # characters; nobody types more, and a longer text is not parsed at all
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LABEL = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")


@dataclass(frozen=True, slots=True)
class Target:
    """What is tested: a domain name (A-labels, lower case, no trailing dot) and one of the two suites."""

    domain: str
    suite: Suite

    Refused: ClassVar[type[Refused]] = Refused

    @classmethod
    def parse(cls, text: str, suite: Suite) -> Self:
        """The target that ``text`` means. Raises ``Target.Refused`` with the reason when it means none.

        Mapping to A-labels is that of UTS 46, non-transitional (RFC 5891; ß and final sigma stay themselves).
        """
        return cls(_to_domain(text), Suite(suite))

    @property
    def registrable(self) -> str:
        """The name right under the public suffix that the domain belongs to."""
        return registrable(self.domain)

    @property
    def display(self) -> str:
        """The name in U-labels, for people."""
        try:
            return idna.decode(self.domain)
        except idna.IDNAError:
            return self.domain


def _to_domain(text: str) -> str:
    if len(text) > LONGEST_INPUT:
        raise Refused(Refusal.TOO_LONG)
    host = _host_of(text.strip())
    if not host:
        raise Refused(Refusal.EMPTY)
    if _is_address(host):
        raise Refused(Refusal.IP_ADDRESS)
    if "_" in host:
        raise Refused(Refusal.UNDERSCORE)
    domain = _to_a_labels(host)
    if len(domain) > 253:
        raise Refused(Refusal.TOO_LONG)
    labels = domain.split(".")
    if not all(map(_LABEL.match, labels)):
        raise Refused(Refusal.BAD_LABEL)
    if len(labels) == 1:
        raise Refused(Refusal.SINGLE_LABEL)
    if _suffixes().publicsuffix(domain) == domain:
        raise Refused(Refusal.PUBLIC_SUFFIX)
    return domain


def _host_of(text: str) -> str:
    """The host part of a URL or mail address, without port, path and trailing dot."""
    rest = _SCHEME.sub("", text).removeprefix("mailto:")
    rest = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    rest = rest.rpartition("@")[2].strip("<>\"' ")
    if rest.startswith("["):
        rest = rest[1:].partition("]")[0]
    elif rest.count(":") == 1:
        rest = rest.partition(":")[0]
    return rest.rstrip(".。．｡")


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        # No top-level domain is a number, and browsers read such a name as an address (URL Standard, "ends in a number").
        return bool(re.fullmatch(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", host, re.IGNORECASE))
    return True


def _to_a_labels(host: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Zs", "Zl", "Zp", "Cs") for char in host):
        raise Refused(Refusal.BAD_CHARACTER)
    try:
        return idna.encode(host, uts46=True, transitional=False).decode("ascii").lower()
    except idna.InvalidCodepoint:
        raise Refused(Refusal.BAD_CHARACTER) from None
    except idna.IDNAError:
        longest = max(len(label) for label in host.split("."))
        if len(host) > 253 or longest > 63:
            raise Refused(Refusal.TOO_LONG) from None
        raise Refused(
            Refusal.BAD_LABEL
            if re.fullmatch(r"[A-Za-z0-9.-]+", host) or host.startswith(".")
            else Refusal.BAD_CHARACTER
        ) from None


def registrable(domain: str) -> str:
    """The name right under the public suffix that ``domain`` belongs to; under a suffix that nobody lists, the last two
    labels. ``domain`` is lower case without a trailing dot.
    """
    return _suffixes().privatesuffix(domain) or ".".join(domain.split(".")[-2:])


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)
