"""Messages about alerts on their way out: mail, daily mail and webhook. Rows are claimed by a lease, one message at a time, and sent outside any transaction.
A sender that dies in between leaves the row to the next one after the lease; mails carry a fixed Message-ID, webhooks a fixed id, so that the receiver can
tell."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import smtplib
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from checks import CATALOGUE
from portal.dashboards.alerts import readers
from portal.dashboards.models import Alert, Channel, Notice
from portal.lib import outgoing
from portal.lib.only_one import only_one

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
DOUBLINGS = 6  # of the lease: the longest wait between two attempts is over five hours
MOST_ATTEMPTS = 19  # over three days, as mail servers do
ROUND_SECONDS = 40  # after which a round claims nothing more: slow receivers must not hold a worker
MOST_IN_A_MAIL = 200  # notices of one daily mail; the rest comes in another
_MISSED = (outgoing.NotDelivered, smtplib.SMTPException, OSError)


def send(now: datetime | None = None) -> int:
    """Send what is due; returns how many notices went out. One round at a time: whoever comes while another sends does nothing."""
    now = now or timezone.now()
    with only_one("notices") as mine:
        if not mine:
            return 0
        until = time.monotonic() + ROUND_SECONDS
        return _send_mails(now, until) + _send_hooks(now, until)


def _send_mails(now: datetime, until: float) -> int:
    """Over one connection. When nobody listens the round of mails ends: the others have lost no attempt, and are due in the next."""
    sent = 0
    post = get_connection()
    is_open = False
    try:
        for batch in _due((Channel.MAIL, Channel.DIGEST), now, until):
            try:
                if not is_open:
                    post.open()
                    is_open = True
                post.send_messages([_mail(batch)])
            except _MISSED as error:
                _missed(batch, error)
                if not is_open:
                    break
                post.close()
                is_open = False
            else:
                sent += _sent(batch, now)
    finally:
        post.close()
    return sent


def _send_hooks(now: datetime, until: float) -> int:
    sent = 0
    for batch in _due((Channel.WEBHOOK,), now, until):
        try:
            _post(batch[0], now)
        except _MISSED as error:
            _missed(batch, error)
        else:
            sent += _sent(batch, now)
    return sent


def _due(channels: Sequence[Channel], now: datetime, until: float) -> Iterator[list[Notice]]:
    """Claim one message after the other, while there is time and something is due. What nobody is to read any more is dropped."""
    while time.monotonic() < until and (batch := _claim(channels, now)):
        if wanted := [notice for notice in batch if _is_wanted(notice)]:
            yield wanted


def _is_wanted(notice: Notice) -> bool:
    """False, and the row is gone, for who has left the organisation, wants no mail any more, or is another webhook than before."""
    alert = notice.alert
    is_hook = notice.channel == Channel.WEBHOOK
    wanted = notice.target == alert.entry.domain_list.webhook_url if is_hook else notice.target in readers(alert)
    if not wanted:
        Notice.objects.filter(pk=notice.pk).delete()
    return wanted


def _claim(channels: Sequence[Channel], now: datetime) -> list[Notice]:
    """The notices of the message that is due longest, ours until the lease ends; a daily mail takes all of its address and list."""
    with transaction.atomic():
        due = (
            Notice.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("alert__entry__domain_list__organisation", "alert__scan")
            .defer("alert__scan__document")
            .filter(sent_at=None, next_at__lte=now, attempts__lt=MOST_ATTEMPTS, channel__in=channels)
        )
        if (first := due.order_by("next_at", "pk").first()) is None:
            return []
        batch = [first]
        if first.channel == Channel.DIGEST:
            together = due.filter(channel=first.channel, target=first.target, language=first.language)
            same_list = together.filter(alert__entry__domain_list=first.alert.entry.domain_list_id)
            batch = list(same_list.order_by("pk")[:MOST_IN_A_MAIL])
        for notice in batch:
            notice.next_at = now + LEASE * 2 ** min(notice.attempts, DOUBLINGS)
            notice.attempts += 1
        Notice.objects.bulk_update(batch, ["next_at", "attempts"])
    return batch


def _missed(batch: Sequence[Notice], error: Exception) -> None:
    pks = [notice.pk for notice in batch]
    logger.warning("notices %s were not delivered: %s", pks, error)
    Notice.objects.filter(pk__in=pks).update(problem=str(error)[:200])


def _sent(batch: Sequence[Notice], now: datetime) -> int:
    return Notice.objects.filter(pk__in=[notice.pk for notice in batch]).update(sent_at=now, problem="")


# --- Mail ---------------------------------------------------------------------------------------------------------------------------------------


def _mail(batch: Sequence[Notice]) -> EmailMessage:
    first = batch[0]
    domain_list = first.alert.entry.domain_list
    with translation.override(first.language):
        context = {
            "items": [(notice, story(notice.alert)) for notice in batch],
            "remedies": _remedies(batch),
            "site_name": settings.SITE_NAME,
            "list": domain_list.name,
            "organisation": domain_list.organisation.name,
        }
        body = render_to_string("dashboards/mail/alert.txt", context)
        host = settings.SITE_URL.partition("://")[2].partition(":")[0]
        headers = {"Message-ID": f"<notice-{first.pk}@{host}>", "Auto-Submitted": "auto-generated"}
        return EmailMessage(_subject(batch), body, None, [first.target], headers=headers)


def _remedies(batch: Sequence[Notice]) -> list[dict[str, str]]:
    """What to do about what is not over yet, each check once however many domains it is about."""
    stories = {notice.alert.check_id: story(notice.alert) for notice in batch if not notice.resolved}
    return [words for words in stories.values() if words["remedy"]]


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
    """What happened, the remedy and whose it is, and where the report is, in words."""
    language = language or translation.get_language() or settings.LANGUAGE_CODE
    check = CATALOGUE.get(alert.check_id) if alert.check_id else None
    text = check.texts.get(language) if check else None
    return {
        "sentence": alert.sentence.get(language) or alert.sentence.get(settings.LANGUAGE_CODE, ""),
        "check": text.title if text else "",
        "remedy": text.how if text else "",
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
    """What a webhook is told: the words in both languages, what to publish, and the addresses of the remedy and of the report."""
    alert = notice.alert
    remedy = reverse("explain", args=[alert.check_id]) if alert.check_id in CATALOGUE else ""
    return {
        "id": notice.pk,
        "event": "resolved" if notice.resolved else "opened",
        "alert": alert.pk,
        "rule": alert.rule,
        "domain": alert.entry.domain,
        "suite": alert.suite,
        "list": alert.entry.domain_list.name,
        "check": alert.check_id,
        "days_left_at_most": alert.level,
        "sentence": alert.sentence,
        "publish": alert.records,
        "remedy": settings.SITE_URL + remedy if remedy else "",
        "report": story(alert)["report"],
        "seen_at": alert.seen_at.isoformat(),
    }
