"""The table of practice domains: what each shows, in both languages, and how its zone, website and mail hosts are
made. Each listed domain has exactly one thing to show; all the rest of it is in order.
"""

from dns.dnssectypes import Algorithm

from lab.model import (
    CertificateKind,
    Denial,
    DnsFault,
    Domain,
    Group,
    KeyType,
    MailFault,
    MailHost,
    Text,
    Tlsa,
    TlsKind,
    WebFault,
    WebHost,
    ZoneFault,
    ZoneSpec,
)
from lab.practice_dane import DANE
from lab.practice_ipv6 import CAA, IPV6
from lab.practice_mail import MAIL
from lab.practice_web import HTTPS, TLS
from lab.senders import SENDERS

P256, P384 = Algorithm.ECDSAP256SHA256, Algorithm.ECDSAP384SHA384
RSA, ED25519, ED448 = Algorithm.RSASHA256, Algorithm.ED25519, Algorithm.ED448

# A mail provider in a signed zone, and one in an unsigned zone that publishes TLSA records all the same.
SIGNED_PROVIDER = "mx1.postdienst.test"
UNSIGNED_PROVIDER = "mx1.onbewaakt.test"

SCENERY = (
    # Signed as large registries do it: two keys, NSEC3 with opt-out.
    Domain(name="test", zone=ZoneSpec(algorithm=RSA, split_keys=True, denial=Denial.NSEC3_OPT_OUT)),
    Domain(name="voorbeeld.test", zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC)),
    Domain(
        name="postdienst.test", zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC3), mail=(MailHost(name="mx1"),), mx=()
    ),
    Domain(
        name="onbewaakt.test",
        zone=ZoneSpec(signed=False),
        mail=(MailHost(name="mx1"), MailHost(name="mx2", tlsa=())),
        mx=(),
    ),
    Domain(
        name="postverlopen.test",
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC, faults=(ZoneFault(DnsFault.EXPIRED_SIGNATURES),)),
        mail=(MailHost(name="mx1"),),
        mx=(),
    ),
    # Two healthy mail hosts, each with an address of both families: what the benchmark measures.
    Domain(
        name="vier-adressen.test",
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC),
        mail=(MailHost(name="mx1"), MailHost(name="mx2", key=KeyType.RSA3072)),
    ),
)

GROUPS = {
    Group.START: Text("Om te beginnen", "To begin with"),
    Group.DNSSEC: Text("DNSSEC", "DNSSEC"),
    Group.STARTTLS: Text("Mailservers en STARTTLS", "Mail servers and STARTTLS"),
    Group.DANE: Text("DANE en TLSA-records", "DANE and TLSA records"),
    Group.SENDERS: Text("SPF, DKIM en DMARC", "SPF, DKIM and DMARC"),
    Group.HTTPS: Text("Websites, HTTPS en certificaten", "Websites, HTTPS and certificates"),
    Group.TLS: Text("Instellingen van TLS", "Settings of TLS"),
    Group.IPV6: Text("IPv6", "IPv6"),
    Group.CAA: Text("CAA", "CAA"),
}

