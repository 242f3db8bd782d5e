"""The SPF of a domain with all that it includes: counting, the tree, loops, and what a fault of another's costs."""

from __future__ import annotations

import pytest

from checks.dnssec import Lookup, Outcome, Security, Why
from checks.evaluate.spf import Fault, Tree, walk
from checks.evaluate.txt import replay, text_of
from tests.checks.builders import DOMAIN, a_lookup

HOME = f"{DOMAIN}."
Zone = dict[str, str | list[str]]


def a_tree(zone: Zone, failing: tuple[str, ...] = ()) -> Tree:
    """The tree over a name space of ``name TYPE`` to records; everything else does not exist."""

    def look_up(name: str, rdtype: str) -> Lookup:
        if name in failing:
            return a_lookup(name, rdtype, outcome=Outcome.FAILED, security=Security.INDETERMINATE)
        found = zone.get(f"{name} {rdtype}", [])
        records = [found] if isinstance(found, str) else found
        if rdtype == "TXT":
            records = [f'"{record}"' for record in records]
        return a_lookup(name, rdtype, *records) if records else a_lookup(name, rdtype, outcome=Outcome.NO_SUCH_NAME)

    return replay(walk(HOME), look_up)


def faults(tree: Tree) -> list[Fault]:
    return [found.fault for found in tree.faults]


def record(text: str, **more: str | list[str]) -> Zone:
    return {f"{HOME} TXT": text, **more}


def test_counts_every_form_of_a_look_up_across_includes_and_redirects() -> None:
    tree = a_tree(
        {
            f"{HOME} TXT": "v=spf1 +a a:www.good.example a/24 mx ptr exists:%{i}.good.example include:one.example redirect=two.example",
            "one.example. TXT": "v=spf1 include:three.example ip4:192.0.2.0/24",
            "two.example. TXT": "v=spf1 -all",
            "three.example. TXT": "v=spf1 ip6:2001:db8::/32",
            f"{HOME} A": "192.0.2.1",
            "www.good.example. A": "192.0.2.2",
            f"{HOME} MX": "10 mx.good.example.",
            "mx.good.example. A": "192.0.2.3",
        }
    )
    assert tree.lookups == 9
    assert faults(tree) == []
    assert [branch.domain for branch in tree.all_branches] == [HOME, "one.example.", "three.example.", "two.example."]


def test_exactly_ten_look_ups_are_allowed_and_eleven_are_not() -> None:
    hosts = {f"h{number}.example. A": "192.0.2.1" for number in range(11)}
    ten = " ".join(f"a:h{number}.example" for number in range(10))
    assert faults(a_tree(record(f"v=spf1 {ten} -all", **hosts))) == []
    tree = a_tree(record(f"v=spf1 {ten} a:h10.example -all", **hosts))
    assert (faults(tree), tree.lookups) == ([Fault.TOO_MANY_LOOKUPS], 11)


def test_terms_behind_all_are_not_counted() -> None:
    assert a_tree(record("v=spf1 -all a mx include:nowhere.example")).lookups == 0


def test_two_void_look_ups_are_allowed_and_three_are_not() -> None:
    assert faults(a_tree(record("v=spf1 a:x.example a:y.example -all"))) == []
    tree = a_tree(record("v=spf1 a:x.example mx:y.example a:z.example -all"))
    assert (faults(tree), tree.void) == ([Fault.TOO_MANY_VOID], 3)


def test_a_host_with_only_one_family_is_not_void() -> None:
    assert a_tree(record("v=spf1 a:x.example -all", **{"x.example. AAAA": "2001:db8::1"})).void == 0


def test_a_look_up_that_failed_is_not_void() -> None:
    tree = a_tree(record("v=spf1 a:x.example a:y.example a:z.example -all"), ("x.example.", "y.example.", "z.example."))
    assert tree.void == 0


def test_a_loop_is_found_and_ends() -> None:
    zone = {f"{HOME} TXT": "v=spf1 include:one.example -all", "one.example. TXT": f"v=spf1 include:{DOMAIN} -all"}
    tree = a_tree(zone)
    assert faults(tree) == [Fault.LOOP]
    assert tree.faults[0].path == (HOME, "one.example.", HOME)


