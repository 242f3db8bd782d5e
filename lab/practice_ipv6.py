"""Practice domains that show what goes wrong over IPv6, and with CAA records."""

from lab.model import Group, MailHost, OverIpv6, Text, WebHost
from lab.practice_domain import practice

IPV6 = (
    practice(
        "nameservers-zonder-ipv6",
        Group.IPV6,
        Text("Nameservers zonder IPv6", "Name servers without IPv6"),
        Text(
            "Geen van beide nameservers heeft een IPv6-adres.",
            "Neither of the two name servers has an IPv6 address.",
        ),
        ("web_ipv6_ns_address", "mail_ipv6_ns_address"),
        servers_ipv6=OverIpv6.NONE,
    ),
    practice(
        "nameservers-half-ipv6",
        Group.IPV6,
        Text("Eén nameserver met IPv6", "One name server with IPv6"),
        Text(
            "Slechts een van de twee nameservers heeft een IPv6-adres; twee zijn nodig.",
            "Only one of the two name servers has an IPv6 address; two are needed.",
        ),
        ("web_ipv6_ns_address", "mail_ipv6_ns_address"),
        servers_ipv6=OverIpv6.ONE,
    ),
    practice(
        "nameservers-ipv6-dood",
        Group.IPV6,
        Text("Nameservers niet bereikbaar over IPv6", "Name servers unreachable over IPv6"),
        Text(
            "De nameservers hebben een IPv6-adres, maar daar antwoordt niemand.",
            "The name servers have an IPv6 address, but nobody answers there.",
        ),
        ("web_ipv6_ns_reach", "mail_ipv6_ns_reach"),
        servers_ipv6=OverIpv6.CLOSED,
    ),
    practice(
        "nameserver-ipv6-half",
        Group.IPV6,
        Text("Nameserver half bereikbaar over IPv6", "Name server half reachable over IPv6"),
        Text(
            "De tweede nameserver heeft twee IPv6-adressen, en een ervan is dood.",
            "The second name server has two IPv6 addresses, and one of them is dead.",
        ),
        ("web_ipv6_ns_reach", "mail_ipv6_ns_reach", "web_dnssec_ns", "mail_dnssec_ns"),
        servers_ipv6=OverIpv6.HALF,
    ),
    practice(
        "mail-zonder-ipv6",
        Group.IPV6,
        Text("Mailserver zonder IPv6", "Mail server without IPv6"),
        Text(
            "De mailserver heeft alleen een IPv4-adres.",
            "The mail server has an IPv4 address only.",
        ),
        ("mail_ipv6_mx_address",),
        mail=(MailHost(ipv6=OverIpv6.NONE),),
    ),
    practice(
        "mail-ipv6-dood",
        Group.IPV6,
        Text("Mailserver niet bereikbaar over IPv6", "Mail server unreachable over IPv6"),
        Text(
            "De mailserver heeft een IPv6-adres, maar daar neemt niemand op.",
            "The mail server has an IPv6 address, but nobody answers there.",
        ),
        ("mail_ipv6_mx_reach",),
        mail=(MailHost(ipv6=OverIpv6.CLOSED),),
    ),
    practice(
        "mail-ipv6-half",
        Group.IPV6,
        Text("Mailserver half bereikbaar over IPv6", "Mail server half reachable over IPv6"),
        Text(
            "Van de twee IPv6-adressen van de mailserver is er een dood.",
            "Of the two IPv6 addresses of the mail server one is dead.",
        ),
        ("mail_ipv6_mx_reach",),
        mail=(MailHost(ipv6=OverIpv6.HALF),),
    ),
    practice(
        "website-zonder-ipv6",
        Group.IPV6,
        Text("Website zonder IPv6", "Website without IPv6"),
        Text(
            "De website heeft alleen een IPv4-adres.",
            "The website has an IPv4 address only.",
        ),
        ("web_ipv6_ws_address",),
        web=WebHost(ipv6=OverIpv6.NONE),
    ),
    practice(
        "website-ipv6-dood",
        Group.IPV6,
        Text("Website niet bereikbaar over IPv6", "Website unreachable over IPv6"),
        Text(
            "De website heeft een IPv6-adres, maar daar antwoordt niemand.",
            "The website has an IPv6 address, but nobody answers there.",
        ),
        ("web_ipv6_ws_reach",),
        web=WebHost(ipv6=OverIpv6.CLOSED),
    ),
    practice(
        "website-ipv6-half",
        Group.IPV6,
        Text("Website half bereikbaar over IPv6", "Website half reachable over IPv6"),
        Text(
            "Van de twee IPv6-adressen van de website is er een dood.",
            "Of the two IPv6 addresses of the website one is dead.",
        ),
        ("web_ipv6_ws_reach",),
        web=WebHost(ipv6=OverIpv6.HALF),
    ),
    practice(
        "website-ipv6-poort",
        Group.IPV6,
        Text("Poort 80 dicht over IPv6", "Port 80 closed over IPv6"),
        Text(
            "Over IPv4 staat poort 80 open, over IPv6 niet.",
            "Over IPv4 port 80 is open, over IPv6 it is not.",
        ),
        ("web_ipv6_ws_reach", "web_ipv6_ws_similar"),
        web=WebHost(ipv6=OverIpv6.PORT_MISSING),
    ),
    practice(
        "website-ipv6-anders",
        Group.IPV6,
        Text("Andere website over IPv6", "Another website over IPv6"),
        Text(
            "Over IPv6 komt een andere pagina dan over IPv4.",
            "Over IPv6 another page appears than over IPv4.",
        ),
        ("web_ipv6_ws_similar",),
        web=WebHost(ipv6=OverIpv6.OTHER_PAGE),
    ),
    practice(
        "website-ipv6-storing",
        Group.IPV6,
        Text("Storing alleen over IPv6", "Failure over IPv6 only"),
        Text(
            "Over IPv6 meldt de website een storing, over IPv4 niet.",
            "Over IPv6 the website says that it is out of order, over IPv4 it does not.",
        ),
        ("web_ipv6_ws_similar",),
        web=WebHost(ipv6=OverIpv6.OUT_OF_ORDER),
    ),
    practice(
        "website-ipv6-zwijgt",
        Group.IPV6,
        Text("Website zwijgt over IPv6", "Website silent over IPv6"),
        Text(
            "Over IPv6 neemt de website de verbinding aan, maar geeft geen antwoord.",
            "Over IPv6 the website takes the connection, but gives no answer.",
        ),
        ("web_ipv6_ws_similar",),
        web=WebHost(ipv6=OverIpv6.SILENT),
    ),
    practice(
        "website-foutpagina",
        Group.IPV6,
        Text("Foutpagina over IPv4 en IPv6", "Error page over IPv4 and IPv6"),
        Text(
            "Op beide manieren komt een foutpagina: dan valt er weinig te vergelijken.",
            "Both ways an error page appears: then there is little to compare.",
        ),
        ("web_ipv6_ws_similar",),
        web=WebHost(status=404),
    ),
)

