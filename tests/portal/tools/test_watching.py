"""Watching a roll-over: who may, when it is looked at, and what is mailed when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.tools import watching
from portal.tools.models import Watch
from tests.checks.tools.documents import LEAF, NEXT, a_document, record_of

pytestmark = pytest.mark.django_db
OLD, NEW = record_of(LEAF), record_of(NEXT)
FORM = {"host": "mx1.good.example", "port": "25", "wanted": NEW}


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", "alice@good.example", "a long enough password")


@pytest.fixture
def watch(alice: User) -> Watch:
    return Watch.objects.create(user=alice, host="mx1.good.example", port=25, wanted=NEW, language="en")


def seen(watch: Watch, *records: str, shown: Any = LEAF, ago: timedelta = timedelta()) -> list[str]:
    """What was mailed after name servers gave these records and every address showed this certificate."""
    servers = [{"host": "ns1.good.example", "address": "192.0.2.1", "failure": "", "records": list(records)}]
    document = a_document(*records, shown=shown, servers=servers)
    document["addresses"] = document["addresses"][:1]
    document["measured_at"] = (timezone.now() - ago).isoformat()
    mail.outbox.clear()
    watch.refresh_from_db()
    watching.seen(watch, document)
    return [message.body for message in mail.outbox]


def test_each_step_is_told_once_and_the_end_ends_it(watch: Watch) -> None:
    assert "No name server gives the new record" in seen(watch, OLD)[0]
    assert seen(watch, OLD) == []
    assert "may be put on the server from" in seen(watch, OLD, NEW)[0]
    assert "The old record may go from" in seen(watch, OLD, NEW, shown=NEXT)[0]
    assert "The roll-over is done" in seen(watch, NEW, shown=NEXT)[0]
    assert not Watch.objects.exists()


def test_the_moment_at_which_the_next_step_is_safe_is_told_too(watch: Watch) -> None:
    first = seen(watch, OLD, NEW, ago=timedelta(hours=3))  # two TTLs of an hour have passed since
    assert "the next step is safe now" in first[0]
    assert seen(watch, OLD, NEW) == []


def test_the_clock_counts_from_when_the_stage_was_first_seen(watch: Watch) -> None:
    assert "safe now" not in seen(watch, OLD, NEW)[0]
    watch.refresh_from_db()
    began = watch.safe_at
    assert seen(watch, OLD, NEW) == []
    watch.refresh_from_db()
    assert watch.safe_at == began
    Watch.objects.update(safe_at=timezone.now() - timedelta(minutes=1))
    assert "safe now" in seen(watch, OLD, NEW)[0]


def test_something_out_of_order_is_told(watch: Watch) -> None:
    assert "The order is wrong" in seen(watch, OLD, shown=NEXT)[0]


def test_what_we_could_not_see_is_not_told(watch: Watch) -> None:
    mail.outbox.clear()
    watching.seen(watch, a_document(OLD))  # no name server
    assert mail.outbox == []


def test_the_mail_speaks_the_language_of_the_member(watch: Watch) -> None:
    Watch.objects.update(language="nl")
    assert "Geen enkele nameserver geeft het nieuwe record." in seen(watch, OLD)[0]
    assert mail.outbox[0].to == ["alice@good.example"]
    assert "mx1.good.example" in mail.outbox[0].subject


def test_a_mail_server_that_is_away_is_tried_again(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(watching, "send_mail", away)
        assert seen(watch, OLD) == []
    assert len(seen(watch, OLD)) == 1


def test_what_is_due_is_started_once_an_hour(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    assert watching.start_due(now) == 1
    assert watching.start_due(now + timedelta(minutes=59)) == 0
    assert watching.start_due(now + timedelta(minutes=61)) == 1


def test_a_watch_ends_by_itself_after_half_a_year(watch: Watch) -> None:
    Watch.objects.update(created_at=timezone.now() - timedelta(days=181))
    assert watching.start_due() == 0
    assert not Watch.objects.exists()


def test_a_visitor_has_to_sign_in(client: Client) -> None:
    for response in (client.get("/tools/watches/"), client.post("/tools/watches/", FORM)):
        assert response.status_code == 302
        assert "login" in response["Location"]
    assert not Watch.objects.exists()


def test_a_member_begins_sees_and_ends_a_watch(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.post("/tools/watches/", FORM).status_code == 303
    assert client.post("/tools/watches/", FORM).status_code == 303
    watch = Watch.objects.get()
    page = client.get("/tools/watches/?lang=en").content.decode()
    assert "mx1.good.example:25" in page
    assert NEW in page
    client.post("/tools/watches/", {"end": str(watch.pk)})
    assert not Watch.objects.exists()


def test_nobody_sees_or_ends_the_watch_of_another(client: Client, watch: Watch) -> None:
    charlie = User.objects.create_user("charlie", "charlie@other.example", "a long enough password")
    client.force_login(charlie)
    assert "mx1.good.example" not in client.get("/tools/watches/").content.decode()
    client.post("/tools/watches/", {"end": str(watch.pk)})
    assert Watch.objects.exists()


@pytest.mark.parametrize("changes", [{"wanted": ""}, {"wanted": "x"}, {"host": "10.0.0.1"}, {"port": "22"}])
def test_nonsense_begins_nothing(client: Client, alice: User, changes: dict[str, str]) -> None:
    client.force_login(alice)
    assert client.post("/tools/watches/", {**FORM, **changes})["Location"] == "/tools/rollover/"
    assert client.post("/tools/watches/", {"end": "9" * 40}).status_code == 303
    assert not Watch.objects.exists()


def test_there_is_a_limit_for_one_person(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST", 1)
    client.force_login(alice)
    client.post("/tools/watches/", FORM)
    response = client.post("/tools/watches/", {**FORM, "host": "mx2.good.example"})
    assert response["Location"] == "/tools/watches/?full=1"
    assert "Stop one first." in client.get("/tools/watches/?full=1&lang=en").content.decode()
    assert Watch.objects.count() == 1
