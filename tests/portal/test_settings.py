"""Settings: what an https address switches on, and what stops start-up. Each case reads the settings in a process of its own, as start-up does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from portal import system_checks
from portal.laptop.place import ROOT

NAMES = [
    "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "LANGUAGE_COOKIE_SECURE",
    "CSRF_TRUSTED_ORIGINS",
    "ALLOWED_HOSTS",
    "DEBUG",
    "SECURE_PROXY_SSL_HEADER",
]
PRINT = f"import json, portal.settings as s; print(json.dumps({{name: getattr(s, name) for name in {NAMES!r}}}))"


def read(**variables: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "SECRET_KEY": "x" * 50, **variables}
    command = [sys.executable, "-c", PRINT]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)


def settings_with(**variables: str) -> dict[str, Any]:
    done = read(**variables)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_https_address_switches_on_all_that_https_brings() -> None:
    found = settings_with(SITE_URL="https://zegel.example", TRUSTED_PROXIES="10.0.0.0/8")
    switches = ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE")
    assert all(found[name] for name in switches)
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://zegel.example"]
    assert "zegel.example" in found["ALLOWED_HOSTS"]
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]


def test_on_a_laptop_none_of_it_is_on_and_no_header_is_believed() -> None:
    found = settings_with()
    assert (found["SECURE_SSL_REDIRECT"], found["SECURE_HSTS_SECONDS"], found["DEBUG"]) == (False, 0, False)
    assert found["SECURE_PROXY_SSL_HEADER"] is None
    assert "*" not in found["ALLOWED_HOSTS"]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"REDIS_URL": ""}, "REDIS_URL is not set"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL is 'LOUD'"),
        ({"CHECKS_ALLOWED_NETWORKS": "here"}, "CHECKS_ALLOWED_NETWORKS"),
        ({"RETENTION_REPORT_DAYS": "0"}, "RETENTION_REPORT_DAYS is 0"),
    ],
)
def test_what_is_missing_or_wrong_stops_start_up_by_name(variables: dict[str, str], sentence: str) -> None:
    done = read(**variables)
    assert done.returncode == 1
    assert sentence in done.stderr.splitlines()[-1]


def ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def test_https_without_a_proxy_is_an_error(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT, settings.TRUSTED_PROXIES = True, []
    assert ids(system_checks.https_behind_a_proxy(None)) == ["portal.E001"]
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert ids(system_checks.https_behind_a_proxy(None)) == []


def test_private_targets_on_a_server_are_a_warning(settings: Settings) -> None:
    class Open:
        allowed_networks = ("127.0.0.0/8",)

    settings.SCAN_OPTIONS = Open()
    settings.SECURE_SSL_REDIRECT = False
    assert ids(system_checks.private_targets(None)) == []
    settings.SECURE_SSL_REDIRECT = True
    assert ids(system_checks.private_targets(None)) == ["portal.W001"]


def test_a_measurement_that_would_outlive_its_report_is_a_warning(settings: Settings) -> None:
    settings.RETENTION_MEASUREMENT, settings.RETENTION_REPORT = timedelta(days=31), timedelta(days=30)
    assert ids(system_checks.retention_in_order(None)) == ["portal.W002"]
    settings.RETENTION_REPORT = timedelta(days=31)
    assert ids(system_checks.retention_in_order(None)) == []
