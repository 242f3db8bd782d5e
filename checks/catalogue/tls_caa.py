"""CAA of the web host and of the mail hosts."""

from collections.abc import Mapping
from enum import StrEnum

from checks.evaluate import caa
from checks.evaluate.caa import Caa
from checks.model import Check, Requirement, Ruling, Stage, fails, not_applicable, notes, passes, unknown

_NOBODY = not_applicable(uncounted=True)
_RULINGS: Mapping[StrEnum, Ruling] = {
    Caa.OK: passes(),
    Caa.OTHER_ISSUER: notes(),
    Caa.UNKNOWN: unknown(),
    Caa.SYNTAX: fails(),
    Caa.NO_ISSUE: fails(),
    Caa.ABSENT: fails(),
}
_REFERENCES = ("RFC 8659", "RFC 8657", "RFC 9495")

WEB_CHECKS = (
    Check(
        id="web_https_tls_caa",
        category="web_https",
        requirement=Requirement.RECOMMENDED,
        weight=0,
        stage=Stage.ENDPOINTS,
        evaluate=caa.web,
        rulings=_RULINGS,
        references=_REFERENCES,
    ),
)
MAIL_CHECKS = (
    Check(
        id="mail_starttls_tls_caa",
        category="mail_starttls",
        requirement=Requirement.RECOMMENDED,
        weight=0,
        stage=Stage.ENDPOINTS,
        evaluate=caa.mail,
        rulings={
            **_RULINGS,
            Caa.NO_HOSTS: _NOBODY,
            Caa.NULL_MX: _NOBODY,
            Caa.MX_BOGUS: _NOBODY,
            Caa.MX_UNKNOWN: unknown(),
        },
        references=_REFERENCES,
    ),
)
