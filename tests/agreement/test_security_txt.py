"""Our reading of security.txt beside sectxt, on files by hand and on files put together from parts, right and wrong ones.
Where they differ, ``docs/decisions.md`` says why.
"""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checks.records.security_txt import Fault, parse, unknown_fields

pytestmark = pytest.mark.servers

PEER = Path(__file__).parents[2] / ".peers" / "bin" / "python"
NOW = datetime.now(UTC)
URL = "https://good.example/.well-known/security.txt"
FILES = 1500

# What the two call the same thing.
CODES = {
    Fault.NOT_UTF8: "utf8",
    Fault.BYTE_ORDER_MARK: "bom_in_file",
    Fault.NO_LINE_END: "no_line_separators",
    Fault.NO_FIELD: "invalid_line",
    Fault.SPACE_BEFORE_COLON: "prec_ws",
    Fault.NO_SPACE: "no_space",
    Fault.EMPTY_VALUE: "empty_value",
    Fault.BAD_URI: "no_uri",
    Fault.NOT_HTTPS: "no_https",
    Fault.NO_CONTACT: "no_contact",
    Fault.NO_EXPIRES: "no_expire",
    Fault.MANY_EXPIRES: "multi_expire",
    Fault.BAD_EXPIRES: "invalid_expiry",
    Fault.EXPIRED: "expired",
    Fault.MANY_LANGUAGES: "multi_lang",
    Fault.BAD_LANGUAGE: "invalid_lang",
    Fault.OTHER_PLACE: "no_canonical_match",
    Fault.NOT_CSAF: "no_csaf_file",
    Fault.MANY_CSAF: "multiple_csaf_fields",
    Fault.LONG_EXPIRES: "long_expiry",
    Fault.NO_ENCRYPTION: "no_encryption",
    Fault.NO_CANONICAL: "no_canonical",
}


