"""What the outcomes of the TLS checks are worth: the same for web and mail, but for what happens where there is no TLS.

On the web a check without HTTPS counts and earns nothing; for mail only the availability of STARTTLS then counts. In
TLS 1.3 some settings do not exist: not tested, at full credit, so that a server of TLS 1.3 alone can have all points.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from checks.evaluate.tls import (
    ClientRenegotiation,
    EarlyData,
    KeyExchange,
    KeyExchangeHash,
    Levels,
    MasterSecret,
    Order,
    Switch,
)
from checks.evaluate.tls_certificate import Staple
from checks.model import Ruling, fails, not_applicable, notes, passes, unknown, warns

Rulings = Mapping[StrEnum, Ruling]
NOT_IN_TLS13 = not_applicable(credit=1)


def levels(no_tls: Ruling) -> Rulings:
    """Versions, suites, certificates: what is to be phased out warns, and costs nothing."""
    return {
        Levels.OK: passes(),
        Levels.NO_TLS: no_tls,
        Levels.UNKNOWN: unknown(),
        Levels.PHASE_OUT: warns(),
        Levels.INSUFFICIENT: fails(),
    }


def order(no_tls: Ruling) -> Rulings:
    """The order of the suites."""
    return {
        Order.OK: passes(),
        Order.NOT_NEEDED: passes(),
        Order.NO_TLS: no_tls,
        Order.UNKNOWN: unknown(),
        Order.WRONG: fails(),
    }


def key_exchange(no_tls: Ruling) -> Rulings:
    """The groups."""
    return {
        KeyExchange.HYBRID: passes(),
        KeyExchange.OK: passes(),
        KeyExchange.NONE: passes(),
        KeyExchange.NO_TLS: no_tls,
        KeyExchange.UNKNOWN: unknown(),
        KeyExchange.PHASE_OUT: warns(),
        KeyExchange.INSUFFICIENT: fails(),
    }


def key_exchange_hash(no_tls: Ruling) -> Rulings:
    """The hash of the key exchange's signature."""
    return {
        KeyExchangeHash.OK: passes(),
        KeyExchangeHash.NOT_USED: NOT_IN_TLS13,
        KeyExchangeHash.NO_TLS: no_tls,
        KeyExchangeHash.UNKNOWN: unknown(),
        KeyExchangeHash.PHASE_OUT: warns(),
        KeyExchangeHash.INSUFFICIENT: fails(),
    }


def master_secret(no_tls: Ruling) -> Rulings:
    """The extended master secret: beside an address where it does count, one without TLS 1.2 costs nothing."""
    beside = not_applicable(credit=1, uncounted=True)
    return {
        MasterSecret.OK: passes(),
        MasterSecret.NOT_USED: beside,
        MasterSecret.NOT_DEMANDED: beside,
        MasterSecret.NO_TLS: no_tls,
        MasterSecret.UNKNOWN: unknown(),
        MasterSecret.WRONG: fails(),
    }


def switch(no_tls: Ruling) -> Rulings:
    """Compression, secure renegotiation."""
    return {
        Switch.OK: passes(),
        Switch.NOT_USED: NOT_IN_TLS13,
        Switch.NO_TLS: no_tls,
        Switch.UNKNOWN: unknown(),
        Switch.WRONG: fails(),
    }


def client_renegotiation(no_tls: Ruling) -> Rulings:
    """Renegotiation begun by the client."""
    return {
        ClientRenegotiation.OK: passes(),
        ClientRenegotiation.NOT_USED: NOT_IN_TLS13,
        ClientRenegotiation.NO_TLS: no_tls,
        ClientRenegotiation.UNKNOWN: unknown(),
        ClientRenegotiation.LIMITED: fails(),
        ClientRenegotiation.UNLIMITED: fails(),
    }


def early_data(no_tls: Ruling) -> Rulings:
    """Early data on the web."""
    return {
        EarlyData.OK: passes(),
        EarlyData.NOT_USED: passes(),
        EarlyData.NO_TLS: no_tls,
        EarlyData.UNKNOWN: unknown(),
        EarlyData.ON: fails(),
    }


def early_data_of_mail(no_tls: Ruling) -> Rulings:
    """Early data of mail servers: not tested, at full credit."""
    return {
        EarlyData.NOT_TESTED: not_applicable(credit=1),
        EarlyData.NO_TLS: no_tls,
        EarlyData.UNKNOWN: unknown(),
    }


def staple(no_tls: Ruling) -> Rulings:
    """The stapled OCSP response."""
    return {
        Staple.OK: passes(),
        Staple.NOT_IN_CERTIFICATE: not_applicable(),
        Staple.NO_TLS: no_tls,
        Staple.UNKNOWN: unknown(),
        Staple.ABSENT: notes(),
        Staple.DEMANDED: fails(),
        Staple.BAD: fails(),
    }
