"""DNSSEC of the web host."""

from checks.catalogue import dnssec_care
from checks.evaluate import dnssec
from checks.evaluate.dnssec import Exists, Valid
from checks.model import Check, Requirement, Stage, fails, not_applicable, passes, unknown, warns

CHECKS = (
    Check(
        id="web_dnssec_exist",
        category="web_dnssec",
        requirement=Requirement.REQUIRED,
        weight=0,
        stage=Stage.DNS,
        evaluate=dnssec.web_exists,
        rulings={
            Exists.SECURE: passes(),
            Exists.BOGUS: passes(),
            Exists.UNSUPPORTED: passes(),
            Exists.EXHAUSTS: unknown(),
            Exists.UNKNOWN: unknown(),
            Exists.INSECURE: fails(),
        },
        references=("RFC 4033", "RFC 4035 section 5"),
    ),
    Check(
        id="web_dnssec_valid",
        category="web_dnssec",
        requirement=Requirement.REQUIRED,
        weight=10,
        stage=Stage.DNS,
        evaluate=dnssec.web_valid,
        rulings={
            Valid.SECURE: passes(),
            Valid.UNSUPPORTED: warns(credit=0.2),
            Valid.INSECURE: not_applicable(credit=0.2),
            Valid.EXHAUSTS: unknown(),
            Valid.UNKNOWN: unknown(),
            Valid.BOGUS: fails(),
        },
        references=("RFC 4035 section 5", "RFC 9364"),
    ),
    *dnssec_care.checks("web"),
)
