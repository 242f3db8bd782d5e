"""Our matching of TLSA records beside OpenSSL's, ldns-dane's and danetool's, on every combination of usage, selector, matching type, chain and fault.

Where they differ, the RFC decides; ``docs/decisions.md`` tells each difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.evaluate.dane import Fit, Peer, authenticate
from checks.records.tlsa import parse, unusable
from tests.agreement.chains import LEAF, MIDDLE, MX, NOW, SHAPES, Case, Shape, record, several, single
from tests.agreement.judges import danetool_record, ldns_dane_accepts, openssl_at

pytestmark = pytest.mark.servers

# Differences that the RFC decides in our favour, each told in docs/decisions.md: chain, record, who differs.
EXPLAINED = {
    ("leaf-alone", "2 0 0 of middle", "ldns-dane"),
    *(
        ("anchor-expired", f"2 {selector} {matching} of issuer2", who)
        for selector in (0, 1)
        for matching in (0, 1, 2)
        for who in ("OpenSSL", "ldns-dane")
    ),
}


def ours(case: Case) -> bool:
    records = [record for record in map(parse, case.records) if unusable(record, smtp=True) is None]
    peer = Peer(tuple(made.certificate for made in case.shape.chain), frozenset({MX}), NOW, trusted=False)
    return any(match.fit is Fit.MATCH for match in authenticate(records, peer))


def differences(shape: Shape, cases: list[Case], folder: Path) -> set[tuple[str, str, str]]:
    """Chain, records and judge wherever somebody says otherwise than we do."""
    found = set()
    with openssl_at(shape, folder) as openssl:
        for case in cases:
            says = {
                "OpenSSL": openssl.accepts(case.records),
                "ldns-dane": ldns_dane_accepts(shape, case.records, folder),
            }
            found |= {(shape.name, case.name, who) for who, word in says.items() if word != ours(case)}
    return found


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_openssl_and_ldns_dane_agree_with_us_on_every_record_about_a_chain(shape: Shape, tmp_path: Path) -> None:
    explained = {known for known in EXPLAINED if known[0] == shape.name}
    assert differences(shape, list(single(shape)), tmp_path) == explained


@pytest.mark.parametrize("shape", [SHAPES[0], SHAPES[6]], ids=lambda shape: shape.name)
def test_openssl_and_ldns_dane_agree_with_us_on_sets_of_records(shape: Shape, tmp_path: Path) -> None:
    assert differences(shape, [case for case in several() if case.shape is shape], tmp_path) == set()


def test_the_matrix_is_large_enough_to_disagree_about() -> None:
    cases = [*several(), *(case for shape in SHAPES for case in single(shape))]
    assert len({(case.shape.name, case.records) for case in cases}) >= 200
    assert sum(map(ours, cases)) >= 100


@pytest.mark.parametrize("digest", ["sha256", "sha512"])
@pytest.mark.parametrize("certificate", [True, False], ids=["selector-0", "selector-1"])
@pytest.mark.parametrize("issuer", [True, False], ids=["usage-2", "usage-3"])
def test_danetool_works_out_the_same_data(issuer: bool, certificate: bool, digest: str, tmp_path: Path) -> None:
    made = MIDDLE if issuer else LEAF
    expected = record(2 if issuer else 3, 0 if certificate else 1, 1 if digest == "sha256" else 2, made)
    assert danetool_record(made, tmp_path, issuer=issuer, certificate=certificate, digest=digest) == expected
