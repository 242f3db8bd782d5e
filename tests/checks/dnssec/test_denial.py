"""Denial of existence: rows D-c of the hard cases, for NSEC and NSEC3 alike where both know the case."""

from __future__ import annotations

import dataclasses

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from checks.dnssec import Budget, Lookup, Outcome, Security, Why
from tests.checks.dnssec.cast import GOOD, Stage, without
from tests.checks.dnssec.world import IN, Nsec3, Zone, name_of

BOTH = pytest.mark.parametrize(
    "nsec3", [None, Nsec3(), Nsec3(iterations=5, salt=b"\xab\xcd")], ids=["nsec", "nsec3", "salted"]
)
SECURE, BOGUS, INSECURE = Security.SECURE, Security.BOGUS, Security.INSECURE


def verdict(lookup: Lookup) -> tuple[Outcome, Security]:
    return lookup.outcome, lookup.security


def drop_proof(stage: Stage, name: str, rdtype: str, *of: str) -> None:
    """Take the records that match or cover the names ``of`` out of an answer."""
    gone = {rrset.name for name_ in of for rrset in stage.good.proof(name_of(name_))}

    def change(message: dns.message.Message) -> None:
        message.authority[:] = [r for r in message.authority if r.name not in gone or r.rdtype == dns.rdatatype.SOA]

    stage.tweak(name, rdtype, change)


@BOTH
def test_absent_types_and_names_are_proven(nsec3: Nsec3 | None) -> None:
    stage = Stage(nsec3)
    assert verdict(stage.lookup(f"mx.{GOOD}", "AAAA")) == (Outcome.NO_DATA, SECURE)
    assert verdict(stage.lookup(f"none.{GOOD}", "A")) == (Outcome.NO_SUCH_NAME, SECURE)
    assert verdict(stage.lookup(f"a.b.none.{GOOD}", "A")) == (Outcome.NO_SUCH_NAME, SECURE)
    assert verdict(stage.lookup("none.example.", "A")) == (Outcome.NO_SUCH_NAME, SECURE)


@BOTH
def test_d13_a_wildcard_answer_is_secure_with_its_proof(nsec3: Nsec3 | None) -> None:
    stage = Stage(nsec3)
    found = stage.lookup(f"a.b.wild.{GOOD}", "TXT")
    assert (verdict(found), found.records) == ((Outcome.FOUND, SECURE), ('"from the wildcard"',))
    assert verdict(stage.lookup(f"a.b.wild.{GOOD}", "A")) == (Outcome.NO_DATA, SECURE)
    drop_proof(stage, f"c.wild.{GOOD}", "TXT", f"c.wild.{GOOD}")
    assert verdict(stage.lookup(f"c.wild.{GOOD}", "TXT")) == (Outcome.FOUND, BOGUS)


def test_d13_a_wildcard_does_not_answer_for_names_below_a_nearer_one() -> None:
    stage = Stage()
    stage.good.add(f"near.wild.{GOOD}", "A", "192.0.2.1")

    def expand(message: dns.message.Message) -> None:
        message.set_rcode(dns.rcode.NOERROR)
        wildcard = stage.good.signed(stage.good.rrset(name_of(f"*.wild.{GOOD}"), dns.rdatatype.TXT))
        message.answer[:] = [dns.rrset.from_rdata_list(name_of(f"x.near.wild.{GOOD}"), 60, list(r)) for r in wildcard]
        message.authority[:] = stage.good.proof(name_of(f"x.near.wild.{GOOD}"))

    stage.tweak(f"x.near.wild.{GOOD}", "TXT", expand)
    assert stage.lookup(f"x.near.wild.{GOOD}", "TXT").reason is Why.DENIAL_INCOMPLETE


@BOTH
def test_d16_an_empty_non_terminal_is_no_data(nsec3: Nsec3 | None) -> None:
    assert verdict(Stage(nsec3).lookup(f"_tcp.mx.{GOOD}", "TLSA")) == (Outcome.NO_DATA, SECURE)


@pytest.mark.parametrize("part", [GOOD, f"none.{GOOD}", f"*.{GOOD}"], ids=["encloser", "next-closer", "wildcard"])
def test_d17_an_nsec3_denial_needs_all_three_parts(part: str) -> None:
    stage = Stage(Nsec3())
    for n in range(40):  # so many names that the three parts are three records
        stage.good.add(f"host{n}.{GOOD}", "A", "192.0.2.1")
    drop_proof(stage, f"none.{GOOD}", "A", part)
    found = stage.lookup(f"none.{GOOD}", "A")
    assert (found.security, found.reason) == (BOGUS, Why.DENIAL_INCOMPLETE)


