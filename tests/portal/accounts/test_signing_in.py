"""Accounts: signing up and in with a mail address, when sign-up is open, closed or bound, and the second step."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from portal.accounts import lifecycle
from portal.accounts.models import Action, AuditEntry, Membership, Organisation, Role
from tests.portal.people import a_person, signed_in, the_cast

pytestmark = pytest.mark.django_db

NEW = {"email": "dora@lindewaard.example", "password1": "een lang wachtwoord voor Dora"}


def test_who_signs_up_is_signed_in(client: Client) -> None:
    assert client.post("/account/signup/", NEW)["Location"] == "/lists/"
    assert client.get("/organisations/").status_code == 200


def test_a_mail_address_is_confirmed_first_where_mail_is_sent(client: Client, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client.post("/account/signup/", NEW)
    assert client.get("/organisations/").status_code == 302
    found = re.search(r"http://\S+/account/confirm-email/\S+", str(mail.outbox[0].body))
    assert found is not None
    client.post(found[0].replace("http://testserver", "").replace("http://127.0.0.1:8000", ""))
    assert EmailAddress.objects.get(email=NEW["email"]).verified


def test_a_weak_password_is_refused(client: Client) -> None:
    client.post("/account/signup/", {**NEW, "password1": "wachtwoord12"[:8]})
    assert not User.objects.exists()


def test_the_same_address_signs_in_with_its_password(client: Client) -> None:
    client.post("/account/signup/", NEW)
    client.post("/account/logout/")
    assert client.get("/organisations/").status_code == 302
    client.post("/account/login/", {"login": "Dora@lindewaard.example", "password": NEW["password1"]})
    assert client.get("/organisations/").status_code == 200


def test_closed_means_closed(client: Client, settings: Settings) -> None:
    settings.SIGN_UP = "closed"
    client.post("/account/signup/", NEW)
    assert not User.objects.exists()


@pytest.mark.parametrize(("email", "made"), [("dora@lindewaard.example", True), ("dora@evil.example", False)])
def test_sign_up_may_be_bound_to_mail_domains(client: Client, settings: Settings, email: str, made: bool) -> None:
    settings.SIGN_UP_MAIL_DOMAINS = ["lindewaard.example"]
    client.post("/account/signup/", {**NEW, "email": email})
    assert User.objects.exists() == made


def test_an_invitation_lets_its_holder_in_and_is_the_next_page(client: Client, settings: Settings) -> None:
    settings.SIGN_UP = "closed"
    settings.SIGN_UP_MAIL_DOMAINS = ["lindewaard.example"]
    cast = the_cast()
    path = lifecycle.invite(cast.ours, "dora@leverancier.example", Role.READER, by=cast.alice).removeprefix(
        "http://127.0.0.1:8000"
    )
    client.post(path, {"new": "1"})
    assert client.post("/account/signup/", {**NEW, "email": "eve@lindewaard.example"}).status_code == 200
    assert not User.objects.filter(email="eve@lindewaard.example").exists()
    assert client.post("/account/signup/", {**NEW, "email": "dora@leverancier.example"})["Location"] == path
    client.post(path)
    assert Membership.objects.get(user__email="dora@leverancier.example").organisation == cast.ours


def test_whose_address_may_not_sign_up_may_still_ask_for_a_new_password(client: Client, settings: Settings) -> None:
    a_person("dora")
    settings.SIGN_UP, settings.SIGN_UP_MAIL_DOMAINS = "closed", ["elsbroek.example"]
    assert client.post("/account/password/reset/", {"email": "dora@lindewaard.example"}).status_code == 302
    assert [message.to for message in mail.outbox] == [["dora@lindewaard.example"]]


def test_nobody_learns_whether_an_address_has_an_account(client: Client, settings: Settings) -> None:
    """Signing up, asking for a new password and a wrong password answer the same for an address that is known and one that is not."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    known = a_person("dora")
    EmailAddress.objects.create(user=known, email=known.email, verified=True, primary=True)
    answers = []
    for email in (known.email, "nobody@lindewaard.example"):
        visitor = Client()
        signed_up = visitor.post("/account/signup/", {**NEW, "email": email})
        reset = visitor.post("/account/password/reset/", {"email": email})
        login = visitor.post("/account/login/", {"login": email, "password": "een verkeerd wachtwoord"})
        words = re.sub(r'value="[^"]*"', "", login.content.decode())
        answers.append((signed_up.status_code, signed_up["Location"], reset.status_code, reset["Location"], words))
    assert answers[0] == answers[1]


def test_guessing_a_password_ends_in_a_page_that_says_so(client: Client) -> None:
    client.post("/account/signup/", NEW)
    client.post("/account/logout/")
    wrong = {"login": NEW["email"], "password": "een verkeerd wachtwoord"}
    for _ in range(5):
        assert client.post("/account/login/", wrong).status_code == 200
    refused = client.post("/account/login/", {"login": NEW["email"], "password": NEW["password1"]})
    assert client.get("/organisations/").status_code == 302
    assert refused.status_code == 200
    statuses = [client.post("/account/login/", {**wrong, "login": f"a{n}@b.example"}).status_code for n in range(30)]
    page = client.post("/account/login/", wrong)
    assert statuses[-1] == page.status_code == 429
    assert 'class="utrecht-page-header"' in page.content.decode()


