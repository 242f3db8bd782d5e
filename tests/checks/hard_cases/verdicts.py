"""The verdict of one check on facts that a test made: its status and its sentence in English, as a reader gets them."""

from __future__ import annotations

from collections.abc import Sequence

from checks import CATALOGUE
from checks.dnssec import Lookup
from checks.evaluate.view import View
from checks.facts.http import WebEndpoint
from checks.facts.measurement import Measurement
from checks.facts.page import PagePair
from checks.facts.security_txt import SecurityTxtSearch
from checks.facts.tls_scan import TlsScan
from checks.judging import judge
from checks.model import Suite, Verdict
from tests.checks.builders import DOMAIN, a_lookup, an_endpoint
from tests.checks.made import NOW


def a_website(
    *lookups: Lookup,
    endpoints: Sequence[WebEndpoint] | None = None,
    scans: Sequence[TlsScan] = (),
    pages: PagePair | None = None,
    security_txt: SecurityTxtSearch | None = None,
) -> View:
    """A website at one address with everything in order unless told otherwise."""
    table = {(lookup.name, lookup.rdtype): lookup for lookup in (a_lookup(f"{DOMAIN}.", "A", "192.0.2.80"), *lookups)}
    web = (an_endpoint(),) if endpoints is None else tuple(endpoints)
    facts = Measurement(DOMAIN, Suite.WEB, NOW, web=web, tls=tuple(scans), pages=pages, security_txt=security_txt)
    return View(facts, lambda name, rdtype: table.get((name, rdtype)) or a_lookup(name, rdtype))


def verdict(check: str, view: View) -> Verdict:
    """The check as the catalogue has it."""
    return judge(CATALOGUE[check], CATALOGUE[check].evaluate(view))


def said(check: str, view: View) -> tuple[str, str]:
    """Status and sentence."""
    found = verdict(check, view)
    return found.status.value, found.sentence["en"]
