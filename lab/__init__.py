"""The practice internet: signed zones, mail hosts and websites of the project's own, good and broken ones, on
loopback. It imports neither `checks` nor `portal`, so that no misunderstanding is shared with what it is there to
try.
"""

from lab.counters import Counters
from lab.internet import Lab
from lab.listeners import PortTaken, Unavailable
from lab.model import (
    CertificateKind,
    Denial,
    DnsFault,
    Domain,
    KeyType,
    MailFault,
    MailHost,
    Text,
    Tlsa,
    WebFault,
    WebHost,
    ZoneFault,
    ZoneSpec,
)
from lab.plan import Ports
from lab.practice import PRACTICE, SCENERY

__all__ = [
    "PRACTICE",
    "SCENERY",
    "CertificateKind",
    "Counters",
    "Denial",
    "DnsFault",
    "Domain",
    "KeyType",
    "Lab",
    "MailFault",
    "MailHost",
    "PortTaken",
    "Ports",
    "Text",
    "Tlsa",
    "Unavailable",
    "WebFault",
    "WebHost",
    "ZoneFault",
    "ZoneSpec",
]
