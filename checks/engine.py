"""The conductor: survey and probe a target, judge what was seen, and score it. The one place where a crash of a check
is caught.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from checks import judging, scoring
from checks.catalogue import CATALOGUE
from checks.dnssec import Outcome, Security, Why
from checks.evaluate import history, mta_sts
from checks.evaluate.view import View
from checks.facts.earlier import Earlier
from checks.facts.http import WebEndpoint
from checks.facts.measurement import Measurement, earlier_from_json
from checks.facts.smtp import SmtpSession
from checks.model import Check, Stage, Suite, Verdict
from checks.net.transport import Limits
from checks.options import Options
from checks.policy.tls_profile import load
from checks.probes.around import Around
from checks.probes.dns import DnsProbe
from checks.probes.shared import Commons
from checks.probes.survey import Survey
from checks.progress import Progress, Reporter
from checks.report import Failure, Report
from checks.target import Target

ENGINE = "0.1.0"
SPARE = 2.0  # seconds before the deadline at which probes stop, so that what they saw can still be gathered

_BUILT_SO = (Why.ALIAS_LOOP, Why.EXHAUSTS_VALIDATORS)  # there were answers, and they are what is wrong

log = logging.getLogger(__name__)


async def scan(
    target: Target,
    options: Options,
    *,
    progress: Progress | None = None,
    commons: Commons | None = None,
    earlier: Mapping[str, Any] | None = None,
) -> Report:
    """Measure a target and judge it. ``progress`` is called with a JSON-able dict after each step. ``commons`` is what
    concurrent scans share: measurements of mail hosts, and places for connections. ``earlier`` is the ``digest`` of the
    report document before this one, of the same target; it is stored with the measurement.

    Takes at most ``options.deadline`` seconds. Raises nothing for what the network does: that is in the report.
    """
    measurement = await measure(target, options, progress=progress, commons=commons)
    return evaluate(replace(measurement, earlier=_known(earlier)))


def _known(digest: Mapping[str, Any] | None) -> Earlier | None:
    """What was handed in, if it can be read: a scan does not fail for what another engine wrote."""
    try:
        return earlier_from_json(digest) if digest else None
    except ValueError as error:
        log.warning("what was seen earlier is passed over: %s", error)
        return None


async def measure(
    target: Target, options: Options, *, progress: Progress | None = None, commons: Commons | None = None
) -> Measurement:
    """Everything that can be seen of a target from here, within ``options.deadline`` seconds."""
    clock, now = asyncio.get_running_loop().time, _now()
    begun = clock()
    reporter = Reporter(target.suite, progress)
    reporter.event("started")
    dns = DnsProbe(options, now)

    def remaining() -> float:
        return max(0.0, begun + options.deadline - SPARE - clock())

    limits = Limits(places=commons)
    survey = Survey(target.domain + ".", options, dns, limits, now, reporter.event, remaining, commons=commons)
    around = Around(survey)
    smtp: tuple[SmtpSession, ...] = ()
    web: tuple[WebEndpoint, ...] = ()

    def dns_done() -> None:
        reporter.stage_done(Stage.DNS)

    try:
        async with asyncio.timeout(options.deadline), asyncio.TaskGroup() as group:
            group.create_task(around.run(target.suite))
            if target.suite is Suite.MAIL:
                smtp = await survey.mail(dns_done)
            else:
                web = await survey.web(dns_done)
    except TimeoutError:
        log.warning("scan of %s (%s) ran into its deadline of %s s", target.domain, target.suite, options.deadline)
    reporter.stage_done(Stage.DNS)
    reporter.stage_done(Stage.ENDPOINTS)
    reporter.event("judging")
    return Measurement(
        target.domain,
        target.suite,
        now,
        round((clock() - begun) * 1000),
        ENGINE,
        replace(dns.facts(), direct=around.direct),
        smtp,
        web,
        name_servers=around.name_servers,
        pages=around.pages,
        rpki=around.rpki,
        mta_sts=around.mta_sts,
        security_txt=around.security_txt,
        tls=tuple(sorted(survey.scans, key=lambda scan: (scan.host, scan.address))),
        tls_profile=options.tls_profile,
    )


def evaluate(measurement: Measurement, *, tls_profile: str = "") -> Report:
    """The verdicts and scores of a measurement by today's catalogue, TLS by the profile of that name or else by the one of
    the measurement. Pure, but for the log line of a check that crashes. Raises ValueError for a profile that is not known.
    """
    view = View(measurement, tls_profile=load(tls_profile or measurement.tls_profile))
    if failure := _failure(view):
        return Report(measurement, CATALOGUE.version, failure=failure, partial=True, tls_profile=view.tls_profile)
    verdicts = [_verdict(check, view) for check in CATALOGUE.of(measurement.suite)]
    categories = tuple(
        scoring.category_report(category, found)
        for category in CATALOGUE.categories.values()
        if (found := [verdict for verdict in verdicts if CATALOGUE[verdict.check_id].category == category.id])
    )
    partial = scoring.is_partial(verdicts)
    return Report(
        measurement,
        CATALOGUE.version,
        categories,
        scoring.shown(scoring.total(categories), partial=partial),
        partial,
        tls_profile=view.tls_profile,
        digest=history.digest(view, mta_sts.policy_seen(view)) if measurement.suite is Suite.MAIL else None,
    )


def _verdict(check: Check, view: View) -> Verdict:
    try:
        return judging.judge(check, check.evaluate(view))
    except Exception:  # a fault of ours in one check may not sink the scan, nor count against the domain
        log.exception("check %s crashed on %s", check.id, view.measurement.domain)
        return judging.crashed(check)


def _failure(view: View) -> Failure | None:
    """Why there is nothing to judge, if so."""
    first = view.mx if view.measurement.suite is Suite.MAIL else view.lookup(view.domain, "A")
    if view.measurement.dns.resolver_unfit or first.reason is Why.RESOLVER_STRIPS_DNSSEC:
        return Failure.RESOLVER_UNFIT
    if first.outcome is Outcome.NO_SUCH_NAME and first.security is not Security.BOGUS:
        return Failure.NO_SUCH_DOMAIN
    return Failure.NO_ANSWER if first.outcome is Outcome.FAILED and first.reason not in _BUILT_SO else None


def _now() -> datetime:
    """The clock of the measurement, in whole milliseconds as it is stored."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
