"""The plan of a mail address: every connection takes a dialogue of five round trips there, and some servers let each wait
for seconds before they greet. So two questions share a hello where they can, the handshakes of OpenSSL count as answers,
and suites are listed only where a weak one is accepted. A modern server is known with ten connections, and one that
greets slowly with eight, in two rounds of four.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa

from checks.facts.tls import TlsHandshake
from checks.facts.tls_scan import Answer, Ask, TlsScan
from checks.options import Options
from checks.policy.tls_names import TLS1_2
from checks.policy.tls_profile import Level
from checks.probes.tls_merge import Merged, curves_and_plain, other_key_and_elliptic
from checks.probes.tls_questions import STRONG, WEAK, Questions, Told
from checks.wire.tls import KeyType, verify_chain


@dataclass(slots=True)
class MailQuestions(Questions):
    """``slow``: every connection costs seconds, so nothing is asked that decides nothing."""

    slow: bool = False

    async def run(self) -> None:
        """What a healthy server is asked, all at once and what takes longest first; then what follows where it is not
        healthy.
        """
        base = self.hello(TLS1_2, ())
        modern = self.known.version == "TLSv1.3"
        async with asyncio.TaskGroup() as group:
            group.create_task(self._own_key())
            group.create_task(self._merged(curves_and_plain(self.profile, replace(base, groups=self.bad_curves()))))
            group.create_task(self._merged(other_key_and_elliptic(self.profile, base, _other_kind(self.known))))
            group.create_task(self.hashes())
            if modern:
                group.create_task(self.ask(Ask.TLS13_SUITES, self.hello_13(*WEAK)))
            elif self.known.short_hello:
                group.create_task(self.ask(Ask.TLS13, self.hello_13(*Level)))
            group.create_task(self.old())
            group.create_task(self.ssl2())
            if modern and not self.slow:
                group.create_task(self.ask(Ask.TLS13_GROUPS, self.hello_13(*Level, groups=self.other_groups_13())))
        await self.again()
        await self._follow()
        await self.alive()

    async def _own_key(self) -> None:
        """Strong suites with the certificate that everybody gets: the handshake before a renegotiation shows one, or else
        they are asked for.
        """
        await self.renegotiate()
        if not self._strong_found():
            await self.ask(Ask.TLS12_ALL, self.hello(TLS1_2, self.strong()))

    async def _merged(self, merged: Merged) -> None:
        answer = await self.asker.ask(merged.parts[0].ask, merged.hello)
        settled, left = merged.settle(answer)
        self.told.extend(Told(found, merged.alone(found.ask)) for found in settled)
        await asyncio.gather(*(self.ask(ask, merged.alone(ask)) for ask in left))

    async def _follow(self) -> None:
        """What a weak suite or an old version leaves to be known."""
        weak = next((answer for answer in self._at_12() if self.profile.suite(answer.suite) in WEAK), None)
        if weak:
            await self.apart(weak, strong_too=self._strong_found())
        elif self._at_12():
            await self.finite(self.strong())
        version = self.highest_below_13()
        if version and not self.slow and (weak or version < TLS1_2):
            await self.list_suites(version)

    def _at_12(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.version == TLS1_2]

    def _strong_found(self) -> bool:
        suites = [answer.suite for answer in self._at_12()]
        if self.known.version == "TLSv1.2":
            suites.append(self.known.suite)
        return any(self.profile.suite(suite) in STRONG for suite in suites)


def other_certificate(scan: TlsScan, known: TlsHandshake, options: Options, now: datetime) -> TlsHandshake | None:
    """The handshake that clients have which accept only the kind of key that the first certificate has not; None where
    there is no such certificate. Chains are seen below TLS 1.3 only.
    """
    kind = _kind(known.chain)
    chain = next((chain for chain in scan.chains if _kind(chain) is not kind), None)
    if chain is None:
        return None
    verification = verify_chain([base64.b64decode(der) for der in chain], options.ca_bundle, now)
    return replace(known, version="TLSv1.2", cipher="", chain=chain, verification=verification, suite=0, group=0)


def _other_kind(handshake: TlsHandshake) -> KeyType:
    """The kind that the certificate has not; RSA for anything unusual."""
    return KeyType.ECDSA if _kind(handshake.chain) is KeyType.RSA else KeyType.RSA


def _kind(chain: Sequence[str]) -> KeyType | None:
    """The kind of key in a leaf; None for one that cannot be read. What is no RSA goes with the suites of ECDSA, as Ed25519
    does (RFC 8422 section 5.10).
    """
    leaf = chain[0] if chain else ""
    try:
        key = x509.load_der_x509_certificate(base64.b64decode(leaf)).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    return KeyType.RSA if isinstance(key, rsa.RSAPublicKey) else KeyType.ECDSA
