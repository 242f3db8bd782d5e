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
    suite = scan.suite
    standing = {alert.rule: alert for alert in Alert.objects.standing().filter(entry=entry, suite=suite)}
    hosts = rules.mail_hosts(document)
    known = before.hosts if before else None
    seen = rules.watch(document)
    total = scan.total
    if total is not None and not document.get("partial"):
        seen[Rule.SCORE_DROPPED] = _dropped(total, before, standing.get(Rule.SCORE_DROPPED))
    if hosts is not None and known is not None:
        seen[Rule.MX_CHANGED] = _moved(hosts, known)
    for rule, what in seen.items():
        alert = standing.get(rule)
        if what.there and alert is None:
            _suspect(entry, scan, rule, what, before, now)
        elif what.there and alert and alert.state == State.SUSPECTED:
            _open(alert, scan, what, now)
        elif what.there and alert and what.level is not None and what.level < (alert.level or 999):
            _tell_again(alert, scan, what, now)
        elif not what.there and alert:
            _end(alert, scan, now)
    confirmed = seen.get(Rule.MX_CHANGED, Seen(False)).there and standing.get(Rule.MX_CHANGED) is not None
    return hosts if known is None or confirmed else known


def _dropped(total: int, before: Standing | None, alert: Alert | None) -> Seen:
    reference = alert.before if alert else before.total if before else None
    if not isinstance(reference, int):
        return Seen(False)
    # An open alert ends when the score is back, a new one begins when it fell far enough.
    there = total < reference if alert and alert.state == State.OPEN else total <= reference - rules.SCORE_DROP
    sentence = {"nl": f"Van {reference} naar {total}.", "en": f"From {reference} to {total}."}
    return Seen(there, sentence=sentence)


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
    addresses: list[str] = []
    if domain_list.alert_members:
        members = Membership.objects.filter(organisation=domain_list.organisation_id, alerts=True, user__is_active=True)
        addresses += members.exclude(user__email="").values_list("user__email", flat=True)
    if domain_list.alert_owner and alert.entry.owner_email:
        addresses.append(alert.entry.owner_email)
    channel = Channel.DIGEST if domain_list.digest else Channel.MAIL
    when = next_digest(now) if domain_list.digest else now
    rows = [
        Notice(alert=alert, resolved=resolved, channel=channel, target=address, created_at=now, next_at=when)
        for address in dict.fromkeys(address.lower() for address in addresses)
    ]
    if domain_list.webhook_url:
        target = domain_list.webhook_url
        rows.append(
            Notice(alert=alert, resolved=resolved, channel=Channel.WEBHOOK, target=target, created_at=now, next_at=now)
        )
    Notice.objects.bulk_create(rows)


def next_digest(now: datetime) -> datetime:
    """The next morning at seven, in the portal's time zone."""
    local = timezone.localtime(now)
    morning = local.replace(hour=7, minute=0, second=0, microsecond=0)
    return morning if morning > local else morning + timedelta(days=1)
