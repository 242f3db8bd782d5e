"""Practice domains that show what goes wrong with HTTPS, with certificates, and with the settings of TLS. Those about TLS
have the same fault on the website and on the mail server.
"""

from lab.model import CertificateKind, Group, KeyType, MailHost, Redirect, Text, TlsKind, WebFault, WebHost
from lab.practice_domain import practice

HTTPS = (
    practice(
        "zonder-website",
        Group.HTTPS,
        Text("Domein zonder website", "Domain without a website"),
        Text(
            "Het domein heeft geen adres: er is geen website te vinden.",
            "The domain has no address: there is no website to be found.",
        ),
        ("web_https_http_available", "web_ipv6_ws_address", "web_https_dane_exist"),
        web=None,
    ),
    practice(
        "website-prive",
        Group.HTTPS,
        Text("Website op een privéadres", "Website at a private address"),
        Text(
            "De website wijst naar een adres van een intern netwerk, dat niemand van buiten bereikt.",
            "The website points at an address of an internal network that nobody outside can reach.",
        ),
        ("web_https_http_available",),
        web=None,
        records=("@ A 10.80.0.1",),
    ),
    practice(
        "https-mislukt",
        Group.HTTPS,
        Text("HTTPS mislukt", "HTTPS fails"),
        Text(
            "Poort 443 staat open, maar de server breekt de beveiligde verbinding af.",
            "Port 443 is open, but the server breaks the secure connection off.",
        ),
        ("web_https_http_available",),
        web=WebHost(fault=WebFault.TLS_ALERT),
    ),
    practice(
        "https-zwijgt",
        Group.HTTPS,
        Text("HTTPS antwoordt niet", "HTTPS does not answer"),
        Text(
            "De website doet het over HTTP, maar op poort 443 komt geen antwoord.",
            "The website works over HTTP, but nothing answers on port 443.",
        ),
        ("web_https_http_available",),
        web=WebHost(fault=WebFault.HTTPS_BLACK_HOLE),
    ),
    practice(
        "website-weigert",
        Group.HTTPS,
        Text("Website weigert ons", "Website refuses us"),
        Text(
            "De website antwoordt ons met „verboden”: wat gewone bezoekers te zien krijgen, weten we niet.",
            "The website answers us “forbidden”: what ordinary visitors get to see we do not know.",
        ),
        ("web_ipv6_ws_similar",),
        web=WebHost(status=403),
    ),
    practice(
        "geen-doorverwijzing",
        Group.HTTPS,
        Text("Geen doorverwijzing naar HTTPS", "No redirect to HTTPS"),
        Text(
            "Wie http:// intypt, blijft op de onversleutelde website.",
            "Whoever types http:// stays on the unencrypted website.",
        ),
        ("web_https_http_redirect",),
        web=WebHost(redirect=Redirect.NONE),
    ),
    practice(
        "doorverwijzing-http",
        Group.HTTPS,
        Text("Doorverwijzing blijft op HTTP", "Redirect stays on HTTP"),
        Text(
            "De website verwijst door, maar naar een andere onversleutelde pagina.",
            "The website redirects, but to another unencrypted page.",
        ),
        ("web_https_http_redirect",),
        web=WebHost(redirect=Redirect.PLAIN),
    ),
    practice(
        "doorverwijzing-elders",
        Group.HTTPS,
        Text("Eerst naar een andere naam", "To another name first"),
        Text(
            "De website verwijst meteen naar www door, zodat HSTS van deze naam nooit gezien wordt.",
            "The website redirects to www at once, so that the HSTS of this name is never seen.",
        ),
        ("web_https_http_redirect",),
        web=WebHost(redirect=Redirect.OTHER_HOST),
    ),
    practice(
        "zonder-hsts",
        Group.HTTPS,
        Text("Geen HSTS", "No HSTS"),
        Text(
            "De website vraagt browsers niet om voortaan altijd HTTPS te gebruiken.",
            "The website does not ask browsers to always use HTTPS from now on.",
        ),
        ("web_https_http_hsts",),
        web=WebHost(hsts=""),
    ),
    practice(
        "korte-hsts",
        Group.HTTPS,
        Text("HSTS te kort", "HSTS too short"),
        Text(
            "HSTS geldt een dag; een jaar is de norm.",
            "HSTS holds for a day; a year is the norm.",
        ),
        ("web_https_http_hsts",),
        web=WebHost(hsts="max-age=86400"),
    ),
    practice(
        "hsts-fout",
        Group.HTTPS,
        Text("HSTS met een schrijffout", "HSTS with a spelling mistake"),
        Text(
            "In de HSTS-kop staat geen geldig getal; browsers negeren hem.",
            "The HSTS field has no valid number; browsers ignore it.",
        ),
        ("web_https_http_hsts",),
        web=WebHost(hsts="max-age=een jaar"),
    ),
    practice(
        "certificaat-te-vroeg",
        Group.HTTPS,
        Text("Certificaat geldt nog niet", "Certificate not valid yet"),
        Text(
            "Het certificaat gaat pas over een maand in; browsers weigeren de site.",
            "The certificate begins in a month; browsers refuse the site.",
        ),
        ("web_https_cert_chain", "mail_starttls_mta_sts"),
        web=WebHost(certificate=CertificateKind.NOT_YET_VALID),
    ),
    practice(
        "keten-onvolledig",
        Group.HTTPS,
        Text("Tussencertificaat ontbreekt", "Intermediate certificate missing"),
        Text(
            "De website stuurt het tussencertificaat niet mee; lang niet elke browser kan dat zelf vinden.",
            "The website does not send the intermediate certificate; not every browser can find it by itself.",
        ),
        ("web_https_cert_chain", "mail_starttls_mta_sts"),
        web=WebHost(certificate=CertificateKind.INCOMPLETE),
    ),
    practice(
        "web-zelfondertekend",
        Group.HTTPS,
        Text("Zelfondertekend webcertificaat", "Self-signed web certificate"),
        Text(
            "De website heeft zichzelf een certificaat gegeven; browsers weigeren dat.",
            "The website gave itself a certificate; browsers refuse that.",
        ),
        ("web_https_cert_chain", "mail_starttls_mta_sts"),
        web=WebHost(certificate=CertificateKind.SELF_SIGNED),
    ),
    practice(
        "onbekende-uitgever",
        Group.HTTPS,
        Text("Onbekende uitgever", "Unknown issuer"),
        Text(
            "Het certificaat komt van een uitgever die geen browser kent.",
            "The certificate comes from an issuer that no browser knows.",
        ),
        ("web_https_cert_chain", "mail_starttls_mta_sts"),
        web=WebHost(certificate=CertificateKind.UNKNOWN_ROOT),
    ),
    practice(
        "website-andere-naam",
        Group.HTTPS,
        Text("Certificaat op een andere naam", "Certificate for another name"),
        Text(
            "Het certificaat van de website is van een andere website.",
            "The certificate of the website is that of another website.",
        ),
        ("web_https_cert_domain", "mail_starttls_mta_sts"),
        web=WebHost(certificate=CertificateKind.OTHER_NAME),
    ),
)

