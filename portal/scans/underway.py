"""How far the way of a mail, or of a visit to the website, has been gone while a scan runs: every address as a line with the stops of the report.
What was reached is told, never what it is worth.

Pure: made from what the worker last told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.scans.evidence import bounded
from portal.scans.route import STOPS, Stop
from portal.scans.words import STATUS, Words, decimal, say

_CERTIFICATE: Words = {"nl": "Certificaat", "en": "Certificate"}
_GREETING: Words = {"nl": "wacht op begroeting", "en": "waits for the greeting"}
_FOUND: Mapping[str, Words] = {
    "accepted": {"nl": "aangenomen", "en": "accepted"},
    "records": {"nl": "records: {count}", "en": "records: {count}"},
    "received": {"nl": "ontvangen", "en": "received"},
    "answered": {"nl": "antwoordt", "en": "answers"},
    "looked": {"nl": "bekeken", "en": "looked at"},
}
_SENTENCE: Mapping[str, Words] = {
    "done": {
        "nl": "Bekeken. Het oordeel staat straks in het rapport.",
        "en": "Looked at. The verdict will be in the report.",
    },
    "failed": {"nl": "Hier kwamen wij niet verder.", "en": "We got no further here."},
    "busy": {"nl": "Wij praten met deze server.", "en": "We talk to this server."},
    "greeting-delayed": {
        "nl": "Deze server begroet traag. Dat is toegestaan. Wij wachten.",
        "en": "This server greets slowly. That is allowed. We wait.",
    },
    "retrying": {
        "nl": "De server vroeg om later terug te komen. Wij proberen het nog een keer.",
        "en": "The server asked us to come back later. We try once more.",
    },
    "tls": {
        "nl": "Versleuteld. Wij kijken wat de server verder aanneemt.",
        "en": "Encrypted. We look at what else the server accepts.",
    },
}
_MORE: Words = {
    "nl": "En nog {count} adressen. Die staan straks in het rapport.",
    "en": "And {count} addresses more. They will be in the report.",
}


@dataclass(frozen=True, slots=True)
class Lane:
    """One address: its stops, and a sentence on what happens there now. ``status`` is ``busy`` or ``done``."""

    address: str
    family: str
    status: str
    stops: tuple[Stop, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Host:
    """One mail host, or the website, with its addresses."""

    name: str
    word: str
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Underway:
    """Every host of which an address is visited; ``more`` is a sentence on the addresses that are not drawn, or empty."""

    hosts: tuple[Host, ...]
    more: str


Told = Mapping[str, Any]


def build(way: Told | None, suite: str, language: str) -> Underway | None:
    """The way as far as it has been gone; None while no address is visited."""
    told = (way or {}).get("lanes") or ()
    if not told:
        return None
    names = dict.fromkeys(str(lane["host"]) for lane in told)
    hosts = (_host(name, [lane for lane in told if lane["host"] == name], suite, language) for name in names)
    more = int((way or {}).get("more") or 0)
    return Underway(tuple(hosts), say(_MORE, language).format(count=more) if more else "")


def _host(name: str, told: Iterable[Told], suite: str, language: str) -> Host:
    lanes = tuple(_lane(lane, suite, language) for lane in told)
    status = "busy" if any(lane.status == "busy" for lane in lanes) else "done"
    return Host(bounded(name, 253), say(STATUS[status], language), lanes)


def _lane(told: Told, suite: str, language: str) -> Lane:
    busy, address = told["state"] == "busy", bounded(str(told["address"]), 60)
    steps = _MAIL if suite == "mail" else _WEB
    texts = [step(told, language) for _, step, _ in steps]
    stops = tuple(
        _stop(
            name(told, language), text, line, busy=busy, next_up=place == 0 or bool(texts[place - 1]), language=language
        )
        for place, ((name, _, line), text) in enumerate(zip(steps, texts, strict=True))
    )
    if suite == "mail" and busy and "starttls" not in told["stops"] and told["why"] == "greeting-delayed":
        waits = stops[1]
        stops = (stops[0], Stop(waits.name, waits.status, waits.word, say(_GREETING, language), waits.line), *stops[2:])
    family = "IPv6" if ":" in address else "IPv4"
    return Lane(address, family, "busy" if busy else "done", stops, say(_SENTENCE[_sentence(told)], language))


def _stop(name: str, text: str, line: str, *, busy: bool, next_up: bool, language: str) -> Stop:
    """A stop with a text was reached. Of the others, those that come next are busy while the address is."""
    if text:
        return Stop(name, "done", say(STATUS["done"], language), text, line)
    if not busy:
        return Stop(name, "not_tested", say(STATUS["not_tested"], language), say(STOPS["unreached"], language), "cut")
    status = "busy" if next_up else "waiting"
    word = say(STATUS[status], language)
    return Stop(name, status, word, word, line if next_up else "cut")


def _sentence(told: Told) -> str:
    if told["state"] in ("done", "failed"):
        return str(told["state"])
    if "tls" in told["stops"]:
        return "tls"
    return (
        told["why"] if told["why"] in ("greeting-delayed", "retrying") and "starttls" not in told["stops"] else "busy"
    )


def _said(words: Words, stop: str) -> Callable[[Told, str], str]:
    """The text of a stop of which nothing is told but that it was reached."""
    return lambda told, language: say(words, language) if stop in told["stops"] else ""


def _connected(told: Told, language: str) -> str:
    facts = told["stops"].get("connection")
    if facts is None:
        return ""
    return f"{decimal(facts['ms'], language, 0)} ms" if facts.get("ms") else say(STOPS["made"], language)


def _dane(told: Told, language: str) -> str:
    """The TLSA records are found early; the stop is reached when there is a certificate to lay beside them."""
    if "tls" not in told["stops"]:
        return ""
    count = told.get("records")
    if count is None:
        return say(_FOUND["looked"], language) if told["state"] == "done" else ""
    return say(_FOUND["records"], language).format(count=int(count))


def _version(told: Told, language: str) -> str:
    version = str((told["stops"].get("tls") or {}).get("version") or "")
    return bounded(version.replace("TLSv", "TLS "), 12) or "TLS"


def _named(words: Words) -> Callable[[Told, str], str]:
    return lambda told, language: say(words, language)


def _always(name: str) -> Callable[[Told, str], str]:
    return lambda told, language: name


# What each stop is called, what it says once reached, and how the line towards it is drawn: as in the report.
_Step = tuple[Callable[[Told, str], str], Callable[[Told, str], str], str]
_MAIL: tuple[_Step, ...] = (
    (_named(STOPS["connection"]), _connected, "closed"),
    (_always("STARTTLS"), _said(_FOUND["accepted"], "starttls"), "open"),
    (_version, _said(STOPS["agreed"], "tls"), "closed"),
    (_always("DANE"), _dane, "closed"),
)
_WEB: tuple[_Step, ...] = (
    (_always("HTTP"), _said(_FOUND["answered"], "http"), "closed"),
    (_version, _said(STOPS["agreed"], "tls"), "open"),
    (_named(_CERTIFICATE), _said(_FOUND["received"], "tls"), "closed"),
    (_always("HSTS"), _said(_FOUND["looked"], "page"), "closed"),
)
