"""TLSA records for websites. Ids are rows of the house's list of hard cases (T)."""

from __future__ import annotations

from checks.catalogue import CATALOGUE
from checks.evaluate import dane_web
from checks.model import Status, Suite, status_of
from tests.checks.builders import a_handshake, a_lookup, a_view, an_endpoint
from tests.checks.evaluate.test_dane import LEAF, OTHER, record


def test_t29_a_mismatch_at_443_is_a_warning_and_never_a_failure() -> None:
    lookups = (
        a_lookup("good.example.", "A", "192.0.2.80"),
        a_lookup("_443._tcp.good.example.", "TLSA", record(3, 1, 1, OTHER).text),
    )
    view = a_view(Suite.WEB, *lookups, web=(an_endpoint(tls=a_handshake(LEAF)),))
    [row] = dane_web.valid(view).observations
    check = CATALOGUE["web_https_dane_valid"]
    assert row.outcome == "no-match"
    assert status_of(check.rulings[row.outcome].rating, check.requirement) is Status.WARNING
