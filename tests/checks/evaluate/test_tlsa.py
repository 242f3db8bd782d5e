"""Which TLSA records are looked at, from where, and whether they may be believed. Ids are rows of the house's list of hard cases (T: TLSA and DANE)."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from checks.dnssec import Lookup, Outcome, Security, Why, ZoneLink
from checks.evaluate import dane_mail
from checks.evaluate.dane_mail import Exists, Valid
from checks.evaluate.delivery import Delivery, delivery
from checks.evaluate.tlsa import host_tlsa
from checks.evaluate.view import View
from checks.facts.dns import Question
from checks.model import Observation
from tests.checks.builders import a_handshake, a_lookup, a_mail_view, a_session
from tests.checks.evaluate.test_dane import LEAF, MIDDLE, OTHER, record
from tests.checks.made import EXPIRED, Made

HOST, TARGET = "mx1.good.example.", "real.good.example."
AT_HOST, AT_TARGET = f"_25._tcp.{HOST}", f"_25._tcp.{TARGET}"
FITTING, STRAY = record(3, 1, 1, LEAF).text, record(3, 1, 1, OTHER).text
FAILED = {"outcome": Outcome.FAILED, "security": Security.INDETERMINATE, "reason": Why.RESOLVER_FAILED}


def tlsa(*records: str, name: str = AT_HOST, **changes: object):
    return a_lookup(name, "TLSA", *records, **changes)  # type: ignore[arg-type]


def seen(*lookups, chain: tuple[Made, ...] = (LEAF, MIDDLE), **changes: object):
    return a_mail_view(a_session(tls=a_handshake(*chain), **changes), lookups=lookups)


def exists(*lookups, **changes: object) -> Observation:
    [row] = dane_mail.exists(seen(*lookups, **changes)).observations
    return row


def valid(*lookups, **changes: object) -> Observation:
    [row] = dane_mail.valid(seen(*lookups, **changes)).observations
    return row


def alias(security: Security = Security.SECURE, rdtype: str = "A", target: str = TARGET):
    return a_lookup(HOST, rdtype, "192.0.2.25", security=security, aliases=(target,))


def test_t17_records_in_an_unsigned_zone_are_not_believed() -> None:
    insecure = tlsa(FITTING, security=Security.INSECURE)
    assert exists(insecure).outcome is Exists.INSECURE
    assert valid(insecure).outcome is Valid.NO_TLSA


@pytest.mark.parametrize("outcome", [Outcome.FOUND, Outcome.NO_DATA], ids=["records", "T33-denial-without-proof"])
def test_t18_a_bogus_answer_is_worse_than_none(outcome: Outcome) -> None:
    row = exists(tlsa(outcome=outcome, security=Security.BOGUS, reason=Why.DENIAL_MISSING))
    assert row.outcome is Exists.BOGUS
    assert row.evidence["reason"] == "denial-missing"


def test_t18_a_look_up_that_failed_is_not_a_missing_record() -> None:
    assert exists(tlsa(**FAILED)).outcome is Exists.UNKNOWN


def test_t34_a_proven_denial_means_no_dane() -> None:
    assert exists().outcome is Exists.ABSENT


@pytest.mark.parametrize("records", [(), ("1 1 1 " + "ab" * 32,)], ids=["none", "none usable"])
def test_where_a_record_is_missing_the_ones_to_publish_follow_from_what_the_server_shows(
    records: tuple[str, ...],
) -> None:
    leaf, issuer = (hashlib.sha256(made.spki).hexdigest() for made in (LEAF, MIDDLE))
    row = exists(*([tlsa(*records)] if records else ()))
    assert row.evidence["advised"] == [f"{AT_HOST} IN TLSA 3 1 1 {leaf}", f"{AT_HOST} IN TLSA 2 1 1 {issuer}"]


def test_t20_m06_a_host_in_an_unsigned_zone_needs_that_zone_signed_first() -> None:
    unsigned = (
        a_lookup(HOST, "A", "192.0.2.25", security=Security.INSECURE),
        a_lookup(HOST, "AAAA", security=Security.INSECURE),
    )
    assert exists(*unsigned).outcome is Exists.HOST_INSECURE


UNSIGNED = (
    a_lookup(HOST, "A", "192.0.2.25", security=Security.INSECURE),
    a_lookup(HOST, "AAAA", security=Security.INSECURE),
)


@pytest.mark.parametrize(
    "answer",
    [
        tlsa(**FAILED, detail={"failure": "servfail"}),
        tlsa(outcome=Outcome.NO_DATA, security=Security.BOGUS, reason=Why.DENIAL_MISSING),
    ],
    ids=["servfail", "bogus"],
)
def test_m06_a_name_server_that_chokes_on_the_question_does_no_harm_where_nobody_asks_it(answer: Lookup) -> None:
    view = seen(*UNSIGNED, answer)
    assert [row.outcome for row in dane_mail.exists(view).observations] == [Exists.HOST_INSECURE]
    assert delivery(view).observations[0].outcome is Delivery.ENCRYPTED


def test_m06_records_that_are_signed_beside_addresses_that_are_not_are_not_asked_for() -> None:
    """As behind a wildcard in an opt-out zone: the addresses come first (RFC 7672 section 2.2.2)."""
    view = seen(*UNSIGNED, tlsa(STRAY))
    assert [row.outcome for row in dane_mail.valid(view).observations] == [Valid.NO_TLSA]
    assert delivery(view).observations[0].outcome is Delivery.ENCRYPTED


def test_t19_m07_a_signed_host_is_judged_though_the_mail_domain_is_not_signed() -> None:
    mx = a_lookup("good.example.", "MX", "10 mx1.good.example.", security=Security.INSECURE)
    assert valid(mx, tlsa(FITTING)).outcome is Valid.OK


def test_t22_an_alias_at_the_owner_name_is_followed_and_the_base_stays() -> None:
    followed = tlsa(FITTING, aliases=("tlsa.elsewhere.example.",))
    assert valid(followed).outcome is Valid.OK
    assert valid(followed).evidence["owner"] == AT_HOST
    assert (
        exists(tlsa(FITTING, aliases=("tlsa.elsewhere.example.",), security=Security.INSECURE)).outcome
        is Exists.INSECURE
    )


def test_t24_with_a_secure_alias_the_expanded_name_comes_first() -> None:
    row = valid(alias(), tlsa(FITTING, name=AT_TARGET))
    assert (row.outcome, row.evidence["owner"]) == (Valid.OK, AT_TARGET)


def test_t24_then_the_original_name() -> None:
    row = valid(alias(), tlsa(FITTING))
    assert (row.outcome, row.evidence["owner"]) == (Valid.OK, AT_HOST)


def test_t24_a_bogus_answer_at_the_expanded_name_is_not_passed_over() -> None:
    broken = tlsa(name=AT_TARGET, security=Security.BOGUS, reason=Why.DENIAL_MISSING)
    assert exists(alias(), broken, tlsa(FITTING)).outcome is Exists.BOGUS


def test_t35_with_an_insecure_alias_the_original_name_counts() -> None:
    row = valid(alias(Security.INSECURE), tlsa(FITTING), tlsa(STRAY, name=AT_TARGET))
    assert (row.outcome, row.evidence["owner"]) == (Valid.OK, AT_HOST)


def test_t35_a_forged_answer_at_the_name_of_a_signed_alias_is_not_passed_over() -> None:
    broken = tlsa(security=Security.BOGUS, reason=Why.DENIAL_MISSING)
    view = seen(alias(Security.INSECURE), broken)
    assert [row.outcome for row in dane_mail.exists(view).observations] == [Exists.BOGUS]
    assert delivery(view).observations[0].outcome is Delivery.DEFERRED


@pytest.mark.parametrize(
    ("state", "expected"), [(Security.SECURE, Delivery.DEFERRED), (Security.INSECURE, Delivery.ENCRYPTED)]
)
def test_t35_a_look_up_that_fails_counts_where_the_alias_lies_in_a_signed_zone(
    state: Security, expected: Delivery
) -> None:
    links = (ZoneLink(".", Security.SECURE, Why.OK), ZoneLink("good.example.", state, Why.OK))
    target = ZoneLink("real.example.", Security.INSECURE, Why.NO_DS)
    led = replace(alias(Security.INSECURE, target="mx.real.example."), chain=(*links, target))
    failed = tlsa(**FAILED, detail={"failure": "servfail"})
    assert delivery(seen(led, failed)).observations[0].outcome is expected


def test_t35_where_the_alias_lies_in_a_signed_zone_a_record_can_be_placed_there() -> None:
    assert exists(alias(Security.INSECURE)).outcome is Exists.ABSENT


def test_t36_with_records_at_both_names_the_expanded_one_wins_and_the_other_is_named() -> None:
    lookups = (alias(), tlsa(STRAY, name=AT_TARGET), tlsa(FITTING))
    assert valid(*lookups).outcome is Valid.NO_MATCH
    assert exists(*lookups).evidence["idle"] == AT_HOST


def test_t36_an_insecure_set_at_the_expanded_name_does_not_win() -> None:
    row = valid(alias(), tlsa(STRAY, name=AT_TARGET, security=Security.INSECURE), tlsa(FITTING))
    assert (row.outcome, row.evidence["owner"]) == (Valid.OK, AT_HOST)


def test_m16_families_with_different_aliases_have_no_expanded_name() -> None:
    other = a_lookup(HOST, "AAAA", "2001:db8::25", security=Security.SECURE, aliases=("six.good.example.",))
    view = seen(alias(), other, tlsa(STRAY, name=AT_TARGET), tlsa(FITTING))
    assert host_tlsa(view, "mx1.good.example").lookup.name == AT_HOST


@pytest.mark.parametrize(
    ("name", "rdtype", "text"),
    [
        ("_tcp._25.mx1.good.example.", "TLSA", FITTING),
        ("_25._tcp.mx1.good.example.good.example.", "TLSA", FITTING),
        ("_25._tcp.good.example.", "TLSA", FITTING),
        ("_25._tcp.mx1.good.example.", "TXT", f'"{FITTING}"'),
        ("_443._tcp.mx1.good.example.", "TLSA", FITTING),
    ],
    ids=["labels-swapped", "dot-forgotten", "mail-domain", "txt", "port-of-the-web"],
)
def test_t37_records_in_the_wrong_place_are_found_and_named(name: str, rdtype: str, text: str) -> None:
    row = exists(a_lookup(name, rdtype, text))
    assert row.outcome is Exists.WRONG_PLACE
    assert row.evidence["found_at"].startswith(name.rstrip("."))


def test_t37_other_texts_at_the_owner_name_mean_nothing() -> None:
    assert exists(a_lookup(AT_HOST, "TXT", '"hello"')).outcome is Exists.ABSENT


def test_t23_a_wildcard_with_its_proof_is_a_record_like_any_other() -> None:
    assert valid(tlsa(FITTING)).outcome is Valid.OK


def test_t32_a_wildcard_in_an_opt_out_zone_protects_nobody() -> None:
    assert exists(tlsa(FITTING, security=Security.INSECURE, reason=Why.OPT_OUT)).outcome is Exists.INSECURE


class Asked(View):
    """A view in which name servers were asked themselves."""

    servers: tuple[tuple[str, Lookup], ...] = ()

    def said_by_servers(self, question: Question) -> tuple[tuple[str, Lookup], ...]:
        return tuple((server, found) for server, found in self.servers if found.name == question.name)


def asked(remembered: Lookup, *said: Lookup, chain: tuple[Made, ...] = (LEAF, MIDDLE)) -> Asked:
    plain = seen(remembered, chain=chain)
    view = Asked(plain.measurement, plain.lookup)
    view.servers = tuple((f"ns{place}.good.example (192.0.2.{place})", found) for place, found in enumerate(said))
    return view


def outcome_of(view: View) -> tuple[Valid, Exists]:
    [valid_row], [exists_row] = dane_mail.valid(view).observations, dane_mail.exists(view).observations
    return Valid(valid_row.outcome), Exists(exists_row.outcome)


def test_t27_a_name_server_with_other_records_that_do_not_fit_fails_and_is_named() -> None:
    view = asked(tlsa(FITTING), tlsa(FITTING), tlsa(STRAY))
    [row] = dane_mail.valid(view).observations
    assert (row.outcome, row.evidence["name_server"]) == (Valid.OTHER_SERVER, "ns1.good.example (192.0.2.1)")
    assert row.evidence["said"] == [STRAY]
    assert outcome_of(view)[1] is Exists.OK


@pytest.mark.parametrize(
    "other",
    [tlsa(FITTING, STRAY), tlsa("1 1 1 " + "ab" * 32), tlsa(STRAY, security=Security.BOGUS), tlsa(STRAY, **FAILED)],
    ids=["one-more-record", "unusable", "bogus-is-told-elsewhere", "no-answer"],
)
def test_t27_other_records_that_fit_or_that_nobody_uses_are_no_fault(other: Lookup) -> None:
    assert outcome_of(asked(tlsa(FITTING), tlsa(FITTING), other)) == (Valid.OK, Exists.OK)


def test_d76_what_all_name_servers_say_counts_before_what_our_resolver_remembers() -> None:
    view = asked(tlsa(STRAY, ttl=1200), tlsa(FITTING), tlsa(FITTING))
    [row] = dane_mail.valid(view).observations
    assert (row.outcome, row.evidence["cached"]) == (Valid.OK, {"records": [STRAY], "ttl": 1200})
    assert delivery(view).observations[0].outcome is Delivery.AUTHENTICATED


def test_d76_records_that_came_or_went_a_moment_ago_are_seen() -> None:
    assert outcome_of(asked(tlsa(), tlsa(FITTING), tlsa(FITTING))) == (Valid.OK, Exists.OK)
    assert outcome_of(asked(tlsa(FITTING), tlsa(), tlsa())) == (Valid.NO_TLSA, Exists.ABSENT)


@pytest.mark.parametrize(
    "said", [(tlsa(FITTING), tlsa(STRAY)), (tlsa(FITTING, security=Security.BOGUS),)], ids=["disagree", "bogus"]
)
def test_d76_name_servers_that_do_not_agree_or_cannot_be_believed_change_nothing(said: tuple[Lookup, ...]) -> None:
    assert outcome_of(asked(tlsa(STRAY), *said))[0] is Valid.NO_MATCH


def test_t05_an_issuer_that_is_not_sent_is_told_apart_from_a_wrong_record() -> None:
    issuer = tlsa(record(2, 1, 1, MIDDLE).text)
    assert valid(issuer, chain=(LEAF,)).outcome is Valid.ISSUER_NOT_SENT
    assert valid(issuer, tlsa(record(2, 1, 1, OTHER).text), chain=(LEAF, MIDDLE)).outcome is Valid.NO_MATCH
    assert valid(issuer, chain=(OTHER,)).outcome is Valid.NO_MATCH
    assert valid(tlsa(STRAY), chain=(LEAF,)).outcome is Valid.NO_MATCH


def test_t38_a_full_record_matches_however_large_it_is() -> None:
    assert valid(tlsa(record(3, 0, 0, LEAF).text)).outcome is Valid.OK


def test_t39_a_mail_host_with_an_international_name_is_asked_for_in_a_labels() -> None:
    host = "xn--mxgoed-3ya.good.example."
    lookups = (
        a_lookup("good.example.", "MX", f"10 {host}"),
        a_lookup(host, "A", "192.0.2.25"),
        tlsa(FITTING, name=f"_25._tcp.{host}"),
    )
    assert valid(*lookups, host=host.rstrip(".")).outcome is Valid.OK


def test_t11_t41_only_unusable_records_are_no_dane_and_nothing_to_match() -> None:
    unusable = tlsa("1 1 1 " + "ab" * 32)
    assert exists(unusable).outcome is Exists.NO_USABLE
    assert exists(unusable).evidence["records"][0]["reason"] == "usage-not-for-smtp"
    assert valid(unusable).outcome is Valid.NO_TLSA


def test_t13_one_unusable_record_does_not_spoil_the_others() -> None:
    row = valid(tlsa("3 1 1 " + "ab" * 31, FITTING))
    assert row.outcome is Valid.OK
    assert {found["reason"] for found in row.evidence["records"]} == {"digest-length", "match"}


def test_t14_an_unusable_record_that_would_match_does_not_help() -> None:
    assert valid(tlsa(record(1, 1, 1, LEAF).text, STRAY)).outcome is Valid.NO_MATCH


@pytest.mark.parametrize("changes", [{"extensions": (), "starttls": None, "tls": None}], ids=["no-starttls"])
def test_t43_usable_records_without_tls_fail_loudly(changes: dict[str, object]) -> None:
    view = a_mail_view(a_session(**changes), lookups=(tlsa(FITTING),))
    assert [row.outcome for row in dane_mail.valid(view).observations] == [Valid.NO_TLS]


def test_t46_a_malformed_strong_digest_is_dropped_before_the_strongest_is_chosen() -> None:
    assert valid(tlsa(FITTING, "3 1 2 " + "ab" * 32)).outcome is Valid.OK


def test_t08_a_certificate_for_the_mail_domain_alone_is_right() -> None:
    leaf = Made.issued("x", MIDDLE, names=("good.example",))
    assert valid(tlsa(record(2, 1, 1, MIDDLE).text), chain=(leaf, MIDDLE)).outcome is Valid.OK


def test_t08_with_an_insecure_mx_only_the_mail_domain_is_a_right_name() -> None:
    mx = a_lookup("good.example.", "MX", "10 mx1.good.example.", security=Security.INSECURE)
    assert valid(mx, tlsa(record(2, 1, 1, MIDDLE).text)).outcome is Valid.NAME_MISMATCH


def test_m05_the_names_behind_an_alias_of_the_mail_domain_are_right_names() -> None:
    mx = a_lookup("good.example.", "MX", "10 mx1.good.example.", aliases=("mail.target.example.",))
    leaf = Made.issued("x", MIDDLE, names=("mail.target.example",))
    assert valid(mx, tlsa(record(2, 1, 1, MIDDLE).text), chain=(leaf, MIDDLE)).outcome is Valid.OK


def test_t07_a_match_through_a_bare_key_is_a_warning() -> None:
    assert valid(tlsa(record(2, 1, 0, MIDDLE).text), chain=(LEAF,)).outcome is Valid.BARE_KEY


def test_t49_a_name_in_the_common_name_only_is_a_warning() -> None:
    leaf = Made.issued("mx1.good.example", MIDDLE)
    assert valid(tlsa(record(2, 1, 1, MIDDLE).text), chain=(leaf, MIDDLE)).outcome is Valid.COMMON_NAME


def test_t50_an_expired_self_signed_anchor_is_a_warning() -> None:
    old = Made.issued("Old", ca=True, cert_sign=True, valid=EXPIRED)
    leaf = Made.issued("x", old, names=("mx1.good.example",))
    assert valid(tlsa(record(2, 1, 1, old).text), chain=(leaf, old)).outcome is Valid.ANCHOR_EXPIRED


def test_t50_a_match_that_everybody_shares_takes_the_warning_away() -> None:
    old = Made.issued("Old", ca=True, cert_sign=True, valid=EXPIRED)
    leaf = Made.issued("x", old, names=("mx1.good.example",))
    both = tlsa(record(2, 1, 1, old).text, record(3, 1, 1, leaf).text)
    assert valid(both, chain=(leaf, old)).outcome is Valid.OK


def test_t31_records_must_fit_both_certificates_of_a_server() -> None:
    other = {"other_tls": a_handshake(OTHER)}
    assert valid(tlsa(FITTING), **other).outcome is Valid.OTHER_CERTIFICATE
    row = valid(tlsa(FITTING, STRAY), **other)
    assert row.outcome is Valid.OK
    assert [record["reason"] for record in row.evidence["other_certificate"]["records"]] == ["no-match", "match"]


def test_t31_the_records_to_publish_are_those_of_both_certificates_and_their_issuers() -> None:
    row = valid(tlsa(FITTING), other_tls=a_handshake(OTHER))
    assert row.evidence["advised"] == [
        f"{AT_HOST} IN TLSA {record(3, 1, 1, LEAF).text}",
        f"{AT_HOST} IN TLSA {record(3, 1, 1, OTHER).text}",
        f"{AT_HOST} IN TLSA {record(2, 1, 1, MIDDLE).text}",
    ]


def test_l06_the_issuer_is_found_wherever_it_stands_in_the_chain() -> None:
    row = valid(tlsa(FITTING), chain=(LEAF, OTHER, MIDDLE))
    assert row.evidence["advised"][-1] == f"{AT_HOST} IN TLSA {record(2, 1, 1, MIDDLE).text}"


def test_t30_every_address_is_judged_by_the_certificate_that_it_shows() -> None:
    sessions = (
        a_session(tls=a_handshake(LEAF, MIDDLE)),
        a_session(tls=a_handshake(OTHER), address="2001:db8::25"),
    )
    rows = dane_mail.valid(a_mail_view(*sessions, lookups=(tlsa(FITTING),))).observations
    assert [row.outcome for row in rows] == [Valid.OK, Valid.NO_MATCH]


def test_t63_a_record_that_went_before_its_certificate_fails_on_the_lagging_address_only() -> None:
    sessions = (a_session(tls=a_handshake(OTHER)), a_session(tls=a_handshake(LEAF, MIDDLE), address="192.0.2.26"))
    rows = dane_mail.valid(a_mail_view(*sessions, lookups=(tlsa(STRAY),))).observations
    assert [(row.address, row.outcome) for row in rows] == [("192.0.2.25", Valid.OK), ("192.0.2.26", Valid.NO_MATCH)]


def test_t21_one_of_several_hosts_that_fails_is_named() -> None:
    lookups = (
        a_lookup("good.example.", "MX", "10 mx1.good.example.", "20 mx2.good.example."),
        a_lookup("mx2.good.example.", "A", "192.0.2.26"),
        tlsa(FITTING),
        tlsa(STRAY, name="_25._tcp.mx2.good.example."),
    )
    shown = a_handshake(LEAF, MIDDLE)
    view = a_mail_view(
        a_session(tls=shown), a_session(host="mx2.good.example", address="192.0.2.26", tls=shown), lookups=lookups
    )
    rows = dane_mail.valid(view).observations
    assert [(row.subject, row.outcome) for row in rows] == [
        ("mx1.good.example", Valid.OK),
        ("mx2.good.example", Valid.NO_MATCH),
    ]
