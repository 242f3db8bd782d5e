"""The lines of the plan, fed to the very programs that are to read them. A program that is not installed is skipped."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from portal.plan import values
from portal.plan.build import Plan
from portal.plan.steps import kinds
from tests.portal.looks.documents import a_mail_document
from tests.portal.plan.test_plan import FOUR, HOST, RECORD, a_plan, failing

FILLED = {
    **values.of(a_mail_document(), [], HOST),
    "address": FOUR,
    "endpoint": f"{FOUR}:25",
    "records": RECORD.replace(" IN ", " 3600 IN "),
    "nsupdate": f"update add {RECORD.replace(' IN ', ' 3600 ')}",
    "pdns": f'pdnsutil add-record good.example _25._tcp.mx1 TLSA 3600 "3 1 1 {"ab" * 32}"',
}
APACHE_MODULES = Path("/usr/lib/apache2/modules")


def lines_of(*products: str, suite: str = "") -> list[str]:
    """What there is to paste for these products, filled in, each once."""
    found = (
        values.fill(remedy.text["en"], FILLED)
        for kind in kinds()
        for remedy in kind.remedies
        if remedy.product in products and (not suite or remedy.suite in ("", suite))
    )
    return [text for text in dict.fromkeys(found) if text]


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")


def run(*command: str | Path, given: str = "") -> str:
    """What a program says. It has to be content."""
    done = subprocess.run(list(map(str, command)), input=given, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """A folder with a certificate and its key, as certbot leaves them."""
    name, key = tmp_path / "fullchain.pem", tmp_path / "privkey.pem"
    parameters = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=good.example")
    run("openssl", "req", "-x509", *parameters, "-keyout", key, "-out", name)
    return tmp_path


def placed(text: str, live: Path) -> str:
    """The text with the certificates of this test, and ports that need no rights."""
    for host in (HOST, "good.example"):
        text = text.replace(f"/etc/letsencrypt/live/{host}", str(live))
    return (
        text.replace("listen 80;", "listen 18080;")
        .replace("listen 443 ssl;", "listen 18443 ssl;")
        .replace("listen [::]:80;", "listen [::1]:18080;")
        .replace("listen [::]:443 ssl;", "listen [::1]:18443 ssl;")
    )


@needs("postconf")
@pytest.mark.parametrize("lines", lines_of("Postfix"))
def test_postfix_knows_every_setting(tmp_path: Path, lines: str) -> None:
    (tmp_path / "main.cf").write_text(f"compatibility_level = 3.6\n{lines}\n")
    (tmp_path / "master.cf").write_text("smtp inet n - y - - smtpd\n")
    said = run("postconf", "-c", tmp_path, "-n")
    assert all(f"{line.partition(' = ')[0]} = " in said for line in lines.splitlines())
    assert "unused parameter" not in said


@needs("nginx")
@needs("openssl")
@pytest.mark.parametrize("lines", lines_of("nginx"))
def test_nginx_takes_what_is_to_be_put_in(live: Path, lines: str) -> None:
    servers = lines if "server {" in lines else f"server {{ listen 127.0.0.1:18080;\n{lines}\n}}"
    (live / "nginx.conf").write_text(
        f"pid {live}/nginx.pid;\nevents {{}}\nhttp {{\naccess_log off;\n{placed(servers, live)}\n}}\n"
    )
    run("nginx", "-t", "-q", "-e", live / "error.log", "-c", live / "nginx.conf")


@needs("apache2")
@needs("openssl")
@pytest.mark.skipif(not (APACHE_MODULES / "mod_ssl.so").exists(), reason="the modules of Apache are elsewhere")
@pytest.mark.parametrize("lines", lines_of("Apache"))
def test_apache_takes_what_is_to_be_put_in(live: Path, lines: str) -> None:
    modules = "\n".join(
        f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so"
        for name in ("mpm_event", "authz_core", "alias", "headers", "socache_shmcb", "ssl")
    )
    hosts = lines if "<VirtualHost" in lines else f"<VirtualHost *:18443>\n{lines}\n</VirtualHost>"
    (live / "apache.conf").write_text(
        f"ServerRoot {live}\nServerName good.example\nListen 127.0.0.1:18443\nErrorLog {live}/error.log\n{modules}\n"
        + placed(hosts, live)
    )
    run("apache2", "-t", "-f", live / "apache.conf")


@needs("named-checkconf")
def test_bind_takes_the_zone_that_it_is_to_sign(tmp_path: Path) -> None:
    [block] = [text for text in lines_of("BIND") if text.startswith("zone ")]
    (tmp_path / "named.conf").write_text(block)
    run("named-checkconf", tmp_path / "named.conf")


@needs("nsupdate")
def test_nsupdate_reads_the_record_that_it_is_to_add() -> None:
    [script] = [text for text in lines_of("BIND") if text.startswith("nsupdate ")]
    inner = script.partition("<<END\n")[2].partition("send\n")[0]
    assert f"TLSA\t3 1 1 {'AB' * 28} {'AB' * 4}" in run("nsupdate", given=f"{inner}show\nquit\n")


def a_full_plan() -> Plan:
    """A plan with a record of every kind to publish."""

    def advising(check_id: str, outcome: str, *advised: str, **more: object):  # type: ignore[no-untyped-def]
        return failing(check_id, outcome, "good.example", None, advised=list(advised), **more)

    return a_plan(
        advising("mail_dnssec_mailto_valid", "bogus", f"sub.good.example. IN DS 9656 14 2 {'cd' * 32}"),
        failing("mail_starttls_dane_valid", "no-match", advised=[RECORD]),
        advising("mail_starttls_mx_records", "alias", "good.example. IN MX 10 mx1.good.example."),
        advising("mail_auth_spf_exist", "absent", 'good.example. IN TXT "v=spf1 mx -all"'),
        advising("mail_auth_dmarc_exist", "absent", '_dmarc.good.example. IN TXT "v=DMARC1; p=none"'),
        advising("mail_starttls_tls_caa", "absent", 'mx1.good.example. IN CAA 0 issue "ca.example"'),
        advising("mail_starttls_tls_rpt", "absent"),
        advising("mail_starttls_mta_sts", "absent"),
    )


@needs("named-checkzone")
def test_a_name_server_reads_every_record_to_publish(tmp_path: Path) -> None:
    blocks = [block.text for step in a_full_plan().steps for block in step.blocks if block.product == "records"]
    records = "\n".join(text for text in blocks if " IN " in text)
    for kind in ("DS", "TLSA", "MX", "TXT", "CAA"):
        assert f" 3600 IN {kind} " in records
    (tmp_path / "zone").write_text(
        "$TTL 3600\n@ IN SOA ns1 hostmaster 1 7200 3600 1209600 3600\n@ IN NS ns1\nns1 IN A 192.0.2.53\n"
        f"mx1 IN A 192.0.2.25\nsub IN NS ns1.sub\nns1.sub IN A 192.0.2.54\n{records}\n"
    )
    run("named-checkzone", "-k", "fail", "good.example", tmp_path / "zone")


@needs("sh")
@pytest.mark.parametrize("lines", lines_of("check", "certbot", "PowerDNS", "DS"))
def test_a_shell_can_read_every_command(lines: str) -> None:
    run("sh", "-n", given=lines)
