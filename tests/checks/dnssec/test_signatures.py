"""Signatures, times and algorithms: rows D-b of the hard cases."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import dns.dnssec
import dns.message
import dns.rdatatype
import dns.rrset
import pytest
from dns.dnssectypes import Algorithm
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.RRSIG import RRSIG

from checks.dnssec import Budget, Security, Why
from checks.dnssec.keys import Flaw, read_keys
from tests.checks.dnssec.cast import GOOD, Stage, without
from tests.checks.dnssec.world import IN, NOW, SigningKey, Zone, ds_text, name_of, signed_zone

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("begin", "end", "reason"),
    [
        (NOW, NOW, Why.OK),
        (NOW - SECOND, NOW - SECOND, Why.SIGNATURE_EXPIRED),
        (NOW + SECOND, NOW + 2 * SECOND, Why.SIGNATURE_NOT_YET_VALID),
    ],
)
def test_d09_validity_is_strict_to_the_second(begin, end, reason) -> None:  # type: ignore[no-untyped-def]
    stage = Stage()
    stage.good.window = (begin, end)
    found = stage.lookup(GOOD, "MX")
    assert found.reason is reason
    assert found.secure is (reason is Why.OK)


def test_d09_an_expired_signature_is_told_with_its_time() -> None:
    stage = Stage()
    stage.good.window = (NOW - timedelta(days=9), NOW - timedelta(days=2))
    found = stage.lookup(GOOD, "MX")
    assert found.security is Security.BOGUS
    assert found.detail["expired_at"] == "2026-11-21T12:00:00Z"
    assert found.chain[-1].signatures[-1].valid is False


def test_d09_times_are_compared_with_serial_arithmetic() -> None:
    """RFC 4034 section 3.1.5: stamps go round in 2106; a signature made before and ending after is valid."""
    round_trip = NOW.replace(year=2106, month=2, day=7, hour=6, minute=28, second=16)  # 2**32 seconds after 1970
    stage = Stage()
    for zone in (stage.root, stage.tld, stage.good):
        zone.window = (NOW, NOW)
        _sign_with_stamps(zone, 2**32 - 1000, 1000)
    assert stage.lookup(GOOD, "MX", now=round_trip).secure
    assert not stage.lookup(GOOD, "MX", now=round_trip + 1001 * SECOND).secure


def _sign_with_stamps(zone: Zone, inception: int, expiration: int) -> None:
    def signature(rrset: dns.rrset.RRset, key: SigningKey) -> RRSIG:
        made = dns.dnssec.sign(rrset, key.private, zone.apex, key.record, inception=inception, expiration=expiration)
        assert isinstance(made, RRSIG)
        return made

    zone.signature = signature  # type: ignore[method-assign]


def test_d11_an_rrset_without_its_signature_is_bogus() -> None:
    stage = Stage()
    stage.tweak(GOOD, "MX", without("RRSIG/MX"))
    found = stage.lookup(GOOD, "MX")
    assert (found.security, found.reason, found.where) == (Security.BOGUS, Why.SIGNATURE_MISSING, GOOD)
    assert found.detail == {"covers": "MX"}


def _changed_signature(stage: Stage, **changes: object) -> None:
    def change(message: dns.message.Message) -> None:
        for index, rrset in enumerate(message.answer):
            if rrset.rdtype == dns.rdatatype.RRSIG:
                changed = [rdata.replace(**changes) for rdata in rrset]
                message.answer[index] = dns.rrset.from_rdata_list(rrset.name, rrset.ttl, changed)

    stage.tweak(GOOD, "MX", change)


def test_d12_a_signer_that_is_another_zone_is_refused() -> None:
    stage = Stage()
    _changed_signature(stage, signer=name_of("other.example."))
    assert stage.lookup(GOOD, "MX").reason is Why.WRONG_SIGNER


def test_d12_a_signer_that_is_no_zone_is_refused() -> None:
    stage = Stage()
    stage.good.add(f"www.sub.{GOOD}", "A", "192.0.2.1")

    def change(message: dns.message.Message) -> None:
        changed = [rdata.replace(signer=name_of(f"sub.{GOOD}")) for rdata in message.answer[1]]
        message.answer[1] = dns.rrset.from_rdata_list(message.answer[1].name, 60, changed)

    stage.tweak(f"www.sub.{GOOD}", "A", change)
    found = stage.lookup(f"www.sub.{GOOD}", "A")
    assert (found.security, found.reason) == (Security.BOGUS, Why.WRONG_SIGNER)


def test_d12_more_labels_than_the_name_has_are_refused() -> None:
    stage = Stage()
    _changed_signature(stage, labels=5)
    assert stage.lookup(GOOD, "MX").reason is Why.WRONG_SIGNER


def test_d47_fewer_labels_mean_a_wildcard_and_want_its_proof() -> None:
    stage = Stage()
    name = f"x.wild.{GOOD}"
    stage.tweak(name, "TXT", without("NSEC", "RRSIG/NSEC"))
    found = stage.lookup(name, "TXT")
    assert (found.security, found.reason, found.where) == (Security.BOGUS, Why.DENIAL_MISSING, name)


def test_d48_the_ttl_is_capped_at_the_original_one_and_at_the_end_of_the_signature() -> None:
    stage = Stage()

    def longer(message: dns.message.Message) -> None:
        for rrset in message.answer:
            rrset.ttl = 86400

    stage.tweak(GOOD, "MX", longer)
    assert stage.lookup(GOOD, "MX").ttl == 3600
    assert stage.lookup(GOOD, "MX", now=NOW + timedelta(days=7, seconds=-60)).ttl == 60


ALGORITHMS = [
    Algorithm.RSASHA1,
    Algorithm.RSASHA1NSEC3SHA1,
    Algorithm.RSASHA256,
    Algorithm.RSASHA512,
    Algorithm.ECDSAP256SHA256,
    Algorithm.ECDSAP384SHA384,
    Algorithm.ED25519,
    Algorithm.ED448,
]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_d19_d20_known_algorithms_are_validated(algorithm: Algorithm) -> None:
    stage = Stage()
    stage.replace_good(signed_zone(GOOD, 3, algorithm))
    stage.tld.drop(GOOD, "DS").delegate(stage.good)
    found = stage.lookup(GOOD, "MX")
    assert found.secure
    assert found.chain[-1].keys[0].algorithm == algorithm.name


@pytest.mark.parametrize("algorithm", [1, 3, 6, 12, 17, 23, 253, 254])
def test_d19_d50_what_is_not_validated_any_more_makes_a_zone_insecure(algorithm: int) -> None:
    stage = Stage()
    stage.tld.drop(GOOD, "DS").add(GOOD, "DS", f"4711 {algorithm} 2 " + "ab" * 32)
    assert (found := stage.lookup(GOOD, "MX")).security is Security.INSECURE
    assert found.reason is Why.UNSUPPORTED_ALGORITHM


def test_d49_one_good_path_is_enough_when_the_ds_set_has_more_algorithms() -> None:
    stage = Stage()
    stage.tld.add(GOOD, "DS", ds_text(name_of(GOOD), SigningKey.make(Algorithm.ED25519, 4)))
    assert stage.lookup(GOOD, "MX").secure


def test_d50_an_unknown_algorithm_beside_a_known_one_is_ignored() -> None:
    stage = Stage()
    stage.tld.add(GOOD, "DS", "4711 253 2 " + "ab" * 32)
    assert stage.lookup(GOOD, "MX").secure


def test_d23_both_keys_of_a_roll_over_are_good() -> None:
    old, new = SigningKey.make(number=2), SigningKey.make(Algorithm.ED25519, 4)
    stage = Stage()
    stage.replace_good(Zone(name_of(GOOD), [old, new]))
    assert stage.lookup(GOOD, "MX").secure  # the DS of the old key only
    stage.tld.drop(GOOD, "DS").add(GOOD, "DS", ds_text(name_of(GOOD), new))
    assert stage.lookup(GOOD, "MX").secure


def test_d52_keys_of_two_providers_serve_when_each_publishes_both() -> None:
    ours, theirs = SigningKey.make(number=2), SigningKey.make(number=7)
    stage = Stage()
    stage.good.key_records = [ours.record, theirs.record]
    stage.good.zone_keys = [theirs]
    assert stage.lookup(GOOD, "MX").secure
    stage.good.key_records = [ours.record]
    assert stage.lookup(GOOD, "MX").reason is Why.SIGNATURE_BY_UNKNOWN_KEY


def _rsa(modulus_bits: int, exponent: bytes = b"\1\0\1") -> DNSKEY:
    modulus = (1 << (modulus_bits - 1) | 1).to_bytes((modulus_bits + 7) // 8, "big")
    key = bytes([len(exponent)]) + exponent + modulus
    return DNSKEY(IN, dns.rdatatype.DNSKEY, 257, 3, Algorithm.RSASHA256, key)


@pytest.mark.parametrize(
    ("record", "bits", "flaw"),
    [
        (_rsa(1024), 1024, None),
        (_rsa(512), 512, None),
        (_rsa(511), 511, Flaw.SIZE),
        (_rsa(4096), 4096, None),
        (_rsa(4097), 4097, Flaw.SIZE),
        (_rsa(16384), 16384, Flaw.SIZE),
        (_rsa(2048, b"\1" * 64), 2048, Flaw.SIZE),
        (DNSKEY(IN, dns.rdatatype.DNSKEY, 257, 3, Algorithm.RSASHA256, b"\0"), 0, Flaw.SIZE),
    ],
)
def test_d21_keys_of_absurd_size_are_refused_before_any_arithmetic(
    record: DNSKEY, bits: int, flaw: Flaw | None
) -> None:
    (key,) = read_keys([record], Budget().key_bits)
    assert (key.bits, key.flaw) == (bits, flaw)


def test_d22_many_signatures_that_fail_end_in_an_error_and_not_in_work() -> None:
    """KeyTrap (CVE-2023-50387): signatures by keys that are there, each of which has to be tried."""
    stage = Stage()

    def flood(message: dns.message.Message) -> None:
        good = message.answer[1][0]
        bad = [good.replace(signature=bytes([n]) * 64) for n in range(40)]
        message.answer[1] = dns.rrset.from_rdata_list(message.answer[1].name, 60, bad)

    stage.tweak(GOOD, "MX", flood)
    found = stage.lookup(GOOD, "MX")
    assert (found.security, found.reason) == (Security.INDETERMINATE, Why.EXHAUSTS_VALIDATORS)


def test_d22_many_keys_end_in_an_error() -> None:
    stage = Stage()
    record = stage.good.keys[0].record
    stage.good.key_records = [record, *(record.replace(key=bytes([n]) * 64) for n in range(40))]
    assert stage.lookup(GOOD, "MX").reason is Why.EXHAUSTS_VALIDATORS


def test_d22_a_scan_has_a_budget_of_signatures() -> None:
    assert (
        Stage().lookup(GOOD, "MX", budget=dataclasses.replace(Budget(), signatures=3)).reason is Why.EXHAUSTS_VALIDATORS
    )


def test_a_changed_record_is_told_as_such() -> None:
    stage = Stage()

    def change(message: dns.message.Message) -> None:
        message.answer[0] = dns.rrset.from_text(GOOD, 60, IN, "MX", f"20 mx.{GOOD}")

    stage.tweak(GOOD, "MX", change)
    found = stage.lookup(GOOD, "MX")
    assert (found.security, found.reason, found.where) == (Security.BOGUS, Why.SIGNATURE_INVALID, GOOD)
