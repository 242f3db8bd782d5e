"""What a TLS scan costs: ours beside sslscan, SSLyze and testssl.sh at the same modern nginx, near and 20 ms away.

Connections are counted by a relay in front of the server, which also makes the distance. ``python -m tests.bench.tls``
"""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

from checks.facts.tls import TlsHandshake, Verification
from checks.net.transport import Limits
from checks.options import Options, PortMap
from checks.probes import tls_scan
from tests.agreement.tls_servers import ADDRESS, NAME, PEERS, free_port, make_keys, nginx

RUNS = 15
TARGETS = "targets of ours: 16 connections, 0.6 seconds at 20 ms"
MODERN = (
    "ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on; ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=3;"
)
NETWORK = ip_network("127.0.0.0/8")


@contextmanager
def relay(target: int, round_trip: float, log: Path) -> Iterator[int]:
    """A relay in a process of its own; its log has a line for each connection."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.relay", str(port), str(target), str(round_trip)]
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink)
        try:
            time.sleep(0.5)
            yield port
        finally:
            process.terminate()
            process.wait()


def ours(port: int) -> None:
    """Our scan of a website."""
    maps = (PortMap(NETWORK, {443: port}),)
    options = Options((), (), "", allowed_networks=(NETWORK,), port_maps=maps)
    known = TlsHandshake("TLSv1.3", "", NAME, (), Verification(0, "ok", 0))
    asyncio.run(tls_scan.probe(NAME, ADDRESS, 443, known, options=options, limits=Limits(), seconds=50))


def peer(name: str, *arguments: str) -> Callable[[int], None] | None:
    """A scanner as a process; None when it is not on this machine."""
    path = shutil.which(name) or shutil.which(name, path=str(PEERS))
    if path is None:
        return None

    def run(port: int) -> None:
        command = [path, *arguments, f"{ADDRESS}:{port}"]
        subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )

    return run


def spent(who: int) -> float:
    """CPU seconds of this process, or of its children that have ended."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def measured(scanner: Callable[[int], None], port: int, log: Path, runs: int) -> str:
    """Connections, median seconds and CPU of one scan."""
    who = resource.RUSAGE_SELF if scanner is ours else resource.RUSAGE_CHILDREN
    before, cpu, taken = log.read_bytes().count(b"\n"), spent(who), []
    for _ in range(runs):
        begun = time.perf_counter()
        scanner(port)
        taken.append(time.perf_counter() - begun)
    connections = (log.read_bytes().count(b"\n") - before) / runs
    return f"{connections:6.0f} {statistics.median(taken):9.3f} {(spent(who) - cpu) / runs:9.3f}"


def main() -> int:
    """Print the table; always 0."""
    scanners = {
        "ours": (ours, RUNS),
        "sslscan": (peer("sslscan", "--show-sigs"), 3),
        "SSLyze": (peer("sslyze", f"--sni={NAME}"), 3),
        "testssl.sh": (peer("testssl", "--quiet", "--ip=one"), 1),
    }
    print(
        f"{os.cpu_count()} cores; {RUNS} runs of ours; {TARGETS}\n{'scanner':12} {'round trip':>10} connections seconds CPU seconds"
    )
    with tempfile.TemporaryDirectory(prefix="bench-tls-") as folder:
        Path(folder).chmod(0o755)
        keys = make_keys(Path(folder))
        with nginx(keys, MODERN, ("ecdsa", "rsa")) as server:
            for round_trip in (0.0, 0.02):
                log = Path(folder) / f"relay-{round_trip}"
                with relay(server, round_trip, log) as port:
                    for name, (scanner, runs) in scanners.items():
                        if name == "testssl.sh" and round_trip:
                            print(
                                f"{name:12} {round_trip * 1000:7.0f} ms left out: its three minutes near by are enough"
                            )
                            continue
                        figures = measured(scanner, port, log, runs) if scanner else "not on this machine"
                        print(f"{name:12} {round_trip * 1000:7.0f} ms {figures}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
