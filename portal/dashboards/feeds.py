"""The alerts of a list as an Atom feed (RFC 4287). What stands in it may be other people's words: cleared of what XML cannot hold, and escaped once more
where a reader takes it for HTML (section 3.1.1.2)."""

from __future__ import annotations

import re

from django.conf import settings
from django.utils import feedgenerator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.dashboards.models import Alert, DomainList
from portal.dashboards.notices import story

SHOWN = 100
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def atom(domain_list: DomainList, path: str, language: str) -> str:
    """The whole feed; ``path`` is its own on this site."""
    address = settings.SITE_URL + domain_list.get_absolute_url()
    made = feedgenerator.Atom1Feed(
        title=_clear(domain_list.name),
        link=address,
        description="",
        language=language,
        feed_url=settings.SITE_URL + path,
        author_name=settings.SITE_NAME,
    )
    told = Alert.objects.filter(entry__domain_list=domain_list).told().select_related("entry", "scan")
    for alert in told.defer("scan__document")[:SHOWN]:
        words = story(alert, language)
        made.add_item(
            title=f"{alert.entry.domain}: {alert.get_rule_display()} ({alert.get_state_display()})",
            link=words["report"] or address,
            description=_html(alert, words),
            unique_id=f"{address}alerts/{alert.pk}",
            pubdate=alert.opened_at,
            updateddate=alert.resolved_at or alert.opened_at,
        )
    return made.writeString("utf-8")


def _html(alert: Alert, words: dict[str, str]) -> SafeString:
    parts = [words["sentence"], "\n".join(alert.records), words["remedy"]]
    sentence, records, remedy = (_clear(part) for part in parts)
    further = format_html_join("", "<pre>{}</pre>", ((part,) for part in (records, remedy) if part))
    return format_html("<p>{}</p>{}", sentence, further)


def _clear(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
