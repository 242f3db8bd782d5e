"""What a report page shows, as plain data. ``report.build`` makes it, the templates loop over it; nothing is decided here."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from portal.plan.build import Plan
from portal.scans import anatomy, certificates, chain, chain_picture, words
from portal.scans.route import Route


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the two reports of a domain; ``url`` is empty for the one that is shown."""

    name: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know before reading on: ``kind`` is info or warning; the title says what is the matter."""

    kind: str
    title: str
    text: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What was seen of one host, address or zone."""

    name: str
    address: str
    status: str
    word: str
    sentence: str
    details: SafeString


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check with its verdict of then and its words of today. Texts are HTML of our own, for what asks for attention; all of them are on the page of the check
    (``explained``), which a check that no longer exists has not.

    ``extent`` says for how many of those tested the sentence holds.
    """

    id: str
    title: str
    status: str
    word: str
    sentence: str
    extent: str
    open: bool
    requirement: str
    points: str
    references: tuple[str, ...]
    subjects: tuple[Subject, ...]
    unshown: int
    by_address: bool
    publish: str
    what: SafeString
    why: SafeString
    how: SafeString
    explained: bool


@dataclass(frozen=True, slots=True)
class CategoryCard:
    """One category: its score, its status, one sentence, and its checks, worst first."""

    id: str
    name: str
    status: str
    word: str
    score: int | None
    score_text: str
    sentence: str
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The categories with the checks to show, how many checks there are in all and with attention, and whether only those are shown."""

    categories: tuple[CategoryCard, ...]
    total: int
    attention: int
    filtered: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Everything that the report page shows. ``failure`` says why nothing could be judged, if so; there are no categories then."""

    domain: str
    name: str
    suite: str
    suite_name: str
    score: int | None
    score_text: str
    partial: bool
    seal: SafeString
    verdict: str
    detail: str
    failure: str
    measured: words.Moment | None
    duration: str
    counts: str
    tabs: tuple[Tab, ...]
    notices: tuple[Notice, ...]
    categories: tuple[CategoryCard, ...]
    shown: Shown
    plan: Plan | None
    route: Route | None
    visit: Route | None
    chain: tuple[chain.Zone, ...]
    chain_whole: bool
    chain_drawing: chain_picture.Drawing | None
    anatomy: tuple[anatomy.Host, ...]
    transcript: str  # of DANE, as the command line prints it; empty without TLSA records
    certificates: certificates.Tree | None
    missing: tuple[str, ...]
    short_text: str
    snippet: str
    engine: str
    catalogue: str
    guidelines: str