@pytest.mark.parametrize("part", [f"none.{GOOD}", f"*.{GOOD}"], ids=["name", "wildcard"])
def test_d54_an_nsec_denial_needs_both_parts(part: str) -> None:
    stage = Stage()
    drop_proof(stage, f"none.{GOOD}", "A", part)
    found = stage.lookup(f"none.{GOOD}", "A")
    assert (found.security, found.reason) == (BOGUS, Why.DENIAL_INCOMPLETE)


@BOTH
def test_d55_the_parent_side_of_a_cut_denies_nothing_in_the_child(nsec3: Nsec3 | None) -> None:
    stage = Stage(nsec3)
    parent = stage.tld

    def from_the_parent(message: dns.message.Message) -> None:
        message.set_rcode(dns.rcode.NXDOMAIN)
        proofs = [parent.proof(name_of(n)) for n in (GOOD, f"none.{GOOD}", f"*.{GOOD}", "example.")]
        message.authority[:] = [*parent.soa(), *{id(r): r for proof in proofs for r in proof}.values()]

    for name, rdtype in ((f"none.{GOOD}", "A"), (GOOD, "MX"), (f"www.{GOOD}", "A")):
        stage.tweak(name, rdtype, from_the_parent)
        stage.tweak(name, rdtype, lambda message: message.answer.clear())
        assert stage.lookup(name, rdtype).security is BOGUS


@BOTH
def test_d56_a_record_at_a_dname_denies_nothing_below_it(nsec3: Nsec3 | None) -> None:
    stage = Stage(nsec3)
    stage.good.add(f"tree.{GOOD}", "DNAME", "example.")

    def deny(message: dns.message.Message) -> None:
        message.set_rcode(dns.rcode.NXDOMAIN)
        message.answer.clear()
        names = (f"tree.{GOOD}", f"x.tree.{GOOD}", f"*.tree.{GOOD}", f"*.{GOOD}")
        message.authority[:] = [*stage.good.soa(), *(r for n in names for r in stage.good.proof(name_of(n)))]

    stage.tweak(f"x.tree.{GOOD}", "A", deny)
    assert stage.lookup(f"x.tree.{GOOD}", "A").security is BOGUS


@pytest.mark.parametrize(
    ("types", "outcome"), [("RRSIG NSEC", Outcome.NO_DATA), ("RRSIG NSEC TYPE128", Outcome.NO_SUCH_NAME)]
)
def test_d57_compact_denial_is_legal(types: str, outcome: Outcome) -> None:
    stage = Stage()

    def compact(message: dns.message.Message) -> None:
        message.set_rcode(dns.rcode.NOERROR)
        nsec = dns.rrset.from_text(f"none.{GOOD}", 60, IN, "NSEC", f"\\000.none.{GOOD} {types}")
        message.authority[:] = [*stage.good.soa(), *stage.good.signed(nsec)]

    stage.tweak(f"none.{GOOD}", "A", compact)
    assert verdict(stage.lookup(f"none.{GOOD}", "A")) == (outcome, SECURE)


def test_d58_a_name_in_an_opt_out_span_is_not_proven_absent() -> None:
    found = Stage(Nsec3(opt_out=True)).lookup(f"none.{GOOD}", "A")
    assert (verdict(found), found.reason) == ((Outcome.NO_SUCH_NAME, INSECURE), Why.OPT_OUT)


def test_d59_a_wildcard_answer_in_an_opt_out_zone_is_insecure() -> None:
    found = Stage(Nsec3(opt_out=True)).lookup(f"x.wild.{GOOD}", "TXT")
    assert (verdict(found), found.reason) == ((Outcome.FOUND, INSECURE), Why.OPT_OUT)


@pytest.mark.parametrize(("iterations", "security"), [(150, SECURE), (151, INSECURE)])
def test_d18_nsec3_iterations_count_up_to_the_limit(iterations: int, security: Security) -> None:
    found = Stage(Nsec3(iterations=iterations)).lookup(f"none.{GOOD}", "A")
    assert found.security is security
    assert found.reason is (Why.OK if security is SECURE else Why.ITERATIONS_TOO_HIGH)


