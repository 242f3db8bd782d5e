"""Whatever a domain publishes, SPF, DKIM and DMARC are judged without a crash and within bounds."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from checks import CATALOGUE, Suite
from checks.dnssec import Lookup, Outcome, Security
from checks.evaluate.view import View
from checks.judging import judge
from checks.target import registrable
from tests.checks.builders import DOMAIN, a_lookup, a_view

HOME = f"{DOMAIN}."
CHECKS = [check for check in CATALOGUE.values() if check.category == "mail_auth"]

_HOSTS = st.sampled_from(["good.example", "one.example", "two.example", "a..b", "x" * 300, "%{i}", "é.example", "\\.x"])
_SPF = st.builds(
    "v=spf1 {}".format,
    st.lists(
        st.one_of(
            st.builds("{}:{}".format, st.sampled_from(["include", "a", "mx", "exists"]), _HOSTS),
            st.builds("redirect={}".format, _HOSTS),
            st.sampled_from(["a", "mx", "ptr", "-all", "?all", "all", "ip4:192.0.2.1/0", "ip6:::/0"]),
        ),
        max_size=15,
    ).map(" ".join),
)
_DMARC = st.builds("v=DMARC1; p=reject; rua=mailto:a@{}, https://{}/".format, _HOSTS, _HOSTS)
_DKIM = st.builds("v=DKIM1; p={}".format, st.text("ABab+/= ", max_size=40))
_TEXTS = st.lists(st.one_of(_SPF, _DMARC, _DKIM, st.text(max_size=60)), max_size=3)
_NAMES = [HOME, "one.example.", "two.example.", f"_dmarc.{HOME}", f"_domainkey.{HOME}", f"default._domainkey.{HOME}"]


def _quoted(text: str) -> str:
    octets = text.encode("utf-8", "replace")
    return '"' + "".join(chr(o) if 32 <= o < 127 and o not in (34, 92) else f"\\{o:03d}" for o in octets) + '"'


class _Counting:
    """A name space that counts what it is asked; some names cannot be looked up at all."""

    def __init__(self, zone: Mapping[str, list[str]]) -> None:
        self.zone = zone
        self.asked: set[tuple[str, str]] = set()

    def __call__(self, name: str, rdtype: str) -> Lookup:
        self.asked.add((name, rdtype))
        if ".." in name or len(name) > 255:
            return a_lookup(name, rdtype, outcome=Outcome.FAILED, security=Security.INDETERMINATE)
        if rdtype == "TXT":
            return a_lookup(name, rdtype, *map(_quoted, self.zone.get(name, [])))
        return a_lookup(
            name, rdtype, *(["10 mx.example."] if rdtype == "MX" else ["192.0.2.1"] if rdtype == "A" else [])
        )


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(_NAMES), _TEXTS))
def test_any_records_are_judged_within_bounds(zone: dict[str, list[str]]) -> None:
    names = _Counting(zone)
    view = View(a_view(Suite.MAIL).measurement, names)
    for check in CHECKS:
        judge(check, check.evaluate(view))
    assert len(names.asked) < 150


def test_a_record_made_to_cost_asks_for_no_more_than_receivers_would() -> None:
    hosts = [f"10 h{number}.example." for number in range(50)]
    zone = {HOME: ["v=spf1 " + " ".join(f"mx:m{number}.example" for number in range(100)) + " -all"]}

    class Costly(_Counting):
        def __call__(self, name: str, rdtype: str) -> Lookup:
            found = super().__call__(name, rdtype)
            return a_lookup(name, rdtype, *hosts) if rdtype == "MX" and name != HOME else found

    names = Costly(zone)
    assert View(a_view(Suite.MAIL).measurement, names).spf.lookups == 100
    assert len(names.asked) < 50


@given(st.text(max_size=80))
def test_any_text_has_a_registrable_part(text: str) -> None:
    assert isinstance(registrable(text.lower()), str)
