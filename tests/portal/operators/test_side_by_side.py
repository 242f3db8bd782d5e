"""Organisations side by side: averages, for staff alone, without a domain."""

from __future__ import annotations

from typing import Any

import pytest

from portal.dashboards.models import DomainList
from portal.operators import organisations
from tests.portal.dashboards.builders import a_list, a_mail_document, an_entry, measured
from tests.portal.people import Cast, a_person, signed_in, the_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return the_cast()


def test_a_domain_in_two_lists_counts_once_and_a_suite_that_is_not_tested_not_at_all(cast: Cast) -> None:
    first, second = a_list(cast.ours, "een"), a_list(cast.ours, "twee")
    measured(an_entry(first, "a.example"), a_mail_document(score=10))
    measured(an_entry(second, "a.example"), a_mail_document(score=50))
    measured(an_entry(second, "b.example"), a_mail_document(score=71))
    measured(second.entries.get(domain="b.example"), a_mail_document(web_https_http_hsts="passed", score=5))
    DomainList.objects.update(web=False)
    found = {line.name: line for line in organisations.lines()}
    assert found["Lindewaard"].domains == 2
    assert found["Lindewaard"].means == {"web": None, "mail": 60}  # (50 + 71) / 2, cut off
    assert found["Elsbroek"].means == {"web": None, "mail": None}


def test_two_organisations_are_compared_by_standard_and_no_domain_is_named(cast: Cast) -> None:
    measured(an_entry(a_list(cast.ours), "geheim.example"), a_mail_document(mail_starttls_dane_valid="passed"))
    measured(an_entry(a_list(cast.theirs), "ook.example"), a_mail_document(mail_starttls_dane_valid="failed"))
    found = organisations.pairs(cast.ours.public_id, cast.theirs.public_id, "en")
    assert [(pair.name, pair.first and pair.first.percent, pair.second and pair.second.percent) for pair in found] == [
        ("DANE", 100, 0)
    ]
    query = {"first": cast.ours.public_id, "second": cast.theirs.public_id}
    html = signed_in(a_person("dora", is_staff=True)).get("/operators/organisations/", query).content.decode()
    assert "Lindewaard" in html
    assert "example" not in html


@pytest.mark.parametrize("query", [{}, {"first": "\x00", "second": "'"}, {"first": "x"}])
def test_a_query_that_makes_no_sense_shows_the_averages(cast: Cast, query: dict[str, Any]) -> None:
    assert signed_in(a_person("dora", is_staff=True)).get("/operators/organisations/", query).status_code == 200
