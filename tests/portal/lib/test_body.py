"""A request that brings too much is refused before anybody reads it."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db


class Unread(io.RawIOBase):
    """A body that must not be read."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("somebody read the body")


def sent(length: str) -> int:
    """The status for a visitor whose form names this length."""
    browser = Client(enforce_csrf_checks=True)
    extra = {"CONTENT_LENGTH": length, "wsgi.input": Unread(), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    return browser.post("/account/login/", **extra).status_code  # type: ignore[arg-type]


@pytest.mark.parametrize("length", ["3000001", "9" * 30, "-1", "1e9", "½"])
def test_what_is_too_large_or_names_no_number_is_refused_unread(length: str) -> None:
    assert sent(length) == 413


def test_the_page_says_what_to_do(settings: Settings) -> None:
    settings.LARGEST_REQUEST = 1_000_000
    response = Client().post("/lists/", {"text": "a" * 1_000_001}, headers={"accept-language": "en"})
    assert response.status_code == 413
    assert "larger than 1 MB" in response.content.decode()
    assert "Split it over several files" in response.content.decode()


def test_what_is_within_bounds_goes_on() -> None:
    assert Client().post("/lists/", {"text": "a" * 1000}).status_code == 302
