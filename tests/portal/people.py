"""The cast: Alice owns an organisation, Bob reads in it, Charlie has one of his own and is an outsider here."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.test import Client

from portal.accounts import lifecycle
from portal.accounts.models import Membership, Organisation, Role


def a_person(name: str, **values: object) -> User:
    """An account with a mail address, and no password that could be guessed."""
    return User.objects.create_user(name, f"{name}@lindewaard.example", **values)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Cast:
    """Three people and two organisations."""

    alice: User
    bob: User
    charlie: User
    ours: Organisation
    theirs: Organisation

    def member(self, user: User) -> Membership:
        """Somebody's membership of our organisation."""
        return Membership.objects.get(user=user, organisation=self.ours)


def the_cast(bob: Role = Role.READER) -> Cast:
    """Alice, Bob and Charlie."""
    alice, robert, charlie = a_person("alice"), a_person("bob"), a_person("charlie")
    ours = lifecycle.create_organisation("Lindewaard", alice, by=alice)
    Membership.objects.create(organisation=ours, user=robert, role=bob)
    theirs = lifecycle.create_organisation("Elsbroek", charlie, by=charlie)
    return Cast(alice, robert, charlie, ours, theirs)


def signed_in(user: User) -> Client:
    """A browser of this person."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
