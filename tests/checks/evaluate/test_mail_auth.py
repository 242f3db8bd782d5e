"""SPF, DKIM and DMARC as they count: each outcome of the published list, and the rows where that list is wrong."""

from __future__ import annotations

import base64
from typing import Any

import dns.flags
import dns.message
import dns.rrset
import pytest

from checks import CATALOGUE, Suite
from checks.dnssec import Lookup, Outcome, Security
from checks.evaluate import mail_auth
from checks.evaluate.denial import is_compact_denial
from checks.evaluate.dmarc import discover, steps_of
from checks.evaluate.mail_auth import DkimExists, DmarcExists, DmarcPolicy, SpfExists, SpfPolicy
from checks.evaluate.txt import replay
from checks.evaluate.view import View
from checks.judging import judge
from checks.policy.dkim import selectors
from tests.checks.builders import DOMAIN, a_lookup, a_view

HOME = f"{DOMAIN}."
REJECT = "v=DMARC1; p=reject"
KEY = "v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(32)).decode("ascii")


def txt(name: str, *texts: str, **changes: Any) -> Lookup:
    return a_lookup(name, "TXT", *(f'"{text}"' for text in texts), **changes)


def absent(name: str, rdtype: str = "TXT") -> Lookup:
    return a_lookup(name, rdtype, outcome=Outcome.NO_SUCH_NAME)


def failed(name: str) -> Lookup:
    return a_lookup(name, "TXT", outcome=Outcome.FAILED, security=Security.INDETERMINATE)


def mail(*lookups: Lookup, mx: str = "10 mx1.good.example.") -> View:
    """A domain with one mail host unless told otherwise; names that are not given have no such record."""
    usual = (a_lookup(HOME, "MX", *filter(None, [mx])), a_lookup("mx1.good.example.", "A", "192.0.2.25"))
    return a_view(Suite.MAIL, *usual, *lookups)


def points(check_id: str, view: View) -> tuple[str, float | None]:
    """Outcome and points of a check as the catalogue rules."""
    check = CATALOGUE[check_id]
    verdict = judge(check, check.evaluate(view))
    return verdict.outcome, verdict.points


@pytest.mark.parametrize(
    ("lookups", "outcome", "earned"),
    [
        ([txt(f"_dmarc.{HOME}", REJECT)], DmarcExists.OK, 10),
        ([txt("_dmarc.example.", REJECT)], DmarcExists.INHERITED, 10),
        ([], DmarcExists.ABSENT, 0),
        ([txt(f"_dmarc.{HOME}", REJECT, REJECT), txt("_dmarc.example.", REJECT)], DmarcExists.SEVERAL, 0),
        ([failed(f"_dmarc.{HOME}")], DmarcExists.UNKNOWN, None),
    ],
)
def test_dmarc_is_found_at_the_name_or_above(lookups: list[Lookup], outcome: DmarcExists, earned: float | None) -> None:
    assert points("mail_auth_dmarc_exist", mail(*lookups)) == (outcome, earned)


@pytest.mark.parametrize(
    ("text", "outcome", "earned"),
    [
        ("v=DMARC1; p=reject", DmarcPolicy.OK, 10),
        ("v=DMARC1; p=quarantine", DmarcPolicy.OK, 10),
        ("v=DMARC1; p=none", DmarcPolicy.NONE, 2),
        ("v=DMARC1; p=none; sp=reject", DmarcPolicy.NONE, 2),
        ("v=DMARC1; p=quarantine; t=y", DmarcPolicy.TESTING, 2),
        ("v=DMARC1; p=reject; t=y", DmarcPolicy.OK, 10),
        ("v=DMARC1; p=rejct", DmarcPolicy.SYNTAX, 0),
        # the reference refuses these records; RFC 9989 does not
        ("v=DMARC1; p=reject; unknown=tag", DmarcPolicy.OK, 10),
        ("v=DMARC1; p=reject ", DmarcPolicy.OK, 10),
        ("v=DMARC1; rua=mailto:d@good.example", DmarcPolicy.NONE, 2),
        ("v=DMARC1; p=reject; rua=mailto:d@reports.good.example", DmarcPolicy.OK, 10),
        ("v=DMARC1; p=reject; rua=mailto:d@other.example", DmarcPolicy.EXTERNAL, 10),
        ("v=DMARC1; p=reject; rua=mailto:d@willing.example", DmarcPolicy.OK, 10),
        ("v=DMARC1; p=reject; rua=mailto:d@unheard.example", DmarcPolicy.OK, 10),
    ],
)
def test_the_policy_of_the_own_record(text: str, outcome: DmarcPolicy, earned: float) -> None:
    view = mail(
        txt(f"_dmarc.{HOME}", text),
        txt(f"{DOMAIN}._report._dmarc.willing.example.", "v=DMARC1;"),
        failed(f"{DOMAIN}._report._dmarc.unheard.example."),
    )
    assert points("mail_auth_dmarc_policy", view) == (outcome, earned)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("v=DMARC1", DmarcPolicy.OK),
        ("v=DMARC1; rua=mailto:box@other.example", DmarcPolicy.OK),
        # the comparison of hosts has no effect in the reference
        ("v=DMARC1; rua=mailto:box@third.example", DmarcPolicy.EXTERNAL),
        ("v=spf1 -all", DmarcPolicy.EXTERNAL),
    ],
)
def test_who_takes_the_reports_may_send_them_elsewhere_only_at_the_same_host(answer: str, outcome: DmarcPolicy) -> None:
    view = mail(
        txt(f"_dmarc.{HOME}", "v=DMARC1; p=reject; rua=mailto:d@other.example"),
        txt(f"{DOMAIN}._report._dmarc.other.example.", answer),
    )
    assert points("mail_auth_dmarc_policy", view) == (outcome, 10)


