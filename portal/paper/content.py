"""What a report says on paper, as plain data for ``report.typ``. Pure: joins the report page with its words; every text goes through ``letters.known``.

Paper has no folds, so what is in order stays one line and what asks for attention is written out. Bounded: a report of hundreds of addresses stays a document that
can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portal.paper import marks
from portal.paper.letters import has_all, known
from portal.paper.words import REPORT
from portal.pictures import symbols
from portal.plan.build import Block, Plan, Step
from portal.scans.report_page import CategoryCard, CheckRow, ReportPage
from portal.scans.route import Host, Lane, Route
from portal.scans.shown import ATTENTION
from portal.scans.words import Moment, say

Json = dict[str, Any]

MOST_ROWS = 20  # subjects of one check
MOST_LANES = 12  # addresses of one mail host
MOST_BLOCKS = 12  # sets of lines of one step
LONGEST_SENTENCE = 600
LONGEST_PICTURE = 200_000  # characters; beyond that there is none

_SIGNS = (
    "<style>text{{font-family:'Radio Canada';text-anchor:middle}}.zegel-edge{{fill:{paper};stroke:{ink}}}.zegel-track{{fill:none;stroke:{track};stroke-width:15}}"
    ".zegel-arc{{fill:none;stroke-width:15}}.zegel-gap{{fill:none;stroke-width:2;stroke-dasharray:3 4}}"
    ".zegel-big{{font-size:66px;font-weight:700;letter-spacing:-2px;fill:{text}}}.zegel-sub{{font-size:13.5px;fill:{quiet}}}{statuses}</style>"
)
COLOURS: Mapping[str, str] = {
    "passed": "#17693a",
    "warning": "#855000",
    "failed": "#a61f1a",
    "info": "#1c5896",
    "error": "#5b3b98",
    "not_tested": "#566264",
}


def of_report(page: ReportPage, language: str, *, address: str, chain: str, site: str) -> Json:
    """The report as data. ``address`` is its permalink with the name of the site, ``chain`` the picture of the chain of trust as an SVG file or empty."""
    words = {key: say(text, language) for key, text in REPORT.items()}
    name = page.name if has_all(page.name) else page.domain
    return {
        "language": language,
        "site": known(site, 80),
        "title": words[page.suite].format(name=known(name, 253)),
        "domain": known(page.domain, 253),
        "address": known(address),
        "measured": _measured(page.measured),
        "facts": _facts(page, words),
        "seal": _seal(str(page.seal)),
        "seal_says": f"{page.score_text.capitalize()}.",
        "verdict": known(page.verdict),
        "detail": known(page.detail, LONGEST_SENTENCE),
        "notices": [
            {"kind": notice.kind, "title": known(notice.title), "text": known(notice.text)} for notice in page.notices
        ],
        "categories": [_category(category) for category in page.categories],
        "plan": _plan(page.plan, words) if page.plan else None,
        "route": _route(page.route, words) if page.route else None,
        "chain": _picture(chain),
        "chain_says": _chain_says(page),
        "checks": [_checks(category, words, address) for category in page.categories],
        "limits": _limits(page, words) if page.categories else [],
        "words": {key: words[key] for key in _IN_TEMPLATE},
        "colours": dict(COLOURS),
        "signs": {status: symbols.as_file(status) for status in COLOURS},
    }


# The words that the template puts beside what it is given.
_IN_TEMPLATE = (
    "address", "overview", "category", "score", "verdict", "order", "already", "who", "work", "note", "gain", "route", "route-says", "mx-answer", "host-address",
    "steps", "outcome", "others", "chain", "all", "tested", "publish", "how", "limits", "page", "of",
)  # fmt: skip


def _measured(measured: Moment | None) -> list[int]:
    """Year, month and day in UTC for the document's own date; empty when unknown."""
    return [int(part) for part in measured.iso[:10].split("-")] if measured else []


def _facts(page: ReportPage, words: Mapping[str, str]) -> list[list[str]]:
    facts = [[words["measured"], page.measured.text]] if page.measured else []
    return [*facts, [words["duration"], page.duration], [words["checks"], page.counts]]


def _seal(drawing: str) -> str:
    """The seal of the page as a picture of its own: with its colours in it, and the name of its language."""
    statuses = "".join(f".zegel-status--{status} path{{stroke:{colour}}}" for status, colour in COLOURS.items())
    style = _SIGNS.format(
        paper="#ffffff", ink="#b9cfd3", track="#efece3", text="#1a2326", quiet="#4b575b", statuses=statuses
    )
    head, _, rest = drawing.partition(">")
    return _picture(f'{head} xmlns="http://www.w3.org/2000/svg">{style}{rest}')


