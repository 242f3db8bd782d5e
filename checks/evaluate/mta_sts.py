"""MTA-STS and TLS reporting of a mail domain (RFC 8461, RFC 8460): for senders that do not check DANE, and as the only
mirror of what senders saw. Neither replaces DANE: a sender that knows both lets a DANE failure stand (RFC 8461 section 2).
"""

from __future__ import annotations

import base64
from enum import StrEnum
from typing import Any

from checks.dnssec import Lookup, Outcome, Security
from checks.evaluate import certificate, history
from checks.evaluate.certificate import Trust
from checks.evaluate.mail_hosts import hosts_or_reason
from checks.evaluate.starttls import WITHOUT_TLS, is_deliverable, judge
from checks.evaluate.txt import texts_of
from checks.evaluate.view import View
from checks.facts.earlier import PolicySeen
from checks.facts.http import HttpResponse
from checks.facts.mta_sts import PolicyFile
from checks.facts.network import OURS, Reason, Unreachable
from checks.facts.tls import TlsHandshake
from checks.model import Finding, Observation
from checks.records import mta_sts as records
from checks.records import tls_rpt as reporting
from checks.records.mta_sts import Mode, StsPolicy, covers, parse_policy, parse_record, sts_texts
from checks.records.tls_rpt import TlsRpt, rpt_texts


class MtaSts(StrEnum):
    """The record, the policy, and each mail host under it."""

    OK = "ok"
    TESTING = "testing"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    MX_BOGUS = "mx-bogus"
    MX_UNKNOWN = "mx-unknown"
    UNKNOWN = "unknown"
    OFF = "off"
    STALE_ID = "stale-id"
    ABSENT = "absent"
    MULTIPLE = "multiple"
    RECORD_MALFORMED = "record-malformed"
    NO_POLICY = "no-policy"
    REDIRECT = "redirect"
    CERTIFICATE = "certificate"
    POLICY_MALFORMED = "policy-malformed"
    MX_NOT_COVERED = "mx-not-covered"
    MX_UNTRUSTED = "mx-untrusted"
    MX_NO_TLS = "mx-no-tls"


class Reports(StrEnum):
    """The record that asks for reports."""

    OK = "ok"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    MX_BOGUS = "mx-bogus"
    MX_UNKNOWN = "mx-unknown"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    MULTIPLE = "multiple"
    MALFORMED = "malformed"


