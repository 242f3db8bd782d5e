"""The pages of lists: Alice edits, Bob reads, Charlie learns nothing; what each page shows and does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.accounts.models import Action, AuditEntry, Role
from portal.dashboards.models import DomainList, Entry, Explanation
from tests.portal.dashboards.builders import a_list, a_mail_document, an_entry, measured
from tests.portal.people import Cast, signed_in, the_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return the_cast()


@pytest.fixture
def ours(cast: Cast) -> DomainList:
    found = a_list(cast.ours)
    an_entry(found, "good.example", notes="geheim van Alice", owner="Team Web", tags=["belangrijk"])
    return found


READ = [
    "",
    "compare/",
    "export.csv",
    "export.xlsx",
    "export.ods",
    "?q=good&category=mail_starttls&status=failed&only=worse&sort=change&page=2",
]
WRITE = ["domains/", "domains/{entry}/", "settings/"]


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize(("name", "status"), [("alice", 200), ("bob", 200), ("charlie", 404), ("", 302)])
def test_only_members_read_a_list(cast: Cast, ours: DomainList, path: str, name: str, status: int) -> None:
    browser = signed_in(getattr(cast, name)) if name else Client()
    response = browser.get(ours.get_absolute_url() + path)
    assert response.status_code == status
    if status != 200:
        assert "good.example" not in seen(response)


@pytest.mark.parametrize("path", WRITE)
@pytest.mark.parametrize(("name", "status"), [("alice", 200), ("bob", 403), ("charlie", 404), ("", 302)])
def test_only_editors_open_the_pages_that_change_a_list(
    cast: Cast, ours: DomainList, path: str, name: str, status: int
) -> None:
    browser = signed_in(getattr(cast, name)) if name else Client()
    path = path.format(entry=ours.entries.get().pk)
    assert browser.get(ours.get_absolute_url() + path).status_code == status


@pytest.mark.parametrize(("name", "status"), [("bob", 403), ("charlie", 404), ("", 302)])
def test_nobody_else_changes_anything(cast: Cast, ours: DomainList, name: str, status: int) -> None:
    browser = signed_in(getattr(cast, name)) if name else Client()
    entry = ours.entries.get()
    posts = [
        ("domains/", {"text": "evil.example"}),
        (f"domains/{entry.pk}/", {"remove": "1"}),
        (f"domains/{entry.pk}/", {"save": "1", "notes": "x"}),
        ("settings/", {"remove": "1", "name": ours.name}),
        ("settings/", {"share": "1"}),
        ("test/", {}),
    ]
    before = (list(DomainList.objects.values()), list(Entry.objects.values()))
    for path, data in posts:
        assert browser.post(ours.get_absolute_url() + path, data).status_code == status
    assert (list(DomainList.objects.values()), list(Entry.objects.values())) == before


def test_an_entry_of_another_list_cannot_be_reached_through_ones_own(cast: Cast, ours: DomainList) -> None:
    theirs = a_list(cast.theirs)
    path = f"{theirs.get_absolute_url()}domains/{ours.entries.get().pk}/"
    assert signed_in(cast.charlie).post(path, {"remove": "1"}).status_code == 404
    assert ours.entries.count() == 1


def test_a_list_cannot_be_made_in_an_organisation_of_others(cast: Cast) -> None:
    for person in (cast.bob, cast.charlie):
        response = signed_in(person).post(
            "/lists/", {"name": "x", "organisation": cast.ours.public_id, "mail": "on", "period": "weekly"}
        )
        assert response.status_code == 422
    assert not DomainList.objects.exists()


def test_the_page_of_lists_shows_ones_own(cast: Cast, ours: DomainList) -> None:
    a_list(cast.theirs, "Van Charlie")
    html = signed_in(cast.bob).get("/lists/").content.decode()
    assert ours.name in html
    assert "Van Charlie" not in html


def test_an_editor_makes_a_list_and_comes_to_where_domains_are_added(cast: Cast) -> None:
    response = signed_in(cast.alice).post(
        "/lists/", {"name": "Alles", "organisation": cast.ours.public_id, "mail": "on", "web": "on", "period": "daily"}
    )
    made = DomainList.objects.get()
    assert response["Location"] == f"{made.get_absolute_url()}domains/"
    assert (made.organisation, made.period, made.suites) == (cast.ours, "daily", ["mail", "web"])


def test_pasted_lines_are_taken_in_and_bad_ones_are_named(cast: Cast) -> None:
    ours = a_list(cast.ours)
    page = signed_in(cast.alice).post(
        ours.get_absolute_url() + "domains/",
        {"text": "https://Good.Example/pad\ninfo@unsigned.example\n192.0.2.1\nlocalhost\n"},
        headers={"accept-language": "en"},
    )
    assert set(ours.entries.values_list("domain", flat=True)) == {"good.example", "unsigned.example"}
    rows = re.findall(r"<td[^>]*>(\d+)</td>\s*<td[^>]*>([^<]+)</td>", page.content.decode())
    assert rows == [("3", "192.0.2.1"), ("4", "localhost")]
    assert AuditEntry.objects.filter(action=Action.DOMAINS_ADDED).count() == 1


def test_a_file_is_taken_in_with_what_it_says_of_a_domain(cast: Cast, ours: DomainList) -> None:
    content = "domein;labels;eigenaar;mail eigenaar\ngood.example;web, hoofd;Jan;jan@good.example\nnullmx.example;;;\n"
    file = SimpleUploadedFile("lijst.csv", content.encode())
    assert signed_in(cast.alice).post(ours.get_absolute_url() + "domains/", {"file": file}).status_code == 302
    entry = ours.entries.get(domain="good.example")
    assert (entry.tags, entry.owner, entry.owner_email) == (["web", "hoofd"], "Jan", "jan@good.example")
    assert entry.notes == "geheim van Alice"


@pytest.mark.parametrize("content", [b"PK\x03\x04 no zip", b"\x00\x01\x02"])
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(cast: Cast, ours: DomainList, content: bytes) -> None:
    file = SimpleUploadedFile("lijst.xlsx", content)
    page = signed_in(cast.alice).post(ours.get_absolute_url() + "domains/", {"file": file})
    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()


def test_a_file_that_is_too_large_is_refused(cast: Cast, ours: DomainList) -> None:
    file = SimpleUploadedFile("lijst.csv", b"a" * 2_000_001)
    assert signed_in(cast.alice).post(ours.get_absolute_url() + "domains/", {"file": file}).status_code == 422


def test_an_explanation_shows_in_overview_and_export_and_goes_with_an_empty_text(cast: Cast, ours: DomainList) -> None:
    entry = ours.entries.get()
    measured(entry, a_mail_document(mail_starttls_dane_valid="failed", score=40))
    alice, path = signed_in(cast.alice), f"{ours.get_absolute_url()}domains/{entry.pk}/"
    data = {"explain": "1", "check_id": "mail_starttls_dane_valid", "text": "Leverancier levert in mei."}
    alice.post(path, data)
    english = {"accept-language": "en"}
    assert "failed, explained" in alice.get(ours.get_absolute_url(), headers=english).content.decode()
    assert "Leverancier levert in mei." in alice.get(ours.get_absolute_url() + "export.csv").content.decode()
    alice.post(path, {**data, "text": ""})
    assert not Explanation.objects.exists()


def test_a_list_is_removed_only_by_its_name(cast: Cast, ours: DomainList) -> None:
    alice = signed_in(cast.alice)
    alice.post(ours.get_absolute_url() + "settings/", {"remove": "1", "name": "iets anders"})
    assert DomainList.objects.exists()
    alice.post(ours.get_absolute_url() + "settings/", {"remove": "1", "name": ours.name})
    assert not DomainList.objects.exists()


def seen(response: Any) -> str:
    """The page without the places at which a name may be broken."""
    html: str = response.content.decode()
    return html.replace("<wbr>", "")


def shared_link(cast: Cast, ours: DomainList) -> str:
    """The path of a public link that Alice made."""
    signed_in(cast.alice).post(ours.get_absolute_url() + "settings/", {"share": "1"})
    ours.refresh_from_db()
    return f"/shared/{ours.share_token}/"


def test_a_public_link_shows_figures_and_nothing_of_the_organisation_itself(cast: Cast, ours: DomainList) -> None:
    measured(ours.entries.get(), a_mail_document(score=90))
    html = seen(Client().get(shared_link(cast, ours)))
    assert "good.example" in html
    assert "90" in html
    assert not re.search(r"geheim|Team Web|belangrijk|/mail/good|domains/|settings/|export", html)


def test_nothing_can_be_found_through_a_public_link_by_what_it_does_not_show(cast: Cast, ours: DomainList) -> None:
    path = shared_link(cast, ours)
    assert "good.example" not in seen(Client().get(path, {"q": "geheim"}))
    assert "good.example" not in seen(Client().get(path, {"q": "Team"}))
    assert "good.example" in seen(Client().get(path, {"tag": "bestaat niet"}))


def test_a_withdrawn_public_link_is_gone_and_a_new_one_differs(cast: Cast, ours: DomainList) -> None:
    first = shared_link(cast, ours)
    signed_in(cast.alice).post(ours.get_absolute_url() + "settings/", {"unshare": "1"})
    assert Client().get(first).status_code == 404
    assert shared_link(cast, ours) != first


def test_an_editor_may_be_a_reader_elsewhere(cast: Cast, ours: DomainList) -> None:
    membership = cast.member(cast.bob)
    membership.role = Role.EDITOR
    membership.save()
    bob = signed_in(cast.bob)
    assert bob.get(ours.get_absolute_url() + "settings/").status_code == 200
    assert bob.get(cast.ours.get_absolute_url()).content.decode().count("/invitations/") == 0
