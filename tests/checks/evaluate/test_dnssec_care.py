"""Name servers that differ, and signatures that end: judged from what a signed zone's servers said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from checks import judging, scoring
from checks.catalogue import CATALOGUE
from checks.dnssec import Lookup, Security, replay
from checks.dnssec.servers import Fault
from checks.evaluate import dnssec_expiry, dnssec_servers, signed_zones
from checks.evaluate.txt import replay as follow
from checks.evaluate.view import View
from checks.facts.dns import Answer, DirectAnswer, DnsFacts, DnsFailure, Question
from checks.facts.measurement import Measurement
from checks.model import Finding, Suite
from checks.texts import LANGUAGES, reasons
from tests.checks.builders import a_lookup
from tests.checks.dnssec.cast import GOOD, Stage
from tests.checks.dnssec.test_servers import KEYS, SOA, TLSA, Server, good
from tests.checks.dnssec.world import NOW, Everything, SigningKey, Zone, ds_text, name_of

HOST = "mx.good.example."


@dataclass
class Recording(Mapping[Question, Answer]):
    """The answers of a world, with those that were asked for."""

    everything: Everything
    asked: dict[Question, Answer] = field(default_factory=dict)

    def __getitem__(self, question: Question) -> Answer:
        return self.asked.setdefault(question, self.everything[question])

    def __contains__(self, question: object) -> bool:
        return question in self.everything

    def __iter__(self) -> Iterator[Question]:
        return iter(self.everything)

    def __len__(self) -> int:
        return len(self.everything)


def a_view(stage: Stage, *servers: Server, direct: tuple[DirectAnswer, ...] = ()) -> View:
    """The mail domain ``good.example`` as the resolver and these servers show it."""
    recording, validator = Recording(Everything(stage.world)), stage.validator()

    def lookup(name: str, rdtype: str) -> Lookup:
        return replay(validator, recording, name, rdtype)

    follow(signed_zones.find(GOOD, Suite.MAIL), lookup)
    lookup(GOOD, "NS")
    seen = (*direct, *(answer for server in servers for answer in server.answers()))
    facts = DnsFacts(tuple(recording.asked.values()), tuple(stage.world.anchors()), direct=seen)
    return View(Measurement(GOOD.rstrip("."), Suite.MAIL, NOW, dns=facts))


def outcomes(found: Finding) -> dict[str, str]:
    return {row.subject: row.outcome.value for row in found.observations}


def silent(host: str, *, address: str = "192.0.2.53", failure: DnsFailure = DnsFailure.TIMEOUT) -> list[DirectAnswer]:
    asked = ((SOA, False), (KEYS, True), (TLSA, False))
    return [DirectAnswer(host, address, tcp, Answer(question, failure=failure)) for question, tcp in asked]


def expired(stage: Stage) -> Zone:
    """A copy of the zone from before, whose signatures ran out yesterday."""
    old = Stage().good
    old.keys, old.zone_keys = stage.good.keys, stage.good.zone_keys
    old.window = (NOW - timedelta(days=14), NOW - timedelta(days=1))
    return old


def test_servers_that_agree_pass() -> None:
    stage = Stage()
    found = dnssec_servers.servers_agree(a_view(stage, good(stage, "ns1."), good(stage, "ns2.")))
    assert outcomes(found) == {"ns1": "ok", "ns2": "ok"}


def test_d70_the_one_server_with_expired_signatures_is_named_with_its_zone_and_reason() -> None:
    stage = Stage()
    found = dnssec_servers.servers_agree(a_view(stage, good(stage, "ns1."), Server("ns2.", expired(stage))))
    assert outcomes(found) == {"ns1": "ok", "ns2": "bogus"}
    row = found.observations[1]
    assert (row.evidence["zone"], row.evidence["reason"]) == (GOOD, "signature-expired")


def test_what_is_broken_everywhere_is_left_to_the_check_of_the_signatures() -> None:
    stage = Stage()
    stage.tld.drop(GOOD, "DS").add(GOOD, "DS", ds_text(name_of(GOOD), SigningKey.make(number=9)))
    found = dnssec_servers.servers_agree(a_view(stage, good(stage, "ns1."), good(stage, "ns2.")))
    assert set(outcomes(found).values()) == {"everywhere"}


def test_one_good_server_among_broken_ones_leaves_the_broken_ones_named() -> None:
    stage = Stage()
    old = Server("ns2.", expired(stage))
    fresh = good(stage, "ns1.").answers()
    stage.good.window = expired(stage).window  # the resolver met the old copy too
    found = dnssec_servers.servers_agree(a_view(stage, old, direct=tuple(fresh)))
    assert outcomes(found) == {"ns1": "ok", "ns2": "bogus"}


def test_d25_a_server_that_stays_silent_beside_one_that_answers_is_named() -> None:
    stage = Stage()
    view = a_view(stage, good(stage, "ns1."), direct=tuple(silent("ns2.")))
    assert outcomes(dnssec_servers.servers_agree(view)) == {"ns1": "ok", "ns2": "silent"}


def test_silence_over_ipv6_is_not_held_against_a_server_when_no_server_answered_us_over_ipv6() -> None:
    stage = Stage()
    view = a_view(stage, good(stage, "ns1."), direct=tuple(silent("ns2.", address="2001:db8::53")))
    assert outcomes(dnssec_servers.servers_agree(view)) == {"ns1": "ok", "ns2": "left-out"}


@pytest.mark.parametrize("failure", [DnsFailure.NO_IPV6, DnsFailure.FORBIDDEN])
def test_an_address_that_we_may_not_or_cannot_dial_is_left_out(failure: DnsFailure) -> None:
    stage = Stage()
    view = a_view(stage, good(stage, "ns1."), direct=tuple(silent("ns2.", address="2001:db8::53", failure=failure)))
    assert outcomes(dnssec_servers.servers_agree(view)) == {"ns1": "ok", "ns2": "left-out"}


def test_when_no_server_answers_us_at_all_we_do_not_know() -> None:
    view = a_view(Stage(), direct=(*silent("ns1."), *silent("ns2.")))
    assert dnssec_servers.servers_agree(view) == Finding(dnssec_servers.Servers.UNKNOWN)


@pytest.mark.parametrize("suite", Suite)
def test_name_servers_that_we_cannot_get_to_make_no_report_provisional(suite: Suite) -> None:
    check = CATALOGUE[f"{suite}_dnssec_ns"]
    verdict = judging.judge(check, Finding(dnssec_servers.Servers.UNKNOWN))
    assert (verdict.status, verdict.points) == ("not_tested", None)
    assert not scoring.is_partial([verdict])


def test_a_measurement_from_before_servers_were_asked_is_not_judged() -> None:
    assert dnssec_servers.servers_agree(a_view(Stage())) == Finding(dnssec_servers.Servers.NOT_MEASURED)


def test_an_unsigned_domain_has_no_servers_to_compare_and_no_signatures_to_renew() -> None:
    measurement = Measurement("good.example", Suite.MAIL, NOW)
    view = View(measurement, lambda name, rdtype: a_lookup(name, rdtype, security=Security.INSECURE))
    assert dnssec_servers.servers_agree(view).outcome == "insecure"
    assert dnssec_expiry.expiry(view).outcome == "insecure"


def with_window(before: timedelta, left: timedelta) -> View:
    stage = Stage()
    stage.good.window = (NOW - before, NOW + left)
    return a_view(stage)


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("before", "left", "expected"),
    [
        (11 * DAY, 3 * DAY + timedelta(seconds=1), "ok"),
        (11 * DAY, 3 * DAY, "soon"),
        (DAY, DAY, "ok"),  # signed for two days, for each answer anew
        (2 * DAY, timedelta(hours=12), "soon"),  # the last fifth of a short life
        (5 * DAY, 2 * DAY, "ok"),  # a weekly signature, renewed in its last quarter
    ],
)
def test_d10_signatures_that_nobody_renews_are_told_three_days_ahead(
    before: timedelta, left: timedelta, expected: str
) -> None:
    assert outcomes(dnssec_expiry.expiry(with_window(before, left))) == {"good.example": expected}


def test_a_broken_chain_is_not_said_to_end_soon() -> None:
    stage = Stage()
    stage.tld.drop(GOOD, "DS").add(GOOD, "DS", ds_text(name_of(GOOD), SigningKey.make(number=9)))
    assert dnssec_expiry.expiry(a_view(stage)) == Finding(dnssec_expiry.Expiry.BROKEN)


def test_the_servers_of_a_top_level_domain_are_never_asked_for_a_mail_host_that_does_not_exist() -> None:
    stage = Stage()
    stage.good.drop(GOOD, "MX").add(GOOD, "MX", "10 mx.nowhere.example.")
    assert [place.zone for place in a_view(stage).signed_places] == [GOOD]


def test_each_server_is_asked_for_the_tlsa_record_of_each_mail_host_and_for_the_name_above_it() -> None:
    (place,) = a_view(Stage()).signed_places
    assert place.questions == (Question(f"_25._tcp.{HOST}", "TLSA"), Question(f"_tcp.{HOST}", "TLSA"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_of_a_server_has_words(language: str) -> None:
    assert {fault for fault in Fault if fault.value not in reasons(language)} == set()
