"""Names that a list may lack: from its own certificates and mail hosts, offered and never added by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.dashboards import standards
from portal.dashboards.models import DomainList, Source, Standing
from portal.dashboards.suggestions import MOST, suggestions_for
from tests.portal.dashboards.builders import a_list, a_mail_document, an_entry, measured
from tests.portal.people import Cast, signed_in, the_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return the_cast()


@pytest.fixture
def ours(cast: Cast) -> DomainList:
    return a_list(cast.ours)


def saw(domain_list: DomainList, domain: str, *names: str, hosts: list[str] | None = None, suite: str = "web") -> None:
    """A domain of the list of which these names were seen."""
    entry = domain_list.entries.filter(domain=domain).first() or an_entry(domain_list, domain)
    check = {"web": "web_https_cert_domain", "mail": "mail_starttls_cert_domain"}[suite]
    document = a_mail_document(domain, **{check: "passed"})
    document["categories"][0]["checks"][0]["subjects"][0]["evidence"]["names"] = list(names)
    measured(entry, document)
    Standing.objects.filter(entry=entry, suite=suite).update(hosts=hosts)


def offered(domain_list: DomainList) -> list[tuple[str, str]]:
    return [(one.domain, one.source.value) for one in suggestions_for(domain_list)]


def test_names_of_certificates_are_offered_and_those_of_the_list_are_not(ours: DomainList) -> None:
    saw(
        ours, "www.lindewaard.nl", "www.lindewaard.nl", "*.Loket.Lindewaard.nl", "zwembad.example", "raad.lindewaard.nl"
    )
    saw(ours, "raad.lindewaard.nl", "zwembad.example")
    assert offered(ours) == [("loket.lindewaard.nl", Source.CERTIFICATE), ("zwembad.example", Source.CERTIFICATE)]
    (_own, pool) = suggestions_for(ours)
    assert (pool.found_at, pool.more) == ("raad.lindewaard.nl", 1)


def test_of_a_mail_host_its_registrable_name_is_offered(ours: DomainList) -> None:
    saw(ours, "lindewaard.nl", "mx1.ict-samen.nl", hosts=["mx1.ict-samen.nl"], suite="mail")
    assert offered(ours) == [("ict-samen.nl", Source.MAIL_HOST)]


def test_nothing_is_offered_of_a_provider_that_everybody_has(ours: DomainList) -> None:
    host = "lindewaard-nl.mail.protection.outlook.com"
    saw(ours, "lindewaard.nl", "mail.protection.outlook.com", "outlook.com", hosts=[host], suite="mail")
    assert offered(ours) == []


def test_hosts_that_only_programs_ask_are_not_offered(ours: DomainList) -> None:
    saw(ours, "lindewaard.nl", "mta-sts.lindewaard.nl", "autodiscover.lindewaard.nl", "autoconfig.lindewaard.nl")
    assert offered(ours) == []


def test_hostile_names_are_no_suggestions_and_there_are_never_more_than_fifty(ours: DomainList) -> None:
    hostile = ("<script>", "192.0.2.1", "localhost", "nl", "co.uk", "a_b.example", "x" * 300, "evil\x00.example", "")
    saw(ours, "lindewaard.nl", *hostile, *(f"n{number}.example" for number in range(90)))
    assert len(offered(ours)) == MOST
    assert {name for name, _source in offered(ours)} <= {f"n{number}.example" for number in range(90)}


def test_a_document_gives_at_most_a_hundred_names() -> None:
    document = a_mail_document()
    evidence = document["categories"][0]["checks"][0]["subjects"][0]["evidence"]
    evidence["names"] = [f"n{number:05}.example" for number in range(5000)]
    assert len(standards.certificate_names(document)) == standards.MOST_NAMES


def test_what_other_lists_know_is_never_offered(cast: Cast, ours: DomainList) -> None:
    saw(a_list(cast.theirs), "lindewaard.nl", "geheim.lindewaard.nl", hosts=["mx.elsbroek.nl"], suite="mail")
    an_entry(ours, "lindewaard.nl")
    assert offered(ours) == []


def test_one_click_adds_one_and_only_what_is_offered(cast: Cast, ours: DomainList) -> None:
    saw(ours, "www.lindewaard.nl", "loket.lindewaard.nl")
    alice, path = signed_in(cast.alice), f"{ours.get_absolute_url()}suggestions/"
    assert ours.entries.count() == 1
    assert 'value="loket.lindewaard.nl"' in alice.get(path).content.decode()
    alice.post(path, {"domain": "evil.example"})
    assert ours.entries.count() == 1
    alice.post(path, {"domain": "loket.lindewaard.nl"})
    assert ours.entries.filter(domain="loket.lindewaard.nl", due_at__isnull=False).exists()
    assert offered(ours) == []


@pytest.mark.parametrize("domains", [1, 40])
def test_the_page_takes_the_same_number_of_queries_for_any_list(
    cast: Cast, ours: DomainList, domains: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(domains):
        saw(ours, f"d{number}.example", f"other{number}.example")
    browser: Client = signed_in(cast.alice)
    with django_assert_max_num_queries(8):
        assert browser.get(f"{ours.get_absolute_url()}suggestions/").status_code == 200
