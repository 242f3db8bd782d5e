"""Chains of trust: rows D-a of the hard cases, and what a look-up tells."""

from __future__ import annotations

import dns.dnssec
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from dns.dnssectypes import Algorithm

from checks.dnssec import Lookup, Outcome, Security, Validator, Why, replay
from checks.facts.dns import DnsFailure, Question
from tests.checks.dnssec.cast import GOOD, Stage, without
from tests.checks.dnssec.world import IN, NOW, TTL, Everything, Nsec3, SigningKey, Zone, ds_text, name_of, signed_zone

DENIALS = [None, Nsec3()]


def verdict(lookup: Lookup) -> tuple[Outcome, Security, Why]:
    return lookup.outcome, lookup.security, lookup.reason


def test_d01_an_intact_chain_is_secure_and_tells_each_link() -> None:
    stage = Stage()
    found = stage.lookup(GOOD, "MX")
    assert verdict(found) == (Outcome.FOUND, Security.SECURE, Why.OK)
    assert (found.records, found.zone, found.where) == (("10 mx.good.example.",), GOOD, GOOD)
    assert [link.zone for link in found.chain] == [".", "example.", GOOD]
    tag = stage.good.keys[0].tag
    last = found.chain_json()[-1]
    assert last["ds"] == [{"tag": tag, "algorithm": "ECDSAP256SHA256", "digest_type": "SHA256", "matches": True}]
    assert last["keys"] == [{"tag": tag, "role": "CSK", "algorithm": "ECDSAP256SHA256", "bits": 256}]
    assert [(s["covers"], s["valid"]) for s in last["signatures"]] == [("DS", True), ("DNSKEY", True), ("MX", True)]
    assert {s["expiration"] for s in last["signatures"]} == {"2026-11-30T12:00:00Z"}


@pytest.mark.parametrize(("nsec3", "mechanism"), [(None, "NSEC"), (Nsec3(), "NSEC3")])
def test_d02_a_proven_absence_of_ds_makes_the_zone_insecure(nsec3: Nsec3 | None, mechanism: str) -> None:
    found = Stage(nsec3).lookup("www.unsigned.example.", "A")
    assert verdict(found) == (Outcome.FOUND, Security.INSECURE, Why.NO_DS)
    assert found.where == "unsigned.example."
    assert (found.chain[-1].state, found.chain[-1].denial) == (Security.INSECURE, mechanism)


def test_d03_an_unsigned_delegation_in_an_opt_out_span_is_insecure() -> None:
    found = Stage(Nsec3(opt_out=True)).lookup("www.unsigned.example.", "A")
    assert verdict(found) == (Outcome.FOUND, Security.INSECURE, Why.OPT_OUT)


@pytest.mark.parametrize("nsec3", DENIALS)
def test_d04_an_unproven_absence_of_ds_is_bogus(nsec3: Nsec3 | None) -> None:
    stage = Stage(nsec3)
    stage.tweak("unsigned.example.", "DS", without("NSEC", "NSEC3", "RRSIG/NSEC", "RRSIG/NSEC3"))
    found = stage.lookup("www.unsigned.example.", "A")
    assert verdict(found) == (Outcome.FOUND, Security.BOGUS, Why.NO_PROOF_OF_NO_DS)
    assert found.where == "unsigned.example."


def test_d04_a_secure_zone_cannot_be_made_insecure_by_dropping_its_ds() -> None:
    stage = Stage()
    stage.tweak(GOOD, "DS", without("DS", "RRSIG/DS"))
    assert verdict(stage.lookup(GOOD, "MX"))[1:] == (Security.BOGUS, Why.NO_PROOF_OF_NO_DS)


def test_d05_a_ds_that_matches_no_key_is_bogus_and_both_are_named() -> None:
    stage = Stage()
    stranger = SigningKey.make(number=9)
    stage.tld.drop(GOOD, "DS").add(GOOD, "DS", ds_text(name_of(GOOD), stranger))
    found = stage.lookup(GOOD, "MX")
    assert verdict(found) == (Outcome.FOUND, Security.BOGUS, Why.DS_MISMATCH)
    own = stage.good.keys[0]
    wanted = [ds_text(name_of(GOOD), own).lower()]
    detail = {"ds_tags": [stranger.tag], "key_tags": [own.tag], "wanted_ds": wanted}
    assert (found.where, found.detail) == (GOOD, detail)
    assert [ds.matches for ds in found.chain[-1].ds] == [False]


