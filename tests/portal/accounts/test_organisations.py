"""Organisations: who sees them, who may change what, and that each change is in the log."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.accounts import lifecycle
from portal.accounts.models import Action, AuditEntry, Invitation, Membership, Organisation, Role
from tests.portal.people import Cast, a_person, signed_in, the_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return the_cast()


def open_invitation(cast: Cast, email: str = "dora@lindewaard.example", role: Role = Role.EDITOR) -> str:
    """The path of a link that was mailed."""
    link = lifecycle.invite(cast.ours, email, role, by=cast.alice)
    return link.removeprefix("http://127.0.0.1:8000")


def test_a_visitor_is_asked_to_sign_in(client: Client, cast: Cast) -> None:
    response = client.get(cast.ours.get_absolute_url())
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/?next=")


@pytest.mark.parametrize(("name", "status"), [("alice", 200), ("bob", 200), ("charlie", 404)])
def test_members_see_their_organisation_and_outsiders_do_not_learn_that_it_exists(
    cast: Cast, name: str, status: int
) -> None:
    assert signed_in(getattr(cast, name)).get(cast.ours.get_absolute_url()).status_code == status


def test_only_owners_see_invitations_and_the_log(cast: Cast) -> None:
    open_invitation(cast)
    assert "dora@" in signed_in(cast.alice).get(cast.ours.get_absolute_url()).content.decode()
    assert "dora@" not in signed_in(cast.bob).get(cast.ours.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("name", "status"), [("bob", 403), ("charlie", 404)])
@pytest.mark.parametrize("what", ["invite", "withdraw", "member", "rename"])
def test_only_owners_change_anything(cast: Cast, name: str, status: int, what: str) -> None:
    open_invitation(cast)
    base = cast.ours.get_absolute_url()
    path, data = {
        "invite": (f"{base}invitations/", {"email": "eve@evil.example", "role": "owner"}),
        "withdraw": (f"{base}invitations/{Invitation.objects.get().pk}/", {}),
        "member": (f"{base}members/{cast.member(cast.bob).pk}/", {"role": "owner"}),
        "rename": (f"{base}name/", {"name": "Other"}),
    }[what]
    before = (list(Invitation.objects.values()), list(Membership.objects.values()), list(Organisation.objects.values()))
    assert signed_in(getattr(cast, name)).post(path, data).status_code == status
    after = (list(Invitation.objects.values()), list(Membership.objects.values()), list(Organisation.objects.values()))
    assert before == after


def test_rows_of_another_organisation_cannot_be_reached_through_ones_own(cast: Cast) -> None:
    open_invitation(cast)
    charlie = signed_in(cast.charlie)
    base = cast.theirs.get_absolute_url()
    for path in (f"invitations/{Invitation.objects.get().pk}/", f"members/{cast.member(cast.bob).pk}/"):
        assert charlie.post(base + path, {"role": "owner"}).status_code == 404
    assert Invitation.objects.count() == 1
    assert cast.member(cast.bob).role == Role.READER


def test_the_scope_of_a_query_is_the_organisations_of_the_person_and_the_role(cast: Cast) -> None:
    assert list(Organisation.objects.visible_to(cast.bob)) == [cast.ours]
    assert list(Organisation.objects.visible_to(cast.bob, Role.EDITOR)) == []
    assert list(AuditEntry.objects.visible_to(cast.charlie).values_list("organisation", flat=True)) == [cast.theirs.pk]
    cast.bob.is_active = False
    assert list(Organisation.objects.visible_to(cast.bob)) == []


def test_whoever_makes_an_organisation_owns_it(cast: Cast) -> None:
    response = signed_in(cast.bob).post("/organisations/", {"name": "Bobs dorp"})
    made = Organisation.objects.get(name="Bobs dorp")
    assert response["Location"] == made.get_absolute_url()
    assert Membership.objects.get(organisation=made).role == Role.OWNER
    assert AuditEntry.objects.get(organisation=made).action == Action.ORGANISATION_CREATED


def test_an_organisation_without_a_name_is_refused_beside_the_field(cast: Cast) -> None:
    response = signed_in(cast.bob).post("/organisations/", {"name": " "})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()


def test_an_invitation_is_mailed_and_shown_once(cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    alice = signed_in(cast.alice)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        page = alice.post(
            cast.ours.get_absolute_url() + "invitations/", {"email": "dora@lindewaard.example", "role": "editor"}
        ).content.decode()
    assert [message.to for message in mail.outbox] == [["dora@lindewaard.example"]]
    link = re.search(r"http://\S+/invitations/[\w-]{32}/", str(mail.outbox[0].body))
    assert link is not None
    assert link[0] in page
    assert link[0] not in alice.get(cast.ours.get_absolute_url()).content.decode()


def test_who_opens_an_invitation_gets_its_role_once(cast: Cast) -> None:
    path = open_invitation(cast)
    dora, eve = a_person("dora"), a_person("eve")
    assert signed_in(dora).post(path)["Location"] == cast.ours.get_absolute_url()
    assert cast.member(dora).role == Role.EDITOR
    assert signed_in(eve).post(path).status_code == 404
    assert not Membership.objects.filter(user=eve).exists()


def test_opening_the_link_alone_makes_nobody_a_member(cast: Cast) -> None:
    dora = a_person("dora")
    assert signed_in(dora).get(open_invitation(cast)).status_code == 200
    assert not Membership.objects.filter(user=dora).exists()


def test_an_invitation_of_last_week_is_worth_nothing(cast: Cast) -> None:
    path = open_invitation(cast)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert signed_in(a_person("dora")).post(path).status_code == 404


def test_a_withdrawn_invitation_is_worth_nothing(cast: Cast) -> None:
    path = open_invitation(cast)
    signed_in(cast.alice).post(f"{cast.ours.get_absolute_url()}invitations/{Invitation.objects.get().pk}/")
    assert signed_in(a_person("dora")).post(path).status_code == 404


def test_a_second_invitation_ends_the_first(cast: Cast) -> None:
    first, second = open_invitation(cast), open_invitation(cast, role=Role.OWNER)
    dora = signed_in(a_person("dora"))
    assert dora.get(first).status_code == 404
    assert dora.get(second).status_code == 200


def test_an_invitation_does_not_lower_the_role_of_a_member(cast: Cast) -> None:
    path = open_invitation(cast, "somebody@lindewaard.example", Role.READER)
    signed_in(cast.alice).post(path)
    assert cast.member(cast.alice).role == Role.OWNER


def test_the_token_of_an_invitation_is_not_in_the_database(cast: Cast) -> None:
    token = open_invitation(cast).split("/")[-2]
    assert token not in str(list(Invitation.objects.values()))


def test_the_last_owner_can_neither_step_down_nor_leave(cast: Cast) -> None:
    alice = signed_in(cast.alice)
    path = f"{cast.ours.get_absolute_url()}members/{cast.member(cast.alice).pk}/"
    alice.post(path, {"role": "reader"})
    alice.post(path, {"remove": "1"})
    page = alice.post(f"{cast.ours.get_absolute_url()}leave/", follow=True)
    assert cast.member(cast.alice).role == Role.OWNER
    assert page.status_code == 200


def test_an_owner_may_leave_when_there_is_another(cast: Cast) -> None:
    alice = signed_in(cast.alice)
    alice.post(f"{cast.ours.get_absolute_url()}members/{cast.member(cast.bob).pk}/", {"role": "owner"})
    assert alice.post(f"{cast.ours.get_absolute_url()}leave/")["Location"] == "/organisations/"
    assert alice.get(cast.ours.get_absolute_url()).status_code == 404
    actions = list(AuditEntry.objects.filter(organisation=cast.ours).values_list("action", flat=True))
    assert actions == [Action.MEMBER_REMOVED, Action.ROLE_CHANGED, Action.ORGANISATION_CREATED]
