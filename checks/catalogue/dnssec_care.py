"""How a signed domain is looked after: whether its name servers agree, and whether its signatures are renewed. The same
two checks for both suites, shown and never scored.
"""

from checks.evaluate import dnssec_expiry, dnssec_servers
from checks.evaluate.dnssec_expiry import Expiry
from checks.evaluate.dnssec_servers import Servers
from checks.model import Check, Requirement, Stage, fails, not_applicable, notes, passes, unknown

_NOWHERE = not_applicable(uncounted=True)


def checks(suite: str) -> tuple[Check, Check]:
    """The two checks of the category ``<suite>_dnssec``."""
    return (
        Check(
            id=f"{suite}_dnssec_ns",
            category=f"{suite}_dnssec",
            requirement=Requirement.RECOMMENDED,
            weight=0,
            stage=Stage.ENDPOINTS,
            evaluate=dnssec_servers.servers_agree,
            rulings={
                Servers.OK: passes(),
                Servers.INSECURE: _NOWHERE,
                Servers.LEFT_OUT: _NOWHERE,
                Servers.NOT_MEASURED: _NOWHERE,
                Servers.EVERYWHERE: _NOWHERE,
                Servers.UNKNOWN: _NOWHERE,  # nothing that counts depends on it, so it makes no report provisional
                Servers.OPEN: notes(),
                Servers.STALE: fails(),
                Servers.PARTLY: fails(),
                Servers.SILENT: fails(),
                Servers.LAME: fails(),
                Servers.BOGUS: fails(),
            },
            references=("RFC 4035 section 2.2", "RFC 1912 section 2.8", "RFC 7766 section 5", "RFC 8906"),
        ),
        Check(
            id=f"{suite}_dnssec_expiry",
            category=f"{suite}_dnssec",
            requirement=Requirement.RECOMMENDED,
            weight=0,
            stage=Stage.DNS,
            evaluate=dnssec_expiry.expiry,
            rulings={
                Expiry.OK: passes(),
                Expiry.INSECURE: _NOWHERE,
                Expiry.BROKEN: _NOWHERE,
                Expiry.UNKNOWN: unknown(),
                Expiry.SOON: fails(),
            },
            references=("RFC 4035 section 5.3.1", "RFC 6781 section 4.4.2"),
        ),
    )
