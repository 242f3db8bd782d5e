"""POST /scan/: what people paste becomes a scan and a permalink, or a sentence beside the field."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.scans.models import Scan, Status
from tests.portal.builders import a_finished_scan, a_running_scan

pytestmark = pytest.mark.django_db

BOTH = ["mail", "web"]


def post(client: Client, domain: str, suite: list[str] | None = None, **values: str) -> object:
    return client.post("/scan/", {"domain": domain, "suite": BOTH if suite is None else suite, **values})


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("good.example", "good.example"),
        ("  GOOD.Example. ", "good.example"),
        ("https://good.example/path?query#part", "good.example"),
        ("http://user:secret@good.example:8080/", "good.example"),
        ("info@good.example", "good.example"),
        ("mailto:info@good.example", "good.example"),
        ("Info <info@good.example>", "good.example"),
        ("bücher.example", "xn--bcher-kva.example"),  # RFC 3492's method, by hand
        ("münchen。example", "xn--mnchen-3ya.example"),
    ],
)
def test_what_people_paste_becomes_a_domain(client: Client, typed: str, domain: str) -> None:
    response = post(client, typed)
    scan = Scan.objects.get(suite="mail")
    assert scan.domain == domain
    assert response.status_code == 303
    assert response["Location"] == f"/mail/{domain}/{scan.public_id}/"


def test_both_suites_are_scanned_and_the_page_lands_on_mail(client: Client) -> None:
    response = post(client, "good.example")
    assert response["Location"].startswith("/mail/good.example/")
    assert set(Scan.objects.values_list("suite", "status")) == {("mail", Status.QUEUED), ("web", Status.QUEUED)}


def test_one_suite_is_scanned_when_one_is_ticked(client: Client) -> None:
    response = post(client, "good.example", ["web"])
    assert response["Location"].startswith("/site/good.example/")
    assert Scan.objects.get().suite == "web"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Fill in a domain name"),
        ("   ", "Fill in a domain name"),
        ("192.0.2.10", "192.0.2.10 is an IP address"),
        ("[2001:db8::1]", "is an IP address"),
        ("http://192.0.2.10/", "is an IP address"),
        ("localhost", "has no dot in it"),
        ("co.uk", "is an ending under which others register names"),
        ("_dmarc.good.example", "has an underscore"),
        ("a" * 300 + ".example", "is too long for a domain name"),
        ("a" * 64 + ".example", "is too long for a domain name"),
        ("x" * 3000, "is too long for a domain name"),
        ("😀 .example", "has a character that cannot be in a domain name"),
        ("good\x07.example", "has a character that cannot be in a domain name"),
        ("good example.nl", "has a character that cannot be in a domain name"),
        ("-good.example", "is not a domain name"),
    ],
)
def test_what_is_no_domain_is_refused_with_the_reason_beside_the_field(
    client: Client, typed: str, sentence: str
) -> None:
    response = client.post("/scan/?lang=en", {"domain": typed, "suite": BOTH})
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert 'aria-invalid="true"' in page
    assert Scan.objects.count() == 0


def test_a_null_character_is_refused(client: Client) -> None:
    response = post(client, "good\x00.example")
    assert response.status_code == 422
    assert Scan.objects.count() == 0


def test_the_refusal_speaks_dutch_by_default(client: Client) -> None:
    assert "192.0.2.10 is een IP-adres" in post(client, "192.0.2.10").content.decode()


def test_markup_in_the_field_stays_text(client: Client) -> None:
    page = post(client, '"><script>alert(1)</script>').content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_what_was_typed_stays_in_the_field(client: Client) -> None:
    assert 'value="192.0.2.10"' in post(client, "192.0.2.10").content.decode()


def test_a_long_text_is_not_repeated_in_full_in_the_message(client: Client) -> None:
    form = post(client, "a" * 300 + ".example").context["form"]
    assert max(len(error) for error in form.errors["domain"]) < 300


@pytest.mark.parametrize("suites", [[], ["ftp"], ["mail", "ftp"]])
def test_a_suite_must_be_chosen(client: Client, suites: list[str]) -> None:
    response = post(client, "good.example", suites)
    assert response.status_code == 422
    assert Scan.objects.count() == 0


def test_a_fresh_report_is_shown_instead_of_a_new_scan(client: Client) -> None:
    scan = a_finished_scan(age_seconds=60)
    response = post(client, "good.example", ["mail"])
    assert response["Location"] == f"{scan.get_absolute_url()}?fresh=1"
    assert Scan.objects.count() == 1


def test_again_makes_a_new_scan_in_spite_of_a_fresh_report(client: Client) -> None:
    scan = a_finished_scan(age_seconds=60)
    response = post(client, "good.example", ["mail"], again="on")
    assert scan.public_id not in response["Location"]
    assert Scan.objects.count() == 2


def test_a_running_scan_is_joined(client: Client) -> None:
    scan = a_running_scan()
    assert post(client, "good.example", ["mail"], again="on")["Location"] == scan.get_absolute_url()


def test_a_form_from_elsewhere_is_refused() -> None:
    response = Client(enforce_csrf_checks=True).post("/scan/", {"domain": "good.example", "suite": BOTH})
    assert response.status_code == 403
    assert Scan.objects.count() == 0


def test_a_form_of_ours_is_accepted() -> None:
    client = Client(enforce_csrf_checks=True)
    token = str(client.get("/").context["csrf_token"])
    data = {"domain": "good.example", "suite": BOTH, "csrfmiddlewaretoken": token}
    assert client.post("/scan/", data).status_code == 303


def test_get_goes_home_and_asks_for_nothing(client: Client) -> None:
    assert client.get("/scan/?domain=good.example&suite=mail")["Location"] == "/"
    assert Scan.objects.count() == 0


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    assert getattr(client, method)("/scan/").status_code == 405


def test_a_huge_form_is_refused(client: Client) -> None:
    assert client.post("/scan/", {"domain": "a" * 2_000_000, "suite": BOTH}).status_code == 400
