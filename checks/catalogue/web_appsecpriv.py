"""What the website tells browsers and finders of faults: compression, headers, security.txt. None of it is scored."""

from collections.abc import Mapping
from enum import StrEnum

from checks.evaluate import headers, security_txt
from checks.evaluate.headers import Compression, Field, Referrer
from checks.evaluate.security_txt import Outcome
from checks.model import Check, Requirement, Ruling, Stage, fails, not_applicable, notes, passes, unknown, warns

_FIELD: Mapping[StrEnum, Ruling] = {
    Field.OK: passes(),
    Field.NO_HTTPS: not_applicable(),
    Field.UNKNOWN: unknown(),
    Field.REFUSED: warns(),
    Field.ABSENT: fails(),
    Field.WRONG: fails(),
}

HTTPS_CHECKS = (
    Check(
        id="web_https_http_compress",
        category="web_https",
        requirement=Requirement.OPTIONAL,
        weight=0,
        stage=Stage.ENDPOINTS,
        evaluate=headers.compression,
        rulings={
            Compression.OK: passes(),
            Compression.NO_HTTPS: not_applicable(),
            Compression.UNKNOWN: unknown(),
            Compression.REFUSED: warns(),
            Compression.COMPRESSED: fails(),
        },
        references=("RFC 9110 section 8.4", "NCSC-NL TLS guidelines 2025-05"),
    ),
)

CHECKS = (
    Check(
        id="web_appsecpriv_x_frame_options",
        category="web_appsecpriv",
        requirement=Requirement.OPTIONAL,
        weight=0,
        stage=Stage.ENDPOINTS,
        evaluate=headers.frame_options,
        rulings=_FIELD,
        references=("RFC 7034",),
    ),
    Check(
        id="web_appsecpriv_x_content_type_options",
        category="web_appsecpriv",
        requirement=Requirement.RECOMMENDED,
        weight=0,
        stage=Stage.ENDPOINTS,
        evaluate=headers.content_type_options,
        rulings=_FIELD,
        references=("WHATWG Fetch section 3.6",),
    ),
    Check(
        id="web_appsecpriv_csp",
        category="web_appsecpriv",
        requirement=Requirement.RECOMMENDED,
        weight=0,
        stage=Stage.ENDPOINTS,
        evaluate=headers.content_security_policy,
        rulings=_FIELD,
        references=("W3C Content Security Policy level 3",),
    ),
    Check(
        id="web_appsecpriv_referrer_policy",
        category="web_appsecpriv",
        requirement=Requirement.RECOMMENDED,
        weight=0,
        stage=Stage.ENDPOINTS,
        evaluate=headers.referrer_policy,
        rulings={
            Referrer.OK: passes(),
            Referrer.NO_HTTPS: not_applicable(),
            Referrer.UNKNOWN: unknown(),
            Referrer.REFUSED: warns(),
            Referrer.ORIGIN_ONLY: notes(),
            Referrer.ABSENT: notes(),
            Referrer.LEAKS: fails(),
        },
        references=("W3C Referrer Policy section 3",),
    ),
    Check(
        id="web_appsecpriv_securitytxt",
        category="web_appsecpriv",
        requirement=Requirement.RECOMMENDED,
        weight=0,
        stage=Stage.ENDPOINTS,
        evaluate=security_txt.judge,
        rulings={
            Outcome.OK: passes(),
            Outcome.NO_HTTPS: not_applicable(),
            Outcome.UNKNOWN: unknown(),
            Outcome.REFUSED: warns(),
            Outcome.ADVICE: notes(),
            Outcome.OLD_PLACE: fails(),
            Outcome.WRONG_TYPE: fails(),
            Outcome.WRONG: fails(),
            Outcome.ABSENT: fails(),
        },
        references=("RFC 9116",),
    ),
)
