"""TLS by the guidelines, one row for each branch. Ids are rows of the house's list of hard cases (L: TLS)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from checks.evaluate import tls
from checks.evaluate.tls import ClientRenegotiation, EarlyData, KeyExchange, KeyExchangeHash, Levels, Order
from checks.evaluate.tls_reading import Reading
from checks.evaluate.tls_subjects import Judgement
from checks.facts.network import Reason
from checks.facts.tls_scan import Answer, Ask, Renegotiation, Reply, Tickets
from checks.model import Suite
from checks.policy.tls_names import SSL2, SSL3, TLS1_0, TLS1_1, TLS1_2, TLS1_3
from tests.checks.builders import a_view
from tests.checks.evaluate.scans import (
    AES256_13,
    CBC,
    CBC_SHA1,
    CODES,
    FFDHE2048,
    GCM,
    HYBRID,
    ONLY_13,
    P224,
    P256,
    X25519,
    a_reading,
    accepted,
    failed,
    refused,
)

CCM_8 = CODES["TLS_AES_128_CCM_8_SHA256"]
DHE = CODES["TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"]
VIEW = a_view(Suite.WEB)


def outcome(judgement: Judgement, reading: Reading) -> StrEnum:
    return judgement(reading, VIEW)[0]


def evidence(judgement: Judgement, reading: Reading) -> dict[str, Any]:
    return dict(judgement(reading, VIEW)[1])


ALL = (
    tls.versions,
    tls.suites,
    tls.order,
    tls.key_exchange,
    tls.key_exchange_hash,
    tls.compression,
    tls.secure_renegotiation,
    tls.extended_master_secret,
    tls.client_renegotiation,
    tls.early_data,
)


def test_a_modern_server_is_right_in_everything() -> None:
    got = [outcome(judgement, a_reading()).value for judgement in ALL]
    assert got == ["ok", "ok", "not-needed", "ok", "ok", "ok", "ok", "ok", "ok", "ok"]


def test_L13_what_tls_1_3_does_not_have_is_not_held_against_a_server_of_tls_1_3_alone() -> None:
    reading = a_reading(of=ONLY_13, renegotiation=None)
    got = [outcome(judgement, reading).value for judgement in ALL]
    assert got == ["ok", "ok", "not-needed", "ok", *["not-used"] * 5, "ok"]


def test_L11_a_server_that_answers_nothing_any_more_is_unknown_in_everything() -> None:
    """The first handshake said TLS 1.3, and that is all that is known."""
    silent = tuple(failed(answer.ask) for answer in a_reading().scan.answers)
    reading = a_reading(
        of=silent,
        renegotiation=Renegotiation(failure=Reason.TIMEOUT),
        tickets=Tickets(failure=Reason.TIMEOUT),
    )
    assert {outcome(judgement, reading).value for judgement in ALL} == {"unknown"}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((accepted(Ask.OLD, TLS1_1, CBC_SHA1), refused(Ask.TLS10)), "TLS 1.1"),
        ((accepted(Ask.OLD, TLS1_0, CBC_SHA1), refused(Ask.SSL3)), "TLS 1.0"),
        ((accepted(Ask.OLD, SSL3, CBC_SHA1),), "SSL 3.0"),
        ((accepted(Ask.SSL2, SSL2, 0x010080),), "SSL 2.0"),
        (
            (accepted(Ask.OLD, TLS1_1, CBC_SHA1), accepted(Ask.TLS10, TLS1_0, CBC_SHA1), refused(Ask.SSL3)),
            "TLS 1.1, TLS 1.0",
        ),
    ],
)
def test_L03_versions_before_tls_1_2_are_insufficient(answers: tuple[Answer, ...], expected: str) -> None:
    reading = a_reading(*answers)
    assert outcome(tls.versions, reading) is Levels.INSUFFICIENT
    assert evidence(tls.versions, reading)["bad"] == expected


def test_ssl_2_without_any_suite_is_not_ssl_2() -> None:
    assert outcome(tls.versions, a_reading(accepted(Ask.SSL2, SSL2, 0))) is Levels.OK


def test_an_insufficient_version_is_certain_whatever_else_failed() -> None:
    reading = a_reading(accepted(Ask.OLD, TLS1_1, CBC_SHA1), failed(Ask.TLS10), failed(Ask.SSL2))
    assert outcome(tls.versions, reading) is Levels.INSUFFICIENT


@pytest.mark.parametrize("ask", [Ask.OLD, Ask.SSL2])
def test_L17_a_question_about_old_versions_that_failed_is_unknown(ask: Ask) -> None:
    assert outcome(tls.versions, a_reading(failed(ask))) is Levels.UNKNOWN


def test_L02_hanging_up_on_an_old_hello_is_a_refusal() -> None:
    assert outcome(tls.versions, a_reading(Answer(Ask.OLD, Reply.HUNG_UP, reason=Reason.CLOSED))) is Levels.OK


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((accepted(Ask.TLS13_SUITES, TLS1_3, CCM_8),), Levels.INSUFFICIENT),
        ((accepted(Ask.TLS12_WEAK_SUITES, TLS1_2, CBC_SHA1),), Levels.INSUFFICIENT),
        ((accepted(Ask.TLS12_WEAK_SUITES, TLS1_2, CBC), refused(Ask.TLS12_INSUFFICIENT)), Levels.PHASE_OUT),
        ((accepted(Ask.TLS12_WEAK_SUITES, TLS1_2, CBC), failed(Ask.TLS12_INSUFFICIENT)), Levels.UNKNOWN),
        ((accepted(Ask.TLS12_WEAK_SUITES, TLS1_2, CBC),), Levels.UNKNOWN),
        (
            (accepted(Ask.TLS12_WEAK_SUITES, TLS1_2, CBC), accepted(Ask.TLS12_INSUFFICIENT, TLS1_2, CBC_SHA1)),
            Levels.INSUFFICIENT,
        ),
        ((failed(Ask.TLS12_WEAK_SUITES),), Levels.UNKNOWN),
        ((failed(Ask.TLS13_SUITES),), Levels.UNKNOWN),
    ],
)
def test_suites_are_judged_by_their_worst(answers: tuple[Answer, ...], expected: Levels) -> None:
    assert outcome(tls.suites, a_reading(*answers)) is expected


def test_suites_of_a_version_below_the_highest_do_not_count() -> None:
    """Only the highest version below 1.3 is judged; the version itself fails elsewhere."""
    assert outcome(tls.suites, a_reading(accepted(Ask.OLD, TLS1_1, CBC_SHA1), refused(Ask.TLS10))) is Levels.OK


WEAK = accepted(Ask.TLS12_WEAK_SUITES, TLS1_2, CBC)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((WEAK, accepted(Ask.ORDER, TLS1_2, GCM)), Order.OK),
        ((WEAK, accepted(Ask.ORDER, TLS1_2, CBC)), Order.WRONG),
        ((WEAK, failed(Ask.ORDER)), Order.UNKNOWN),
        ((WEAK, accepted(Ask.ORDER, TLS1_2, GCM), failed(Ask.ORDER)), Order.UNKNOWN),
        ((WEAK,), Order.UNKNOWN),
        ((failed(Ask.TLS12_WEAK_SUITES),), Order.UNKNOWN),
        ((WEAK, refused(Ask.TLS12_RSA)), Order.NOT_NEEDED),
    ],
)
def test_L04_the_order_goes_by_level(answers: tuple[Answer, ...], expected: Order) -> None:
    assert outcome(tls.order, a_reading(*answers)) is expected


def test_L04_each_better_suite_has_to_come_first() -> None:
    """GCM is chosen first, but then a CBC suite before ChaCha20, which it takes as well."""
    chacha = CODES["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"]
    order = (accepted(Ask.ORDER, TLS1_2, GCM), accepted(Ask.ORDER, TLS1_2, CBC))
    assert outcome(tls.order, a_reading(WEAK, *order)) is Order.OK
    reading = a_reading(WEAK, *order, accepted(Ask.LIST, TLS1_2, chacha))
    assert outcome(tls.order, reading) is Order.WRONG
    found = evidence(tls.order, reading)
    assert (found["chosen"], found["better"]) == (
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    )


# RFC 7919 appendix A.2, written out by its formula: 2^3072 - 2^3008 + ([2^2942 e] + 2625351) 2^64 - 1
def ffdhe3072() -> str:
    term, total, count = 1 << 3100, 0, 0
    while term:
        total, count = total + term, count + 1
        term //= count
    prime = 2**3072 - 2**3008 + ((total >> (3100 - 2942)) + 2625351) * 2**64 - 1
    return prime.to_bytes(384, "big").hex()


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((accepted(Ask.TLS13_GROUPS, TLS1_3, AES256_13, group=HYBRID, retry=True),), KeyExchange.HYBRID),
        ((accepted(Ask.TLS13_GROUPS, TLS1_3, AES256_13, group=FFDHE2048, retry=True),), KeyExchange.OK),
        ((accepted(Ask.TLS12_GROUPS, TLS1_2, GCM, group=P224),), KeyExchange.PHASE_OUT),
        ((accepted(Ask.TLS12_GROUPS, TLS1_2, GCM, group=19),), KeyExchange.INSUFFICIENT),
        ((failed(Ask.TLS12_GROUPS),), KeyExchange.UNKNOWN),
        (
            (WEAK, accepted(Ask.TLS12_DHE, TLS1_2, DHE, group=0, prime=ffdhe3072(), generator="02")),
            KeyExchange.PHASE_OUT,
        ),
        (
            (WEAK, accepted(Ask.TLS12_DHE, TLS1_2, DHE, group=0, prime=ffdhe3072(), generator="05")),
            KeyExchange.INSUFFICIENT,
        ),
        (
            (WEAK, accepted(Ask.TLS12_DHE, TLS1_2, DHE, group=0, prime="ff" * 512, generator="02")),
            KeyExchange.INSUFFICIENT,
        ),
        ((WEAK, failed(Ask.TLS12_DHE)), KeyExchange.UNKNOWN),
    ],
    ids=[
        "L10-hybrid",
        "finite-field-in-1.3",
        "L14-p224",
        "L14-p192",
        "unknown",
        "L05-ffdhe3072",
        "L05-generator",
        "L05-custom-4096",
        "dhe-failed",
    ],
)
def test_groups_are_judged_by_number_and_by_value(answers: tuple[Answer, ...], expected: KeyExchange) -> None:
    assert outcome(tls.key_exchange, a_reading(*answers)) is expected


def test_a_server_without_ephemeral_keys_has_no_key_exchange_to_judge() -> None:
    reading = a_reading(
        refused(Ask.TLS13),
        *(refused(ask) for ask in (Ask.TLS12_RSA, Ask.TLS13_SUITES, Ask.TLS13_GROUPS)),
        accepted(Ask.TLS12_WEAK_SUITES, TLS1_2, CBC_SHA1, group=0),
        version="TLSv1.2",
    )
    assert outcome(tls.key_exchange, reading) is KeyExchange.NONE


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((accepted(Ask.TLS12_SIGNATURES, TLS1_2, GCM, signature=0x0201),), KeyExchangeHash.INSUFFICIENT),
        ((accepted(Ask.TLS12_SIGNATURES, TLS1_2, GCM, signature=0x0101),), KeyExchangeHash.INSUFFICIENT),
        (
            (accepted(Ask.TLS12_SIGNATURES, TLS1_2, GCM, signature=0x0303), refused(Ask.TLS12_SHA1)),
            KeyExchangeHash.PHASE_OUT,
        ),
        (
            (accepted(Ask.TLS12_SIGNATURES, TLS1_2, GCM, signature=0x0303), failed(Ask.TLS12_SHA1)),
            KeyExchangeHash.UNKNOWN,
        ),
        ((accepted(Ask.TLS12_SIGNATURES, TLS1_2, GCM, signature=0x0401),), KeyExchangeHash.OK),
        ((accepted(Ask.TLS12_RSA, TLS1_2, GCM, signature=0x0201),), KeyExchangeHash.INSUFFICIENT),
        ((failed(Ask.TLS12_SIGNATURES),), KeyExchangeHash.UNKNOWN),
    ],
    ids=["sha1", "md5", "sha224", "sha224-and-unknown", "ignores-us", "always-sha1", "failed"],
)
def test_the_hash_is_read_from_the_signature(answers: tuple[Answer, ...], expected: KeyExchangeHash) -> None:
    assert outcome(tls.key_exchange_hash, a_reading(*answers)) is expected


@pytest.mark.parametrize(
    ("judgement", "change"),
    [
        (tls.compression, {"compression": 1}),
        (tls.secure_renegotiation, {"secure_renegotiation": False}),
        (tls.extended_master_secret, {"extended_master_secret": False}),
    ],
)
def test_one_answer_that_is_wrong_is_wrong(judgement: Judgement, change: dict[str, Any]) -> None:
    assert outcome(judgement, a_reading(accepted(Ask.TLS12_RSA, TLS1_2, GCM, **change))) == "wrong"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Renegotiation(1, 0), ClientRenegotiation.OK),
        (Renegotiation(2, 1), ClientRenegotiation.LIMITED),
        (Renegotiation(11, 10), ClientRenegotiation.LIMITED),
        (Renegotiation(11, 11), ClientRenegotiation.UNLIMITED),
        (Renegotiation(failure=Reason.RESET), ClientRenegotiation.UNKNOWN),
    ],
)
def test_up_to_ten_renegotiations_are_a_limit(seen: Renegotiation, expected: ClientRenegotiation) -> None:
    assert outcome(tls.client_renegotiation, a_reading(renegotiation=seen)) is expected


@pytest.mark.parametrize(
    ("tickets", "expected"),
    [
        (Tickets(2, 0), EarlyData.OK),
        (Tickets(0, 0), EarlyData.OK),
        (Tickets(2, 16384), EarlyData.ON),
        (Tickets(failure=Reason.RESET), EarlyData.UNKNOWN),
        (None, EarlyData.UNKNOWN),
    ],
)
def test_L09_the_tickets_tell_of_early_data(tickets: Tickets | None, expected: EarlyData) -> None:
    assert outcome(tls.early_data, a_reading(tickets=tickets)) is expected


def test_without_tls_1_3_there_is_no_early_data() -> None:
    refusals = (refused(Ask.TLS13), refused(Ask.TLS13_SUITES), refused(Ask.TLS13_GROUPS))
    assert outcome(tls.early_data, a_reading(*refusals, version="TLSv1.2", tickets=None)) is EarlyData.NOT_USED


def test_a_server_in_thrift_is_known_by_fewer_questions() -> None:
    """To a server with a slow greeting, one hello asks for both kinds of certificate, and TLS 1.3 is known already."""
    answers = (
        refused(Ask.TLS13_SUITES),
        accepted(Ask.TLS12_ALL, TLS1_2, GCM, signature=0x0804),
        *(refused(ask) for ask in (Ask.TLS12_WEAK_SUITES, Ask.TLS12_GROUPS, Ask.TLS12_SIGNATURES, Ask.OLD, Ask.SSL2)),
    )
    got = [outcome(judgement, a_reading(of=answers)).value for judgement in ALL[:9]]
    assert got == ["ok", "ok", "not-needed", "ok", "ok", "ok", "ok", "ok", "ok"]


def test_curves_that_the_server_prefers_are_shown() -> None:
    groups = evidence(tls.key_exchange, a_reading(accepted(Ask.TLS12_ECDSA, TLS1_2, 0xC02C, group=P256)))["groups"]
    assert {row["group"] for row in groups} == {"x25519", "secp256r1"}
    assert X25519 == 29
