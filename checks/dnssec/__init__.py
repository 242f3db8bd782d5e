"""DNSSEC validation of our own: chain of trust, signatures, denial of existence, without I/O and without a clock.

``Validator.lookup`` asks questions and is told answers; ``replay`` runs it over answers that are there already.
"""

from checks.dnssec.budget import Budget
from checks.dnssec.chain import Validator, replay
from checks.dnssec.model import DsView, KeyView, Lookup, Outcome, Security, SignatureView, Why, ZoneLink, weakest

__all__ = [
    "Budget",
    "DsView",
    "KeyView",
    "Lookup",
    "Outcome",
    "Security",
    "SignatureView",
    "Validator",
    "Why",
    "ZoneLink",
    "replay",
    "weakest",
]
