"""The TLSA tools for callers outside the engine, as one name: ``checks.tlsa_tools``. Nothing is defined here."""

from checks.evaluate.tlsa import owner
from checks.records.tlsa import Tlsa, parse
from checks.target import registrable
from checks.tools.compare import Act, Caution, Change, When, compare
from checks.tools.explain import Explained, explain
from checks.tools.explain import Refused as NoRecord
from checks.tools.formats import LONGEST_TTL, Format, RecordSet, fields, texts
from checks.tools.make import ISSUER, LEAF, RECOMMENDED, Choice, Made, Mistake, make, mistakes, record
from checks.tools.material import Item, Kind, from_chain, read
from checks.tools.material import Refused as NoMaterial
from checks.tools.rollover import (
    LONGEST_TIME,
    Plan,
    Progress,
    Published,
    Renewal,
    Stage,
    Step,
    StepId,
    Timing,
    plan,
    progress,
    removal_safe_from,
    switch_safe_from,
)
from checks.tools.service import OPENINGS, AddressVerdict, Asked, Verdict, check
from checks.tools.transcript import SENTENCES, lines, render

__all__ = [
    "ISSUER",
    "LEAF",
    "LONGEST_TIME",
    "LONGEST_TTL",
    "OPENINGS",
    "RECOMMENDED",
    "SENTENCES",
    "Act",
    "AddressVerdict",
    "Asked",
    "Caution",
    "Change",
    "Choice",
    "Explained",
    "Format",
    "Item",
    "Kind",
    "Made",
    "Mistake",
    "NoMaterial",
    "NoRecord",
    "Plan",
    "Progress",
    "Published",
    "RecordSet",
    "Renewal",
    "Stage",
    "Step",
    "StepId",
    "Timing",
    "Tlsa",
    "Verdict",
    "When",
    "check",
    "compare",
    "explain",
    "fields",
    "from_chain",
    "lines",
    "make",
    "mistakes",
    "owner",
    "parse",
    "plan",
    "progress",
    "read",
    "record",
    "registrable",
    "removal_safe_from",
    "render",
    "switch_safe_from",
    "texts",
]