CAA = (
    practice(
        "zonder-caa",
        Group.CAA,
        Text("Geen CAA", "No CAA"),
        Text(
            "Er is geen CAA-record: elke uitgever ter wereld mag een certificaat voor dit domein uitgeven.",
            "There is no CAA record: every issuer in the world may issue a certificate for this domain.",
        ),
        ("web_https_tls_caa", "mail_starttls_tls_caa"),
        caa=(),
    ),
    practice(
        "caa-fout",
        Group.CAA,
        Text("CAA met een schrijffout", "CAA with a spelling mistake"),
        Text(
            "In het CAA-record staat een webadres in plaats van de naam van de uitgever.",
            "The CAA record has a web address in place of the name of the issuer.",
        ),
        ("web_https_tls_caa", "mail_starttls_tls_caa"),
        caa=('0 issue "https://ca.voorbeeld.test/"',),
    ),
    practice(
        "caa-zonder-issue",
        Group.CAA,
        Text("CAA zonder uitgever", "CAA without an issuer"),
        Text(
            "Het CAA-record zegt alleen waar meldingen heen moeten, niet wie mag uitgeven.",
            "The CAA record only says where to send reports, not who may issue.",
        ),
        ("web_https_tls_caa", "mail_starttls_tls_caa"),
        caa=('0 iodef "mailto:beheer@voorbeeld.test"',),
    ),
    practice(
        "caa-verbiedt",
        Group.CAA,
        Text("CAA verbiedt wat er staat", "CAA forbids what is there"),
        Text(
            "Het CAA-record verbiedt elke uitgever, maar er is wel een certificaat in gebruik: vernieuwen mislukt straks.",
            "The CAA record forbids every issuer, but there is a certificate in use: renewal will fail.",
        ),
        ("web_https_tls_caa", "mail_starttls_tls_caa"),
        caa=('0 issue ";"',),
    ),
)
