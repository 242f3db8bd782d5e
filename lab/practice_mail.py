"""Practice domains that show how mail servers fail to take mail over an encrypted connection."""

from lab.model import Group, MailFault, MailHost, Text
from lab.practice_domain import practice

MAIL = (
    practice(
        "starttls-mislukt",
        Group.STARTTLS,
        Text("STARTTLS mislukt", "STARTTLS fails"),
        Text(
            "De mailserver biedt STARTTLS aan, maar breekt de verbinding daarna af.",
            "The mail server offers STARTTLS, but then breaks the connection off.",
        ),
        (
            "mail_starttls_tls_available",
            "mail_starttls_dane_exist",
            "mail_starttls_dane_valid",
            "mail_starttls_dane_delivery",
            "mail_starttls_mta_sts",
        ),
        mail=(MailHost(fault=MailFault.TLS_ALERT),),
    ),
    practice(
        "starttls-geweigerd",
        Group.STARTTLS,
        Text("STARTTLS geweigerd", "STARTTLS refused"),
        Text(
            "De mailserver biedt STARTTLS aan, maar weigert de opdracht.",
            "The mail server offers STARTTLS, but refuses the command.",
        ),
        (
            "mail_starttls_tls_available",
            "mail_starttls_dane_exist",
            "mail_starttls_dane_valid",
            "mail_starttls_dane_delivery",
            "mail_starttls_mta_sts",
        ),
        mail=(MailHost(fault=MailFault.REFUSES_STARTTLS),),
    ),
    practice(
        "neemt-geen-mail",
        Group.STARTTLS,
        Text("Mailserver neemt geen mail aan", "Mail server takes no mail"),
        Text(
            "Het MX-record wijst naar een server die zegt dat hij nooit mail aanneemt.",
            "The MX record points at a server that says that it never takes mail.",
        ),
        ("mail_starttls_tls_available",),
        mail=(MailHost(fault=MailFault.NEVER_MAIL),),
    ),
    practice(
        "mx-zonder-adres",
        Group.STARTTLS,
        Text("Mailserver zonder adres", "Mail server without an address"),
        Text(
            "Het MX-record noemt een naam die geen adres heeft: mail kan nergens heen.",
            "The MX record names a host without an address: mail has nowhere to go.",
        ),
        ("mail_starttls_tls_available",),
        mail=(),
        mx=("10 mx",),
        records=('mx TXT "buiten gebruik"',),
    ),
    practice(
        "mx-prive",
        Group.STARTTLS,
        Text("Mailserver op een privéadres", "Mail server at a private address"),
        Text(
            "Het MX-record wijst naar een adres van een intern netwerk, dat niemand van buiten bereikt.",
            "The MX record points at an address of an internal network that nobody outside can reach.",
        ),
        ("mail_starttls_tls_available",),
        mail=(),
        mx=("10 mx",),
        records=("mx A 10.25.0.1",),
    ),
    practice(
        "halve-null-mx",
        Group.STARTTLS,
        Text("Geen mail, of toch wel", "No mail, or mail after all"),
        Text(
            "Het leeg MX-record zegt „geen mail”, maar er staat nog een mailserver naast.",
            "The null MX record says “no mail”, but there is a mail server beside it.",
        ),
        ("mail_starttls_tls_available",),
        mx=("0 .", "10 mx"),
    ),
)
