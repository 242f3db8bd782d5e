"""What a remedy is filled with: the names, addresses, zones and records of one report, for the whole domain or for one host. Everything measured is text, bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.scans.evidence import bounded

Json = Mapping[str, Any]
MOST_HOSTS = 3  # hosts that get their own lines; the others are named
TTL = 3600  # of a record to publish

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
# Remedies are pasted into shells and zone files, and names in DNS may hold anything: only names of these characters are filled in.
_SAFE = re.compile(r"[A-Za-z0-9_.-]{1,253}")
# A line of a zone file that is safe to paste there: printable text, and no quotes or escapes but the pair around the text.
_LINE = re.compile(
    r"[A-Za-z0-9_.*-]{1,253}\. IN (?:(?:TXT|CAA 0 issue) \"[ !#-\[\]-~]{1,400}\"|MX \d{1,5} [A-Za-z0-9_.-]{1,253}|DS \d+ \d+ [124] [0-9a-f]+)"
)
_DS = re.compile(r"([A-Za-z0-9_.-]{1,253})\. IN DS (\d+) (\d+) ([124]) ([0-9a-f]+)")
_TLSA = re.compile(r"([A-Za-z0-9_.-]{1,253})\. IN TLSA ([0-3]) ([01]) ([0-2]) ([0-9a-f]+)")


@dataclass(frozen=True, slots=True)
class Open:
    """One finding that asks for work: a row of a check, or the check itself when it has no rows."""

    check_id: str
    status: str
    outcome: str
    subject: str
    address: str
    evidence: Json
    sentence: Mapping[str, str]


def hosts_of(rows: Iterable[Open]) -> list[str]:
    """The subjects of these rows, each once."""
    return list(dict.fromkeys(row.subject for row in rows if row.subject))


def of(document: Json, rows: Sequence[Open], host: str = "") -> dict[str, str]:
    """The values for one host, or for the first where the step is about the whole domain."""
    domain = bounded(document["domain"], 253)
    name = host or next(iter(hosts_of(rows)), domain)
    safe = _safe(name)
    address = next((row.address for row in rows if row.address and row.subject == name), "")
    zone = zone_of(document, rows, name)
    lines = [line for line in advised(document, name) if _TLSA.fullmatch(line)]
    records = [match.groups() for line in lines if (match := _TLSA.fullmatch(line))]
    return {
        "domain": domain,
        "host": safe,
        "address": _safe(address.replace(":", "")) and address,
        "endpoint": _endpoint(address, safe),
        "zone": zone,
        "parent": zone.partition(".")[2] or ".",
        "records": "\n".join(map(_with_ttl, lines)),
        "fields": "\n\n".join(_form(record, zone) for record in records),
        "nsupdate": "\n".join(f"update add {owner}. {TTL} TLSA {' '.join(rest)}" for owner, *rest in records),
        "pdns": "\n".join(
            f'pdnsutil add-record {zone} {_relative(owner, zone)} TLSA {TTL} "{" ".join(rest)}"'
            for owner, *rest in records
        ),
        "lines": "\n".join(_with_ttl(line) for line in _lines(rows)),
        **dict(zip(("dmarc_first", "dmarc_then", "dmarc_last"), _in_turn(rows), strict=True)),
        "null_mx": "\n".join(_with_ttl(line) for line in _lines(rows) if line.endswith(" IN MX 0 .")),
        "ds_fields": "\n\n".join(_ds_form(match.groups()) for line in _lines(rows) if (match := _DS.fullmatch(line))),
        "stale": "\n".join(_stale(document, rows, name)) if records else "",
        "ttl": str(next((row.evidence["ttl"] for row in rows if row.subject == name and row.evidence.get("ttl")), TTL)),
        "stamp": re.sub(r"[^0-9T]", "", str(document["measured_at"])[:19]),
        "mx_policy": "\n".join(f"mx: {mx}" for mx in map(_safe, mail_hosts(document)) if mx),
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its names filled in; empty when a name that it needs has no value here."""
    names = [name for name in _PLACEHOLDER.findall(text) if name in values]
    if not all(values[name] for name in names):
        return ""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def advised(document: Json, host: str) -> list[str]:
    """The records that fit what this host shows now, as the checks of the report advise them."""
    rows = (row for check in checks_of(document) for row in check["subjects"] if row["subject"] == host)
    return list(dict.fromkeys(str(line) for row in rows for line in row["evidence"].get("advised") or ()))[:10]


