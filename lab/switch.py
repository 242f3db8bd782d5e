"""The switch of a running practice internet: records that somebody publishes from the command line, kept in a file of its
folder, so that they outlive a restart. Whoever practises a repair needs a place to publish it.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import dns.exception

FILE = "published.json"
EVERY = 0.5
"""Seconds between two looks at the file."""
MOST = 1_000
Publish = Callable[[str, str, Sequence[str]], None]


def publish(directory: Path, owner: str, rdtype: str, texts: Sequence[str]) -> None:
    """Note that these records stand in the place of the set at this name; a running practice internet takes them over
    within a second. No texts means no records. Raises OSError.
    """
    noted = read(directory)
    noted[f"{owner.rstrip('.').lower()}. {rdtype.upper()}"] = list(texts)
    _write(directory, noted)


def restore(directory: Path) -> None:
    """Forget everything that was published: the next start has its own records again."""
    (directory / FILE).unlink(missing_ok=True)


def read(directory: Path) -> dict[str, list[str]]:
    """What was published, by owner and type; nothing when there is no file or none that can be read."""
    try:
        noted = json.loads((directory / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    rows = list(noted.items())[:MOST] if isinstance(noted, dict) else []
    return {
        key: texts
        for key, texts in rows
        if len(key.split()) == 2 and isinstance(texts, list) and all(isinstance(text, str) for text in texts)
    }


def apply(directory: Path, publish_in: Publish, applied: dict[str, list[str]]) -> list[str]:
    """Publish what is new in the file; ``applied`` is what was published before and is kept up to date. Returns a sentence
    for each that cannot be published.
    """
    problems = []
    for key, texts in read(directory).items():
        if applied.get(key) == texts:
            continue
        applied[key] = texts
        owner, rdtype = key.split()
        try:
            publish_in(owner, rdtype, texts)
        except (ValueError, dns.exception.DNSException) as error:
            problems.append(f"{owner} {rdtype} cannot be published: {error}")
    return problems


async def follow(directory: Path, publish_in: Publish, say: Callable[[str], None]) -> None:
    """Publish what the file holds now and what it gets later, until cancelled."""
    applied: dict[str, list[str]] = {}
    while True:
        for problem in apply(directory, publish_in, applied):
            say(problem)
        await asyncio.sleep(EVERY)


def _write(directory: Path, noted: dict[str, list[str]]) -> None:
    unfinished = directory / f".{FILE}.new"
    unfinished.write_text(json.dumps(noted, indent=2) + "\n", "utf-8")
    unfinished.replace(directory / FILE)