def test_without_dmarc_there_is_no_policy_and_no_points() -> None:
    assert points("mail_auth_dmarc_policy", mail()) == (DmarcPolicy.NO_DMARC, 0)


@pytest.mark.parametrize(
    ("text", "exists", "policy"),
    [
        ("v=DMARC1; p=none; sp=reject; np=quarantine", True, "reject"),
        ("v=DMARC1; p=none; sp=reject; np=quarantine", False, "quarantine"),
        ("v=DMARC1; p=none; sp=reject", False, "reject"),
        ("v=DMARC1; p=reject", True, "reject"),
        ("v=DMARC1; p=reject; sp=none", True, "none"),
    ],
)
def test_an_inherited_record_rules_by_sp_and_for_names_without_records_by_np(
    text: str, exists: bool, policy: str
) -> None:
    zone = {"_dmarc.example.nl.": txt("_dmarc.example.nl.", text)}
    found = replay(discover("sub.example.nl.", exists=lambda: exists), lambda name, _: zone.get(name) or absent(name))
    assert (found.at, found.policy) == ("example.nl.", policy)


def _found_at(domain: str, **records: str) -> str:
    zone = {name.replace("_", "."): text for name, text in records.items()}

    def look_up(name: str, _: str) -> Lookup:
        text = zone.get(name.removeprefix("_dmarc.").rstrip("."))
        return txt(name, text) if text else absent(name)

    return replay(discover(domain), look_up).at


def test_the_record_nearest_the_root_is_the_organisations() -> None:
    assert _found_at("a.b.example.nl.", b_example_nl=REJECT, example_nl=REJECT) == "example.nl."


def test_psd_n_ends_the_walk() -> None:
    assert _found_at("a.b.example.nl.", b_example_nl=f"{REJECT}; psd=n", example_nl=REJECT) == "b.example.nl."


def test_a_public_suffix_speaks_only_when_the_organisation_is_silent() -> None:
    assert _found_at("a.example.nl.", example_nl=REJECT, nl=f"{REJECT}; psd=y") == "example.nl."
    assert _found_at("a.example.nl.", nl=f"{REJECT}; psd=y") == "nl."


def test_below_a_public_suffix_the_organisation_is_the_name_one_label_longer() -> None:
    # RFC 9989 section 4.10.2: a record further down is not the organisation's
    assert _found_at("a.b.example.nl.", b_example_nl=REJECT, nl=f"{REJECT}; psd=y") == "nl."
    assert _found_at("a.b.example.nl.", b_example_nl=REJECT, example_nl=REJECT, nl=f"{REJECT}; psd=y") == "example.nl."


def test_a_long_name_is_cut_to_seven_labels() -> None:
    # RFC 9989 section 4.10.1 gives this example of a name of twelve labels
    steps = steps_of("a.b.c.d.e.f.g.h.i.j.mail.example.com.")
    assert steps[0] == "a.b.c.d.e.f.g.h.i.j.mail.example.com."
    assert steps[1:3] == ("g.h.i.j.mail.example.com.", "h.i.j.mail.example.com.")
    assert len(steps) == 8


