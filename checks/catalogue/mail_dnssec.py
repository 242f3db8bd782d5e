"""DNSSEC of the mail domain, and of each mail host."""

from checks.catalogue import dnssec_care
from checks.evaluate import dnssec
from checks.evaluate.dnssec import Exists, Valid
from checks.model import Check, Requirement, Stage, fails, not_applicable, passes, unknown, warns

_NOWHERE = not_applicable(uncounted=True)

CHECKS = (
    Check(
        id="mail_dnssec_mailto_exist",
        category="mail_dnssec",
        requirement=Requirement.REQUIRED,
        weight=0,
        stage=Stage.DNS,
        evaluate=dnssec.mail_domain_exists,
        rulings={
            Exists.SECURE: passes(),
            Exists.BOGUS: passes(),
            Exists.UNSUPPORTED: passes(),
            Exists.EXHAUSTS: unknown(),
            Exists.UNKNOWN: unknown(),
            Exists.INSECURE: fails(),
        },
        references=("RFC 4033", "RFC 7672 section 2.2.1"),
    ),
    Check(
        id="mail_dnssec_mailto_valid",
        category="mail_dnssec",
        requirement=Requirement.REQUIRED,
        weight=10,
        stage=Stage.DNS,
        evaluate=dnssec.mail_domain_valid,
        rulings={
            Valid.SECURE: passes(),
            Valid.UNSUPPORTED: warns(credit=0.2),
            Valid.INSECURE: not_applicable(credit=0.2),
            Valid.EXHAUSTS: unknown(),
            Valid.UNKNOWN: unknown(),
            Valid.BOGUS: fails(),
        },
        references=("RFC 4035 section 5", "RFC 7672 section 2.1.2"),
    ),
    Check(
        id="mail_dnssec_mx_exist",
        category="mail_dnssec",
        requirement=Requirement.REQUIRED,
        weight=0,
        stage=Stage.DNS,
        evaluate=dnssec.mail_hosts_exist,
        rulings={
            Exists.SECURE: passes(),
            Exists.BOGUS: passes(),
            Exists.UNSUPPORTED: passes(),
            Exists.NO_HOSTS: _NOWHERE,
            Exists.NULL_MX: _NOWHERE,
            Exists.MX_BOGUS: _NOWHERE,
            Exists.EXHAUSTS: unknown(),
            Exists.UNKNOWN: unknown(),
            Exists.MX_UNKNOWN: unknown(),
            Exists.INSECURE: fails(),
        },
        references=("RFC 4033", "RFC 7672 section 2.2.2"),
    ),
    Check(
        id="mail_dnssec_mx_valid",
        category="mail_dnssec",
        requirement=Requirement.REQUIRED,
        weight=10,
        stage=Stage.DNS,
        evaluate=dnssec.mail_hosts_valid,
        rulings={
            Valid.SECURE: passes(),
            Valid.NO_HOSTS: _NOWHERE,
            Valid.NULL_MX: _NOWHERE,
            Valid.MX_BOGUS: _NOWHERE,
            Valid.UNSUPPORTED: warns(credit=0.2),
            Valid.INSECURE: not_applicable(credit=0.2),
            Valid.EXHAUSTS: unknown(),
            Valid.UNKNOWN: unknown(),
            Valid.MX_UNKNOWN: unknown(),
            Valid.BOGUS: fails(),
        },
        references=("RFC 4035 section 5", "RFC 7672 section 2.2.2"),
    ),
    *dnssec_care.checks("mail"),
)
