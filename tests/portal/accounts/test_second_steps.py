"""The second step: a code that is computed here from the secret (RFC 6238), recovery codes, and passkeys of a real browser with an authenticator that the
browser plays (W3C WebAuthn, section 11)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.portal.looks.test_browser import browser

__all__ = ["browser"]
pytestmark = pytest.mark.django_db

NEW = {"email": "dora@lindewaard.example", "password1": "een lang wachtwoord voor Dora"}
TOTP = "/account/2fa/totp/activate/"


def code(secret: str, at: float | None = None) -> str:
    """RFC 6238: SHA-1, thirty seconds, six digits."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int(time.time() if at is None else at) // 30)
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def test_the_computation_is_that_of_the_rfc() -> None:
    """Appendix B, last six of its eight digits."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert [code(secret, at) for at in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]


def with_an_app(client: Client) -> str:
    """A new account with an authenticator app; its secret."""
    client.post("/account/signup/", NEW)
    client.post("/account/reauthenticate/", {"password": NEW["password1"]})
    page = client.get(TOTP).content.decode()
    found = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page)
    assert found is not None
    assert client.post(TOTP, {"code": code(found[1])}).status_code == 302
    client.post("/account/logout/")
    return found[1]


def give_password(client: Client) -> None:
    answer = client.post("/account/login/", {"login": NEW["email"], "password": NEW["password1"]})
    assert answer["Location"].startswith("/account/2fa/authenticate/")


def is_signed_in(client: Client) -> bool:
    return client.get("/organisations/").status_code == 200


def test_a_wrong_code_does_not_switch_the_app_on(client: Client) -> None:
    client.post("/account/signup/", NEW)
    client.post("/account/reauthenticate/", {"password": NEW["password1"]})
    client.get(TOTP)
    assert client.post(TOTP, {"code": "000000"}).status_code == 200
    assert not Authenticator.objects.exists()


def test_password_and_code_together_sign_in_and_a_code_is_good_once(client: Client) -> None:
    secret = with_an_app(client)
    give_password(client)
    assert not is_signed_in(client)
    now = time.time()
    client.post("/account/2fa/authenticate/", {"code": code(secret, now)})
    assert is_signed_in(client)
    client.post("/account/logout/")
    give_password(client)
    client.post("/account/2fa/authenticate/", {"code": code(secret, now)})
    assert not is_signed_in(client)


@pytest.mark.parametrize(("seconds", "comes_in"), [(-30, True), (30, True), (-90, False), (90, False)])
def test_a_clock_may_be_half_a_minute_off(client: Client, seconds: int, comes_in: bool) -> None:
    """RFC 6238 section 5.2: one step at most."""
    secret = with_an_app(client)
    give_password(client)
    middle = time.time() // 30 * 30 + 15  # of a step
    client.post("/account/2fa/authenticate/", {"code": code(secret, middle + seconds)})
    assert is_signed_in(client) == comes_in


def test_guessing_codes_is_limited(client: Client) -> None:
    secret = with_an_app(client)
    give_password(client)
    guesses = [client.post("/account/2fa/authenticate/", {"code": f"{number:06d}"}) for number in range(12)]
    assert not is_signed_in(client)
    assert client.post("/account/2fa/authenticate/", {"code": code(secret, time.time() + 30)}).status_code != 302
    assert {answer.status_code for answer in guesses} <= {200, 429}


def test_a_recovery_code_is_good_once(client: Client) -> None:
    with_an_app(client)
    recovery = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    give_password(client)
    assert client.post("/account/2fa/authenticate/", {"code": recovery}).status_code == 302
    assert is_signed_in(client)
    client.post("/account/logout/")
    give_password(client)
    client.post("/account/2fa/authenticate/", {"code": recovery})
    assert not is_signed_in(client)


def test_the_secret_of_the_app_is_not_shown_again(client: Client) -> None:
    secret = with_an_app(client)
    give_password(client)
    recovery = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    client.post("/account/2fa/authenticate/", {"code": recovery})
    for path in ("/account/2fa/", TOTP):
        assert secret not in client.get(path, follow=True).content.decode()


# --- Passkeys ----------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="nl-NL")
    yield context
    context.close()


def with_authenticator(page: Page) -> tuple[Any, str]:
    """Give the page an authenticator that says yes to everything; the wire to it, and its id."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return wire, made["authenticatorId"]


