"""Every page of accounts in a real browser, in both languages, wide and narrow: our frame, nothing that axe finds, nothing that scrolls sideways, nothing that
the policy of our pages stops."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from portal.accounts import lifecycle
from portal.accounts.models import Role
from tests.portal.accounts.provider import Provider
from tests.portal.dashboards.builders import a_list, an_entry, measured
from tests.portal.dashboards.test_rules import CURRENT, NEXT, a_row, dane
from tests.portal.looks.test_browser import browser, keep
from tests.portal.people import Cast, signed_in, the_cast

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "een lang wachtwoord voor Dora"
DORA = {"email": "dora.de.vries@lindewaard.example", "password1": PASSWORD}
FAMILIAR = re.compile(r"\b(?:je|jij|jou|jouw|jezelf)\b", re.IGNORECASE)  # this portal says "u"
Who = Callable[[Cast], Client]


def visitor(cast: Cast) -> Client:
    """Nobody yet."""
    return Client()


def dora(cast: Cast) -> Client:
    """A new account that has just given its password."""
    client = Client()
    client.post("/account/signup/", DORA)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def dora_with_everything(cast: Cast) -> Client:
    """With an app and recovery codes, a second address, and the provider connected."""
    client = dora(cast)
    user = User.objects.get(email=DORA["email"])
    Authenticator.objects.create(user=user, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    RecoveryCodes.activate(user)
    EmailAddress.objects.create(user=user, email="d@lindewaard.example", verified=False)
    SocialAccount.objects.create(user=user, provider="oidc", uid="u-1", extra_data={"email": DORA["email"]})
    return client


def dora_halfway(cast: Cast) -> Client:
    """After the password, before the second step."""
    dora_with_everything(cast)
    client = Client()
    client.post("/account/login/", {"login": DORA["email"], "password": PASSWORD})
    return client


def alice(cast: Cast) -> Client:
    return signed_in(cast.alice)


def bob(cast: Cast) -> Client:
    return signed_in(cast.bob)


def invitation(cast: Cast) -> str:
    return urlsplit(lifecycle.invite(cast.ours, DORA["email"], Role.EDITOR, by=cast.alice)).path


def organisation(cast: Cast) -> str:
    invitation(cast)
    return cast.ours.get_absolute_url()


def confirmation(cast: Cast) -> str:
    address = EmailAddress.objects.create(user=cast.bob, email=cast.bob.email, verified=False, primary=True)
    return f"/account/confirm-email/{EmailConfirmationHMAC(address).key}/"


def alerts(cast: Cast) -> str:
    """A list with an alert that is open and one that is over."""
    entry = an_entry(a_list(cast.ours, web=False, webhook_url="https://hooks.example/zegel"))
    sealed, early = dane(a_row(published=[CURRENT], served=CURRENT)), dane(a_row(published=[NEXT], served=CURRENT))
    for document in (sealed, early, early, sealed, early, early):
        measured(entry, document)
    return f"{entry.domain_list.get_absolute_url()}alerts/"


def domain(cast: Cast) -> str:
    entry = an_entry(a_list(cast.ours), owner="Jan", owner_email="jan@good.example")
    return f"{entry.domain_list.get_absolute_url()}domains/{entry.pk}/"


PAGES: dict[str, tuple[Who, str | Callable[[Cast], str]]] = {
    "login": (visitor, "/account/login/"),
    "signup": (visitor, "/account/signup/"),
    "reset": (visitor, "/account/password/reset/"),
    "reset-sent": (visitor, "/account/password/reset/done/"),
    "reset-bad-link": (visitor, "/account/password/reset/key/1-nonsense/"),
    "confirm-sent": (visitor, "/account/confirm-email/"),
    "confirm": (visitor, confirmation),
    "confirm-bad-link": (visitor, "/account/confirm-email/nonsense/"),
    "inactive": (visitor, "/account/inactive/"),
    "invitation-visitor": (visitor, invitation),
    "invitation-mine": (dora, invitation),
    "invitation-other": (bob, invitation),
    "email": (dora, "/account/email/"),
    "email-two": (dora_with_everything, "/account/email/"),
    "password": (dora, "/account/password/change/"),
    "logout": (dora, "/account/logout/"),
    "reauthenticate": (dora, "/account/reauthenticate/"),
    "second-steps": (dora, "/account/2fa/"),
    "second-steps-all": (dora_with_everything, "/account/2fa/"),
    "totp-on": (dora, "/account/2fa/totp/activate/"),
    "totp-off": (dora_with_everything, "/account/2fa/totp/deactivate/"),
    "passkey-add": (dora, "/account/2fa/webauthn/add/"),
    "recovery-codes": (dora_with_everything, "/account/2fa/recovery-codes/"),
    "recovery-codes-new": (dora_with_everything, "/account/2fa/recovery-codes/generate/"),
    "second-step": (dora_halfway, "/account/2fa/authenticate/"),
    "provider": (visitor, "/account/oidc/oidc/login/"),
    "provider-connect": (dora, "/account/3rdparty/"),
    "provider-connected": (dora_with_everything, "/account/3rdparty/"),
    "provider-no": (visitor, "/account/3rdparty/login/cancelled/"),
    "provider-error": (visitor, "/account/3rdparty/login/error/"),
    "organisations": (alice, "/organisations/"),
    "organisation-owner": (alice, organisation),
    "organisation-reader": (bob, organisation),
    "alerts": (alice, alerts),
    "domain": (alice, domain),
}

STATUS = {"invitation-other": 403, "provider-error": 401}


@pytest.fixture
def provider(settings: Settings) -> None:
    """One that is known; nobody asks it anything here."""
    settings.SOCIALACCOUNT_PROVIDERS = Provider("http://127.0.0.1:9", {}).settings()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_an_account_is_whole_in_both_languages_and_widths(
    page: Page, live_server: LiveServer, provider: None, name: str
) -> None:
    who, where = PAGES[name]
    cast = the_cast()
    client = who(cast)
    path = where if isinstance(where, str) else where(cast)
    if session := client.cookies.get("sessionid"):
        page.context.add_cookies([{"name": "sessionid", "value": session.value, "url": live_server.url}])
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for language in ("nl", "en"):
        response = page.goto(f"{live_server.url}{path}?lang={language}")
        assert response is not None
        assert response.status == STATUS.get(name, 200)
        assert page.locator(".utrecht-page-header").count() == page.locator("h1").count() == 1
        assert page.locator("main > .zegel-wrap h1").count() == 1
        assert page.locator("html").get_attribute("lang") == language
        if language == "nl":
            assert not FAMILIAR.findall(page.locator("body").inner_text())
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            keep(page, f"account-{name}-{language}-{width}")
            found: Any = Axe().run(page).response["violations"]
            assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (language, width)
    # A page with a status of its own is itself reported as a missing resource.
    assert [text for text in complaints if str(STATUS.get(name)) not in text] == []
