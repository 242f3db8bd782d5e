"""What senders still remember of an earlier state. Ids are rows of the house's list of hard cases (T28, P08)."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from checks.dnssec import Security
from checks.evaluate import history, mta_sts
from checks.evaluate.mta_sts import MtaSts
from checks.evaluate.rollover import Rollover, rollover
from checks.evaluate.view import View
from checks.facts.earlier import Earlier, HostSeen, PolicySeen
from checks.facts.measurement import Measurement, earlier_from_json, earlier_to_json
from checks.model import Observation
from tests.checks.builders import MX, a_handshake, a_lookup, a_mail_view, a_session
from tests.checks.evaluate.test_dane import LEAF, MIDDLE, record
from tests.checks.evaluate.test_mta_sts import RECORD, a_file, policy
from tests.checks.made import NOW, Made

NEW = Made.issued("new", MIDDLE, names=(MX,))
OF_OLD, OF_NEW = record(3, 1, 1, LEAF).text, record(3, 1, 1, NEW).text
OF_ISSUER, UNUSABLE = record(2, 1, 1, MIDDLE).text, record(1, 1, 1, LEAF).text
HOUR = timedelta(hours=1)


def view(
    *records: str,
    chain: Made = NEW,
    earlier: Earlier | None = None,
    at: datetime = NOW,
    ttl: int = 3600,
    **changes: object,
) -> View:
    lookup = a_lookup(f"_25._tcp.{MX}.", "TLSA", *records, ttl=ttl, signed_ttl=3600, **changes)  # type: ignore[arg-type]
    seen = a_mail_view(a_session(tls=a_handshake(chain, MIDDLE)), lookups=(lookup,))
    return View(replace(seen.measurement, earlier=earlier, measured_at=at), seen.lookup)


def handed_on(earlier: View) -> Earlier:
    """What the next measurement gets, by way of its JSON form."""
    digest = history.digest(earlier, mta_sts.policy_seen(earlier))
    return earlier_from_json(json.loads(json.dumps(earlier_to_json(digest))))


def before(*records: str, ago: timedelta = HOUR / 2, ttl: int = 3600) -> Earlier:
    return handed_on(view(*(records or (OF_OLD,)), chain=LEAF, at=NOW - ago, ttl=ttl))


def judged(seen: View) -> Observation:
    [row] = rollover(seen).observations
    return row


def test_t28_a_certificate_that_came_within_the_ttl_of_the_old_record_is_a_warning_with_its_end() -> None:
    row = judged(view(OF_NEW, OF_ISSUER, earlier=before()))
    assert (row.outcome, row.evidence["held"]) == (Rollover.TOO_SOON, [OF_OLD])
    assert row.evidence["until"] == f"{NOW + HOUR:%Y-%m-%d %H:%M} UTC"


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(view(OF_NEW, OF_ISSUER, earlier=before(ago=HOUR)), id="the-ttl-has-passed"),
        pytest.param(view(OF_NEW, OF_ISSUER, earlier=before(ago=HOUR / 2, ttl=1800)), id="our-cache-forgot-it-too"),
        pytest.param(view(OF_NEW, OF_ISSUER, earlier=before(OF_OLD, OF_NEW)), id="the-new-record-was-there-already"),
        pytest.param(view(OF_NEW, OF_ISSUER, earlier=before(OF_OLD, OF_ISSUER)), id="the-issuer-record-bridges-it"),
        pytest.param(view(OF_NEW, OF_ISSUER, earlier=before(UNUSABLE)), id="nothing-usable-was-there"),
        pytest.param(view(OF_OLD, OF_ISSUER, chain=LEAF, earlier=before(OF_NEW)), id="only-the-records-were-mended"),
        pytest.param(view(OF_NEW, OF_ISSUER), id="nothing-was-seen-before"),
    ],
)
def test_t28_a_change_in_the_right_order_is_none(seen: View) -> None:
    assert judged(seen).outcome is Rollover.OK


def test_t28_what_is_wrong_now_is_told_before_what_was_wrong_a_moment_ago() -> None:
    broken = judged(view(OF_NEW, record(3, 0, 1, LEAF).text, earlier=before()))
    assert (broken.outcome, broken.evidence["held"]) == (Rollover.COMBINATION, [OF_OLD])
    assert (
        judged(view(OF_OLD, record(3, 1, 1, NEW).text, chain=MIDDLE, earlier=before())).outcome is Rollover.NOTHING_FITS
    )


def test_t28_it_is_told_again_until_the_old_record_is_forgotten_and_the_end_stays_the_same() -> None:
    first = view(OF_NEW, OF_ISSUER, earlier=before(), at=NOW)
    second = view(OF_NEW, OF_ISSUER, earlier=handed_on(first), at=NOW + HOUR / 4)
    third = view(OF_NEW, OF_ISSUER, earlier=handed_on(second), at=NOW + HOUR / 2)
    found = [judged(seen) for seen in (first, second, third)]
    assert [row.outcome for row in found] == [Rollover.TOO_SOON, Rollover.TOO_SOON, Rollover.OK]
    assert found[0].evidence["until"] == found[1].evidence["until"]


def test_t28_records_that_nobody_may_believe_are_not_handed_on() -> None:
    assert handed_on(view(OF_OLD, chain=LEAF, security=Security.INSECURE)).hosts == ()


def sts(text: str, record_id: str = "1", earlier: Earlier | None = None, at: datetime = NOW) -> View:
    lookup = a_lookup("_mta-sts.good.example.", "TXT", f'"v=STSv1; id={record_id}"')
    seen = a_mail_view(a_session(tls=a_handshake(LEAF, MIDDLE)), lookups=(RECORD, lookup))
    return View(replace(seen.measurement, mta_sts=a_file(text), earlier=earlier, measured_at=at), seen.lookup)


def outcomes(seen: View) -> list[MtaSts]:
    return [MtaSts(row.outcome) for row in mta_sts.mta_sts(seen).observations]


def was(text: str, record_id: str = "1", ago: timedelta = 30 * HOUR) -> Earlier:
    return handed_on(sts(text, record_id, at=NOW - ago))


def test_p08_a_policy_that_changed_under_its_old_id_is_a_warning_with_the_former_policy() -> None:
    seen = sts(policy("enforce", MX, "mx2.good.example"), earlier=was(policy("testing", MX)))
    assert outcomes(seen) == [MtaSts.STALE_ID, MtaSts.OK]
    row = mta_sts.mta_sts(seen).observations[0]
    assert row.evidence["former"] == {"mode": "testing", "max_age": 604800, "mx": [MX]}
    assert row.evidence["days"] == 7


def test_p08_a_policy_that_was_switched_off_under_its_old_id_is_told_too() -> None:
    assert outcomes(sts(policy("none"), earlier=was(policy("enforce")))) == [MtaSts.STALE_ID]


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(sts(policy("enforce"), "2", was(policy("testing"), "1")), id="the-id-changed-too"),
        pytest.param(sts(policy("enforce"), "1", was(policy("enforce"), "1")), id="nothing-changed"),
        pytest.param(sts(policy("enforce"), "1", was(policy("testing"), "1", 169 * HOUR)), id="max-age-has-passed"),
        pytest.param(
            sts(policy("enforce", "a.example", MX), "1", was(policy("enforce", MX, "a.example"), "1")), id="other-order"
        ),
    ],
)
def test_p08_a_change_that_senders_notice_is_none(seen: View) -> None:
    assert outcomes(seen) == [MtaSts.OK, MtaSts.OK]


def test_p08_it_is_told_again_until_the_id_changes() -> None:
    first = sts(policy("enforce"), earlier=was(policy("testing")))
    again = sts(policy("enforce"), earlier=handed_on(first), at=NOW + HOUR)
    mended = sts(policy("enforce"), "2", handed_on(again), NOW + 2 * HOUR)
    assert [outcomes(seen)[0] for seen in (first, again, mended)] == [MtaSts.STALE_ID, MtaSts.STALE_ID, MtaSts.OK]


def test_p08_a_policy_that_senders_do_not_accept_is_not_handed_on() -> None:
    assert handed_on(sts(base64.b64encode(b"<html>").decode())).policies == ()


def test_what_is_handed_on_is_bounded() -> None:
    many = Earlier(
        tuple(HostSeen(MX, NOW, NOW, (f"3 1 1 {number:064x}",), 10**12, 0) for number in range(500)),
        tuple(PolicySeen(NOW, "1", "testing", 10**12, (f"mx{number}.example",)) for number in range(500)),
    )
    digest = history.digest(view(OF_NEW, earlier=many), None)
    assert (len(digest.hosts), len(digest.policies)) == (history.MOST_KEPT, history.MOST_KEPT)


def test_what_was_seen_earlier_is_stored_with_the_measurement() -> None:
    measurement = view(OF_NEW, earlier=before()).measurement
    assert Measurement.from_json(json.loads(json.dumps(measurement.to_json()))).earlier == measurement.earlier


@pytest.mark.parametrize("stored", [[], "x", 1, {"hosts": 1}, {"hosts": [{}]}, {"unknown": []}])
def test_what_another_engine_handed_on_is_refused_in_words(stored: object) -> None:
    with pytest.raises(ValueError, match="of another shape"):
        earlier_from_json(stored)
