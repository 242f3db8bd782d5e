"""Who runs the mail servers and name servers of a domain, recognised by their names, and what is known about working with them: ``providers.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("providers.toml")


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider: the endings of its mail and name servers (``*`` stands for anything within a label), and its advice by step and language.

    ``known`` says of ``dnssec``, ``dane`` and ``ipv6`` of its mail servers: yes, no, choice (the customer turns it on) or unknown; empty when it has none.
    """

    id: str
    name: str
    mx: tuple[str, ...]
    ns: tuple[str, ...]
    source: str
    known: Mapping[str, str]
    advice: Mapping[str, Mapping[str, str]]


@cache
def providers() -> tuple[Provider, ...]:
    """All providers that we know."""
    rows: list[dict[str, Any]] = tomllib.loads(_FILE.read_text("utf-8"))["provider"]
    return tuple(
        Provider(
            row["id"],
            row["name"],
            tuple(row.get("mx", ())),
            tuple(row.get("ns", ())),
            row["source"],
            row.get("known", {}),
            row.get("advice", {}),
        )
        for row in rows
    )


def of_mail(hosts: Iterable[str]) -> Provider | None:
    """The provider of the first mail server that we know."""
    return next((found for host in hosts for found in providers() if _ends(host, found.mx)), None)


def of_dns(hosts: Iterable[str]) -> Provider | None:
    """The provider of the first name server that we know."""
    return next((found for host in hosts for found in providers() if _ends(host, found.ns)), None)


def _ends(host: str, endings: tuple[str, ...]) -> bool:
    """Whether a name is one of these, or below one; label by label, so that ``evilmx.microsoft`` is not ``mx.microsoft``."""
    labels = host.lower().rstrip(".").split(".")
    return any(
        len(labels) >= len(wanted := ending.split(".")) and all(map(fnmatchcase, labels[-len(wanted) :], wanted))
        for ending in endings
    )
