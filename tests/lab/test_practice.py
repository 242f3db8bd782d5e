"""The table of practice domains as a whole."""

from __future__ import annotations

import itertools
import json

import pytest

from lab import PRACTICE, SCENERY, Domain, Lab
from lab.model import SenderPolicies
from lab.practice import GROUPS
from tests.lab.tools import ask, texts, types

PROMISED = {
    "goed", "onondertekend", "verlopen-handtekening", "verkeerde-ds", "geen-mail", "zonder-starttls", "gestript",
    "dubbele-tlsa", "oud-record", "tlsa-onondertekend", "zelfondertekend", "twee-mx", "geen-https", "verlopen-certificaat",
}  # fmt: skip


def test_every_promised_domain_is_there_once() -> None:
    names = [domain.name for domain in PRACTICE]
    assert len(set(names)) == len(names)
    assert {f"{name}.voorbeeld.test" for name in PROMISED} <= set(names)


def test_people_are_offered_every_practice_domain_in_both_languages_and_no_scenery(lab: Lab) -> None:
    offered = json.loads((lab.directory / "domains.json").read_text(encoding="utf-8"))
    assert sorted(domain["name"] for domain in offered) == sorted(domain.name for domain in PRACTICE)
    words = ("title", "sentence", "group")
    assert all(domain[kind][language] for domain in offered for kind in words for language in ("nl", "en"))
    assert not any(domain.listed for domain in SCENERY)


def test_practice_domains_are_offered_group_by_group_and_the_good_one_first(lab: Lab) -> None:
    offered = json.loads((lab.directory / "domains.json").read_text(encoding="utf-8"))
    headings = [heading for heading, _ in itertools.groupby(domain["group"]["nl"] for domain in offered)]
    assert headings == [words.nl for words in GROUPS.values()]
    assert offered[0]["name"] == "goed.voorbeeld.test"


USUAL = [domain for domain in PRACTICE if domain.policies == SenderPolicies()]


@pytest.mark.parametrize("domain", USUAL, ids=lambda domain: domain.name)
def test_every_domain_has_two_name_servers_with_addresses_and_mail_policies(lab: Lab, domain: Domain) -> None:
    servers = texts(ask(lab, domain.name, "NS", dnssec=False), "NS")
    assert len(servers) == 2
    assert all(texts(ask(lab, server, "A", dnssec=False), "A") for server in servers)
    assert texts(ask(lab, domain.name, "TXT", dnssec=False), "TXT")[0].startswith('"v=spf1 ')
    assert texts(ask(lab, f"_dmarc.{domain.name}", "TXT", dnssec=False), "TXT")[0].startswith('"v=DMARC1; p=reject')


def test_a_domain_without_mail_says_so(lab: Lab) -> None:
    assert texts(ask(lab, "geen-mail.voorbeeld.test", "MX"), "MX") == ["0 ."]
    assert texts(ask(lab, "geen-mail.voorbeeld.test", "TXT"), "TXT") == ['"v=spf1 -all"']


def test_hosts_get_no_ipv6_address_where_there_is_no_ipv6() -> None:
    with Lab(ipv6=False, forward=False) as lab:
        assert types(ask(lab, "goed.voorbeeld.test", "AAAA", dnssec=False).answer) == set()
        assert "::1" not in lab.environment()["CHECKS_PORT_MAP"]
        assert "CHECKS_NAT64" not in lab.environment()