def test_the_admin_has_no_way_in_of_its_own(client: Client) -> None:
    boss = a_person("boss", is_staff=True, is_superuser=True)
    boss.set_password("een lang wachtwoord")
    boss.save()
    answer = client.post("/admin/login/", {"username": "boss", "password": "een lang wachtwoord"})
    assert answer["Location"].startswith("/account/login/?next=")
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert signed_in(boss).get("/admin/").status_code == 200
    assert signed_in(a_person("bob")).get("/admin/", follow=True).status_code == 403


def test_a_session_is_a_secret_of_the_browser_that_ends_with_it(client: Client) -> None:
    client.post("/account/signup/", NEW)
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"], cookie["expires"]) == (True, "Lax", "", "")
    assert client.session.get_expiry_age() <= 12 * 3600


def test_another_password_ends_the_sessions_of_other_browsers(client: Client) -> None:
    client.post("/account/signup/", NEW)
    other = Client()
    other.post("/account/login/", {"login": NEW["email"], "password": NEW["password1"]})
    assert other.get("/organisations/").status_code == 200
    new = {"password1": "een heel ander wachtwoord", "password2": "een heel ander wachtwoord"}
    client.post("/account/password/change/", {"oldpassword": NEW["password1"], **new})
    assert client.get("/organisations/").status_code == 200
    assert other.get("/organisations/").status_code == 302


def test_no_page_leads_an_open_redirect(client: Client) -> None:
    client.post("/account/signup/", NEW)
    client.post("/account/logout/")
    answer = client.post(
        "/account/login/?next=https://evil.example/",
        {"login": NEW["email"], "password": NEW["password1"], "next": "https://evil.example/"},
    )
    assert answer["Location"] == "/lists/"


def test_the_second_step_is_asked_of_who_switched_it_on(client: Client) -> None:
    client.post("/account/signup/", NEW)
    Authenticator.objects.create(user=User.objects.get(), type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    client.post("/account/logout/")
    answer = client.post("/account/login/", {"login": NEW["email"], "password": NEW["password1"]})
    assert answer["Location"].startswith("/account/2fa/authenticate/")
    assert client.get("/organisations/").status_code == 302


def sign_up_and_in(client: Client) -> None:
    """A new account that has just given its password, as changes to signing in ask for."""
    client.post("/account/signup/", NEW)
    client.post("/account/reauthenticate/", {"password": NEW["password1"]})


def test_the_code_for_the_app_is_drawn_in_the_page(client: Client) -> None:
    sign_up_and_in(client)
    html = client.get("/account/2fa/totp/activate/").content.decode()
    assert 'class="zegel-qr"' in html
    assert "data:image" not in html


PAGES = [
    "login/", "signup/", "logout/", "email/", "password/change/", "password/reset/", "password/reset/done/", "2fa/", "2fa/totp/activate/",
    "2fa/webauthn/add/", "reauthenticate/", "confirm-email/",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_of_an_account_has_our_frame_and_obeys_the_policy(path: str, language: str) -> None:
    browser = Client()
    if path not in ("login/", "signup/", "password/reset/", "password/reset/done/", "confirm-email/"):
        sign_up_and_in(browser)
    response = browser.get(f"/account/{path}", {"lang": language})
    html = response.content.decode()
    assert response.status_code == 200
    assert f'lang="{language}"' in html
    assert len(re.findall("<h1", html)) == 1
    assert 'class="utrecht-page-header"' in html
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|src=\"data:", html)


def test_an_owner_made_by_the_operator_is_asked_by_mail(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("createorganisation", "Lindewaard", "alice@lindewaard.example")
    link = re.search(r"/invitations/[\w-]{32}/", capsys.readouterr().out)
    assert link is not None
    alice = a_person("alice")
    signed_in(alice).post(link[0])
    assert Membership.objects.get(user=alice).role == Role.OWNER


def test_an_account_that_exists_becomes_owner_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    alice = a_person("alice")
    call_command("createorganisation", "Lindewaard", "Alice@lindewaard.example")
    assert "owned by" in capsys.readouterr().out
    assert Membership.objects.get(user=alice).role == Role.OWNER


def test_an_account_that_claims_an_address_without_confirming_it_is_not_made_owner(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    squatter = a_person("alice")
    call_command("createorganisation", "Lindewaard", "alice@lindewaard.example")
    assert "is invited as owner" in capsys.readouterr().out
    assert not Membership.objects.filter(user=squatter).exists()


def test_the_operator_chooses_the_language_of_an_organisation() -> None:
    call_command("createorganisation", "Lindewaard", "alice@lindewaard.example", "--language", "en")
    assert Organisation.objects.get().language == "en"
    assert AuditEntry.objects.filter(action=Action.ORGANISATION_CREATED, actor=None).exists()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_mails_of_accounts_name_the_portal_and_speak_as_it_does(
    client: Client, settings: Settings, language: str
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION, settings.SITE_NAME = "mandatory", "Zegel van Lindewaard"
    known = a_person("alice")
    EmailAddress.objects.create(user=known, email=known.email, verified=True, primary=True)
    client.get("/", {"lang": language})
    client.post("/account/signup/", NEW)
    client.post("/account/signup/", {**NEW, "email": known.email})
    for email in (known.email, "nobody@lindewaard.example"):
        client.post("/account/password/reset/", {"email": email})
    assert len(mail.outbox) == 4
    familiar = re.compile(r"\b(?:je|jij|jou|jouw)\b", re.IGNORECASE)
    for message in mail.outbox:
        text = f"{message.subject}\n{message.body}"
        assert "Zegel van Lindewaard" in text
        assert not familiar.search(text)
        assert ("Somebody" in text) == (language == "en")
        assert "testserver!" not in text
