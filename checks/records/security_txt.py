"""security.txt (RFC 9116): the fields of a file, and what is wrong with it.

An OpenPGP signature is taken off and not verified: whose key it would have to be is nowhere said (section 2.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

MOST_LINES = 1000
LONG = timedelta(days=366)  # section 2.5.5: less than a year is recommended
_FIELD = re.compile(r"([!-9;-~]+):(.*)")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*")
_BEGIN, _SIGNATURE, _END = (
    "-----BEGIN PGP SIGNED MESSAGE-----",
    "-----BEGIN PGP SIGNATURE-----",
    "-----END PGP SIGNATURE-----",
)
_URI_FIELDS = frozenset({"acknowledgments", "canonical", "contact", "encryption", "hiring", "policy", "csaf"})
_KNOWN = _URI_FIELDS | {"expires", "preferred-languages"}


class Fault(StrEnum):
    """What is wrong; the last three are advice."""

    NOT_UTF8 = "not-utf8"
    NO_FIELD = "no-field"  # a line that is neither field nor comment
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
    LONG_EXPIRES = "long-expires"
    NO_ENCRYPTION = "no-encryption"  # a mail address without a key to write to it
    NO_CANONICAL = "no-canonical"  # signed, and then it should say where it belongs


ADVICE = frozenset({Fault.LONG_EXPIRES, Fault.NO_ENCRYPTION, Fault.NO_CANONICAL})


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
        text = data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8")
    except UnicodeDecodeError:
        return SecurityTxt((), False, (Problem(Fault.NOT_UTF8),))
    lines, signed, whole = _unsigned(re.split(r"\r?\n", text)[:MOST_LINES])
    problems = [] if whole else [Problem(Fault.BAD_SIGNATURE_FORM)]
    fields: list[Line] = []
    for number, line in lines:
        if match := _FIELD.fullmatch(line.rstrip()):
            fields.append(Line(number, match[1].lower(), match[2].strip()))
        elif line.strip() and not line.startswith("#"):
            problems.append(Problem(Fault.NO_FIELD, number, line[:100]))
    problems += [*_uris(fields), *_contact(fields), *_expires(fields, at), *_languages(fields)]
    problems += _canonical(fields, urls, signed=signed)
    return SecurityTxt(tuple(fields), signed, tuple(problems))


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
        if field.name in _URI_FIELDS:
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
        return
    [field] = found
    try:
        end = datetime.fromisoformat(field.value.upper())
    except ValueError:
        end = None
    # RFC 3339 section 5.6: date, time and offset, all of them.
    if end is None or end.tzinfo is None or "T" not in field.value.upper():
        yield Problem(Fault.BAD_EXPIRES, field.number, field.value[:100])
    elif end < at:
        yield Problem(Fault.EXPIRED, field.number, field.value[:100])
    elif end > at + LONG:
        yield Problem(Fault.LONG_EXPIRES, field.number, field.value[:100])


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
