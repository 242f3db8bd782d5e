"""All profiles: each file is complete and names only what exists, and the same server is judged by each as it says."""

from __future__ import annotations

import tomllib
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest

from checks import evaluate
from checks.evaluate import tls
from checks.evaluate.tls_reading import Reading
from checks.facts.measurement import Measurement
from checks.facts.tls import TlsHandshake, Verification
from checks.facts.tls_scan import Answer, Ask
from checks.model import Suite
from checks.policy.tls_names import GROUPS, SUITES, TLS1_1, TLS1_2, VERSIONS
from checks.policy.tls_profile import CURRENT, Level, available, load
from tests.checks.builders import a_view
from tests.checks.evaluate.scans import CODES, GCM, MODERN, accepted, refused
from tests.checks.evaluate.scans import a_scan as current_scan
from tests.checks.made import NOW

TABLES = {
    "versions": {"good", "sufficient", "phase_out"},
    "suites": {"good", "sufficient", "phase_out"},
    "groups": {"good", "sufficient", "phase_out", "hybrid"},
    "primes": {"good", "sufficient", "phase_out"},
    "key_exchange_hashes": {"good", "sufficient", "phase_out"},
    "certificate_keys": {"good", "sufficient", "phase_out", "rsa_sufficient", "rsa_phase_out"},
    "certificate_hashes": {"good", "sufficient", "phase_out"},
    "renegotiation": {"most"},
    "extended_master_secret": {"demanded"},
}
HASHES = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "ed25519", "ed448"}
each_profile = pytest.mark.parametrize("name", available())


def raw(name: str) -> dict[str, Any]:
    return tomllib.loads((files("checks.policy") / f"{name}.toml").read_text("utf-8"))


def test_there_is_a_profile_for_both_editions() -> None:
    assert {"ncsc_tls_2021", "ncsc_tls_2025_05"} <= set(available())
    assert CURRENT in available()


def test_an_unknown_profile_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="tls_names"):
        load("tls_names")


@each_profile
def test_every_profile_has_every_table_and_nothing_else(name: str) -> None:
    data = raw(name)
    assert set(data) == {"name", *TABLES}
    for table, keys in TABLES.items():
        assert set(data[table]) <= keys
    assert load(name).id == name


@each_profile
def test_every_profile_puts_each_name_at_one_level(name: str) -> None:
    for table, content in raw(name).items():
        if table != "name":
            named = Counter(word for key, words in content.items() if key != "hybrid" for word in _words(words))
            assert [word for word, count in named.items() if count > 1] == [], table


def _words(value: object) -> list[str]:
    return list(value) if isinstance(value, list) else []


@each_profile
def test_every_profile_names_only_what_exists(name: str) -> None:
    profile = load(name)
    assert set(profile.suites) <= set(SUITES.values())
    assert set(profile.versions) <= set(VERSIONS.values())
    assert set(profile.groups) | profile.hybrids <= set(GROUPS.values())
    assert profile.hybrids <= set(profile.groups)
    assert set(profile.primes) <= {group for group in GROUPS.values() if group.startswith("ffdhe")}
    assert set(profile.key_exchange_hashes) | set(profile.certificate_hashes) <= HASHES
    assert profile.rsa_sufficient >= profile.rsa_phase_out


@each_profile
def test_no_profile_leaves_a_server_without_something_right(name: str) -> None:
    """Every question that is sorted by level has to offer something."""
    profile = load(name)
    right = (Level.GOOD, Level.SUFFICIENT)
    assert profile.suites_of(*right, tls13=True)
    assert {
        kind for code in profile.suites_of(*right, tls13=False) for kind in ("_ECDSA_", "_RSA_") if kind in SUITES[code]
    } == {"_ECDSA_", "_RSA_"}
    assert profile.groups_of(Level.GOOD)
    assert any(level in right for level in profile.key_exchange_hashes.values())


