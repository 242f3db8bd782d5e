"""`python -m lab` and the files it leaves for others."""

from __future__ import annotations

import contextlib
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from lab import Lab, Ports, PortTaken
from lab.plan import RESOLVER
from tests.lab.tools import PATIENCE, ask, tool

COMMAND = (sys.executable, "-m", "lab")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_when_it_is_ready_and_ends_cleanly(tmp_path: Path, ending: signal.Signals) -> None:
    command = [*COMMAND, "--any-ports", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready")
        assert {"lab.env", "trust-anchors.txt", "ca.pem", "ca-bundle.pem", "domains.json"} <= {
            p.name for p in tmp_path.iterdir()
        }
        process.send_signal(ending)
        _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, "")


def test_a_taken_port_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        # When this fails, something else has taken the port, which is as good.
        with contextlib.suppress(OSError):
            taken.bind((RESOLVER, Ports.fixed().dns))
        done = subprocess.run(
            [*COMMAND, "--dir", str(tmp_path)], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith("The practice internet cannot start: port ")
    assert done.stderr.count("\n") == 1


def test_two_run_beside_each_other_unless_they_want_the_same_ports(lab: Lab) -> None:
    with Lab(forward=False) as other:
        assert ask(other, "goed.voorbeeld.test", "A").answer
        with pytest.raises(PortTaken), Lab(forward=False, ports=other.ports):
            pass


def test_keys_and_certificates_stay_the_same_between_starts(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        with Lab(tmp_path, forward=False) as lab:
            seen.append(
                (
                    (tmp_path / "trust-anchors.txt").read_text(),
                    (tmp_path / "ca.pem").read_text(),
                    ask(lab, "_25._tcp.mx.goed.voorbeeld.test", "TLSA", dnssec=False).answer,
                )
            )
    assert seen[0] == seen[1]


def test_private_keys_are_for_the_owner_only(lab: Lab) -> None:
    keys = [*(lab.directory / "keys").glob("*.der"), *(lab.directory / "keys").glob("host-*.pem")]
    assert keys
    assert {path.stat().st_mode & 0o077 for path in keys} == {0}


def test_the_settings_file_holds_what_environment_gives(lab: Lab) -> None:
    lines = (lab.directory / "lab.env").read_text(encoding="utf-8").splitlines()
    assert dict(line.split("=", 1) for line in lines) == lab.environment()


def test_the_bundle_holds_the_roots_of_the_world_and_ours(lab: Lab) -> None:
    def roots(name: str) -> int:
        return ssl.create_default_context(cafile=str(lab.directory / name)).cert_store_stats()["x509_ca"]

    assert roots("ca.pem") == 1
    assert roots("ca-bundle.pem") > 50


@pytest.mark.servers
def test_the_trust_anchors_can_be_read_by_unbound(lab: Lab, tmp_path: Path) -> None:
    program = tool("unbound-checkconf", "unbound")
    config = tmp_path / "unbound.conf"
    config.write_text(f'server:\n  chroot: ""\n  trust-anchor-file: "{lab.directory}/trust-anchors.txt"\n')
    done = subprocess.run([program, config], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr


async def test_it_runs_inside_a_running_event_loop_too(tmp_path: Path) -> None:
    async with Lab(tmp_path, forward=False) as lab:
        assert lab.environment()["CHECKS_RESOLVERS"] == f"{RESOLVER}:{lab.ports.dns}"
