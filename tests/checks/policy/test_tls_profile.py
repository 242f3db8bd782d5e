"""The profile beside the published table of the guidelines (NCSC-NL, TLS, 2025-05), and names beside OpenSSL's."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from checks.policy.tls_names import GROUPS, SUITES, VERSIONS, is_tls13_suite, prime_name
from checks.policy.tls_profile import Level, load

PROFILE = load()
CODES = {name: code for code, name in SUITES.items()}
GROUP = {name: code for code, name in GROUPS.items()}


@pytest.mark.parametrize(
    ("pattern", "level", "count"),
    [
        (r"TLS_(AES_256_GCM_SHA384|CHACHA20_POLY1305_SHA256)", Level.GOOD, 2),
        (r"TLS_AES_128_(GCM|CCM)_SHA256", Level.SUFFICIENT, 2),
        (r"TLS_AES_128_CCM_8_SHA256", Level.INSUFFICIENT, 1),
        (r"TLS_ECDHE_(ECDSA|RSA)_WITH_(CHACHA20_POLY1305_SHA256|AES_(256|128)_GCM_SHA(384|256))", Level.SUFFICIENT, 6),
        (r"TLS_ECDHE_ECDSA_WITH_AES_(256|128)_CCM", Level.SUFFICIENT, 2),
        (r"TLS_ECDHE_(ECDSA|RSA)_WITH_AES_\d+_CBC_SHA(256|384)", Level.PHASE_OUT, 4),
        (r"TLS_ECDHE_(ECDSA|RSA)_WITH_(CAMELLIA|ARIA)_\d+_(GCM|CBC)_SHA(256|384)", Level.PHASE_OUT, 16),
        (
            r"TLS_DHE_RSA_WITH_(CHACHA20_POLY1305_SHA256|(AES|CAMELLIA|ARIA)_\d+_(GCM|CBC)_SHA(256|384))",
            Level.PHASE_OUT,
            13,
        ),
        (r"TLS_DHE_RSA_WITH_AES_\d+_CCM", Level.PHASE_OUT, 2),
        (r"TLS_.*_CBC_SHA", Level.INSUFFICIENT, None),
        (r"TLS_RSA_WITH_.*", Level.INSUFFICIENT, None),
        (
            r"TLS_.*(_NULL_|_anon_|EXPORT|RC4|_DES_|3DES|_PSK_|_DSS_|_DH_RSA|_ECDH_RSA|CCM_8|MD5).*",
            Level.INSUFFICIENT,
            None,
        ),
    ],
)
def test_suites_have_the_level_of_the_table(pattern: str, level: Level, count: int | None) -> None:
    found = [code for name, code in CODES.items() if re.fullmatch(pattern, name)]
    assert {PROFILE.suite(code) for code in found} == {level}
    assert len(found) == count or count is None


def test_no_other_suite_is_better_than_insufficient() -> None:
    counted = {level: sum(PROFILE.suite(code) is level for code in SUITES) for level in Level}
    assert (counted[Level.GOOD], counted[Level.SUFFICIENT], counted[Level.PHASE_OUT]) == (2, 10, 35)


def test_versions_have_the_level_of_the_table() -> None:
    assert {name: PROFILE.version(code) for code, name in VERSIONS.items()} == {
        "SSL 2.0": Level.INSUFFICIENT,
        "SSL 3.0": Level.INSUFFICIENT,
        "TLS 1.0": Level.INSUFFICIENT,
        "TLS 1.1": Level.INSUFFICIENT,
        "TLS 1.2": Level.SUFFICIENT,
        "TLS 1.3": Level.GOOD,
    }


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("x25519", Level.GOOD),
        ("brainpoolP384r1", Level.GOOD),
        ("X25519MLKEM768", Level.GOOD),
        ("secp224r1", Level.PHASE_OUT),
        ("ffdhe3072", Level.PHASE_OUT),
        ("ffdhe2048", Level.INSUFFICIENT),
        ("secp256k1", Level.INSUFFICIENT),
        ("sect571r1", Level.INSUFFICIENT),
    ],
)
def test_groups_have_the_level_of_the_table(name: str, level: Level) -> None:
    assert PROFILE.group(GROUP[name]) is level


def test_everything_that_the_profile_names_exists() -> None:
    assert set(PROFILE.suites) <= set(SUITES.values())
    assert set(PROFILE.groups) | PROFILE.hybrids <= set(GROUPS.values())
    assert set(PROFILE.versions) <= set(VERSIONS.values())


def test_suites_are_offered_the_worst_level_first_and_without_srp() -> None:
    levels = [PROFILE.suite(code) for code in PROFILE.suites_of(*Level, tls13=False)]
    assert levels == sorted(levels, key=lambda level: -list(Level).index(level))
    assert not any("_SRP_" in SUITES[code] or is_tls13_suite(code) for code in PROFILE.suites_of(*Level, tls13=False))


def openssl(*arguments: str) -> str:
    path = shutil.which("openssl")
    if path is None:
        pytest.skip("openssl is not on this machine")
    return subprocess.run([path, *arguments], capture_output=True, text=True, check=True, timeout=60).stdout


def test_openssl_gives_every_suite_the_same_name() -> None:
    listed = openssl("ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    theirs = {int(high + low, 16): name for high, low, name in re.findall(r"0x(..),0x(..) - (\S+)", listed)}
    assert len(theirs) > 100
    assert {code: SUITES.get(code) for code in theirs} == theirs


def scaled_e(bits: int) -> int:
    """e times a power of two, rounded down: the sum of 1/n!."""
    term, total, count = 1 << (bits + 64), 0, 0
    while term:
        total, count = total + term, count + 1
        term //= count
    return total >> 64


def scaled_pi(bits: int) -> int:
    """Pi times a power of two, rounded down, by Machin's formula."""

    def arctangent(inverse: int) -> int:
        term = total = (1 << (bits + 64)) // inverse
        divisor, sign = 3, -1
        while term:
            term //= inverse * inverse
            total, divisor, sign = total + sign * (term // divisor), divisor + 2, -sign
        return total

    return 4 * (4 * arctangent(5) - arctangent(239)) >> 64


@pytest.mark.parametrize(("bits", "offset"), [(2048, 560316), (3072, 2625351), (8192, 10965728)])
def test_L05_primes_of_rfc_7919_are_known_by_their_value(bits: int, offset: int) -> None:
    """Appendix A: 2^b - 2^(b-64) + ([2^(b-130) e] + offset) 2^64 - 1."""
    prime = 2**bits - 2 ** (bits - 64) + (scaled_e(bits - 130) + offset) * 2**64 - 1
    assert prime_name(prime.to_bytes(bits // 8, "big")) == f"ffdhe{bits}"
    assert prime_name((prime - 2).to_bytes(bits // 8, "big")) == ""


@pytest.mark.parametrize(("bits", "offset"), [(1024, 129093), (2048, 124476), (4096, 240904)])
def test_L05_primes_of_rfc_3526_are_known_by_their_value(bits: int, offset: int) -> None:
    """Section 3, and RFC 2409 section 6.2: 2^b - 2^(b-64) - 1 + 2^64 ([2^(b-130) pi] + offset)."""
    prime = 2**bits - 2 ** (bits - 64) - 1 + 2**64 * (scaled_pi(bits - 130) + offset)
    assert prime_name(b"\0" + prime.to_bytes(bits // 8, "big")) == f"modp{bits}"