def test_a_domain_that_includes_itself_is_a_loop() -> None:
    assert faults(a_tree(record(f"v=spf1 include:{DOMAIN} -all"))) == [Fault.LOOP]


def test_an_endless_row_of_includes_is_followed_no_further_than_is_told() -> None:
    zone: Zone = {f"n{number}.example. TXT": f"v=spf1 include:n{number + 1}.example -all" for number in range(100)}
    tree = a_tree(record("v=spf1 include:n0.example -all") | zone)
    assert Fault.TOO_MANY_LOOKUPS in faults(tree)
    assert len(tree.all_branches) < 25


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v=spf1", [Fault.NEUTRAL]),
        ("v=spf1 mx:h.example", [Fault.NEUTRAL]),
        ("v=spf1 ?all", [Fault.NEUTRAL]),
        ("v=spf1 +all", [Fault.OPEN]),
        ("v=spf1 all", [Fault.OPEN]),
        ("v=spf1 ~all", []),
        ("v=spf1 include:neutral.example -all", []),
        ("v=spf1 include:open.example -all", [Fault.OPEN]),
        ("v=spf1 redirect=neutral.example", [Fault.NEUTRAL]),
        ("v=spf1 redirect=strict.example", []),
        ("v=spf1 redirect=nowhere.example", [Fault.NO_RECORD]),
        ("v=spf1 -all redirect=nowhere.example", []),
        ("v=spf1 include:nowhere.example -all", [Fault.NO_RECORD]),
        ("v=spf1 include:broken.example -all", [Fault.SYNTAX]),
        ("v=spf1 include:double.example -all", [Fault.SEVERAL]),
        ("v=spf1 include:%{i}.good.example -all", []),
    ],
)
def test_the_fault_that_a_receiver_meets(text: str, expected: list[Fault]) -> None:
    others: Zone = {
        "neutral.example. TXT": "v=spf1 ?all",
        "open.example. TXT": "v=spf1 +all",
        "strict.example. TXT": "v=spf1 -all",
        "broken.example. TXT": "v=spf1 ipv4:192.0.2.1 -all",
        "double.example. TXT": ["v=spf1 -all", "v=spf1 mx -all"],
        "h.example. MX": "10 h.example.",
        "h.example. A": "192.0.2.1",
    }
    assert faults(a_tree(record(text) | others)) == expected


def test_two_records_are_not_the_same_as_none() -> None:
    assert faults(a_tree({f"{HOME} TXT": ["v=spf1 -all", "v=spf1 mx -all"]})) == [Fault.SEVERAL]
    assert faults(a_tree({f"{HOME} TXT": ["site-verification=1"]})) == [Fault.NO_RECORD]


def test_an_include_that_cannot_be_looked_up_is_not_their_fault() -> None:
    assert faults(a_tree(record("v=spf1 include:slow.example -all"), ("slow.example.",))) == [Fault.LOOKUP_FAILED]


def test_an_include_of_what_is_no_name_is_their_fault() -> None:
    # RFC 7208 section 4.3: a label of more than 63 octets, and nothing is found there
    label = "x" * 64

    def look_up(name: str, rdtype: str) -> Lookup:
        if label in name:
            return a_lookup(
                name, rdtype, outcome=Outcome.FAILED, security=Security.INDETERMINATE, reason=Why.NOT_A_NAME
            )
        return a_lookup(name, rdtype, f'"v=spf1 include:{label}.example -all"')

    assert faults(replay(walk(HOME), look_up)) == [Fault.NO_RECORD]


def test_who_may_send_is_told_with_overlaps_merged() -> None:
    tree = a_tree(
        {
            f"{HOME} TXT": "v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128/25 mx/31 -ip4:198.51.100.0/24 include:one.example -all",
            "one.example. TXT": "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all",
            f"{HOME} MX": "10 mx.good.example.",
            "mx.good.example. A": "203.0.113.5",
        }
    )
    assert [str(network) for network in tree.networks] == ["192.0.2.0/24", "203.0.113.4/31", "2001:db8::/32"]
    assert tree.root.hosts == ("mx.good.example.",)


def test_strings_of_a_record_are_joined_without_a_space() -> None:
    assert text_of(r'"v=spf1 ip4:192.0" ".2.1 -all \"x\\\001"') == 'v=spf1 ip4:192.0.2.1 -all "x\\\x01'
