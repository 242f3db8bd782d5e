"""Aliases across zones: rows D-d of the hard cases."""

from __future__ import annotations

import dns.message
import dns.rrset
import pytest

from checks.dnssec import Outcome, Security, Why
from checks.facts.dns import Question
from tests.checks.dnssec.cast import GOOD, Stage, without
from tests.checks.dnssec.world import IN, signed_zone


def test_d14_an_alias_within_secure_zones_is_secure_and_every_link_shows() -> None:
    stage = Stage()
    other = stage.add_zone(signed_zone("other.example.", 6).add("www.other.example.", "A", "192.0.2.6"))
    stage.tld.delegate(other)
    stage.good.add(f"www.{GOOD}", "CNAME", "WWW.other.example.")
    found = stage.lookup(f"www.{GOOD}", "A")
    assert (found.outcome, found.security, found.records) == (Outcome.FOUND, Security.SECURE, ("192.0.2.6",))
    assert (found.aliases, found.canonical_name) == (("www.other.example.",), "www.other.example.")
    assert [link.zone for link in found.chain] == [".", "example.", GOOD, "other.example."]


def test_d15_a_secure_alias_to_an_unsigned_zone_names_the_target() -> None:
    stage = Stage()
    stage.good.add(f"www.{GOOD}", "CNAME", "www.unsigned.example.")
    found = stage.lookup(f"www.{GOOD}", "A")
    assert (found.security, found.reason, found.where) == (Security.INSECURE, Why.NO_DS, "unsigned.example.")
    assert [(link.zone, link.state.value) for link in found.chain][-2:] == [
        (GOOD, "secure"),
        ("unsigned.example.", "insecure"),
    ]


def test_d65_an_insecure_alias_to_a_secure_zone_is_insecure() -> None:
    stage = Stage()
    stage.unsigned.add("mail.unsigned.example.", "CNAME", f"mx.{GOOD}")
    found = stage.lookup("mail.unsigned.example.", "A")
    assert (found.security, found.where, found.records) == (Security.INSECURE, "unsigned.example.", ("192.0.2.25",))


def test_d14_a_broken_target_makes_the_whole_bogus() -> None:
    stage = Stage()
    stage.good.add(f"www.{GOOD}", "CNAME", f"mx.{GOOD}")
    stage.tweak(f"www.{GOOD}", "A", without("RRSIG/A"))
    found = stage.lookup(f"www.{GOOD}", "A")
    assert (found.security, found.reason, found.where) == (Security.BOGUS, Why.SIGNATURE_MISSING, f"mx.{GOOD}")


def test_d14_a_dname_redirects_what_lies_below_it() -> None:
    stage = Stage()
    stage.good.add(f"tree.{GOOD}", "DNAME", GOOD)
    found = stage.lookup(f"mx.tree.{GOOD}", "A")
    assert (found.security, found.aliases, found.records) == (Security.SECURE, (f"mx.{GOOD}",), ("192.0.2.25",))


def test_d14_the_cname_beside_a_dname_is_made_by_us_and_not_believed() -> None:
    stage = Stage()
    stage.good.add(f"tree.{GOOD}", "DNAME", GOOD)

    def lie(message: dns.message.Message) -> None:
        message.answer[:] = [r for r in message.answer if r.rdtype != 5]
        message.answer.append(dns.rrset.from_text(f"mx.tree.{GOOD}", 60, IN, "CNAME", "www.unsigned.example."))

    stage.tweak(f"mx.tree.{GOOD}", "A", lie)
    found = stage.lookup(f"mx.tree.{GOOD}", "A")
    assert (found.security, found.aliases, found.records) == (Security.SECURE, (f"mx.{GOOD}",), ("192.0.2.25",))


def test_an_alias_to_nothing_is_as_absent_as_its_target() -> None:
    stage = Stage()
    stage.good.add(f"www.{GOOD}", "CNAME", f"none.{GOOD}")
    found = stage.lookup(f"www.{GOOD}", "A")
    assert (found.outcome, found.security, found.aliases) == (Outcome.NO_SUCH_NAME, Security.SECURE, (f"none.{GOOD}",))


def test_the_target_is_asked_for_when_the_answer_stops_at_the_alias() -> None:
    stage = Stage()
    stage.good.add(f"www.{GOOD}", "CNAME", f"mx.{GOOD}")

    def cut_short(message: dns.message.Message) -> None:
        message.answer[:] = [r for r in message.answer if r.name.to_text() == f"www.{GOOD}"]

    stage.tweak(f"www.{GOOD}", "A", cut_short)
    assert stage.lookup(f"www.{GOOD}", "A").records == ("192.0.2.25",)
    assert Question(f"mx.{GOOD}", "A") in stage.world.asked


@pytest.mark.parametrize("length", [1, 2, 3])
def test_d66_an_alias_loop_is_told_with_its_names(length: int) -> None:
    stage = Stage()
    for n in range(length):
        stage.good.add(f"l{n}.{GOOD}", "CNAME", f"l{(n + 1) % length}.{GOOD}")
    found = stage.lookup(f"l0.{GOOD}", "A")
    assert (found.outcome, found.security, found.reason) == (Outcome.FAILED, Security.BOGUS, Why.ALIAS_LOOP)
    assert found.detail["aliases"][-1] == f"l0.{GOOD}"


@pytest.mark.parametrize(("length", "outcome"), [(16, Outcome.FOUND), (17, Outcome.FAILED)])
def test_d66_sixteen_aliases_are_followed_and_no_more(length: int, outcome: Outcome) -> None:
    stage = Stage()
    for n in range(length):
        stage.good.add(f"l{n}.{GOOD}", "CNAME", f"l{n + 1}.{GOOD}")
    stage.good.add(f"l{length}.{GOOD}", "A", "192.0.2.9")
    assert stage.lookup(f"l0.{GOOD}", "A").outcome is outcome


def test_a_cname_is_found_when_it_is_asked_for() -> None:
    stage = Stage()
    stage.good.add(f"www.{GOOD}", "CNAME", f"mx.{GOOD}")
    found = stage.lookup(f"www.{GOOD}", "CNAME")
    assert (found.records, found.aliases, found.secure) == ((f"mx.{GOOD}",), (), True)
