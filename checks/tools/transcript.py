"""A looked-at service as text: the transcript that specialists know from DANE checkers, with one sentence for everybody
in front.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

SENTENCES: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "matches": "Verzegeld: elk adres past bij een TLSA-record dat te vertrouwen is.",
        "unknown": "Niet te meten: wij konden niet genoeg zien.",
        "no-address": "Deze naam heeft geen adressen.",
        "no-records": "Er zijn geen TLSA-records voor deze dienst.",
        "insecure": "Er zijn TLSA-records, maar de zone is niet ondertekend met DNSSEC. Niemand kijkt ernaar.",
        "unusable": "Er zijn TLSA-records, maar geen ervan is bruikbaar voor deze dienst.",
        "no-tls": "Er zijn TLSA-records, maar een adres biedt geen werkende TLS. Afzenders bezorgen daar niet.",
        "no-match": "Zegel verbroken: een adres past bij geen enkel TLSA-record. Afzenders bezorgen daar niet.",
        "bogus": "DNSSEC is gebroken: resolvers die controleren, geven deze naam niet.",
    },
    "en": {
        "matches": "Sealed: every address matches a TLSA record that can be trusted.",
        "unknown": "Could not test: we could not see enough.",
        "no-address": "This name has no addresses.",
        "no-records": "There are no TLSA records for this service.",
        "insecure": "There are TLSA records, but the zone is not signed with DNSSEC. Nobody looks at them.",
        "unusable": "There are TLSA records, but none of them can be used for this service.",
        "no-tls": "There are TLSA records, but an address offers no working TLS. Senders do not deliver there.",
        "no-match": "Seal broken: an address matches none of the TLSA records. Senders do not deliver there.",
        "bogus": "DNSSEC is broken: resolvers that check do not give this name.",
    },
}


def render(document: Mapping[str, Any], language: str) -> str:
    """The sentence and the transcript."""
    sentence = SENTENCES.get(language, SENTENCES["en"])[document["verdict"]]
    return "\n".join([f"{document['host']}:{document['port']} · {sentence}", "", *lines(document)])


def lines(document: Mapping[str, Any]) -> Iterator[str]:
    """The transcript: DNSSEC, records, name servers, and each address with its handshakes. Printable characters only."""
    yield f"TLSA {_plain(document['owner'])}"
    yield f"  DNSSEC {document['dnssec']} ({document['reason']}), {document['found']}, TTL {document['ttl']}"
    for record in document["records"]:
        why = f", unusable: {record['unusable']}" if record["unusable"] else ""
        yield f"  {_short(record['text'])}: fits {record['matched']} of {record['of']} certificates shown{why}"
    for server in document["servers"]:
        said = server["failure"] or f"{len(server['records'])} records"
        yield f"  {_plain(server['host'])} [{server['address']}]: {said}"
    for address in document["addresses"]:
        yield ""
        yield from _address(document, address)


def _address(document: Mapping[str, Any], address: Mapping[str, Any]) -> Iterator[str]:
    yield f"{_plain(document['host'])} [{address['address']}]:{document['port']} {address['verdict']}"
    if address["failure"]:
        yield f"  connection: {address['failure']} {_plain(address['detail'])}".rstrip()
    if address["alert"]:
        yield f"  TLS alert: {address['alert']}"
    yield from (f"  {_plain(line)}" for line in address["dialogue"])
    for handshake in address["handshakes"]:
        yield f"  handshake {handshake['version']} {handshake['cipher']}"
        yield from (
            f"    depth {depth}: {_plain(item['subject'])}" for depth, item in enumerate(handshake["certificates"])
        )
        for record in handshake["records"]:
            depth = "" if record["depth"] is None else f" at depth {record['depth']}"
            yield f"    {_short(record['text'])}: {record['fit']}{depth}"


def _short(text: str) -> str:
    """``3 1 1 aac96528…c3a40a6c``."""
    numbers, _, data = _plain(text).rpartition(" ")
    return f"{numbers} {data}" if len(data) <= 20 else f"{numbers} {data[:8]}…{data[-8:]}"


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
