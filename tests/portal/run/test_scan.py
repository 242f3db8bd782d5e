"""The whole path through real processes: the home page, the queue, a worker, the practice internet, the report; and a worker that is killed halfway."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.portal.run.conftest import Supervisor, wait_for


class Visitor:
    """A browser without JavaScript: cookies, one form, links."""

    def __init__(self, portal: Supervisor) -> None:
        self._base = f"http://127.0.0.1:{portal.port}"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._open = urllib.request.build_opener(jar).open

    def ask(self, domain: str) -> str:
        """Fill in the form on the home page; the permalink it leads to."""
        with self._open(self._base, timeout=30) as response:
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', response.read().decode())
        assert token
        form = {"csrfmiddlewaretoken": token[1], "domain": domain, "suite": ["mail", "web"], "again": "on"}
        data = urllib.parse.urlencode(form, doseq=True).encode()
        with self._open(f"{self._base}/scan/", data, timeout=30) as response:
            response.read()
            return str(response.geturl())

    def status(self, permalink: str) -> str:
        """How far the scan is, as a script on the page learns it."""
        with self._open(f"{permalink}?part=progress", timeout=30) as response:
            response.read()
            return str(response.headers["X-Scan-Status"])

    def document(self, permalink: str) -> dict[str, Any]:
        """The report document."""
        with self._open(f"{permalink}report.json", timeout=30) as response:
            found: dict[str, Any] = json.load(response)
            return found


@pytest.fixture(scope="module")
def portal(folder: Path) -> Iterator[Supervisor]:
    """One portal with its practice internet for all tests here."""
    running = Supervisor(folder, PRACTICE_DOMAINS="true").ready()
    yield running
    running.stop(signal.SIGTERM)


@pytest.fixture
def visitor(portal: Supervisor) -> Visitor:
    return Visitor(portal)


def ended(visitor: Visitor, permalink: str) -> Callable[[], bool]:
    return lambda: visitor.status(permalink) not in ("queued", "running")


def test_the_home_page_offers_the_practice_domains(portal: Supervisor) -> None:
    assert 'value="goed.voorbeeld.test"' in portal.get("/")


def test_a_domain_in_and_a_scored_report_out(visitor: Visitor) -> None:
    permalink = visitor.ask("goed.voorbeeld.test")
    wait_for(ended(visitor, permalink), "the report")
    document = visitor.document(permalink)
    assert (document["domain"], document["suite"], document["score"]) == ("goed.voorbeeld.test", "mail", 100)


def test_a_scan_whose_worker_is_killed_halfway_is_finished_by_another(portal: Supervisor, visitor: Visitor) -> None:
    # This mail server keeps its greeting back for six seconds.
    permalink = visitor.ask("trage-groet.voorbeeld.test")
    wait_for(lambda: visitor.status(permalink) == "running", "a worker")
    for pid in pool(portal):
        os.kill(pid, signal.SIGKILL)
    wait_for(ended(visitor, permalink), "the second attempt")
    assert visitor.status(permalink) == "finished"
    assert visitor.document(permalink)["domain"] == "trage-groet.voorbeeld.test"
    assert portal.process.poll() is None


def test_a_visitor_never_waits_for_lists(portal: Supervisor, visitor: Visitor) -> None:
    """Also when the worker of lists does nothing at all any more."""
    lists = portal.only("-Q bulk")
    assert lists
    for pid in lists:
        os.kill(pid, signal.SIGSTOP)
    try:
        permalink = visitor.ask("oud-record.voorbeeld.test")
        wait_for(ended(visitor, permalink), "the report")
        assert visitor.status(permalink) == "finished"
    finally:
        for pid in lists:
            os.kill(pid, signal.SIGCONT)


def pool(portal: Supervisor) -> list[int]:
    """The processes that do the work: children of the worker."""
    workers = portal.only("portal.celery worker")
    return [pid for pid in workers if parent(pid) in workers]


def parent(pid: int) -> int:
    # proc(5): the name, which may have spaces, ends at the last bracket; state and parent follow.
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