@pytest.mark.parametrize(
    ("lookups", "outcome", "earned"),
    [
        ([txt(HOME, "v=spf1 -all")], SpfExists.OK, 10),
        ([txt(HOME, "v=spf1 bogus -all")], SpfExists.OK, 10),
        ([txt(HOME, "v=spf1 include:nowhere.example -all"), absent("nowhere.example.")], SpfExists.OK, 10),
        ([txt(HOME, "something else")], SpfExists.ABSENT, 0),
        ([txt(HOME, "v=spf1 -all", "v=spf1 mx -all")], SpfExists.SEVERAL, 0),
        ([failed(HOME)], SpfExists.UNKNOWN, None),
    ],
)
def test_exactly_one_spf_record(lookups: list[Lookup], outcome: SpfExists, earned: float | None) -> None:
    assert points("mail_auth_spf_exist", mail(*lookups)) == (outcome, earned)


@pytest.mark.parametrize(
    ("text", "outcome", "earned"),
    [
        ("v=spf1 mx -all", SpfPolicy.OK, 10),
        ("v=spf1 mx ~all", SpfPolicy.OK, 10),
        ("v=spf1 redirect=strict.example", SpfPolicy.OK, 10),
        ("v=spf1 include:neutral.example -all", SpfPolicy.OK, 10),
        ("v=spf1 mx ?all", SpfPolicy.NEUTRAL, 2),
        ("v=spf1 mx", SpfPolicy.NEUTRAL, 2),
        ("v=spf1 +all", SpfPolicy.OPEN, 2),
        ("v=spf1 include:open.example -all", SpfPolicy.INCLUDE_WEAK, 2),
        ("v=spf1 redirect=neutral.example", SpfPolicy.REDIRECT_WEAK, 2),
        ("v=spf1 redirect=open.example", SpfPolicy.REDIRECT_WEAK, 2),
        ("v=spf1 include:nowhere.example -all", SpfPolicy.INCLUDE_BROKEN, 0),
        ("v=spf1 include:broken.example -all", SpfPolicy.INCLUDE_BROKEN, 0),
        ("v=spf1 redirect=nowhere.example", SpfPolicy.REDIRECT_BROKEN, 0),
        ("v=spf1 mix -all", SpfPolicy.SYNTAX, 0),
        (f"v=spf1 include:{DOMAIN} -all", SpfPolicy.LOOP, 2),
        ("v=spf1 include:slow.example -all", SpfPolicy.UNKNOWN, None),
        ("v=spf1 include:slow.example mx ?all", SpfPolicy.NEUTRAL, 2),
        # the reference counts no a:host, no qualified a, and nothing after the last include
        ("v=spf1 " + "a:mx1.good.example " * 11 + "-all", SpfPolicy.TOO_MANY_LOOKUPS, 2),
        ("v=spf1 " + "+a:mx1.good.example " * 11 + "-all", SpfPolicy.TOO_MANY_LOOKUPS, 2),
        ("v=spf1 " + "mx " * 11 + "-all", SpfPolicy.TOO_MANY_LOOKUPS, 2),
        ("v=spf1 a:x.example a:y.example a:z.example -all", SpfPolicy.TOO_MANY_VOID, 2),
        # two redirects are an error by RFC 7208 section 6
        ("v=spf1 redirect=strict.example redirect=strict.example", SpfPolicy.SYNTAX, 0),
    ],
)
def test_what_the_record_comes_down_to(text: str, outcome: SpfPolicy, earned: float | None) -> None:
    view = mail(
        txt(HOME, text),
        txt("strict.example.", "v=spf1 -all"),
        txt("neutral.example.", "v=spf1 ?all"),
        txt("open.example.", "v=spf1 all"),
        txt("broken.example.", "v=spf1 ip:192.0.2.1"),
        failed("slow.example."),
        absent("nowhere.example."),
    )
    assert points("mail_auth_spf_policy", view) == (outcome, earned)


def test_without_spf_there_is_no_policy_and_no_points() -> None:
    assert points("mail_auth_spf_policy", mail()) == (SpfPolicy.NO_SPF, 0)
    assert points("mail_auth_spf_policy", mail(txt(HOME, "v=spf1 -all", "v=spf1 -all"))) == (SpfPolicy.NO_SPF, 0)


def test_a_syntax_error_is_shown_with_its_place() -> None:
    finding = mail_auth.spf_policy(mail(txt(HOME, "v=spf1 mx ipv4:192.0.2.1 -all")))
    evidence = finding.observations[0].evidence
    assert (evidence["position"], evidence["term"]) == (11, "ipv4:192.0.2.1")


