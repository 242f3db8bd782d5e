"""Reports on paper for these tests: from a document to content to a file, as the page of a scan does it."""

from __future__ import annotations

from typing import Any

from portal.paper import content, press
from portal.scans import chain_picture, report
from portal.scans.shown import Asked
from tests.portal.looks.documents import AScan, Json

ADDRESS = "https://zegel.example/mail/good.example/k7Qm2xVw9Rt4abcd/"


def said(document: Json, language: str = "nl") -> dict[str, Any]:
    """What the report says on paper."""
    page = report.build(AScan(document, suite=document["suite"], domain=document["domain"]), language, Asked(ADDRESS))
    chain = chain_picture.as_file(document, language)
    return content.of_report(page, language, address=ADDRESS, chain=chain, site="Zegel")


def printed(document: Json, language: str = "nl") -> bytes:
    """The report as a PDF."""
    return press.make("report.typ", said(document, language))
