"""The matrix for DANE: chains as servers show them, good and with one fault each, and TLSA records about any of their certificates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.checks.made import Made

MX = "mx1.good.example"
NOW = datetime.now(UTC).replace(microsecond=0)  # ldns-dane has no clock but the machine's
VALID = (NOW - timedelta(days=30), NOW + timedelta(days=60))
EXPIRED = (NOW - timedelta(days=90), NOW - timedelta(days=1))
FUTURE = (NOW + timedelta(days=1), NOW + timedelta(days=90))

_DIGEST: dict[int, Callable[[bytes], str]] = {
    0: bytes.hex,
    1: lambda data: hashlib.sha256(data).hexdigest(),
    2: lambda data: hashlib.sha512(data).hexdigest(),
}


def authority(name: str, issuer: Made | None = None, **changes: object) -> Made:
    return Made.issued(name, issuer, **{"ca": True, "cert_sign": True, "valid": VALID, **changes})  # type: ignore[arg-type]


def host(issuer: Made | None, names: tuple[str, ...] = (MX,), **changes: object) -> Made:
    return Made.issued("host", issuer, names=names, **{"valid": VALID, **changes})  # type: ignore[arg-type]


ROOT = authority("Root")
MIDDLE = authority("Middle", ROOT)
LEAF = host(MIDDLE)
OTHER = host(None)
ALONE = host(None)
ALONE_CA = host(None, ca=True, cert_sign=True)
OLD_ROOT = authority("Old root", valid=EXPIRED)
BELOW_OLD = authority("Below the old root", OLD_ROOT)
OLD_MIDDLE = authority("Old middle", ROOT, valid=EXPIRED)
NO_CA = authority("No authority", ROOT, ca=False, cert_sign=None)
NO_SIGN = authority("May not sign", ROOT, cert_sign=False)
IMPOSTOR = authority("Middle")


@dataclass(frozen=True, slots=True)
class Shape:
    """A chain as it is sent, leaf first, and the certificates that records may be about."""

    name: str
    chain: tuple[Made, ...]
    about: tuple[tuple[str, Made], ...]


def _shape(name: str, *chain: Made, about: Sequence[tuple[str, Made]] = ()) -> Shape:
    usual = [("leaf", chain[0]), *((f"issuer{depth}", made) for depth, made in enumerate(chain[1:], 1))]
    return Shape(name, chain, (*usual, *about, ("other", OTHER)))


SHAPES = (
    _shape("whole", LEAF, MIDDLE, ROOT),
    _shape("without-root", LEAF, MIDDLE, about=[("root", ROOT)]),
    _shape("leaf-alone", LEAF, about=[("middle", MIDDLE), ("root", ROOT)]),
    _shape("disordered", LEAF, ROOT, OTHER, MIDDLE),
    _shape("self-signed", ALONE),
    _shape("self-signed-ca", ALONE_CA),
    _shape("leaf-expired", host(MIDDLE, valid=EXPIRED), MIDDLE, about=[("root", ROOT)]),
    _shape("leaf-in-future", host(MIDDLE, valid=FUTURE), MIDDLE),
    _shape("other-name", host(MIDDLE, ("elsewhere.example",)), MIDDLE),
    _shape("wildcard", host(MIDDLE, ("*.good.example",)), MIDDLE),
    _shape("wildcard-too-deep", host(MIDDLE, ("*.example",)), MIDDLE),
    _shape("no-name", host(MIDDLE, ()), MIDDLE),
    _shape("common-name-only", Made.issued(MX, MIDDLE, valid=VALID), MIDDLE),
    _shape("anchor-expired", host(BELOW_OLD), BELOW_OLD, OLD_ROOT),
    _shape("middle-expired", host(OLD_MIDDLE), OLD_MIDDLE, ROOT),
    _shape("middle-no-ca", host(NO_CA), NO_CA, ROOT),
    _shape("middle-may-not-sign", host(NO_SIGN), NO_SIGN, ROOT),
    _shape("forged", host(IMPOSTOR), MIDDLE, ROOT),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One combination: what is sent, and the records beside it in presentation format."""

    name: str
    shape: Shape
    records: tuple[str, ...]


def record(usage: int, selector: int, matching: int, made: Made) -> str:
    return f"{usage} {selector} {matching} {_DIGEST[matching](made.spki if selector else made.der)}"


def single(shape: Shape) -> Iterator[Case]:
    """One record: every usage for SMTP, selector and matching type, about every certificate."""
    for usage in (2, 3):
        for selector in (0, 1):
            for matching in (0, 1, 2):
                for about, made in shape.about:
                    name = f"{usage} {selector} {matching} of {about}"
                    yield Case(name, shape, (record(usage, selector, matching, made),))


def several() -> Iterator[Case]:
    """Sets: one of several, digest agility, and records that are unusable beside one that is not."""
    shape, good, bad = SHAPES[0], LEAF, OTHER
    yield Case("T15 stale beside current", shape, (record(3, 1, 1, bad), record(3, 1, 1, good)))
    yield Case("T16 weaker right", shape, (record(3, 1, 1, good), record(3, 1, 2, bad)))
    yield Case("T16 stronger right", shape, (record(3, 1, 2, good), record(3, 1, 1, bad)))
    yield Case("T44 other selector", shape, (record(3, 0, 1, good), record(3, 1, 2, bad)))
    yield Case("T45 full is outside", shape, (record(3, 1, 0, good), record(3, 1, 2, bad)))
    yield Case("T16 issuer, weaker right", shape, (record(2, 1, 1, MIDDLE), record(2, 1, 2, bad)))
    yield Case("T16 usages are apart", shape, (record(2, 1, 1, MIDDLE), record(3, 1, 2, bad)))
    digest = record(3, 1, 1, good).split()[3]
    for odd in (f"4 1 1 {digest}", f"3 2 1 {digest}", f"3 1 3 {digest}", f"3 1 1 {digest[:-2]}", f"3 1 2 {digest}"):
        yield Case(f"T13 {odd[:5]} beside a right one", shape, (odd, record(3, 1, 1, good)))
        yield Case(f"T14 {odd[:5]} beside a wrong one", shape, (odd, record(3, 1, 1, bad)))
    yield Case("T40 no certificate beside a right one", shape, ("3 0 0 0102", record(3, 1, 1, good)))
    yield Case(
        "T54 leaf and issuer of an expired leaf",
        SHAPES[6],
        (
            record(3, 1, 1, SHAPES[6].chain[0]),
            record(2, 1, 1, MIDDLE),
        ),
    )
