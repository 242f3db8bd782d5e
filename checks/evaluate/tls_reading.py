"""The answers to our hellos, read as properties of a server: versions, suites, groups, signatures. Each is known, or
known not to be, or unknown because the question was not answered. What a property is worth is in ``tls``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from checks.facts.tls import TlsHandshake
from checks.facts.tls_scan import Answer, Ask, Reply, TlsScan
from checks.policy.tls_names import SSL2, SSL3, TLS1_0, TLS1_1, TLS1_2, TLS1_3
from checks.policy.tls_profile import Level, TlsProfile, load

_OPENSSL = {"TLSv1.3": TLS1_3, "TLSv1.2": TLS1_2, "TLSv1.1": TLS1_1, "TLSv1": TLS1_0}
_NEWEST_OLD = (TLS1_1, TLS1_0, SSL3)
_TLS12 = ((Ask.TLS12_ECDSA, Ask.TLS12_RSA, Ask.TLS12_WEAK_SUITES), (Ask.TLS12_ALL, Ask.TLS12_WEAK_SUITES))


@dataclass(frozen=True)
class Reading:
    """One address: the scan, the handshake of the other probe, and the profile that sorts what was found."""

    scan: TlsScan
    handshake: TlsHandshake
    profile: TlsProfile

    def answers(self, *asks: Ask) -> tuple[Answer, ...]:
        """The answers to some questions, in order."""
        return tuple(answer for answer in self.scan.answers if answer.ask in asks)

    def failed(self, *asks: Ask) -> bool:
        """Whether one of some questions was not answered, or was never asked."""
        found = self.answers(*asks)
        return {answer.ask for answer in found} != set(asks) or any(answer.reply is Reply.FAILED for answer in found)

    @cached_property
    def asked_by(self) -> TlsProfile:
        """The profile that sorted the questions."""
        return load(self.scan.profile)

    @property
    def by_another(self) -> bool:
        """Whether the questions were sorted by another profile than the one that judges."""
        return self.asked_by is not self.profile

    @cached_property
    def accepted(self) -> tuple[Answer, ...]:
        """All answers in which the server chose something."""
        return tuple(answer for answer in self.scan.answers if answer.reply is Reply.ACCEPTED)

    def at(self, version: int) -> Iterator[Answer]:
        """What was chosen at one version."""
        return (answer for answer in self.accepted if answer.version == version)

    @property
    def _handshake_version(self) -> int:
        return _OPENSSL.get(self.handshake.version, 0)

    @cached_property
    def versions(self) -> dict[int, bool | None]:
        """Each version, newest first: accepted, refused, or unknown."""
        known = {answer.version for answer in self.accepted if answer.version != SSL2 or answer.suite}
        known |= {self._handshake_version}
        modern = {TLS1_3: self._refused_13(), TLS1_2: any(self._refused(*asks) for asks in _TLS12)}
        refused = {**modern, **self._refused_old(), SSL2: self._refused(Ask.SSL2)}
        return {version: True if version in known else (False if no else None) for version, no in refused.items()}

    def _refused_13(self) -> bool:
        """Whether TLS 1.3 was refused; a handshake that came to an older version, with 1.3 on offer, says so too."""
        return self._refused(Ask.TLS13) or not self.handshake.short_hello

    def _refused(self, *asks: Ask) -> bool:
        return not self.failed(*asks)

    def _refused_old(self) -> dict[int, bool]:
        """Each hello offers all up to a version, so that its answer says no to what is between."""
        refused = dict.fromkeys(_NEWEST_OLD, False)
        for answer in self.answers(Ask.OLD, Ask.TLS10, Ask.SSL3):
            if answer.reply is not Reply.FAILED:
                most = {Ask.OLD: TLS1_1, Ask.TLS10: TLS1_0}.get(answer.ask, SSL3)
                refused |= {version: True for version in _NEWEST_OLD if answer.version < version <= most}
        return refused

    @cached_property
    def below_13(self) -> int:
        """The highest version below 1.3 that is accepted, SSL 2 left out; 0 for none."""
        return max((version for version, yes in self.versions.items() if yes and SSL2 < version < TLS1_3), default=0)

    @property
    def only_13(self) -> bool:
        """Whether TLS 1.3 is all there is, for certain."""
        return bool(self.versions[TLS1_3]) and all(yes is False for code, yes in self.versions.items() if code < TLS1_3)

    @cached_property
    def suites(self) -> tuple[tuple[int, int], ...]:
        """The accepted suites with their version, best level first: those of TLS 1.3 and of the highest version below.
        Older versions take the same settings in the servers that we know.
        """
        pairs = {(answer.version, answer.suite) for answer in self.accepted}
        pairs |= {(self._handshake_version, self.handshake.suite)} if self.handshake.suite else set()
        pairs = {pair for pair in pairs if pair[0] in (TLS1_3, self.below_13)}
        levels = list(Level)
        return tuple(sorted(pairs, key=lambda pair: (levels.index(self.profile.suite(pair[1])), -pair[0], pair[1])))

    @cached_property
    def curves(self) -> tuple[int, ...]:
        """The groups that were chosen below TLS 1.3, where the key exchange is judged."""
        found = {answer.group for answer in self.accepted if answer.version < TLS1_3}
        found |= {self.handshake.group} if self._handshake_version < TLS1_3 else set()
        return tuple(sorted(found - {0}))

    @cached_property
    def groups_13(self) -> tuple[int, ...]:
        """The groups that were chosen in TLS 1.3."""
        found = {answer.group for answer in self.at(TLS1_3)}
        found |= {self.handshake.group} if self._handshake_version == TLS1_3 else set()
        return tuple(sorted(found - {0}))

    @cached_property
    def primes(self) -> tuple[tuple[bytes, bytes], ...]:
        """The finite-field groups that were used below TLS 1.3: prime and generator, big-endian."""
        pairs = {(answer.prime, answer.generator) for answer in self.accepted if answer.prime}
        return tuple((bytes.fromhex(prime), bytes.fromhex(generator)) for prime, generator in sorted(pairs))
