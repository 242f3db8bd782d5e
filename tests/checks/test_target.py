"""What people paste, and what becomes of it. Ids are rows of the house's list of hard cases (D: input)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import Suite, Target


@pytest.mark.parametrize(
    ("pasted", "domain"),
    [
        ("gemeente.example", "gemeente.example"),
        ("https://www.Gemeente.example/pad?vraag#plek", "www.gemeente.example"),
        ("gemeente.example:8443/pad", "gemeente.example"),
        ("https://naam:geheim@gemeente.example/", "gemeente.example"),
        ("Jan.Jansen@gemeente.example", "gemeente.example"),
        ("Jan Jansen <jan@gemeente.example>", "gemeente.example"),
        ("mailto:jan@gemeente.example", "gemeente.example"),
        ("  GEMEENTE.EXAMPLE.  ", "gemeente.example"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("MÜNCHEN.example", "xn--mnchen-3ya.example"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("gemeente。example", "gemeente.example"),
        ("bedrijf.co.uk", "bedrijf.co.uk"),
        ("a.b.c.d.e.f.example", "a.b.c.d.e.f.example"),
    ],
)
def test_d30_d68_what_people_paste_becomes_one_name(pasted: str, domain: str) -> None:
    assert Target.parse(pasted, Suite.MAIL) == Target(domain, Suite.MAIL)


@pytest.mark.parametrize(
    ("pasted", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("https://", "empty"),
        ("192.0.2.1", "ip-address"),
        ("http://192.0.2.1/", "ip-address"),
        ("1.2.3", "ip-address"),
        ("0x7f.1", "ip-address"),
        ("good.example.0X7f", "ip-address"),
        ("2001:db8::1", "ip-address"),
        ("http://[2001:db8::1]:80/", "ip-address"),
        ("999.999.1.1", "ip-address"),
        ("localhost", "single-label"),
        ("nl", "single-label"),
        ("co.uk", "public-suffix"),
        ("_dmarc.gemeente.example", "underscore"),
        ("a" * 64 + ".example", "too-long"),
        ("a." * 150 + "example", "too-long"),
        ("x" * 5000, "too-long"),
        ("gemeente..example", "bad-label"),
        (".example", "bad-label"),
        ("😀.example", "bad-character"),
        ("ge meente.example", "bad-character"),
        ("gemeente\x00.example", "bad-character"),
        ("<script>alert(1)</script>", "bad-character"),
        ("gemeente,example.nl", "bad-character"),
    ],
)
def test_d31_d69_what_is_no_domain_name_is_refused_with_the_reason(pasted: str, reason: str) -> None:
    with pytest.raises(Target.Refused) as refused:
        Target.parse(pasted, Suite.WEB)
    assert refused.value.reason == reason


@pytest.mark.parametrize("name", ["-a.example", "a-.example", "ab--cd.example", "xn--zz.example"])
def test_labels_out_of_form_are_refused(name: str) -> None:
    with pytest.raises(Target.Refused):
        Target.parse(name, Suite.WEB)


@given(st.text(max_size=300))
def test_any_text_is_either_a_name_that_stays_itself_or_refused(text: str) -> None:
    try:
        target = Target.parse(text, Suite.WEB)
    except Target.Refused:
        return
    assert target.domain.isascii()
    assert len(target.domain) <= 253
    assert Target.parse(target.domain, Suite.WEB) == target


def test_people_see_the_name_in_their_own_letters() -> None:
    assert Target("xn--mnchen-3ya.example", Suite.WEB).display == "münchen.example"