PRACTICE = (
    Domain(
        name="goed.voorbeeld.test",
        group=Group.START,
        title=Text("Alles in orde", "All in order"),
        sentence=Text(
            "Website en mail zijn goed beveiligd, en de sleutel voor de volgende certificaatwissel staat al klaar.",
            "Website and mail are well protected, and the key for the next certificate renewal is already announced.",
        ),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC3),
        web=WebHost(),
        mail=(MailHost(tlsa=(Tlsa.CURRENT, Tlsa.NEXT)),),
    ),
    Domain(
        name="dubbele-tlsa.voorbeeld.test",
        group=Group.DANE,
        title=Text("TLSA op twee manieren", "TLSA in two ways"),
        sentence=Text(
            "Er is niets mis: het mailcertificaat klopt met zijn eigen TLSA-record en met dat van zijn uitgever.",
            "Nothing is wrong: the mail certificate matches its own TLSA record and that of its issuer.",
        ),
        zone=ZoneSpec(algorithm=ED25519, denial=Denial.NSEC),
        web=WebHost(key=KeyType.RSA3072),
        mail=(MailHost(key=KeyType.RSA3072),),
    ),
    Domain(
        name="zelfondertekend.voorbeeld.test",
        group=Group.DANE,
        title=Text("Zelfondertekend mailcertificaat", "Self-signed mail certificate"),
        sentence=Text(
            "Het mailcertificaat is zelfondertekend, maar klopt met het TLSA-record: voor DANE is dat genoeg.",
            "The mail certificate is self-signed but matches the TLSA record: for DANE that is enough.",
        ),
        expected=(
            "mail_starttls_cert_chain",
            "mail_starttls_mta_sts",
        ),
        zone=ZoneSpec(algorithm=ED448, denial=Denial.NSEC),
        web=WebHost(),
        mail=(MailHost(certificate=CertificateKind.SELF_SIGNED, tlsa=(Tlsa.CURRENT, Tlsa.NEXT)),),
    ),
    Domain(
        name="onondertekend.voorbeeld.test",
        group=Group.DNSSEC,
        title=Text("Geen DNSSEC", "No DNSSEC"),
        sentence=Text(
            "De zone is niet ondertekend; de mail loopt via een provider die het wel goed doet.",
            "The zone is not signed; mail goes through a provider that does it well.",
        ),
        expected=("web_dnssec_exist", "web_https_dane_exist", "mail_dnssec_mailto_exist"),
        zone=ZoneSpec(signed=False),
        web=WebHost(),
        mx=(f"10 {SIGNED_PROVIDER}.",),
    ),
    Domain(
        name="verlopen-handtekening.voorbeeld.test",
        group=Group.DNSSEC,
        title=Text("Verlopen DNSSEC-handtekening", "Expired DNSSEC signature"),
        sentence=Text(
            "De handtekeningen in de zone zijn gisteren verlopen: wie DNSSEC controleert, ziet dit domein niet meer.",
            "The signatures in the zone expired yesterday: whoever checks DNSSEC no longer sees this domain.",
        ),
        expected=(
            "web_dnssec_valid",
            "web_https_dane_exist",
            "mail_dnssec_mailto_valid",
            "mail_starttls_dane_delivery",
        ),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC, faults=(ZoneFault(DnsFault.EXPIRED_SIGNATURES),)),
        web=WebHost(),
        mx=(f"10 {SIGNED_PROVIDER}.",),
    ),
    Domain(
        name="verkeerde-ds.voorbeeld.test",
        group=Group.DNSSEC,
        title=Text("DS-record past niet", "DS record does not fit"),
        sentence=Text(
            "Het DS-record bij de bovenliggende zone hoort bij geen enkele sleutel van dit domein.",
            "The DS record at the parent zone belongs to none of this domain's keys.",
        ),
        expected=(
            "web_dnssec_valid",
            "web_https_dane_exist",
            "mail_dnssec_mailto_valid",
            "mail_starttls_dane_delivery",
        ),
        zone=ZoneSpec(algorithm=P384, denial=Denial.NSEC, faults=(ZoneFault(DnsFault.WRONG_DS),)),
        web=WebHost(),
        mx=(f"10 {SIGNED_PROVIDER}.",),
    ),
    Domain(
        name="geen-mail.voorbeeld.test",
        group=Group.START,
        title=Text("Ontvangt geen mail", "Receives no mail"),
        sentence=Text(
            "Het domein zegt met een leeg MX-record dat het geen mail ontvangt; de website is in orde.",
            "The domain says with a null MX record that it receives no mail; the website is in order.",
        ),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC3),
        web=WebHost(),
        mx=("0 .",),
    ),
    Domain(
        name="zonder-starttls.voorbeeld.test",
        group=Group.STARTTLS,
        title=Text("Mail zonder STARTTLS", "Mail without STARTTLS"),
        sentence=Text(
            "De mailserver biedt geen versleuteling aan.",
            "The mail server offers no encryption.",
        ),
        expected=(
            "mail_starttls_tls_available",
            "mail_starttls_dane_exist",
            "mail_starttls_dane_valid",
            "mail_starttls_dane_delivery",
            "mail_starttls_mta_sts",
        ),
        zone=ZoneSpec(algorithm=RSA, denial=Denial.NSEC3, split_keys=True),
        web=WebHost(),
        mail=(MailHost(fault=MailFault.NO_STARTTLS),),
    ),
    Domain(
        name="gestript.voorbeeld.test",
        group=Group.STARTTLS,
        title=Text("STARTTLS weggehaald", "STARTTLS stripped"),
        sentence=Text(
            "Een firewall voor de mailserver overschrijft het woord STARTTLS, zodat mail onversleuteld blijft.",
            "A firewall in front of the mail server overwrites the word STARTTLS, so that mail stays unencrypted.",
        ),
        expected=(
            "mail_starttls_tls_available",
            "mail_starttls_dane_exist",
            "mail_starttls_dane_valid",
            "mail_starttls_dane_delivery",
            "mail_starttls_mta_sts",
        ),
        zone=ZoneSpec(algorithm=ED25519, denial=Denial.NSEC3),
        web=WebHost(),
        mail=(MailHost(fault=MailFault.STRIPPED),),
    ),
    Domain(
        name="oud-record.voorbeeld.test",
        group=Group.DANE,
        title=Text("TLSA-records niet bijgewerkt", "TLSA records not updated"),
        sentence=Text(
            "Het mailcertificaat is vernieuwd, maar de TLSA-records horen nog bij het vorige.",
            "The mail certificate was renewed, but the TLSA records still belong to the previous one.",
        ),
        expected=(
            "mail_starttls_dane_exist",
            "mail_starttls_dane_valid",
            "mail_starttls_dane_delivery",
        ),
        zone=ZoneSpec(algorithm=P384, denial=Denial.NSEC3),
        web=WebHost(),
        mail=(MailHost(tlsa=(Tlsa.PREVIOUS, Tlsa.PREVIOUS_ISSUER)),),
    ),
    Domain(
        name="geen-tlsa.voorbeeld.test",
        group=Group.DANE,
        title=Text("Geen TLSA-record", "No TLSA record"),
        sentence=Text(
            "DNSSEC en STARTTLS zijn in orde, maar er is geen TLSA-record voor de mailserver.",
            "DNSSEC and STARTTLS are in order, but there is no TLSA record for the mail server.",
        ),
        expected=(
            "mail_starttls_dane_exist",
            "mail_starttls_dane_delivery",
        ),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC),
        web=WebHost(),
        mail=(MailHost(tlsa=()),),
    ),
    Domain(
        name="tlsa-onondertekend.voorbeeld.test",
        group=Group.DANE,
        title=Text("TLSA in een onondertekende zone", "TLSA in an unsigned zone"),
        sentence=Text(
            "De mailserver staat bij een provider zonder DNSSEC: zijn TLSA-record mag niemand geloven.",
            "The mail server is at a provider without DNSSEC: nobody may believe its TLSA record.",
        ),
        expected=(
            "mail_dnssec_mx_exist",
            "mail_starttls_dane_exist",
            "mail_starttls_dane_delivery",
        ),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC3),
        web=WebHost(),
        mx=(f"10 {UNSIGNED_PROVIDER}.",),
    ),
    Domain(
        name="ontkenning-stuk.voorbeeld.test",
        group=Group.DANE,
        title=Text("Kapotte ontkenning", "Broken denial"),
        sentence=Text(
            "De nameserver kan niet bewijzen dat er geen TLSA-record is: zorgvuldige afzenders stellen bezorging uit.",
            "The name server cannot prove that there is no TLSA record: careful senders put off delivery.",
        ),
        expected=(
            "mail_starttls_dane_exist",
            "mail_starttls_dane_delivery",
        ),
        zone=ZoneSpec(
            algorithm=P256, denial=Denial.NSEC, faults=(ZoneFault(DnsFault.MISSING_DENIAL, below="_tcp.mx"),)
        ),
        web=WebHost(),
        mail=(MailHost(tlsa=()),),
    ),
    Domain(
        name="twee-mx.voorbeeld.test",
        group=Group.STARTTLS,
        title=Text("Eén van twee mailservers onversleuteld", "One of two mail servers unencrypted"),
        sentence=Text(
            "De eerste mailserver is in orde, de tweede biedt geen STARTTLS.",
            "The first mail server is in order, the second offers no STARTTLS.",
        ),
        expected=(
            "mail_starttls_tls_available",
            "mail_starttls_dane_exist",
            "mail_starttls_dane_valid",
            "mail_starttls_dane_delivery",
            "mail_starttls_mta_sts",
        ),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC3),
        web=WebHost(),
        mail=(MailHost(name="mx1"), MailHost(name="mx2", fault=MailFault.NO_STARTTLS)),
    ),
    Domain(
        name="alias.voorbeeld.test",
        group=Group.STARTTLS,
        title=Text("Mailserver is een alias", "Mail server is an alias"),
        sentence=Text(
            "Het MX-record wijst naar een CNAME; de meeste afzenders volgen die, maar het mag niet.",
            "The MX record points at a CNAME; most senders follow it, but it is not allowed.",
        ),
        expected=("mail_starttls_mx_records",),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC),
        web=WebHost(),
        mail=(MailHost(name="post", aliases=("mx",)),),
        mx=("10 mx",),
    ),
    Domain(
        name="geen-https.voorbeeld.test",
        group=Group.HTTPS,
        title=Text("Website zonder HTTPS", "Website without HTTPS"),
        sentence=Text(
            "De website is alleen onversleuteld te bereiken.",
            "The website can only be reached unencrypted.",
        ),
        expected=(
            "web_https_http_available",
            "web_https_dane_exist",
            "mail_starttls_mta_sts",
        ),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC3),
        web=WebHost(fault=WebFault.NO_HTTPS, tlsa=()),
        mail=(MailHost(),),
    ),
    Domain(
        name="verlopen-certificaat.voorbeeld.test",
        group=Group.HTTPS,
        title=Text("Verlopen webcertificaat", "Expired web certificate"),
        sentence=Text(
            "Het certificaat van de website is een maand geleden verlopen; browsers weigeren de site.",
            "The certificate of the website expired a month ago; browsers refuse the site.",
        ),
        expected=(
            "web_https_cert_chain",
            "mail_starttls_mta_sts",
        ),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC),
        web=WebHost(certificate=CertificateKind.EXPIRED),
        mail=(MailHost(),),
    ),
    *SENDERS,
    Domain(
        name="oude-tls.voorbeeld.test",
        group=Group.TLS,
        title=Text("Verouderde TLS", "Outdated TLS"),
        sentence=Text(
            "De website neemt nog elke oude versie en elke zwakke versleutelmethode aan.",
            "The website still accepts every old version and every weak cipher suite.",
        ),
        expected=(
            "web_https_tls_version",
            "web_https_tls_ciphers",
            "web_https_tls_cipherorder",
            "web_https_tls_keyexchangehash",
        ),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC3),
        web=WebHost(tls=TlsKind.OLD),
        mail=(MailHost(),),
    ),
    Domain(
        name="trage-groet.voorbeeld.test",
        group=Group.STARTTLS,
        title=Text("Trage mailserver", "Slow mail server"),
        sentence=Text(
            "De mailserver laat zes seconden op zijn groet wachten; verder is er niets mis.",
            "The mail server keeps people waiting six seconds for its greeting; nothing else is wrong.",
        ),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC3),
        web=WebHost(),
        mail=(MailHost(greeting_delay=6.0),),
    ),
    Domain(
        name="weigert.voorbeeld.test",
        group=Group.STARTTLS,
        title=Text("Mailserver weigert", "Mail server refuses"),
        sentence=Text(
            "De mailserver antwoordt iedereen „probeer het later”: er valt niets te meten.",
            "The mail server tells everybody to try again later: nothing can be measured.",
        ),
        expected=(
            "mail_starttls_tls_available",
            "mail_starttls_cert_chain",
            "mail_starttls_cert_domain",
            "mail_starttls_dane_valid",
            "mail_starttls_dane_delivery",
        ),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC3),
        web=WebHost(),
        mail=(MailHost(fault=MailFault.GREETING_421),),
    ),
    Domain(
        name="oude-nameserver.voorbeeld.test",
        group=Group.DNSSEC,
        title=Text("Eén van twee nameservers verouderd", "One of two name servers out of date"),
        sentence=Text(
            "De tweede nameserver geeft een kopie van twee weken oud, met verlopen handtekeningen.",
            "The second name server serves a copy of two weeks ago, with signatures that ran out.",
        ),
        expected=("web_dnssec_ns", "mail_dnssec_ns"),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC3, faults=(ZoneFault(DnsFault.STALE_SECONDARY),)),
        web=WebHost(),
        mail=(MailHost(),),
    ),
    Domain(
        name="loopt-af.voorbeeld.test",
        group=Group.DNSSEC,
        title=Text("DNSSEC loopt morgen af", "DNSSEC runs out tomorrow"),
        sentence=Text(
            "Alles klopt nog, maar de handtekeningen in de zone gelden nog één dag en worden niet vernieuwd.",
            "All is still well, but the signatures in the zone hold for one more day and are not renewed.",
        ),
        expected=("web_dnssec_expiry", "mail_dnssec_expiry"),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC, faults=(ZoneFault(DnsFault.ENDING_SIGNATURES),)),
        web=WebHost(),
        mail=(MailHost(),),
    ),
    Domain(
        name="twee-certificaten.voorbeeld.test",
        group=Group.DANE,
        title=Text("Twee certificaten, één TLSA-record", "Two certificates, one TLSA record"),
        sentence=Text(
            "De mailserver heeft een RSA- en een ECDSA-certificaat, maar de TLSA-records kennen alleen het tweede.",
            "The mail server has an RSA and an ECDSA certificate, but the TLSA records know the second only.",
        ),
        expected=("mail_starttls_dane_valid",),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC3),
        web=WebHost(),
        mail=(MailHost(second_key=KeyType.RSA3072, tlsa=(Tlsa.CURRENT, Tlsa.NEXT)),),
    ),
    Domain(
        name="onthoudt.voorbeeld.test",
        group=Group.STARTTLS,
        title=Text("Opdracht van vóór TLS uitgevoerd", "Command from before TLS carried out"),
        sentence=Text(
            "De mailserver voert binnen de versleuteling uit wat er vóór STARTTLS in klare tekst kwam.",
            "The mail server carries out inside the encryption what came in clear before STARTTLS.",
        ),
        expected=("mail_starttls_injection",),
        zone=ZoneSpec(algorithm=P256, denial=Denial.NSEC3),
        web=WebHost(),
        mail=(MailHost(fault=MailFault.KEEPS_COMMANDS),),
    ),
    *MAIL,
    *DANE,
    *HTTPS,
    *TLS,
    *IPV6,
    *CAA,
)