def test_d06_one_good_ds_is_enough_and_the_dangling_one_shows() -> None:
    stage = Stage()
    stage.tld.add(GOOD, "DS", ds_text(name_of(GOOD), SigningKey.make(number=9)))
    found = stage.lookup(GOOD, "MX")
    assert found.secure
    assert sorted(ds.matches for ds in found.chain[-1].ds) == [False, True]


@pytest.mark.parametrize("ds", ["1 253 2 " + "ab" * 32, "1 13 99 " + "ab" * 32, "1 3 2 " + "ab" * 32])
def test_d07_a_zone_with_only_unknown_algorithms_or_digests_is_insecure(ds: str) -> None:
    stage = Stage()
    stage.tld.drop(GOOD, "DS").add(GOOD, "DS", ds)
    assert verdict(stage.lookup(GOOD, "MX"))[1:] == (Security.INSECURE, Why.UNSUPPORTED_ALGORITHM)


def test_d08_a_sha1_ds_is_ignored_beside_a_stronger_one() -> None:
    stage = Stage()
    good, sha1 = name_of(GOOD), ds_text(name_of(GOOD), stage.good.keys[0], "SHA1")
    stage.tld.drop(GOOD, "DS").add(GOOD, "DS", sha1)
    assert stage.lookup(GOOD, "MX").secure
    stage.tld.add(GOOD, "DS", ds_text(good, SigningKey.make(number=9)))
    assert verdict(stage.lookup(GOOD, "MX"))[1:] == (Security.BOGUS, Why.DS_MISMATCH)


def test_d34_a_ds_above_an_unsigned_zone_is_bogus_with_its_own_reason() -> None:
    stage = Stage()
    stage.replace_good(Zone(name_of(GOOD)))
    found = stage.lookup(GOOD, "MX")
    assert verdict(found) == (Outcome.FOUND, Security.BOGUS, Why.CHILD_UNSIGNED)
    assert found.where == GOOD


@pytest.mark.parametrize(("change", "flaw"), [({"flags": 1}, "no-zone-flag"), ({"flags": 257 | 128}, "revoked")])
def test_d35_a_key_that_may_not_sign_validates_nothing(change: dict[str, int], flaw: str) -> None:
    stage = Stage()
    key = SigningKey.make(number=2, **change)
    stage.replace_good(Zone(name_of(GOOD), [key]))
    stage.tld.drop(GOOD, "DS").delegate(stage.good)
    found = stage.lookup(GOOD, "MX")
    assert verdict(found)[1:] == (Security.BOGUS, Why.KEY_UNUSABLE)
    assert found.detail["flaws"] == [flaw]


def test_d35_a_key_of_another_protocol_validates_nothing() -> None:
    stage = Stage()
    record = stage.good.keys[0].record.replace(protocol=4)
    stage.good.keys[0].record = record
    stage.tld.drop(GOOD, "DS").delegate(stage.good)
    assert verdict(stage.lookup(GOOD, "MX"))[1:] == (Security.BOGUS, Why.KEY_UNUSABLE)


def test_d36_a_standby_key_with_a_ds_of_its_own_does_no_harm() -> None:
    stage = Stage()
    standby = SigningKey.make(number=8)
    stage.good.key_records = [stage.good.keys[0].record, standby.record]
    stage.tld.add(GOOD, "DS", ds_text(name_of(GOOD), standby))
    found = stage.lookup(GOOD, "MX")
    assert found.secure
    assert [ds.matches for ds in found.chain[-1].ds] == [True, True]


def test_d37_every_key_with_the_tag_of_a_signature_is_tried() -> None:
    stage = Stage()
    real = stage.good.keys[0].record
    twin = real.replace(key=_same_tag(real.key))
    assert dns.dnssec.key_id(twin) == dns.dnssec.key_id(real)
    stage.good.key_records = [twin, real]
    assert stage.lookup(GOOD, "MX").secure


def _same_tag(key: bytes) -> bytes:
    """Swapping two 16-bit words leaves the sum that a key tag is (RFC 4034 appendix B)."""
    return key[2:4] + key[:2] + key[4:]


