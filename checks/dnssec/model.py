"""The words of DNSSEC validation and what a look-up results in.

Plain data that turns into JSON, and the one rule for combining the parts of an answer (the weakest counts). How a
result is reached is elsewhere in this package.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Security(StrEnum):
    """RFC 4033 section 5, declared from strong to weak."""

    SECURE = "secure"
    INSECURE = "insecure"
    INDETERMINATE = "indeterminate"
    BOGUS = "bogus"


class Outcome(StrEnum):
    """What was answered. FAILED means that no usable answer came: it never means that there is no record.

    For a bogus look-up this is what the untrusted answer said; a validating resolver would have given SERVFAIL.
    """

    FOUND = "found"
    NO_DATA = "no-data"
    NO_SUCH_NAME = "no-such-name"
    FAILED = "failed"


class Why(StrEnum):
    """Why a look-up or a zone has the security that it has."""

    OK = "ok"
    # insecure
    NO_DS = "no-ds"  # the parent proves that the delegation is unsigned
    OPT_OUT = "opt-out"  # the name lies in an NSEC3 opt-out span (RFC 5155 section 6)
    UNSUPPORTED_ALGORITHM = "unsupported-algorithm"  # no DS of an algorithm and digest that we know (RFC 4035 5.2)
    ITERATIONS_TOO_HIGH = "iterations-too-high"  # NSEC3 iterations above the limit (RFC 9276 section 3.2)
    # bogus
    DS_MISMATCH = "ds-mismatch"  # no DS matches a key of the zone
    CHILD_UNSIGNED = "child-unsigned"  # DS in the parent, no keys or no signatures at all in the zone
    NO_PROOF_OF_NO_DS = "no-proof-of-no-ds"
    SIGNATURE_EXPIRED = "signature-expired"
    SIGNATURE_NOT_YET_VALID = "signature-not-yet-valid"
    SIGNATURE_MISSING = "signature-missing"
    SIGNATURE_INVALID = "signature-invalid"
    SIGNATURE_BY_UNKNOWN_KEY = "signature-by-unknown-key"  # signed by a key that the zone does not publish
    KEY_UNUSABLE = "key-unusable"  # no Zone Key flag, protocol other than 3, revoked, or of a refused size
    WRONG_SIGNER = "wrong-signer"
    DENIAL_MISSING = "denial-missing"  # no NSEC or NSEC3 record where one is needed
    DENIAL_INCOMPLETE = "denial-incomplete"  # NSEC or NSEC3 records that do not prove what they must
    ALIAS_LOOP = "alias-loop"  # also: more aliases than the limit
    # indeterminate
    NO_ANCHOR = "no-anchor"
    ANCHOR_MISMATCH = "anchor-mismatch"  # our trust anchor does not fit the keys that our resolver shows
    RESOLVER_STRIPS_DNSSEC = "resolver-strips-dnssec"
    RESOLVER_FAILED = "resolver-failed"  # time-out, SERVFAIL although CD was set, refused, malformed
    EXHAUSTS_VALIDATORS = "exhausts-validators"  # more work than the budget allows
    NOT_A_NAME = "not-a-name"  # too long, or not a domain name at all


@dataclass(frozen=True, slots=True)
class DsView:
    """A DS record as the parent (or the trust anchor) shows it. ``matches``: a usable key of the zone fits it."""

    tag: int
    algorithm: str
    digest_type: str
    matches: bool


@dataclass(frozen=True, slots=True)
class KeyView:
    """A DNSKEY record. ``role`` is KSK, ZSK or CSK by use; ``bits`` the size of the key."""

    tag: int
    role: str
    algorithm: str
    bits: int


@dataclass(frozen=True, slots=True)
class SignatureView:
    """An RRSIG record. ``covers`` is a type: the DS that leads to this zone, its DNSKEY set, or the answer.

    Times are ISO 8601 in UTC. ``valid`` is None when the signature was not needed, so not tried.
    """

    covers: str
    tag: int
    algorithm: str
    inception: str
    expiration: str
    valid: bool | None


@dataclass(frozen=True, slots=True)
class ZoneLink:
    """One zone in the chain of trust. ``denial`` is NSEC or NSEC3 when absence was proven: of its DS when the zone
    is insecure, else of the record that was asked for."""

    zone: str
    state: Security
    reason: Why
    ds: tuple[DsView, ...] = ()
    keys: tuple[KeyView, ...] = ()
    signatures: tuple[SignatureView, ...] = ()
    denial: str | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a name and type resolve to, how far that can be trusted, why, and where the reason lies.

    ``where`` is the zone or owner name that ``reason`` is about; ``detail`` JSON-able values that explain it.
    ``records`` are rdata in presentation format, names lower case, in canonical order; ``aliases`` the names that
    CNAME and DNAME led to; ``ttl`` what may be cached now, ``signed_ttl`` the TTL that a signature vouches for (0: none);
    ``zone`` the apex of the zone that holds the answer; ``chain`` from the anchor down.
    """

    name: str
    rdtype: str
    outcome: Outcome
    security: Security
    reason: Why
    where: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[str, ...] = ()
    ttl: int = 0
    signed_ttl: int = 0
    aliases: tuple[str, ...] = ()
    zone: str = ""
    chain: tuple[ZoneLink, ...] = ()

    @property
    def secure(self) -> bool:
        """The answer, be it records or their absence, is proven by signatures."""
        return self.security is Security.SECURE

    @property
    def canonical_name(self) -> str:
        """The name at the end of the aliases."""
        return self.aliases[-1] if self.aliases else self.name

    def to_json(self) -> dict[str, Any]:
        """The look-up as JSON-able values."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    def chain_json(self) -> list[dict[str, Any]]:
        """The chain alone, as the reports show it."""
        plain: list[dict[str, Any]] = _plain([asdict(link) for link in self.chain])
        return plain


_INSECURE = frozenset({Why.NO_DS, Why.OPT_OUT, Why.UNSUPPORTED_ALGORITHM, Why.ITERATIONS_TOO_HIGH})
_INDETERMINATE = frozenset(
    {
        Why.NO_ANCHOR,
        Why.ANCHOR_MISMATCH,
        Why.RESOLVER_STRIPS_DNSSEC,
        Why.RESOLVER_FAILED,
        Why.EXHAUSTS_VALIDATORS,
        Why.NOT_A_NAME,
    }
)


def security_of(reason: Why) -> Security:
    """The security that goes with a reason."""
    if reason is Why.OK:
        return Security.SECURE
    if reason in _INSECURE:
        return Security.INSECURE
    return Security.INDETERMINATE if reason in _INDETERMINATE else Security.BOGUS


def weakest(states: Iterable[Security]) -> Security:
    """An answer of several parts is as good as its weakest part."""
    order = list(Security)
    return max(states, key=order.index, default=Security.SECURE)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, StrEnum) else value
