"""security.txt (RFC 9116): the fields of a file, and what is wrong with it.

An OpenPGP signature is taken off and not verified: whose key it would have to be is nowhere said (section 2.3).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

MOST_LINES = 1000
LONG = timedelta(days=366)  # section 2.5.5: less than a year is recommended
_FIELD = re.compile(r"([!-9;-~]+)([ \t]*):(.*)")
_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII
)  # RFC 3339 section 5.6
_LANGUAGE = re.compile(r"(?:[A-Za-z]{2,8}|[ix](?=-))(?:-[A-Za-z0-9]{1,8})*", re.IGNORECASE)  # the shape of RFC 5646
_BEGIN, _SIGNATURE, _END = (
    "-----BEGIN PGP SIGNED MESSAGE-----",
    "-----BEGIN PGP SIGNATURE-----",
    "-----END PGP SIGNATURE-----",
)
_URI_FIELDS = frozenset({"acknowledgments", "canonical", "contact", "encryption", "hiring", "policy", "csaf"})
_KNOWN = _URI_FIELDS | {"expires", "preferred-languages"}


class Fault(StrEnum):
    """What is wrong; the last four are advice."""

    NOT_UTF8 = "not-utf8"
    BYTE_ORDER_MARK = "byte-order-mark"  # Net-Unicode has none (RFC 5198 section 2)
    NO_LINE_END = "no-line-end"  # every line ends with one, the last too (section 4)
    NO_FIELD = "no-field"  # a line that is neither field nor comment
    SPACE_BEFORE_COLON = "space-before-colon"
    NO_SPACE = "no-space"  # after the colon (section 4)
    EMPTY_VALUE = "empty-value"
    BAD_URI = "bad-uri"
    NOT_HTTPS = "not-https"
    NO_CONTACT = "no-contact"
    NO_EXPIRES = "no-expires"
    MANY_EXPIRES = "many-expires"
    BAD_EXPIRES = "bad-expires"
    EXPIRED = "expired"
    MANY_LANGUAGES = "many-languages"
    BAD_LANGUAGE = "bad-language"
    OTHER_PLACE = "other-place"  # Canonical names other addresses than this one
    BAD_SIGNATURE_FORM = "bad-signature-form"
    NOT_CSAF = "not-csaf"  # CSAF 2.0 section 7.1.8: the field names a provider-metadata.json
    MANY_CSAF = "many-csaf"
    LONG_EXPIRES = "long-expires"
    NO_ENCRYPTION = "no-encryption"  # a mail address without a key to write to it
    NO_CANONICAL = "no-canonical"  # signed, and then it should say where it belongs


ADVICE = frozenset({Fault.MANY_CSAF, Fault.LONG_EXPIRES, Fault.NO_ENCRYPTION, Fault.NO_CANONICAL})


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault, in which line if it is in one (from 1), and the text concerned."""

    fault: Fault
    line: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One field, its name in lower case."""

    number: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SecurityTxt:
    """A file: its fields in order, whether it is signed, and its problems."""

    fields: tuple[Line, ...]
    signed: bool
    problems: tuple[Problem, ...]


def parse(data: bytes, urls: tuple[str, ...], at: datetime) -> SecurityTxt:
    """A file that was found under ``urls`` (what was asked for, and what redirects led to), judged at a moment."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return SecurityTxt((), False, (Problem(Fault.NOT_UTF8),))
    split = re.split(r"\r?\n", text)
    lines, signed, whole = _unsigned(split[:MOST_LINES])
    problems = [] if whole else [Problem(Fault.BAD_SIGNATURE_FORM)]
    problems += [Problem(Fault.BYTE_ORDER_MARK, 1)] if data.startswith(codecs.BOM_UTF8) else []
    problems += [Problem(Fault.NO_LINE_END, len(split), split[-1][:100])] if split[-1].strip() else []
    fields: list[Line] = []
    for number, line in lines:
        if match := _FIELD.fullmatch(line.rstrip()):
            fields.append(Line(number, match[1].lower(), match[3].strip()))
            problems += _shape(number, match)
        elif line.strip() and not line.startswith("#"):
            problems.append(Problem(Fault.NO_FIELD, number, line[:100]))
    problems += [*_uris(fields), *_contact(fields), *_expires(fields, at), *_languages(fields), *_csaf(fields)]
    problems += _canonical(fields, urls, signed=signed)
    return SecurityTxt(tuple(fields), signed, tuple(problems))


