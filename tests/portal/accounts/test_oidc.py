"""Signing in with an identity provider of one's own: the whole way over a real wire, and what must not get in."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from http.client import HTTPMessage, HTTPResponse
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from portal.accounts import lifecycle
from portal.accounts.models import Membership, Role
from tests.portal.accounts.provider import Provider, running
from tests.portal.looks.test_browser import browser
from tests.portal.people import a_person, the_cast

__all__ = ["browser"]
pytestmark = pytest.mark.django_db

LOGIN = "/account/oidc/oidc/login/"
DORA = {"sub": "u-1", "email": "dora@lindewaard.example", "email_verified": True}


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """The provider of a municipality, which knows Dora."""
    with running(**DORA) as found:
        settings.SOCIALACCOUNT_PROVIDERS = found.settings()
        yield found


class _Stay(urllib.request.HTTPRedirectHandler):
    def http_error_302(  # type: ignore[override]
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> IO[bytes]:
        return fp


def at_the_provider(address: str) -> str:
    """The path with which the provider sends the browser back."""
    answer: HTTPResponse = urllib.request.build_opener(_Stay).open(address, timeout=10)
    with answer:
        back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def sign_in(client: Client, path: str = LOGIN) -> Any:
    """From the button to the page after it; the answer to the callback."""
    started = client.post(path)
    assert started.status_code == 302
    return client.get(at_the_provider(started["Location"]))


def is_signed_in(client: Client) -> bool:
    return client.get("/organisations/").status_code == 200


def test_who_signs_in_for_the_first_time_gets_an_account_with_the_address_of_the_provider(
    client: Client, provider: Provider
) -> None:
    assert sign_in(client)["Location"] == "/lists/"
    assert is_signed_in(client)
    made = User.objects.get()
    assert (made.email, made.has_usable_password()) == ("dora@lindewaard.example", False)
    assert EmailAddress.objects.get(user=made).verified
    assert provider.asked.count("/token") == provider.asked.count("/userinfo") == 1


def test_who_comes_back_is_the_same_person_also_with_another_address(client: Client, provider: Provider) -> None:
    sign_in(client)
    provider.claims["email"] = "dora.de.vries@lindewaard.example"
    again = Client()
    sign_in(again)
    assert is_signed_in(again)
    assert User.objects.count() == 1


def test_a_link_alone_signs_nobody_in(client: Client, provider: Provider) -> None:
    """Else another site could sign a visitor in without a word."""
    answer = client.get(LOGIN)
    assert answer.status_code == 200
    assert "<form" in answer.content.decode()
    assert provider.asked == []


def test_what_is_asked_of_the_provider_is_bound_to_this_browser_and_this_portal(
    client: Client, provider: Provider
) -> None:
    asked = parse_qs(urlsplit(client.post(LOGIN)["Location"]).query)
    assert asked["redirect_uri"] == ["http://testserver/account/oidc/oidc/login/callback/"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 16
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}


def test_an_answer_that_belongs_to_another_browser_is_refused(client: Client, provider: Provider) -> None:
    back = at_the_provider(client.post(LOGIN)["Location"])
    victim = Client()
    victim.post(LOGIN)
    assert "niet gelukt" in victim.get(back, follow=True).content.decode()
    assert not is_signed_in(victim)
    assert not User.objects.exists()


def test_a_code_is_good_once(client: Client, provider: Provider) -> None:
    back = at_the_provider(client.post(LOGIN)["Location"])
    client.get(back)
    client.post("/account/logout/")
    client.get(back)
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "wrong",
    [{"aud": "somebody else"}, {"iss": "https://evil.example"}, {"exp": 1_000_000_000}],
    ids=lambda claim: next(iter(claim)),
)
def test_a_token_that_is_not_for_us_or_too_old_is_refused(
    client: Client, provider: Provider, wrong: dict[str, Any]
) -> None:
    provider.token_claims = wrong
    sign_in(client)
    assert not is_signed_in(client)
    assert not User.objects.exists()


def test_who_says_no_at_the_provider_is_told_where_to_go_on(client: Client, provider: Provider) -> None:
    provider.consents = False
    page = client.get(sign_in(client)["Location"]).content.decode()
    assert 'class="utrecht-page-header"' in page
    assert "/account/login/" in page
    assert not User.objects.exists()


def test_a_provider_that_is_away_is_a_page_and_no_crash(client: Client, settings: Settings) -> None:
    with running(**DORA) as gone:
        settings.SOCIALACCOUNT_PROVIDERS = gone.settings()
    answer = client.post(LOGIN)
    assert answer.status_code == 503
    assert "niet gelukt" in answer.content.decode()


def test_a_provider_that_stops_in_the_middle_is_a_page_too(client: Client, settings: Settings) -> None:
    with running(**DORA) as gone:
        settings.SOCIALACCOUNT_PROVIDERS = gone.settings()
        back = at_the_provider(client.post(LOGIN)["Location"])
    assert client.get(back).status_code == 503
    assert not is_signed_in(client)


def test_an_account_that_has_the_address_already_is_not_taken_over(client: Client, provider: Provider) -> None:
    dora = a_person("dora")
    EmailAddress.objects.create(user=dora, email=dora.email, verified=True, primary=True)
    sign_in(client)
    assert not is_signed_in(client)
    assert User.objects.count() == 1


def test_an_address_that_the_provider_has_not_confirmed_is_confirmed_by_mail(
    client: Client, provider: Provider, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    provider.claims["email_verified"] = False
    sign_in(client)
    assert not is_signed_in(client)
    assert [message.to for message in mail.outbox] == [["dora@lindewaard.example"]]


@pytest.mark.parametrize(
    ("sign_up", "domains", "comes_in"),
    [("open", ["lindewaard.example"], True), ("open", ["elsbroek.example"], False), ("closed", [], False)],
)
def test_the_rules_of_signing_up_hold_for_the_provider_too(
    client: Client, provider: Provider, settings: Settings, sign_up: str, domains: list[str], comes_in: bool
) -> None:
    settings.SIGN_UP, settings.SIGN_UP_MAIL_DOMAINS = sign_up, domains
    sign_in(client)
    assert (is_signed_in(client), User.objects.exists()) == (comes_in, comes_in)


def test_who_was_invited_comes_in_by_the_provider_where_sign_up_is_closed(
    client: Client, provider: Provider, settings: Settings
) -> None:
    settings.SIGN_UP = "closed"
    cast = the_cast()
    link = lifecycle.invite(cast.ours, "dora@lindewaard.example", Role.EDITOR, by=cast.alice)
    path = urlsplit(link).path
    client.post(path, {"new": "1"})
    assert sign_in(client)["Location"] == path
    client.post(path)
    assert Membership.objects.get(user__email="dora@lindewaard.example").role == Role.EDITOR


def test_the_second_step_is_asked_after_the_provider_too(client: Client, provider: Provider) -> None:
    sign_in(client)
    Authenticator.objects.create(user=User.objects.get(), type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    again = Client()
    assert sign_in(again)["Location"].startswith("/account/2fa/authenticate/")
    assert not is_signed_in(again)


def test_a_member_connects_the_provider_and_signs_in_with_it_from_then_on(client: Client, provider: Provider) -> None:
    new = {"email": "d.de.vries@lindewaard.example", "password1": "een lang wachtwoord voor Dora"}
    client.post("/account/signup/", new)
    sign_in(client, f"{LOGIN}?process=connect")
    again = Client()
    sign_in(again)
    assert is_signed_in(again)
    assert User.objects.get().email == new["email"]
    page = again.get("/account/3rdparty/").content.decode()
    assert "Gemeente-inlog" in page
    again.post("/account/3rdparty/", {"account": str(SocialAccount.objects.get().pk)})
    assert not SocialAccount.objects.exists()


def test_the_only_way_to_sign_in_cannot_be_disconnected(client: Client, provider: Provider) -> None:
    sign_in(client)
    assert client.post("/account/3rdparty/", {"account": str(SocialAccount.objects.get().pk)}).status_code == 200
    assert SocialAccount.objects.exists()


def test_the_provider_leads_nobody_to_another_site(client: Client, provider: Provider) -> None:
    assert sign_in(client, f"{LOGIN}?next=https://evil.example/")["Location"] == "/lists/"


def test_without_a_provider_there_is_none(client: Client) -> None:
    assert client.post(LOGIN).status_code == 404
    assert "/account/oidc/" not in client.get("/account/login/").content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_browser_that_obeys_our_policy_gets_there_and_back(
    browser: Browser, live_server: LiveServer, provider: Provider, settings: Settings
) -> None:
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy, "form-action": ["'self'", provider.url]}}
    window = browser.new_context(locale="nl-NL", java_script_enabled=False)
    page = window.new_page()
    page.goto(f"{live_server.url}/account/login/")
    page.get_by_role("link", name="Gemeente-inlog").click()
    page.get_by_role("button", name="Verder").click()
    page.wait_for_url(f"{live_server.url}/lists/")
    assert User.objects.get().email == "dora@lindewaard.example"
    window.close()
