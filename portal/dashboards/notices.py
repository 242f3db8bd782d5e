"""Messages about alerts on their way out: mail, daily mail and webhook. Rows are claimed by a conditional UPDATE that is a lease, and sent outside any
transaction. A sender that dies in between leaves the row to the next one after the lease; mails carry a fixed Message-ID, webhooks a fixed id, so that
the receiver can tell."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import smtplib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from checks import CATALOGUE
from portal.dashboards.models import Alert, Channel, Notice
from portal.lib import outgoing

logger = logging.getLogger(__name__)

BATCH = 50
LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 8


def send(now: datetime | None = None) -> int:
    """Send what is due; returns how many notices went out."""
    now = now or timezone.now()
    claimed = [notice for notice in _due(now) if _claim(notice, now)]
    sent = 0
    for batch in _batches(claimed):
        sent += _send(batch, now)
    return sent


def _due(now: datetime) -> Sequence[Notice]:
    due = Notice.objects.filter(sent_at=None, next_at__lte=now, attempts__lt=MOST_ATTEMPTS)
    return list(
        due.select_related("alert__entry__domain_list__organisation", "alert__scan")
        .defer("alert__scan__document")
        .order_by("pk")[:BATCH]
    )


def _claim(notice: Notice, now: datetime) -> bool:
    attempts = notice.attempts + 1
    wait = LEASE * (2 ** min(notice.attempts, 6))
    mine = Notice.objects.filter(pk=notice.pk, sent_at=None, attempts=notice.attempts, next_at__lte=now)
    return bool(mine.update(attempts=attempts, next_at=now + wait))


def _batches(notices: Sequence[Notice]) -> list[list[Notice]]:
    """Daily mails of one address and list go together; everything else goes alone."""
    together: dict[object, list[Notice]] = defaultdict(list)
    for notice in notices:
        domain_list = notice.alert.entry.domain_list_id
        key = (notice.target, domain_list) if notice.channel == Channel.DIGEST else notice.pk
        together[key].append(notice)
    return list(together.values())


def _send(batch: Sequence[Notice], now: datetime) -> int:
    pks = [notice.pk for notice in batch]
    try:
        if batch[0].channel == Channel.WEBHOOK:
            _post(batch[0], now)
        else:
            _mail(batch)
    except (outgoing.NotDelivered, smtplib.SMTPException, OSError) as error:
        logger.warning("notices %s were not delivered: %s", pks, error)
        Notice.objects.filter(pk__in=pks).update(problem=str(error)[:200])
        return 0
    return Notice.objects.filter(pk__in=pks).update(sent_at=now, problem="")


# --- Mail ---------------------------------------------------------------------------------------------------------------------------------------


def _mail(batch: Sequence[Notice]) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        first = batch[0]
        items = [{"alert": notice.alert, "resolved": notice.resolved, **story(notice.alert)} for notice in batch]
        name = first.alert.entry.domain_list.name
        context = {
            "items": items,
            "site_name": settings.SITE_NAME,
            "list": name,
            "digest": first.channel == Channel.DIGEST,
        }
        body = render_to_string("dashboards/mail/alert.txt", context)
        host = settings.SITE_URL.partition("://")[2].partition(":")[0]
        headers = {"Message-ID": f"<notice-{first.pk}@{host}>", "Auto-Submitted": "auto-generated"}
        EmailMessage(_subject(batch), body, None, [first.target], headers=headers).send()


def _subject(batch: Sequence[Notice]) -> str:
    if batch[0].channel == Channel.DIGEST:
        new = sum(not notice.resolved for notice in batch)
        words = _("%(list)s: %(new)d new, %(over)d resolved") % {
            "list": batch[0].alert.entry.domain_list.name,
            "new": new,
            "over": len(batch) - new,
        }
    else:
        alert = batch[0].alert
        what = _("resolved: %(rule)s") if batch[0].resolved else "%(rule)s"
        words = f"{alert.entry.domain}: " + what % {"rule": alert.get_rule_display()}
    return " ".join(words.split())


def story(alert: Alert, language: str | None = None) -> dict[str, str]:
    """What happened, the remedy, and where the report is, in words."""
    language = language or translation.get_language() or settings.LANGUAGE_CODE
    check = CATALOGUE.get(alert.check_id) if alert.check_id else None
    return {
        "sentence": alert.sentence.get(language) or alert.sentence.get("nl", ""),
        "remedy": check.texts[language].how if check and language in check.texts else "",
        "report": settings.SITE_URL + alert.scan.get_absolute_url() if alert.scan else "",
    }


# --- Webhook ------------------------------------------------------------------------------------------------------------------------------------


def _post(notice: Notice, now: datetime) -> None:
    alert = notice.alert
    body = json.dumps(payload(notice), ensure_ascii=False).encode()
    stamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Zegel-Notice": str(notice.pk),
        "X-Zegel-Signature": f"t={stamp},v1={signature(alert.entry.domain_list.webhook_secret, stamp, body)}",
    }
    outgoing.post(notice.target, body, headers)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA-256 (RFC 2104) in hexadecimal over the time stamp, a full stop and the body."""
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def payload(notice: Notice) -> dict[str, object]:
    """What a webhook is told: the words in both languages, and the address of the report."""
    alert = notice.alert
    return {
        "id": notice.pk,
        "event": "resolved" if notice.resolved else "opened",
        "rule": alert.rule,
        "domain": alert.entry.domain,
        "suite": alert.suite,
        "list": alert.entry.domain_list.name,
        "check": alert.check_id,
        "days_left_at_most": alert.level,
        "sentence": alert.sentence,
        "report": story(alert)["report"],
        "seen_at": alert.seen_at.isoformat(),
    }
