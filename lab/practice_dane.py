"""Practice domains that show what goes wrong with TLSA records of mail servers."""

from lab.model import CertificateKind, Denial, DnsFault, Group, MailHost, Text, Tlsa, ZoneFault, ZoneSpec
from lab.practice_domain import practice

DANE = (
    practice(
        "tlsa-verkeerde-plek",
        Group.DANE,
        Text("TLSA-record op de verkeerde plek", "TLSA record in the wrong place"),
        Text(
            "Het TLSA-record staat bij poort 443 van de mailserver; verzenders zoeken bij poort 25.",
            "The TLSA record stands at port 443 of the mail server; senders look at port 25.",
        ),
        ("mail_starttls_dane_exist", "mail_starttls_dane_delivery"),
        mail=(MailHost(tlsa=()),),
        records=("_443._tcp.mx TLSA 3 1 1 " + "5a" * 32,),
    ),
    practice(
        "provider-onondertekend",
        Group.DANE,
        Text("Mailprovider zonder DNSSEC", "Mail provider without DNSSEC"),
        Text(
            "De mailserver staat bij een provider zonder DNSSEC en zonder TLSA-record.",
            "The mail server is at a provider without DNSSEC and without a TLSA record.",
        ),
        ("mail_dnssec_mx_exist", "mail_starttls_dane_exist", "mail_starttls_dane_delivery"),
        mail=(),
        mx=("10 mx2.onbewaakt.test.",),
    ),
    practice(
        "provider-verlopen",
        Group.DANE,
        Text("Mailprovider met verlopen DNSSEC", "Mail provider with expired DNSSEC"),
        Text(
            "Het domein is in orde, maar de handtekeningen van de mailprovider zijn gisteren verlopen.",
            "The domain is in order, but the signatures of the mail provider expired yesterday.",
        ),
        ("mail_dnssec_mx_valid", "mail_starttls_dane_exist", "mail_starttls_dane_delivery"),
        mail=(),
        mx=("10 mx1.postverlopen.test.",),
    ),
    practice(
        "tlsa-onbruikbaar",
        Group.DANE,
        Text("TLSA-record dat mail niet kent", "TLSA record that mail does not know"),
        Text(
            "Het TLSA-record heeft gebruik 1; voor mail tellen alleen 2 en 3.",
            "The TLSA record has usage 1; for mail only 2 and 3 count.",
        ),
        ("mail_starttls_dane_exist", "mail_starttls_dane_delivery"),
        mail=(MailHost(tlsa=(Tlsa.PKIX,)),),
    ),
    practice(
        "tlsa-servfail",
        Group.DANE,
        Text("Nameserver struikelt over TLSA", "Name server stumbles over TLSA"),
        Text(
            "Op de vraag naar het TLSA-record antwoordt de nameserver met een fout: verzenders stellen bezorging uit.",
            "Asked for the TLSA record, the name server answers with an error: senders put off delivery.",
        ),
        ("mail_starttls_dane_exist", "mail_starttls_dane_delivery"),
        mail=(MailHost(tlsa=()),),
        zone=ZoneSpec(denial=Denial.NSEC, faults=(ZoneFault(DnsFault.SERVFAIL, rdtype="TLSA", below="_tcp.mx"),)),
    ),
    practice(
        "tlsa-uitgever-als-server",
        Group.DANE,
        Text("TLSA-record met verkeerd gebruik", "TLSA record with the wrong usage"),
        Text(
            "Het record beschrijft de uitgever, maar zegt met gebruik 3 dat het om de server zelf gaat.",
            "The record describes the issuer, but says by usage 3 that it is about the server itself.",
        ),
        ("mail_starttls_dane_exist", "mail_starttls_dane_valid", "mail_starttls_dane_delivery"),
        mail=(MailHost(tlsa=(Tlsa.ISSUER_AS_EE,)),),
    ),
    practice(
        "tlsa-server-als-uitgever",
        Group.DANE,
        Text("Server als uitgever opgegeven", "Server given as issuer"),
        Text(
            "Het record beschrijft de server, maar zegt met gebruik 2 dat het om zijn uitgever gaat.",
            "The record describes the server, but says by usage 2 that it is about its issuer.",
        ),
        ("mail_starttls_dane_exist", "mail_starttls_dane_valid", "mail_starttls_dane_delivery"),
        mail=(MailHost(tlsa=(Tlsa.CURRENT_AS_TA,)),),
    ),
    practice(
        "tlsa-zonder-uitgever",
        Group.DANE,
        Text("Uitgever niet meegestuurd", "Issuer not sent along"),
        Text(
            "Het TLSA-record noemt de uitgever, maar de mailserver stuurt diens certificaat niet mee.",
            "The TLSA record names the issuer, but the mail server does not send its certificate along.",
        ),
        (
            "mail_starttls_dane_exist",
            "mail_starttls_dane_valid",
            "mail_starttls_dane_delivery",
            "mail_starttls_cert_chain",
            "mail_starttls_mta_sts",
        ),
        mail=(MailHost(certificate=CertificateKind.INCOMPLETE, tlsa=(Tlsa.ISSUER,)),),
    ),
    practice(
        "tlsa-per-nameserver",
        Group.DANE,
        Text("Nameservers geven andere TLSA-records", "Name servers give other TLSA records"),
        Text(
            "De tweede nameserver geeft nog de TLSA-records van een vorige sleutel: soms komt mail aan, soms niet.",
            "The second name server still gives the TLSA records of a former key: mail sometimes arrives, sometimes not.",
        ),
        ("mail_starttls_dane_valid",),
        zone=ZoneSpec(denial=Denial.NSEC3, faults=(ZoneFault(DnsFault.OTHER_SECONDARY),)),
    ),
    practice(
        "tlsa-andere-naam",
        Group.DANE,
        Text("Certificaat op een andere naam", "Certificate for another name"),
        Text(
            "Het TLSA-record noemt de uitgever, en dan telt de naam: die in het certificaat is een andere.",
            "The TLSA record names the issuer, and then the name counts: the certificate has another one.",
        ),
        (
            "mail_starttls_dane_exist",
            "mail_starttls_dane_valid",
            "mail_starttls_dane_delivery",
            "mail_starttls_cert_domain",
            "mail_starttls_mta_sts",
        ),
        mail=(MailHost(certificate=CertificateKind.OTHER_NAME, tlsa=(Tlsa.ISSUER,)),),
    ),
    practice(
        "tlsa-losse-keten",
        Group.DANE,
        Text("Keten past niet in elkaar", "Chain does not fit together"),
        Text(
            "Het TLSA-record noemt een uitgever die wel wordt meegestuurd, maar dit certificaat niet uitgaf.",
            "The TLSA record names an issuer that is sent along, but did not issue this certificate.",
        ),
        (
            "mail_starttls_dane_exist",
            "mail_starttls_dane_valid",
            "mail_starttls_dane_delivery",
            "mail_starttls_cert_chain",
            "mail_starttls_mta_sts",
        ),
        mail=(MailHost(certificate=CertificateKind.UNRELATED, tlsa=(Tlsa.ISSUER,)),),
    ),
    practice(
        "tlsa-alleen-sleutel",
        Group.DANE,
        Text("Wortel alleen als sleutel bekend", "Root known as a key only"),
        Text(
            "Het TLSA-record bevat alleen de sleutel van de wortel, die niet wordt meegestuurd: niet elke verzender kan daarmee uit de voeten.",
            "The TLSA record holds only the key of the root, which is not sent along: not every sender can work with that.",
        ),
        ("mail_starttls_dane_valid",),
        mail=(MailHost(tlsa=(Tlsa.ROOT_KEY,)),),
    ),
    practice(
        "tlsa-verlopen-wortel",
        Group.DANE,
        Text("Verlopen wortel als anker", "Expired root as anchor"),
        Text(
            "Het TLSA-record wijst naar een wortelcertificaat dat verlopen is; sommige verzenders weigeren dat.",
            "The TLSA record points at a root certificate that has expired; some senders refuse that.",
        ),
        (
            "mail_starttls_dane_valid",
            "mail_starttls_dane_delivery",
            "mail_starttls_cert_chain",
            "mail_starttls_mta_sts",
        ),
        mail=(MailHost(certificate=CertificateKind.EXPIRED_ROOT, tlsa=(Tlsa.OLD_ANCHOR,)),),
    ),
    practice(
        "tlsa-naam-verouderd",
        Group.DANE,
        Text("Naam alleen in de Common Name", "Name in the Common Name only"),
        Text(
            "Het certificaat noemt de mailserver op de oude manier; nieuwere verzenders kijken daar niet meer.",
            "The certificate names the mail server in the old way; newer senders no longer look there.",
        ),
        ("mail_starttls_dane_valid", "mail_starttls_cert_domain", "mail_starttls_mta_sts"),
        mail=(MailHost(certificate=CertificateKind.COMMON_NAME, tlsa=(Tlsa.ISSUER,)),),
    ),
)
