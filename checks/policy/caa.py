"""By which domains CAA records name the issuers of certificates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def issuer_domains() -> Mapping[str, frozenset[str]]:
    """The domains of an organisation, by its name as it stands in certificates."""
    text = (files("checks.policy") / "caa_issuers.txt").read_text("utf-8")
    lines = (line.partition(";")[0] for line in text.splitlines())
    pairs = (line.split(" = ", 1) for line in lines if " = " in line)
    return {name.strip(): frozenset(domain.strip() for domain in domains.split(",")) for name, domains in pairs}
