"""Organisations: who sees them, who may change what, and that each change is in the log."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

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
@pytest.mark.parametrize("what", ["invite", "withdraw", "member", "change"])
def test_only_owners_change_anything(cast: Cast, name: str, status: int, what: str) -> None:
    open_invitation(cast)
    base = cast.ours.get_absolute_url()
    path, data = {
        "invite": (f"{base}invitations/", {"email": "eve@evil.example", "role": "owner"}),
        "withdraw": (f"{base}invitations/{Invitation.objects.get().pk}/", {}),
        "member": (f"{base}members/{cast.member(cast.bob).pk}/", {"role": "owner"}),
        "change": (f"{base}settings/", {"name": "Other", "language": "en"}),
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


def test_who_was_invited_gets_the_role_once(cast: Cast) -> None:
    path = open_invitation(cast)
    dora = a_person("dora")
    assert signed_in(dora).post(path)["Location"] == cast.ours.get_absolute_url()
    assert cast.member(dora).role == Role.EDITOR
    cast.member(dora).delete()
    assert signed_in(dora).post(path).status_code == 404


def test_a_link_that_was_forwarded_is_worth_nothing_to_others(cast: Cast) -> None:
    path = open_invitation(cast, role=Role.OWNER)
    eve = a_person("eve")
    browser = signed_in(eve)
    page = browser.get(path)
    assert page.status_code == 403
    assert "dora@lindewaard.example" in page.content.decode()
    assert browser.post(path).status_code == 403
    assert not Membership.objects.filter(user=eve).exists()
    assert Invitation.objects.open().count() == 1


def test_an_address_that_was_added_and_not_confirmed_does_not_open_an_invitation(
    cast: Cast, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    path, eve = open_invitation(cast), a_person("eve")
    address = EmailAddress.objects.create(user=eve, email="Dora@lindewaard.example", verified=False)
    User.objects.filter(pk=eve.pk).update(email="dora@lindewaard.example")
    assert signed_in(eve).post(path).status_code == 403
    EmailAddress.objects.filter(pk=address.pk).update(verified=True)
    assert signed_in(eve).post(path).status_code == 302


def test_two_who_accept_at_once_become_a_member_once(cast: Cast) -> None:
    open_invitation(cast)
    found, dora = Invitation.objects.get(), a_person("dora")
    lifecycle.accept(found, dora)
    with pytest.raises(lifecycle.Refused):
        lifecycle.accept(found, dora)
    assert Membership.objects.filter(user=dora).count() == 1


def test_opening_the_link_writes_nothing_and_taking_it_along_is_a_press_on_a_button(cast: Cast) -> None:
    path, visitor = open_invitation(cast), Client()
    assert visitor.get(path).status_code == 200
    assert "sessionid" not in visitor.cookies
    assert visitor.post(path, {"new": "1"})["Location"] == "/account/signup/"
    assert visitor.post(path)["Location"] == "/account/login/"


def test_an_invitation_speaks_the_language_of_the_organisation(
    cast: Cast, django_capture_on_commit_callbacks: object
) -> None:
    Organisation.objects.update(language="en")
    alice = signed_in(cast.alice)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        alice.post(
            f"{cast.ours.get_absolute_url()}invitations/", {"email": "dora@lindewaard.example", "role": "editor"}
        )
    assert mail.outbox[0].subject == "Invitation: follow the domains of Lindewaard"
    assert "Open this link within a week" in str(mail.outbox[0].body)


def test_nobody_makes_us_mail_strangers_without_end(cast: Cast, settings: Settings) -> None:
    settings.LIMIT_INVITATIONS = (2, 3600)
    alice, path = signed_in(cast.alice), f"{cast.ours.get_absolute_url()}invitations/"
    statuses = [
        alice.post(path, {"email": f"somebody{number}@strangers.example", "role": "reader"}).status_code
        for number in range(3)
    ]
    assert statuses == [200, 200, 429]
    assert Invitation.objects.count() == 2


def test_an_owner_changes_name_and_language_and_the_log_says_so(cast: Cast) -> None:
    path = f"{cast.ours.get_absolute_url()}settings/"
    assert signed_in(cast.alice).post(path, {"name": "Lindewaard", "language": "en"}).status_code == 302
    assert signed_in(cast.alice).post(path, {"name": "Linde", "language": "xx"}).status_code == 422
    cast.ours.refresh_from_db()
    assert (cast.ours.name, cast.ours.language) == ("Lindewaard", "en")
    newest = AuditEntry.objects.filter(organisation=cast.ours)[0]
    assert (newest.action, newest.subject) == (Action.LANGUAGE_CHANGED, "en")


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


def test_who_is_a_member_already_is_not_invited(cast: Cast) -> None:
    path = f"{cast.ours.get_absolute_url()}invitations/"
    page = signed_in(cast.alice).post(path, {"email": "BOB@lindewaard.example", "role": "owner"})
    assert page.status_code == 422
    assert not Invitation.objects.exists()
    assert cast.member(cast.bob).role == Role.READER


def test_an_invitation_does_not_lower_the_role_of_who_became_a_member_meanwhile(cast: Cast) -> None:
    path, dora = open_invitation(cast, role=Role.READER), a_person("dora")
    Membership.objects.create(organisation=cast.ours, user=dora, role=Role.OWNER)
    signed_in(dora).post(path)
    assert cast.member(dora).role == Role.OWNER


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