def with_a_passkey(page: Page, base: str, settings: Settings) -> tuple[Any, str]:
    """Sign up, and add a passkey that signs in by itself."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    wire, authenticator = with_authenticator(page)
    page.goto(f"{base}/account/signup/")
    page.locator("[name=email]").fill(NEW["email"])
    page.locator("[name=password1]").fill(NEW["password1"])
    page.locator("main form button").first.click()
    page.wait_for_url(f"{base}/lists/")
    page.goto(f"{base}/account/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.locator("[name=password]").fill(NEW["password1"])
        page.locator("main form button").first.click()
    page.locator("[name=name]").fill("Mijn laptop")
    page.locator("[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(re.compile(r"/account/2fa/(?!webauthn/add)"))
    return wire, authenticator


def sign_out(page: Page, base: str) -> None:
    page.goto(f"{base}/account/logout/")
    page.locator("main form button").first.click()
    page.wait_for_url(f"{base}/")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_passkey_signs_in_without_a_password(
    window: BrowserContext, live_server: LiveServer, settings: Settings
) -> None:
    page = window.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    wire, authenticator = with_a_passkey(page, live_server.url, settings)
    assert Authenticator.objects.filter(type="webauthn", user=User.objects.get()).count() == 1
    assert len(wire.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]) == 1
    sign_out(page, live_server.url)
    page.goto(f"{live_server.url}/account/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url(f"{live_server.url}/lists/")
    expect(page.get_by_role("link", name="Account")).to_be_visible()
    assert complaints == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_who_has_a_passkey_is_asked_for_it_after_the_password(
    window: BrowserContext, live_server: LiveServer, settings: Settings
) -> None:
    page = window.new_page()
    with_a_passkey(page, live_server.url, settings)
    sign_out(page, live_server.url)
    page.goto(f"{live_server.url}/account/login/")
    page.locator("[name=login]").fill(NEW["email"])
    page.locator("[name=password]").fill(NEW["password1"])
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile("/account/2fa/authenticate/"))
    page.locator("#mfa_webauthn_authenticate").click()
    page.wait_for_url(f"{live_server.url}/lists/")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_another_authenticator_does_not_sign_in_and_the_page_says_so(
    window: BrowserContext, live_server: LiveServer, settings: Settings
) -> None:
    page = window.new_page()
    wire, authenticator = with_a_passkey(page, live_server.url, settings)
    sign_out(page, live_server.url)
    wire.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator})
    page.goto(f"{live_server.url}/account/login/")
    page.locator("#passkey_login").click()
    expect(page.get_by_role("alert")).to_contain_text("passkey")
    page.goto(f"{live_server.url}/organisations/")
    assert "/account/login/" in page.url


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_passkey_of_another_key_is_refused_by_the_server(
    window: BrowserContext, live_server: LiveServer, settings: Settings
) -> None:
    """The same credential id and user, another private key: the signature is what counts."""
    page = window.new_page()
    wire, authenticator = with_a_passkey(page, live_server.url, settings)
    sign_out(page, live_server.url)
    known = wire.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"][0]
    wire.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator})
    wire.send(
        "WebAuthn.addCredential", {"authenticatorId": authenticator, "credential": {**known, "privateKey": other_key()}}
    )
    page.goto(f"{live_server.url}/account/login/")
    with page.expect_navigation():
        page.locator("#passkey_login").click()
    page.goto(f"{live_server.url}/organisations/")
    assert "/account/login/" in page.url


def other_key() -> str:
    """A P-256 key as CDP wants it: PKCS#8 in base64."""
    made = ec.generate_private_key(ec.SECP256R1())
    encoding, form = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
    return base64.b64encode(made.private_bytes(encoding, form, serialization.NoEncryption())).decode()