DOMAINKEY = f"_domainkey.{HOME}"


@pytest.mark.parametrize(
    ("lookups", "outcome", "earned"),
    [
        ([a_lookup(DOMAINKEY, "TXT"), txt(f"default.{DOMAINKEY}", KEY)], DkimExists.OK, 10),
        ([a_lookup(DOMAINKEY, "TXT")], DkimExists.NO_KNOWN_SELECTOR, 10),
        ([absent(DOMAINKEY)], DkimExists.ABSENT, 0),
        ([txt(DOMAINKEY, "o=~; r=postmaster@good.example")], DkimExists.NO_KNOWN_SELECTOR, 10),
        ([failed(DOMAINKEY)], DkimExists.UNKNOWN, None),
        ([a_lookup(DOMAINKEY, "TXT"), txt(f"mail.{DOMAINKEY}", "v=DKIM1; p=")], DkimExists.REVOKED, 10),
        ([absent(DOMAINKEY), txt(HOME, "v=spf1 -all"), txt(f"_dmarc.{HOME}", REJECT)], DkimExists.NO_MAIL, None),
        ([absent(DOMAINKEY), txt(HOME, "v=spf1 -all"), txt("_dmarc.example.", REJECT)], DkimExists.NO_MAIL, None),
        ([absent(DOMAINKEY), txt(HOME, "v=spf1 ~all"), txt(f"_dmarc.{HOME}", REJECT)], DkimExists.ABSENT, 0),
        (
            [absent(DOMAINKEY), txt(HOME, "v=spf1 -all"), txt(f"_dmarc.{HOME}", "v=DMARC1; p=quarantine")],
            DkimExists.ABSENT,
            0,
        ),
    ],
)
def test_dkim(lookups: list[Lookup], outcome: DkimExists, earned: float | None) -> None:
    assert points("mail_auth_dkim_exist", mail(*lookups)) == (outcome, earned)


def test_a_wildcard_is_no_dkim() -> None:
    # the reference takes any answer at _domainkey for an existing name
    answers = [txt(name, "v=spf1 -all") for name in (DOMAINKEY, *(f"{name}.{DOMAINKEY}" for name in selectors()))]
    assert points("mail_auth_dkim_exist", mail(*answers)) == (DkimExists.ABSENT, 0)


def test_a_weak_key_is_said_and_costs_no_points() -> None:
    modulus = ((1 << 511) + 3).to_bytes(64, "big")
    weak = base64.b64encode(b"\x30\x48\x02\x41\x00" + modulus + b"\x02\x03\x01\x00\x01").decode("ascii")
    view = mail(
        a_lookup(DOMAINKEY, "TXT"), txt(f"default.{DOMAINKEY}", f"v=DKIM1; p={weak}"), txt(f"mail.{DOMAINKEY}", KEY)
    )
    assert points("mail_auth_dkim_exist", view) == (DkimExists.WEAK_KEY, 10)
    assert mail_auth.dkim_exists(view).observations[0].evidence["bits"] == 512


def _denial(name: str, following: str, types: str) -> str:
    message = dns.message.make_query(name, "TXT")
    message.flags |= dns.flags.QR
    message.authority.append(dns.rrset.from_text(name, 300, "IN", "NSEC", f"{following} {types}"))
    return base64.b64encode(message.to_wire()).decode("ascii")


@pytest.mark.parametrize(
    ("following", "types", "compact"),
    [
        (rf"\000.{DOMAINKEY}", "RRSIG NSEC", True),
        (f"selector.{DOMAINKEY}", "RRSIG NSEC", False),
        (rf"\000.{DOMAINKEY}", "MX RRSIG NSEC", False),
    ],
)
def test_d57_compact_denial_is_recognised_by_its_shape(following: str, types: str, compact: bool) -> None:
    assert is_compact_denial(_denial(DOMAINKEY, following, types), DOMAINKEY) is compact


@pytest.mark.parametrize("wire", ["", "AAAA", "!!!"])
def test_what_is_no_message_is_no_compact_denial(wire: str) -> None:
    assert not is_compact_denial(wire, DOMAINKEY)


