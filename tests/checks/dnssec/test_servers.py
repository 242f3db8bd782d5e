"""Name servers asked themselves: rows D-e of the hard cases, and those that only show when servers are compared."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import dns.dnssec
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from checks.dnssec.servers import Fault, ZoneView, zone_view
from checks.facts.dns import Answer, DirectAnswer, DnsFailure, Question
from tests.checks.dnssec.cast import GOOD, Stage, without
from tests.checks.dnssec.world import IN, NOW, TTL, Everything, Nsec3, SigningKey, Zone, ds_text, name_of

SOA, KEYS, TLSA = Question(GOOD, "SOA"), Question(GOOD, "DNSKEY"), Question(f"_25._tcp.mx.{GOOD}", "TLSA")
UDP, TCP = False, True
Change = Callable[[dns.message.Message], None]


@dataclass
class Server:
    """A name server of ``good.example.``, good unless told otherwise, as the questions to it would show."""

    host: str
    zone: Zone
    questions: Sequence[tuple[Question, bool]] = ((SOA, UDP), (KEYS, TCP), (TLSA, UDP))
    changes: dict[Question, Change] = field(default_factory=dict)
    failures: dict[tuple[Question, bool], DnsFailure] = field(default_factory=dict)

    def answers(self) -> list[DirectAnswer]:
        return [self._answer(question, tcp) for question, tcp in self.questions]

    def _answer(self, question: Question, tcp: bool) -> DirectAnswer:
        if (failure := self.failures.get((question, tcp))) is not None:
            return DirectAnswer(self.host, "192.0.2.53", tcp, Answer(question, failure=failure))
        message = authoritative(self.zone, question)
        self.changes.get(question, lambda _: None)(message)
        failed = {dns.rcode.SERVFAIL: DnsFailure.SERVFAIL, dns.rcode.REFUSED: DnsFailure.REFUSED}
        failed |= {dns.rcode.FORMERR: DnsFailure.REFUSED, dns.rcode.NOTIMP: DnsFailure.REFUSED}
        wire = base64.b64encode(message.to_wire(max_size=65535)).decode()
        return DirectAnswer(self.host, "192.0.2.53", tcp, Answer(question, wire, failed.get(message.rcode())))


def authoritative(zone: Zone, question: Question) -> dns.message.Message:
    query = dns.message.make_query(question.name, question.rdtype, want_dnssec=True, id=1, flags=0)
    message = dns.message.make_response(query)
    message.flags |= dns.flags.AA
    rcode, message.answer, message.authority = zone.answer(
        name_of(question.name), dns.rdatatype.from_text(question.rdtype)
    )
    message.set_rcode(rcode)
    return message


def parent_says(host: str, *ds: str, ns: Sequence[str] = ()) -> list[DirectAnswer]:
    """The DS and NS answers of a server of ``example.``."""
    stage = Stage()
    stage.tld.drop(GOOD, "DS").add(GOOD, "DS", *ds)
    question = Question(GOOD, "DS")
    given = [DirectAnswer(host, "192.0.2.1", UDP, _answered(question, authoritative(stage.tld, question)))]
    if ns:
        question = Question(GOOD, "NS")
        referral = authoritative(stage.tld, question)
        referral.answer, referral.authority = [], [dns.rrset.from_text_list(GOOD, TTL, IN, "NS", ns)]
        referral.flags &= ~dns.flags.AA
        given.append(DirectAnswer(host, "192.0.2.1", UDP, _answered(question, referral)))
    return given


def _answered(question: Question, message: dns.message.Message) -> Answer:
    return Answer(question, base64.b64encode(message.to_wire()).decode())


def view(stage: Stage, *direct: Server | list[DirectAnswer]) -> ZoneView:
    answers = [seen for item in direct for seen in (item.answers() if isinstance(item, Server) else item)]
    return zone_view(GOOD, stage.validator(), Everything(stage.world), answers)


def faults(stage: Stage, server: Server, *others: Server | list[DirectAnswer]) -> list[Fault]:
    seen = next(s for s in view(stage, server, *others).servers if s.host == server.host)
    return [finding.fault for finding in seen.faults]


def good(stage: Stage, host: str = "ns1.") -> Server:
    return Server(host, stage.good)


def rcode(code: int) -> Change:
    def change(message: dns.message.Message) -> None:
        message.set_rcode(dns.rcode.Rcode(code))
        message.answer.clear()
        message.authority.clear()

    return change


def flag(flags: int, *, on: bool) -> Change:
    def change(message: dns.message.Message) -> None:
        message.flags = message.flags | flags if on else message.flags & ~flags

    return change


@pytest.mark.parametrize("nsec3", [None, Nsec3()])
def test_d25_servers_that_agree_have_no_faults(nsec3: Nsec3 | None) -> None:
    stage = Stage(nsec3)
    seen = view(
        stage,
        good(stage, "ns1."),
        good(stage, "ns2."),
        parent_says("ns.nic.", ds_text(name_of(GOOD), stage.good.keys[0])),
    )
    assert [(s.host, s.serial, s.faults) for s in seen.servers] == [("ns1.", 1, ()), ("ns2.", 1, ())]
    assert (seen.serials, len(seen.ds_sets)) == ((1,), 1)


@pytest.mark.parametrize(
    ("silent", "expected"),
    [
        ([(SOA, UDP), (TLSA, UDP), (KEYS, TCP)], [Fault.UNREACHABLE]),
        ([(SOA, UDP), (TLSA, UDP)], [Fault.NO_UDP]),
        ([(KEYS, TCP)], [Fault.NO_TCP]),
    ],
)
def test_d25_d71_a_dead_transport_is_named(silent: list[tuple[Question, bool]], expected: list[Fault]) -> None:
    stage = Stage()
    server = good(stage)
    server.failures = dict.fromkeys(silent, DnsFailure.TIMEOUT)
    assert faults(stage, server, good(stage, "ns2.")) == expected


def test_d25_d70_one_stale_server_of_several_is_named() -> None:
    stage, old = Stage(), Stage()
    stage.good.drop(GOOD, "SOA").add(GOOD, "SOA", f"ns.{GOOD} hostmaster.{GOOD} 2 7200 3600 1209600 300")
    seen = view(stage, good(stage, "ns1."), Server("ns2.", old.good), good(stage, "ns3."))
    assert {s.host: [f.fault for f in s.faults] for s in seen.servers} == {
        "ns1.": [],
        "ns2.": [Fault.STALE],
        "ns3.": [],
    }
    assert seen.serials == (1, 2)


def test_d25_serials_are_compared_as_they_wrap() -> None:
    stage, before = Stage(), Stage()
    before.good.drop(GOOD, "SOA").add(GOOD, "SOA", f"ns.{GOOD} hostmaster.{GOOD} 4294967295 7200 3600 1209600 300")
    assert faults(stage, Server("ns2.", before.good), good(stage)) == [Fault.STALE]
    assert faults(stage, good(stage), Server("ns2.", before.good)) == []


def test_d11_d70_one_server_without_a_signature_is_named() -> None:
    stage = Stage()
    server = good(stage)
    server.changes[TLSA] = without("RRSIG/TLSA")
    assert faults(stage, server, good(stage, "ns2.")) == [Fault.UNSIGNED]


def test_d70_one_server_with_a_bogus_answer_is_named() -> None:
    stage = Stage()
    server = good(stage)

    def forge(message: dns.message.Message) -> None:
        message.answer[0] = dns.rrset.from_text(TLSA.name, TTL, IN, "TLSA", "3 1 1 " + "cd" * 32)

    server.changes[TLSA] = forge
    (finding,) = view(stage, server).servers[0].faults
    assert (finding.fault, finding.question, finding.detail["reason"]) == (Fault.BOGUS, TLSA, "signature-invalid")


def test_d27_a_broken_denial_below_the_zone_is_named() -> None:
    stage = Stage()
    absent = Question(f"_25._tcp.none.{GOOD}", "TLSA")
    server = Server("ns1.", stage.good, ((SOA, UDP), (KEYS, TCP), (absent, UDP)))
    assert faults(stage, server) == []
    server.changes[absent] = without("NSEC", "RRSIG/NSEC")
    assert faults(stage, server) == [Fault.UNSIGNED]


def test_d38_d51_ds_sets_that_differ_are_each_tried_with_the_keys_of_each_server() -> None:
    stage = Stage()
    right, wrong = ds_text(name_of(GOOD), stage.good.keys[0]), ds_text(name_of(GOOD), SigningKey.make(number=9))
    seen = view(stage, good(stage), parent_says("a.nic.", right), parent_says("b.nic.", wrong))
    (finding,) = seen.servers[0].faults
    assert (finding.fault, finding.detail["parent"]) == (Fault.KEYS_WITHOUT_PATH, "b.nic.")
    assert len(seen.ds_sets) == 2


def test_d51_a_server_without_the_new_key_has_no_path_from_the_new_ds() -> None:
    stage, old = Stage(), Stage()
    new = SigningKey.make(number=8)
    stage.replace_good(Zone(name_of(GOOD), [stage.good.keys[0], new]))
    stage.tld.drop(GOOD, "DS").delegate(stage.good, ds=[ds_text(name_of(GOOD), new)])
    stage.good.add(f"_25._tcp.mx.{GOOD}", "TLSA", "3 1 1 " + "ab" * 32)
    lagging = Server("ns2.", old.good)
    found = faults(stage, lagging, good(stage), parent_says("a.nic.", ds_text(name_of(GOOD), new)))
    assert Fault.KEYS_WITHOUT_PATH in found
    assert faults(stage, good(stage), parent_says("a.nic.", ds_text(name_of(GOOD), new))) == []


def test_d52_a_provider_that_lacks_the_key_of_the_other_is_named() -> None:
    ours, theirs = SigningKey.make(number=2), SigningKey.make(number=7)
    stage, other = Stage(), Stage()
    for zone in (stage.good, other.good):
        zone.key_records = [ours.record, theirs.record]
    other.good.zone_keys = [theirs]
    assert faults(stage, good(stage), Server("ns2.", other.good)) == []
    stage.good.key_records = [ours.record]
    assert faults(stage, good(stage), Server("ns2.", other.good)) == [Fault.MIXED_SIGNERS]


def test_d53_nxdomain_above_a_name_that_exists_is_a_broken_server() -> None:
    stage = Stage()
    above = Question(f"_tcp.mx.{GOOD}", "TLSA")
    server = Server("ns1.", stage.good, ((SOA, UDP), (KEYS, TCP), (TLSA, UDP), (above, UDP)))
    assert faults(stage, server) == []
    server.changes[above] = lambda message: message.set_rcode(dns.rcode.NXDOMAIN)
    assert faults(stage, server) == [Fault.DENIES_EMPTY_NON_TERMINAL]


def test_d61_servers_may_deny_in_different_ways_and_it_shows() -> None:
    stage, other = Stage(), Stage(Nsec3(iterations=1, salt=b"\xab"))
    absent = Question(f"none.{GOOD}", "A")
    questions = ((SOA, UDP), (KEYS, TCP), (absent, UDP))
    seen = view(stage, Server("ns1.", stage.good, questions), Server("ns2.", other.good, questions))
    assert [server.faults for server in seen.servers] == [(), ()]
    assert seen.denial_kinds == ("NSEC", "NSEC3 1 1 ab")


def test_d64_silence_on_one_type_is_not_a_dead_server() -> None:
    stage = Stage()
    server = good(stage)
    server.failures[(TLSA, UDP)] = DnsFailure.TIMEOUT
    (finding,) = view(stage, server).servers[0].faults
    assert (finding.fault, finding.question) == (Fault.SILENT_ON_TYPE, TLSA)


@pytest.mark.parametrize("code", [dns.rcode.NOTIMP, dns.rcode.REFUSED, dns.rcode.SERVFAIL])
def test_d64_a_type_that_is_refused_is_named(code: dns.rcode.Rcode) -> None:
    stage = Stage()
    server = good(stage)
    server.changes[TLSA] = rcode(code)
    assert faults(stage, server) == [Fault.REFUSES_TYPE]


@pytest.mark.parametrize(("code", "fault"), [(dns.rcode.FORMERR, Fault.NO_EDNS), (dns.rcode.REFUSED, Fault.REFUSES)])
def test_d72_a_server_that_cannot_do_edns_or_does_not_serve_the_zone_is_named(code: int, fault: Fault) -> None:
    stage = Stage()
    server = good(stage)
    server.changes = {question: rcode(code) for question in (SOA, KEYS, TLSA)}
    assert faults(stage, server, good(stage, "ns2.")) == [fault]


def test_d72_a_server_that_answers_without_dnssec_is_named() -> None:
    stage = Stage()
    server = good(stage)
    server.changes = {question: without("RRSIG/SOA", "RRSIG/DNSKEY", "RRSIG/TLSA") for question in (SOA, KEYS, TLSA)}
    assert set(faults(stage, server, good(stage, "ns2."))) == {Fault.UNSIGNED}


def test_d73_an_answer_without_authority_is_lame() -> None:
    stage = Stage()
    server = good(stage)
    server.changes[SOA] = flag(dns.flags.AA, on=False)
    assert faults(stage, server) == [Fault.LAME]


def test_d73_recursion_on_offer_is_told() -> None:
    stage = Stage()
    server = good(stage)
    server.changes[SOA] = flag(dns.flags.RA, on=True)
    assert faults(stage, server) == [Fault.OPEN_RESOLVER]


@pytest.mark.parametrize("failure", [DnsFailure.NO_IPV6, DnsFailure.FORBIDDEN])
def test_d74_what_we_cannot_reach_ourselves_is_no_fault(failure: DnsFailure) -> None:
    stage = Stage()
    server = good(stage)
    server.failures = dict.fromkeys(server.questions, failure)
    (seen,) = view(stage, server).servers
    assert (seen.faults, seen.untested) == ((), failure)


def test_d75_delegation_and_zone_that_name_other_servers_are_compared() -> None:
    stage = Stage()
    ds = ds_text(name_of(GOOD), stage.good.keys[0])
    assert view(stage, good(stage), parent_says("a.nic.", ds, ns=[f"ns.{GOOD}"])).ns_sets_differ is False
    seen = view(stage, good(stage), parent_says("a.nic.", ds, ns=[f"ns.{GOOD}", "old.example."]))
    assert (seen.ns_sets_differ, seen.ns_of_parent, seen.ns_of_zone) == (
        True,
        (f"ns.{GOOD}", "old.example."),
        (f"ns.{GOOD}",),
    )


def test_d76_servers_are_judged_by_what_they_say_now_and_not_by_a_cached_answer() -> None:
    """The resolver still holds the broken answer; the server has been repaired."""
    stage = Stage()
    stage.tweak(GOOD, "MX", without("RRSIG/MX"))
    assert not stage.lookup(GOOD, "MX").secure
    mx = Question(GOOD, "MX")
    assert faults(stage, Server("ns1.", stage.good, ((SOA, UDP), (KEYS, TCP), (mx, UDP)))) == []


def test_garbage_from_a_server_is_survived() -> None:
    stage = Stage()
    junk = DirectAnswer("ns1.", "192.0.2.53", UDP, Answer(SOA, base64.b64encode(b"\0" * 11).decode()))
    short = DirectAnswer("ns1.", "192.0.2.53", TCP, Answer(KEYS, base64.b64encode(b"\0" * 40).decode()))
    (seen,) = view(stage, [junk, short]).servers
    assert [finding.fault for finding in seen.faults] == [Fault.REFUSES]


def test_an_unsigned_zone_is_judged_on_the_rest() -> None:
    stage = Stage()
    question = Question("unsigned.example.", "SOA")
    direct = [DirectAnswer("ns1.", "192.0.2.53", UDP, _answered(question, authoritative(stage.unsigned, question)))]
    (seen,) = zone_view("unsigned.example.", stage.validator(now=NOW), Everything(stage.world), direct).servers
    assert (seen.serial, seen.faults) == (1, ())
