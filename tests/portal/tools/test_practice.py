"""From a stale record to a full score in the practice internet: the tool's proposal is published, checked, and measured again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from django.test import Client

from checks import Options, Suite, Target, scan
from lab import Lab
from portal.tools import tasks
from portal.tools.models import Look

pytestmark = pytest.mark.django_db
DOMAIN = "oud-record.voorbeeld.test"
OWNER = f"_25._tcp.mx.{DOMAIN}."


@pytest.fixture
def practice() -> Iterator[Lab]:
    with Lab(forward=False) as lab:
        yield lab


def asked(client: Client, path: str, **values: object) -> Look:
    """A look that was asked for and done."""
    response = client.post(path, {"host": f"mx.{DOMAIN}", "port": "25", "choice": "both", **values})
    assert response.status_code == 303
    look = Look.objects.latest("pk")
    tasks.run_look(look.pk)
    return look


def score(options: Options) -> int | None:
    return asyncio.run(scan(Target(DOMAIN, Suite.MAIL), options)).score


def test_who_follows_the_tool_ends_at_a_full_score(client: Client, practice: Lab, settings: object) -> None:
    options = Options.from_env({**practice.environment(), "SITE_NAME": "zegel.example"})
    settings.SCAN_OPTIONS = options
    before = score(options)
    assert before is not None
    assert before < 100

    made = asked(client, "/tools/tlsa/")
    page = client.get(made.get_absolute_url()).context["page"]
    assert [change.word for change in page.changes] == ["Toevoegen", "Toevoegen", "Weghalen", "Weghalen"]
    new = list(page.made.texts)
    assert [text[:5] for text in new] == ["3 1 1", "2 1 1"]

    stale = [record["text"] for record in Look.objects.get(pk=made.pk).document["records"]]
    practice.publish(OWNER, "TLSA", [*stale, *new])
    checked = asked(client, "/tools/service/", wanted=new[:1])
    page = client.get(checked.get_absolute_url()).context["page"]
    assert page.status == "passed"
    assert page.stage.status == "passed"
    assert "Het oude record mag weg vanaf" in page.stage.sentence

    practice.publish(OWNER, "TLSA", new)
    done = asked(client, "/tools/service/", wanted=new[:1])
    assert "De vervanging is klaar" in client.get(done.get_absolute_url()).context["page"].stage.sentence
    assert score(options) == 100
