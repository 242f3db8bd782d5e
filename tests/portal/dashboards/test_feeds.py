"""The feed of alerts: what RFC 4287 asks, read by a parser that is not ours, and safe whatever words are in it."""

from __future__ import annotations

from xml.etree import ElementTree

import feedparser
import pytest
from django.test import Client

from portal.dashboards.models import Alert, DomainList, Entry
from tests.portal.dashboards.builders import a_list, a_mail_document, an_entry, measured
from tests.portal.dashboards.test_rules import CURRENT, OTHER, a_row, dane
from tests.portal.people import signed_in, the_cast

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def entry() -> Entry:
    """A domain with an alert that is open and one that is over."""
    found = an_entry(a_list(the_cast().ours, web=False))
    sealed, broken = dane(a_row(published=[CURRENT], served=CURRENT)), dane(a_row(published=[CURRENT], served=OTHER))
    for document in (sealed, broken, broken, sealed, broken, broken):
        measured(found, document)
    return found


def the_feed(entry: Entry, language: str = "nl") -> bytes:
    response = Client().get(f"/feeds/{entry.domain_list.feed_token}.atom", {"lang": language})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return bytes(response.content)


def test_a_parser_of_feeds_finds_nothing_amiss(entry: Entry) -> None:
    read = feedparser.parse(the_feed(entry))
    assert not read.bozo
    assert (read.version, read.feed.title, read.feed.language) == ("atom10", "Alle domeinen", "nl")
    assert [item.title for item in read.entries] == [
        "good.example: Een TLSA-record past niet meer (open)",
        "good.example: Een TLSA-record past niet meer (opgelost)",
    ]
    newest = read.entries[0]
    assert f"TLSA 3 1 1 {OTHER}" in newest.summary
    assert "openssl" in newest.summary
    assert newest.link.startswith("http")


def test_it_has_what_the_norm_asks(entry: Entry) -> None:
    """RFC 4287 sections 4.1.1 and 4.1.2: exactly one id, title and updated each; an author; a link to itself; ids that stay and differ."""
    root = ElementTree.fromstring(the_feed(entry))
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, (element.tag, name)
        assert len({link.get("rel") for link in element.findall(f"{ATOM}link")}) == len(element.findall(f"{ATOM}link"))
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    assert [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"] == [
        f"http://127.0.0.1:8000/feeds/{entry.domain_list.feed_token}.atom"
    ]
    ids = [found.text for found in root.findall(f"{ATOM}entry/{ATOM}id")]
    again = ElementTree.fromstring(the_feed(entry, "en")).findall(f"{ATOM}entry/{ATOM}id")
    assert ids == [found.text for found in again]
    assert len(set(ids)) == 2


def test_an_alert_that_is_over_is_the_same_entry_with_a_later_moment(entry: Entry) -> None:
    before = {item.id: item.updated for item in feedparser.parse(the_feed(entry)).entries}
    measured(entry, dane(a_row(published=[OTHER], served=OTHER)))
    after = {item.id: item.updated for item in feedparser.parse(the_feed(entry)).entries}
    assert before.keys() == after.keys()
    assert sum(after[name] > before[name] for name in before) <= 1
    assert all(after[name] >= before[name] for name in before)


def test_a_feed_without_alerts_is_one_too() -> None:
    quiet = an_entry(a_list(the_cast().ours))
    read = feedparser.parse(the_feed(quiet))
    assert not read.bozo
    assert read.entries == []


def test_words_of_a_server_are_words_and_nothing_else(entry: Entry) -> None:
    hostile = '<script>alert(1)</script>\x1b[31m\x00]]>&lt;b&gt; "'
    Alert.objects.update(sentence={"nl": hostile.replace("\x00", ""), "en": hostile.replace("\x00", "")})
    DomainList.objects.update(name="<b>\x1b")
    content = the_feed(entry)
    root = ElementTree.fromstring(content)
    summary = root.findtext(f"{ATOM}entry/{ATOM}summary") or ""
    assert "<script" not in summary
    assert "&lt;script&gt;" in summary
    assert root.findtext(f"{ATOM}title") == "<b>\ufffd"


def test_it_speaks_the_language_of_its_reader(entry: Entry) -> None:
    read = feedparser.parse(the_feed(entry, "en"))
    assert read.feed.language == "en"
    assert read.entries[0].title == "good.example: A TLSA record no longer matches (open)"


def test_it_is_for_who_has_its_address_until_that_is_made_anew(entry: Entry) -> None:
    owner = entry.domain_list.organisation.memberships.get(role="owner").user
    path = f"/feeds/{entry.domain_list.feed_token}.atom"
    signed_in(owner).post(entry.domain_list.get_absolute_url() + "alerts/", {"feed": "1"})
    assert Client().get(path).status_code == 404


def test_a_suspicion_is_not_in_it() -> None:
    found = an_entry(a_list(the_cast().ours, web=False))
    measured(found, a_mail_document())
    measured(found, a_mail_document(mail_starttls_dane_valid="failed", score=97))
    assert feedparser.parse(the_feed(found)).entries == []