def test_d39_signatures_of_an_island_help_nobody() -> None:
    stage = Stage()
    island = stage.add_zone(
        signed_zone("island.unsigned.example.", 5).add("www.island.unsigned.example.", "A", "192.0.2.1")
    )
    stage.unsigned.delegate(island)
    found = stage.lookup("www.island.unsigned.example.", "A")
    assert verdict(found) == (Outcome.FOUND, Security.INSECURE, Why.NO_DS)
    assert found.where == "unsigned.example."


def test_d40_a_ds_question_answered_from_the_child_side_proves_nothing() -> None:
    stage = Stage()

    def from_the_child(message: dns.message.Message) -> None:
        message.answer.clear()
        message.authority[:] = [*stage.good.soa(), *stage.good.proof(name_of(GOOD))]

    stage.tweak(GOOD, "DS", from_the_child)
    assert verdict(stage.lookup(GOOD, "MX"))[1:] == (Security.BOGUS, Why.NO_PROOF_OF_NO_DS)


def test_d41_cuts_are_found_by_proof_and_not_by_dots() -> None:
    stage = Stage()
    deep = stage.add_zone(signed_zone(f"a.b.c.{GOOD}", 6).add(f"www.x.a.b.c.{GOOD}", "A", "192.0.2.1"))
    stage.good.delegate(deep)
    assert [link.zone for link in stage.lookup(f"www.x.a.b.c.{GOOD}", "A").chain] == [
        ".",
        "example.",
        GOOD,
        f"a.b.c.{GOOD}",
    ]
    assert [link.zone for link in stage.lookup(f"mx.{GOOD}", "A").chain] == [".", "example.", GOOD]


@pytest.mark.parametrize("nsec3", DENIALS)
def test_d41_an_unsigned_zone_below_names_that_are_no_cuts_is_found(nsec3: Nsec3 | None) -> None:
    stage = Stage(nsec3)
    stage.add_zone(Zone(name_of(f"a.b.{GOOD}")).add(f"www.a.b.{GOOD}", "A", "192.0.2.1"))
    stage.good.delegate(f"a.b.{GOOD}")
    found = stage.lookup(f"www.a.b.{GOOD}", "A")
    assert (found.security, found.reason, found.where) == (Security.INSECURE, Why.NO_DS, f"a.b.{GOOD}")


def test_d42_a_cname_in_place_of_the_ds_answer_is_no_proof() -> None:
    stage = Stage()

    def alias(message: dns.message.Message) -> None:
        message.authority.clear()
        message.answer[:] = [dns.rrset.from_text("unsigned.example.", TTL, IN, "CNAME", "www.example.")]

    stage.tweak("unsigned.example.", "DS", alias)
    assert verdict(stage.lookup("unsigned.example.", "A"))[1:] == (Security.BOGUS, Why.NO_PROOF_OF_NO_DS)


def test_d43_each_look_up_carries_the_state_of_the_zone_that_holds_the_record() -> None:
    stage = Stage()
    stage.add_zone(Zone(name_of(f"sub.{GOOD}")).add(f"www.sub.{GOOD}", "A", "192.0.2.1"))
    stage.good.delegate(f"sub.{GOOD}")
    assert stage.lookup(f"mx.{GOOD}", "A").secure
    assert stage.lookup(f"www.sub.{GOOD}", "A").security is Security.INSECURE


def test_the_closest_trust_anchor_counts() -> None:
    stage = Stage()
    stage.root.window = (NOW, NOW)  # a root that is no good any more
    later = NOW.replace(hour=13)
    validator = stage.validator(".", "example.", now=later)
    everything = Everything(stage.world)
    assert replay(validator, everything, GOOD, "MX").chain[0].zone == "example."
    assert replay(validator, everything, GOOD, "MX").secure
    assert replay(validator, everything, "other.", "A").reason is Why.ANCHOR_MISMATCH


def test_a_name_below_no_trust_anchor_is_indeterminate() -> None:
    stage = Stage()
    found = replay(stage.validator("example."), Everything(stage.world), "other.", "A")
    assert verdict(found) == (Outcome.NO_SUCH_NAME, Security.INDETERMINATE, Why.NO_ANCHOR)


