"""The DANE transcript: from a report document to lines that a specialist reads. Pure."""

from __future__ import annotations

from typing import Any

import pytest

from checks.transcript import transcript

RECORD = {"usage": 3, "selector": 1, "matching_type": 1, "data": "ab" * 32, "usable": True, "reason": "match"}


def a_row(address: str, **evidence: Any) -> dict[str, Any]:
    return {"subject": "mx.good.example", "address": address, "status": "passed", "outcome": "ok", "evidence": evidence}


def a_document(**rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A document with these rows under ``valid``, ``available`` and ``delivery``."""
    ids = {"valid": "mail_dane_valid", "available": "mail_tls_available", "delivery": "mail_dane_delivery"}
    return {"categories": [{"checks": [{"id": ids[key], "subjects": found} for key, found in rows.items()]}]}


def valid_row(address: str, **record: Any) -> dict[str, Any]:
    return a_row(address, owner="_25._tcp.mx.good.example.", ttl=300, records=[{**RECORD, **record}])


HANDSHAKE: dict[str, Any] = {
    "version": "TLSv1.3",
    "cipher": "TLS_AES_128_GCM_SHA256",
    "certificates": [
        {
            "subject": "CN=mx.good.example",
            "issuer": "CN=An issuer",
            "not_before": "2026-11-01T00:00:00Z",
            "not_after": "2027-01-30T00:00:00Z",
            "key": "EC secp256r1",
        }
    ],
}


def test_it_tells_records_handshake_chain_and_the_depth_of_the_match() -> None:
    document = a_document(
        valid=[valid_row("192.0.2.25", matched_depth=0)],
        available=[a_row("192.0.2.25", **HANDSHAKE)],
        delivery=[{**a_row("192.0.2.25", because="records-fit"), "outcome": "authenticated"}],
    )
    assert transcript(document, "en").splitlines() == [
        "mx.good.example [192.0.2.25]",
        "  TLSA records at _25._tcp.mx.good.example (TTL 300)",
        f"    3 1 1 {'ab' * 32}",
        "  handshake TLSv1.3, TLS_AES_128_GCM_SHA256",
        "    depth 0: CN=mx.good.example",
        "      issued by CN=An issuer, 2026-11-01 to 2027-01-30, EC secp256r1",
        "    3 1 1 abababab…abababab: matches at depth 0",
        "  delivered with authentication (usable TLSA records)",
    ]


def test_addresses_that_showed_the_same_share_a_block_and_others_do_not() -> None:
    document = a_document(
        valid=[
            valid_row("192.0.2.25", matched_depth=0),
            valid_row("2001:db8::25", matched_depth=0),
            valid_row("192.0.2.26", reason="no-match"),
        ]
    )
    heads = [line for line in transcript(document, "en").splitlines() if line.startswith("mx.")]
    assert heads == ["mx.good.example [192.0.2.25] [2001:db8::25]", "mx.good.example [192.0.2.26]"]


@pytest.mark.parametrize(("language", "words"), [("nl", "past op geen enkel certificaat"), ("en", "no certificate")])
def test_a_record_that_does_not_match_says_why_and_what_to_publish(language: str, words: str) -> None:
    row = valid_row("192.0.2.25", reason="no-match") | {"status": "failed"}
    row["evidence"]["advised"] = ["_25._tcp.mx.good.example. IN TLSA 3 1 1 " + "cd" * 32]
    shown = transcript(a_document(valid=[row]), language)
    assert words in shown
    assert shown.endswith("    _25._tcp.mx.good.example. IN TLSA 3 1 1 " + "cd" * 32)


def test_where_all_is_right_nothing_is_to_be_published() -> None:
    row = valid_row("192.0.2.25", matched_depth=0)
    row["evidence"]["advised"] = ["_25._tcp.mx.good.example. IN TLSA 3 1 1 " + "ab" * 32]
    assert "Publish" not in transcript(a_document(valid=[row]), "en")


def test_without_records_there_is_no_transcript() -> None:
    assert transcript(a_document(valid=[a_row("192.0.2.25")]), "en") == ""


def test_what_was_measured_cannot_steer_a_terminal_and_is_bounded() -> None:
    row = valid_row("192.0.2.25", reason="\x1b[2J" + "x" * 5000, data="\x1b]0;owned\x07")
    row["evidence"]["owner"] = "\x1b[31m." + "y" * 5000
    shown = transcript(a_document(valid=[row]), "en")
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert max(map(len, shown.splitlines())) < 600
