"""Who gets which page. Every address of accounts, lists and operators has a row here; one without a row fails the test.

Alice owns the organisation, Bob reads in it, Dora edits, Charlie is an outsider, Otto is the operator, and a visitor has not signed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django.fixtures import Settings

from portal.accounts import lifecycle
from portal.accounts.models import Membership, Role
from portal.dashboards.models import Alert, Explanation, Rule, State, Suite
from portal.operators import figures
from tests.portal.dashboards.builders import a_list, a_mail_document, an_entry, measured
from tests.portal.people import Cast, a_person, signed_in, the_cast

pytestmark = pytest.mark.django_db

OURS = ("portal.accounts.", "portal.dashboards.", "portal.operators.")
WHO = ("alice", "dora", "bob", "charlie", "otto", "visitor")
SECRET = "geheim.example"
TOKEN = "s" * 32


@dataclass(frozen=True)
class World:
    """One of everything."""

    cast: Cast
    browsers: Mapping[str, Client]
    kwargs: Mapping[str, Mapping[str, Any]]


@pytest.fixture
def world(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> World:
    settings.METRICS_TOKEN = "secret"
    monkeypatch.setattr(figures.app.control, "ping", lambda **_values: [])
    cast = the_cast()
    dora, otto = a_person("dora"), a_person("otto", is_staff=True)
    Membership.objects.create(organisation=cast.ours, user=dora, role=Role.EDITOR)
    ours = a_list(cast.ours, "Geheime lijst", share_token=TOKEN, feed_token=TOKEN)
    entry = an_entry(ours, SECRET)
    result = measured(entry, a_mail_document(mail_starttls_dane_valid="failed", score=40))
    Explanation.objects.create(entry=entry, check_id="mail_starttls_dane_valid", text="x")
    assert result.measured_at is not None
    alert = Alert.objects.create(
        entry=entry, suite=Suite.MAIL, rule=Rule.TLSA_MISMATCH, state=State.OPEN, scan=result.scan,
        seen_at=result.measured_at, opened_at=result.measured_at,
    )  # fmt: skip
    link = lifecycle.invite(cast.ours, "eve@lindewaard.example", Role.READER, by=cast.alice)
    invitation = cast.ours.invitations.get()
    organisation = {"public_id": cast.ours.public_id}
    in_list = {"public_id": ours.public_id}
    people = {"alice": cast.alice, "dora": dora, "bob": cast.bob, "charlie": cast.charlie, "otto": otto}
    kwargs: dict[str, Mapping[str, Any]] = {
        "organisation-member": {**organisation, "pk": cast.member(cast.bob).pk},
        "invitation-withdraw": {**organisation, "pk": invitation.pk},
        "invitation": {"token": link.rstrip("/").rpartition("/")[2]},
        "list-entry": {**in_list, "pk": entry.pk},
        "list-alert-close": {**in_list, "pk": alert.pk},
        "list-export": {**in_list, "kind": "csv"},
        "list-feed": {"token": TOKEN},
        "list-shared": {"token": TOKEN},
    }
    for row in TABLE:
        named = organisation if row.startswith("organisation-") or row == "organisation" else in_list
        kwargs.setdefault(
            row, named if row.startswith(("organisation-", "list-")) or row in ("organisation", "list") else {}
        )
    return World(cast, {**{name: signed_in(user) for name, user in people.items()}, "visitor": Client()}, kwargs)


def who(*statuses: int) -> dict[str, int]:
    """Statuses of alice, dora, bob, charlie, otto and a visitor."""
    return dict(zip(WHO, statuses, strict=True))


READERS = who(200, 200, 200, 404, 404, 302)
EDITORS = who(200, 200, 403, 404, 404, 302)
SIGNED_IN = who(200, 200, 200, 200, 200, 302)
OPERATORS = who(404, 404, 404, 404, 200, 302)
LINK = who(200, 200, 200, 200, 200, 200)  # the link itself is the right
INVITED = who(403, 403, 403, 403, 403, 200)  # the link is for Eve alone, and tells a visitor to sign in
NO_GET = who(405, 405, 405, 405, 405, 405)

# Name of an address -> who may GET it.
TABLE: dict[str, dict[str, int]] = {
    "organisations": SIGNED_IN,
    "organisation": READERS,
    "organisation-change": NO_GET,
    "organisation-leave": NO_GET,
    "organisation-invite": NO_GET,
    "invitation-withdraw": NO_GET,
    "organisation-member": NO_GET,
    "invitation": INVITED,
    "lists": SIGNED_IN,
    "list": READERS,
    "list-board": READERS,
    "list-compare": READERS,
    "list-export": READERS,
    "list-alerts": READERS,
    "list-domains": EDITORS,
    "list-entry": EDITORS,
    "list-suggestions": EDITORS,
    "list-settings": EDITORS,
    "list-alert-close": NO_GET,
    "list-test": NO_GET,
    "list-feed": LINK,
    "list-shared": LINK,
    "operators": OPERATORS,
    "operators-organisations": OPERATORS,
    "metrics": who(404, 404, 404, 404, 404, 404),  # for who brings the token
}

EDITORS_POST = who(302, 302, 403, 404, 404, 302)
OWNERS_POST = who(302, 403, 403, 404, 404, 302)
NO_POST = who(405, 405, 405, 405, 405, 405)

# Name of an address -> who may POST to it what changes something; and what is posted.
POSTS: dict[str, tuple[dict[str, int], dict[str, str]]] = {
    "organisations": (who(302, 302, 302, 302, 302, 302), {"name": "Nieuw"}),
    "organisation-change": (OWNERS_POST, {"name": "Anders", "language": "nl"}),
    "organisation-leave": (who(302, 302, 302, 404, 404, 302), {}),
    "organisation-invite": ({**OWNERS_POST, "alice": 200}, {"email": "new@lindewaard.example", "role": "reader"}),
    "invitation-withdraw": (OWNERS_POST, {}),
    "organisation-member": (OWNERS_POST, {"role": "editor"}),
    "invitation": ({**INVITED, "visitor": 302}, {}),
    "lists": (who(302, 302, 422, 422, 422, 302), {"name": "x", "mail": "on", "period": "weekly"}),
    "list-domains": (EDITORS_POST, {"text": "new.example"}),
    "list-entry": (EDITORS_POST, {"save": "1", "notes": "x"}),
    "list-suggestions": (EDITORS_POST, {"domain": "new.example"}),
    "list-settings": (EDITORS_POST, {"save": "1", "name": "x", "mail": "on", "period": "weekly"}),
    "list-alerts": (EDITORS_POST, {"digest": "on"}),
    "list-alert-close": (EDITORS_POST, {}),
    "list-test": (EDITORS_POST, {}),
}


def named(patterns: list[Any]) -> Iterator[URLPattern]:
    """Every address of a tree of addresses that a view of ours answers."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from named(pattern.url_patterns)
        elif pattern.callback.__module__.startswith(OURS):
            yield pattern


