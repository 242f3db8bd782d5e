"""Alerts: confirmed by a second measurement, one message per event, one when it is over; to whom, and by which way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from portal.dashboards import lifecycle, notices, rules
from portal.dashboards.models import Alert, DomainList, Entry, Result, State
from portal.scans.models import Queue, Scan
from tests.portal.dashboards.builders import Json, a_list, a_mail_document, an_entry, measured
from tests.portal.dashboards.test_rules import CURRENT, NEXT, OTHER, a_row, dane
from tests.portal.people import Cast, signed_in, the_cast

pytestmark = pytest.mark.django_db

BROKEN = {"mail_starttls_dane_valid": "failed", "mail_starttls_tls_available": "passed"}


@pytest.fixture
def cast() -> Cast:
    return the_cast()


@pytest.fixture
def entry(cast: Cast) -> Entry:
    found = an_entry(a_list(cast.ours, web=False), owner_email="jan@good.example")
    measured(found, a_mail_document())
    return found


def broken() -> Json:
    """A report in which the TLSA record does not match; the score falls too little to be an event of its own."""
    return a_mail_document(score=97, **BROKEN)


def told() -> list[tuple[str, str]]:
    """To whom and about what mail went out, after sending what is due."""
    mail.outbox.clear()
    notices.send(timezone.now() + timedelta(seconds=1))
    return sorted((message.to[0].partition("@")[0], message.subject) for message in mail.outbox)


def test_a_first_measurement_tells_nobody(entry: Entry) -> None:
    measured(entry, broken())
    assert Alert.objects.get().state == State.SUSPECTED
    assert told() == []


def test_a_second_measurement_of_the_same_tells_every_member_once(entry: Entry) -> None:
    for _ in range(4):
        measured(entry, broken())
    subject = "good.example: Een TLSA-record past niet meer"
    assert told() == [("alice", subject), ("bob", subject)]
    assert told() == []
    assert Alert.objects.get().state == State.OPEN


def test_a_mail_has_the_remedy_and_the_address_of_the_report(entry: Entry) -> None:
    measured(entry, broken())
    result = measured(entry, broken())
    told()
    body = str(mail.outbox[0].body)
    assert result.scan is not None
    assert result.scan.get_absolute_url() in body
    assert "TLSA" in body
    assert "openssl" in body


def test_what_was_gone_at_the_second_measurement_tells_nobody(entry: Entry) -> None:
    measured(entry, broken())
    measured(entry, a_mail_document())
    assert told() == []
    assert not Alert.objects.exists()


def test_what_is_over_is_told_once(entry: Entry) -> None:
    measured(entry, broken())
    measured(entry, broken())
    told()
    measured(entry, a_mail_document())
    measured(entry, a_mail_document())
    subject = "good.example: opgelost: Een TLSA-record past niet meer"
    assert told() == [("alice", subject), ("bob", subject)]
    assert Alert.objects.get().state == State.RESOLVED


def test_what_could_not_be_measured_neither_opens_nor_ends_an_alert(entry: Entry) -> None:
    unknown = a_mail_document(mail_starttls_dane_valid="error", mail_starttls_tls_available="error")
    unknown["partial"] = True
    measured(entry, unknown)
    assert not Alert.objects.exists()
    measured(entry, broken())
    measured(entry, broken())
    measured(entry, unknown)
    assert Alert.objects.get().state == State.OPEN


def test_the_same_trouble_after_it_was_over_is_a_new_event(entry: Entry) -> None:
    for document in (broken(), broken(), a_mail_document(), broken(), broken()):
        measured(entry, document)
    assert sorted(Alert.objects.values_list("state", flat=True)) == [State.OPEN, State.RESOLVED]


def test_the_second_measurement_is_asked_for_after_a_while_and_once(entry: Entry, settings: Settings) -> None:
    settings.ALERT_CONFIRM_AFTER = timedelta(minutes=5)
    measured(entry, broken())
    before = Scan.objects.count()
    now = timezone.now()
    assert lifecycle.ask_to_confirm(now + timedelta(minutes=4)) == 0
    assert lifecycle.ask_to_confirm(now + timedelta(minutes=6)) == 1
    assert lifecycle.ask_to_confirm(now + timedelta(minutes=7)) == 0
    assert Scan.objects.count() == before + 1
    assert Scan.objects.order_by("-pk")[0].queue == Queue.BULK
    assert Result.objects.waiting().get().suite == "mail"


def test_the_same_measurement_seen_twice_is_no_second_one(entry: Entry) -> None:
    measured(entry, broken())
    assert lifecycle.ask(entry, ["mail"]) == 1  # answered by the fresh report
    assert lifecycle.settle(timezone.now()) == 1
    assert Alert.objects.get().state == State.SUSPECTED
    assert told() == []


def test_what_is_the_matter_when_a_domain_is_added_is_no_alert_until_it_comes_back(cast: Cast) -> None:
    new = an_entry(a_list(cast.ours, "Nieuw", web=False), "new.example")
    for _ in range(3):
        measured(new, broken())
    assert told() == []
    measured(new, a_mail_document())
    assert told() == []
    measured(new, broken())
    measured(new, broken())
    assert len(told()) == 2


def test_what_was_closed_by_hand_is_not_told_again_until_it_comes_back(cast: Cast, entry: Entry) -> None:
    for _ in range(2):
        measured(entry, broken())
    told()
    signed_in(cast.alice).post(f"{entry.domain_list.get_absolute_url()}alerts/{Alert.objects.get().pk}/")
    for document in (broken(), broken(), a_mail_document()):
        measured(entry, document)
    assert told() == []
    for _ in range(2):
        measured(entry, broken())
    assert len(told()) == 2


def test_a_score_that_falls_and_comes_back_is_one_event(entry: Entry) -> None:
    falling = a_mail_document(score=80)
    measured(entry, falling)
    measured(entry, falling)
    assert [subject for _name, subject in told()] == ["good.example: De score is gedaald"] * 2
    assert Alert.objects.get().sentence["nl"] == "Van 100 naar 80."
    measured(entry, a_mail_document(score=90))
    assert told() == []
    measured(entry, a_mail_document(score=100))
    assert len(told()) == 2


def test_a_score_that_falls_a_little_is_no_event(entry: Entry) -> None:
    for _ in range(2):
        measured(entry, a_mail_document(score=100 - rules.SCORE_DROP + 1))
    assert not Alert.objects.exists()


def ending(days: int) -> Json:
    """A report with a certificate that ends so many days after its measurement."""
    document = a_mail_document()
    day = datetime.fromisoformat(document["measured_at"]) + timedelta(days=days)
    document["categories"][0]["checks"][0]["subjects"][0]["evidence"]["not_after"] = day.date().isoformat()
    return document


def test_a_certificate_that_ends_is_told_at_thirty_fourteen_and_three_days_and_when_it_was_renewed(
    entry: Entry,
) -> None:
    for days in (31, 30, 29, 15):
        measured(entry, ending(days))
    assert len(told()) == 2
    for days in (14, 13, 4):
        measured(entry, ending(days))
    assert len(told()) == 2
    measured(entry, ending(2))
    assert len(told()) == 2
    measured(entry, ending(90))
    assert [subject for _name, subject in told()] == ["good.example: opgelost: Een certificaat eindigt binnenkort"] * 2


def with_hosts(*names: str) -> Json:
    """A report with these mail hosts."""
    document = a_mail_document()
    check = next(
        check
        for category in document["categories"]
        for check in category["checks"]
        if check["id"] == "mail_starttls_tls_available"
    )
    check["subjects"] = [{**check["subjects"][0], "subject": name} for name in names]
    return document


def test_mail_servers_that_changed_are_told_once_and_are_then_the_known_ones(entry: Entry) -> None:
    for names in (("mx1.good.example",), ("mx2.good.example",), ("mx2.good.example",), ("mx2.good.example",)):
        measured(entry, with_hosts(*names))
    assert [subject for _name, subject in told()] == ["good.example: De mailservers zijn gewijzigd"] * 2
    alert = Alert.objects.get()
    assert alert.state == State.CLOSED
    assert alert.sentence["nl"] == "Nieuw: mx2.good.example. Weg: mx1.good.example."


def losing(rule_check: str, outcome: str) -> Json:
    """A report in which one check failed, and the score with it."""
    document = a_mail_document(score=60, **{"mail_starttls_tls_available": "passed", rule_check: "failed"})
    for category in document["categories"]:
        for check in category["checks"]:
            if check["id"] == rule_check:
                check |= {"outcome": outcome, "subjects": []}
    return document


@pytest.mark.parametrize(
    ("check_id", "outcome", "subject"),
    [
        ("mail_starttls_tls_available", "no-starttls", "STARTTLS is weg"),
        ("mail_starttls_dane_valid", "no-match", "Een TLSA-record past niet meer"),
        ("mail_dnssec_mailto_valid", "bogus", "DNSSEC is gebroken"),
    ],
)
def test_an_event_that_lowers_the_score_is_one_message(entry: Entry, check_id: str, outcome: str, subject: str) -> None:
    for _ in range(3):
        measured(entry, losing(check_id, outcome))
    assert [words for _name, words in told()] == [f"good.example: {subject}"] * 2


def test_a_score_that_falls_while_something_older_is_open_is_told(entry: Entry) -> None:
    for _ in range(2):
        measured(entry, broken())
    told()
    for _ in range(2):
        measured(entry, a_mail_document(score=70, **BROKEN))
    assert [subject for _name, subject in told()] == ["good.example: De score is gedaald"] * 2


def test_a_stricter_norm_is_no_event_of_the_domain(entry: Entry) -> None:
    for _ in range(2):
        measured(entry, {**a_mail_document(score=70), "catalogue": "2027.1"})
    assert not Alert.objects.exists()
    for _ in range(2):
        measured(entry, {**a_mail_document(score=50), "catalogue": "2027.1"})
    assert Alert.objects.get().sentence["nl"] == "Van 70 naar 50."


def test_a_provisional_score_is_not_compared(entry: Entry) -> None:
    measured(entry, {**a_mail_document(score=100), "partial": True})
    for _ in range(2):
        measured(entry, a_mail_document(score=70))
    assert not Alert.objects.exists()


def test_trouble_with_tlsa_records_stays_one_event_whatever_else_is_changed(entry: Entry) -> None:
    sealed, early = dane(a_row(published=[CURRENT], served=CURRENT)), dane(a_row(published=[NEXT], served=CURRENT))
    for document in (sealed, early, early):
        measured(entry, document)
    assert [subject for _name, subject in told()] == ["good.example: Een TLSA-record is te vroeg vervangen"] * 2
    for _ in range(2):
        measured(entry, dane(a_row(published=[NEXT], served=OTHER)))
    assert told() == []
    measured(entry, dane(a_row(published=[NEXT], served=NEXT)))
    assert len(told()) == 2
    assert Alert.objects.get().state == State.RESOLVED


def set_up(entry: Entry, **values: Any) -> None:
    """How the list tells of alerts."""
    DomainList.objects.filter(pk=entry.domain_list_id).update(**values)


def test_the_owner_of_a_domain_may_be_told_instead_of_members(entry: Entry) -> None:
    set_up(entry, alert_members=False, alert_owner=True)
    measured(entry, broken())
    measured(entry, broken())
    assert [name for name, _subject in told()] == ["jan"]


def test_who_wants_no_mail_gets_none(cast: Cast, entry: Entry) -> None:
    signed_in(cast.bob).post(entry.domain_list.get_absolute_url() + "alerts/", {"mine": "off"})
    measured(entry, broken())
    measured(entry, broken())
    assert [name for name, _subject in told()] == ["alice"]


def test_a_digest_gathers_alerts_in_one_mail_in_the_morning(entry: Entry) -> None:
    set_up(entry, digest=True)
    for document in (broken(), broken(), a_mail_document()):
        measured(entry, document)
    assert told() == []
    mail.outbox.clear()
    notices.send(timezone.now() + timedelta(days=1, minutes=1))
    assert sorted(message.to[0] for message in mail.outbox) == ["alice@lindewaard.example", "bob@lindewaard.example"]
    assert mail.outbox[0].subject == "Alle domeinen: 1 nieuw, 1 opgelost"


@pytest.mark.parametrize(("name", "status"), [("alice", 200), ("bob", 200), ("charlie", 404), ("", 302)])
def test_only_members_see_alerts(cast: Cast, entry: Entry, name: str, status: int) -> None:
    browser = signed_in(getattr(cast, name)) if name else Client()
    assert browser.get(entry.domain_list.get_absolute_url() + "alerts/").status_code == status


@pytest.mark.parametrize(("name", "status"), [("bob", 403), ("charlie", 404), ("", 302)])
def test_only_editors_decide_who_is_told(cast: Cast, entry: Entry, name: str, status: int) -> None:
    measured(entry, broken())
    measured(entry, broken())
    browser = signed_in(getattr(cast, name)) if name else Client()
    path = entry.domain_list.get_absolute_url() + "alerts/"
    before = list(DomainList.objects.values())
    for data in ({"webhook_url": "https://evil.example/"}, {"feed": "1"}):
        assert browser.post(path, data).status_code == status
    assert browser.post(f"{path}{Alert.objects.get().pk}/").status_code == status
    assert list(DomainList.objects.values()) == before
    assert Alert.objects.get().state == State.OPEN


def test_an_editor_closes_an_alert_without_a_message(cast: Cast, entry: Entry) -> None:
    measured(entry, broken())
    measured(entry, broken())
    told()
    signed_in(cast.alice).post(f"{entry.domain_list.get_absolute_url()}alerts/{Alert.objects.get().pk}/")
    assert Alert.objects.get().state == State.CLOSED
    assert told() == []


def test_http_is_refused_for_a_webhook(cast: Cast, entry: Entry) -> None:
    path = entry.domain_list.get_absolute_url() + "alerts/"
    assert signed_in(cast.alice).post(path, {"webhook_url": "http://hooks.example/"}).status_code == 422
