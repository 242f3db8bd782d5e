"""The matching rule on certificates made for it. Ids are rows of the house's list of hard cases (T: TLSA and DANE)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from cryptography import x509

from checks.evaluate.dane import Fit, Peer, authenticate, data_if_readable
from checks.records.tlsa import Tlsa, parse, unusable
from tests.checks.made import EXPIRED, FUTURE, NOW, Made

MX = "mx1.good.example"
ROOT = Made.issued("Root", ca=True, cert_sign=True)
MIDDLE = Made.issued("Middle", ROOT, ca=True, cert_sign=True)
LEAF = Made.issued("leaf", MIDDLE, names=(MX,))
OTHER = Made.issued("other", names=(MX,))
_HASH: dict[int, Callable[[bytes], str]] = {
    0: bytes.hex,
    1: lambda data: hashlib.sha256(data).hexdigest(),
    2: lambda data: hashlib.sha512(data).hexdigest(),
}


def record(usage: int, selector: int, matching: int, made: Made) -> Tlsa:
    content = made.spki if selector else made.der
    return parse(f"{usage} {selector} {matching} {_HASH[matching](content)}")


def peer(*chain: Made, name: str = MX, trusted: bool = False) -> Peer:
    return Peer(tuple(made.certificate for made in chain), frozenset({name}), NOW, trusted)


def fits(records: list[Tlsa], known: Peer) -> list[Fit]:
    return [match.fit for match in authenticate(records, known)]


@pytest.mark.parametrize("selector", [0, 1])
@pytest.mark.parametrize("matching", [0, 1, 2])
def test_t01_t03_usage_3_matches_the_leaf(selector: int, matching: int) -> None:
    assert fits([record(3, selector, matching, LEAF)], peer(LEAF, MIDDLE)) == [Fit.MATCH]
    assert fits([record(3, selector, matching, OTHER)], peer(LEAF, MIDDLE)) == [Fit.NO_MATCH]


@pytest.mark.parametrize(
    "leaf",
    [
        Made.issued("x", MIDDLE, names=(MX,), valid=EXPIRED),
        Made.issued("x", MIDDLE, names=(MX,), valid=FUTURE),
        Made.issued("x", names=(MX,)),
        Made.issued("x", MIDDLE, names=("elsewhere.example",)),
    ],
    ids=["expired", "not-yet-valid", "self-signed", "other-name"],
)
def test_t02_usage_3_ignores_names_dates_and_issuers(leaf: Made) -> None:
    assert fits([record(3, 1, 1, leaf)], peer(leaf)) == [Fit.MATCH]


def test_t47_usage_3_for_the_issuer_is_told_apart() -> None:
    assert fits([record(3, 1, 1, MIDDLE)], peer(LEAF, MIDDLE)) == [Fit.MATCHES_ISSUER_ONLY]


@pytest.mark.parametrize("anchor", [MIDDLE, ROOT], ids=["intermediate", "root"])
@pytest.mark.parametrize("selector", [0, 1])
def test_t04_usage_2_matches_an_issuer_in_the_chain(anchor: Made, selector: int) -> None:
    assert fits([record(2, selector, 1, anchor)], peer(LEAF, MIDDLE, ROOT)) == [Fit.MATCH]


def test_t05_usage_2_needs_its_anchor_in_the_chain_sent() -> None:
    assert fits([record(2, 1, 1, ROOT)], peer(LEAF, MIDDLE)) == [Fit.NO_MATCH]


def test_t06_a_full_certificate_in_the_record_stands_in_for_the_anchor() -> None:
    assert fits([record(2, 0, 0, ROOT)], peer(LEAF, MIDDLE)) == [Fit.MATCH]


def test_t07_a_bare_key_in_the_record_may_sign_the_top_of_the_chain() -> None:
    assert fits([record(2, 1, 0, ROOT)], peer(LEAF, MIDDLE)) == [Fit.MATCH]
    assert fits([record(2, 1, 0, MIDDLE)], peer(LEAF)) == [Fit.MATCH]
    assert fits([record(2, 1, 0, OTHER)], peer(LEAF, MIDDLE)) == [Fit.NO_MATCH]


def test_t08_usage_2_demands_a_right_name() -> None:
    assert fits([record(2, 1, 1, MIDDLE)], peer(LEAF, MIDDLE, name="mx2.good.example")) == [Fit.NAME_MISMATCH]


def test_t48_a_wildcard_covers_one_label() -> None:
    leaf = Made.issued("x", MIDDLE, names=("*.good.example",))
    assert fits([record(2, 1, 1, MIDDLE)], peer(leaf, MIDDLE)) == [Fit.MATCH]
    assert fits([record(2, 1, 1, MIDDLE)], peer(leaf, MIDDLE, name="a.b.good.example")) == [Fit.NAME_MISMATCH]


def test_t49_the_common_name_counts_only_without_dns_names() -> None:
    bare = Made.issued(MX, MIDDLE)
    named = Made.issued(MX, MIDDLE, names=("elsewhere.example",))
    assert fits([record(2, 1, 1, MIDDLE)], peer(bare, MIDDLE)) == [Fit.MATCH]
    assert fits([record(2, 1, 1, MIDDLE)], peer(named, MIDDLE)) == [Fit.NAME_MISMATCH]


@pytest.mark.parametrize("valid", [EXPIRED, FUTURE], ids=["expired", "not-yet-valid"])
def test_t09_usage_2_validates_dates_up_to_the_anchor(valid: tuple) -> None:
    leaf = Made.issued("x", MIDDLE, names=(MX,), valid=valid)
    assert fits([record(2, 1, 1, MIDDLE)], peer(leaf, MIDDLE)) == [Fit.CHAIN_BROKEN]


def test_t50_the_dates_of_the_anchor_itself_do_not_count() -> None:
    old = Made.issued("Old", ca=True, cert_sign=True, valid=EXPIRED)
    leaf = Made.issued("x", old, names=(MX,))
    assert fits([record(2, 1, 1, old)], peer(leaf, old)) == [Fit.MATCH]


def test_t51_what_is_above_the_anchor_does_not_count() -> None:
    root = Made.issued("Gone", ca=True, cert_sign=True, valid=EXPIRED)
    middle = Made.issued("Mid", root, ca=True, cert_sign=True)
    leaf = Made.issued("x", middle, names=(MX,))
    assert fits([record(2, 1, 1, middle)], peer(leaf, middle, root)) == [Fit.MATCH]


@pytest.mark.parametrize(
    ("ca", "cert_sign"), [(False, None), (None, None), (True, False)], ids=["no-ca", "no-constraints", "no-cert-sign"]
)
def test_t52_an_anchor_has_to_be_a_ca(ca: bool | None, cert_sign: bool | None) -> None:
    anchor = Made.issued("Not a CA", ca=ca, cert_sign=cert_sign)
    leaf = Made.issued("x", anchor, names=(MX,))
    assert fits([record(2, 1, 1, anchor)], peer(leaf, anchor)) == [Fit.CHAIN_BROKEN]


@pytest.mark.parametrize("ca", [None, True], ids=["leaf", "self-signed-ca"])
def test_t10_usage_2_never_matches_the_leaf(ca: bool | None) -> None:
    leaf = Made.issued("x", names=(MX,), ca=ca)
    assert fits([record(2, 1, 1, leaf)], peer(leaf)) == [Fit.MATCHES_LEAF_ONLY]


def test_t53_the_order_of_the_chain_does_not_matter() -> None:
    assert fits([record(2, 1, 1, ROOT)], peer(LEAF, ROOT, OTHER, MIDDLE)) == [Fit.MATCH]


def test_t12_pkix_usages_need_a_trusted_chain_besides() -> None:
    for made, usage in ((LEAF, 1), (MIDDLE, 0)):
        assert fits([record(usage, 1, 1, made)], peer(LEAF, MIDDLE, ROOT, trusted=True)) == [Fit.MATCH]
        assert fits([record(usage, 1, 1, made)], peer(LEAF, MIDDLE, ROOT)) == [Fit.PKIX_UNTRUSTED]


def test_t15_one_of_several_is_enough_and_the_stale_one_is_named() -> None:
    assert fits([record(3, 1, 1, OTHER), record(3, 1, 1, LEAF)], peer(LEAF)) == [Fit.NO_MATCH, Fit.MATCH]


@pytest.mark.parametrize(
    ("right", "wrong", "matched"),
    [
        ((3, 1, 1), (3, 1, 2), False),
        ((3, 1, 2), (3, 1, 1), True),
        ((3, 0, 1), (3, 1, 2), True),
        ((3, 1, 0), (3, 1, 2), True),
    ],
    ids=["T16-weaker-right", "T16-stronger-right", "T44-other-selector", "T45-full-outside"],
)
def test_digest_agility(right: tuple[int, int, int], wrong: tuple[int, int, int], matched: bool) -> None:
    found = fits([record(*right, LEAF), record(*wrong, OTHER)], peer(LEAF))
    assert (Fit.MATCH in found) is matched


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 1 1 " + "ab" * 32, "usage-not-for-smtp"),
        ("0 0 1 " + "ab" * 32, "usage-not-for-smtp"),
        ("4 1 1 " + "ab" * 32, "usage-unknown"),
        ("3 2 1 " + "ab" * 32, "selector-unknown"),
        ("3 1 3 " + "ab" * 32, "matching-unknown"),
        ("255 255 255 " + "ab" * 32, "usage-unknown"),
        ("3 1 1 " + "ab" * 31, "digest-length"),
        ("3 1 2 " + "ab" * 32, "digest-length"),
        ("3 0 0 abab", "not-a-certificate"),
        ("3 1 0 abab", "not-a-key"),
        ("nonsense", "malformed"),
        ("3 1 1 zz", "malformed"),
    ],
)
def test_t11_t13_t40_unusable_records_for_smtp(text: str, why: str) -> None:
    assert unusable(parse(text), smtp=True) == why


def test_an_unreadable_certificate_in_the_chain_matches_nothing_and_breaks_nothing() -> None:
    known = Peer((LEAF.certificate, None, MIDDLE.certificate), frozenset({MX}), NOW, trusted=False)
    assert fits([record(2, 1, 1, MIDDLE), record(3, 1, 1, OTHER)], known) == [Fit.MATCH, Fit.NO_MATCH]


def test_a_server_without_certificates_matches_nothing() -> None:
    assert fits([record(3, 1, 1, LEAF), record(2, 0, 0, ROOT)], peer()) == [Fit.NO_MATCH, Fit.CHAIN_BROKEN]


def test_issuers_that_sign_each_other_in_circles_cost_no_more_than_their_square(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from checks.evaluate import dane

    keys = [Made.issued("Loop", ca=True, cert_sign=True) for _ in range(1)]
    loop = [Made.issued("Loop", keys[0], ca=True, cert_sign=True, key=keys[0].key) for _ in range(9)]
    leaf = Made.issued("x", keys[0], names=(MX,))
    tried: list[object] = []
    real = dane._issued
    monkeypatch.setattr(dane, "_issued", lambda item, issuer: tried.append(item) or real(item, issuer))
    fits([record(2, 1, 1, OTHER), record(2, 1, 0, OTHER)], peer(leaf, *loop))
    assert len(tried) <= 100


def test_a_key_of_an_unknown_kind_has_no_data_and_breaks_nothing() -> None:
    ec_public_key, unknown = bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06072a8648ce3d0209")
    odd = x509.load_der_x509_certificate(LEAF.der.replace(ec_public_key, unknown))
    assert data_if_readable(odd, 1, 1) is None
    assert data_if_readable(odd, 0, 1) == hashlib.sha256(LEAF.der.replace(ec_public_key, unknown)).digest()
    assert data_if_readable(LEAF.certificate, 1, 1) == hashlib.sha256(LEAF.spki).digest()
    assert fits([record(3, 1, 1, LEAF)], Peer((odd,), frozenset({MX}), NOW, trusted=False)) == [Fit.NO_MATCH]
