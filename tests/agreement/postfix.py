"""Postfix as it comes from the distribution: one master with a listener for each host of a practice internet, and ``posttls-finger``, which says what Postfix as a sender does.

``posttls-finger`` asks the machine's resolver, so it runs with a name server list of its own: a mount namespace puts one in the place of /etc/resolv.conf. That, and port 25, need root.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.agreement.judges import PATIENCE, program

RESOLVER = "127.53.0.54"  # where Unbound listens
GREET_WAIT = 3  # seconds

_MAIN = """compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.example.test
inet_interfaces = all
smtpd_peername_lookup = no
mynetworks = 192.0.2.0/32
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_loglevel = 0
smtp_dns_support_level = dnssec
"""
_SERVICES = """postlog unix-dgram n - n - 1 postlogd
smtpd pass - - n - - smtpd -o smtpd_tls_security_level=may -o smtpd_tls_chain_files={chain}
tlsproxy unix - - n - 0 tlsproxy -o tlsproxy_tls_chain_files={chain} -o tlsproxy_tls_security_level=may
tlsmgr unix - - n 1000? 1 tlsmgr
dnsblog unix - - n - 0 dnsblog
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
error unix - - n - - error
"""


def privileged() -> None:
    """Skips unless this is root with namespaces; fails where everything should be there."""
    usable = os.geteuid() == 0 and shutil.which("unshare") is not None
    usable = usable and subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0
    if not usable:
        reason = "Postfix on port 25, and a resolver of its own for posttls-finger, need root and mount namespaces"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@dataclass(frozen=True, slots=True)
class Listener:
    """One mail host: its address, its PEM files (key and chain each), and options of smtpd; ``slow`` puts postscreen in front of it."""

    address: str
    files: tuple[Path, ...]
    settings: Mapping[str, str]
    slow: bool = False

    def service(self) -> str:
        where = f"[{self.address}]:25" if ":" in self.address else f"{self.address}:25"
        if self.slow:
            options = {
                "postscreen_greet_wait": f"{GREET_WAIT}s",
                "postscreen_tls_security_level": "may",
                "postscreen_cache_map": "",
            }
            return f"{where} inet n - n - 1 postscreen {_options(options)}"
        chain = {"smtpd_tls_chain_files": ",".join(map(str, self.files)), "smtpd_tls_security_level": "may"}
        return f"{where} inet n - n - - smtpd {_options(chain | dict(self.settings))}"


def _options(settings: Mapping[str, str]) -> str:
    return " ".join(f"-o {{ {key} = {value} }}" for key, value in settings.items())


@contextmanager
def postfix(listeners: list[Listener]) -> Iterator[Path]:
    """Postfix with these listeners; gives the folder with its configuration."""
    program("postfix", "postfix")
    folder = Path(tempfile.mkdtemp(prefix="zegel-postfix-"))
    folder.chmod(0o755)  # its daemons are not root
    (folder / "spool").mkdir()
    (folder / "data").mkdir()
    shutil.chown(folder / "data", "postfix")
    slow = next((listener.files[0] for listener in listeners if listener.slow), listeners[0].files[0])
    services = "\n".join(listener.service() for listener in listeners)
    (folder / "main.cf").write_text(_MAIN.format(folder=folder))
    (folder / "master.cf").write_text(_SERVICES.format(chain=slow) + services + "\n")
    try:
        _run(folder, "start")
        for listener in listeners:
            _await(listener.address)
        yield folder
    finally:
        _run(folder, "abort", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, command: str, *, check: bool = True) -> None:
    done = subprocess.run(
        [program("postfix", "postfix"), "-c", str(folder), command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not check or done.returncode == 0, (
        done.stderr + (folder / "log").read_text() if (folder / "log").exists() else done.stderr
    )


def _await(address: str) -> None:
    for _ in range(100):
        try:
            socket.create_connection((address, 25), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"no mail server at {address}")


def _await_resolver(process: subprocess.Popen[bytes]) -> None:
    """Until it answers. Another one that is left from a run that was killed would answer in its place."""
    for _ in range(100):
        if process.poll() is not None:
            raise RuntimeError(f"Unbound does not start: is another one at {RESOLVER}?")
        try:
            socket.create_connection((RESOLVER, 53), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("Unbound does not answer")


@contextmanager
def unbound(folder: Path, anchors: Path, forward: str) -> Iterator[None]:
    """A validating resolver on port 53 of an address of its own, before the resolver of the practice internet."""
    (folder / "unbound.conf").write_text(
        f"server:\n interface: {RESOLVER}@53\n so-reuseport: no\n access-control: 127.0.0.0/8 allow\n do-daemonize: no\n"
        f' chroot: ""\n username: ""\n pidfile: ""\n directory: "{folder}"\n use-syslog: no\n do-not-query-localhost: no\n'
        f' module-config: "validator iterator"\n num-threads: 1\n trust-anchor-file: "{anchors}"\n'
        f' trust-anchor-signaling: no\n aggressive-nsec: no\n local-zone: "test." nodefault\nremote-control:\n control-enable: no\n'
        f'forward-zone:\n name: "."\n forward-addr: {forward}\n'
    )
    with (folder / "unbound.log").open("wb") as log:
        command = [program("unbound", "unbound"), "-d", "-c", str(folder / "unbound.conf")]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _await_resolver(process)
            yield
        finally:
            process.terminate()
            process.wait(10)


@dataclass(frozen=True, slots=True)
class Finger:
    """What posttls-finger says of one host."""

    text: str

    @property
    def records(self) -> bool:
        """It found TLSA records that DNSSEC vouches for and that it can use."""
        return re.search("DNSSEC-signed TLSA record|using DANE RR", self.text) is not None

    @property
    def delivery(self) -> str:
        """The same in the words of our check.

        Where all records are unusable, Postfix demands encryption ("dane" becomes "encrypt", TLS_README); the tool only
        warns of each record and goes on.
        """
        connected = "Connected to" in self.text  # it says so of each address that fails, and goes on with the next
        secured = re.search(r"(Untrusted|Trusted|Anonymous) TLS connection established", self.text) is not None
        if "TLSA lookup error" in self.text or not connected:
            return "deferred"
        if "Verified TLS connection established" in self.text:
            return "authenticated"
        if self.records:
            return "deferred"
        unusable = "unsupported TLSA" in self.text
        return "encrypted" if secured else ("deferred" if unusable else "clear")


def finger(folder: Path, host: str, options: Sequence[str] = (), *, brackets: bool = True) -> Finger:
    """Asks posttls-finger at the level ``dane``; no MX is looked up. Without ``brackets`` it is a mail domain, and it is."""
    destination = f"[{host}]" if brackets else host
    (folder / "resolv.conf").write_text(f"nameserver {RESOLVER}\noptions trust-ad edns0\n")
    (folder / "finger").mkdir(exist_ok=True)
    (folder / "finger" / "main.cf").write_text(
        "compatibility_level = 3.6\nmyhostname = probe.example\nsmtp_dns_support_level = dnssec\n"
    )
    extra = " ".join(f"'{option}'" for option in options)
    command = (
        f"mount --bind {folder}/resolv.conf /etc/resolv.conf && "
        f"exec {program('posttls-finger', 'postfix')} {extra} -T 15 -t 15 -L routine,debug -l dane '{destination}'"
    )
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", command],
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
        env={**os.environ, "MAIL_CONFIG": str(folder / "finger")},
    )
    return Finger(done.stdout + done.stderr)