def test_every_address_has_a_row() -> None:
    names = {pattern.name for pattern in named(get_resolver().url_patterns)}
    assert names == set(TABLE)


def test_every_address_that_takes_a_post_has_a_row(world: World) -> None:
    taking = {name for name in TABLE if Client().post(reverse(name, kwargs=world.kwargs[name])).status_code != 405}
    assert taking == set(POSTS)


@pytest.mark.parametrize("name", TABLE)
def test_who_gets_a_page(world: World, name: str) -> None:
    address = reverse(name, kwargs=world.kwargs[name])
    responses = {person: browser.get(address) for person, browser in world.browsers.items()}
    assert {person: response.status_code for person, response in responses.items()} == TABLE[name]
    for person, response in responses.items():
        if TABLE[name] not in (LINK, OPERATORS) and person in ("charlie", "otto", "visitor"):
            assert SECRET.partition(".")[0].encode() not in b"".join(response)  # type: ignore[arg-type]
            assert b"Geheime lijst" not in b"".join(response)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("person", WHO)
def test_who_may_change_something(world: World, name: str, person: str) -> None:
    expected, data = POSTS[name]
    if name == "lists":
        data = {**data, "organisation": world.cast.ours.public_id}
    response = world.browsers[person].post(reverse(name, kwargs=world.kwargs[name]), data)
    assert response.status_code == expected[person]
    if person == "visitor" and expected[person] == 302:
        assert response["Location"].startswith("/account/login/")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
@pytest.mark.parametrize(("person", "status"), READERS.items())
def test_who_gets_an_export(world: World, kind: str, person: str, status: int) -> None:
    address = reverse("list-export", kwargs={**world.kwargs["list-export"], "kind": kind})
    assert world.browsers[person].get(address).status_code == status
