"""CAA records (RFC 8659, RFC 8657, RFC 9495 and the CA/Browser Forum's contact properties): text to properties."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

MOST_RECORDS = 100  # of one set that are judged
CRITICAL = 128  # the issuer critical flag (RFC 8659 section 4.1)


class Why(StrEnum):
    """Why a property is not well-formed."""

    FLAGS = "reserved-flags"
    ENCODING = "encoding"
    SYNTAX = "syntax"
    METHODS = "validation-methods"
    ACCOUNT = "account-uri"
    TWICE = "parameter-twice"
    IODEF = "iodef"
    EMAIL = "email"
    PHONE = "phone"
    RESERVED = "reserved-property"
    UNKNOWN = "unknown-property"


@dataclass(frozen=True, slots=True)
class Property:
    """One record. ``tag`` in lower case; ``issuer`` and ``parameters`` of the issue properties (an empty issuer forbids
    all issuance); ``fault`` None when it is well-formed.
    """

    flags: int
    tag: str
    value: str
    issuer: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    fault: Why | None = None


_RECORD = re.compile(r'([0-9]{1,3}) ([A-Za-z0-9]+) "((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9]{3}|.)", re.DOTALL)
_LABEL = r"[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*"
_ISSUE = re.compile(
    rf"[ \t]*(?P<issuer>{_LABEL}(?:\.{_LABEL})*)?[ \t]*"
    rf"(?:;[ \t]*(?P<parameters>{_LABEL}[ \t]*=[ \t]*[!-:<-~]*(?:[ \t]*;[ \t]*{_LABEL}[ \t]*=[ \t]*[!-:<-~]*)*)?[ \t]*;?[ \t]*)?"
)
_METHODS = frozenset(
    {"http-01", "dns-01", "tls-alpn-01", "email-reply-00", "tkauth-01", "onion-csr-01", "bp-nodeid-00"}
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
_EMAIL = re.compile(r"[^@\s]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_PHONE = re.compile(r"\+[0-9().-]*[0-9][0-9().-]*(?:;[A-Za-z0-9-]+(?:=[^;\s]+)?)*")
_RESERVED = frozenset({"auth", "path", "policy"})


def parse(text: str) -> Property | None:
    """A record in presentation format, such as ``0 issue "ca.example"``; None when it is not of that form."""
    match = _RECORD.fullmatch(text)
    if match is None:
        return None
    flags, tag = int(match[1]), match[2].lower()
    octets = _ESCAPE.sub(_unescaped, match[3]).encode("latin-1", "replace")
    try:
        value = octets.decode("utf-8")
    except UnicodeDecodeError:
        return Property(flags, tag, match[3], fault=Why.ENCODING)
    found = _judged(flags, tag, value)
    return Property(flags, tag, value, fault=Why.FLAGS) if flags not in (0, CRITICAL) and not found.fault else found


def _unescaped(match: re.Match[str]) -> str:
    return chr(min(int(match[1]), 255)) if match[1].isdigit() and len(match[1]) == 3 else match[1]


def _judged(flags: int, tag: str, value: str) -> Property:
    if tag in ("issue", "issuewild", "issuevmc", "issuemail"):
        return _issue(flags, tag, value)
    fault: Why | None = None
    if tag == "iodef":
        fault = None if _is_report_address(value) else Why.IODEF
    elif tag == "contactemail":
        fault = None if _is_email(value) else Why.EMAIL
    elif tag == "contactphone":
        fault = None if _PHONE.fullmatch(value) else Why.PHONE
    else:
        fault = Why.RESERVED if tag in _RESERVED else Why.UNKNOWN
    return Property(flags, tag, value, fault=fault)


def _issue(flags: int, tag: str, value: str) -> Property:
    """issuer-domain-name and parameters (RFC 8659 section 4.2); validationmethods of RFC 8657 section 4."""
    match = _ISSUE.fullmatch(value)
    if match is None:
        return Property(flags, tag, value, fault=Why.SYNTAX)
    pairs = [piece.split("=", 1) for piece in (match["parameters"] or "").split(";") if "=" in piece]
    parameters = {name.strip().lower(): content.strip() for name, content in pairs}
    issuer = (match["issuer"] or "").lower()
    return Property(flags, tag, value, issuer, parameters, _parameter_fault(pairs, parameters))


def _parameter_fault(pairs: Sequence[Sequence[str]], parameters: Mapping[str, str]) -> Why | None:
    """RFC 8657 sections 3 and 4: an account is a URI; either parameter that comes twice forbids all issuance."""
    names = [name.strip().lower() for name, _ in pairs]
    if any(names.count(name) > 1 for name in ("accounturi", "validationmethods")):
        return Why.TWICE
    account, methods = parameters.get("accounturi"), parameters.get("validationmethods")
    if account is not None and not _URI.fullmatch(account):
        return Why.ACCOUNT
    wrong = methods is not None and not all(
        method in _METHODS or (method.startswith("ca-") and len(method) > 3) for method in methods.split(",")
    )
    return Why.METHODS if wrong else None


def _is_report_address(value: str) -> bool:
    try:
        url = urlsplit(value)
        host = url.hostname
    except ValueError:
        return False
    if url.scheme.lower() == "mailto":
        return _is_email(url.path)
    return url.scheme.lower() in ("http", "https") and bool(host)


def _is_email(value: str) -> bool:
    return len(value) <= 254 and _EMAIL.fullmatch(value) is not None
