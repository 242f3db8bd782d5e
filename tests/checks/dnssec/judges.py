"""Independent judges for the agreement test: zones served by NSD, judged by Unbound and by delv."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode

PROGRAMS = ("nsd", "unbound", "delv", "dnssec-signzone", "ldns-signzone", "ldns-keygen", "ldns-key2ds")
LOOPBACK = "127.0.0.1"


def missing_programs() -> list[str]:
    """The judges and tools that this machine lacks."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


def free_port() -> int:
    """A port that is free for UDP and TCP just now."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        tcp.bind((LOOPBACK, 0))
        port: int = tcp.getsockname()[1]
        udp.bind((LOOPBACK, port))
        return port


@dataclass(frozen=True, slots=True)
class Judges:
    """Unbound on a port, and the trust anchor in the form that delv reads."""

    folder: Path
    port: int
    top: str

    def unbound(self, name: str, rdtype: str) -> str:
        """``secure``, ``insecure`` or ``bogus`` by Unbound's word: AD, no AD, SERVFAIL."""
        query = dns.message.make_query(name, rdtype, want_dnssec=True)
        response, _ = dns.query.udp_with_fallback(query, LOOPBACK, port=self.port, timeout=10)
        if response.rcode() == dns.rcode.SERVFAIL:
            return "bogus"
        return "secure" if response.flags & dns.flags.AD else "insecure"

    def delv(self, name: str, rdtype: str) -> str:
        """The same by delv's word, which asks Unbound with CD and judges for itself."""
        command = [
            "delv",
            f"@{LOOPBACK}",
            "-p",
            str(self.port),
            "-a",
            "delv.key",
            f"+root={self.top}",
            "-4",
            name,
            rdtype,
        ]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60)
        words = done.stdout + done.stderr
        if "fully validated" in words:
            return "insecure" if "unsigned answer" in words else "secure"
        return "insecure" if "unsigned answer" in words else "bogus"


@contextmanager
def at_work(folder: Path, zones: Mapping[str, Path], top: str, anchor: str) -> Iterator[Judges]:
    """NSD serving ``zones`` and Unbound in front of it, trusting ``anchor`` (a DNSKEY record) for ``top``."""
    authority, resolver = free_port(), free_port()
    (folder / "nsd.conf").write_text(_nsd(folder, zones, authority))
    (folder / "anchor.key").write_text(anchor + "\n")
    (folder / "unbound.conf").write_text(_unbound(folder, zones, top, authority, resolver))
    fields = anchor.split()
    start = fields.index("DNSKEY") + 1
    key = " ".join(fields[start : start + 3]) + ' "' + "".join(fields[start + 3 :]).split(";")[0] + '"'
    (folder / "delv.key").write_text(f"trust-anchors {{ {top} static-key {key}; }};\n")
    with _running(["nsd", "-d", "-c", "nsd.conf"], folder), _running(["unbound", "-d", "-c", "unbound.conf"], folder):
        _await(authority, top)
        _await(resolver, top)
        yield Judges(folder, resolver, top)


@contextmanager
def _running(command: list[str], folder: Path) -> Iterator[None]:
    with (folder / f"{command[0]}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(10)


def _await(port: int, top: str) -> None:
    """Wait until a server answers; a server that does not within ten seconds fails the test."""
    query = dns.message.make_query(top, "SOA", want_dnssec=True)
    for _ in range(100):
        try:
            dns.query.udp(query, LOOPBACK, port=port, timeout=0.3)
        except (OSError, dns.exception.Timeout):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"no DNS server on port {port}")


def _nsd(folder: Path, zones: Mapping[str, Path], port: int) -> str:
    head = (
        f'server:\n ip-address: {LOOPBACK}@{port}\n username: ""\n chroot: ""\n pidfile: "{folder}/nsd.pid"\n'
        f' zonesdir: "{folder}"\n xfrdfile: "{folder}/xfrd.state"\n zonelistfile: "{folder}/zone.list"\n'
        f' xfrdir: "{folder}"\n database: ""\n server-count: 1\n hide-version: yes\nremote-control:\n control-enable: no\n'
    )
    return head + "".join(f'zone:\n name: "{zone}"\n zonefile: "{path}"\n' for zone, path in zones.items())


def _unbound(folder: Path, zones: Mapping[str, Path], top: str, authority: int, port: int) -> str:
    # No leniency: a clock that is a little wrong is not forgiven, and a SHA-1 DS is ignored beside a stronger one.
    settings = {
        "interface": f"{LOOPBACK}@{port}",
        "access-control": "127.0.0.0/8 allow",
        "chroot": '""',
        "username": '""',
        "pidfile": '""',
        "directory": f'"{folder}"',
        "trust-anchor-file": f'"{folder}/anchor.key"',
        "module-config": '"validator iterator"',
        "target-fetch-policy": '"0 0 0 0 0"',
        "do-not-query-localhost": "no",
        "do-daemonize": "no",
        "do-ip6": "no",
        "use-syslog": "no",
        "aggressive-nsec": "no",
        "qname-minimisation": "no",
        "edns-buffer-size": "1232",
        "harden-algo-downgrade": "yes",
        "val-sig-skew-min": "0",
        "val-sig-skew-max": "0",
    }
    lines = "".join(f" {name}: {value}\n" for name, value in settings.items())
    head = f"server:\n{lines}remote-control:\n control-enable: no\n"
    stubs = (f'stub-zone:\n name: "{zone}"\n stub-addr: {LOOPBACK}@{authority}\n' for zone in zones)
    return head + "".join(stubs)
