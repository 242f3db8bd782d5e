"""The chain of trust as a list of zones: each zone once, and the broken link with its reason."""

from __future__ import annotations

import pytest

from checks.dnssec import Why
from portal.scans import chain
from tests.portal.looks.documents import a_chain, a_zone


def test_zones_stand_in_order_from_the_root_and_each_only_once() -> None:
    zones = chain.build([{"chain": a_chain()}, {"chain": [*a_chain()[:2], a_zone("mailhulp.example.")]}], "nl")
    assert [zone.name for zone in zones] == [". (root)", "example.", "good.example.", "mailhulp.example."]
    assert [zone.branch for zone in zones] == ["", "", "", "example."]
    assert [zone.anchored for zone in zones] == [True, False, False, False]


def test_a_whole_chain_names_keys_ds_and_the_end_of_the_signature() -> None:
    zone = chain.build([{"chain": a_chain()}], "nl")[2]
    assert (zone.status, zone.word, zone.reason) == ("passed", "veilig", "")
    assert zone.ds == (("30781, SHA-256: past", True),)
    assert zone.keys == ("KSK 30781 (ECDSA P-256)", "ZSK 9412 (ECDSA P-256)")
    assert zone.until == "7 december 2026"


def test_a_broken_link_says_which_and_why() -> None:
    zone = chain.build([{"chain": a_chain("bogus", "ds-mismatch")}], "en")[2]
    assert (zone.status, zone.word) == ("failed", "broken")
    assert zone.reason == "No DS record in the parent zone matches a key of this zone."
    assert zone.ds == (("30781, SHA-256: does not match", False),)


def test_a_zone_that_is_broken_for_one_name_is_shown_as_broken() -> None:
    zones = chain.build([{"chain": a_chain()}, {"chain": a_chain("bogus", "signature-expired")}], "nl")
    assert zones[2].status == "failed"


def test_an_unsigned_zone_is_no_failure_and_shows_the_proof() -> None:
    zone = chain.build([{"chain": a_chain("insecure", "no-ds")}], "nl")[2]
    assert (zone.status, zone.word, zone.denial) == ("not_tested", "niet ondertekend", "NSEC3")


@pytest.mark.parametrize("reason", [why for why in Why if why is not Why.OK])
def test_every_reason_of_the_validator_is_told_as_a_sentence_in_both_languages(reason: Why) -> None:
    told = [chain.reason_in_words(reason.value, language) for language in ("nl", "en")]
    assert all(text[0].isupper() and text.endswith(".") for text in told)
    assert told[0] != told[1]


def test_an_unknown_reason_is_shown_as_it_is_and_a_long_name_is_cut() -> None:
    zone = chain.build([{"chain": [a_zone("x" * 300, "bogus", "brand-new")]}], "nl")[0]
    assert zone.reason == "brand-new"
    assert len(zone.name) == 100


def test_evidence_without_a_chain_gives_nothing() -> None:
    assert chain.build([{"where": "example."}, {"chain": []}], "nl") == ()
