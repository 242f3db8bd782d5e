"""Practice domains that show what goes wrong with SPF, DKIM and DMARC: who may send in the name of a domain."""

import base64

from dns.dnssectypes import Algorithm

from lab.model import Denial, Domain, MailHost, SenderPolicies, Text, WebHost, ZoneSpec

_ZONE = ZoneSpec(algorithm=Algorithm.ECDSAP256SHA256, denial=Denial.NSEC3)


def _short_rsa_key() -> str:
    """A DKIM record with an RSA key of 512 bits (RFC 8017 appendix A.1.1), which libraries refuse to make: the frame of
    such a key around an odd number. Nobody can sign with it.
    """
    modulus = (1 << 511) | int.from_bytes(bytes(range(1, 64)), "big") | 1
    key = b"\x30\x48\x02\x41\x00" + modulus.to_bytes(64, "big") + b"\x02\x03\x01\x00\x01"
    frame = b"\x30\x5c\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x4b\x00"
    return f"v=DKIM1; k=rsa; p={base64.b64encode(frame + key).decode('ascii')}"


def _sender(name: str, title: Text, sentence: Text, expected: str, policies: SenderPolicies) -> Domain:
    return Domain(
        name=f"{name}.voorbeeld.test",
        title=title,
        sentence=sentence,
        expected=(expected,),
        zone=_ZONE,
        web=WebHost(),
        mail=(MailHost(),),
        policies=policies,
    )


SENDERS = (
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
        SenderPolicies(dkim=(("mail", _short_rsa_key()),)),
    ),
)
