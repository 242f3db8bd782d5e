"""Every check has its words, in both languages, in the form that the pages and the command line count on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from importlib.resources import files

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from checks.catalogue import CATALOGUE
from checks.dnssec.contradictions import Clash
from checks.dnssec.model import Security, Why, security_of
from checks.dnssec.remarks import Note, Stage
from checks.evaluate import (
    certificate,
    dane,
    dane_mail,
    dane_web,
    delivery,
    dnssec,
    dnssec_expiry,
    dnssec_servers,
    https,
    injection,
    mta_sts,
    mx_records,
    rollover,
    starttls,
)
from checks.facts.smtp import Injection
from checks.model import Check, CheckText, Suite
from checks.records.tlsa import Unusable
from checks.texts import HEADINGS, LANGUAGES, evidence, fill, parse, remarks

CHECKS = tuple(CATALOGUE.values())
TEXTS = [(check, language) for check in CHECKS for language in LANGUAGES]
each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
each_text = pytest.mark.parametrize(("check", "language"), TEXTS, ids=lambda value: getattr(value, "id", value))

LONGEST_SENTENCES = 300  # characters of an outcome; more is an explanation, which has a place of its own
LONGEST_WORDS = 25  # in one sentence of an outcome
ROW = frozenset({"at", "subject", "address", "count", "total"})

# Outcomes that may speak for a check without any row: nothing was observed, so there is nothing to name.
NO_HOST = frozenset({"no-hosts", "null-mx", "mx-bogus", "mx-unknown"})
NO_ROW: dict[type[StrEnum], set[str]] = {
    dnssec_servers.Servers: {"insecure", "not-measured", "unknown"},
    dnssec_expiry.Expiry: {"insecure", "broken", "unknown"},
    dane_web.Valid: {"no-tls"},
    certificate.Trust: {"no-tls"},
    certificate.Name: {"no-tls"},
    https.Https: {"ours", "address-unknown", "no-address"},
    https.Redirect: {"no-https"},
    https.Hsts: {"no-https"},
}

# Rows that are about a host without any address of it: an address in the words would be empty.
NO_ADDRESS: dict[type[StrEnum], set[str]] = {
    starttls.Starttls: {"no-address", "address-unknown", "null-mx-with-others", "ours"},
}

# What the evaluators show for every row of an outcome, besides the row's own names.
_CHAIN = frozenset({"reason", "where", "record_type"})
_STATES = ("secure", "bogus", "unsupported", "exhausts", "unknown", "insecure")
_SERVER = frozenset({"zone"})
_DATES = frozenset({"not_before", "not_after", "openssl"})
_TRUSTS = ("ok", "expired", "not-yet-valid", "incomplete", "self-signed", "unknown-root")
_OWNER = frozenset({"owner"})
_ANSWER = frozenset({"status", "location"})
EVIDENCE: dict[type[StrEnum], dict[str, frozenset[str]]] = {
    dnssec.Exists: dict.fromkeys(_STATES, _CHAIN),
    dnssec.Valid: dict.fromkeys(_STATES, _CHAIN),
    dnssec_servers.Servers: {
        **dict.fromkeys(("ok", "everywhere", "open", "stale", "silent"), _SERVER),
        **dict.fromkeys(("partly", "lame", "bogus"), _SERVER | {"reason"}),
    },
    dnssec_expiry.Expiry: dict.fromkeys(("ok", "soon"), frozenset({"hours", "expiration"})),
    starttls.Starttls: {
        "never-mail": frozenset({"reply"}),
        "handshake": frozenset({"alert"}),
        "stripped": frozenset({"masked"}),
    },
    dane_mail.Exists: {
        **dict.fromkeys(dane_mail.Exists, _OWNER),
        "bogus": _OWNER | {"reason"},
        "wrong-place": _OWNER | {"found_at"},
    },
    dane_mail.Valid: {
        **dict.fromkeys(dane_mail.Valid, _OWNER | {"ttl"}),
        "other-server": _OWNER | {"ttl", "name_server"},
    },
    rollover.Rollover: {
        **dict.fromkeys(("ok", "issuer-only", "single", "same-key", "combination"), frozenset({"parameters"})),
        "certificate-record": frozenset({"parameters", "not_after"}),
        "too-soon": frozenset({"until"}),
        "long-ttl": frozenset({"parameters", "hours"}),
    },
    delivery.Delivery: {},
    mx_records.MxRecords: {"alias": frozenset({"target"})},
    injection.Injection: {},
    mta_sts.MtaSts: {
        "stale-id": frozenset({"days"}),
        "multiple": _OWNER,
        "record-malformed": _OWNER | {"why"},
        "no-policy": frozenset({"host", "cause"}),
        "redirect": frozenset({"host", "status"}),
        "certificate": frozenset({"host", "cause"}),
        "policy-malformed": frozenset({"host", "why"}),
    },
    mta_sts.Reports: {"multiple": _OWNER, "malformed": _OWNER | {"why"}},
    dane_web.Exists: dict.fromkeys(dane_web.Exists, _OWNER),
    dane_web.Valid: dict.fromkeys(("ok", "no-match"), _OWNER),
    certificate.Trust: {**dict.fromkeys(_TRUSTS, _DATES), "other": frozenset({"openssl"})},
    certificate.Name: dict.fromkeys(("ok", "mismatch", "mismatch-dane-ta"), frozenset({"name_list"})),
    https.Https: {"handshake": frozenset({"alert"})},
    https.Redirect: dict.fromkeys(("ok", "refused", "other-host", "stays-plain", "no-redirect"), _ANSWER),
    https.Hsts: {
        **dict.fromkeys(("ok", "too-short"), frozenset({"max_age", "header"})),
        "malformed": frozenset({"header"}),
        **dict.fromkeys(("refused", "absent"), frozenset({"status"})),
    },
}


def outcomes_of(check: Check) -> type[StrEnum]:
    return type(next(iter(check.rulings)))


# Checks whose evidence stands in the table above; the placeholders of the others are held to the plain rules.
each_known = pytest.mark.parametrize(
    "check", [check for check in CHECKS if outcomes_of(check) in EVIDENCE], ids=lambda check: check.id
)


def placeholders(sentence: str) -> set[str]:
    return set(re.findall(r"\{([^{}]*)\}", sentence))


def allowed(check: Check, outcome: str) -> frozenset[str]:
    """The placeholders that are certain to be filled."""
    kind = outcomes_of(check)
    if outcome in NO_HOST or outcome in NO_ROW.get(kind, ()):
        return frozenset()
    row = ROW - {"address"} if outcome in NO_ADDRESS.get(kind, ()) else ROW
    return row | EVIDENCE[kind].get(outcome, frozenset())


def sections(text: CheckText) -> dict[str, str]:
    return {"what": text.what, "why": text.why, "how": text.how, "background": text.background}


def tokens(markdown: str) -> list[Token]:
    """All tokens, with HTML read as HTML so that it can be seen."""
    found: list[Token] = []
    for token in MarkdownIt("commonmark", {"html": True}).parse(markdown):
        found += [token, *(token.children or ())]
    return found


@each_text
def test_a_check_has_a_sentence_for_every_outcome_and_none_to_spare(check: Check, language: str) -> None:
    ruled = [outcome.value for outcome in outcomes_of(check) if outcome in check.rulings]
    assert list(check.texts[language].outcomes) == ruled


@each_check
def test_both_languages_tell_the_same_facts(check: Check) -> None:
    dutch, english = (check.texts[language].outcomes for language in LANGUAGES)
    assert {key: placeholders(text) for key, text in dutch.items()} == {
        key: placeholders(text) for key, text in english.items()
    }


@each_known
def test_no_sentence_names_what_its_outcome_does_not_show(check: Check) -> None:
    for outcome, sentence in check.texts["nl"].outcomes.items():
        assert placeholders(sentence) <= allowed(check, outcome), outcome


@each_text
def test_a_placeholder_is_a_plain_name_and_none_stands_where_there_is_no_host(check: Check, language: str) -> None:
    for outcome, sentence in check.texts[language].outcomes.items():
        assert all(re.fullmatch(r"[a-z_]+", name) for name in placeholders(sentence)), outcome
        assert outcome not in NO_HOST or not placeholders(sentence), outcome


@each_known
def test_a_sentence_about_a_subject_names_it(check: Check) -> None:
    for outcome, sentence in check.texts["nl"].outcomes.items():
        if allowed(check, outcome):
            assert placeholders(sentence) & {"at", "subject", "owner"}, outcome


@each_text
def test_a_sentence_is_short(check: Check, language: str) -> None:
    for outcome, text in check.texts[language].outcomes.items():
        assert len(text) <= LONGEST_SENTENCES, outcome
        for sentence in re.split(r"(?<=[.?]) ", text):
            assert len(sentence.split()) <= LONGEST_WORDS, sentence


@each_text
def test_what_could_not_be_tested_says_that_it_does_not_count(check: Check, language: str) -> None:
    words = {"nl": "telt niet mee", "en": "does not count"}[language]
    for outcome, ruling in check.rulings.items():
        if ruling.rating == "unknown":
            assert words in check.texts[language].outcomes[outcome.value], outcome


@each_text
def test_a_title_states_the_norm_without_a_full_stop_or_a_placeholder(check: Check, language: str) -> None:
    title = check.texts[language].title
    assert title
    assert not title.endswith((".", "?"))
    assert not placeholders(title)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("suite", Suite)
def test_titles_differ_within_a_suite(suite: Suite, language: str) -> None:
    titles = [check.texts[language].title for check in CATALOGUE.of(suite)]
    assert len(set(titles)) == len(titles)


@each_text
def test_every_section_is_filled(check: Check, language: str) -> None:
    assert all(sections(check.texts[language]).values())


@each_text
def test_the_remedy_is_a_list_of_steps(check: Check, language: str) -> None:
    assert "ordered_list_open" in {token.type for token in tokens(check.texts[language].how)}


@each_text
def test_a_text_names_only_checks_that_exist(check: Check, language: str) -> None:
    for section in sections(check.texts[language]).values():
        assert set(re.findall(r"`((?:web|mail)_[a-z0-9]+_[a-z0-9_]+)`", section)) <= set(CATALOGUE)


@each_text
def test_there_is_no_html_heading_or_picture_in_a_text(check: Check, language: str) -> None:
    for section in sections(check.texts[language]).values():
        kinds = {token.type for token in tokens(section)}
        assert not kinds & {"html_block", "html_inline", "heading_open", "image"}


@each_text
def test_code_is_fenced_and_complete(check: Check, language: str) -> None:
    for section in sections(check.texts[language]).values():
        for token in tokens(section):
            assert token.type != "code_block", token.content
            if token.type == "fence":
                assert "…" not in token.content
                assert not re.search(r"^\s*[$#] ", token.content, flags=re.MULTILINE)


@each_text
def test_example_addresses_are_those_for_documentation(check: Check, language: str) -> None:
    for section in sections(check.texts[language]).values():
        for address in re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", section):
            assert address.startswith("192.0.2."), address
        for address in re.findall(r"\b2001:[0-9a-f:]+", section):
            assert address.startswith("2001:db8:"), address


@each_check
def test_both_languages_give_as_many_settings_and_commands(check: Check) -> None:
    dutch, english = (
        [token.content.count("\n") for token in tokens(check.texts[language].how) if token.type == "fence"]
        for language in LANGUAGES
    )
    assert dutch == english


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("check_id", ["web_dnssec_valid", "mail_dnssec_mailto_valid", "mail_dnssec_mx_valid"])
def test_the_remedy_explains_every_reason_why_a_chain_is_broken(check_id: str, language: str) -> None:
    broken = {why for why in Why if security_of(why) is Security.BOGUS}
    assert {why for why in broken if f"`{why}`" not in CATALOGUE[check_id].texts[language].how} == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("check_id", ["web_dnssec_exist", "mail_dnssec_mailto_exist", "mail_dnssec_mx_exist"])
def test_the_background_explains_every_reason_why_a_chain_could_not_be_measured(check_id: str, language: str) -> None:
    unseen = {why for why in Why if security_of(why) is Security.INDETERMINATE}
    assert {why for why in unseen if f"`{why}`" not in CATALOGUE[check_id].texts[language].background} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_no_texts_without_a_check(language: str) -> None:
    found = {item.name for item in (files("checks.texts") / language).iterdir()}
    assert found == {
        "evidence.md",
        "reasons.md",
        "remarks.md",
        "terminal.md",
        *(f"{check_id}.md" for check_id in CATALOGUE),
    }


def test_the_words_for_evidence_are_the_same_ones_in_both_languages() -> None:
    dutch, english = (evidence(language) for language in LANGUAGES)
    assert {key: set(words) for key, words in dutch.items()} == {key: set(words) for key, words in english.items()}
    assert set(english) >= {"label", "fit", "because", "delivery", "use"}


@pytest.mark.parametrize(
    ("key", "codes"),
    [
        ("because", delivery.Because),
        ("use", rollover.Use),
        ("noop", Injection),
        ("fit", (*dane.Fit, *Unusable, dane_mail.Exists.INSECURE)),
    ],
)
def test_every_code_that_evidence_gives_has_its_meaning(key: str, codes: Iterable[StrEnum]) -> None:
    assert {code.value for code in codes} == set(evidence("en")[key])


NOTES = {
    *Note,
    *Clash,
    *(f"rollover-{stage}" for stage in Stage if stage is not Stage.NONE),
    "ds-sets-differ",
    "ns-sets-differ",
    "denial-kinds-differ",
    "long-ttl",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_remark_has_a_short_sentence_and_there_are_none_to_spare(language: str) -> None:
    told = remarks(language)
    assert set(told) == NOTES
    assert {note for note, text in told.items() if len(text) > LONGEST_SENTENCES or "{where}" not in text} == set()


def test_remarks_name_the_same_values_in_both_languages() -> None:
    dutch, english = (remarks(language) for language in LANGUAGES)
    assert {key: placeholders(text) for key, text in dutch.items()} == {
        key: placeholders(text) for key, text in english.items()
    }


def test_a_remark_of_the_evidence_is_told_in_words_and_an_unknown_one_by_its_code() -> None:
    told = {"note": "small-key", "where": "example.nl.", "tag": 5, "algorithm": "RSASHA256", "bits": 1024}
    expected = "Key 5 of example.nl has 1024 bits. For RSA take at least 2048, or move to algorithm 13."
    assert CATALOGUE.remark(told, "en") == expected
    assert CATALOGUE.remark({"note": "brand-new"}, "en") == "brand-new"


def test_dutch_sentences_keep_to_the_vocabulary() -> None:
    for check in CHECKS:
        for sentence in check.texts["nl"].outcomes.values():
            assert not re.search(r"\b(ongeldige?|hash|parent|client|cipher)\b", sentence, flags=re.IGNORECASE), sentence


@pytest.mark.parametrize("table", [NO_ROW, NO_ADDRESS, EVIDENCE], ids=["no row", "no address", "evidence"])
def test_the_tables_of_this_test_name_outcomes_that_exist(table: Mapping[type[StrEnum], Iterable[str]]) -> None:
    for kind, outcomes in table.items():
        assert set(outcomes) <= {outcome.value for outcome in kind}


FORM = "# Title\n- ok: Fine at {at}.\n" + "".join(f"## {heading}\nText.\n" for heading in HEADINGS["en"])


def test_a_text_of_the_form_is_read() -> None:
    text = parse(FORM, HEADINGS["en"])
    assert (text.title, text.outcomes, text.what) == ("Title", {"ok": "Fine at {at}."}, "Text.")


@pytest.mark.parametrize(
    "broken",
    [
        FORM.replace("# Title\n", "", 1),
        FORM.replace("- ok: Fine at {at}.", "Fine at {at}."),
        FORM.replace("## Background\nText.\n", ""),
        FORM.replace("Why it matters", "Why this matters"),
        FORM + "## More\nText.\n",
    ],
)
def test_a_text_out_of_form_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match=r"headings are|a file begins with"):
        parse(broken, HEADINGS["en"])


def test_measured_text_goes_into_a_sentence_bounded_and_without_control_characters() -> None:
    shown = fill("It said: {reply}", {"reply": "5\x1b[31m" + "x" * 500})
    assert "\x1b" not in shown
    assert len(shown) <= len("It said: ") + 200


def test_a_measured_placeholder_is_not_filled_again() -> None:
    assert fill("{location}", {"location": "{at}", "at": "mx1.example.nl"}) == "{at}"


@pytest.mark.parametrize(
    ("measured", "shown"),
    [("mx1.example.nl.", "mx1.example.nl"), ("_25._tcp.mx1.example.nl.", "_25._tcp.mx1.example.nl"), (".", ".")],
)
def test_an_absolute_name_reads_without_its_final_dot(measured: str, shown: str) -> None:
    assert fill("{where}", {"where": measured}) == shown


def test_a_reply_keeps_its_full_stop() -> None:
    assert fill("{reply}", {"reply": "521 No mail here."}) == "521 No mail here."


def test_an_unknown_placeholder_becomes_a_dash() -> None:
    assert fill("At {where}.", {}) == "At –."