def at(days: int, form: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    return (NOW + timedelta(days=days)).strftime(form)


CONTACT, EXPIRES = "Contact: https://good.example/report", f"Expires: {at(90)}"


def a_file(*lines: str, end: str = "\n") -> bytes:
    return end.join((*lines, "")).encode()


BY_HAND = {
    "right": a_file(CONTACT, EXPIRES),
    "comments-and-blank-lines": a_file("# ours", "", CONTACT, "", EXPIRES),
    "crlf": a_file(CONTACT, EXPIRES, end="\r\n"),
    "mixed-line-ends": f"{CONTACT}\r\n{EXPIRES}\n".encode(),
    "upper-case": a_file(CONTACT.replace("Contact", "CONTACT"), EXPIRES),
    "no-line-end": a_file(CONTACT, EXPIRES).rstrip(),
    "byte-order-mark": b"\xef\xbb\xbf" + a_file(CONTACT, EXPIRES),
    "no-contact": a_file(EXPIRES),
    "no-expires": a_file(CONTACT),
    "two-expires": a_file(CONTACT, EXPIRES, EXPIRES),
    "expired": a_file(CONTACT, f"Expires: {at(-2)}"),
    "far-away": a_file(CONTACT, f"Expires: {at(800)}"),
    "date-only": a_file(CONTACT, f"Expires: {at(90, '%Y-%m-%d')}"),
    "without-offset": a_file(CONTACT, f"Expires: {at(90, '%Y-%m-%dT%H:%M:%S')}"),
    "mail-date": a_file(CONTACT, f"Expires: {at(90, '%a, %d %b %Y %H:%M:%S +0000')}"),
    "basic-date": a_file(CONTACT, f"Expires: {at(90, '%Y%m%dT%H%M%SZ')}"),
    "no-seconds": a_file(CONTACT, f"Expires: {at(90, '%Y-%m-%dT%H:%MZ')}"),
    "offset": a_file(CONTACT, f"Expires: {at(90, '%Y-%m-%dT%H:%M:%S')}+02:00"),
    "fraction": a_file(CONTACT, f"Expires: {at(90, '%Y-%m-%dT%H:%M:%S')}.250Z"),
    "lower-case-date": a_file(CONTACT, f"Expires: {at(90).lower()}"),
    "not-a-date": a_file(CONTACT, "Expires: next year"),
    "mail-without-key": a_file("Contact: mailto:security@good.example", EXPIRES),
    "mail-with-key": a_file("Contact: mailto:a@good.example", "Encryption: https://good.example/key", EXPIRES),
    "plain-http": a_file("Contact: http://good.example/", EXPIRES),
    "no-uri": a_file("Contact: security@good.example", EXPIRES),
    "phone": a_file("Contact: tel:+31-20-555-0100", EXPIRES),
    "canonical": a_file(CONTACT, EXPIRES, f"Canonical: {URL}"),
    "other-canonical": a_file(CONTACT, EXPIRES, "Canonical: https://other.example/security.txt"),
    "two-canonicals": a_file(CONTACT, EXPIRES, "Canonical: https://other.example/s.txt", f"Canonical: {URL}"),
    "languages": a_file(CONTACT, EXPIRES, "Preferred-Languages: nl, en-GB"),
    "bad-language": a_file(CONTACT, EXPIRES, "Preferred-Languages: nl; en"),
    "two-language-fields": a_file(CONTACT, EXPIRES, "Preferred-Languages: nl", "Preferred-Languages: en"),
    "unknown-field": a_file(CONTACT, EXPIRES, "Bounty: https://good.example/"),
    "no-space": a_file(CONTACT.replace(": ", ":"), EXPIRES),
    "space-before-colon": a_file(CONTACT.replace(":", " :", 1), EXPIRES),
    "empty-value": a_file(CONTACT, EXPIRES, "Policy:"),
    "no-field": a_file(CONTACT, EXPIRES, "please be kind"),
    "csaf": a_file(CONTACT, EXPIRES, "CSAF: https://good.example/.well-known/csaf/provider-metadata.json"),
    "other-csaf": a_file(CONTACT, EXPIRES, "CSAF: https://good.example/csaf.json"),
    "two-csaf": a_file(CONTACT, EXPIRES, *["CSAF: https://good.example/provider-metadata.json"] * 2),
    "latin-1": "Contact: https://good.example/caf\xe9\n".encode("latin-1"),
    "html": b"<!DOCTYPE html>\n<html>\n<body>\nNot found\n</body>\n</html>\n",
    "empty": b"",
}


@dataclass(frozen=True)
class Said:
    """Errors and advice in the codes of sectxt, and whether there are fields that nobody knows."""

    errors: frozenset[str]
    advice: frozenset[str]
    unknown: bool


ADVICE = {"multiple_csaf_fields", "long_expiry", "no_encryption", "no_canonical"}


def ours(data: bytes) -> Said:
    found = parse(data, (URL,), NOW)
    codes = {CODES[problem.fault] for problem in found.problems}
    return Said(frozenset(codes - ADVICE), frozenset(codes & ADVICE), bool(unknown_fields(found)))


def theirs(files: list[bytes]) -> list[Said]:
    """sectxt, without its advice to sign, which we do not give, and without what it says of text that it cannot read."""
    script = str(Path(__file__).with_name("sectxt_judge.py"))
    asked = json.dumps([[base64.b64encode(data).decode(), [URL]] for data in files])
    known = (
        PEER.exists()
        and subprocess.run([PEER, "-c", "import sectxt"], capture_output=True, check=False).returncode == 0
    )
    if not known:
        if os.environ.get("CI") == "true":
            pytest.fail("sectxt is not in .peers")
        pytest.skip("sectxt is not in .peers (tests/install-servers puts it there)")
    done = subprocess.run([PEER, script], input=asked, capture_output=True, text=True, check=True, timeout=120)
    return [
        Said(
            frozenset(errors if "utf8" not in errors else {"utf8"}),
            frozenset(advice) - {"not_signed"},
            "unknown_field" in notes,
        )
        for errors, advice, notes in json.loads(done.stdout)
    ]


def test_files_by_hand_are_read_as_sectxt_reads_them() -> None:
    said = dict(zip(BY_HAND, theirs(list(BY_HAND.values())), strict=True))
    assert {name: ours(data) for name, data in BY_HAND.items()} == said


LINES = (
    *(
        CONTACT,
        CONTACT,
        "Contact: mailto:a@good.example",
        "Contact: http://good.example",
        "Contact: nobody",
        "contact:x",
    ),
    *(EXPIRES, EXPIRES, f"Expires: {at(-1)}", f"Expires: {at(700)}", "Expires: soon", f"Expires : {at(30)}"),
    *("Preferred-Languages: nl", "Preferred-Languages: en, nl-BE", "Preferred-Languages: n", "preferred-languages: *x"),
    *(
        f"Canonical: {URL}",
        "Canonical: https://other.example/",
        "Encryption: dns:abc.openpgpkey.example?type=OPENPGPKEY",
    ),
    *(
        "Policy: https://good.example/p",
        "Hiring: jobs",
        "Acknowledgments: https://good.example/",
        "Acknowledgements: x",
    ),
    *(
        "CSAF: https://good.example/provider-metadata.json",
        "CSAF: https://good.example/",
        "# comment",
        "",
        "  ",
        "text",
    ),
)


def test_files_put_together_from_parts_are_read_as_sectxt_reads_them() -> None:
    draw = random.Random(9116)
    files = []
    for _ in range(FILES):
        end = draw.choice(("\n", "\n", "\r\n"))
        data = a_file(*draw.sample(LINES, draw.randint(0, 9)), end=end)
        files.append(data if draw.random() < 0.9 else data.rstrip())
    differ = [
        (data, mine, other)
        for data, mine, other in zip(files, map(ours, files), theirs(files), strict=True)
        if mine != other
    ]
    assert differ == []


@pytest.mark.parametrize(
    ("data", "only_we", "only_they"),
    [
        (a_file(CONTACT, f"Expires: {at(90, '%Y-%m-%d %H:%M:%SZ')}"), {"invalid_expiry"}, set()),
        (a_file("Contact: https://good.example/re port", EXPIRES), {"no_uri"}, set()),
        (a_file(CONTACT, EXPIRES, "Preferred-Languages: qq"), set(), {"invalid_lang"}),
    ],
    ids=["date-with-a-space", "space-in-an-address", "unregistered-language"],
)
def test_the_known_differences_are_still_there(data: bytes, only_we: set[str], only_they: set[str]) -> None:
    [other] = theirs([data])
    mine = ours(data)
    assert (mine.errors - other.errors, other.errors - mine.errors) == (only_we, only_they)