TLS = (
    practice(
        "oude-tls-mail",
        Group.TLS,
        Text("Verouderde TLS op de mailserver", "Outdated TLS on the mail server"),
        Text(
            "De mailserver neemt nog elke oude versie en elke zwakke versleutelmethode aan.",
            "The mail server still accepts every old version and every weak cipher suite.",
        ),
        (
            "mail_starttls_tls_version",
            "mail_starttls_tls_ciphers",
            "mail_starttls_tls_cipherorder",
            "mail_starttls_tls_keyexchangehash",
        ),
        mail=(MailHost(tls=TlsKind.OLD),),
    ),
    practice(
        "gewone-tls",
        Group.TLS,
        Text("TLS zoals het uit de doos komt", "TLS as it comes out of the box"),
        Text(
            "De server staat nog op de eigen instellingen van OpenSSL: hij ondertekent ook met SHA-224.",
            "The server still has the settings of OpenSSL itself: it signs with SHA-224 as well.",
        ),
        ("web_https_tls_keyexchangehash", "mail_starttls_tls_keyexchangehash"),
        web=WebHost(tls=TlsKind.ORDINARY),
        mail=(MailHost(tls=TlsKind.ORDINARY),),
    ),
    practice(
        "uitfaseren",
        Group.TLS,
        Text("Versleuteling uit te faseren", "Encryption to phase out"),
        Text(
            "De server kent nog CBC-suites en kiest die zelfs het eerst.",
            "The server still knows CBC suites, and even prefers them.",
        ),
        (
            "web_https_tls_ciphers",
            "web_https_tls_cipherorder",
            "mail_starttls_tls_ciphers",
            "mail_starttls_tls_cipherorder",
        ),
        web=WebHost(tls=TlsKind.PHASE_OUT),
        mail=(MailHost(tls=TlsKind.PHASE_OUT),),
    ),
    practice(
        "dhe",
        Group.TLS,
        Text("Sleuteluitwisseling uit te faseren", "Key exchange to phase out"),
        Text(
            "De server wisselt sleutels uit met DHE in plaats van met elliptische krommen.",
            "The server exchanges keys with DHE in place of elliptic curves.",
        ),
        (
            "web_https_tls_ciphers",
            "web_https_tls_keyexchange",
            "mail_starttls_tls_ciphers",
            "mail_starttls_tls_keyexchange",
        ),
        web=WebHost(tls=TlsKind.DHE_3072, key=KeyType.RSA3072),
        mail=(MailHost(tls=TlsKind.DHE_3072, key=KeyType.RSA3072),),
    ),
    practice(
        "dhe-kort",
        Group.TLS,
        Text("Sleuteluitwisseling te zwak", "Key exchange too weak"),
        Text(
            "De server wisselt sleutels uit met DHE van 2048 bits; dat is niet meer genoeg.",
            "The server exchanges keys with DHE of 2048 bits; that is no longer enough.",
        ),
        (
            *("web_https_tls_ciphers", "web_https_tls_keyexchange", "web_https_tls_keyexchangehash"),
            *("mail_starttls_tls_ciphers", "mail_starttls_tls_keyexchange", "mail_starttls_tls_keyexchangehash"),
        ),
        web=WebHost(tls=TlsKind.DHE_2048, key=KeyType.RSA3072),
        mail=(MailHost(tls=TlsKind.DHE_2048, key=KeyType.RSA3072),),
    ),
    practice(
        "zonder-ems",
        Group.TLS,
        Text("Geen Extended Master Secret", "No extended master secret"),
        Text(
            "De server kent een verbetering van TLS 1.2 uit 2015 nog niet.",
            "The server does not know an improvement of TLS 1.2 from 2015.",
        ),
        ("web_https_tls_extendedmastersecret", "mail_starttls_tls_extendedmastersecret"),
        web=WebHost(tls=TlsKind.NO_EMS),
        mail=(MailHost(tls=TlsKind.NO_EMS),),
    ),
    practice(
        "rsa-2048",
        Group.TLS,
        Text("Sleutel uit te faseren", "Key to phase out"),
        Text(
            "Het certificaat heeft een RSA-sleutel van 2048 bits; 3072 is de norm.",
            "The certificate has an RSA key of 2048 bits; 3072 is the norm.",
        ),
        ("web_https_cert_pubkey", "mail_starttls_cert_pubkey"),
        web=WebHost(key=KeyType.RSA2048, tls=TlsKind.ORDINARY),
        mail=(MailHost(key=KeyType.RSA2048, tls=TlsKind.ORDINARY),),
    ),
    practice(
        "rsa-1024",
        Group.TLS,
        Text("Sleutel te kort", "Key too short"),
        Text(
            "Het certificaat heeft een RSA-sleutel van 1024 bits; die is te kraken.",
            "The certificate has an RSA key of 1024 bits; it can be broken.",
        ),
        ("web_https_cert_pubkey", "mail_starttls_cert_pubkey"),
        web=WebHost(key=KeyType.RSA1024, tls=TlsKind.LENIENT),
        mail=(MailHost(key=KeyType.RSA1024, tls=TlsKind.LENIENT),),
    ),
    practice(
        "sha-224",
        Group.TLS,
        Text("Handtekening uit te faseren", "Signature to phase out"),
        Text(
            "Het certificaat is ondertekend met SHA-224; SHA-256 is de norm.",
            "The certificate is signed with SHA-224; SHA-256 is the norm.",
        ),
        ("web_https_cert_sig", "mail_starttls_cert_sig"),
        web=WebHost(certificate=CertificateKind.SHA224, tls=TlsKind.ORDINARY),
        mail=(MailHost(certificate=CertificateKind.SHA224, tls=TlsKind.ORDINARY),),
    ),
)
