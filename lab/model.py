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
    OTHER_SECONDARY = "other-secondary"  # ns2 gives the TLSA records of former keys, well signed, over IPv4
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
    under it. EXPIRED_SIGNATURES, ENDING_SIGNATURES, STALE_SECONDARY, OTHER_SECONDARY and WRONG_DS are about the zone as
    a whole and ignore both.
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
    COMMON_NAME = "common-name"  # the name stands in the Common Name alone
    NOT_YET_VALID = "not-yet-valid"
    INCOMPLETE = "incomplete"  # the intermediate is not sent
    UNKNOWN_ROOT = "unknown-root"  # of an authority that nobody trusts, its root sent along
    SHA224 = "sha224"
    EXPIRED_ROOT = "expired-root"  # of an authority whose root expired, sent along
    UNRELATED = "unrelated"  # self-signed, with an intermediate behind it that never issued it


class KeyType(StrEnum):
    """The key in a host's certificate."""

    P256 = "p256"
    RSA3072 = "rsa3072"
    RSA2048 = "rsa2048"
    RSA1024 = "rsa1024"


class TlsKind(StrEnum):
    """Which versions, suites and groups of TLS a host accepts."""

    MODERN = "modern"
    OLD = "old"  # all that there still is
    ORDINARY = "ordinary"  # what has 112 bits, as OpenSSL has it by itself: SHA-224 too
    LENIENT = "lenient"  # what has 80 bits
    PHASE_OUT = "phase-out"  # suites in CBC mode, before the good ones
    NO_EMS = "no-ems"  # no extended master secret in TLS 1.2
    DHE_2048 = "dhe-2048"  # ffdhe2048 in TLS 1.2, and nothing else
    DHE_3072 = "dhe-3072"


class Tlsa(StrEnum):
    """A TLSA record to publish, named by whose key it describes; usages as in RFC 7671 sections 5.1 and 5.2."""

    CURRENT = "current"  # 3 1 1 of the key in use
    NEXT = "next"  # 3 1 1 of the key that waits for the next renewal
    PREVIOUS = "previous"  # 3 1 1 of a key that is gone
    ISSUER = "issuer"  # 2 1 1 of the intermediate that issued the certificate
    PREVIOUS_ISSUER = "previous-issuer"  # 2 1 1 of an authority that has nothing to do with the certificate any more
    ISSUER_AS_EE = "issuer-as-ee"  # 3 1 1 of the intermediate
    CURRENT_AS_TA = "current-as-ta"  # 2 1 1 of the key in use
    PKIX = "pkix"  # 1 1 1 of the key in use, a usage that mail ignores (RFC 7672 section 3.1.3)
    ROOT_KEY = "root-key"  # 2 1 0: the key of the root itself, which is not sent
    OLD_ANCHOR = "old-anchor"  # 2 0 0: the whole of a root that expired


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
    NEVER_MAIL = "never-mail"  # greets with 521 (RFC 7504)
    KEEPS_COMMANDS = "keeps-commands"  # what came in clear behind STARTTLS is carried out inside TLS (CVE-2011-0411)


class WebFault(StrEnum):
    """One way in which a web host goes wrong."""

    NONE = ""
    NO_HTTPS = "no-https"
    HTTPS_BLACK_HOLE = "https-black-hole"  # only port 443 takes no connection
    TLS_ALERT = "tls-alert"
    SILENT = "silent"
    BLACK_HOLE = "black-hole"


class Redirect(StrEnum):
    """What port 80 does with a request."""

    HTTPS = "https"  # to the same host over HTTPS
    NONE = "none"  # shows the page
    PLAIN = "plain"  # to another page over HTTP
    OTHER_HOST = "other-host"  # to www over HTTPS at once


class OverIpv6(StrEnum):
    """How hosts are over IPv6. What is not said of a kind of host is for it as over IPv4."""

    SAME = "same"
    NONE = "none"  # no address
    ONE = "one"  # name servers: the first one has an address, the second none
    CLOSED = "closed"  # an address where nobody listens
    HALF = "half"  # a good address, and one where nobody listens; of name servers the second one
    PORT_MISSING = "port-missing"  # websites from here: nobody listens on port 80
    OTHER_PAGE = "other-page"
    OUT_OF_ORDER = "out-of-order"  # status 503
    SILENT = "silent"  # a request is taken, and the connection closed without an answer


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
    tls: TlsKind = TlsKind.MODERN
    tlsa: tuple[Tlsa, ...] = (Tlsa.CURRENT, Tlsa.ISSUER)
    fault: MailFault = MailFault.NONE
    greeting_delay: float = 0.0
    delay: float = 0.0
    ipv6: OverIpv6 = OverIpv6.SAME


@dataclass(frozen=True, slots=True, kw_only=True)
class WebHost:
    """The website of a domain, at its top and at `www`. `delay`: seconds before every message. `hsts`: the field of that
    name, none when empty; `status`: that of every page.
    """

    certificate: CertificateKind = CertificateKind.VALID
    key: KeyType = KeyType.P256
    tlsa: tuple[Tlsa, ...] = (Tlsa.CURRENT,)
    fault: WebFault = WebFault.NONE
    delay: float = 0.0
    tls: TlsKind = TlsKind.MODERN
    redirect: Redirect = Redirect.HTTPS
    hsts: str = "max-age=31536000; includeSubDomains"
    status: int = 200
    ipv6: OverIpv6 = OverIpv6.SAME


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages of the portal."""

    nl: str
    en: str


class Group(StrEnum):
    """What practice domains are about, in the order in which people are offered them."""

    START = "start"
    DNSSEC = "dnssec"
    STARTTLS = "starttls"
    DANE = "dane"
    SENDERS = "senders"
    HTTPS = "https"
    TLS = "tls"
    IPV6 = "ipv6"
    CAA = "caa"


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
    further records in master-file form, names relative to the zone; `caa` the CAA records of a zone with hosts. `group`
    is the heading that people find a practice domain under. `expected` names the checks that show the fault:
    those that do not pass and are not merely without object.
    """

    name: str
    title: Text | None = None
    sentence: Text | None = None
    group: Group | None = None
    expected: tuple[str, ...] = ()
    zone: ZoneSpec = field(default_factory=ZoneSpec)
    web: WebHost | None = None
    mail: tuple[MailHost, ...] = ()
    mx: tuple[str, ...] | None = None
    records: tuple[str, ...] = ()
    caa: tuple[str, ...] = ('0 issue "ca.voorbeeld.test"',)
    policies: SenderPolicies = field(default_factory=SenderPolicies)
    sts: str = "enforce"  # mode of the MTA-STS policy of a listed domain that receives mail; empty for no MTA-STS
    tls_rpt: bool = True
    delay: float = 0.0  # seconds before every answer out of this zone
    servers_ipv6: OverIpv6 = OverIpv6.SAME

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
