"""Zones with every shape that a denial of existence can meet, once for each kind of chain, and domains with faults that no practice
domain has.
"""

from __future__ import annotations

from dns.dnssectypes import Algorithm

from lab import (
    CertificateKind,
    Denial,
    DnsFault,
    Domain,
    MailFault,
    MailHost,
    Tlsa,
    WebFault,
    WebHost,
    ZoneFault,
    ZoneSpec,
)

SHAPES = (
    "www A 127.0.0.1",
    "deep.empty.terminal A 127.0.0.1",
    '*.wild TXT "from the wildcard"',
    "*.wild MX 10 www",
    "inside.wild A 127.0.0.1",
    "alias CNAME www",
    "away CNAME www.goed.voorbeeld.test.",
    "loop CNAME loop",
)


def _shapes(name: str, denial: Denial, algorithm: Algorithm) -> tuple[Domain, ...]:
    return (
        Domain(name=name, zone=ZoneSpec(denial=denial, algorithm=algorithm), records=SHAPES),
        Domain(name=f"signed.{name}", zone=ZoneSpec(denial=denial), records=("www A 127.0.0.1",)),
        Domain(name=f"unsigned.{name}", zone=ZoneSpec(signed=False), records=("www A 127.0.0.1",)),
    )


NSEC, NSEC3, OPT_OUT = "nsec.voorbeeld.test", "nsec3.voorbeeld.test", "opt-out.voorbeeld.test"
FAULTY = "faulty.voorbeeld.test"

PROVING_GROUND = (
    *_shapes(NSEC, Denial.NSEC, Algorithm.ED448),
    *_shapes(NSEC3, Denial.NSEC3, Algorithm.ECDSAP384SHA384),
    *_shapes(OPT_OUT, Denial.NSEC3_OPT_OUT, Algorithm.RSASHA256),
    Domain(
        name=FAULTY,
        zone=ZoneSpec(
            faults=(
                ZoneFault(DnsFault.SILENT, below="silent"),
                ZoneFault(DnsFault.SERVFAIL, rdtype="TLSA", below="mx"),
                ZoneFault(DnsFault.NXDOMAIN, below="gone"),
                ZoneFault(DnsFault.MISSING_SIGNATURE, rdtype="TXT", below="unsigned"),
            ),
        ),
        records=(
            "silent A 127.0.0.1",
            "_25._tcp.mx TLSA 3 1 1 " + "00" * 32,
            "gone A 127.0.0.1",
            'unsigned TXT "no signature here"',
            "unsigned A 127.0.0.1",
        ),
    ),
    Domain(
        name="hosts.voorbeeld.test",
        web=WebHost(fault=WebFault.TLS_ALERT),
        mail=(
            MailHost(name="closes", fault=MailFault.CLOSES),
            MailHost(name="greets-421", fault=MailFault.GREETING_421),
            MailHost(name="greets-554", fault=MailFault.GREETING_554),
            MailHost(name="alerts", fault=MailFault.TLS_ALERT),
            MailHost(name="refuses", fault=MailFault.REFUSES_STARTTLS),
            MailHost(name="silent", fault=MailFault.SILENT),
            MailHost(name="hole", fault=MailFault.BLACK_HOLE),
            MailHost(name="nobody", fault=MailFault.NO_LISTENER),
            MailHost(name="expired", certificate=CertificateKind.EXPIRED),
            MailHost(name="other-name", certificate=CertificateKind.OTHER_NAME, tlsa=(Tlsa.ISSUER,)),
        ),
    ),
)
