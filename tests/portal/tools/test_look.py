"""A look at a service: its one address from the first second, what the page says, and what becomes of lost ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client
from django.utils import timezone

from checks import tlsa_tools
from portal.tools import lifecycle, tasks
from portal.tools.models import Look
from tests.checks.made import Made
from tests.checks.tools.documents import GONE, LEAF, NEXT, ROOT, a_document, record_of

pytestmark = pytest.mark.django_db


def a_look(document: dict[str, Any] | None = None, **fields: Any) -> Look:
    look = Look.objects.create(**{"host": "mx1.good.example", "port": 25, **fields})
    if document is not None:
        lifecycle.claim(look.pk)
        assert lifecycle.finish(look, document)
    return look


def page_of(look: Look, language: str = "en", query: str = "") -> str:
    Client().get("/")
    return Client().get(f"{look.get_absolute_url()}?lang={language}{query}").content.decode()


def test_asking_makes_a_look_that_waits_and_refreshes_itself(client: Client) -> None:
    response = client.post("/tools/service/", {"host": "mx1.good.example", "port": "25"})
    look = Look.objects.get()
    assert response["Location"] == look.get_absolute_url()
    page = page_of(look)
    assert "We are looking at mx1.good.example, port 25." in page
    assert '<noscript><meta http-equiv="refresh"' in page
    part = client.get(f"{look.get_absolute_url()}?part=progress")
    assert part["X-Scan-Status"] == "queued"
    assert "<html" not in part.content.decode()


def test_a_service_in_order_says_sealed_and_that_nothing_changes() -> None:
    page = page_of(a_look(a_document(record_of(LEAF))))
    assert "Nothing: this is what is published." in page
    assert "192.0.2.25" in page
    assert "we have no IPv6" in page
    assert "&lt;b&gt;mx1&lt;/b&gt;" in page
    assert "<b>mx1</b>" not in page


def test_a_stale_record_gets_its_replacement_and_the_order() -> None:
    look = a_look(a_document(GONE))
    page = page_of(look)
    assert "Seal broken" in page
    assert f"3600 IN TLSA {record_of(LEAF)}" in page
    assert page.index("<b>Add</b>") < page.index("<b>Remove</b>")
    assert "Is it there for a next key?" in page
    assert "Zegel verbroken" in page_of(look, "nl")


def test_the_choice_in_the_address_changes_the_records() -> None:
    look = a_look(a_document(record_of(LEAF)))
    assert "TLSA 2 1 1" in page_of(look, query="&choice=both")
    assert "TLSA 3 0 2" in page_of(look, query="&choice=3-0-2")
    for nonsense in ("9-9-9", "x", "<script>", "1-2", ""):
        assert "TLSA 3 1 1" in page_of(look, query=f"&choice={nonsense}")


@pytest.mark.parametrize(
    ("records", "shown", "sentence"),
    [
        ([record_of(LEAF)], LEAF, "No name server gives the new record"),
        ([record_of(LEAF), record_of(NEXT)], LEAF, "The new certificate may be put on the server from"),
        ([record_of(LEAF), record_of(NEXT)], NEXT, "The old record may go from"),
        ([record_of(NEXT)], NEXT, "The roll-over is done"),
        ([record_of(LEAF)], NEXT, "The order is wrong"),
    ],
)
def test_with_the_new_record_the_page_says_how_far_the_roll_over_is(
    records: list[str], shown: Any, sentence: str
) -> None:
    servers = [{"host": "ns1.good.example", "address": "192.0.2.1", "failure": "", "records": records}]
    document = a_document(*records, shown=shown, servers=servers)
    document["addresses"] = document["addresses"][:1]
    assert sentence in page_of(a_look(document, wanted=[record_of(NEXT)]))


def test_an_address_that_was_not_reached_makes_the_stage_unknown() -> None:
    servers = [{"host": "ns1.good.example", "address": "192.0.2.1", "failure": "", "records": [record_of(LEAF)]}]
    document = a_document(record_of(LEAF), servers=servers)
    document["addresses"][1]["failure"] = "timeout"
    assert "We could not see every name server" in page_of(a_look(document, wanted=[record_of(NEXT)]))


def test_without_ipv6_of_our_own_the_stage_is_told_with_what_we_did_not_see() -> None:
    servers = [
        {"host": "ns1.good.example", "address": "192.0.2.1", "failure": "", "records": [record_of(LEAF)]},
        {"host": "ns1.good.example", "address": "2001:db8::1", "failure": "no-ipv6", "records": None},
    ]
    page = page_of(a_look(a_document(record_of(LEAF), servers=servers), wanted=[record_of(NEXT)]))
    assert "No name server gives the new record" in page
    assert "We have no IPv6: we have not seen the IPv6 addresses." in page


def test_the_link_to_the_planner_has_everything_filled_in(client: Client) -> None:
    page = page_of(a_look(a_document(record_of(LEAF))))
    link = page.split('href="/tools/rollover/?')[1].split('"')[0].replace("&amp;", "&")
    for part in ("host=mx1.good.example", "port=25", "ttl=3600", "expire=604800", "published=leaf-key"):
        assert part in link
    form = client.get(f"/tools/rollover/?{link}").content.decode()
    assert 'value="604800"' in form


def test_a_look_that_nobody_finished_offers_to_try_again() -> None:
    look = a_look(requested_at=timezone.now() - timedelta(minutes=10), wanted=[GONE])
    page = page_of(look)
    assert "This was not finished." in page
    assert GONE in page


def test_a_look_is_claimed_once_and_stored_once() -> None:
    look = a_look()
    assert lifecycle.claim(look.pk) is not None
    assert lifecycle.claim(look.pk) is None
    assert lifecycle.finish(look, a_document())
    assert not lifecycle.finish(look, a_document())


def test_the_task_measures_and_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(asked: tlsa_tools.Asked, options: object) -> dict[str, Any]:
        return a_document(record_of(LEAF), port=asked.port)

    monkeypatch.setattr(tlsa_tools, "check", check)
    look = a_look()
    tasks.run_look(look.pk)
    tasks.run_look(look.pk)
    look.refresh_from_db()
    assert look.status == "finished"
    assert look.document is not None
    assert look.document["verdict"] == "matches"


def test_a_crash_ends_the_look() -> None:
    look = a_look()
    lifecycle.claim(look.pk)
    tasks.LookTask().on_failure(RuntimeError(), "", [look.pk], {}, None)
    look.refresh_from_db()
    assert look.status == "failed"
    assert "This was not finished." in page_of(look)


def test_old_looks_are_removed() -> None:
    a_look(requested_at=timezone.now() - timedelta(days=8))
    kept = a_look()
    assert lifecycle.prune() == 1
    assert Look.objects.get() == kept


def test_an_id_that_nobody_has_is_not_found(client: Client) -> None:
    assert client.get("/tools/service/aaaaaaaaaaaaaaaa/").status_code == 404


def test_only_records_are_carried_along(client: Client) -> None:
    wanted = ["<script>", "3 1 1 zz", GONE]
    response = client.post("/tools/service/", {"host": "mx1.good.example", "port": "25", "wanted": wanted})
    assert response.status_code == 303
    assert Look.objects.get().wanted == [GONE]


@pytest.mark.parametrize(
    "changes",
    [
        {"ttl": 0},
        {"ttl": 2**31 - 1},
        {"soa": {"refresh": 2**32 - 1, "retry": 2**32 - 1, "expire": 2**32 - 1, "minimum": 0}},
        {"soa": {}},
        {"bases": ["a\\032b.$(reboot).example."]},
        {"zone": ""},
        {"zone": "elsewhere.example."},
        {"addresses": []},
        {"chain": []},
        {"ttl": 0, "records": []},
    ],
    ids=str,
)
@pytest.mark.parametrize("wanted", [[], [GONE], ["3 1 1 " + "ab" * 9000]], ids=len)
def test_no_zone_and_no_server_can_make_the_page_fail(changes: dict[str, Any], wanted: list[str]) -> None:
    look = a_look(a_document(GONE, **changes), wanted=wanted)
    response = Client().get(look.get_absolute_url())
    assert response.status_code == 200
    assert "$(reboot)" not in "".join(copy.text for copy in getattr(response.context["page"].made, "copies", ()))


def test_a_very_large_certificate_in_full_is_made(client: Client) -> None:
    made = Made.issued("mx1.good.example", names=tuple(f"name-{number}.good.example" for number in range(700)))
    pem = made.certificate.public_bytes(Encoding.PEM).decode()
    numbers = {"choice": "own", "usage": "3", "selector": "0", "matching": "0"}
    response = client.post("/tools/tlsa/", {"host": "mx1.good.example", "port": "25", "pem": pem, **numbers})
    assert made.der.hex() in response.content.decode()


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (record_of(LEAF), "matches the certificate of the server"),
        (record_of(ROOT).replace("3 1 1", "2 1 1"), "matches an issuer in the chain"),
        (record_of(ROOT), "does not match a certificate that is shown here"),
        (record_of(LEAF).replace("3 1 1", "3 9 9"), "does not match a certificate that is shown here"),
    ],
    ids=["leaf", "issuer", "issuer as leaf", "unknown numbers"],
)
def test_the_page_says_what_a_given_record_would_match(wanted: str, sentence: str) -> None:
    page = page_of(a_look(a_document(record_of(LEAF)), wanted=[wanted]))
    assert sentence in page
    assert "we saw no certificate here" in page


@pytest.mark.parametrize("numbers", ["3 9 9", "0 1 1", "3 1 2", "200 200 200"])
def test_a_record_that_senders_cannot_use_is_never_proposed(numbers: str) -> None:
    look = a_look(a_document(GONE), wanted=[GONE.replace("3 1 1", numbers)])
    assert Client().get(look.get_absolute_url()).context["page"].made is None
