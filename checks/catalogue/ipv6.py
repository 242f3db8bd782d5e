"""IPv6 of the name servers, for both suites; of the website; and of the mail hosts."""

from checks.evaluate import ipv6
from checks.evaluate.ipv6 import MxAddress, NsAddress, Reach, Similar, WsAddress, WsReach
from checks.model import Check, Requirement, Stage, fails, not_applicable, notes, passes, unknown, warns

_NOWHERE = not_applicable(uncounted=True)


def _name_servers(suite: str) -> tuple[Check, Check]:
    """The two checks of the name servers, which are those of the website and of the mail domain alike."""
    return (
        Check(
            id=f"{suite}_ipv6_ns_address",
            category=f"{suite}_ipv6",
            requirement=Requirement.REQUIRED,
            weight=0,
            stage=Stage.ENDPOINTS,
            evaluate=ipv6.ns_address,
            rulings={
                NsAddress.OK: passes(),
                NsAddress.UNKNOWN: unknown(),
                NsAddress.ONE: fails(),
                NsAddress.NONE: fails(),
            },
            references=("RFC 3596", "RFC 2182 section 5"),
        ),
        Check(
            id=f"{suite}_ipv6_ns_reach",
            category=f"{suite}_ipv6",
            requirement=Requirement.REQUIRED,
            weight=10,
            stage=Stage.ENDPOINTS,
            evaluate=ipv6.ns_reach,
            mean=True,
            rulings={
                Reach.LEFT_OUT: _NOWHERE,
                Reach.NO_ADDRESS: not_applicable(),
                Reach.OK: passes(),
                Reach.ALONE: passes(credit=0.5),
                Reach.OURS: unknown(),
                Reach.UNKNOWN: unknown(),
                Reach.SOME: fails(credit=0.2),
                Reach.NONE: fails(),
            },
            references=("RFC 3901 section 4", "RFC 7766"),
        ),
    )


WEB_CHECKS = (
    *_name_servers("web"),
    Check(
        id="web_ipv6_ws_address",
        category="web_ipv6",
        requirement=Requirement.REQUIRED,
        weight=0,
        stage=Stage.DNS,
        evaluate=ipv6.ws_address,
        rulings={WsAddress.OK: passes(), WsAddress.UNKNOWN: unknown(), WsAddress.NONE: fails()},
        references=("RFC 3596",),
    ),
    Check(
        id="web_ipv6_ws_reach",
        category="web_ipv6",
        requirement=Requirement.REQUIRED,
        weight=10,
        stage=Stage.ENDPOINTS,
        evaluate=ipv6.ws_reach,
        rulings={
            WsReach.OK: passes(),
            WsReach.NO_ADDRESS: not_applicable(),
            WsReach.OURS: unknown(),
            WsReach.UNKNOWN: unknown(),
            WsReach.PORT_MISSING: fails(credit=0.2),
            WsReach.SOME: fails(credit=0.2),
            WsReach.NONE: fails(),
        },
        references=("RFC 8200", "RFC 8305"),
    ),
    Check(
        id="web_ipv6_ws_similar",
        category="web_ipv6",
        requirement=Requirement.REQUIRED,
        weight=2,
        stage=Stage.ENDPOINTS,
        evaluate=ipv6.ws_similar,
        rulings={
            Similar.OK: passes(),
            Similar.NO_IPV4: _NOWHERE,
            Similar.NOT_REACHED: not_applicable(),
            Similar.OURS: unknown(),
            Similar.REFUSED: warns(),
            Similar.ERROR_PAGE: warns(),
            Similar.DIFFERENT: warns(credit=0),
            Similar.PORTS: fails(),
            Similar.STATUS: fails(),
            Similar.NO_RESPONSE: fails(),
        },
        references=("RFC 8305",),
    ),
)

MAIL_CHECKS = (
    *_name_servers("mail"),
    Check(
        id="mail_ipv6_mx_address",
        category="mail_ipv6",
        requirement=Requirement.REQUIRED,
        weight=0,
        stage=Stage.DNS,
        evaluate=ipv6.mx_address,
        rulings={
            MxAddress.OK: passes(),
            MxAddress.NO_HOSTS: _NOWHERE,
            MxAddress.NULL_MX: _NOWHERE,
            MxAddress.NO_NULL_MX: notes(),
            MxAddress.MX_BOGUS: _NOWHERE,
            MxAddress.UNKNOWN: unknown(),
            MxAddress.MX_UNKNOWN: unknown(),
            MxAddress.NONE: fails(),
        },
        references=("RFC 3596", "RFC 5321 section 5.2", "RFC 7505"),
    ),
    Check(
        id="mail_ipv6_mx_reach",
        category="mail_ipv6",
        requirement=Requirement.REQUIRED,
        weight=10,
        stage=Stage.ENDPOINTS,
        evaluate=ipv6.mx_reach,
        mean=True,
        rulings={
            Reach.NO_HOSTS: _NOWHERE,
            Reach.NULL_MX: _NOWHERE,
            Reach.MX_BOGUS: _NOWHERE,
            Reach.NO_ADDRESS: not_applicable(),
            Reach.OK: passes(),
            Reach.OURS: unknown(),
            Reach.UNKNOWN: unknown(),
            Reach.MX_UNKNOWN: unknown(),
            Reach.SOME: fails(credit=0.2),
            Reach.NONE: fails(),
        },
        references=("RFC 5321 section 5.2", "RFC 3974"),
    ),
)
