"""Our TLS scan against servers that nobody here wrote, beside scanners that nobody here wrote: versions, suites, groups,
signatures, renegotiation, extended master secret, early data, stapling. Where they differ, ``docs/decisions.md`` says why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_network
from pathlib import Path

import certifi
import pytest

from checks.evaluate import tls, tls_certificate
from checks.evaluate.tls_reading import Reading
from checks.facts.tls import TlsHandshake, Verification
from checks.facts.tls_scan import Reply, TlsScan
from checks.model import Suite
from checks.net.aio import AioDoor
from checks.net.transport import Limits
from checks.options import Options, PortMap
from checks.policy.tls_names import GROUPS, SUITES, TLS1_2, TLS1_3, VERSIONS
from checks.policy.tls_profile import load
from checks.probes import tls_scan
from checks.probes.line import Line
from checks.probes.tls import handshake
from tests.agreement import tls_servers
from tests.agreement.postfix import Listener, postfix, privileged
from tests.agreement.tls_servers import (
    NAME,
    Keys,
    Place,
    Sslscan,
    apache,
    nginx,
    program,
    run_testssl,
    s_client,
    s_server,
    sslscan,
    sslyze,
)
from tests.checks.builders import a_view
from tests.checks.made import NOW

pytestmark = pytest.mark.servers

NETWORK = ip_network("127.0.0.0/8")
OLD = "ALL:@SECLEVEL=0"
STRONG = "ECDHE+AESGCM:ECDHE+CHACHA20"
CBC_SHA2 = "ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256"


@dataclass(frozen=True, eq=False)
class Server:
    """One configuration; ``expected`` are outcomes of checks that the configuration itself gives away."""

    id: str
    arguments: Sequence[str] = ()
    certificates: Sequence[str] = ("rsa",)
    nginx: str = ""
    apache: str = ""
    postfix: Mapping[str, str] | None = None
    expected: Sequence[str] = ()
    blind: str = ""  # why sslscan does not see this server
    known: str = "TLSv1.3"  # what a usual handshake comes to
    unseen: Sequence[str] = ()  # what we cannot see here

    @contextmanager
    def run(self, keys: Keys) -> Iterator[Place]:
        if self.postfix is not None:
            with mail_server(keys, self.postfix, self.certificates) as place:
                yield place
            return
        kinds = ((self.nginx, nginx), (self.apache, apache), (self.arguments, s_server))
        settings, server = next((pair for pair in kinds if pair[0]), kinds[-1])
        with server(keys, settings, self.certificates) as port:
            yield Place(port)


@contextmanager
def mail_server(keys: Keys, settings: Mapping[str, str], certificates: Sequence[str]) -> Iterator[Place]:
    """Postfix on port 25 of an address of its own."""
    privileged()
    files = tuple(Path(keys.files[kind]) for kind in certificates)
    unlimited = {"smtpd_client_connection_count_limit": "0"}
    with postfix([Listener(MAIL_ADDRESS, files, {**unlimited, **settings})]):
        yield Place(25, MAIL_ADDRESS, starttls=True)


MAIL_ADDRESS = "127.25.0.25"
# Early data is for the web alone.
MAIL = ("tls_0rtt",)

# Renegotiation takes a whole handshake with OpenSSL's usual groups, and a certificate.
NO_HANDSHAKE = ("tls_clientreneg",)
UNCERTIFIED = ("tls_clientreneg", "tls_ocsp", "cert_pubkey", "cert_sig")


def args(text: str) -> list[str]:
    return text.split()


SERVERS = (
    Server("default"),
    Server("level-3", args(f"-cipher {STRONG}:@SECLEVEL=3"), expected=["tls_keyexchangehash ok"]),
    Server("only-1.3", args("-tls1_3"), expected=["tls_version ok", "tls_secreneg not-used"]),
    Server(
        "only-1.2", args(f"-tls1_2 -cipher {STRONG}"), expected=["tls_version ok", "tls_0rtt not-used"], known="TLSv1.2"
    ),
    Server(
        "only-1.1",
        args(f"-tls1_1 -cipher {OLD}"),
        expected=["tls_version insufficient", "tls_ciphers insufficient"],
        known="TLSv1.1",
    ),
    Server("only-1.0", args(f"-tls1 -cipher {OLD}"), expected=["tls_version insufficient"], known="TLSv1"),
    Server("all-versions", args(f"-cipher {OLD}"), expected=["tls_version insufficient", "tls_cipherorder wrong"]),
    Server("server-order", args(f"-cipher {OLD} -serverpref"), expected=["tls_ciphers insufficient"]),
    Server(
        "good-order",
        args(f"-tls1_2 -serverpref -cipher {STRONG}:AES128-SHA"),
        expected=["tls_cipherorder ok"],
        known="TLSv1.2",
    ),
    Server(
        "bad-order",
        args(f"-tls1_2 -serverpref -cipher AES128-SHA:{STRONG}"),
        expected=["tls_cipherorder wrong"],
        known="TLSv1.2",
    ),
    Server("phase-out", args(f"-tls1_2 -cipher {CBC_SHA2}"), expected=["tls_ciphers phase-out"], known="TLSv1.2"),
    Server(
        "cbc-beside",
        args(f"-tls1_2 -cipher {STRONG}:{CBC_SHA2} -serverpref"),
        expected=["tls_cipherorder ok"],
        known="TLSv1.2",
    ),
    Server(
        "rsa-transport", args("-tls1_2 -cipher AES256-GCM-SHA384"), expected=["tls_keyexchange none"], known="TLSv1.2"
    ),
    Server(
        "anonymous",
        args("-tls1_2 -cipher ADH+AES128:@SECLEVEL=0"),
        expected=["tls_ciphers insufficient"],
        unseen=UNCERTIFIED,
        known="TLSv1.2",
    ),
    Server(
        "null",
        args("-tls1_2 -cipher eNULL:AES128-SHA:@SECLEVEL=0"),
        expected=["tls_ciphers insufficient"],
        known="TLSv1.2",
    ),
    Server(
        "psk", args("-tls1_2 -cipher ALL -psk 1a2b -no_ticket"), expected=["tls_ciphers insufficient"], known="TLSv1.2"
    ),
    Server("ccm-8", args("-ciphersuites TLS_AES_128_CCM_8_SHA256"), expected=["tls_ciphers insufficient"]),
    Server("ccm-8-in-1.2", args("-tls1_2 -cipher AESCCM8"), expected=["tls_ciphers insufficient"], known="TLSv1.2"),
    Server(
        "p224",
        args("-tls1_2 -groups secp224r1 -cipher ECDHE:@SECLEVEL=0"),
        expected=["tls_keyexchange phase-out"],
        blind="it never offers P-224 alone",
        unseen=NO_HANDSHAKE,
        known="TLSv1.2",
    ),
    Server(
        "p224-beside",
        args("-tls1_2 -cipher ECDHE -groups x25519:secp224r1"),
        blind="it asks for a version without x25519",
        expected=["tls_keyexchange phase-out"],
        known="TLSv1.2",
    ),
    Server(
        "k1-beside",
        args("-tls1_2 -cipher ECDHE -groups P-256:secp256k1"),
        expected=["tls_keyexchange insufficient"],
        known="TLSv1.2",
    ),
    Server(
        "brainpool",
        args("-tls1_2 -cipher ECDHE -groups brainpoolP256r1"),
        expected=["tls_keyexchange ok"],
        unseen=NO_HANDSHAKE,
        blind="it asks for suites without brainpool",
        known="TLSv1.2",
    ),
    Server(
        "x448",
        args("-cipher ECDHE -groups X448"),
        blind="it asks for a version without x448",
        expected=["tls_keyexchange ok"],
    ),
    Server("p521", args("-cipher ECDHE -groups P-521"), expected=["tls_keyexchange ok"]),
    Server(
        "dhe", args("-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256"), expected=["tls_ciphers phase-out"], known="TLSv1.2"
    ),
    Server("ecdsa", args("-cipher ECDHE"), certificates=("ecdsa",)),
    Server("both-kinds", args("-cipher ECDHE"), certificates=("rsa", "ecdsa")),
    Server("ed25519", certificates=("ed25519",), expected=["cert_pubkey ok"]),
    Server("rsa-2048", certificates=("rsa2048",), expected=["cert_pubkey phase-out"]),
    Server(
        "sha1",
        args("-tls1_2 -sigalgs RSA+SHA1 -cipher ECDHE:@SECLEVEL=0"),
        expected=["tls_keyexchangehash insufficient"],
        known="TLSv1.2",
    ),
    Server("sha224", args("-tls1_2 -sigalgs RSA+SHA224"), expected=["tls_keyexchangehash phase-out"], known="TLSv1.2"),
    Server("sha256", args("-tls1_2 -sigalgs RSA+SHA256"), expected=["tls_keyexchangehash ok"], known="TLSv1.2"),
    Server("renegotiates", args("-client_renegotiation"), expected=["tls_clientreneg unlimited"]),
    Server("never-renegotiates", args("-no_renegotiation"), expected=["tls_clientreneg ok"]),
    Server("no-tickets", args("-num_tickets 0 -no_ticket"), expected=["tls_0rtt ok"]),
    Server(
        "chacha-first",
        args(f"-serverpref -prioritize_chacha -cipher {STRONG}:AES128-SHA"),
        expected=["tls_cipherorder ok"],
    ),
    Server("nginx-default", nginx=" ", known="TLSv1.2"),
    Server(
        "nginx-modern",
        nginx=f"ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {STRONG}; ssl_prefer_server_ciphers on;",
        certificates=("rsa", "ecdsa"),
        expected=["tls_version ok", "tls_ciphers ok", "tls_clientreneg ok"],
    ),
    Server("nginx-1.3", nginx="ssl_protocols TLSv1.3;", expected=["tls_version ok", "tls_ciphers ok"]),
    Server(
        "nginx-old",
        nginx=f"ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers {OLD}; ssl_prefer_server_ciphers off;",
        expected=["tls_version insufficient", "tls_ciphers insufficient", "tls_cipherorder wrong"],
        known="TLSv1.2",
    ),
    Server("nginx-early-data", nginx="ssl_protocols TLSv1.2 TLSv1.3; ssl_early_data on;", expected=["tls_0rtt on"]),
    Server(
        "nginx-stapling",
        nginx="ssl_stapling on; ssl_stapling_file {keys}/rsa.ocsp;",
        expected=["tls_ocsp ok"],
        known="TLSv1.2",
    ),
    Server(
        "nginx-stapling-1.3",
        nginx="ssl_protocols TLSv1.3; ssl_stapling on; ssl_stapling_file {keys}/rsa.ocsp;",
        expected=["tls_ocsp ok"],
    ),
    Server("nginx-no-stapling", nginx="ssl_session_tickets off;", expected=["tls_ocsp absent"], known="TLSv1.2"),
)
SERVERS += (
    Server("apache-default", apache=" ", expected=["tls_version ok", "tls_clientreneg ok"]),
    Server("apache-modern", apache="SSLProtocol -all +TLSv1.3", expected=["tls_version ok", "tls_ciphers ok"]),
    Server(
        "apache-intermediate",
        apache=f"SSLProtocol -all +TLSv1.2 +TLSv1.3\nSSLCipherSuite {STRONG}\nSSLHonorCipherOrder on",
        certificates=("rsa", "ecdsa"),
        expected=["tls_version ok", "tls_ciphers ok", "tls_cipherorder not-needed", "tls_ocsp absent"],
    ),
    Server(
        "apache-old",
        apache=f"SSLProtocol all\nSSLCipherSuite {OLD}\nSSLHonorCipherOrder off",
        expected=["tls_version insufficient", "tls_ciphers insufficient", "tls_cipherorder wrong"],
    ),
    Server(
        "apache-bad-order",
        apache=f"SSLProtocol -all +TLSv1.2\nSSLCipherSuite AES128-SHA:{STRONG}\nSSLHonorCipherOrder on",
        expected=["tls_ciphers insufficient", "tls_cipherorder wrong"],
        known="TLSv1.2",
    ),
    Server(
        "apache-phase-out",
        apache=f"SSLProtocol -all +TLSv1.2\nSSLCipherSuite {STRONG}:{CBC_SHA2}\nSSLHonorCipherOrder on",
        expected=["tls_ciphers phase-out", "tls_cipherorder ok"],
        known="TLSv1.2",
    ),
    Server(
        "apache-k1-beside",
        apache="SSLProtocol -all +TLSv1.2\nSSLOpenSSLConfCmd Groups P-256:secp256k1",
        expected=["tls_keyexchange insufficient"],
        known="TLSv1.2",
    ),
    Server("postfix-default", postfix={}, expected=["tls_ciphers insufficient", "tls_clientreneg ok"], unseen=MAIL),
    Server(
        "postfix-modern",
        postfix={
            "smtpd_tls_protocols": ">=TLSv1.2",
            "smtpd_tls_ciphers": "high",
            "tls_high_cipherlist": STRONG,
            "tls_preempt_cipherlist": "yes",
            "tls_ssl_options": "NO_RENEGOTIATION",
        },
        certificates=("rsa", "ecdsa"),
        expected=["tls_version ok", "tls_ciphers ok", "tls_clientreneg ok"],
        unseen=MAIL,
    ),
    Server(
        "postfix-1.3",
        postfix={"smtpd_tls_protocols": ">=TLSv1.3"},
        expected=["tls_version ok", "tls_secreneg not-used"],
        unseen=MAIL,
    ),
    Server(
        "postfix-old",
        postfix={"smtpd_tls_protocols": ">=TLSv1", "tls_medium_cipherlist": f"{OLD}"},
        expected=["tls_version insufficient", "tls_ciphers insufficient", "tls_cipherorder wrong"],
        unseen=MAIL,
    ),
)
each_server = pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.id)
CHECKS = {
    "tls_version": tls.versions,
    "tls_ciphers": tls.suites,
    "tls_cipherorder": tls.order,
    "tls_keyexchange": tls.key_exchange,
    "tls_keyexchangehash": tls.key_exchange_hash,
    "tls_compress": tls.compression,
    "tls_secreneg": tls.secure_renegotiation,
    "tls_clientreneg": tls.client_renegotiation,
    "tls_extendedmastersecret": tls.extended_master_secret,
    "tls_0rtt": tls.early_data,
    "tls_ocsp": tls_certificate.staple,
    "cert_pubkey": tls_certificate.keys,
    "cert_sig": tls_certificate.signatures,
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("tls")
    folder.chmod(0o755)
    return tls_servers.make_keys(folder)


@dataclass(frozen=True)
class Seen:
    """One server, as all saw it. ``peer`` is None where sslscan cannot see it, ``as_mail`` where OpenSSL comes to no handshake."""

    ours: Reading
    as_mail: Reading | None
    peer: Sslscan | None
    client: str


@cache
def seen(server: Server, keys: Keys) -> Seen:
    """Each server runs once."""
    program("sslscan")
    with server.run(keys) as place:
        client = s_client(place, "-tls1_2", "-cipher", OLD)
        peer = None if server.blind else sslscan(place)
        mail = None if place.starttls else asyncio.run(as_mail(place, keys))
        return Seen(ours(place, server.known), mail, peer, client)


def options_for(place: Place, ca_bundle: str = "") -> Options:
    maps = () if place.starttls else (PortMap(NETWORK, {443: place.port}),)
    return Options((), (), ca_bundle, ehlo_name="probe.example", allowed_networks=(NETWORK,), port_maps=maps)


async def as_mail(place: Place, keys: Keys | None = None) -> Reading | None:
    """By the plan of a mail address; without the dialogue before it where TLS begins at once."""
    options = options_for(place, str(keys.files["rsa"]) if keys else certifi.where())
    door = AioDoor(options, Limits())
    line = Line(place.address, 25 if place.starttls else 443, options, door, door.clock() + 50)
    async with line.connected() as connection:
        _, known = await handshake(connection, door, NAME, line.end, options=options, now=NOW)
    if not isinstance(known, TlsHandshake):
        return None
    return Reading(await tls_scan.probe_mail(NAME, line, known), known, load())


def ours(place: Place, version: str) -> Reading:
    if place.starttls:
        reading = asyncio.run(as_mail(place))
        assert reading is not None
        return reading
    known = TlsHandshake(version, "", NAME, (), Verification(0, "ok", 0))
    options = options_for(place)
    coroutine = tls_scan.probe(NAME, place.address, 443, known, options=options, limits=Limits(), seconds=50)
    return Reading(asyncio.run(coroutine), known, load())


def suites_of(scan: TlsScan, version: int) -> set[int]:
    return {answer.suite for answer in scan.answers if answer.reply is Reply.ACCEPTED and answer.version == version}


@each_server
def test_our_scan_agrees_with_sslscan(server: Server, keys: Keys) -> None:
    reading, peer = seen(server, keys).ours, seen(server, keys).peer
    if peer is None:
        pytest.skip(f"sslscan is blind here: {server.blind}")
    assert None not in reading.versions.values()
    assert {VERSIONS[code] for code, yes in reading.versions.items() if yes} == set(peer.versions)
    at_12 = {code for code in suites_of(reading.scan, TLS1_2) if "_PSK_" not in SUITES[code]}
    theirs = {code for code in peer.suites.get("TLSv1.2", ()) if code in SUITES}
    if reading.scan.complete and "TLS 1.2" in peer.versions:
        assert at_12 == theirs
    assert at_12 <= theirs
    assert suites_of(reading.scan, TLS1_3) <= set(peer.suites.get("TLSv1.3", ()))
    assert (outcome(reading, "tls_compress") == "wrong") is peer.compression
    if peer.signatures and any(map(_is_signed, at_12)):
        weak = outcome(reading, "tls_keyexchangehash") in ("phase-out", "insufficient")
        assert weak is any(code >> 8 < 4 for code in peer.signatures)


def _is_signed(code: int) -> bool:
    return "DHE_" in SUITES[code] and "_anon_" not in SUITES[code]


def outcome(reading: Reading, check: str) -> str:
    view = a_view(Suite.WEB)
    view.measured_at = max(NOW, tls_servers.now())
    return CHECKS[check](reading, view)[0].value


@each_server
def test_our_scan_says_what_was_configured(server: Server, keys: Keys) -> None:
    reading = seen(server, keys).ours
    got = [f"{name} {outcome(reading, name)}" for name in (word.split()[0] for word in server.expected)]
    assert got == list(server.expected)
    assert [name for name in CHECKS if outcome(reading, name) == "unknown"] == list(server.unseen)
    assert reading.scan.connections <= (17 if server.postfix is not None else 31)


@each_server
def test_the_plan_of_mail_comes_to_the_same_with_fewer_connections(server: Server, keys: Keys) -> None:
    """But for tickets, which mail servers are not asked for, and for the list of suites."""
    web, mail = seen(server, keys).ours, seen(server, keys).as_mail
    if mail is None:
        pytest.skip("a mail server already, or one that OpenSSL makes no connection with")
    assert mail.versions == web.versions
    compared = [name for name in CHECKS if name not in (*server.unseen, "tls_0rtt", "tls_ocsp")]
    assert {name: outcome(mail, name) for name in compared} == {name: outcome(web, name) for name in compared}
    assert mail.scan.connections <= 18  # that of the handshake before it included


@each_server
def test_our_scan_agrees_with_s_client(server: Server, keys: Keys) -> None:
    reading, client = seen(server, keys).ours, seen(server, keys).client
    if not reading.versions[TLS1_2] or "Cipher is (NONE)" in client:
        pytest.skip("s_client makes no connection with TLS 1.2")
    assert (outcome(reading, "tls_extendedmastersecret") == "ok") is ("Extended master secret: yes" in client)
    assert (outcome(reading, "tls_secreneg") == "ok") is ("Secure Renegotiation IS supported" in client)
    assert (outcome(reading, "tls_compress") == "ok") is ("Compression: NONE" in client)


SSLYZE = ("nginx-modern", "nginx-old", "renegotiates", "nginx-early-data", "apache-intermediate")


@pytest.mark.parametrize("server", [server for server in SERVERS if server.id in SSLYZE], ids=lambda server: server.id)
def test_our_scan_agrees_with_sslyze(server: Server, keys: Keys, tmp_path: Path) -> None:
    program("sslyze", needed=False)
    with server.run(keys) as place:
        reading, peer = ours(place, server.known), sslyze(place.port, tmp_path)
    if None in (peer[name] for name in ("tls_1_2_cipher_suites", "tls_extended_master_secret", "tls_compression")):
        pytest.skip("SSLyze did not finish: it makes hundreds of connections, and this server drops some")
    theirs = {item["cipher_suite"]["name"] for item in peer["tls_1_2_cipher_suites"]["accepted_cipher_suites"]}
    at_12 = {SUITES[code] for code in suites_of(reading.scan, TLS1_2)}
    assert (at_12 == theirs) if reading.scan.complete else (at_12 <= theirs)
    if reneg := peer["session_renegotiation"]:  # SSLyze itself fails at a server that never stops renegotiating
        assert (outcome(reading, "tls_clientreneg") != "ok") is reneg["is_vulnerable_to_client_renegotiation_dos"]
        assert (outcome(reading, "tls_secreneg") == "ok") is reneg["supports_secure_renegotiation"]
    ems = peer["tls_extended_master_secret"]["supports_ems_extension"]
    assert (outcome(reading, "tls_extendedmastersecret") == "ok") is ems
    assert (outcome(reading, "tls_compress") == "wrong") is peer["tls_compression"]["supports_compression"]
    if reading.versions[TLS1_3]:
        assert (outcome(reading, "tls_0rtt") == "on") is peer["tls_1_3_early_data"]["supports_early_data"]


TESTSSL = ("nginx-modern", "apache-old", "nginx-stapling", "postfix-old")
FINITE = 256  # numbers from here are finite-field groups (RFC 7919 section 2)
TESTSSL_CURVES = {"X25519": "x25519", "X448": "x448", "prime256v1": "secp256r1"}


@pytest.mark.parametrize("server", [server for server in SERVERS if server.id in TESTSSL], ids=lambda server: server.id)
def test_our_scan_agrees_with_testssl(server: Server, keys: Keys, tmp_path: Path) -> None:
    with server.run(keys) as place:
        reading, peer = ours(place, server.known), run_testssl(place, tmp_path)
    assert {VERSIONS[code] for code, yes in reading.versions.items() if yes} == peer.versions
    at_12, theirs = suites_of(reading.scan, TLS1_2), peer.suites.get("tls1_2", frozenset())
    assert (at_12 == theirs) if reading.scan.complete else (at_12 <= theirs)
    assert suites_of(reading.scan, TLS1_3) <= peer.suites.get("tls1_3", frozenset())
    named = {TESTSSL_CURVES.get(curve, curve) for curve in peer.curves}
    assert {GROUPS[code] for code in (*reading.curves, *reading.groups_13) if code < FINITE} <= named
    says = peer.findings
    assert (outcome(reading, "tls_secreneg") == "ok") is (says["secure_renego"] == "supported")
    assert (outcome(reading, "tls_compress") == "wrong") is says["CRIME_TLS"].startswith("VULNERABLE")
    extended = "extended master secret" in says["TLS_extensions"]
    assert (outcome(reading, "tls_extendedmastersecret") == "ok") is extended
    if "secure_client_renego" in says:
        assert (outcome(reading, "tls_clientreneg") == "ok") is (says["secure_client_renego"] == "not vulnerable")
    stapled = peer.finding("OCSP_stapling").startswith("offered")
    assert (outcome(reading, "tls_ocsp") == "ok") is stapled
    assert {len(chain) for chain in reading.scan.chains} == {int(peer.finding("certs_countServer"))}
