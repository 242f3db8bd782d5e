"""Commands that came before STARTTLS. S13 is a row of the house's list of hard cases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.evaluate.injection import Injection, injection
from checks.facts import smtp as facts
from tests.checks.builders import a_mail_view, a_session


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (facts.Injection.FORGOTTEN, Injection.OK),
        (facts.Injection.REFUSED, Injection.OK),
        (facts.Injection.EXECUTED, Injection.EXECUTED),
        (facts.Injection.UNSEEN, Injection.UNKNOWN),
        (None, Injection.SPARED),
    ],
)
def test_S13_what_became_of_the_command(seen: facts.Injection | None, outcome: Injection) -> None:
    view = a_mail_view(replace(a_session(), injection=seen))
    assert [row.outcome for row in injection(view).observations] == [outcome]


def test_without_tls_there_is_nothing_to_inject_into() -> None:
    view = a_mail_view(replace(a_session(), tls=None))
    assert [row.outcome for row in injection(view).observations] == [Injection.NO_TLS]