def test_a_parked_domain_is_given_its_three_records() -> None:
    view = mail(a_lookup(HOME, "A", "192.0.2.80"), mx="")
    advised = mail_auth.spf_exists(view).observations[0].evidence["advised"]
    assert advised == ['good.example. IN TXT "v=spf1 -all"', "good.example. IN MX 0 ."]
    assert mail_auth.dmarc_exists(view).observations[0].evidence["advised"][0].endswith('"v=DMARC1; p=reject"')


@pytest.mark.parametrize(
    "spf", ["v=spf1 include:news.example ?all", "v=spf1 ip4:192.0.2.1", "v=spf1 redirect=news.example"]
)
def test_a_domain_that_only_sends_is_not_told_to_forbid_that(spf: str) -> None:
    view = mail(txt(HOME, spf), mx="0 .")
    told = mail_auth.spf_policy(view).observations[0].evidence.get("advised", [])
    assert not any(line.endswith('"v=spf1 -all"') for line in told)
    [first, *_] = mail_auth.dmarc_exists(view).observations[0].evidence["advised"]
    assert "p=none" in first


def test_a_domain_that_neither_receives_nor_sends_is_told_to_say_so() -> None:
    view = mail(txt(HOME, "v=spf1 ?all"), mx="0 .")
    assert mail_auth.spf_policy(view).observations[0].evidence["advised"] == ['good.example. IN TXT "v=spf1 -all"']
    assert mail_auth.dmarc_exists(view).observations[0].evidence["advised"] == [
        '_dmarc.good.example. IN TXT "v=DMARC1; p=reject"'
    ]


def test_a_null_mx_needs_no_second_one() -> None:
    assert mail_auth.spf_exists(mail(mx="0 .")).observations[0].evidence["advised"] == [
        'good.example. IN TXT "v=spf1 -all"'
    ]


def test_a_mail_domain_is_led_to_reject_step_by_step() -> None:
    advised = mail_auth.dmarc_exists(mail()).observations[0].evidence["advised"]
    assert ["p=none" in advised[0], "p=quarantine" in advised[1], "p=reject" in advised[2]] == [True] * 3


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        (
            "v=spf1 include:_spf.other.example ip4:192.0.2.1 ?all",
            "v=spf1 include:_spf.other.example ip4:192.0.2.1 -all",
        ),
        ("v=spf1 a", "v=spf1 a -all"),
        ("v=spf1 +all", "v=spf1 mx -all"),
    ],
)
def test_a_weak_spf_record_is_made_strict_with_the_senders_that_it_names(own: str, wanted: str) -> None:
    lookups = [a_lookup(HOME, "TXT", f'"{own}"'), a_lookup("_spf.other.example.", "TXT", '"v=spf1 ip4:192.0.2.9 -all"')]
    row = mail_auth.spf_policy(mail(*lookups)).observations[0]
    assert row.evidence["advised"] == [f'good.example. IN TXT "{wanted}"']


def test_two_spf_records_are_merged_into_one() -> None:
    view = mail(a_lookup(HOME, "TXT", '"v=spf1 mx ip4:192.0.2.1 ~all"', '"v=spf1 mx redirect=other.example"'))
    assert mail_auth.spf_exists(view).observations[0].evidence["advised"] == [
        'good.example. IN TXT "v=spf1 mx ip4:192.0.2.1 include:other.example -all"'
    ]


@pytest.mark.parametrize(
    ("own", "rest"),
    [
        ("v=DMARC1; p=none; sp=reject; rua=mailto:a@good.example", "sp=reject; rua=mailto:a@good.example"),
        ("v=DMARC1; p=quarantine; t=y", "rua=mailto:dmarc@good.example"),
        ("v=DMARC1;p=none", "rua=mailto:dmarc@good.example"),
    ],
)
def test_a_dmarc_record_that_only_watches_keeps_everything_but_its_policy(own: str, rest: str) -> None:
    view = mail(a_lookup(f"_dmarc.{HOME}", "TXT", f'"{own}"'))
    assert mail_auth.dmarc_policy(view).observations[0].evidence["advised"] == [
        f'_dmarc.good.example. IN TXT "v=DMARC1; p={policy}; {rest}"' for policy in ("quarantine", "reject")
    ]


def test_a_dmarc_record_that_cannot_be_read_is_named_by_where_it_stands() -> None:
    row = mail_auth.dmarc_policy(mail(a_lookup(f"_dmarc.{HOME}", "TXT", '"v=DMARC1; p=afwijzen"'))).observations[0]
    assert (row.outcome, row.evidence["found_at"]) == (mail_auth.DmarcPolicy.SYNTAX, "good.example")
