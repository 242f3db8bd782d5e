"""RPKI of the website, the mail hosts and the name servers: two checks for each, which differ in the hosts alone."""

from collections.abc import Mapping
from enum import StrEnum

from checks.evaluate import rpki
from checks.evaluate.rpki import Exists, Hosts, Valid
from checks.model import Check, Requirement, Ruling, Stage, fails, not_applicable, passes, unknown, warns

_EXISTS: Mapping[StrEnum, Ruling] = {
    Exists.NOT_CONFIGURED: not_applicable(uncounted=True),
    Exists.NO_ADDRESSES: not_applicable(credit=1.0),
    Exists.OK: passes(),
    Exists.UNKNOWN: unknown(),
    Exists.MISSING: warns(credit=0),
}
_VALID: Mapping[StrEnum, Ruling] = {
    Valid.NOT_CONFIGURED: not_applicable(uncounted=True),
    Valid.NO_ADDRESSES: not_applicable(credit=1.0),
    Valid.NOT_ROUTED: not_applicable(credit=1.0),
    Valid.OK: passes(),
    Valid.UNKNOWN: unknown(),
    Valid.NOT_FOUND: warns(
        credit=0
    ),  # a route without a ROA is not a wrong one; the reference gives it no points either
    Valid.INVALID: fails(),
}


def _pair(prefix: str, category: str, hosts: Hosts) -> tuple[Check, Check]:
    return (
        Check(
            id=f"{prefix}_exists",
            category=category,
            requirement=Requirement.REQUIRED,
            weight=5,
            stage=Stage.ENDPOINTS,
            evaluate=rpki.exists(hosts),
            rulings=_EXISTS,
            references=("RFC 9582", "RFC 6811"),
        ),
        Check(
            id=f"{prefix}_valid",
            category=category,
            requirement=Requirement.REQUIRED,
            weight=10,
            stage=Stage.ENDPOINTS,
            evaluate=rpki.valid(hosts),
            rulings=_VALID,
            references=("RFC 6811 section 2", "RFC 7115 section 5"),
        ),
    )


WEB_CHECKS = (
    *_pair("web_rpki", "web_rpki", rpki.web_hosts),
    *_pair("web_ns_rpki", "web_rpki", rpki.name_servers),
)
MAIL_CHECKS = (
    *_pair("mail_rpki", "mail_rpki", rpki.mail_hosts),
    *_pair("mail_ns_rpki", "mail_rpki", rpki.name_servers),
    *_pair("mail_mx_ns_rpki", "mail_rpki", rpki.mail_name_servers),
)
