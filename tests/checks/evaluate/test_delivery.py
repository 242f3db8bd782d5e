"""What a DANE sender does with mail, by RFC 7672 section 2.2. Ids are rows of the house's list of hard cases (M, S, T)."""

from __future__ import annotations

import pytest

from checks.dnssec import Lookup, Outcome, Security, Why
from checks.evaluate.delivery import Delivery, delivery
from checks.facts.network import Reason, Unreachable
from checks.facts.smtp import Reply, SmtpSession
from checks.facts.tls import TlsFailure
from tests.checks.builders import a_handshake, a_lookup, a_mail_view, a_session
from tests.checks.evaluate.test_dane import LEAF, MIDDLE, OTHER, record
from tests.checks.made import EXPIRED, Made

HOST = "mx1.good.example."
FITS, STRAY, UNUSABLE = record(3, 1, 1, LEAF).text, record(3, 1, 1, OTHER).text, record(1, 1, 1, LEAF).text
INSECURE, BOGUS = {"security": Security.INSECURE}, {"security": Security.BOGUS, "reason": Why.DENIAL_MISSING}
SERVFAIL = {
    "outcome": Outcome.FAILED,
    "security": Security.INDETERMINATE,
    "reason": Why.RESOLVER_FAILED,
    "detail": {"failure": "servfail"},
}
SILENCE = {**SERVFAIL, "detail": {"failure": "timeout"}}
SECURED = {"tls": a_handshake(LEAF, MIDDLE)}
NO_STARTTLS = {"extensions": (), "starttls": None, "tls": None}
BROKEN = {"tls": TlsFailure(Reason.PROTOCOL, "handshake_failure")}
REFUSED = {**NO_STARTTLS, "ehlo": None, "greeting": Reply(554, ("no",))}


def tlsa(*records: str, **changes: object) -> Lookup:
    return a_lookup(f"_25._tcp.{HOST}", "TLSA", *records, **changes)  # type: ignore[arg-type]


def address(rdtype: str = "A", *records: str, **changes: object) -> Lookup:
    return a_lookup(HOST, rdtype, *(records or ("192.0.2.25",)), **changes)  # type: ignore[arg-type]


UNSIGNED = (address(**INSECURE), a_lookup(HOST, "AAAA", **INSECURE))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lookups", "session", "expected", "because"),
    [
        pytest.param((tlsa(FITS),), SECURED, "authenticated", "records-fit", id="T01-fits"),
        pytest.param((tlsa(STRAY),), SECURED, "deferred", "no-fit", id="T15-nothing-fits"),
        pytest.param((tlsa(FITS),), NO_STARTTLS, "deferred", "no-tls", id="T43-no-starttls"),
        pytest.param((tlsa(FITS),), BROKEN, "deferred", "no-tls", id="T43-handshake-fails"),
        pytest.param((tlsa(UNUSABLE),), SECURED, "encrypted", "none-usable", id="T41-unusable-with-tls"),
        pytest.param((tlsa(UNUSABLE),), NO_STARTTLS, "deferred", "no-tls", id="T42-unusable-without-tls"),
        pytest.param((), SECURED, "encrypted", "no-records", id="T34-none"),
        pytest.param((), NO_STARTTLS, "clear", "no-tls", id="S09-none-and-no-starttls"),
        pytest.param((), BROKEN, "clear", "no-tls", id="S12-none-and-broken-handshake"),
        pytest.param((tlsa(FITS, **INSECURE),), SECURED, "encrypted", "records-insecure", id="T17-insecure-records"),
        pytest.param((tlsa(**BOGUS),), SECURED, "deferred", "records-bogus", id="T18-bogus"),
        pytest.param((tlsa(**SERVFAIL),), SECURED, "deferred", "records-failed", id="T18-servfail"),
        pytest.param((tlsa(**SILENCE),), SECURED, "unknown", "records-failed", id="T18-silence-towards-us"),
        pytest.param((address(**BOGUS),), SECURED, "deferred", "address-bogus", id="M15-bogus-address"),
        pytest.param((a_lookup(HOST, "AAAA", **SERVFAIL),), SECURED, "deferred", "address-failed", id="M15-aaaa-fails"),
        pytest.param(UNSIGNED, SECURED, "encrypted", "host-insecure", id="M06-unsigned-host"),
        pytest.param(UNSIGNED, NO_STARTTLS, "clear", "no-tls", id="M06-unsigned-host-in-clear"),
        pytest.param((tlsa(FITS),), REFUSED, "unknown", "not-seen", id="S07-refuses-us"),
    ],
)  # fmt: skip
def test_what_happens_at_one_address(lookups: tuple[Lookup, ...], session: dict, expected: str, because: str) -> None:
    row, *_ = delivery(a_mail_view(a_session(**session), lookups=lookups)).observations
    assert (row.outcome, row.evidence["because"]) == (expected, because)