def _picture(drawing: str) -> str:
    """A picture that can be shown; half of one is none."""
    return known(drawing, LONGEST_PICTURE) if len(drawing) <= LONGEST_PICTURE else ""


def _chain_says(page: ReportPage) -> str:
    """The picture of the chain in words: every zone with its state, and the reason where it breaks."""
    return known("; ".join(f"{zone.name}: {zone.word}. {zone.reason}".strip() for zone in page.chain))


def _category(category: CategoryCard) -> Json:
    return {
        "name": known(category.name),
        "status": category.status,
        "word": category.word,
        "score": "–" if category.score is None else str(category.score),
        "sentence": known(category.sentence, LONGEST_SENTENCE),
    }


def _plan(plan: Plan, words: Mapping[str, str]) -> Json:
    return {
        "heading": known(plan.heading),
        "done": [known(f"{done.title} ({done.word})") for done in plan.done],
        "steps": [_step(step, words) for step in plan.steps],
        "check": known(plan.check),
    }


def _step(step: Step, words: Mapping[str, str]) -> Json:
    gain = words["from-to"].format(before=step.gain[0], after=step.gain[1]) if step.gain else words["no-gain"]
    return {
        "title": known(f"{step.number}. {step.title}", LONGEST_SENTENCE),
        "sentences": _known([*step.sentences, step.why, *step.advice]),
        "blocks": [_lines(block) for block in [*step.blocks, *step.folded][:MOST_BLOCKS]],
        "side": [
            [words["gain"], gain],
            [words["who"], known(step.who)],
            [words["work"], known(step.effort)],
            [words["note"], known(step.caution)],
        ],
    }


def _lines(block: Block) -> Json:
    return {"caption": known(block.caption, LONGEST_SENTENCE), "text": known(block.text)}


def _known(texts: Iterable[str]) -> list[str]:
    return [known(text, LONGEST_SENTENCE) for text in texts]


def _route(route: Route, words: Mapping[str, str]) -> Json:
    return {
        "answer": list(route.answer),
        "hosts": [_host(host, words) for host in route.hosts],
        "others": known(", ".join(route.others[:MOST_LANES]), LONGEST_SENTENCE),
    }


def _host(host: Host, words: Mapping[str, str]) -> Json:
    left = len(host.lanes) - MOST_LANES
    return {
        "name": known(host.name),
        "remark": known(host.remark),
        "lanes": [_lane(lane, words) for lane in host.lanes[:MOST_LANES]],
        "more": words["more-addresses"].format(count=left) if left > 0 else "",
    }


def _lane(lane: Lane, words: Mapping[str, str]) -> Json:
    return {
        "address": known(lane.address) or words["no-address"],
        "stops": [{"status": stop.status, "text": known(f"{stop.name}: {stop.text}")} for stop in lane.stops],
        "status": lane.status,
        "word": lane.word,
        "sentence": known(lane.sentence, LONGEST_SENTENCE),
    }


def _checks(category: CategoryCard, words: Mapping[str, str], address: str) -> Json:
    return {
        "name": known(category.name),
        "status": category.status,
        "score": known(category.score_text),
        "rows": [_check(check, words, address) for check in category.checks],
    }


def _check(check: CheckRow, words: Mapping[str, str], address: str) -> Json:
    wanted = check.status in ATTENTION
    rows = check.subjects[:MOST_ROWS] if wanted else ()
    left = len(check.subjects) + check.unshown - len(rows) if wanted else 0
    return {
        "title": known(check.title),
        "status": check.status,
        "word": check.word,
        "sentence": known(f"{check.sentence} {check.extent}".strip(), LONGEST_SENTENCE),
        "points": " · ".join((check.requirement, check.points, *check.references)),
        "rows": [
            {
                "name": known(f"{row.name}, {row.address}" if row.address else row.name),
                "status": row.status,
                "word": row.word,
                "sentence": known(row.sentence, LONGEST_SENTENCE),
            }
            for row in rows
        ],
        "more": words["more-rows"].format(count=left) if left > 0 else "",
        "publish": known(check.publish) if wanted else "",
        "how": marks.blocks(check.how if check.status in ("failed", "warning") else "", address),
    }


def _limits(page: ReportPage, words: Mapping[str, str]) -> Sequence[str]:
    missing = [words["missing"].format(parts=", ".join(page.missing))] if page.missing else []
    made = words["made"].format(engine=known(page.engine, 40), catalogue=known(page.catalogue, 40))
    return [words["counts"], *missing, words["outside"], made]
