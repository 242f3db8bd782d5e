"""Practice domains that show what goes wrong with SPF, DKIM and DMARC: who may send in the name of a domain."""

import base64

from lab import der
from lab.model import Domain, Group, SenderPolicies, Text
from lab.practice_domain import practice


def _rsa_key(bits: int) -> str:
    """A DKIM record with an RSA key that libraries refuse to make: the frame of one (RFC 8017 appendix A.1.1) around an
    odd number. Nobody can sign with it.
    """
    modulus = (1 << bits - 1) | int.from_bytes(bytes(range(1, bits // 8)), "big") | 1
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")  # rsaEncryption (RFC 3279 section 2.3.1)
    numbers = der.sequence(der.integer(modulus), der.integer(65537))
    key = der.sequence(algorithm, der.element(0x03, b"\0" + numbers))
    return f"v=DKIM1; k=rsa; p={base64.b64encode(key).decode('ascii')}"


def _sender(name: str, title: Text, sentence: Text, expected: str, policies: SenderPolicies, *records: str) -> Domain:
    return practice(name, Group.SENDERS, title, sentence, (expected,), policies=policies, records=records)


SENDERS = (
    practice(
        "veel-afzenders",
        Group.SENDERS,
        Text("Veel afzenders", "Many senders"),
        Text(
            "Er is niets mis: het SPF-record noemt de mailserver, een eigen relay, een netwerk en twee leveranciers.",
            "Nothing is wrong: the SPF record names the mail server, a relay, a network and two suppliers.",
        ),
        policies=SenderPolicies(
            spf=(
                "v=spf1 mx a:relay.veel-afzenders.voorbeeld.test ip4:192.0.2.0/28 ip6:2001:db8:25::/48 "
                "include:spf.veel-afzenders.voorbeeld.test include:nieuws.veel-afzenders.voorbeeld.test -all",
            )
        ),
        records=(
            "relay A 192.0.2.65",
            'spf TXT "v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:5::/48 -all"',
            'nieuws TXT "v=spf1 ip4:203.0.113.16/28 ~all"',
        ),
    ),
    _sender(
        "spf-te-lang",
        Text("SPF met te veel opzoekingen", "SPF with too many look-ups"),
        Text(
            "Het SPF-record vraagt elf opzoekingen; ontvangers stoppen na tien en keuren het af.",
            "The SPF record takes eleven look-ups; receivers stop after ten and reject it.",
        ),
        "mail_auth_spf_policy",
        SenderPolicies(spf=("v=spf1 " + "mx " * 11 + "-all",)),
    ),
    _sender(
        "spf-fout",
        Text("SPF met een schrijffout", "SPF with a spelling mistake"),
        Text(
            "In het SPF-record staat ipv4 in plaats van ip4; ontvangers keuren daardoor het hele record af.",
            "The SPF record says ipv4 in place of ip4; receivers reject the whole record because of it.",
        ),
        "mail_auth_spf_policy",
        SenderPolicies(spf=("v=spf1 mx ipv4:192.0.2.1 -all",)),
    ),
    _sender(
        "spf-kring",
        Text("SPF in een kring", "SPF in a circle"),
        Text(
            "Het SPF-record neemt zichzelf over; ontvangers keuren het af.",
            "The SPF record includes itself; receivers reject it.",
        ),
        "mail_auth_spf_policy",
        SenderPolicies(spf=("v=spf1 mx include:spf-kring.voorbeeld.test -all",)),
    ),
    _sender(
        "twee-spf",
        Text("Twee SPF-records", "Two SPF records"),
        Text(
            "Er staan twee SPF-records; ontvangers gebruiken er dan geen.",
            "There are two SPF records; receivers then use neither.",
        ),
        "mail_auth_spf_exist",
        SenderPolicies(spf=("v=spf1 mx -all", "v=spf1 a -all")),
    ),
    _sender(
        "zonder-dmarc",
        Text("Geen DMARC", "No DMARC"),
        Text(
            "Er is geen DMARC-record: ontvangers weten niet wat zij met vervalste mail moeten doen.",
            "There is no DMARC record: receivers do not know what to do with forged mail.",
        ),
        "mail_auth_dmarc_exist",
        SenderPolicies(dmarc=()),
    ),
    _sender(
        "dmarc-kijkt-toe",
        Text("DMARC kijkt alleen toe", "DMARC only watches"),
        Text(
            "Het DMARC-beleid is p=none: vervalste mail komt gewoon aan.",
            "The DMARC policy is p=none: forged mail is simply delivered.",
        ),
        "mail_auth_dmarc_policy",
        SenderPolicies(dmarc=("v=DMARC1; p=none",)),
    ),
    _sender(
        "zonder-dkim",
        Text("Geen DKIM", "No DKIM"),
        Text(
            "Het domein verstuurt mail, maar heeft geen DKIM-sleutel om die te ondertekenen.",
            "The domain sends mail, but has no DKIM key to sign it with.",
        ),
        "mail_auth_dkim_exist",
        SenderPolicies(dkim=()),
    ),
    _sender(
        "zwakke-dkim",
        Text("DKIM-sleutel te kort", "DKIM key too short"),
        Text(
            "De DKIM-sleutel heeft 512 bits: die is te kraken, en dan kan een ander mail ondertekenen.",
            "The DKIM key has 512 bits: it can be broken, and then somebody else can sign mail.",
        ),
        "mail_auth_dkim_exist",
        SenderPolicies(dkim=(("mail", _rsa_key(512)),)),
    ),
    _sender(
        "geen-spf",
        Text("Geen SPF", "No SPF"),
        Text(
            "Er is geen SPF-record: niemand kan zien welke servers namens dit domein mogen mailen.",
            "There is no SPF record: nobody can see which servers may send mail for this domain.",
        ),
        "mail_auth_spf_exist",
        SenderPolicies(spf=()),
    ),
    _sender(
        "spf-neutraal",
        Text("SPF zonder besluit", "SPF without a decision"),
        Text(
            "Het SPF-record eindigt op ?all: over alle andere servers zegt het niets.",
            "The SPF record ends in ?all: of all other servers it says nothing.",
        ),
        "mail_auth_spf_policy",
        SenderPolicies(spf=("v=spf1 mx ?all",)),
    ),
    _sender(
        "spf-open",
        Text("SPF laat iedereen toe", "SPF lets everybody in"),
        Text(
            "Het SPF-record eindigt op +all: elke server ter wereld mag namens dit domein mailen.",
            "The SPF record ends in +all: every server in the world may send mail for this domain.",
        ),
        "mail_auth_spf_policy",
        SenderPolicies(spf=("v=spf1 mx +all",)),
    ),
    _sender(
        "spf-leeg",
        Text("SPF vraagt namen die er niet zijn", "SPF asks for names that are not there"),
        Text(
            "Drie namen in het SPF-record bestaan niet meer; ontvangers stoppen na twee lege antwoorden.",
            "Three names in the SPF record are gone; receivers stop after two empty answers.",
        ),
        "mail_auth_spf_policy",
        SenderPolicies(
            spf=(
                "v=spf1 mx a:oud1.spf-leeg.voorbeeld.test a:oud2.spf-leeg.voorbeeld.test "
                "a:oud3.spf-leeg.voorbeeld.test -all",
            )
        ),
    ),
    _sender(
        "spf-zwakke-include",
        Text("SPF neemt een open record over", "SPF includes an open record"),
        Text(
            "Het SPF-record neemt dat van een leverancier over, en dat laat iedereen toe.",
            "The SPF record includes that of a supplier, which lets everybody in.",
        ),
        "mail_auth_spf_policy",
        SenderPolicies(spf=("v=spf1 mx include:leverancier.spf-zwakke-include.voorbeeld.test -all",)),
        'leverancier TXT "v=spf1 +all"',
    ),
    _sender(
        "spf-zwakke-redirect",
        Text("SPF verwijst naar een zwak record", "SPF redirects to a weak record"),
        Text(
            "Het SPF-record verwijst door naar een ander, en dat eindigt zonder besluit.",
            "The SPF record redirects to another one, which ends without a decision.",
        ),
        "mail_auth_spf_policy",
        SenderPolicies(spf=("v=spf1 mx redirect=anders.spf-zwakke-redirect.voorbeeld.test",)),
        'anders TXT "v=spf1 ?all"',
    ),
    _sender(
        "spf-kapotte-include",
        Text("SPF neemt een record over dat er niet is", "SPF includes a record that is not there"),
        Text(
            "Het SPF-record neemt dat van een leverancier over, en dat is weg; ontvangers keuren alles af.",
            "The SPF record includes that of a supplier, which is gone; receivers reject all of it.",
        ),
        "mail_auth_spf_policy",
        SenderPolicies(spf=("v=spf1 mx include:weg.spf-kapotte-include.voorbeeld.test -all",)),
    ),
    _sender(
        "spf-kapotte-redirect",
        Text("SPF verwijst naar niets", "SPF redirects to nothing"),
        Text(
            "Het SPF-record verwijst door naar een naam zonder SPF-record; ontvangers keuren het af.",
            "The SPF record redirects to a name without an SPF record; receivers reject it.",
        ),
        "mail_auth_spf_policy",
        SenderPolicies(spf=("v=spf1 mx redirect=weg.spf-kapotte-redirect.voorbeeld.test",)),
    ),
    _sender(
        "twee-dmarc",
        Text("Twee DMARC-records", "Two DMARC records"),
        Text(
            "Er staan twee DMARC-records; ontvangers gebruiken er dan geen.",
            "There are two DMARC records; receivers then use neither.",
        ),
        "mail_auth_dmarc_exist",
        SenderPolicies(dmarc=("v=DMARC1; p=reject", "v=DMARC1; p=quarantine")),
    ),
    _sender(
        "dmarc-proef",
        Text("DMARC op proef", "DMARC on trial"),
        Text(
            "Het DMARC-beleid is quarantine, maar t=y vraagt ontvangers om het nog niet uit te voeren.",
            "The DMARC policy is quarantine, but t=y asks receivers not to apply it yet.",
        ),
        "mail_auth_dmarc_policy",
        SenderPolicies(dmarc=("v=DMARC1; p=quarantine; t=y",)),
    ),
    _sender(
        "dmarc-fout",
        Text("DMARC met een schrijffout", "DMARC with a spelling mistake"),
        Text(
            "In het DMARC-record staat p=afwijzen in plaats van p=reject; ontvangers begrijpen dat niet.",
            "The DMARC record says p=afwijzen in place of p=reject; receivers do not understand it.",
        ),
        "mail_auth_dmarc_policy",
        SenderPolicies(dmarc=("v=DMARC1; p=afwijzen",)),
    ),
    _sender(
        "dmarc-elders",
        Text("DMARC-rapporten komen niet aan", "DMARC reports do not arrive"),
        Text(
            "De rapporten gaan naar een ander domein, en dat heeft niet gezegd dat het ze wil hebben.",
            "The reports go to another domain, and that has not said that it wants them.",
        ),
        "mail_auth_dmarc_policy",
        SenderPolicies(dmarc=("v=DMARC1; p=reject; rua=mailto:dmarc@postdienst.test",)),
    ),
    _sender(
        "onbruikbare-dkim",
        Text("DKIM-sleutel niet te gebruiken", "DKIM key of no use"),
        Text(
            "Het DKIM-record laat alleen SHA-1 toe, en dat aanvaardt geen ontvanger meer.",
            "The DKIM record allows SHA-1 only, which no receiver accepts any more.",
        ),
        "mail_auth_dkim_exist",
        SenderPolicies(dkim=(("mail", _rsa_key(1024).replace("k=rsa;", "k=rsa; h=sha1;")),)),
    ),
    _sender(
        "korte-dkim",
        Text("DKIM-sleutel aan de korte kant", "DKIM key on the short side"),
        Text(
            "De DKIM-sleutel heeft 1024 bits: nog geldig, maar 2048 wordt aangeraden.",
            "The DKIM key has 1024 bits: still valid, but 2048 is advised.",
        ),
        "mail_auth_dkim_exist",
        SenderPolicies(dkim=(("mail", _rsa_key(1024)),)),
    ),
)
