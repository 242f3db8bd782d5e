"""Bounds on the work that a zone can make us do (KeyTrap, CVE-2023-50387; NSEC3 floods, CVE-2023-50868).

The bounds per RRset, message and look-up decide what is reported, so that a replay reports the same; those per scan
are a backstop.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """Upper bounds. Counts, except ``key_bits``."""

    tries_per_rrset: int = 8  # failed signature arithmetic for one RRset
    signatures: int = 1000  # signature arithmetic in a scan
    denial_sets: int = 8  # NSEC and NSEC3 RRsets verified in one message
    hashes_per_message: int = 64  # NSEC3 names hashed for one proof
    hashes: int = 2000  # NSEC3 names hashed in a scan
    iterations: int = 150  # extra NSEC3 iterations (RFC 9276 section 3.2 leaves the limit to us)
    aliases: int = 16
    questions: int = 80  # questions of one look-up
    keys: int = 32  # keys of one zone
    key_bits: int = 4096


class Meter:
    """Counts what a scan has spent. Each method tells whether there was enough left."""

    __slots__ = ("budget", "hashes", "signatures")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.signatures = 0
        self.hashes = 0

    def spend_signature(self) -> bool:
        """One signature is about to be verified."""
        self.signatures += 1
        return self.signatures <= self.budget.signatures

    def spend_hash(self) -> bool:
        """One name is about to be hashed."""
        self.hashes += 1
        return self.hashes <= self.budget.hashes
