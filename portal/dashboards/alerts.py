"""From measurement to message: an event is suspected, confirmed by a second measurement, told once, and told again when it is over.

The only writer of alerts. Everything about one domain happens under the lock of its result (``lifecycle.settle``), so events do not double.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from portal.accounts.models import Membership
from portal.dashboards import rules
from portal.dashboards.models import Alert, Channel, Entry, Notice, Rule, Standing, State
from portal.dashboards.rules import Seen
from portal.dashboards.standards import Document
from portal.scans.models import Scan

CONFIRM_BATCH = 50


def take_in(entry: Entry, scan: Scan, document: Document, before: Standing | None, now: datetime) -> list[str] | None:
    """Open, confirm and end alerts by this document. ``before``: how it stood. Returns the mail hosts to take for granted from now on."""
    standing = {alert.rule: alert for alert in Alert.objects.standing().filter(entry=entry, suite=scan.suite)}
    hosts = rules.mail_hosts(document)
    known = before.hosts if before else None
    seen = _one_of_a_pair(rules.watch(document, before.sealed if before else {}), standing)
    if hosts is not None and known is not None:
        seen[Rule.MX_CHANGED] = _moved(hosts, known)
    new_trouble = any(
        seen[rule].there and _is_news(standing.get(rule)) for rule in rules.EXPLAIN_A_DROP if rule in seen
    )
    if dropped := _dropped(scan, document, before, standing.get(Rule.SCORE_DROPPED), explained=new_trouble):
        seen[Rule.SCORE_DROPPED] = dropped
    for rule, what in seen.items():
        _follow(entry, scan, rule, what, standing.get(rule), before, now)
    confirmed = seen.get(Rule.MX_CHANGED, Seen(False)).there and standing.get(Rule.MX_CHANGED) is not None
    return hosts if known is None or confirmed else known


def _follow(
    entry: Entry, scan: Scan, rule: Rule, what: Seen, alert: Alert | None, before: Standing | None, now: datetime
) -> None:
    """One step of one alert."""
    if not what.there:
        if alert:
            _end(alert, scan, now)
    elif alert is None:
        _suspect(entry, scan, rule, what, before, now)
    elif alert.state == State.SUSPECTED:
        _open(alert, scan, what, now)
    elif what.level is not None and what.level < (alert.level or 999):
        _tell_again(alert, scan, what, now)


def _is_news(alert: Alert | None) -> bool:
    return alert is None or alert.state == State.SUSPECTED


def _one_of_a_pair(seen: dict[Rule, Seen], standing: dict[str, Alert]) -> dict[Rule, Seen]:
    """Records that do not fit are one event, of whichever kind it was when it was told: it is over when they fit again."""
    for rule, other in ((Rule.TLSA_MISMATCH, Rule.TLSA_NEXT_ONLY), (Rule.TLSA_NEXT_ONLY, Rule.TLSA_MISMATCH)):
        if seen.get(other, Seen(False)).there and not _is_news(standing.get(rule)):
            return seen | {rule: seen[other], other: Seen(False)}
    return seen


def _dropped(
    scan: Scan, document: Document, before: Standing | None, alert: Alert | None, *, explained: bool
) -> Seen | None:
    """None when totals cannot be compared: one is provisional, or the norm changed in between. ``explained``: another alert tells why it fell."""
    reference = alert.before if alert else before.total if before else None
    if scan.total is None or document.get("partial") or (before and not _comparable(before, scan)):
        return None
    if not isinstance(reference, int):
        return Seen(False)
    # An open alert ends when the score is back, a new one begins when it fell far enough.
    is_open = alert is not None and alert.state == State.OPEN
    there = scan.total < reference if is_open else scan.total <= reference - rules.SCORE_DROP and not explained
    sentence = {"nl": f"Van {reference} naar {scan.total}.", "en": f"From {reference} to {scan.total}."}
    return Seen(there, sentence=sentence)


def _comparable(before: Standing, scan: Scan) -> bool:
    if before.scan_id is None:
        return False
    same_norm = Scan.objects.filter(pk=before.scan_id, catalogue_version=scan.catalogue_version)
    return same_norm.exclude(document__partial=True).exists()


def _moved(hosts: list[str], known: list[str]) -> Seen:
    new, gone = sorted(set(hosts) - set(known)), sorted(set(known) - set(hosts))
    parts = [("Nieuw", "New", new), ("Weg", "Gone", gone)]
    return Seen(
        bool(new or gone),
        sentence={
            "nl": " ".join(f"{nl}: {', '.join(names)}." for nl, _en, names in parts if names),
            "en": " ".join(f"{en}: {', '.join(names)}." for _nl, en, names in parts if names),
        },
    )


def _suspect(entry: Entry, scan: Scan, rule: Rule, what: Seen, before: Standing | None, now: datetime) -> None:
    # What is the matter at the first measurement stands in the overview; an alert is about what changes after it.
    state = State.SUSPECTED if before else State.CLOSED
    Alert.objects.create(
        entry=entry,
        suite=scan.suite,
        rule=rule,
        state=state,
        check_id=what.check_id,
        sentence=what.sentence,
        records=list(what.records),
        level=what.level,
        before=before.total if before and rule == Rule.SCORE_DROPPED else None,
        scan=scan,
        seen_at=now,
        confirm_at=now + settings.ALERT_CONFIRM_AFTER if before else None,
    )


def _open(alert: Alert, scan: Scan, what: Seen, now: datetime) -> None:
    alert.opened_at, alert.confirm_at = now, None
    _tell_again(alert, scan, what, now)
    if alert.rule == Rule.MX_CHANGED:
        # Mail servers that changed are told once; there is nothing to end.
        Alert.objects.filter(pk=alert.pk).update(state=State.CLOSED, resolved_at=now)


def _tell_again(alert: Alert, scan: Scan, what: Seen, now: datetime) -> None:
    alert.scan, alert.check_id, alert.sentence, alert.level = scan, what.check_id, what.sentence, what.level
    alert.records = list(what.records)
    alert.state, alert.opened_at = State.OPEN, alert.opened_at or now
    alert.save()
    _notify(alert, now, resolved=False)


def _end(alert: Alert, scan: Scan, now: datetime) -> None:
    if alert.state == State.SUSPECTED:
        alert.delete()
        return
    was_open = alert.state == State.OPEN
    alert.state, alert.resolved_at, alert.scan = State.RESOLVED if was_open else State.CLOSED, now, scan
    alert.save()
    if was_open:
        _notify(alert, now, resolved=True)


def close(alert: Alert) -> bool:
    """End an alert by hand, without a message: somebody knows, and it may stay so. False when it is not open."""
    return bool(Alert.objects.filter(pk=alert.pk, state=State.OPEN).update(state=State.CLOSED))


def to_confirm(now: datetime | None = None) -> list[Alert]:
    """Claim the alerts whose second measurement is due. Inside a transaction."""
    due = (
        Alert.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("entry__domain_list")
        .filter(state=State.SUSPECTED, confirm_at__lte=now or timezone.now())
        .order_by("confirm_at")[:CONFIRM_BATCH]
    )
    alerts = list(due)
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(confirm_at=None)
    return alerts


def measure_again(entry: Entry, suite: str, now: datetime) -> None:
    """A second measurement that came to nothing is asked for once more."""
    suspected = Alert.objects.filter(entry=entry, suite=suite, state=State.SUSPECTED, confirm_at=None)
    suspected.update(confirm_at=now + settings.ALERT_CONFIRM_AFTER)


def _notify(alert: Alert, now: datetime, *, resolved: bool) -> None:
    """Write the messages; ``notices.send`` sends them."""
    domain_list = alert.entry.domain_list
    channel = Channel.DIGEST if domain_list.digest else Channel.MAIL
    when = next_digest(now) if domain_list.digest else now
    rows = [
        Notice(
            alert=alert,
            resolved=resolved,
            channel=channel,
            target=address,
            language=language,
            created_at=now,
            next_at=when,
        )
        for address, language in readers(alert).items()
    ]
    if domain_list.webhook_url:
        target = domain_list.webhook_url
        rows.append(
            Notice(alert=alert, resolved=resolved, channel=Channel.WEBHOOK, target=target, created_at=now, next_at=now)
        )
    Notice.objects.bulk_create(rows)


def readers(alert: Alert) -> dict[str, str]:
    """Who is mailed about an alert as things stand: mail address -> language: of the member, or of the domain's owner, or else of the organisation. Each address once."""
    entry, domain_list = alert.entry, alert.entry.domain_list
    usual = domain_list.organisation.language
    readers: dict[str, str] = {}
    if domain_list.alert_members:
        members = Membership.objects.filter(organisation=domain_list.organisation_id, alerts=True, user__is_active=True)
        for address, language in members.exclude(user__email="").values_list("user__email", "language"):
            readers.setdefault(address.lower(), language or usual)
    if domain_list.alert_owner and entry.owner_email:
        readers.setdefault(entry.owner_email.lower(), entry.owner_language or usual)
    return readers


def next_digest(now: datetime) -> datetime:
    """The next morning at seven, in the portal's time zone."""
    local = timezone.localtime(now)
    morning = local.replace(hour=7, minute=0, second=0, microsecond=0)
    return morning if morning > local else morning + timedelta(days=1)
