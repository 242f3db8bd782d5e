"""Settings of the engine: what is read, and what is refused in a sentence that names the variable."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from checks import Options
from checks.policy.tls_profile import CURRENT

RESOLVER = {"CHECKS_RESOLVERS": "192.0.2.53"}


def test_the_defaults_are_the_root_keys_and_nobody_private() -> None:
    options = Options.from_env(RESOLVER)
    assert [anchor.split()[:3] for anchor in options.trust_anchors] == [[".", "DS", "20326"], [".", "DS", "38696"]]
    assert (options.allowed_networks, options.port_maps, options.deadline, options.ipv6) == ((), (), 60.0, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)
def test_resolvers(text: str, expected: tuple[str, int]) -> None:
    assert Options.from_env({"CHECKS_RESOLVERS": f" {text} , 198.51.100.53"}).resolvers == (
        expected,
        ("198.51.100.53", 53),
    )


def test_a_port_map_names_ports_by_network() -> None:
    options = Options.from_env({**RESOLVER, "CHECKS_PORT_MAP": "127.0.0.0/8:25=10025,443=10443,[::1/128]:25=20025"})
    assert [(item.network, dict(item.ports)) for item in options.port_maps] == [
        (ip_network("127.0.0.0/8"), {25: 10025, 443: 10443}),
        (ip_network("::1/128"), {25: 20025}),
    ]


def test_a_prefix_behind_nat64_has_96_bits() -> None:
    assert Options.from_env(RESOLVER).nat64 is None
    assert Options.from_env({**RESOLVER, "CHECKS_NAT64": " 2001:db8:64::/96 "}).nat64 == ip_network("2001:db8:64::/96")


def test_trust_anchors_of_several_names_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "anchors"
    file.write_text(
        "; practice\n. 172800 IN DS 20326 8 2 " + "AB" * 32 + "\nTest. IN DS 1 13 2 " + "CD" * 32 + " ; ours\n"
    )
    anchors = Options.from_env({**RESOLVER, "CHECKS_TRUST_ANCHORS": str(file)}).trust_anchors
    assert [anchor.split()[0] for anchor in anchors] == [".", "test."]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHECKS_RESOLVERS", "resolver.example"),
        ("CHECKS_RESOLVERS", "192.0.2.53:99999"),
        ("CHECKS_ALLOWED_NETWORKS", "10.0.0.0/99"),
        ("CHECKS_PORT_MAP", "25=10025"),
        ("CHECKS_PORT_MAP", "127.0.0.0/8:25"),
        ("CHECKS_PORT_MAP", "[::1/999]:25=1"),
        ("CHECKS_NAT64", "64:ff9b::/64"),
        ("CHECKS_NAT64", "192.0.2.0/24"),
        ("CHECKS_NAT64", "2001:db8:64::1/96"),
        ("CHECKS_IPV6", "maybe"),
        ("CHECKS_SOURCE_IPV4", "2001:db8::1"),
        ("CHECKS_SOURCE_IPV6", "nonsense"),
        ("CHECKS_DEADLINE", "soon"),
        ("CHECKS_TLS_PROFILE", "ncsc_tls_1999"),
        ("CHECKS_DEADLINE", "0"),
        ("CHECKS_CA_BUNDLE", "/does/not/exist.pem"),
        ("CHECKS_TRUST_ANCHORS", "/does/not/exist"),
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_variable(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        Options.from_env({**RESOLVER, name: value})


def test_a_file_without_certificates_is_no_ca_bundle(tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    file.write_text("nothing of the kind")
    with pytest.raises(ValueError, match="CHECKS_CA_BUNDLE"):
        Options.from_env({**RESOLVER, "CHECKS_CA_BUNDLE": str(file)})


@pytest.mark.parametrize("text", ["", "only a comment ;", ". IN A 192.0.2.1", ". IN DS 1 2"])
def test_a_trust_anchor_file_without_anchors_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "anchors"
    file.write_text(text)
    with pytest.raises(ValueError, match="CHECKS_TRUST_ANCHORS"):
        Options.from_env({**RESOLVER, "CHECKS_TRUST_ANCHORS": str(file)})


def test_tls_is_judged_by_the_newest_guidelines_unless_told_otherwise() -> None:
    assert Options.from_env(RESOLVER).tls_profile == CURRENT
    assert Options.from_env({**RESOLVER, "CHECKS_TLS_PROFILE": "ncsc_tls_2021"}).tls_profile == "ncsc_tls_2021"


def test_we_introduce_ourselves_by_the_name_of_the_site() -> None:
    options = Options.from_env({**RESOLVER, "SITE_NAME": "zegel.example", "SITE_URL": "https://zegel.example/"})
    assert options.ehlo_name == "zegel.example"
    assert "https://zegel.example/visit/" in options.user_agent
