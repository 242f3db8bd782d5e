"""A published profile for TLS, read from a data file: the level of each version, suite, group, key and hash. A newer
edition of the guidelines is another file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from checks.policy.tls_names import GROUPS, SUITES, VERSIONS, group_name, is_tls13_suite, prime_name, suite_name

CURRENT = "ncsc_tls_2025_05"
_FILE = re.compile(r"[a-z]+_tls_[0-9_]+\.toml")


class Level(StrEnum):
    """The four levels of the guidelines, best to worst."""

    GOOD = "good"
    SUFFICIENT = "sufficient"
    PHASE_OUT = "phase-out"
    INSUFFICIENT = "insufficient"


def worst(levels: Iterable[Level]) -> Level:
    """The worst of some levels; GOOD when there are none."""
    return max(levels, key=list(Level).index, default=Level.GOOD)


@dataclass(frozen=True, slots=True, eq=False)
class TlsProfile:
    """Levels by name. What a table does not name is insufficient. Equal to itself alone, so that what follows from a
    profile can be remembered. ``id`` is the name of its file, ``name`` what people call it; ``extended_master_secret`` tells
    whether RFC 7627 is demanded.
    """

    id: str
    name: str
    versions: Mapping[str, Level]
    suites: Mapping[str, Level]
    groups: Mapping[str, Level]
    hybrids: frozenset[str]
    primes: Mapping[str, Level]
    key_exchange_hashes: Mapping[str, Level]
    certificate_keys: Mapping[str, Level]
    certificate_hashes: Mapping[str, Level]
    rsa_sufficient: int
    rsa_phase_out: int
    most_renegotiations: int
    extended_master_secret: bool

    def version(self, code: int) -> Level:
        """The level of a protocol version."""
        return self.versions.get(VERSIONS.get(code, ""), Level.INSUFFICIENT)

    def suite(self, code: int) -> Level:
        """The level of a suite."""
        return self.suites.get(suite_name(code), Level.INSUFFICIENT)

    def group(self, code: int) -> Level:
        """The level of a group by its number."""
        return self.groups.get(group_name(code), Level.INSUFFICIENT)

    def finite_field(self, prime: bytes, generator: bytes) -> Level:
        """The level of a finite-field group by value: a known prime with the generator 2, or insufficient."""
        if int.from_bytes(generator, "big") != 2:
            return Level.INSUFFICIENT
        return self.primes.get(prime_name(prime), Level.INSUFFICIENT)

    def rsa(self, bits: int) -> Level:
        """The level of an RSA key."""
        if bits >= self.rsa_sufficient:
            return Level.SUFFICIENT
        return Level.PHASE_OUT if bits >= self.rsa_phase_out else Level.INSUFFICIENT

    def suites_of(self, *levels: Level, tls13: bool) -> tuple[int, ...]:
        """The suites of some levels, the worst level first; without SRP, which needs a name of its own to be asked for
        (RFC 5054).
        """
        return _suites_of(self, levels, tls13)

    def groups_of(self, *levels: Level) -> tuple[int, ...]:
        """The groups of some levels, hybrids left out."""
        return tuple(code for code, name in GROUPS.items() if self.group(code) in levels and name not in self.hybrids)

    @property
    def hybrid_groups(self) -> tuple[int, ...]:
        """The groups that combine a curve with ML-KEM."""
        return tuple(code for code, name in GROUPS.items() if name in self.hybrids)


@cache
def _suites_of(profile: TlsProfile, levels: tuple[Level, ...], tls13: bool) -> tuple[int, ...]:
    codes = [code for code, name in SUITES.items() if is_tls13_suite(code) is tls13 and "_SRP_" not in name]
    return tuple(code for level in sorted(levels, key=_badness) for code in codes if profile.suite(code) is level)


def _badness(level: Level) -> int:
    return -list(Level).index(level)


def _levels(table: Mapping[str, Any]) -> dict[str, Level]:
    keys = {"good": Level.GOOD, "sufficient": Level.SUFFICIENT, "phase_out": Level.PHASE_OUT}
    return {name: level for key, level in keys.items() for name in table.get(key, ())}


def load(name: str = CURRENT) -> TlsProfile:
    """The profile in a data file of this folder. Raises ValueError when there is none of that name."""
    return _load(name)


@cache
def _load(name: str) -> TlsProfile:
    if name not in available():
        raise ValueError(f"there is no TLS profile {name!r}")
    data = tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))
    keys = data["certificate_keys"]
    return TlsProfile(
        id=name,
        name=data["name"],
        versions=_levels(data["versions"]),
        suites=_levels(data["suites"]),
        groups=_levels(data["groups"]),
        hybrids=frozenset(data["groups"].get("hybrid", ())),
        primes=_levels(data["primes"]),
        key_exchange_hashes=_levels(data["key_exchange_hashes"]),
        certificate_keys=_levels(keys),
        certificate_hashes=_levels(data["certificate_hashes"]),
        rsa_sufficient=keys["rsa_sufficient"],
        rsa_phase_out=keys["rsa_phase_out"],
        most_renegotiations=data["renegotiation"]["most"],
        extended_master_secret=data["extended_master_secret"]["demanded"],
    )


@cache
def available() -> tuple[str, ...]:
    """The names of all profiles."""
    return tuple(sorted(name.removesuffix(".toml") for name in _files() if _FILE.fullmatch(name)))


def _files() -> Iterator[str]:
    return (entry.name for entry in files(__package__).iterdir())
