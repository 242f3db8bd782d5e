"""The forms of publishing: what DNS software reads back, and names that are none."""

from __future__ import annotations

import json

import dns.update
import dns.zone
import pytest

from checks.records.tlsa import parse
from checks.tools.formats import Format, RecordSet, fields, texts

DATA = "ab" * 32
OWNER = "_25._tcp.mx1.good.example."
SET = RecordSet(OWNER, "good.example.", 3600, (parse(f"3 1 1 {DATA}"), parse(f"2 1 1 {DATA}")))


def test_a_zone_file_is_read_back_by_dns_software() -> None:
    head = "$ORIGIN good.example.\n@ 60 IN SOA ns hm 1 1 1 1 1\n@ 60 IN NS ns\n"
    zone = dns.zone.from_text(head + texts(SET)[Format.ZONE] + "\n", origin="good.example.")
    found = zone.get_rdataset("_25._tcp.mx1", "TLSA")
    assert found is not None
    assert (found.ttl, {item.to_text() for item in found}) == (3600, {f"3 1 1 {DATA}", f"2 1 1 {DATA}"})


def test_nsupdate_names_the_zone_and_sends_once() -> None:
    assert texts(SET)[Format.NSUPDATE].splitlines() == [
        "zone good.example.",
        f"update add {OWNER} 3600 TLSA 3 1 1 {DATA}",
        f"update add {OWNER} 3600 TLSA 2 1 1 {DATA}",
        "send",
    ]


def test_powerdns_and_windows_get_the_name_within_the_zone() -> None:
    made = texts(SET)
    assert made[Format.POWERDNS].splitlines()[0] == (
        f"pdnsutil add-record good.example _25._tcp.mx1 TLSA 3600 '3 1 1 {DATA}'"
    )
    assert made[Format.WINDOWS].splitlines()[1] == (
        'Add-DnsServerResourceRecord -TLSA -ZoneName "good.example" -Name "_25._tcp.mx1" -TimeToLive 0.01:00:00 '
        "-CertificateUsage TrustAnchorAssertion -Selector SubjectPublicKeyInfo -MatchingType Sha256Hash "
        f'-CertificateAssociationData "{DATA}"'
    )


def test_json_and_the_fields_of_a_form_hold_the_same_record() -> None:
    shown = json.loads(texts(SET)[Format.JSON])
    assert shown["owner"] == OWNER
    assert shown["records"][0] == {"usage": 3, "selector": 1, "matching_type": 1, "data": DATA}
    assert dict(fields(SET)[0]) == {
        "name": "_25._tcp.mx1",
        "type": "TLSA",
        "ttl": "3600",
        "usage": "3",
        "selector": "1",
        "matching": "1",
        "data": DATA,
    }


@pytest.mark.parametrize("numbers", ["4 1 1", "3 2 1", "3 1 3", "255 255 255"])
def test_numbers_without_a_meaning_are_not_published(numbers: str) -> None:
    with pytest.raises(ValueError, match="RFC 7218"):
        RecordSet(OWNER, "", 3600, (parse(f"{numbers} {DATA}"),))


def test_without_a_known_zone_the_name_stays_whole() -> None:
    assert RecordSet(OWNER, "", 300, SET.records).relative == OWNER


@pytest.mark.parametrize(
    ("owner", "zone", "ttl"),
    [
        ("mx1.good.example.", "", 3600),
        ("_25._tcp.mx1.good.example", "", 3600),
        ('_25._tcp.a"; Remove-Item C:.example.', "", 3600),
        ("_25._tcp.$(reboot).example.", "", 3600),
        (OWNER, "other.example.", 3600),
        (OWNER, "good.example.", 0),
        (OWNER, "good.example.", 10**9),
    ],
)
def test_what_is_no_name_or_no_ttl_never_reaches_a_command(owner: str, zone: str, ttl: int) -> None:
    with pytest.raises(ValueError, match="not "):
        RecordSet(owner, zone, ttl, SET.records)
