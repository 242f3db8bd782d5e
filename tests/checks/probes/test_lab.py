"""The probes against every way in which hosts of the practice internet go wrong: what becomes of it as a fact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from checks.facts.http import HttpResponse, WebEndpoint
from checks.facts.network import Reason, Unreachable
from checks.facts.smtp import SmtpSession
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.transport import Limits
from checks.options import Options
from checks.probes import http, smtp
from lab import SCENERY, CertificateKind, Domain, Lab, MailFault, MailHost, WebFault, WebHost

MAIL = Domain(name="post.test", mail=tuple(MailHost(name=fault.name.lower(), fault=fault) for fault in MailFault))
WEB = tuple(Domain(name=f"{fault.name.lower()}.test", web=WebHost(fault=fault)) for fault in WebFault)
EXPIRED = Domain(name="oud.test", web=WebHost(certificate=CertificateKind.EXPIRED))
SHORT = 1.5  # seconds: enough for loopback, too little for a second try


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(domains=(*SCENERY, MAIL, *WEB, EXPIRED), forward=False) as running:
        yield running


@pytest.fixture
def options(lab: Lab) -> Options:
    usual = Options.from_env(lab.environment())
    return replace(usual, connect_timeout=0.5, greeting_timeout=0.5, reply_timeout=1.0)


async def mail(lab: Lab, options: Options, fault: MailFault) -> SmtpSession:
    host = next(host for host in MAIL.mail if host.fault is fault)
    address = lab.world.plan.mail_host(MAIL, host)
    name = f"{host.name}.{MAIL.name}."
    return await smtp.probe(name, address, options=options, limits=Limits(), now=datetime.now(UTC), seconds=SHORT)


async def web(lab: Lab, options: Options, domain: Domain) -> WebEndpoint:
    address = lab.world.plan.web_host(domain)
    now = datetime.now(UTC)
    return await http.probe(domain.name, address, options=options, limits=Limits(), now=now, seconds=SHORT)


async def test_a_good_mail_host(lab: Lab, options: Options) -> None:
    session = await mail(lab, options, MailFault.NONE)
    assert session.failure is None
    assert isinstance(session.tls, TlsHandshake)
    assert session.tls.verification.code == 0
    assert session.tls.server_name == "none.post.test"


async def test_a_mail_host_without_starttls(lab: Lab, options: Options) -> None:
    session = await mail(lab, options, MailFault.NO_STARTTLS)
    assert session.failure is None
    assert session.ehlo is not None
    assert "STARTTLS" not in session.extensions
    assert session.starttls is None


async def test_a_mail_host_whose_starttls_is_stripped(lab: Lab, options: Options) -> None:
    session = await mail(lab, options, MailFault.STRIPPED)
    assert session.failure is None
    assert "STARTTLS" not in session.extensions
    assert any(set(keyword) <= {"X", "A"} for keyword in session.extensions)
    assert session.starttls is not None
    assert session.starttls.code // 100 == 5


async def test_a_mail_host_that_refuses_starttls(lab: Lab, options: Options) -> None:
    session = await mail(lab, options, MailFault.REFUSES_STARTTLS)
    assert "STARTTLS" in session.extensions
    assert session.starttls is not None
    assert session.starttls.code == 454
    assert session.tls is None


async def test_a_mail_host_that_answers_the_hello_with_an_alert(lab: Lab, options: Options) -> None:
    session = await mail(lab, options, MailFault.TLS_ALERT)
    assert session.failure is None
    assert isinstance(session.tls, TlsFailure)
    assert session.tls.alert
    assert session.tls.answered


@pytest.mark.parametrize(("fault", "code"), [(MailFault.GREETING_421, 421), (MailFault.GREETING_554, 554)])
async def test_a_mail_host_that_refuses_us(lab: Lab, options: Options, fault: MailFault, code: int) -> None:
    session = await mail(lab, options, fault)
    assert session.failure is None
    assert session.greeting is not None
    assert session.greeting.code == code
    assert session.ehlo is None


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (MailFault.CLOSES, Reason.CLOSED),
        (MailFault.SILENT, Reason.TIMEOUT),
        (MailFault.BLACK_HOLE, Reason.TIMEOUT),
        (MailFault.NO_LISTENER, Reason.REFUSED),
    ],
)
async def test_a_mail_host_that_is_not_there(lab: Lab, options: Options, fault: MailFault, reason: Reason) -> None:
    session = await mail(lab, options, fault)
    assert session.failure is not None
    assert session.failure.reason is reason
    assert session.greeting is None


def site(fault: WebFault) -> Domain:
    return next(domain for domain in WEB if domain.web and domain.web.fault is fault)


async def test_a_good_website(lab: Lab, options: Options) -> None:
    endpoint = await web(lab, options, site(WebFault.NONE))
    assert isinstance(endpoint.http, HttpResponse)
    assert endpoint.http.status == 301
    assert isinstance(endpoint.tls, TlsHandshake)
    assert isinstance(endpoint.https, HttpResponse)
    assert endpoint.https.header("strict-transport-security")


async def test_a_website_with_an_expired_certificate_is_still_read(lab: Lab, options: Options) -> None:
    endpoint = await web(lab, options, EXPIRED)
    assert isinstance(endpoint.tls, TlsHandshake)
    assert endpoint.tls.verification.code == 10
    assert isinstance(endpoint.https, HttpResponse)


async def test_a_website_without_https(lab: Lab, options: Options) -> None:
    endpoint = await web(lab, options, site(WebFault.NO_HTTPS))
    assert isinstance(endpoint.http, HttpResponse)
    assert isinstance(endpoint.tls, Unreachable)
    assert endpoint.tls.reason is Reason.REFUSED


async def test_a_website_that_answers_the_hello_with_an_alert(lab: Lab, options: Options) -> None:
    endpoint = await web(lab, options, site(WebFault.TLS_ALERT))
    assert isinstance(endpoint.tls, TlsFailure)
    assert endpoint.tls.alert
    assert endpoint.https is None


@pytest.mark.parametrize("fault", [WebFault.SILENT, WebFault.BLACK_HOLE])
async def test_a_website_that_says_nothing(lab: Lab, options: Options, fault: WebFault) -> None:
    endpoint = await web(lab, options, site(fault))
    assert isinstance(endpoint.http, Unreachable)
    assert endpoint.http.reason is Reason.TIMEOUT
    assert isinstance(endpoint.tls, TlsFailure if fault is WebFault.SILENT else Unreachable)
    assert endpoint.tls.reason is Reason.TIMEOUT
