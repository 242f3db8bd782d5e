"""Whether an answer is one of the website, or a refusal of our test: then it says nothing of what visitors get."""

from __future__ import annotations

from checks.facts.http import HttpResponse
from checks.policy.challenges import REFUSALS, is_mark


def is_challenge(response: HttpResponse) -> bool:
    """A page that comes in place of the website: its fields are those of the protection in front of it."""
    return any(is_mark(name, value) for name, value in response.headers)


def refused_us(response: HttpResponse) -> bool:
    """A refusal by status, or such a page."""
    return response.status in REFUSALS or is_challenge(response)
