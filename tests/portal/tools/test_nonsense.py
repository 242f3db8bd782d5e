"""Nonsense of all kinds in every field of every tool: a page with a sentence, never an error of ours, never markup of theirs."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from portal.celery import app
from tests.portal.tools.test_make import PEM
from tests.portal.tools.test_rollover import PLAN

pytestmark = pytest.mark.django_db

NASTY = [
    "",
    " ",
    "\x00",
    "\ud800".encode("utf-8", "replace").decode(),
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ settings.SECRET_KEY }}{% debug %}",
    "%s%n%x",
    "-1",
    "0",
    "1e9",
    "99999999999999999999999",
    "٣",
    "NaN",
    "../../etc/passwd",
    "a" * 5000,
    "é" * 300,
    "_25._tcp." * 40,
    "\u202egnp.elpmaxe",
    "xn--a.example",
    "a..example",
    "[::1]",
    "0x7f.1",
    "127.0.0.1",
    "localhost",
    "-----BEGIN CERTIFICATE-----\n" * 30,
    "9999-99-99T99:99",
    "2027-03-28T02:30",
]
POSTS = {
    "/tools/tlsa/": {
        "host": "mx1.good.example",
        "port": "25",
        "choice": "own",
        "usage": "3",
        "selector": "1",
        "matching": "1",
        "pem": PEM,
    },
    "/tools/service/": {"host": "mx1.good.example", "port": "25", "wanted": "3 1 1 " + "ab" * 32},
}
GETS = {
    "/tools/rollover/": PLAN,
    "/tools/rollover/plan.ics": PLAN,
    "/tools/explain/": {"record": "3 1 1 ab"},
    "/tools/tlsa/": {"host": "mx1.good.example", "port": "25", "choice": "leaf"},
    "/tools/service/": {"host": "mx1.good.example", "port": "25"},
}
FIELDS = [("post", path, name) for path, values in POSTS.items() for name in values]
FIELDS += [("get", path, name) for path, values in GETS.items() for name in values]


@pytest.mark.parametrize(("method", "path", "name"), FIELDS, ids=lambda value: value)
def test_no_nonsense_in_a_field_breaks_a_page(
    client: Client, monkeypatch: pytest.MonkeyPatch, method: str, path: str, name: str
) -> None:
    monkeypatch.setattr(settings, "LIMIT_VISITOR", (10_000, 60))
    monkeypatch.setattr(settings, "LIMIT_DOMAIN", (10_000, 60))
    values = (POSTS if method == "post" else GETS)[path]
    for nasty in NASTY:
        response = getattr(client, method)(path, {**values, name: nasty})
        assert response.status_code in (200, 302, 303, 422), nasty
        page = response.content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert settings.SECRET_KEY not in page


def test_every_task_that_beat_sends_is_known_to_the_workers() -> None:
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert wanted <= set(app.tasks)
    assert {"portal.tools.tasks.run_look", "portal.tools.tasks.run_watch"} <= set(app.tasks)
