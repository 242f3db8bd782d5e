"""Independent validators see in each zone what was meant: delv (BIND), Unbound and ldns-verify-zone."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from lab import PRACTICE, SCENERY, Domain, Lab
from lab.plan import RESOLVER, Ports
from tests.lab.proving_ground import FAULTY, NSEC, NSEC3, OPT_OUT, PROVING_GROUND
from tests.lab.tools import PATIENCE, tool

pytestmark = pytest.mark.servers

SECURE, INSECURE, BOGUS = "secure", "insecure", "bogus"
EXPIRED, WRONG_DS = "verlopen-handtekening.voorbeeld.test", "verkeerde-ds.voorbeeld.test"
EXPIRED_PROVIDER = "postverlopen.test"
NO_DENIAL = "ontkenning-stuk.voorbeeld.test"
Question = tuple[str, str]
START_TRIES = 50

# Name, type: present data, aliases, wildcards, delegations; and everything that is not there.
PRESENT = (
    ("@", "SOA"),
    ("@", "DNSKEY"),
    ("www", "A"),
    ("alias", "A"),
    ("alias", "CNAME"),
    ("away", "A"),
    ("signed", "DS"),
    ("signed", "SOA"),
    ("www.signed", "A"),
    ("*.wild", "TXT"),
    ("inside.wild", "A"),
)
EXPANDED = (("x.wild", "TXT"), ("x.y.wild", "TXT"), ("other.wild", "MX"))
ABSENT_TYPES = (
    ("@", "TLSA"),
    ("www", "TLSA"),
    ("alias", "AAAA"),
    ("empty.terminal", "A"),
    ("terminal", "TXT"),
    ("signed", "TXT"),
    ("www.signed", "TXT"),
    ("inside.wild", "TXT"),
)
ABSENT_AT_WILDCARD = (("x.wild", "A"), ("x.y.wild", "TLSA"))
ABSENT_NAMES = (
    ("nope", "A"),
    ("a", "A"),
    ("zzz", "MX"),
    ("_25._tcp.www", "TLSA"),
    ("nope.empty.terminal", "A"),
    ("x.y.z", "A"),
)
ABSENT_IN_CHILD = (("nope.signed", "A"),)
UNSIGNED = (("unsigned", "SOA"), ("www.unsigned", "A"), ("nope.unsigned", "A"), ("www.unsigned", "TXT"))
UNSIGNED_DS = (("unsigned", "DS"),)


def under(origin: str, questions: tuple[Question, ...]) -> list[Question]:
    return [(origin if name == "@" else f"{name}.{origin}", rdtype) for name, rdtype in questions]


def of_good_zone(origin: str) -> dict[Question, str]:
    whole = PRESENT + EXPANDED + ABSENT_TYPES + ABSENT_AT_WILDCARD + ABSENT_NAMES + ABSENT_IN_CHILD + UNSIGNED_DS
    return dict.fromkeys(under(origin, whole), SECURE) | dict.fromkeys(under(origin, UNSIGNED), INSECURE)


def of_opt_out_zone() -> dict[Question, str]:
    """RFC 5155 section 9.2: what rests on an opt-out span is insecure."""
    resting = EXPANDED + ABSENT_AT_WILDCARD + ABSENT_NAMES + UNSIGNED + UNSIGNED_DS
    return dict.fromkeys(under(OPT_OUT, PRESENT + ABSENT_TYPES), SECURE) | dict.fromkeys(
        under(OPT_OUT, resting), INSECURE
    )


def of_practice_domains() -> dict[Question, str]:
    expected: dict[Question, str] = {}
    states = {EXPIRED: BOGUS, WRONG_DS: BOGUS, EXPIRED_PROVIDER: BOGUS}
    for domain in SCENERY + PRACTICE:
        state = states.get(domain.name, SECURE if domain.zone.signed else INSECURE)
        names = [domain.name, f"ns1.{domain.name}", *(f"{host.name}.{domain.name}" for host in domain.mail)]
        for question in [(domain.name, "MX"), (domain.name, "TXT"), *((name, "A") for name in names)]:
            expected[question] = state
        if domain.mail:
            expected[f"_25._tcp.{domain.mail[0].name}.{domain.name}", "TLSA"] = state
        if domain.web:
            expected[f"_443._tcp.www.{domain.name}", "TLSA"] = state
    expected[f"_25._tcp.mx.{NO_DENIAL}", "TLSA"] = BOGUS
    del expected["_25._tcp.mx.tlsa-servfail.voorbeeld.test", "TLSA"]  # nobody says anything there
    expected["mx.alias.voorbeeld.test", "AAAA"] = SECURE
    return expected


def zone_of(name: str) -> str:
    """The deepest domain that a name belongs to, for one test each."""
    above = [domain.name for domain in SCENERY + PRACTICE + PROVING_GROUND if f".{name}".endswith(f".{domain.name}")]
    return max(above, key=len)


EXPECTED = (
    of_practice_domains()
    | of_good_zone(NSEC)
    | of_good_zone(NSEC3)
    | {(f"unsigned.{FAULTY}", "TXT"): BOGUS, (f"unsigned.{FAULTY}", "A"): SECURE, (f"gone.{FAULTY}", "A"): BOGUS}
)


@pytest.fixture(scope="module")
def delv(lab: Lab) -> list[str]:
    """The command line of delv up to the question."""
    program = tool("delv", "bind9-dnsutils")
    owner, _, _, tag, algorithm, digest_type, digest = lab.world.trust_anchor.split()
    anchors = lab.directory / "delv.conf"
    anchors.write_text(f'trust-anchors {{ {owner} static-ds {tag} {algorithm} {digest_type} "{digest}"; }};\n')
    return [program, f"@{RESOLVER}", "-p", str(lab.ports.dns), "-a", str(anchors), f"+root={owner}"]


@pytest.mark.parametrize("zone", sorted({zone_of(name) for name, _ in EXPECTED}))
def test_delv_sees_every_zone_as_it_was_meant(delv: list[str], zone: str) -> None:
    questions = {question: state for question, state in EXPECTED.items() if zone_of(question[0]) == zone}
    assert {question: _seen_by_delv(delv, question) for question in questions} == questions


@pytest.fixture(scope="module")
def unbound(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Unbound in front of the practice internet's resolver; its port."""
    program = tool("unbound", "unbound")
    folder = tmp_path_factory.mktemp("unbound")
    port = Ports.drawn().dns
    (folder / "anchor").write_text(lab.world.trust_anchor + "\n")
    (folder / "unbound.conf").write_text(
        f"""
server:
    interface: 127.0.0.1
    port: {port}
    do-ip6: no
    do-daemonize: no
    use-syslog: no
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: ""
    do-not-query-localhost: no
    qname-minimisation: no
    local-zone: "test." nodefault
    trust-anchor-file: "{folder}/anchor"
    module-config: "validator iterator"
remote-control:
    control-enable: no
forward-zone:
    name: "test."
    forward-addr: {RESOLVER}@{lab.ports.dns}
"""
    )
    process = subprocess.Popen([program, "-c", folder / "unbound.conf"], stderr=subprocess.DEVNULL)
    try:
        _await_unbound(port)
        yield port
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("zone", [NSEC, NSEC3, OPT_OUT])
def test_unbound_sees_every_zone_as_it_was_meant(unbound: int, zone: str) -> None:
    expected = of_opt_out_zone() if zone == OPT_OUT else of_good_zone(zone)
    assert {question: _seen_by_unbound(unbound, question) for question in expected} == expected


