"""Whether the next certificate will go well. Ids are rows of the house's list of hard cases (T: roll-over)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checks.evaluate.rollover import Rollover, rollover
from checks.model import Observation
from tests.checks.builders import a_handshake, a_lookup, a_mail_view, a_session
from tests.checks.evaluate.test_dane import LEAF, MIDDLE, OTHER, ROOT, record
from tests.checks.made import EXPIRED, NOW, Made

NEXT = Made.issued("next", MIDDLE, names=("mx1.good.example",))
OTHER_CA = Made.issued("Another authority", ca=True, cert_sign=True)
YEAR = Made.issued("x", MIDDLE, names=("mx1.good.example",), valid=(NOW - timedelta(1), NOW + timedelta(364)))
OWNER = "_25._tcp.mx1.good.example."


def judged(*records: str, chain: tuple[Made, ...] = (LEAF, MIDDLE), **changes: object) -> Observation:
    view = a_mail_view(
        a_session(tls=a_handshake(*chain), **changes), lookups=(a_lookup(OWNER, "TLSA", *records, ttl=1800),)
    )
    [row] = rollover(view).observations
    return row


def text(usage: int, selector: int, matching: int, made: Made) -> str:
    return record(usage, selector, matching, made).text


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param((text(3, 1, 1, LEAF), text(3, 1, 1, NEXT)), Rollover.OK, id="T25-current-and-next"),
        pytest.param((text(3, 1, 1, LEAF), text(2, 1, 1, MIDDLE)), Rollover.OK, id="T25-current-and-issuer"),
        pytest.param((text(3, 1, 1, LEAF),), Rollover.SINGLE, id="T26-single"),
        pytest.param((text(3, 1, 1, LEAF), text(3, 1, 2, LEAF)), Rollover.SAME_KEY, id="T57-one-key-two-digests"),
        pytest.param((text(3, 1, 1, LEAF), text(3, 0, 1, LEAF)), Rollover.SAME_KEY, id="T57-one-key-two-selectors"),
        pytest.param((text(3, 1, 1, LEAF), text(2, 1, 1, OTHER_CA)), Rollover.WRONG_ISSUER, id="T58-other-authority"),
        pytest.param((text(3, 1, 1, LEAF), text(2, 1, 1, ROOT)), Rollover.WRONG_ISSUER, id="T58-anchor-not-sent"),
        pytest.param((text(3, 1, 1, LEAF), text(2, 1, 1, LEAF)), Rollover.SAME_CERTIFICATE, id="T59-same-certificate"),
        pytest.param((text(2, 1, 1, MIDDLE),), Rollover.ISSUER_ONLY, id="T60-issuer-only"),
        pytest.param((text(3, 1, 1, LEAF), text(3, 0, 1, NEXT)), Rollover.COMBINATION, id="T62-other-selector-stale"),
        pytest.param((text(3, 1, 1, NEXT), text(2, 1, 1, OTHER_CA)), Rollover.NOTHING_FITS, id="nothing-fits"),
        pytest.param((), Rollover.NO_TLSA, id="no-records"),
    ],
)
def test_the_pair_of_records_is_compared_with_what_the_server_shows(
    records: tuple[str, ...], expected: Rollover
) -> None:
    assert judged(*records).outcome is expected


def test_t61_a_record_of_a_whole_short_lived_certificate_is_a_warning_with_its_date() -> None:
    row = judged(text(3, 0, 1, LEAF))
    assert row.outcome is Rollover.CERTIFICATE_RECORD
    assert row.evidence["not_after"] == LEAF.certificate.not_valid_after_utc.date().isoformat()


def test_t61_of_a_certificate_of_a_year_it_is_not() -> None:
    assert judged(text(3, 0, 1, YEAR), chain=(YEAR, MIDDLE)).outcome is Rollover.SINGLE


def test_t54_the_issuer_record_does_not_help_beside_an_expired_leaf() -> None:
    old = Made.issued("x", MIDDLE, names=("mx1.good.example",), valid=EXPIRED)
    assert judged(text(3, 1, 1, old), text(2, 1, 1, MIDDLE), chain=(old, MIDDLE)).outcome is Rollover.WRONG_ISSUER


def test_t25_each_record_says_whether_it_is_in_use_or_waits() -> None:
    row = judged(text(3, 1, 1, LEAF), text(3, 1, 1, NEXT))
    assert [found["use"] for found in row.evidence["records"]] == ["in-use", "waiting"]


def test_t15_without_anything_that_fits_every_record_is_stale() -> None:
    row = judged(text(3, 1, 1, NEXT), text(3, 1, 1, OTHER))
    assert [found["use"] for found in row.evidence["records"]] == ["stale", "stale"]


def test_t16_a_weaker_digest_is_idle() -> None:
    row = judged(text(3, 1, 2, LEAF), text(3, 1, 1, LEAF))
    assert [found["use"] for found in row.evidence["records"]] == ["in-use", "idle"]


def test_t63_a_record_that_fits_one_address_only_lags() -> None:
    sessions = (
        a_session(tls=a_handshake(LEAF, MIDDLE)),
        a_session(tls=a_handshake(NEXT, MIDDLE), address="192.0.2.26"),
    )
    lookup = a_lookup(OWNER, "TLSA", text(3, 1, 1, LEAF), text(3, 1, 1, NEXT))
    [row] = rollover(a_mail_view(*sessions, lookups=(lookup,))).observations
    assert [found["use"] for found in row.evidence["records"]] == ["lagging", "lagging"]


def test_t27_the_waiting_time_is_twice_the_ttl() -> None:
    row = judged(text(3, 1, 1, LEAF))
    assert (row.evidence["ttl"], row.evidence["wait_seconds"]) == (1800, 3600)


def test_t27_a_ttl_far_above_an_hour_is_told_with_the_longest_wait() -> None:
    """As the signature has it: our resolver may have held the records for some time already."""
    pair = (text(3, 1, 1, LEAF), text(2, 1, 1, MIDDLE))
    lookup = a_lookup(OWNER, "TLSA", *pair, ttl=60, signed_ttl=86_400)
    [row] = rollover(a_mail_view(a_session(tls=a_handshake(LEAF, MIDDLE)), lookups=(lookup,))).observations
    assert (row.outcome, row.evidence["hours"], row.evidence["wait_seconds"]) == (Rollover.LONG_TTL, 48, 172_800)
    assert judged(*pair).outcome is Rollover.OK


def test_t26_the_steps_begin_with_the_record_to_add_and_wait_before_the_new_certificate() -> None:
    steps = judged(text(3, 1, 1, LEAF)).evidence["steps"]
    assert [step["step"] for step in steps] == ["publish", "wait", "install", "publish-new-key", "wait"]
    assert steps[0]["records"] == [f"{OWNER} IN TLSA {text(2, 1, 1, MIDDLE)}"]
    assert steps[1]["seconds"] == 3600


def test_t31_two_records_that_each_fit_one_of_two_certificates_are_no_roll_over() -> None:
    row = judged(text(3, 1, 1, LEAF), text(3, 1, 1, OTHER), other_tls=a_handshake(OTHER))
    assert row.outcome is Rollover.SAME_KEY
    assert {found["use"] for found in row.evidence["records"]} == {"lagging"}


def test_without_a_handshake_only_the_number_of_records_tells() -> None:
    view = a_mail_view(
        a_session(tls=None, starttls=None, extensions=()),
        lookups=(a_lookup(OWNER, "TLSA", text(3, 1, 1, LEAF), text(3, 1, 1, NEXT)),),
    )
    assert [row.outcome for row in rollover(view).observations] == [Rollover.OK]