def test_a_dnskey_trust_anchor_serves_as_well_as_a_ds() -> None:
    stage = Stage()
    anchor = f". DNSKEY {stage.root.keys[0].record.to_text()}"
    assert replay(Validator([anchor], NOW), Everything(stage.world), GOOD, "MX").secure


def test_d28_a_resolver_that_strips_signatures_is_our_problem() -> None:
    stage = Stage()
    stage.world.tweaks.append(lambda _, message: without("RRSIG/DNSKEY", "RRSIG/MX", "RRSIG/DS")(message))
    found = stage.lookup(GOOD, "MX")
    assert verdict(found) == (Outcome.FOUND, Security.INDETERMINATE, Why.RESOLVER_STRIPS_DNSSEC)


def test_d46_when_nothing_at_the_anchor_is_valid_our_own_side_is_wrong() -> None:
    found = Stage().lookup(GOOD, "MX", now=NOW.replace(year=2027))
    assert (found.security, found.reason) == (Security.INDETERMINATE, Why.ANCHOR_MISMATCH)
    assert found.detail["cause"] == "signature-expired"


@pytest.mark.parametrize("failure", [DnsFailure.TIMEOUT, DnsFailure.SERVFAIL, DnsFailure.MALFORMED])
def test_d27_a_failed_look_up_is_never_an_absence(failure: DnsFailure) -> None:
    stage = Stage()
    stage.world.failures[Question(f"_25._tcp.mx.{GOOD}", "TLSA")] = failure
    found = stage.lookup(f"_25._tcp.mx.{GOOD}", "TLSA")
    assert verdict(found) == (Outcome.FAILED, Security.INDETERMINATE, Why.RESOLVER_FAILED)
    assert found.detail == {"failure": failure.value, "question": "TLSA"}


def test_a_chain_question_that_fails_leaves_the_answer_indeterminate() -> None:
    stage = Stage()
    stage.world.failures[Question(GOOD, "DNSKEY")] = DnsFailure.TIMEOUT
    found = stage.lookup(GOOD, "MX")
    assert verdict(found) == (Outcome.FOUND, Security.INDETERMINATE, Why.RESOLVER_FAILED)
    assert found.where == GOOD


def test_no_question_is_asked_twice_for_many_look_ups() -> None:
    stage = Stage()
    validator = stage.validator()

    class Once(Everything):
        def __getitem__(self, question: Question):  # type: ignore[no-untyped-def]
            return stage.world.answer(question)

    for name, rdtype in [
        (GOOD, "MX"),
        (f"mx.{GOOD}", "A"),
        (f"mx.{GOOD}", "AAAA"),
        (GOOD, "MX"),
        ("unsigned.example.", "A"),
    ]:
        replay(validator, Once(stage.world), name, rdtype)
    assert len(stage.world.asked) == len(set(stage.world.asked)) == 11


def test_a_secure_answer_takes_one_round_of_questions_at_the_usual_depth() -> None:
    stage = Stage()
    steps = stage.validator().lookup(GOOD, "MX")
    first = next(steps)
    answers = Everything(stage.world)
    with pytest.raises(StopIteration) as stop:
        steps.send({question: answers[question] for question in first})
    assert stop.value.value.secure


def test_a_text_that_is_no_name_fails_without_a_question() -> None:
    stage = Stage()
    found = stage.lookup("x" * 70 + ".example.", "A")
    assert verdict(found) == (Outcome.FAILED, Security.INDETERMINATE, Why.NOT_A_NAME)
    assert stage.world.asked == []


def test_a_look_up_is_json_throughout() -> None:
    stored = Stage().lookup(GOOD, "MX").to_json()
    assert stored["security"] == "secure"
    assert type(stored["chain"][0]["state"]) is str


def test_roles_of_keys_are_told_by_use() -> None:
    stage = Stage()
    ksk = SigningKey.make(Algorithm.RSASHA256, 1)
    zsk = SigningKey.make(Algorithm.RSASHA256, 2, flags=256)
    stage.replace_good(Zone(name_of(GOOD), [ksk], [zsk]))
    stage.tld.drop(GOOD, "DS").delegate(stage.good)
    found = stage.lookup(GOOD, "MX")
    assert found.secure
    assert {(key.tag, key.role, key.bits) for key in found.chain[-1].keys} == {
        (ksk.tag, "KSK", 1024),
        (zsk.tag, "ZSK", 1024),
    }
