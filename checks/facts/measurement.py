"""All facts about one target, and their JSON form.

The JSON carries a schema number; what an older schema stored is still read. Judging takes its clock from
``measured_at``, never from the machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self

import cattrs
from cattrs.preconf.json import make_converter
from cattrs.strategies import configure_tagged_union

from checks.facts.dns import DirectAnswer, DnsFacts
from checks.facts.earlier import Earlier
from checks.facts.http import HttpResponse, WebEndpoint
from checks.facts.mta_sts import PolicyFile
from checks.facts.network import Unreachable
from checks.facts.page import PagePair
from checks.facts.rpki import RpkiFacts
from checks.facts.security_txt import SecurityTxtSearch
from checks.facts.smtp import SmtpSession
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.facts.tls_scan import FIRST_PROFILE, TlsScan
from checks.model import Suite

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Measurement:
    """Everything that was seen of a target, enough to judge it again at any time. ``measured_at`` is UTC, ``tls_profile``
    the profile by which TLS was to be judged, ``earlier`` what measurements before this one handed on.
    """

    domain: str
    suite: Suite
    measured_at: datetime
    duration_ms: int = 0
    engine: str = ""
    dns: DnsFacts = field(default_factory=DnsFacts)
    smtp: tuple[SmtpSession, ...] = ()
    web: tuple[WebEndpoint, ...] = ()
    mta_sts: PolicyFile | None = None
    name_servers: tuple[DirectAnswer, ...] = ()
    pages: PagePair | None = None
    rpki: RpkiFacts = field(default_factory=RpkiFacts)
    tls: tuple[TlsScan, ...] = ()
    security_txt: SecurityTxtSearch | None = None
    tls_profile: str = FIRST_PROFILE
    earlier: Earlier | None = None

    def to_json(self) -> dict[str, Any]:
        """The measurement as JSON-able values."""
        stored: dict[str, Any] = _CONVERTER.unstructure(self)
        return {"schema": SCHEMA, **stored}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The measurement that ``to_json`` wrote. Raises ValueError when it is of an unknown schema or shape."""
        schema = stored.get("schema") if isinstance(stored, Mapping) else None
        if schema != SCHEMA:
            raise ValueError(f"measurement of unknown schema {schema!r}; this engine reads {SCHEMA}")
        try:
            return _CONVERTER.structure({key: value for key, value in stored.items() if key != "schema"}, cls)
        except (cattrs.BaseValidationError, KeyError, TypeError) as error:
            raise ValueError(f"measurement cannot be read: {cattrs.transform_error(error)}") from error


def earlier_to_json(earlier: Earlier) -> dict[str, Any]:
    """What is handed on to the next measurement, as JSON-able values."""
    stored: dict[str, Any] = _CONVERTER.unstructure(earlier)
    return stored


def earlier_from_json(stored: Any) -> Earlier:
    """What ``earlier_to_json`` wrote. Raises ValueError when it is of another shape."""
    if not isinstance(stored, Mapping):
        raise ValueError("what was seen earlier is of another shape")
    try:
        return _CONVERTER.structure(stored, Earlier)
    except (cattrs.BaseValidationError, KeyError, TypeError) as error:
        raise ValueError("what was seen earlier is of another shape") from error


@dataclass(frozen=True, slots=True)
class MailVisit:
    """All that was seen of one mail address, in a form that scans can share. ``at`` is the clock that it was measured by."""

    at: datetime
    session: SmtpSession
    scan: TlsScan | None = None

    def to_text(self) -> str:
        """The visit as JSON."""
        return json.dumps(_CONVERTER.unstructure(self))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The visit that ``to_text`` wrote. Raises ValueError when it is of another shape."""
        stored = json.loads(text)
        if not isinstance(stored, Mapping):
            raise ValueError("a visit of another shape")
        try:
            return _CONVERTER.structure(stored, cls)
        except (cattrs.BaseValidationError, KeyError, TypeError) as error:
            raise ValueError("a visit of another shape") from error


def _instant(text: str, _: type) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _optional(union: Any, value: Any) -> Any:
    """A union that may be absent: cattrs adds its tag only to the union without None."""
    return None if value is None else _CONVERTER.unstructure(value, union)


_CONVERTER = make_converter(forbid_extra_keys=True)
_CONVERTER.register_unstructure_hook(
    datetime, lambda at: at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
)
_CONVERTER.register_structure_hook(datetime, _instant)
_TAGGED = (HttpResponse | Unreachable, TlsHandshake | TlsFailure, TlsHandshake | TlsFailure | Unreachable)
for _union in _TAGGED:
    configure_tagged_union(_union, _CONVERTER, tag_name="kind")
    _CONVERTER.register_unstructure_hook(_union | None, partial(_optional, _union))
