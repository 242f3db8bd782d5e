"""MTA-STS and TLS reporting of a domain. Ids are rows of the house's list of hard cases (P)."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from checks.dnssec import Lookup, Outcome, Security, Why
from checks.evaluate import dane_mail, mta_sts
from checks.evaluate.mta_sts import MtaSts, Reports
from checks.evaluate.view import View
from checks.facts.http import HttpResponse
from checks.facts.mta_sts import PolicyFile
from checks.facts.network import Reason, Unreachable
from checks.facts.tls import TlsHandshake, Verification
from tests.checks.builders import MX, a_handshake, a_lookup, a_mail_view, a_session
from tests.checks.evaluate.test_dane import LEAF, MIDDLE, record
from tests.checks.made import Made

HOST = "mta-sts.good.example"
SITE = Made.issued("site", MIDDLE, names=(HOST,))
RECORD = a_lookup("_mta-sts.good.example.", "TXT", '"v=STSv1; id=1"')
EXPIRED, SELF_SIGNED = Verification(10, "expired", 0), Verification(18, "self-signed", 0)
MAIL = a_handshake(LEAF, MIDDLE)


def policy(mode: str = "enforce", *mx: str) -> str:
    lines = ["version: STSv1", f"mode: {mode}", *(f"mx: {name}" for name in mx or (MX,)), "max_age: 604800"]
    return base64.b64encode("\n".join(lines).encode()).decode()


def a_file(body: str = "", **changes: object) -> PolicyFile:
    tls = a_handshake(SITE, MIDDLE, name=HOST)
    fields = {
        "host": HOST,
        "address": "192.0.2.80",
        "tls": tls,
        "response": HttpResponse(200),
        "body": body or policy(),
    }
    return PolicyFile(**{**fields, **changes})  # type: ignore[arg-type]


def view(file: PolicyFile | None, *lookups: Lookup, tls: TlsHandshake | None = MAIL) -> View:
    seen = a_mail_view(a_session(tls=tls), lookups=(*lookups,))
    table = seen.lookup
    return View(replace(seen.measurement, mta_sts=file), table)


def outcomes(file: PolicyFile | None, *lookups: Lookup, tls: TlsHandshake | None = MAIL) -> list[MtaSts]:
    rows = mta_sts.mta_sts(view(file, *(lookups or (RECORD,)), tls=tls)).observations
    return [MtaSts(row.outcome) for row in rows]


def test_a_policy_that_is_enforced_and_covers_its_hosts() -> None:
    assert outcomes(a_file()) == [MtaSts.OK, MtaSts.OK]


@pytest.mark.parametrize(("mode", "expected"), [("testing", [MtaSts.TESTING] * 2), ("none", [MtaSts.OFF])])
def test_other_modes_are_named(mode: str, expected: list[MtaSts]) -> None:
    assert outcomes(a_file(policy(mode))) == expected


def test_without_a_record_there_is_no_policy() -> None:
    assert outcomes(None, a_lookup("good.example.", "MX", "10 mx1.good.example.")) == [MtaSts.ABSENT]


def test_p01_two_records_count_as_none() -> None:
    two = a_lookup("_mta-sts.good.example.", "TXT", '"v=STSv1; id=1"', '"v=STSv1; id=2"')
    assert outcomes(a_file(), two) == [MtaSts.MULTIPLE]


def test_p01_other_texts_at_the_name_are_passed_over() -> None:
    mixed = a_lookup("_mta-sts.good.example.", "TXT", '"v=STSv1; id=1"', '"hello"')
    assert outcomes(a_file(), mixed) == [MtaSts.OK, MtaSts.OK]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"response": HttpResponse(301)}, MtaSts.REDIRECT, id="P02-redirect"),
        pytest.param({"tls": a_handshake(LEAF, MIDDLE, name=HOST)}, MtaSts.CERTIFICATE, id="P02-wrong-name"),
        pytest.param({"tls": a_handshake(SITE, verification=EXPIRED)}, MtaSts.CERTIFICATE, id="P02-expired"),
        pytest.param({"response": HttpResponse(404)}, MtaSts.NO_POLICY, id="404"),
        pytest.param({"tls": Unreachable(Reason.REFUSED)}, MtaSts.NO_POLICY, id="closed"),
        pytest.param({"tls": Unreachable(Reason.NO_IPV6)}, MtaSts.UNKNOWN, id="ours"),
        pytest.param({"response": Unreachable(Reason.TIMEOUT)}, MtaSts.NO_POLICY, id="silent"),
        pytest.param({"body": base64.b64encode(b"<html>").decode()}, MtaSts.POLICY_MALFORMED, id="P07-no-policy"),
    ],
)
def test_a_policy_that_senders_do_not_accept(changes: dict[str, object], expected: MtaSts) -> None:
    assert outcomes(a_file(**changes)) == [expected]


def test_a_host_without_address_serves_no_policy() -> None:
    assert outcomes(None, RECORD) == [MtaSts.NO_POLICY]


@pytest.mark.parametrize(
    ("file", "tls", "expected"),
    [
        pytest.param(a_file(policy("enforce", "mx2.good.example")), MAIL, MtaSts.MX_NOT_COVERED, id="P04-not-covered"),
        pytest.param(a_file(), replace(MAIL, verification=SELF_SIGNED), MtaSts.MX_UNTRUSTED, id="P04-untrusted"),
        pytest.param(a_file(), a_handshake(SITE), MtaSts.MX_UNTRUSTED, id="P04-name"),
        pytest.param(a_file(policy("enforce", "*.good.example")), MAIL, MtaSts.OK, id="P03-wildcard"),
        pytest.param(a_file(policy("enforce", "*.example")), MAIL, MtaSts.MX_NOT_COVERED, id="P03-two-labels"),
    ],
)  # fmt: skip
def test_each_mail_host_is_held_against_the_policy(file: PolicyFile, tls: TlsHandshake, expected: MtaSts) -> None:
    assert outcomes(file, tls=tls) == [MtaSts.OK, expected]


def test_p04_a_host_without_tls_is_not_delivered_to() -> None:
    session = a_session(extensions=(), starttls=None, tls=None)
    seen = a_mail_view(session, lookups=(RECORD,))
    rows = mta_sts.mta_sts(View(replace(seen.measurement, mta_sts=a_file()), seen.lookup)).observations
    assert rows[1].outcome is MtaSts.MX_NO_TLS


def test_p05_what_is_right_by_dane_alone_fails_here_and_passes_there() -> None:
    tlsa = a_lookup(f"_25._tcp.{MX}.", "TLSA", record(3, 1, 1, LEAF).text)
    seen = view(a_file(), RECORD, tlsa, tls=replace(MAIL, verification=SELF_SIGNED))
    assert mta_sts.mta_sts(seen).observations[1].outcome is MtaSts.MX_UNTRUSTED
    assert dane_mail.valid(seen).observations[0].outcome is dane_mail.Valid.OK


def test_p06_what_passes_here_does_not_mend_dane() -> None:
    tlsa = a_lookup(f"_25._tcp.{MX}.", "TLSA", "3 1 1 " + "00" * 32)
    seen = view(a_file(), RECORD, tlsa)
    assert mta_sts.mta_sts(seen).observations[1].outcome is MtaSts.OK
    assert dane_mail.valid(seen).observations[0].outcome is dane_mail.Valid.NO_MATCH


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": Outcome.FAILED, "security": Security.INDETERMINATE, "reason": Why.RESOLVER_FAILED},
        {"security": Security.BOGUS},
    ],
    ids=["failed", "bogus"],
)
def test_a_look_up_that_failed_is_no_verdict(changes: dict[str, object]) -> None:
    assert outcomes(None, a_lookup("_mta-sts.good.example.", "TXT", **changes)) == [MtaSts.UNKNOWN]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (['"v=TLSRPTv1; rua=mailto:r@good.example"'], Reports.OK),
        ([], Reports.ABSENT),
        (['"something else"'], Reports.ABSENT),
        (['"v=TLSRPTv1; rua=mailto:a@good.example"', '"v=TLSRPTv1; rua=mailto:b@good.example"'], Reports.MULTIPLE),
        (['"v=TLSRPTv1;"'], Reports.MALFORMED),
    ],
    ids=["ok", "none", "other-text", "P09-two", "P09-no-rua"],
)
def test_the_record_that_asks_for_reports(texts: list[str], expected: Reports) -> None:
    seen = view(None, a_lookup("_smtp._tls.good.example.", "TXT", *texts))
    assert [row.outcome for row in mta_sts.tls_rpt(seen).observations] == [expected]


def test_a_domain_without_mail_needs_neither() -> None:
    seen = a_mail_view(lookups=(a_lookup("good.example.", "MX", "0 ."),))
    assert (mta_sts.mta_sts(seen).outcome, mta_sts.tls_rpt(seen).outcome) == (MtaSts.NULL_MX, Reports.NULL_MX)