def test_unbound_sees_the_practice_domains_as_they_were_meant(unbound: int) -> None:
    expected = of_practice_domains()
    assert {question: _seen_by_unbound(unbound, question) for question in expected} == expected


@pytest.mark.parametrize("domain", SCENERY + PRACTICE + PROVING_GROUND, ids=lambda domain: domain.name)
def test_ldns_finds_signed_zones_complete_and_the_expired_one_expired(lab: Lab, domain: Domain, tmp_path: Path) -> None:
    program = tool("ldns-verify-zone", "ldnsutils")
    zone = lab.world.zones.holding(dns.name.from_text(domain.name), dns.rdatatype.SOA)
    assert zone is not None
    file = tmp_path / "zone"
    file.write_text(zone.master_file())
    done = subprocess.run([program, file], capture_output=True, text=True, timeout=PATIENCE, check=False)
    if not domain.zone.signed:
        assert "No DNSKEY records" in done.stderr
    elif domain.name in (EXPIRED, EXPIRED_PROVIDER):
        assert "signature has expired" in done.stderr
    else:
        assert "Zone is verified and complete" in done.stdout, done.stderr


def _seen_by_delv(delv: list[str], question: Question) -> str:
    done = subprocess.run([*delv, *question], capture_output=True, text=True, timeout=PATIENCE, check=False)
    output = done.stdout + done.stderr
    verdicts = set(re.findall(r"^; (?:negative response, )?(fully validated|unsigned answer)$", output, re.MULTILINE))
    if not verdicts:
        return BOGUS
    return INSECURE if "unsigned answer" in verdicts else SECURE


def _seen_by_unbound(port: int, question: Question) -> str:
    answer = _ask_unbound(port, question, PATIENCE)
    if answer.rcode() == dns.rcode.SERVFAIL:
        return BOGUS
    return SECURE if answer.flags & dns.flags.AD else INSECURE


def _ask_unbound(port: int, question: Question, patience: float) -> dns.message.Message:
    query = dns.message.make_query(*question, want_dnssec=True)
    answer, _ = dns.query.udp_with_fallback(query, "127.0.0.1", port=port, timeout=patience)
    return answer


def _await_unbound(port: int) -> None:
    for _ in range(START_TRIES):
        try:
            _ask_unbound(port, ("test.", "SOA"), 0.2)
        except (dns.exception.Timeout, OSError):
            continue
        return
    pytest.fail("Unbound does not start")
