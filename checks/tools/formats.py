"""Records in the forms in which they are published: a zone file, the fields of a registrar's page, nsupdate, PowerDNS,
Windows DNS (PowerShell) and JSON. Names are names of hosts and data are digests, so nothing needs quoting; both are
checked all the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from checks.records.tlsa import Tlsa

LONGEST_TTL = 604_800  # seconds; a week is longer than anybody should want for a record that has to change
_OWNER = re.compile(r"_[0-9]{1,5}\._tcp\.([a-z0-9_-]{1,63}\.){1,40}")


class Format(StrEnum):
    """A form of publishing."""

    ZONE = "zone"
    NSUPDATE = "nsupdate"
    POWERDNS = "powerdns"
    WINDOWS = "windows"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class RecordSet:
    """Records for one owner name (absolute, with its final dot); ``zone`` is the apex of the zone they belong in, or
    empty when it is not known. ``ttl`` in seconds. Raises ValueError for a name, a TTL or numbers that are none.
    """

    owner: str
    zone: str
    ttl: int
    records: tuple[Tlsa, ...]

    def __post_init__(self) -> None:
        if not _OWNER.fullmatch(self.owner) or len(self.owner) > 254:
            raise ValueError("not an owner name of TLSA records")
        if self.zone and self.relative == self.owner:
            raise ValueError("the owner name is not in the zone")
        if not all(
            0 <= item.usage < 4 and item.selector in (0, 1) and item.matching in (0, 1, 2) for item in self.records
        ):
            raise ValueError("not numbers of RFC 7218")
        if not 0 < self.ttl <= LONGEST_TTL:
            raise ValueError("not a TTL")

    @property
    def relative(self) -> str:
        """The owner name within its zone, as most pages of registrars ask for it; absolute when the zone is unknown."""
        end = f".{self.zone}"
        return self.owner.removesuffix(end) if self.zone and self.zone != "." else self.owner


def texts(records: RecordSet) -> dict[Format, str]:
    """All forms."""
    return {
        Format.ZONE: _lines(f"{records.owner} {records.ttl} IN TLSA {_rdata(item)}" for item in records.records),
        Format.NSUPDATE: _nsupdate(records),
        Format.POWERDNS: _powerdns(records),
        Format.WINDOWS: _windows(records),
        Format.JSON: _json(records),
    }


def fields(records: RecordSet) -> list[list[tuple[str, str]]]:
    """For each record the fields that a registrar's page asks for: (machine name, value)."""
    return [
        [
            ("name", records.relative),
            ("type", "TLSA"),
            ("ttl", str(records.ttl)),
            ("usage", str(item.usage)),
            ("selector", str(item.selector)),
            ("matching", str(item.matching)),
            ("data", item.data.hex()),
        ]
        for item in records.records
    ]


def _rdata(item: Tlsa) -> str:
    return f"{item.parameters} {item.data.hex()}"


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _nsupdate(records: RecordSet) -> str:
    """RFC 2136 by the program of that name: the zone is named where it is known."""
    zone = [f"zone {records.zone}"] if records.zone else []
    adds = [f"update add {records.owner} {records.ttl} TLSA {_rdata(item)}" for item in records.records]
    return _lines([*zone, *adds, "send"])


def _powerdns(records: RecordSet) -> str:
    """``pdnsutil add-record ZONE NAME TYPE TTL CONTENT``: names as they stand in the zone."""
    zone = (records.zone or "ZONE.").rstrip(".")
    return _lines(
        f"pdnsutil add-record {zone} {records.relative.rstrip('.')} TLSA {records.ttl} '{_rdata(item)}'"
        for item in records.records
    )


_USAGES: Sequence[str] = (
    "CAConstraint",
    "ServiceCertificateConstraint",
    "TrustAnchorAssertion",
    "DomainIssuedCertificate",
)
_SELECTORS: Sequence[str] = ("FullCertificate", "SubjectPublicKeyInfo")
_MATCHINGS: Sequence[str] = ("ExactMatch", "Sha256Hash", "Sha512Hash")


def _windows(records: RecordSet) -> str:
    """The cmdlet of the DnsServer module (Windows Server 2016 and later)."""
    hours, rest = divmod(records.ttl, 3600)
    ttl = f"{hours // 24}.{hours % 24:02d}:{rest // 60:02d}:{rest % 60:02d}"
    zone = (records.zone or "ZONE").rstrip(".")
    return _lines(
        f'Add-DnsServerResourceRecord -TLSA -ZoneName "{zone}" -Name "{records.relative.rstrip(".")}" -TimeToLive {ttl} '
        f"-CertificateUsage {_USAGES[item.usage]} -Selector {_SELECTORS[item.selector]} "
        f'-MatchingType {_MATCHINGS[item.matching]} -CertificateAssociationData "{item.data.hex()}"'
        for item in records.records
    )


def _json(records: RecordSet) -> str:
    shown = {
        "owner": records.owner,
        "zone": records.zone or None,
        "ttl": records.ttl,
        "type": "TLSA",
        "records": [
            {
                "usage": item.usage,
                "selector": item.selector,
                "matching_type": item.matching,
                "data": item.data.hex(),
            }
            for item in records.records
        ],
    }
    return json.dumps(shown, indent=2)
