"""CAA records: the grammar of RFC 8659 section 4, the parameters of RFC 8657, issuemail of RFC 9495."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.records.caa import Property, Why, parse


@pytest.mark.parametrize(
    ("text", "issuer", "parameters"),
    [
        ('0 issue "ca.example"', "ca.example", {}),
        ('128 issue "ca.example"', "ca.example", {}),
        ('0 ISSUE "CA.example"', "ca.example", {}),
        ('0 issue ";"', "", {}),
        ('0 issue ""', "", {}),
        ('0 issue "ca.example;"', "ca.example", {}),
        (
            '0 issue "ca.example; validationmethods=dns-01,ca-own; accounturi=https://ca.example/acct/1"',
            "ca.example",
            {"validationmethods": "dns-01,ca-own", "accounturi": "https://ca.example/acct/1"},
        ),
        ('0 issuewild "ca.example; policy=ev"', "ca.example", {"policy": "ev"}),
        ('0 issuemail "ca.example"', "ca.example", {}),
    ],
)
def test_issue_properties(text: str, issuer: str, parameters: dict[str, str]) -> None:
    found = parse(text)
    assert found is not None
    assert (found.fault, found.issuer, found.parameters) == (None, issuer, parameters)


@pytest.mark.parametrize(
    "text",
    [
        '0 iodef "mailto:security@good.example"',
        '0 iodef "https://good.example/caa"',
        '0 contactemail "security@good.example"',
        '0 contactphone "+31-20-1234567"',
    ],
)
def test_other_properties(text: str) -> None:
    found = parse(text)
    assert found is not None
    assert found.fault is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('1 issue "ca.example"', Why.FLAGS),
        ('0 issue "ca example"', Why.SYNTAX),
        ('0 issue "ca.example; methods"', Why.SYNTAX),
        ('0 issue "-ca.example"', Why.SYNTAX),
        ('0 issue "ca.example; validationmethods=smoke"', Why.METHODS),
        ('0 issue "ca.example; validationmethods="', Why.METHODS),
        ('0 issue "ca.example; accounturi=12345"', Why.ACCOUNT),
        ('0 issue "ca.example; accounturi=https://a.example/1; accounturi=https://a.example/2"', Why.TWICE),
        ('0 issue "\\255"', Why.ENCODING),
        ('0 iodef "security@good.example"', Why.IODEF),
        ('0 iodef "ftp://good.example"', Why.IODEF),
        ('0 contactemail "security"', Why.EMAIL),
        ('0 contactphone "020-1234567"', Why.PHONE),
        ('0 path "x"', Why.RESERVED),
        ('0 isue "ca.example"', Why.UNKNOWN),
    ],
)
def test_faults(text: str, why: Why) -> None:
    found = parse(text)
    assert found is not None
    assert found.fault is why


@given(st.text(max_size=200))
def test_any_value_is_judged(value: str) -> None:
    written = value.encode("utf-8").decode("latin-1").replace("\\", "\\\\").replace('"', '\\"')
    found = parse(f'0 issue "{written}"')
    assert found is None or isinstance(found, Property)
