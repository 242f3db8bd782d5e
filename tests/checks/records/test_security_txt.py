"""security.txt as RFC 9116 has it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.records.security_txt import Fault, parse, unknown_fields

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
URL = "https://good.example/.well-known/security.txt"
GOOD = "Contact: https://good.example/report\r\nExpires: 2027-06-01T00:00:00Z\r\n"


def faults(text: str | bytes, urls: tuple[str, ...] = (URL,)) -> list[Fault]:
    data = text.encode() if isinstance(text, str) else text
    return [problem.fault for problem in parse(data, urls, AT).problems]


def test_the_two_required_fields_are_enough() -> None:
    assert faults(GOOD) == []


def test_comments_empty_lines_and_unknown_fields_are_allowed() -> None:
    text = "# hello\n\n" + GOOD + "Bug-Bounty: yes\nHiring: https://good.example/jobs\n"
    assert faults(text) == []
    assert unknown_fields(parse(text.encode(), (URL,), AT)) == ("bug-bounty",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [Fault.NO_CONTACT, Fault.NO_EXPIRES]),
        (GOOD.replace("Contact", "Contacts"), [Fault.NO_CONTACT]),
        (GOOD + "Expires: 2027-01-01T00:00:00Z\n", [Fault.MANY_EXPIRES]),
        (GOOD.replace("2027-06-01T00:00:00Z", "2027-06-01"), [Fault.BAD_EXPIRES]),
        (GOOD.replace("2027-06-01T00:00:00Z", "2027-06-01T00:00:00"), [Fault.BAD_EXPIRES]),
        (GOOD.replace("2027-06-01T00:00:00Z", "tomorrow"), [Fault.BAD_EXPIRES]),
        (GOOD.replace("2027", "2025"), [Fault.EXPIRED]),
        (GOOD.replace("2027", "2029"), [Fault.LONG_EXPIRES]),
        (GOOD.replace("Z\r", "+02:00\r"), []),
        (GOOD + "Policy: http://good.example/policy\n", [Fault.NOT_HTTPS]),
        (GOOD + "Policy: good.example/policy\n", [Fault.BAD_URI]),
        (GOOD + "Contact: security@good.example\n", [Fault.BAD_URI]),
        (GOOD + "Contact: mailto:security@good.example\n", [Fault.NO_ENCRYPTION]),
        (GOOD + "Contact: mailto:a@good.example\nEncryption: https://good.example/key\n", []),
        (GOOD + "this is no field\n", [Fault.NO_FIELD]),
        (GOOD + "Preferred-Languages: nl, en\n", []),
        (GOOD + "Preferred-Languages: nederlands!\n", [Fault.BAD_LANGUAGE]),
        (GOOD + "Preferred-Languages: nl\nPreferred-Languages: en\n", [Fault.MANY_LANGUAGES]),
        (GOOD + f"Canonical: {URL}\n", []),
        (GOOD + "Canonical: https://other.example/.well-known/security.txt\n", [Fault.OTHER_PLACE]),
    ],
)
def test_each_fault_has_a_name(text: str, expected: list[Fault]) -> None:
    assert faults(text) == expected


def test_W06_canonical_may_name_either_end_of_a_redirect() -> None:
    end = "https://www.good.example/.well-known/security.txt"
    assert faults(GOOD + f"Canonical: {URL}\n", (URL, end)) == []
    assert faults(GOOD + f"Canonical: {end}\n", (URL, end)) == []


def signed(inside: str) -> str:
    return (
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{inside}"
        "-----BEGIN PGP SIGNATURE-----\n\niQIz=\n-----END PGP SIGNATURE-----\n"
    )


def test_W06_a_signature_is_taken_off() -> None:
    text = signed(GOOD + f"Canonical: {URL}\n- -----\n".replace("- -----\n", ""))
    assert faults(text) == []
    assert parse(text.encode(), (URL,), AT).signed
    assert faults(signed(GOOD)) == [Fault.NO_CANONICAL]


def test_text_behind_a_signature_is_a_fault() -> None:
    assert Fault.BAD_SIGNATURE_FORM in faults(signed(GOOD) + "more\n")


def test_what_is_not_utf8_is_a_fault() -> None:
    assert faults(b"Contact: \xff\n") == [Fault.NOT_UTF8]


@given(st.binary(max_size=500))
def test_any_bytes_are_read_without_a_crash(data: bytes) -> None:
    parse(data, (URL,), AT)


@given(st.lists(st.sampled_from([*GOOD.split("\r\n"), "-----BEGIN PGP SIGNED MESSAGE-----", "", "Expires: x"])))
def test_lines_in_any_order_are_read_without_a_crash(lines: list[str]) -> None:
    parse("\n".join(lines).encode(), (URL,), AT)
