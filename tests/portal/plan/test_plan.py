"""The plan: open findings become steps in the order in which they are done, with lines that can be pasted and what each brings."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from checks import CATALOGUE
from checks.model import Rating
from portal.plan import providers
from portal.plan.build import Plan, build
from portal.plan.steps import Kind, kind_of, kinds
from portal.plan.values import fill
from portal.plan.words import SUPPORT
from portal.scans.words import REQUIREMENT
from tests.portal.looks.documents import Json, a_category, a_check, a_document, a_mail_document, a_row

ADDRESS = "https://zegel.example/mail/good.example/k7Qm2xVw9Rt4abcd/"
HOST, FOUR, SIX = "mx1.good.example", "192.0.2.25", "2001:db8:53::25"
RECORD = f"_25._tcp.{HOST}. IN TLSA 3 1 1 {'ab' * 32}"


def a_plan(*checks: Json, score: int | None = 50, language: str = "nl") -> Plan:
    """The plan of a mail report with these checks."""
    categories = [
        a_category(name, name, "failed", score, [check for check in checks if check["id"].startswith(name)])
        for name in ("mail_dnssec", "mail_starttls", "mail_auth", "mail_ipv6")
    ]
    found = build(
        a_document("mail", score, [category for category in categories if category["checks"]]), language, ADDRESS
    )
    assert found is not None
    return found


def failing(check_id: str, outcome: str, host: str = HOST, address: str | None = FOUR, **evidence: object) -> Json:
    return a_check(check_id, "failed", outcome, [a_row(host, address, "failed", outcome, **evidence)])


def stale() -> Json:
    return failing("mail_starttls_dane_valid", "no-match", advised=[RECORD])


def texts(plan: Plan) -> str:
    return "\n".join(block.text for step in plan.steps for block in (*step.blocks, *step.folded))


def test_a_report_in_which_nothing_asks_for_work_has_no_plan() -> None:
    assert build(a_mail_document(), "nl", ADDRESS) is None


def test_steps_stand_in_the_order_in_which_they_are_done_whatever_the_order_of_the_report() -> None:
    plan = a_plan(
        failing("mail_auth_dmarc_policy", "none"),
        stale(),
        failing("mail_starttls_tls_available", "no-starttls"),
        failing("mail_starttls_cert_domain", "mismatch"),
        failing("mail_dnssec_mx_exist", "insecure"),
        failing("mail_dnssec_mailto_exist", "insecure"),
    )
    assert [step.id for step in plan.steps] == ["dnssec", "host-dnssec", "certificate", "starttls", "tlsa", "auth"]
    assert [step.number for step in plan.steps] == [1, 2, 3, 4, 5, 6]


def test_a_record_that_misses_its_server_for_want_of_starttls_is_put_right_by_starttls() -> None:
    plan = a_plan(
        failing("mail_starttls_tls_available", "no-starttls"),
        failing("mail_starttls_dane_valid", "no-tls"),
    )
    assert [step.id for step in plan.steps] == ["starttls"]


def test_a_check_with_two_faults_stands_in_two_steps_and_passes_with_the_last() -> None:
    rows = [
        a_row(HOST, FOUR, "failed", "no-match", advised=[RECORD]),
        a_row("mx2.good.example", FOUR, "failed", "no-tls"),
    ]
    plan = a_plan(a_check("mail_starttls_dane_valid", "failed", "no-tls", rows), score=0)
    assert [(step.id, step.gain) for step in plan.steps] == [("starttls", ()), ("tlsa", (0, 100))]


def test_the_gain_of_a_step_begins_where_the_step_before_it_ends() -> None:
    plan = a_plan(
        failing("mail_dnssec_mailto_valid", "bogus"),
        a_check("mail_dnssec_mx_valid", "passed", "secure", [a_row(HOST, None, "passed", "secure")]),
        failing("mail_auth_dmarc_exist", "absent"),
        failing("mail_auth_spf_exist", "absent"),
        score=0,
    )
    assert [step.gain for step in plan.steps] == [(0, 50), (50, 100)]
    assert plan.heading == "Naar 100 in 2 stappen"


def test_the_record_to_publish_is_the_one_the_check_advises_in_every_form() -> None:
    plan = a_plan(stale())
    step = plan.steps[0]
    assert step.blocks[0].text == RECORD.replace(" IN ", " 3600 IN ")
    forms = {block.product: block.text for block in step.folded}
    assert f"update add _25._tcp.{HOST}. 3600 TLSA 3 1 1 {'ab' * 32}" in forms["BIND"]
    assert f'pdnsutil add-record good.example _25._tcp.mx1 TLSA 3600 "3 1 1 {"ab" * 32}"' in forms["PowerDNS"]
    assert (
        f"Name: _25._tcp.mx1\nType: TLSA\nTTL: 3600\nUsage: 3\nSelector: 1\nMatching type: 1\nData: {'ab' * 32}"
        in (forms["registrar"])
    )


def test_two_addresses_with_the_same_fault_are_one_sentence_and_one_record() -> None:
    rows = [
        a_row(HOST, address, "failed", "no-match", f"{address} past niet.", advised=[RECORD]) for address in (FOUR, SIX)
    ]
    step = a_plan(a_check("mail_starttls_dane_valid", "failed", "no-match", rows)).steps[0]
    assert step.sentences == (f"{FOUR} past niet.",)
    assert [block.text.count("TLSA") for block in step.blocks] == [1]


def test_lines_without_their_values_are_left_out() -> None:
    step = a_plan(failing("mail_starttls_dane_exist", "absent")).steps[0]
    assert "records" not in {block.product for block in step.blocks}
    assert fill("a {records} b", {"records": ""}) == ""


def test_a_masked_keyword_gets_the_remedy_for_a_firewall_and_others_do_not() -> None:
    assert "no inspect esmtp" in texts(a_plan(failing("mail_starttls_tls_available", "stripped")))
    assert "no inspect esmtp" not in texts(a_plan(failing("mail_starttls_tls_available", "no-starttls")))


def test_who_lets_starttls_through_again_is_not_the_mail_administrator() -> None:
    step = a_plan(failing("mail_starttls_tls_available", "stripped")).steps[0]
    assert (step.title, step.who) == (f"Laat STARTTLS weer door op {HOST}", "netwerkbeheer")
    assert "smtpd_tls_security_level" not in "".join(block.text for block in step.folded)


def test_the_old_record_is_named_for_removal_unless_another_address_still_shows_what_it_says() -> None:
    def records(*matched: int | None) -> list[Json]:
        kind = {"usage": 3, "selector": 1, "matching_type": 1}
        return [{**kind, "data": f"{n:02x}" * 32, "matched_depth": depth} for n, depth in enumerate(matched)]

    owner = f"_25._tcp.{HOST}."
    failed = a_row(
        HOST, FOUR, "failed", "no-match", advised=[RECORD], owner=owner, ttl=300, records=records(None, None)
    )
    passed = a_row(HOST, SIX, "passed", "ok", owner=owner, records=records(None, 0))
    step = a_plan(a_check("mail_starttls_dane_valid", "failed", "no-match", [failed, passed])).steps[0]
    new, old = step.blocks
    assert new.text == RECORD.replace(" IN ", " 3600 IN ")
    assert old.text == f"{owner} IN TLSA 3 1 1 {'00' * 32}"
    assert "300 seconden" in old.caption


def test_the_ds_record_to_publish_is_the_one_the_check_advises_and_fits_a_form() -> None:
    ds = f"9656 14 2 {'cd' * 32}"
    chain = [{"zone": "example.", "state": "secure"}, {"zone": "good.example.", "state": "bogus"}]
    step = a_plan(
        failing(
            "mail_dnssec_mailto_valid",
            "bogus",
            "good.example",
            None,
            chain=chain,
            advised=[f"good.example. IN DS {ds}"],
        )
    ).steps[0]
    assert step.title == "Herstel DNSSEC van good.example"
    assert [block.text for block in step.blocks] == [f"good.example. 3600 IN DS {ds}"]
    form = f"Domain: good.example\nKey tag: 9656\nAlgorithm: 14\nDigest type: 2\nDigest: {'cd' * 32}"
    assert form in [block.text for block in step.folded]


@pytest.mark.parametrize(
    "text", ['v=spf1 -all" ; $INCLUDE x', "v=spf1 \\059 -all", "v=spf1\n-all", "v=spf1 \u2019 -all"]
)
def test_text_from_dns_that_a_zone_file_would_read_otherwise_is_not_put_into_a_record_to_paste(text: str) -> None:
    found = failing("mail_auth_spf_policy", "neutral", "good.example", None, advised=[f'good.example. IN TXT "{text}"'])
    assert [block.product for block in a_plan(found).steps[0].blocks] == []


def test_a_policy_for_mail_is_filled_in_with_the_moment_of_the_measurement_as_its_id() -> None:
    assert '_mta-sts.good.example. 3600 IN TXT "v=STSv1; id=20261123T084107"' in texts(
        a_plan(failing("mail_starttls_mta_sts", "absent", "good.example", None))
    )


def test_records_that_follow_one_another_are_copied_one_by_one() -> None:
    policies = [f'_dmarc.good.example. IN TXT "v=DMARC1; p={policy}"' for policy in ("none", "quarantine", "reject")]
    step = a_plan(failing("mail_auth_dmarc_exist", "absent", "good.example", None, advised=policies)).steps[0]
    assert [block.text for block in step.blocks] == [line.replace(" IN ", " 3600 IN ") for line in policies]


def test_a_null_mx_beside_others_is_work_on_mx_records() -> None:
    step = a_plan(failing("mail_starttls_tls_available", "null-mx-with-others", "good.example", None)).steps[0]
    assert (step.id, step.who) == ("mx", "DNS-beheer")


def test_an_ipv6_address_stands_in_brackets_in_a_command() -> None:
    plan = a_plan(failing("mail_starttls_tls_available", "no-starttls", address=SIX))
    assert f"-connect '[{SIX}]:25' -servername {HOST}" in texts(plan)


def test_the_zone_to_sign_is_where_the_chain_stops() -> None:
    chain = [
        {"zone": ".", "state": "secure"},
        {"zone": "example.", "state": "secure"},
        {"zone": "sub.example.", "state": "insecure"},
    ]
    plan = a_plan(failing("mail_dnssec_mailto_exist", "insecure", "good.example", None, chain=chain))
    assert 'zone "sub.example" {' in texts(plan)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_text_to_forward_has_the_finding_the_record_and_the_permalink(language: str) -> None:
    letter = a_plan(stale(), language=language).steps[0].letter
    assert RECORD.replace(" IN ", " 3600 IN ") in letter.body
    assert ADDRESS in letter.body
    assert letter.mailto.startswith("mailto:?subject=good.example")
    assert unquote(letter.mailto).partition("&body=")[2].replace("\r\n", "\n") == letter.body


def test_a_letter_too_long_for_a_mail_program_is_only_copied() -> None:
    rows = [
        a_row(f"mx{n}.good.example", FOUR, "failed", "no-match", f"{n} " + "x" * 390, advised=[RECORD])
        for n in range(9)
    ]
    letter = a_plan(a_check("mail_starttls_dane_valid", "failed", "no-match", rows)).steps[0].letter
    assert letter.mailto == ""
    assert f"0 {'x' * 390}" in letter.body


def test_steps_of_the_fixed_order_that_need_nothing_are_named_with_what_was_measured() -> None:
    passed = a_check("mail_dnssec_mailto_exist", "passed", "secure", [a_row("good.example", None, "passed", "secure")])
    unseen = a_check("mail_starttls_tls_available", "error", "limited", [a_row(HOST, FOUR, "error", "limited")])
    plan = a_plan(passed, unseen, failing("mail_auth_spf_exist", "absent"))
    assert [(done.title, done.status) for done in plan.done] == [
        ("DNSSEC op het domein", "passed"),
        ("STARTTLS op elke mailserver", "error"),
    ]


@pytest.mark.parametrize(
    "name", ["mx$(reboot).good.example", "mx;id.good.example", "mx`id`", "mx\\059", "a b", "x'y", "x\ny"]
)
def test_a_name_that_a_shell_would_read_is_not_put_into_anything_to_paste(name: str) -> None:
    record = f"_25._tcp.{name}. IN TLSA 3 1 1 {'ab' * 32}"
    chain = [{"zone": f"{name}.", "state": "insecure"}]
    plan = a_plan(
        failing("mail_dnssec_mx_exist", "insecure", name, None, chain=chain),
        failing("mail_starttls_tls_available", "no-starttls", name),
        failing("mail_starttls_dane_valid", "no-match", name, advised=[record]),
    )
    assert name not in texts(plan)
    assert [step.id for step in plan.steps] == ["host-dnssec", "starttls", "tlsa"]
    assert all(step.title for step in plan.steps)
    assert all(block.caption for step in plan.steps for block in (*step.blocks, *step.folded))


def test_hostile_names_stay_text_and_short() -> None:
    plan = a_plan(failing("mail_starttls_tls_available", "no-starttls", "a\x00" + "b" * 900))
    assert "\x00" not in texts(plan) + plan.steps[0].title
    assert len(plan.steps[0].title) < 300


# --- Providers ---


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("good-example.mail.protection.outlook.com", "microsoft-365"),
        ("good-example.o-v1.mx.microsoft", "microsoft-365-dane"),
        ("ALT1.ASPMX.L.GOOGLE.COM.", "google"),
        ("evilmx.microsoft", None),
        ("mail.protection.outlook.com.evil.example", None),
        ("mx1.good.example", None),
    ],
)
def test_a_provider_is_known_by_whole_labels_at_the_end(host: str, expected: str | None) -> None:
    found = providers.of_mail([host])
    assert (found.id if found else None) == expected


@pytest.mark.parametrize("language", ["nl", "en"])
def test_m17_a_provider_that_has_dane_under_another_mail_name_only_is_told_by_that_name_and_in_order(
    language: str,
) -> None:
    host = "good-example.mail.protection.outlook.com"
    available = a_check("mail_starttls_tls_available", "passed", "ok", [a_row(host, FOUR, "passed", "ok")])
    unsigned = failing("mail_starttls_dane_exist", "host-insecure", host)
    found = a_plan(failing("mail_dnssec_mx_exist", "insecure", host, None), unsigned, available, language=language)
    [told] = [advice for step in found.steps for advice in step.advice if "mx.microsoft" in advice]
    assert "Enable-DnssecForVerifiedDomain -DomainName good.example" in told
    absent = failing("mail_starttls_dane_exist", "absent", host)
    later = a_plan(available, absent, language=language).steps[0].advice[0]
    order = ["Enable-DnssecForVerifiedDomain", " MX", "Enable-SmtpDaneInbound"]
    assert sorted(order, key=later.index) == order


def test_name_servers_with_numbers_in_a_label_are_known() -> None:
    found = providers.of_dns(["ns-1.awsdns-37.co.uk"])
    assert found is not None
    assert found.id == "route53"


def test_the_advice_of_the_provider_is_filled_with_the_domain() -> None:
    host = "good-example.mail.protection.outlook.com"
    available = a_check("mail_starttls_tls_available", "passed", "ok", [a_row(host, FOUR, "passed", "ok")])
    step = a_plan(available, failing("mail_starttls_dane_exist", "absent", host)).steps[0]
    assert "Enable-SmtpDaneInbound -DomainName good.example" in step.advice[0]
    assert step.advice[1] == "Wat wij weten van mail bij Microsoft 365: DNSSEC nee, DANE nee, IPv6 als u het aanzet."
    assert step.who == "DNS-beheer, via Microsoft 365"


def test_a_step_about_servers_of_a_provider_without_advice_of_its_own_says_whose_work_it_is() -> None:
    host = "mx1.eu.messagelabs.com"
    step = a_plan(failing("mail_starttls_tls_available", "no-starttls", host)).steps[0]
    assert step.advice[0].startswith("De mailservers en hun zone zijn van Symantec Email Security.cloud.")
    assert "DANE onbekend" in step.advice[1]


def test_name_servers_are_not_held_to_be_those_of_the_mail_provider() -> None:
    host = "good-example.mail.protection.outlook.com"
    available = a_check("mail_starttls_tls_available", "passed", "ok", [a_row(host, FOUR, "passed", "ok")])
    step = a_plan(available, failing("mail_ipv6_ns_reach", "none", "ns1.good.example", None)).steps[0]
    assert (step.who, step.advice) == ("beheer van de server", ())


def test_two_providers_do_not_claim_the_same_name() -> None:
    for kind in ("mx", "ns"):
        endings = [ending for provider in providers.providers() for ending in getattr(provider, kind)]
        assert len(endings) == len(set(endings))


# --- Completeness ---


@pytest.mark.parametrize("check_id", CATALOGUE)
def test_every_check_has_texts_a_remedy_and_sources(check_id: str) -> None:
    check = CATALOGUE[check_id]
    assert check.references
    for language in ("nl", "en"):
        text = check.texts[language]
        assert all((text.title, text.what, text.why, text.how, text.background))
    assert check.requirement.value in REQUIREMENT
    assert all(kind_of(check_id, outcome.value).remedies for outcome in check.rulings)


@pytest.mark.parametrize("check_id", CATALOGUE)
def test_every_outcome_that_asks_for_work_leads_to_lines_to_use(check_id: str) -> None:
    suite = "web" if check_id.startswith("web_") else "mail"
    seen = a_check("mail_starttls_tls_available", "passed", "ok", [a_row(HOST, FOUR, "passed", "ok")])
    for outcome, ruling in CATALOGUE[check_id].rulings.items():
        if ruling.rating not in (Rating.WARN, Rating.FAIL):
            continue
        found = failing(check_id, outcome.value, owner=f"_25._tcp.{HOST}.", zone="good.example.", advised=[RECORD])
        checks = [found] if found["id"] == seen["id"] else [seen, found]
        plan = build(a_document(suite, 50, [a_category(suite, suite, "failed", 50, checks)]), "nl", ADDRESS)
        assert plan is not None
        step = plan.steps[0]
        assert (outcome, bool(step.title), bool(step.sentences), bool(step.blocks + step.folded)) == (
            outcome,
            *[True] * 3,
        )
        assert all((step.who, step.effort, step.caution, step.letter.body))


@pytest.mark.parametrize("check_id", CATALOGUE)
def test_every_check_has_a_step_of_its_own_subject(check_id: str) -> None:
    assert kind_of(check_id, "anything").id != "other"


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.id)
def test_a_step_has_all_its_words_in_both_languages(kind: Kind) -> None:
    own = (kind.title, kind.done, kind.why, kind.effort, kind.caution)
    for words in (*own, *(remedy.caption for remedy in kind.remedies), *(variant.title for variant in kind.variants)):
        assert set(words) == {"nl", "en"}
        assert all(words.values())
    assert all(remedy.text.get("en") for remedy in kind.remedies)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.id)
def test_a_remedy_asks_only_for_values_that_exist(kind: Kind) -> None:
    known = {
        "domain", "host", "hosts", "address", "endpoint", "zone", "parent", "records", "fields", "nsupdate", "pdns", "mx_policy",
        "lines", "dmarc_first", "dmarc_then", "dmarc_last", "null_mx", "ds_fields", "stale", "ttl", "stamp",
    }  # fmt: skip
    for remedy in kind.remedies:
        asked = {
            name
            for text in (*remedy.text.values(), *remedy.caption.values())
            for name in re.findall(r"\{([a-z_]+)\}", text)
        }
        assert asked <= known


def test_outcomes_that_steps_name_exist() -> None:
    for kind in kinds():
        for check_id, outcome in kind.also:
            assert outcome in {known.value for known in CATALOGUE[check_id].rulings}
        of_step = {
            outcome.value
            for check_id, check in CATALOGUE.items()
            for outcome in check.rulings
            if kind_of(check_id, outcome.value) is kind
        }
        for named in (*(variant.when for variant in kind.variants), *(remedy.when for remedy in kind.remedies)):
            assert named & of_step or not named, (kind.id, named)


@pytest.mark.parametrize("provider", providers.providers(), ids=lambda provider: provider.id)
def test_a_provider_has_endings_and_advice_for_steps_that_exist_in_both_languages(provider: providers.Provider) -> None:
    assert provider.mx or provider.ns
    assert provider.source.startswith("https://")
    assert set(provider.known) == ({"dnssec", "dane", "ipv6"} if provider.mx else set())
    assert set(provider.known.values()) <= set(SUPPORT)
    assert set(provider.advice) <= {kind.id for kind in kinds()}
    assert all(set(words) == {"nl", "en"} and all(words.values()) for words in provider.advice.values())