def _shape(number: int, match: re.Match[str]) -> Iterator[Problem]:
    """A field is its name, a colon, one space and a value (section 4)."""
    if match[2]:
        yield Problem(Fault.SPACE_BEFORE_COLON, number, match[0][:100])
    if not match[3].strip():
        yield Problem(Fault.EMPTY_VALUE, number, match[0][:100])
    elif not match[3].startswith(" "):
        yield Problem(Fault.NO_SPACE, number, match[0][:100])


def _unsigned(lines: list[str]) -> tuple[list[tuple[int, str]], bool, bool]:
    """The lines inside a cleartext signature with their numbers, whether there is one, and whether it is in form (RFC
    9580 section 7).
    """
    numbered = list(enumerate(lines, 1))
    if not lines or lines[0].strip() != _BEGIN:
        return numbered, False, _SIGNATURE not in lines
    stripped = [line.strip() for line in lines]
    try:
        begin, end = stripped.index("") + 1, stripped.index(_SIGNATURE)
        whole = _END in stripped[end:] and not any(stripped[stripped.index(_END) + 1 :])
    except ValueError:
        return numbered[1:], True, False
    inside = [(number, line.removeprefix("- ")) for number, line in numbered[begin:end]]
    return inside, True, whole


def _uris(fields: list[Line]) -> Iterator[Problem]:
    for field in fields:
        if field.name in _URI_FIELDS and field.value:
            try:
                scheme = urlsplit(field.value).scheme.lower()
            except ValueError:
                scheme = ""
            if not scheme or " " in field.value:
                yield Problem(Fault.BAD_URI, field.number, field.value[:100])
            elif scheme == "http":
                yield Problem(Fault.NOT_HTTPS, field.number, field.value[:100])


def _contact(fields: list[Line]) -> Iterator[Problem]:
    contacts = [field.value.lower() for field in fields if field.name == "contact"]
    if not contacts:
        yield Problem(Fault.NO_CONTACT)
    by_mail = any(value.startswith("mailto:") for value in contacts)
    if by_mail and not any(field.name == "encryption" for field in fields):
        yield Problem(Fault.NO_ENCRYPTION)


def _expires(fields: list[Line], at: datetime) -> Iterator[Problem]:
    found = [field for field in fields if field.name == "expires"]
    if len(found) != 1:
        yield Problem(Fault.MANY_EXPIRES, found[1].number) if found else Problem(Fault.NO_EXPIRES)
    for field in found:
        if field.value:
            yield from _date(field, at)


def _date(field: Line, at: datetime) -> Iterator[Problem]:
    try:
        end = datetime.fromisoformat(field.value.upper()) if _DATE_TIME.fullmatch(field.value.upper()) else None
    except ValueError:
        end = None
    if end is None:
        yield Problem(Fault.BAD_EXPIRES, field.number, field.value[:100])
    elif end < at:
        yield Problem(Fault.EXPIRED, field.number, field.value[:100])
    elif end > at + LONG:
        yield Problem(Fault.LONG_EXPIRES, field.number, field.value[:100])


def _csaf(fields: list[Line]) -> Iterator[Problem]:
    found = [field for field in fields if field.name == "csaf"]
    for field in found:
        if field.value and not field.value.endswith("/provider-metadata.json"):
            yield Problem(Fault.NOT_CSAF, field.number, field.value[:100])
    if len(found) > 1:
        yield Problem(Fault.MANY_CSAF, found[1].number)


def _languages(fields: list[Line]) -> Iterator[Problem]:
    found = [field for field in fields if field.name == "preferred-languages"]
    if len(found) > 1:
        yield Problem(Fault.MANY_LANGUAGES, found[1].number)
    for field in found:
        if not all(_LANGUAGE.fullmatch(item.strip()) for item in field.value.split(",")):
            yield Problem(Fault.BAD_LANGUAGE, field.number, field.value[:100])


def _canonical(fields: list[Line], urls: tuple[str, ...], *, signed: bool) -> Iterator[Problem]:
    named = [field for field in fields if field.name == "canonical"]
    if named and not {field.value for field in named} & set(urls):
        yield Problem(Fault.OTHER_PLACE, named[0].number, named[0].value[:100])
    if signed and not named:
        yield Problem(Fault.NO_CANONICAL)


def unknown_fields(found: SecurityTxt) -> tuple[str, ...]:
    """Names that no standard knows; they are allowed (section 2.4)."""
    return tuple(dict.fromkeys(field.name for field in found.fields if field.name not in _KNOWN))
