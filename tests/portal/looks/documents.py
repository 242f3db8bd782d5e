"""Builders of report documents for the tests of the pages: made by hand in the form that the engine stores, never copied from its output."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from checks import CATALOGUE

Json = dict[str, Any]

GOOD = ("mx1.good.example", "192.0.2.25")
STALE = ("mx2.good.example", "2001:db8:53::25")

CERTIFICATE = {
    "subject": "CN=mx1.good.example",
    "issuer": "CN=Voorbeeld CA R4,O=Voorbeeld",
    "names": ["mx1.good.example"],
    "not_before": "2026-11-20T00:00:00Z",
    "not_after": "2027-02-18T00:00:00Z",
    "key": "EC secp256r1",
    "signature": "sha256",
}


def a_zone(zone: str, state: str = "secure", reason: str = "ok", **more: Any) -> Json:
    """One link of a chain of trust."""
    signed = state != "insecure"
    ds = [{"tag": 30781, "algorithm": "ECDSA P-256", "digest_type": "SHA-256", "matches": reason != "ds-mismatch"}]
    keys = [
        {"tag": 30781, "role": "KSK", "algorithm": "ECDSA P-256", "bits": 256},
        {"tag": 9412, "role": "ZSK", "algorithm": "ECDSA P-256", "bits": 256},
    ]
    signature = {
        "covers": "DNSKEY",
        "tag": 30781,
        "algorithm": "ECDSA P-256",
        "inception": "2026-11-09T00:00:00Z",
        "expiration": "2026-12-07T12:00:00Z",
        "valid": reason != "signature-expired",
    }
    return {
        "zone": zone,
        "state": state,
        "reason": reason,
        "ds": ds if signed else [],
        "keys": keys if signed else [],
        "signatures": [signature] if signed else [],
        "denial": None if signed else "NSEC3",
        **more,
    }


def a_chain(state: str = "secure", reason: str = "ok") -> list[Json]:
    """Root, ``example`` and ``good.example``; the last as asked for."""
    return [a_zone("."), a_zone("example."), a_zone("good.example.", state, reason)]


def a_row(subject: str, address: str | None, status: str, outcome: str, sentence: str = "", **evidence: Any) -> Json:
    """What was seen of one subject."""
    said = sentence or f"{subject}: {outcome}."
    return {
        "subject": subject,
        "address": address,
        "status": status,
        "outcome": outcome,
        "sentence": {"nl": said, "en": said},
        "evidence": evidence,
    }


def a_check(check_id: str, status: str, outcome: str, rows: Iterable[Json] = (), **more: Any) -> Json:
    """A check; required and worth ten points unless told otherwise."""
    return {
        "id": check_id,
        "status": status,
        "requirement": "required",
        "outcome": outcome,
        "points": 10 if status == "passed" else 0,
        "max_points": 10,
        "sentence": {"nl": f"Uitslag: {outcome}.", "en": f"Result: {outcome}."},
        "subjects": list(rows),
        **more,
    }


def a_document(suite: str, score: int | None, categories: Iterable[Json], **more: Any) -> Json:
    """A report document of ``good.example``, measured on 23 November 2026, 9.41 in Amsterdam."""
    return {
        "schema": 1,
        "domain": "good.example",
        "suite": suite,
        "measured_at": "2026-11-23T08:41:07.000Z",
        "duration_ms": 8210,
        "engine": "0.1.0",
        "catalogue": "2026.11",
        "score": score,
        "partial": False,
        "failure": None,
        "categories": list(categories),
        "measurement": {},
        **more,
    }


def a_category(category_id: str, name: str, status: str, score: int | None, checks: Iterable[Json]) -> Json:
    """A category with its checks."""
    return {
        "id": category_id,
        "name": {"nl": name, "en": name},
        "status": status,
        "score": score,
        "checks": list(checks),
    }


def uncounted(check: Json, requirement: str = "optional") -> Json:
    """The same check, outside the score."""
    return {**check, "requirement": requirement, "points": None, "max_points": None}


def a_session(**more: Any) -> Json:
    """The evidence of a connection to a mail server that does STARTTLS."""
    return {
        "connect_ms": 24,
        "greeting_ms": 31,
        "connections": 1,
        "transcript": ["S: 220 mx1.good.example ESMTP", "C: EHLO probe.example.org", "S: 250-STARTTLS"],
        "version": "TLSv1.3",
        "cipher": "TLS_AES_256_GCM_SHA384",
        "certificates": [CERTIFICATE],
        **more,
    }


def a_record(matches: bool, data: str = "aac965289654287a343ac35080569d79941d6d90a7534ad73e9cb1aac3a40a6c") -> Json:
    """A TLSA record with its fit."""
    depth = 0 if matches else None
    return {
        "usage": 3,
        "selector": 1,
        "matching_type": 1,
        "data": data,
        "usable": True,
        "matched_depth": depth,
        "found_depth": depth,
        "reason": "match" if matches else "no-match",
    }


def mail_dnssec(state: str = "secure", reason: str = "ok") -> Json:
    """The DNSSEC category of a mail report."""
    row = a_row("good.example", None, "passed", "secure", record_type="MX", where="good.example.", chain=a_chain())
    if state == "bogus":
        row = a_row(
            "good.example",
            None,
            "failed",
            "bogus",
            record_type="MX",
            where="good.example.",
            chain=a_chain(state, reason),
        )
    checks = [
        a_check("mail_dnssec_mailto_exist", "passed", "secure", [row], points=None, max_points=None),
        a_check("mail_dnssec_mailto_valid", row["status"], row["outcome"], [row]),
    ]
    return a_category("mail_dnssec", "DNSSEC", row["status"], 100 if state == "secure" else 0, checks)


def mail_starttls(second: str = "sealed") -> Json:
    """The STARTTLS category: one address in order, and a second that is ``sealed``, ``broken``, ``open``, ``closed`` or ``unknown``."""
    available, exist, valid = {
        "sealed": (("passed", "ok"), ("passed", "ok"), ("passed", "ok")),
        "broken": (("passed", "ok"), ("info", "unmatched"), ("failed", "no-match")),
        "open": (("failed", "stripped"), ("passed", "ok"), ("failed", "no-tls")),
        "closed": (("passed", "ok"), ("failed", "absent"), ("not_tested", "no-tlsa")),
        "unknown": (("error", "unreachable"), ("passed", "ok"), ("error", "unknown")),
    }[second]
    session = (
        a_session()
        if available[1] == "ok"
        else {
            "connect_ms": 30 if second == "open" else None,
            "greeting_ms": 6100 if second == "open" else None,
            "masked": "XXXXXXXA",
        }
    )
    advised = [f"_25._tcp.{STALE[0]}. IN TLSA 3 1 1 aac965289654287a343ac35080569d79941d6d90a7534ad73e9cb1aac3a40a6c"]
    checks = [
        a_check(
            "mail_starttls_tls_available",
            *available,
            [a_row(*GOOD, "passed", "ok", **a_session()), a_row(*STALE, *available, **session)],
        ),
        uncounted(
            a_check(
                "mail_starttls_cert_chain",
                "info",
                "self-signed",
                [a_row(*GOOD, "info", "self-signed", openssl="self-signed certificate", certificates=[CERTIFICATE])],
            )
        ),
        a_check(
            "mail_starttls_dane_exist",
            *exist,
            [a_row(*GOOD, "passed", "ok", records=[a_record(True)]), a_row(*STALE, *exist)],
        ),
        a_check(
            "mail_starttls_dane_valid",
            *valid,
            [
                a_row(*GOOD, "passed", "ok", owner="_25._tcp.mx1.good.example.", ttl=3600, records=[a_record(True)]),
                a_row(
                    *STALE,
                    *valid,
                    owner="_25._tcp.mx2.good.example.",
                    ttl=3600,
                    records=[a_record(False, "92f04b3a" * 8)],
                    advised=advised,
                ),
            ],
        ),
        uncounted(a_check("mail_starttls_dane_rollover", "info", "single", [a_row(GOOD[0], None, "info", "single")])),
    ]
    worst = (
        available
        if available[0] in ("failed", "error")
        else valid
        if valid[0] == "failed"
        else exist
        if exist[0] == "failed"
        else ("passed", "ok")
    )
    score = {"sealed": 100, "broken": 33, "open": 0, "closed": 33, "unknown": 100}[second]
    return a_category("mail_starttls", "STARTTLS en DANE", worst[0], score, checks)


def a_mail_document(second: str = "sealed", **more: Any) -> Json:
    """A mail report whose second address is as asked for."""
    starttls = mail_starttls(second)
    score = (100 + starttls["score"]) // 2
    partial = second == "unknown"
    return a_document("mail", 99 if partial else score, [mail_dnssec(), starttls], partial=partial, **more)


def a_null_mx_document() -> Json:
    """A mail report of a domain that receives no mail."""
    checks = [a_check("mail_starttls_tls_available", "not_tested", "null-mx", points=None, max_points=None)]
    return a_document(
        "mail", 100, [mail_dnssec(), a_category("mail_starttls", "STARTTLS en DANE", "not_tested", None, checks)]
    )


def a_web_document(https: str = "ok") -> Json:
    """A website report; ``https`` is the outcome of the first check."""
    endpoint = ("good.example", "192.0.2.80")
    status = "passed" if https == "ok" else "failed"
    chain = [a_row("good.example", None, "passed", "secure", record_type="A", chain=a_chain())]
    checks = [
        a_check(
            "web_https_http_available",
            status,
            https,
            [a_row(*endpoint, status, https, version="TLSv1.3", certificates=[CERTIFICATE])],
        ),
        a_check(
            "web_https_http_hsts",
            status,
            https,
            [a_row(*endpoint, status, https, header="max-age=31536000", max_age=31536000)],
        ),
        uncounted(a_check("web_https_dane_exist", "info", "absent", [a_row("good.example", None, "info", "absent")])),
    ]
    dnssec = a_category("web_dnssec", "DNSSEC", "passed", 100, [a_check("web_dnssec_valid", "passed", "secure", chain)])
    score = 100 if https == "ok" else 50
    return a_document("web", score, [dnssec, a_category("web_https", "HTTPS", status, 2 * score - 100, checks)])


def a_whole_document(suite: str, status: str = "failed") -> Json:
    """A report with every check of the catalogue, all with the same status: the longest page that there can be."""
    found: dict[str, list[Json]] = {}
    for check_id, entry in CATALOGUE.items():
        if check_id.startswith(suite):
            row = a_row(*GOOD, status, "made-up", f"{GOOD[0]}: {entry.texts['nl'].title}.")
            found.setdefault(entry.category, []).append(a_check(check_id, status, "made-up", [row]))
    score = 100 if status == "passed" else 0
    categories = [a_category(name, name, status, score, checks) for name, checks in found.items()]
    return a_document(suite, score, categories)


@dataclass
class AScan:
    """What stands in for a row of the database."""

    document: Json | None
    suite: str = "mail"
    domain: str = "good.example"
    status: str = "finished"
    attempts: int = 1
    total: int | None = 94
    sibling: AScan | None = None
    is_active: bool = False

    def get_absolute_url(self) -> str:
        """The permalink."""
        folder = "mail" if self.suite == "mail" else "site"
        return f"/{folder}/{self.domain}/k7Qm2xVw9Rt4abcd/"
