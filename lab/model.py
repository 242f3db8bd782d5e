"""The words in which the practice internet is described: zones, mail hosts, web hosts, certificates and what may be
wrong with each. Everything here is frozen data without behaviour; `practice.py` fills it in, the other modules carry
it out.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from dns.dnssectypes import Algorithm


class Denial(StrEnum):
    """How a signed zone proves that something does not exist (RFC 4034 section 4, RFC 5155)."""

    NSEC = "nsec"
    NSEC3 = "nsec3"
    NSEC3_OPT_OUT = "nsec3-opt-out"


class DnsFault(StrEnum):
    """One way in which a zone or its name servers go wrong."""

    EXPIRED_SIGNATURES = "expired-signatures"
    ENDING_SIGNATURES = "ending-signatures"  # they hold until tomorrow, and nobody signs any more
    STALE_SECONDARY = "stale-secondary"  # ns2 serves a copy of two weeks ago over IPv4, and its signatures ran out
    WRONG_DS = "wrong-ds"
    MISSING_SIGNATURE = "missing-signature"
    MISSING_DENIAL = "missing-denial"
    SILENT = "silent"
    SERVFAIL = "servfail"
    NXDOMAIN = "nxdomain"


@dataclass(frozen=True, slots=True)
class ZoneFault:
    """A fault of a zone, for every question or for some.

    `rdtype` limits it to one record type, `below` to one name (relative to the zone, "@" for its top) and all names
    under it. EXPIRED_SIGNATURES, ENDING_SIGNATURES, STALE_SECONDARY and WRONG_DS are about the zone as a whole and
    ignore both.
    """

    kind: DnsFault
    rdtype: str = ""
    below: str = "@"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSpec:
    """How one zone is signed. `split_keys` gives it a key-signing and a zone-signing key instead of one key for both."""

    signed: bool = True
    algorithm: Algorithm = Algorithm.ECDSAP256SHA256
    denial: Denial = Denial.NSEC3
    split_keys: bool = False
    faults: tuple[ZoneFault, ...] = ()


class CertificateKind(StrEnum):
    """What kind of certificate a host shows."""

    VALID = "valid"
    EXPIRED = "expired"
    SELF_SIGNED = "self-signed"
    OTHER_NAME = "other-name"


class KeyType(StrEnum):
    """The key in a host's certificate."""

    P256 = "p256"
    RSA3072 = "rsa3072"


class Tlsa(StrEnum):
    """A TLSA record to publish, named by whose key it describes; usages as in RFC 7671 sections 5.1 and 5.2."""

    CURRENT = "current"  # 3 1 1 of the key in use
    NEXT = "next"  # 3 1 1 of the key that waits for the next renewal
    PREVIOUS = "previous"  # 3 1 1 of a key that is gone
    ISSUER = "issuer"  # 2 1 1 of the intermediate that issued the certificate
    PREVIOUS_ISSUER = "previous-issuer"  # 2 1 1 of an authority that has nothing to do with the certificate any more


class MailFault(StrEnum):
    """One way in which a mail host goes wrong on port 25."""

    NONE = ""
    NO_STARTTLS = "no-starttls"
    STRIPPED = "stripped"  # a firewall overwrites the keyword and refuses the command
    REFUSES_STARTTLS = "refuses-starttls"  # offered, then answered 454
    TLS_ALERT = "tls-alert"  # 220, then a fatal alert in place of a ServerHello
    CLOSES = "closes"
    GREETING_421 = "greeting-421"
    GREETING_554 = "greeting-554"
    SILENT = "silent"  # the connection opens and nothing is ever said
    BLACK_HOLE = "black-hole"  # the connection never opens
    NO_LISTENER = "no-listener"  # the connection is refused
    KEEPS_COMMANDS = "keeps-commands"  # what came in clear behind STARTTLS is carried out inside TLS (CVE-2011-0411)