@pytest.mark.parametrize("odd", [Nsec3(algorithm=2), Nsec3(flags=2)], ids=["hash", "flag"])
def test_d60_nsec3_of_an_unknown_kind_is_ignored(odd: Nsec3) -> None:
    stage = Stage(odd)
    denied = stage.lookup(f"none.{GOOD}", "A")
    assert (denied.security, denied.reason) == (BOGUS, Why.DENIAL_INCOMPLETE)
    assert stage.lookup("www.unsigned.example.", "A").security is INSECURE


def test_d63_a_dname_at_the_apex_answers_for_names_that_nsec_denies() -> None:
    stage = Stage()
    stage.good.add(GOOD, "DNAME", "target.example.")
    stage.tld.add("www.target.example.", "A", "192.0.2.7")
    found = stage.lookup(f"www.{GOOD}", "A")
    assert (verdict(found), found.records) == ((Outcome.FOUND, SECURE), ("192.0.2.7",))


@BOTH
def test_d04_an_unsigned_denial_is_bogus(nsec3: Nsec3 | None) -> None:
    stage = Stage(nsec3)
    stage.tweak(f"none.{GOOD}", "A", without("RRSIG/NSEC", "RRSIG/NSEC3"))
    found = stage.lookup(f"none.{GOOD}", "A")
    assert (found.security, found.reason) == (BOGUS, Why.SIGNATURE_MISSING)


def test_a_denial_without_any_record_is_bogus() -> None:
    stage = Stage()
    stage.tweak(f"none.{GOOD}", "A", lambda message: message.authority.clear())
    found = stage.lookup(f"none.{GOOD}", "A")
    assert (found.security, found.reason) == (BOGUS, Why.DENIAL_MISSING)


@BOTH
def test_the_rcode_changes_nothing_about_what_is_proven(nsec3: Nsec3 | None) -> None:
    stage = Stage(nsec3)
    stage.tweak(f"none.{GOOD}", "A", lambda message: message.set_rcode(dns.rcode.NOERROR))
    stage.tweak(f"_tcp.mx.{GOOD}", "A", lambda message: message.set_rcode(dns.rcode.NXDOMAIN))
    assert verdict(stage.lookup(f"none.{GOOD}", "A")) == (Outcome.NO_SUCH_NAME, SECURE)
    assert verdict(stage.lookup(f"_tcp.mx.{GOOD}", "A")) == (Outcome.NO_DATA, SECURE)


def test_an_existing_type_cannot_be_denied_by_a_record_that_lists_it() -> None:
    stage = Stage()

    def deny(message: dns.message.Message) -> None:
        message.answer.clear()
        message.authority[:] = [*stage.good.soa(), *stage.good.proof(name_of(GOOD))]

    stage.tweak(GOOD, "MX", deny)
    assert stage.lookup(GOOD, "MX").reason is Why.DENIAL_INCOMPLETE


def test_a_wildcard_nsec_expanded_to_another_name_proves_nothing() -> None:
    """RFC 4035 section 5.4: the record of the wildcard, given out under the name that it should deny."""
    stage = Stage()

    def expand(message: dns.message.Message) -> None:
        message.answer.clear()
        nsec = stage.good.proof(name_of(f"*.wild.{GOOD}"))
        renamed = [dns.rrset.from_rdata_list(name_of(f"x.wild.{GOOD}"), 60, list(r)) for r in nsec]
        message.authority[:] = [*stage.good.soa(), *renamed]

    stage.tweak(f"x.wild.{GOOD}", "A", expand)
    assert stage.lookup(f"x.wild.{GOOD}", "A").security is BOGUS


def test_d22_a_message_has_a_budget_of_hashes() -> None:
    stage = Stage(Nsec3())
    deep = "a." * 90 + GOOD
    few = dataclasses.replace(Budget(), hashes_per_message=10)
    assert stage.lookup(deep, "A").reason is Why.EXHAUSTS_VALIDATORS
    assert stage.lookup(f"none.{GOOD}", "A", budget=few).secure


@BOTH
def test_a_delegation_is_not_mistaken_for_an_ordinary_name(nsec3: Nsec3 | None) -> None:
    stage = Stage(nsec3)
    stage.add_zone(Zone(name_of(f"sub.{GOOD}")))
    stage.good.delegate(f"sub.{GOOD}")
    found = stage.lookup(f"none.sub.{GOOD}", "A")
    assert (verdict(found), found.where) == ((Outcome.NO_SUCH_NAME, INSECURE), f"sub.{GOOD}")
