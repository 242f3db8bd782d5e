"""Zegel's measuring engine: what a domain's web and mail look like from outside, judged and scored. Needs no Django,
no database, and reads no environment.
"""

from checks import rpki_tables, tlsa_tools
from checks.catalogue import CATALOGUE
from checks.engine import evaluate, measure, scan
from checks.facts.measurement import Measurement
from checks.model import Suite
from checks.options import Options
from checks.probes.dns import resolver_fitness
from checks.report import Report
from checks.target import Target

__all__ = [
    "CATALOGUE",
    "Measurement",
    "Options",
    "Report",
    "Suite",
    "Target",
    "evaluate",
    "measure",
    "resolver_fitness",
    "rpki_tables",
    "scan",
    "tlsa_tools",
]
