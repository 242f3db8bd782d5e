"""TLSA records taken apart: what each part says, and the two fingerprints beside each other."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from portal.scans.anatomy import Host, build, grouped
from tests.portal.looks.documents import Json, a_check, a_record, a_row

DNS, SERVED = "92f04b3a" * 8, "aac96528" * 8


def hosts(*rows: Json, language: str = "nl") -> tuple[Host, ...]:
    return build([a_check("mail_starttls_dane_valid", "failed", "no-match", rows)], language)


def stale(address: str = "192.0.2.25", **more: object) -> Json:
    record = {**a_record(False, DNS), "served": SERVED, **more}
    owner = "_25._tcp.mx1.good.example."
    return a_row("mx1.good.example", address, "failed", "no-match", owner=owner, records=[record])


def fine(host: str = "mx0.good.example") -> Json:
    return a_row(host, "192.0.2.26", "passed", "ok", records=[{**a_record(True, SERVED), "served": SERVED}])


def test_a_fingerprint_in_dns_stands_beside_the_one_served_and_they_differ() -> None:
    record = hosts(stale())[0].records[0]
    assert record.in_dns == grouped(DNS)
    assert record.served == grouped(SERVED)
    assert record.status == "failed"
    assert record.parts[3].word == "past op geen enkel certificaat"
    assert record.sentence.startswith("De twee vingerafdrukken zijn niet gelijk.")


def test_a_record_that_matches_says_at_which_depth() -> None:
    record = hosts(fine())[0].records[0]
    assert (record.status, record.parts[3].word) == ("passed", "past, op diepte 0")
    assert record.sentence == "De vingerafdrukken zijn gelijk, op diepte 0 van de keten."


def test_a_record_that_there_was_nothing_to_compare_with_gets_no_verdict() -> None:
    record = hosts(stale(reason=None, served=""))[0].records[0]
    assert (record.status, record.parts[3].status, record.parts[3].word) == ("not_tested", "not_tested", "niet getest")


def test_hosts_that_fail_stand_first_and_open() -> None:
    assert [(host.name, host.open) for host in hosts(fine(), stale())] == [
        ("mx1.good.example", True),
        ("mx0.good.example", False),
    ]


def test_addresses_that_show_the_same_stand_together() -> None:
    found = hosts(stale(), stale("2001:db8::25"))
    assert [host.where for host in found] == ["192.0.2.25, 2001:db8::25"]
    other = hosts(stale(), stale("2001:db8::25", served="00" * 32))
    assert len(other) == 2


@pytest.mark.parametrize(
    ("usage", "status"), [(0, "warning"), (1, "warning"), (2, "passed"), (3, "passed"), (9, "warning")]
)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_usage_that_mail_cannot_use_is_said_so(usage: int, status: str, language: str) -> None:
    part = hosts(stale(usage=usage), language=language)[0].records[0].parts[0]
    assert part.status == status
    assert part.title
    assert part.text


def test_a_record_that_no_sender_may_use_is_not_called_a_mismatch() -> None:
    record = hosts(stale(usable=False, reason="digest-length", served=""))[0].records[0]
    assert record.status == "warning"
    assert record.sentence == "Dit record telt niet mee: een afzender mag het niet gebruiken."


def test_a_server_that_showed_nothing_gives_nothing_to_compare() -> None:
    record = hosts(stale(served=""))[0].records[0]
    assert (record.served, record.sentence) == ("", "De server toonde niets om dit record mee te vergelijken.")


def test_without_records_there_is_nothing_to_take_apart() -> None:
    assert hosts(a_row("mx1.good.example", "192.0.2.25", "not_tested", "no-tlsa", records=[])) == ()


def test_the_links_to_the_tools_are_filled_in_with_this_host() -> None:
    [host] = hosts(stale())
    assert host.make == "host=mx1.good.example&port=25"
    assert parse_qs(host.plan) == {"host": ["mx1.good.example"], "port": ["25"], "published": ["leaf-key"]}


def test_a_record_that_no_sender_may_use_plans_nothing() -> None:
    [host] = hosts(stale(usable=False, reason="digest-length", served=""))
    assert "published" not in parse_qs(host.plan)
