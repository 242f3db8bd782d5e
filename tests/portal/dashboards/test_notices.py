"""Messages about alerts: in the language of who reads them, each once, and tried again until they arrive."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends import locmem
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from portal.accounts.models import Membership, Organisation
from portal.dashboards import notices
from portal.dashboards.models import Channel, DomainList, Entry, Notice
from portal.lib import outgoing
from portal.lib.only_one import only_one
from tests.portal.dashboards.builders import a_list, an_entry, measured
from tests.portal.dashboards.test_rules import CURRENT, OTHER, a_row, dane
from tests.portal.dashboards.test_ticks import together
from tests.portal.people import Cast, signed_in, the_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return the_cast()


@pytest.fixture
def entry(cast: Cast) -> Entry:
    """A domain that fits, once."""
    found = an_entry(a_list(cast.ours, web=False), owner_email="jan@good.example")
    measured(found, dane(a_row(published=[CURRENT], served=CURRENT)))
    return found


def break_it(entry: Entry) -> None:
    """Two measurements in which the TLSA record does not fit."""
    for _ in range(2):
        measured(entry, dane(a_row(published=[CURRENT], served=OTHER)))


def soon() -> datetime:
    return timezone.now() + timedelta(seconds=1)


def mails() -> dict[str, EmailMessage]:
    """Receiver -> the mail, after sending what is due."""
    mail.outbox.clear()
    notices.send(soon())
    return {message.to[0].partition("@")[0]: message for message in mail.outbox}


# --- Languages ------------------------------------------------------------------------------------------------------------------------------------


def test_each_reader_gets_the_language_of_the_person_the_owner_or_the_organisation(cast: Cast, entry: Entry) -> None:
    Organisation.objects.update(language="en")
    Membership.objects.filter(user=cast.alice).update(language="nl")
    DomainList.objects.update(alert_owner=True)
    Entry.objects.update(owner_language="nl")
    entry.refresh_from_db()
    break_it(entry)
    found = mails()
    assert {name: message.subject for name, message in found.items()} == {
        "alice": "good.example: Een TLSA-record past niet meer",
        "bob": "good.example: A TLSA record no longer matches",
        "jan": "good.example: Een TLSA-record past niet meer",
    }
    assert "How to solve it:" in str(found["bob"].body)
    assert "Zo lost u het op:" in str(found["alice"].body)
    assert "Zo lost u het op:" in str(found["jan"].body)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("digest", [False, True])
def test_no_mail_mixes_languages(entry: Entry, language: str, digest: bool) -> None:
    Organisation.objects.update(language=language)
    DomainList.objects.update(digest=digest)
    entry.refresh_from_db()
    break_it(entry)
    Notice.objects.update(next_at=timezone.now())
    body = str(mails()["bob"].body)
    dutch = ["Zo lost u het op:", "Het rapport:", "Lindewaard bepaalt"]
    english = ["How to solve it:", "The report:", "Lindewaard sets"]
    for words in dutch if language == "nl" else english:
        assert words in body
    for words in english if language == "nl" else dutch:
        assert words not in body


def test_a_member_chooses_the_language_of_ones_own_mail(cast: Cast, entry: Entry) -> None:
    bob, path = signed_in(cast.bob), entry.domain_list.get_absolute_url() + "alerts/"
    assert bob.post(path, {"mine": "en"}).status_code == 302
    assert (cast.member(cast.bob).alerts, cast.member(cast.bob).language) == (True, "en")
    assert cast.member(cast.alice).language == ""
    assert bob.post(path, {"mine": "xx"}).status_code != 302
    assert cast.member(cast.bob).language == "en"
    bob.post(path, {"mine": "off"})
    assert not cast.member(cast.bob).alerts


# --- What they say ---------------------------------------------------------------------------------------------------------------------------------


def test_a_mail_has_the_record_to_publish(entry: Entry) -> None:
    break_it(entry)
    assert f"\n_25._tcp.mx1.good.example. IN TLSA 3 1 1 {OTHER}\n" in str(mails()["alice"].body)


def test_a_mail_that_says_resolved_has_no_remedy(entry: Entry) -> None:
    break_it(entry)
    mails()
    measured(entry, dane(a_row(published=[OTHER], served=OTHER)))
    body = str(mails()["alice"].body)
    assert "Opgelost:" in body
    assert "Zo lost u het op:" not in body
    assert "Het rapport:" in body


def test_a_daily_mail_says_each_remedy_once(cast: Cast, entry: Entry) -> None:
    DomainList.objects.update(digest=True)
    entries = [Entry.objects.get(pk=entry.pk)]
    for number in range(3):
        entries.append(an_entry(DomainList.objects.get(), f"other{number}.example"))
        measured(entries[-1], dane(a_row(published=[CURRENT], served=CURRENT)))
    for one in entries:
        break_it(one)
    Notice.objects.update(next_at=timezone.now())
    found = mails()["alice"]
    assert found.subject == "Alle domeinen: 4 nieuw, 0 opgelost"
    assert str(found.body).count("Zo lost u het op:") == 1
    for one in entries:
        assert one.domain in str(found.body)


def test_a_name_with_a_line_break_makes_no_header_of_its_own(entry: Entry) -> None:
    DomainList.objects.update(name="A\r\nBcc: eve@evil.example", digest=True)
    break_it(Entry.objects.get(pk=entry.pk))
    Notice.objects.update(next_at=timezone.now())
    message = mails()["alice"].message()
    assert message["Bcc"] is None
    assert message["Subject"] == "A Bcc: eve@evil.example: 1 nieuw, 0 opgelost"


# --- Once, and until it arrives -----------------------------------------------------------------------------------------------------------------------


class Refusing(locmem.EmailBackend):
    """A mail server that takes some receivers only, and counts who connects."""

    opened = 0
    away = False
    refused: tuple[str, ...] = ()

    def open(self) -> bool | None:
        Refusing.opened += 1
        if Refusing.away:
            raise ConnectionRefusedError("no mail server")
        return True

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:  # type: ignore[override]
        if messages[0].to[0] in Refusing.refused:
            raise ConnectionResetError("gone in the middle")
        return super().send_messages(messages)


@pytest.fixture
def post(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> type[Refusing]:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    for name, value in (("opened", 0), ("away", False), ("refused", ())):
        monkeypatch.setattr(Refusing, name, value)
    return Refusing


def test_one_connection_carries_all_mails_of_a_round(entry: Entry, post: type[Refusing]) -> None:
    break_it(entry)
    assert notices.send(soon()) == 2
    assert post.opened == 1


def test_a_mail_server_that_is_away_costs_the_round_one_attempt(entry: Entry, post: type[Refusing]) -> None:
    break_it(entry)
    post.away = True
    assert notices.send(soon()) == 0
    assert sorted(Notice.objects.values_list("attempts", "problem")) == [(0, ""), (1, "no mail server")]
    post.away = False
    assert notices.send(soon()) == 1
    assert notices.send(soon()) == 0
    assert notices.send(soon() + notices.LEASE) == 1
    assert [len(mail.outbox), Notice.objects.exclude(problem="").count()] == [2, 0]


def test_a_mail_that_fails_does_not_hold_up_the_next(entry: Entry, post: type[Refusing]) -> None:
    break_it(entry)
    post.refused = ("alice@lindewaard.example",)
    assert notices.send(soon()) == 1
    assert post.opened == 2
    assert [message.to for message in mail.outbox] == [["bob@lindewaard.example"]]


def test_a_weekend_without_a_mail_server_loses_nothing(entry: Entry, post: type[Refusing]) -> None:
    break_it(entry)
    post.away = True
    start = soon()
    for hours in range(60):
        notices.send(start + timedelta(hours=hours))
    post.away = False
    for hours in range(60, 72):
        notices.send(start + timedelta(hours=hours))
    assert sorted(message.to[0] for message in mail.outbox) == ["alice@lindewaard.example", "bob@lindewaard.example"]


def test_a_message_is_given_up_after_days(entry: Entry, post: type[Refusing]) -> None:
    break_it(entry)
    post.away = True
    start, rounds = soon(), 0
    while Notice.objects.filter(attempts__lt=notices.MOST_ATTEMPTS).exists():
        rounds += 1
        assert rounds < 1000
        notices.send(start + timedelta(hours=rounds / 2))
    assert timedelta(hours=rounds / 2) > timedelta(days=3)


def test_a_sender_that_dies_leaves_its_message_to_the_next(entry: Entry) -> None:
    break_it(entry)
    start = soon()
    lost = [notices._claim((Channel.MAIL,), start) for _ in range(2)]
    assert [len(batch) for batch in lost] == [1, 1]
    assert notices.send(start) == 0
    assert notices.send(start + notices.LEASE) == 2


@pytest.mark.django_db(transaction=True)
def test_four_senders_at_once_send_each_mail_once(entry: Entry) -> None:
    break_it(entry)
    mail.outbox.clear()
    now = soon()
    assert sorted(together(lambda: notices.send(now), 4), key=str)[-1] in (0, 2)
    notices.send(now)
    assert sorted(message.to[0] for message in mail.outbox) == ["alice@lindewaard.example", "bob@lindewaard.example"]


@pytest.mark.django_db(transaction=True)
def test_two_senders_never_share_a_daily_mail(entry: Entry) -> None:
    """Also when the lock of the round is lost with its connection: then the lease alone keeps them apart."""
    DomainList.objects.update(digest=True)
    break_it(Entry.objects.get(pk=entry.pk))
    Notice.objects.update(next_at=timezone.now(), target="alice@lindewaard.example")
    now = soon()
    batches = together(lambda: notices._claim((Channel.DIGEST,), now), 4)
    taken = [notice.pk for batch in batches for notice in batch]  # type: ignore[attr-defined]
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 2


@pytest.mark.django_db(transaction=True)
def test_only_one_holds_the_lock_until_its_connection_ends() -> None:
    def try_it() -> bool:
        with only_one("a name") as mine:
            return mine

    with only_one("a name") as mine:
        assert mine
        assert together(try_it, 1) == [False]
    assert together(try_it, 1) == [True]
    with only_one("a name"):
        connection.close()
        assert together(try_it, 1) == [True]


def test_who_left_or_switched_mail_off_meanwhile_is_not_told(cast: Cast, entry: Entry) -> None:
    DomainList.objects.update(digest=True, alert_owner=True)
    break_it(Entry.objects.get(pk=entry.pk))
    cast.member(cast.bob).delete()
    Membership.objects.filter(user=cast.alice).update(alerts=False)
    Notice.objects.update(next_at=timezone.now())
    assert list(mails()) == ["jan"]
    assert Notice.objects.count() == 1


# --- Webhooks ----------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bytes, dict[str, str]]]:
    """What would have been posted."""
    sent: list[tuple[str, bytes, dict[str, str]]] = []
    monkeypatch.setattr(outgoing, "post", lambda url, body, headers: sent.append((url, body, headers)))
    return sent


def test_a_webhook_is_signed_as_the_manual_says(entry: Entry, posted: list[Any]) -> None:
    """Computed as ``docs/operations.md`` tells receivers to, with nothing of ours."""
    DomainList.objects.update(alert_members=False, webhook_url="https://hooks.example/zegel")
    break_it(Entry.objects.get(pk=entry.pk))
    now = soon()
    assert notices.send(now) == 1
    url, body, headers = posted[0]
    fields = dict(part.split("=", 1) for part in headers["X-Zegel-Signature"].split(","))
    key = DomainList.objects.get().webhook_secret.encode("ascii")
    expected = hmac.new(key, fields["t"].encode("ascii") + b"." + body, hashlib.sha256).hexdigest()
    assert url == "https://hooks.example/zegel"
    assert hmac.compare_digest(fields["v1"], expected)
    assert int(fields["t"]) == int(now.timestamp())


def test_a_webhook_that_comes_again_has_a_new_time_and_the_same_id(
    entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    DomainList.objects.update(alert_members=False, webhook_url="https://hooks.example/zegel")
    break_it(Entry.objects.get(pk=entry.pk))
    sent: list[dict[str, str]] = []

    def refuse(url: str, body: bytes, headers: dict[str, str]) -> None:
        sent.append(headers)
        raise outgoing.NotDelivered("the answer was 503")

    monkeypatch.setattr(outgoing, "post", refuse)
    now = soon()
    notices.send(now)
    notices.send(now + notices.LEASE)
    first, second = sent
    assert first["X-Zegel-Notice"] == second["X-Zegel-Notice"]
    assert first["X-Zegel-Signature"].partition(",")[0] != second["X-Zegel-Signature"].partition(",")[0]


def test_a_webhook_is_told_what_to_publish_and_where_the_remedy_and_the_report_are(
    entry: Entry, posted: list[Any]
) -> None:
    DomainList.objects.update(alert_members=False, webhook_url="https://hooks.example/zegel")
    break_it(Entry.objects.get(pk=entry.pk))
    measured(entry, dane(a_row(published=[OTHER], served=OTHER)))
    notices.send(soon())
    opened, over = (json.loads(body) for _url, body, _headers in posted)
    assert opened["publish"] == [f"_25._tcp.mx1.good.example. IN TLSA 3 1 1 {OTHER}"]
    assert opened["remedy"].endswith("/explain/mail_starttls_dane_valid/")
    assert opened["report"].startswith("http")
    assert (opened["event"], over["event"]) == ("opened", "resolved")
    assert opened["alert"] == over["alert"]


def test_a_webhook_that_was_replaced_hears_nothing_more(entry: Entry, posted: list[Any]) -> None:
    DomainList.objects.update(alert_members=False, webhook_url="https://old.example/zegel")
    break_it(Entry.objects.get(pk=entry.pk))
    DomainList.objects.update(webhook_url="https://new.example/zegel")
    assert notices.send(soon()) == 0
    assert posted == []