def mta_sts(view: View) -> Finding:
    """One row for the domain, and with a policy that can be used one for each mail host that a sender can deliver to."""
    hosts, reason = hosts_or_reason(view)
    if not hosts:
        return Finding(MtaSts(reason))
    domain = view.measurement.domain
    found, evidence, policy = _policy(view)
    seen = _seen(view, evidence, policy)
    if former := seen and history.former_policy(view, seen):
        found = MtaSts.STALE_ID
        evidence |= {"former": {"mode": former.mode, "max_age": former.max_age, "mx": list(former.mx)}}
        evidence["days"] = -(-former.max_age // 86_400)
    rows = [Observation(domain, found, {"owner": f"_mta-sts.{domain}", **evidence})]
    if policy is not None and policy.mode is not Mode.NONE:
        shown = {"mode": policy.mode.value, "mx": list(policy.mx)}
        names = [name for host in hosts if is_deliverable(view, name := host.name.rstrip("."))]
        rows += [Observation(name, _host(view, policy, name), shown) for name in names]
    return Finding(MtaSts.NO_HOSTS, tuple(rows))


def policy_seen(view: View) -> PolicySeen | None:
    """The policy with its id, for the measurement after this one; None without a policy that senders accept."""
    _, evidence, policy = _policy(view)
    return _seen(view, evidence, policy)


def _seen(view: View, evidence: dict[str, Any], policy: StsPolicy | None) -> PolicySeen | None:
    if policy is None:
        return None
    return PolicySeen(view.measured_at, evidence["id"], policy.mode.value, policy.max_age, policy.mx)


def _policy(view: View) -> tuple[MtaSts, dict[str, Any], StsPolicy | None]:
    lookup = view.lookup(f"_mta-sts.{view.domain}", "TXT")
    if _unanswered(lookup):
        return MtaSts.UNKNOWN, {"dnssec": lookup.security.value}, None
    texts = sts_texts(texts_of(lookup))
    if len(texts) != 1:
        return (MtaSts.MULTIPLE, {"records": list(texts)[:5]}, None) if texts else (MtaSts.ABSENT, {}, None)
    record = parse_record(texts[0])
    if isinstance(record, records.Malformed):
        return MtaSts.RECORD_MALFORMED, {"record": texts[0], "why": record.why.value}, None
    found, evidence, policy = _file(view, view.measurement.mta_sts)
    return found, {"record": texts[0], "id": record.id, **evidence}, policy


def _file(view: View, seen: PolicyFile | None) -> tuple[MtaSts, dict[str, Any], StsPolicy | None]:
    """The policy, when it was served as it must be: no redirect, a trusted certificate for the policy host, status 200
    (RFC 8461 section 3.3).
    """
    host = f"mta-sts.{view.measurement.domain}"
    if seen is None:
        answered = not any(_unanswered(lookup) for lookup in view.addresses(host + "."))
        return (MtaSts.NO_POLICY if answered else MtaSts.UNKNOWN), {"host": host, "cause": "no-address"}, None
    evidence: dict[str, Any] = {"host": host, "tried": seen.address}
    if not isinstance(seen.tls, TlsHandshake):
        return _unreached(seen.tls.reason), {**evidence, "cause": seen.tls.reason.value}, None
    if cause := _distrust(view, seen.tls, host):
        return MtaSts.CERTIFICATE, {**evidence, "cause": cause}, None
    if not isinstance(seen.response, HttpResponse):
        reason = seen.response.reason if isinstance(seen.response, Unreachable) else Reason.CLOSED
        return _unreached(reason), {**evidence, "cause": reason.value}, None
    evidence["status"] = seen.response.status
    if 300 <= seen.response.status < 400:
        return MtaSts.REDIRECT, evidence, None
    if seen.response.status != 200:
        return MtaSts.NO_POLICY, {**evidence, "cause": f"status {seen.response.status}"}, None
    return _parsed(seen, evidence)


def _parsed(seen: PolicyFile, evidence: dict[str, Any]) -> tuple[MtaSts, dict[str, Any], StsPolicy | None]:
    policy = parse_policy(base64.b64decode(seen.body))
    if isinstance(policy, records.Malformed):
        return MtaSts.POLICY_MALFORMED, {**evidence, "why": policy.why.value, "term": policy.term}, None
    shown = {**evidence, "mode": policy.mode.value, "max_age": policy.max_age, "mx": list(policy.mx)}
    word = {Mode.ENFORCE: MtaSts.OK, Mode.TESTING: MtaSts.TESTING, Mode.NONE: MtaSts.OFF}[policy.mode]
    return word, shown, policy


def _unreached(reason: Reason) -> MtaSts:
    return MtaSts.UNKNOWN if reason in OURS else MtaSts.NO_POLICY


def _distrust(view: View, handshake: TlsHandshake, host: str) -> str:
    """Why the certificate is not accepted for the host, or an empty string."""
    found = certificate.trust(handshake)
    if found is not Trust.OK:
        return found.value
    leaf = next(iter(view.chain(handshake)), None)
    return "" if leaf and certificate.matches(certificate.dns_names(leaf), host) else "mismatch"


def _host(view: View, policy: StsPolicy, host: str) -> MtaSts:
    """One mail host: named by the policy, and with a certificate that such a sender accepts at every address that was
    seen (RFC 8461 section 4.1-4.2).
    """
    if not covers(policy, host):
        return MtaSts.MX_NOT_COVERED
    sessions = [session for session in view.sessions if session.host == host]
    if any(judge(session) in WITHOUT_TLS for session in sessions):
        return MtaSts.MX_NO_TLS
    seen = [session.tls for session in sessions if isinstance(session.tls, TlsHandshake)]
    if not seen:
        return MtaSts.UNKNOWN
    if any(_distrust(view, tls, host) for tls in seen):
        return MtaSts.MX_UNTRUSTED
    return MtaSts.OK if policy.mode is Mode.ENFORCE else MtaSts.TESTING


def _unanswered(lookup: Lookup) -> bool:
    return lookup.outcome is Outcome.FAILED or lookup.security is Security.BOGUS


def tls_rpt(view: View) -> Finding:
    """One row for the domain."""
    hosts, reason = hosts_or_reason(view)
    if not hosts:
        return Finding(Reports(reason))
    domain = view.measurement.domain
    found, evidence = _reports(view)
    return Finding(Reports.NO_HOSTS, (Observation(domain, found, {"owner": f"_smtp._tls.{domain}", **evidence}),))


def _reports(view: View) -> tuple[Reports, dict[str, Any]]:
    lookup = view.lookup(f"_smtp._tls.{view.domain}", "TXT")
    if _unanswered(lookup):
        return Reports.UNKNOWN, {"dnssec": lookup.security.value}
    texts = rpt_texts(texts_of(lookup))
    if len(texts) != 1:
        return (Reports.MULTIPLE, {"records": list(texts)[:5]}) if texts else (Reports.ABSENT, {})
    match reporting.parse(texts[0]):
        case TlsRpt(rua):
            return Reports.OK, {"record": texts[0], "rua": list(rua)}
        case reporting.Malformed(term, why):
            return Reports.MALFORMED, {"record": texts[0], "why": why.value, "term": term}