def _lines(rows: Iterable[Open]) -> list[str]:
    """The records other than TLSA that the findings themselves advise."""
    found = (str(line) for row in rows for line in row.evidence.get("advised") or ())
    return list(dict.fromkeys(line for line in found if _LINE.fullmatch(line)))[:10]


def _in_turn(rows: Iterable[Open]) -> list[str]:
    """Three DMARC records, to be published one after another; empty where there are fewer."""
    found = [_with_ttl(line) for line in _lines(rows) if line.startswith("_dmarc.")]
    return [*found, "", "", ""][:3]


def _with_ttl(line: str) -> str:
    return bounded(line.replace(". IN ", f". {TTL} IN ", 1), 600)


def _stale(document: Json, rows: Iterable[Open], host: str) -> list[str]:
    """The records of a host that match nothing at any of its addresses, as they stand in DNS."""
    of_host = [row for check in checks_of(document) for row in check["subjects"] if row["subject"] == host]
    matching = {
        _in_dns(row["evidence"], record)
        for row in of_host
        for record in row["evidence"].get("records") or ()
        if isinstance(record, Mapping) and record.get("matched_depth") is not None
    }
    found = dict.fromkeys(
        _in_dns(row.evidence, record)
        for row in rows
        if row.subject == host
        for record in row.evidence.get("records") or ()
        if isinstance(record, Mapping)  # those of CAA are texts
    )
    return [line for line in found if line not in matching and _TLSA.fullmatch(line)][:10]


def _in_dns(evidence: Json, record: Json) -> str:
    fields = (record.get(name) for name in ("usage", "selector", "matching_type", "data"))
    return f"{evidence.get('owner')} IN TLSA {' '.join(map(str, fields))}"


def checks_of(document: Json) -> list[Json]:
    """All checks of a document."""
    return [check for category in document["categories"] for check in category["checks"]]


def mail_hosts(document: Json) -> list[str]:
    """The mail hosts of a mail report."""
    return _subjects(document, "mail_starttls_tls_available") if document["suite"] == "mail" else []


def name_servers(document: Json) -> list[str]:
    """The name servers of the domain that the report names."""
    return _subjects(document, f"{document['suite']}_ipv6_ns_reach")


def zone_of(document: Json, rows: Iterable[Open], host: str) -> str:
    """The zone to work in for a host: the one that the row is about, or where the chain of trust stops, else the zone that the host is in, else the domain."""
    for row in rows:
        if (zone := row.evidence.get("zone")) and row.subject == host:
            return bounded(str(zone).rstrip("."), 253)
        if (chain := row.evidence.get("chain")) and row.subject == host:
            broken = next((link for link in chain if link["state"] != "secure"), chain[-1])
            return _safe(str(broken["zone"]).rstrip(".") or ".")
    zones = {
        str(link["zone"]).rstrip(".")
        for check in checks_of(document)
        for row in check["subjects"]
        for link in row["evidence"].get("chain") or ()
    }
    around = [zone for zone in zones if zone and (host == zone or host.endswith(f".{zone}"))]
    return _safe(max(around, key=len, default=document["domain"]))


def _subjects(document: Json, check_id: str) -> list[str]:
    rows = [row for check in checks_of(document) if check["id"] == check_id for row in check["subjects"]]
    return list(dict.fromkeys(row["subject"] for row in rows))[:10]


def _safe(name: str) -> str:
    """The name when it may be pasted anywhere; else nothing, so that what asks for it is left out."""
    return name if _SAFE.fullmatch(name) else ""


def _endpoint(address: str, host: str) -> str:
    if ":" in address:
        return f"'[{address}]:25'"
    return f"{address}:25" if address else host and f"{host}:25"


def _relative(owner: str, zone: str) -> str:
    return owner.removesuffix(f".{zone}")


def _form(record: tuple[str, ...], zone: str) -> str:
    owner, usage, selector, matching, data = record
    return (
        f"Name: {_relative(owner, zone)}\nType: TLSA\nTTL: {TTL}\nUsage: {usage}\nSelector: {selector}\n"
        f"Matching type: {matching}\nData: {data}"
    )


def _ds_form(record: tuple[str, ...]) -> str:
    owner, tag, algorithm, digest_type, digest = record
    return f"Domain: {owner}\nKey tag: {tag}\nAlgorithm: {algorithm}\nDigest type: {digest_type}\nDigest: {digest}"
