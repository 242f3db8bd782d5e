"""The usual practice domain: a signed zone, a website and a mail host that are in order, with one thing changed."""

from collections.abc import Sequence
from typing import Any

from dns.dnssectypes import Algorithm

from lab.model import Denial, Domain, Group, MailHost, Text, WebHost, ZoneSpec

ZONE = ZoneSpec(algorithm=Algorithm.ECDSAP256SHA256, denial=Denial.NSEC3)


def practice(
    name: str, group: Group, title: Text, sentence: Text, expected: Sequence[str] = (), **changed: Any
) -> Domain:
    """The practice domain `name` below voorbeeld.test; `changed` are fields of `Domain` that are not as usual."""
    usual: dict[str, Any] = {"zone": ZONE, "web": WebHost(), "mail": (MailHost(),)}
    return Domain(
        name=f"{name}.voorbeeld.test",
        group=group,
        title=title,
        sentence=sentence,
        expected=tuple(expected),
        **(usual | changed),
    )