def test_t50_an_expired_self_signed_anchor_is_a_match_that_postfix_refuses() -> None:
    old = Made.issued("Old", ca=True, cert_sign=True, valid=EXPIRED)
    leaf = Made.issued("x", old, names=("mx1.good.example",))
    session = a_session(tls=a_handshake(leaf, old))
    row, *_ = delivery(a_mail_view(session, lookups=(tlsa(record(2, 1, 1, old).text),))).observations
    assert (row.outcome, row.evidence["because"]) == (Delivery.DEFERRED, "anchor-expired")


def test_m07_an_unsigned_mail_domain_is_said_beside_the_verdict() -> None:
    mx = a_lookup("good.example.", "MX", "10 mx1.good.example.", security=Security.INSECURE)
    row, domain = delivery(a_mail_view(a_session(**SECURED), lookups=(mx, tlsa(FITS)))).observations
    assert (row.outcome, row.evidence["mx_secure"]) == (Delivery.AUTHENTICATED, False)
    assert domain.evidence["mx_secure"] is False


def test_m01_a_bogus_mx_means_no_delivery_anywhere() -> None:
    bogus = a_lookup("good.example.", "MX", "10 mx1.good.example.", security=Security.BOGUS)
    assert delivery(a_mail_view(lookups=(bogus,))).outcome is Delivery.MX_BOGUS


def test_m12_a_host_without_address_is_skipped() -> None:
    row, _ = delivery(a_mail_view(lookups=(a_lookup(HOST, "A"),))).observations
    assert (row.address, row.outcome, row.evidence["because"]) == (None, Delivery.DEFERRED, "no-address")


@pytest.mark.parametrize(
    ("lookups", "expected", "because"),
    [
        pytest.param((), Delivery.UNKNOWN, "not-seen", id="we-did-not-get-to-it"),
        pytest.param((tlsa(**BOGUS),), Delivery.DEFERRED, "records-bogus", id="T18-dns-says-to-wait"),
        pytest.param(
            (a_lookup(HOST, "A", **SERVFAIL), a_lookup(HOST, "AAAA", **SERVFAIL)),
            Delivery.DEFERRED,
            "address-failed",
            id="M15-no-address-to-be-had",
        ),
        pytest.param(
            (a_lookup(HOST, "A", **SILENCE),), Delivery.UNKNOWN, "address-failed", id="M15-silence-towards-us"
        ),
    ],
)
def test_a_host_that_was_not_visited_says_why(lookups: tuple[Lookup, ...], expected: Delivery, because: str) -> None:
    row, _ = delivery(a_mail_view(lookups=lookups)).observations
    assert (row.outcome, row.evidence["because"]) == (expected, because)


def _two(preference: int, first: dict, second: dict, *lookups: Lookup) -> dict[str, str]:
    mx = a_lookup("good.example.", "MX", "10 mx1.good.example.", f"{preference} mx2.good.example.")
    there = (mx, a_lookup("mx2.good.example.", "A", "192.0.2.26"), *lookups)
    sessions: tuple[SmtpSession, ...] = (
        a_session(**first),
        a_session(host="mx2.good.example", address="192.0.2.26", **second),
    )
    rows = delivery(a_mail_view(*sessions, lookups=there)).observations
    return {row.subject: row.outcome.value for row in rows} | {"protected": rows[-1].evidence["protected"]}


def test_m08_one_host_with_dane_and_one_without() -> None:
    assert _two(20, SECURED, SECURED, tlsa(FITS)) == {
        "mx1.good.example": "authenticated",
        "mx2.good.example": "encrypted",
        "good.example": "authenticated",
        "protected": "1/2",
    }


def test_m08_hosts_of_one_preference_are_chosen_by_lot_so_the_worst_counts() -> None:
    assert _two(10, SECURED, SECURED, tlsa(FITS))["good.example"] == "encrypted"


def test_m09_a_backup_with_weaker_protection_is_a_row_of_its_own() -> None:
    assert _two(20, SECURED, NO_STARTTLS, tlsa(FITS))["mx2.good.example"] == "clear"


def test_t21_a_host_that_is_skipped_leaves_the_next() -> None:
    found = _two(20, SECURED, SECURED, tlsa(STRAY))
    assert (found["mx1.good.example"], found["good.example"]) == ("deferred", "encrypted")


def test_s31_a_dead_address_leaves_the_host_to_its_others() -> None:
    dead = a_session(address="192.0.2.99", greeting=None, ehlo=None, **NO_STARTTLS, failure=Unreachable(Reason.TIMEOUT))
    rows = delivery(a_mail_view(dead, a_session(**SECURED), lookups=(tlsa(FITS),))).observations
    assert [row.outcome for row in rows] == [Delivery.UNKNOWN, Delivery.AUTHENTICATED, Delivery.AUTHENTICATED]


def test_s24_stripped_on_one_address_fails_there_and_there_only() -> None:
    stripped = a_session(address="2001:db8::25", extensions=("XXXXXXXA",), starttls=None, tls=None)
    rows = delivery(a_mail_view(a_session(**SECURED), stripped, lookups=(tlsa(FITS),))).observations
    assert [(row.address, row.outcome.value) for row in rows[:2]] == [
        ("192.0.2.25", "authenticated"),
        ("2001:db8::25", "deferred"),
    ]
