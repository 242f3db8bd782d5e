"""What is told about zones whose chain holds: signatures that end, weak keys, changes that wait, roll-overs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from dns.dnssectypes import Algorithm

from checks.dnssec import Lookup, replay
from checks.dnssec.remarks import (
    APEX_TYPES,
    Apex,
    Note,
    Remark,
    Stage,
    remarks_on_signatures,
    remarks_on_zone,
    rollover_stage,
)
from tests.checks.dnssec import cast
from tests.checks.dnssec.cast import GOOD
from tests.checks.dnssec.world import NOW, Everything, Nsec3, SigningKey, Zone, ds_text, name_of


def apex(stage: cast.Stage) -> Apex:
    validator, everything = stage.validator(), Everything(stage.world)
    found: list[Lookup] = [replay(validator, everything, GOOD, rdtype) for rdtype in APEX_TYPES]
    return Apex(*found)


def notes(stage: cast.Stage) -> set[Note]:
    return {remark.note for remark in remarks_on_zone(apex(stage), NOW)}


def stage_with(
    *keys: SigningKey, zone_keys: list[SigningKey] | None = None, ds: list[SigningKey] | None = None
) -> cast.Stage:
    """The cast with ``good.example.`` signed by these keys."""
    stage = cast.Stage()
    stage.replace_good(Zone(name_of(GOOD), list(keys), zone_keys or []))
    stage.good.window = (NOW - timedelta(days=7), NOW + timedelta(days=30))
    stage.tld.drop(GOOD, "DS").delegate(stage.good, ds=[ds_text(name_of(GOOD), key) for key in ds or keys])
    return stage


KEY = SigningKey.make(number=2)


def test_a_zone_in_order_has_no_remarks() -> None:
    assert remarks_on_zone(apex(stage_with(KEY)), NOW) == ()


def test_a_zone_that_is_not_secure_gets_no_remarks() -> None:
    stage = stage_with(KEY, ds=[SigningKey.make(number=9)])
    assert remarks_on_zone(apex(stage), NOW) == ()


@pytest.mark.parametrize(("left", "told"), [(timedelta(days=3), True), (timedelta(days=3, seconds=1), False)])
def test_d10_a_signature_that_ends_within_three_days_is_told(left: timedelta, told: bool) -> None:
    stage = stage_with(KEY)
    stage.good.window = (NOW - timedelta(days=7), NOW + left)
    found = stage.lookup(GOOD, "MX")
    remarks = [remark for remark in remarks_on_signatures([found], NOW) if remark.note is Note.ENDS_SOON]
    assert bool(remarks) is told
    if told:
        ends = "2026-11-26T12:00:00Z"
        assert remarks == [Remark(Note.ENDS_SOON, GOOD, {"covers": "MX", "ends": ends, "hours": 72})]


def test_d44_a_signature_that_ends_before_the_soa_expires_is_told() -> None:
    stage = stage_with(KEY)
    stage.good.window = (NOW - timedelta(days=7), NOW + timedelta(seconds=1209599))
    assert notes(stage) == {Note.ENDS_BEFORE_SOA_EXPIRE}


def test_d45_a_signature_that_ends_within_the_ttl_is_told() -> None:
    stage = stage_with(KEY)
    stage.good.window = (NOW - timedelta(days=7), NOW + timedelta(seconds=3599))
    assert Note.ENDS_WITHIN_TTL in notes(stage)


@pytest.mark.parametrize("algorithm", [Algorithm.RSASHA1, Algorithm.RSASHA1NSEC3SHA1])
def test_d19_sha1_is_told(algorithm: Algorithm) -> None:
    assert Note.SHA1_ALGORITHM in notes(stage_with(SigningKey.make(algorithm, 1)))


def test_d21_a_small_key_is_told() -> None:
    (remark,) = remarks_on_zone(apex(stage_with(SigningKey.make(Algorithm.RSASHA256, 1, bits=1024))), NOW)
    assert (remark.note, remark.values["bits"]) == (Note.SMALL_KEY, 1024)


def test_d08_a_sha1_digest_is_told() -> None:
    stage = stage_with(KEY)
    stage.tld.add(GOOD, "DS", ds_text(name_of(GOOD), KEY, "SHA1"))
    assert notes(stage) == {Note.SHA1_DIGEST}


def test_d06_a_dangling_ds_is_told() -> None:
    stranger = SigningKey.make(number=9)
    (remark,) = remarks_on_zone(apex(stage_with(KEY, ds=[KEY, stranger])), NOW)
    assert (remark.note, remark.values["tag"]) == (Note.DANGLING_DS, stranger.tag)


def test_d36_a_standby_ds_is_told() -> None:
    standby = SigningKey.make(number=8)
    stage = stage_with(KEY, ds=[KEY, standby])
    stage.good.key_records = [KEY.record, standby.record]
    assert notes(stage) == {Note.STANDBY_DS}


def test_d49_an_algorithm_of_the_ds_set_without_signatures_is_told() -> None:
    other = SigningKey.make(Algorithm.ED25519, 4)
    stage = stage_with(KEY, ds=[KEY, other])
    stage.good.key_records = [KEY.record, other.record]
    assert notes(stage) == {Note.STANDBY_DS, Note.DS_WITHOUT_SIGNATURE}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Nsec3(), set()),
        (Nsec3(iterations=1), {Note.NSEC3_ITERATIONS}),
        (Nsec3(iterations=51), {Note.NSEC3_ITERATIONS_IGNORED}),
        (Nsec3(salt=b"\xab"), {Note.NSEC3_SALT}),
    ],
)
def test_d18_nsec3_parameters_other_than_zero_and_no_salt_are_told(settings: Nsec3, expected: set[Note]) -> None:
    stage = stage_with(KEY)
    stage.good.nsec3 = settings
    stage.good.add(GOOD, "NSEC3PARAM", f"1 0 {settings.iterations} {settings.salt.hex() or '-'}")
    assert notes(stage) == expected


def test_d24_a_cds_that_says_what_the_parent_has_is_no_remark() -> None:
    stage = stage_with(KEY)
    stage.good.add(GOOD, "CDS", ds_text(name_of(GOOD), KEY)).add(GOOD, "CDNSKEY", KEY.record.to_text())
    assert notes(stage) == set()


def test_d24_a_cds_that_differs_from_the_ds_waits_at_the_parent() -> None:
    stage = stage_with(KEY)
    wanted = ds_text(name_of(GOOD), SigningKey.make(number=8))
    stage.good.add(GOOD, "CDS", wanted)
    (remark,) = remarks_on_zone(apex(stage), NOW)
    assert (remark.note, remark.values["wanted"]) == (Note.CDS_WAITS, [wanted])


@pytest.mark.parametrize(("rdtype", "text"), [("CDS", "0 0 0 00"), ("CDNSKEY", "0 3 0 AA==")])
def test_d24_a_zone_that_asks_to_lose_its_ds_is_told(rdtype: str, text: str) -> None:
    stage = stage_with(KEY)
    stage.good.add(GOOD, rdtype, text)
    assert notes(stage) == {Note.CDS_DELETE}


def test_d24_cds_and_cdnskey_that_contradict_each_other_are_told() -> None:
    stage = stage_with(KEY)
    stage.good.add(GOOD, "CDS", ds_text(name_of(GOOD), KEY))
    stage.good.add(GOOD, "CDNSKEY", KEY.record.to_text(), SigningKey.make(number=8).record.to_text())
    assert notes(stage) == {Note.CDS_CONTRADICTS}


KSK, ZSK = SigningKey.make(number=2), SigningKey.make(number=3, flags=256)
NEW_KSK, NEW_ZSK = SigningKey.make(number=5), SigningKey.make(number=6, flags=256)


@pytest.mark.parametrize(
    ("keys", "zone_keys", "ds", "published", "expected"),
    [
        ([KEY], [], [KEY], None, Stage.NONE),
        ([KSK], [ZSK], [KSK], None, Stage.NONE),
        ([KSK], [ZSK], [KSK], [KSK, ZSK, NEW_ZSK], Stage.NEW_ZSK_PUBLISHED),
        ([KSK], [ZSK, NEW_ZSK], [KSK], None, Stage.TWO_ZSK_SIGN),
        ([KSK, NEW_KSK], [ZSK], [KSK], None, Stage.TWO_KSK_SIGN),
        ([KSK], [ZSK], [KSK, NEW_KSK], None, Stage.TWO_DS),
        ([KSK, SigningKey.make(Algorithm.ED25519, 4)], [ZSK], [KSK], None, Stage.TWO_ALGORITHMS),
    ],
)
def test_d23_the_stage_of_a_roll_over_is_named(
    keys: list[SigningKey],
    zone_keys: list[SigningKey],
    ds: list[SigningKey],
    published: list[SigningKey] | None,
    expected: Stage,
) -> None:
    stage = stage_with(*keys, zone_keys=zone_keys, ds=ds)
    if published:
        stage.good.key_records = [key.record for key in published]
    seen = apex(stage)
    assert seen.dnskey.secure
    assert rollover_stage(seen.dnskey, seen.soa) is expected


def test_d50_a_zone_of_a_known_and_an_unknown_algorithm_is_judged_by_the_known_one() -> None:
    stage = stage_with(KEY)
    stage.tld.add(GOOD, "DS", "4711 253 2 " + "ab" * 32)
    assert notes(stage) == {Note.DANGLING_DS, Note.DS_WITHOUT_SIGNATURE}
