"""The inventory of outgoing mail servers: a row for everything that SPF lets send, with what stands behind it."""

from __future__ import annotations

from typing import Any

import pytest

from checks import Suite
from checks.dnssec import Lookup, Outcome, Security
from checks.evaluate import mail_auth, senders
from tests.checks.builders import DOMAIN, a_lookup, a_view

HOME = f"{DOMAIN}."
RECORD = "3 1 1 " + "ab" * 32
PKIX = "1 1 1 " + "ab" * 32


def txt(name: str, text: str, **changes: Any) -> Lookup:
    return a_lookup(name, "TXT", f'"{text}"', **changes)


def rows(*lookups: Lookup) -> list[tuple[str, str, Any, str | None, str | None]]:
    view = a_view(Suite.MAIL, *lookups)
    found = mail_auth.spf_policy(view).observations[0].evidence["outgoing"]
    return [(row["sender"], row["via"], row["addresses"], row["dnssec"], row["sender_tlsa"]) for row in found]


def test_everything_that_may_send_has_a_row_in_the_order_of_the_record() -> None:
    assert rows(
        txt(
            HOME,
            "v=spf1 mx a:relay.example ip4:192.0.2.0/28 ip6:2001:db8::/32 include:supplier.example exists:%{i}.x.example -all",
        ),
        a_lookup(HOME, "MX", "20 mx2.good.example.", "10 mx1.good.example."),
        a_lookup("mx1.good.example.", "A", "192.0.2.25"),
        a_lookup("mx1.good.example.", "AAAA", "2001:db8::25"),
        a_lookup("mx2.good.example.", "A", "192.0.2.26"),
        a_lookup("relay.example.", "A", "198.51.100.1", security=Security.INSECURE),
        a_lookup("_25._tcp.mx1.good.example.", "TLSA", RECORD),
        a_lookup("_25._tcp.mx2.good.example.", "TLSA", PKIX),
        txt("supplier.example.", "v=spf1 ip4:203.0.113.0/24 include:more.example ~all", security=Security.INSECURE),
        txt("more.example.", "v=spf1 ip4:203.0.113.128/25 ip4:198.51.100.0/24 ~all"),
    ) == [
        ("mx1.good.example", "mx", "192.0.2.25, 2001:db8::25", "secure", "usable"),
        ("mx2.good.example", "mx", "192.0.2.26", "secure", "unusable"),
        ("relay.example", "a", "198.51.100.1", "insecure", "unsigned"),
        ("192.0.2.0/28", "ip4", 16, None, None),
        ("2001:db8::/32", "ip6", None, None, None),
        ("supplier.example", "include", 512, "insecure", None),
        ("%{i}.x.example", "exists", None, None, None),
    ]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (a_lookup("_25._tcp.relay.example.", "TLSA", outcome=Outcome.NO_DATA), "none"),
        (a_lookup("_25._tcp.relay.example.", "TLSA", RECORD), "usable"),
        (a_lookup("_25._tcp.relay.example.", "TLSA", outcome=Outcome.FAILED, security=Security.BOGUS), "unknown"),
    ],
)
def test_the_records_of_a_host_that_only_sends_are_looked_at_too(answer: Lookup, expected: str) -> None:
    found = rows(txt(HOME, "v=spf1 a:relay.example -all"), a_lookup("relay.example.", "A", "198.51.100.1"), answer)
    assert found == [("relay.example", "a", "198.51.100.1", "secure", expected)]


def test_what_may_not_send_and_what_comes_behind_all_is_no_sender() -> None:
    assert rows(txt(HOME, "v=spf1 -ip4:192.0.2.1 ip4:192.0.2.2 -all ip4:192.0.2.3")) == [
        ("192.0.2.2", "ip4", 1, None, None)
    ]


def test_a_redirect_puts_another_record_in_the_place_of_the_own_one() -> None:
    found = rows(
        txt(HOME, "v=spf1 redirect=mail.example"),
        txt("mail.example.", "v=spf1 a -all"),
        a_lookup("mail.example.", "A", "192.0.2.9"),
    )
    assert [row[:2] for row in found] == [("mail.example", "a")]


def test_a_host_that_two_terms_name_has_one_row_for_each_way() -> None:
    found = rows(txt(HOME, "v=spf1 a a mx -all"), a_lookup(HOME, "A", "192.0.2.9"), a_lookup(HOME, "MX", f"10 {HOME}"))
    assert [row[:2] for row in found] == [(DOMAIN, "a"), (DOMAIN, "mx")]


def test_records_are_asked_for_where_dane_gets_and_of_few_hosts() -> None:
    addresses = {
        "signed.example.": [a_lookup("signed.example.", "A", "192.0.2.1")],
        "plain.example.": [a_lookup("plain.example.", "A", "192.0.2.1", security=Security.INSECURE)],
    }
    assert senders.questions(addresses) == ("_25._tcp.signed.example.",)
    hosts = [f"h{number}.example" for number in range(10)]
    view = a_view(
        Suite.MAIL,
        txt(HOME, f"v=spf1 {' '.join(f'a:{host}' for host in hosts)} -all"),
        *(a_lookup(f"{host}.", "A", "192.0.2.1") for host in hosts),
    )
    assert len(senders.named(view.spf)) == senders.MOST_HOSTS