class WebFault(StrEnum):
    """One way in which a web host goes wrong."""

    NONE = ""
    NO_HTTPS = "no-https"
    TLS_ALERT = "tls-alert"
    SILENT = "silent"
    BLACK_HOLE = "black-hole"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHost:
    """A mail host in a domain's zone. `name` and `aliases` are relative to the zone; aliases are CNAME records to
    `name`.

    `greeting_delay` and `delay` are seconds: before the greeting, and before every message. `second_key`: there is a
    second certificate, with a key of that kind.
    """

    name: str = "mx"
    aliases: tuple[str, ...] = ()
    certificate: CertificateKind = CertificateKind.VALID
    key: KeyType = KeyType.P256
    second_key: KeyType | None = None
    tlsa: tuple[Tlsa, ...] = (Tlsa.CURRENT, Tlsa.ISSUER)
    fault: MailFault = MailFault.NONE
    greeting_delay: float = 0.0
    delay: float = 0.0

    @property
    def shares_address(self) -> bool:
        """Whether this host can be told from others by the name in the TLS handshake alone, and so may share `::1`."""
        return self.fault is MailFault.NONE and not (self.greeting_delay or self.delay or self.second_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebHost:
    """The website of a domain, at its top and at `www`. `delay`: seconds before every message. `old_tls`: it takes every
    version and suite that there still is.
    """

    certificate: CertificateKind = CertificateKind.VALID
    key: KeyType = KeyType.P256
    tlsa: tuple[Tlsa, ...] = (Tlsa.CURRENT,)
    fault: WebFault = WebFault.NONE
    delay: float = 0.0
    old_tls: bool = False

    @property
    def shares_address(self) -> bool:
        """As for `MailHost`."""
        return self.fault is WebFault.NONE and not self.delay and not self.old_tls


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages of the portal."""

    nl: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderPolicies:
    """What a domain publishes about mail in its name: texts of SPF and DMARC records, selectors and texts of DKIM keys.
    None means as it should be; an empty tuple nothing at all.
    """

    spf: tuple[str, ...] | None = None
    dmarc: tuple[str, ...] | None = None
    dkim: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One zone with its hosts: a practice domain, or (without a title) part of the scenery.

    `mx` holds MX records ("10 mx"); None means one for each mail host, an empty tuple none at all. `records` holds
    further records in master-file form, names relative to the zone. `expected` names the checks that show the fault:
    those that do not pass and are not merely without object.
    """

    name: str
    title: Text | None = None
    sentence: Text | None = None
    expected: tuple[str, ...] = ()
    zone: ZoneSpec = field(default_factory=ZoneSpec)
    web: WebHost | None = None
    mail: tuple[MailHost, ...] = ()
    mx: tuple[str, ...] | None = None
    records: tuple[str, ...] = ()
    policies: SenderPolicies = field(default_factory=SenderPolicies)
    sts: str = "enforce"  # mode of the MTA-STS policy of a listed domain that receives mail; empty for no MTA-STS
    tls_rpt: bool = True
    delay: float = 0.0  # seconds before every answer out of this zone

    @property
    def receives(self) -> tuple[str, ...]:
        """The names of the mail hosts, absolute without a final dot; none for a null MX."""
        if self.mx is None:
            return tuple(f"{host.name}.{self.name}" for host in self.mail)
        names = [record.split()[1] for record in self.mx]
        return tuple(name.rstrip(".") if name.endswith(".") else f"{name}.{self.name}" for name in names if name != ".")

    @property
    def policy(self) -> str:
        """The text of its MTA-STS policy (RFC 8461 section 3.2); empty when it has none."""
        if not (self.listed and self.sts and self.web and self.receives):
            return ""
        lines = ("version: STSv1", f"mode: {self.sts}", *(f"mx: {name}" for name in self.receives), "max_age: 604800")
        return "".join(f"{line}\r\n" for line in lines)

    @property
    def listed(self) -> bool:
        """Whether people are offered this domain to try."""
        return self.title is not None