@pytest.mark.parametrize(
    ("name", "newer", "older"),
    [
        ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", Level.SUFFICIENT, Level.GOOD),
        ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", Level.INSUFFICIENT, Level.SUFFICIENT),
        ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", Level.PHASE_OUT, Level.SUFFICIENT),
        ("TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", Level.PHASE_OUT, Level.SUFFICIENT),
        ("TLS_RSA_WITH_AES_128_GCM_SHA256", Level.INSUFFICIENT, Level.PHASE_OUT),
        ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", Level.INSUFFICIENT, Level.PHASE_OUT),
        ("TLS_ECDHE_RSA_WITH_CAMELLIA_256_GCM_SHA384", Level.PHASE_OUT, Level.INSUFFICIENT),
        ("TLS_RSA_WITH_RC4_128_SHA", Level.INSUFFICIENT, Level.INSUFFICIENT),
    ],
)
def test_suites_have_the_level_of_their_edition(name: str, newer: Level, older: Level) -> None:
    assert (load("ncsc_tls_2025_05").suite(CODES[name]), load("ncsc_tls_2021").suite(CODES[name])) == (newer, older)


# A server of 2021: TLS 1.1 beside 1.2, AES-CBC with SHA-1 as its weakest suite, no extended master secret.
CBC_SHA1 = CODES["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"]
OF_2021 = (
    *(answer for answer in MODERN if answer.ask not in (Ask.TLS12_RSA, Ask.TLS12_WEAK_SUITES, Ask.OLD)),
    accepted(Ask.TLS12_RSA, TLS1_2, GCM, signature=0x0804, extended_master_secret=False),
    accepted(Ask.TLS12_WEAK_SUITES, TLS1_2, CBC_SHA1, signature=0x0804, extended_master_secret=False),
    accepted(Ask.OLD, TLS1_1, CBC_SHA1, extended_master_secret=False),
    accepted(Ask.ORDER, TLS1_2, GCM, extended_master_secret=False),
    accepted(Ask.ORDER, TLS1_2, CBC_SHA1, extended_master_secret=False),
    *(refused(ask) for ask in (Ask.TLS12_DHE, Ask.LIST, Ask.TLS10, Ask.SSL3)),
)


def outcomes(*answers: Answer, by: str, complete: bool = True) -> dict[str, str]:
    scan = current_scan(of=answers, complete=complete)
    handshake = TlsHandshake("TLSv1.3", "", "good.example", (), Verification(0, "ok", 0))
    judgements = {
        "versions": tls.versions,
        "suites": tls.suites,
        "order": tls.order,
        "extended_master_secret": tls.extended_master_secret,
    }
    reading = Reading(scan, handshake, load(by))
    return {name: judge(reading, a_view(Suite.WEB))[0].value for name, judge in judgements.items()}


def test_the_same_measurement_is_judged_by_each_profile_as_it_says() -> None:
    assert outcomes(*OF_2021, by="ncsc_tls_2025_05") == {
        "versions": "insufficient",
        "suites": "insufficient",
        "order": "ok",
        "extended_master_secret": "wrong",
    }
    assert outcomes(*OF_2021, by="ncsc_tls_2021") == {
        "versions": "phase-out",
        "suites": "ok",
        "order": "not-needed",
        "extended_master_secret": "not-demanded",
    }


def test_questions_sorted_by_one_profile_prove_nothing_by_another_until_the_list_is_whole() -> None:
    found = outcomes(*OF_2021, by="ncsc_tls_2021", complete=False)
    assert (found["suites"], found["order"]) == ("unknown", "unknown")


def test_a_curve_that_was_never_asked_about_by_itself_is_unknown() -> None:
    """The newer edition calls brainpool good, so nobody asked whether it is accepted; the older one does not list it."""
    reading = Reading(
        current_scan(), TlsHandshake("TLSv1.3", "", "", (), Verification(0, "ok", 0)), load("ncsc_tls_2021")
    )
    assert tls.key_exchange(reading, a_view(Suite.WEB))[0] is tls.KeyExchange.UNKNOWN


def test_the_report_names_the_profile() -> None:
    measurement = Measurement("good.example", Suite.WEB, NOW, tls_profile="ncsc_tls_2021")
    assert evaluate(measurement).to_json()["tls_profile"] == {"id": "ncsc_tls_2021", "name": "NCSC-NL 2.1 (2021)"}
    again = evaluate(measurement, tls_profile="ncsc_tls_2025_05").to_json()
    assert again["tls_profile"]["id"] == "ncsc_tls_2025_05"
    assert again["measurement"]["tls_profile"] == "ncsc_tls_2021"


def test_a_measurement_from_before_profiles_were_named_is_still_read() -> None:
    stored = Measurement("good.example", Suite.WEB, NOW).to_json()
    del stored["tls_profile"]
    assert Measurement.from_json(stored).tls_profile == "ncsc_tls_2025_05"
