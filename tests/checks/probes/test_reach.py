"""Whether name servers answer over IPv6: UDP first, TCP when that is silent, and our own lack of IPv6 told apart."""

from __future__ import annotations

import pytest

from checks.facts.dns import Answer, DirectAnswer, DnsFailure, Question
from checks.probes import reach

ZONE = "good.example."
PUBLIC, PRACTICE = "2001:67c::53", "::1"


class ScriptedDoor:
    """Answers by transport; ``asked`` tells over which it was asked."""

    def __init__(self, udp: DnsFailure | None, tcp: DnsFailure | None = None) -> None:
        self.udp, self.tcp = udp, tcp
        self.asked: list[tuple[str, bool]] = []

    async def ask(self, question: Question, address: str, *, tcp: bool) -> Answer:
        self.asked.append((address, tcp))
        return Answer(question, "AAAA", self.tcp if tcp else self.udp, address, 1)


async def ask(door: ScriptedDoor, address: str = PRACTICE) -> DirectAnswer:
    (seen,) = await reach.name_servers(ZONE, [("ns1.good.example.", [address])], door)  # type: ignore[arg-type]
    return seen


@pytest.mark.parametrize("failure", [None, DnsFailure.REFUSED, DnsFailure.SERVFAIL, DnsFailure.TRUNCATED])
async def test_any_answer_over_udp_is_enough(failure: DnsFailure | None) -> None:
    door = ScriptedDoor(failure)
    seen = await ask(door)
    assert (seen.host, seen.answer.failure, door.asked) == ("ns1.good.example", failure, [(PRACTICE, False)])


async def test_what_is_silent_over_udp_is_asked_over_tcp() -> None:
    door = ScriptedDoor(DnsFailure.TIMEOUT, None)
    seen = await ask(door)
    assert (seen.tcp, seen.answer.failure) == (True, None)


async def test_silence_over_both_is_silence() -> None:
    assert (await ask(ScriptedDoor(DnsFailure.TIMEOUT, DnsFailure.TIMEOUT))).answer.failure is DnsFailure.TIMEOUT


async def test_silence_of_a_public_address_says_nothing_on_a_machine_without_ipv6(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reach, "source_towards_internet", lambda _: "")
    door = ScriptedDoor(DnsFailure.UNREACHABLE, DnsFailure.UNREACHABLE)
    assert (await ask(door, PUBLIC)).answer.failure is DnsFailure.NO_IPV6
    assert (await ask(door, PRACTICE)).answer.failure is DnsFailure.UNREACHABLE


async def test_silence_counts_on_a_machine_with_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "source_towards_internet", lambda _: "2001:67c:2e8::1")
    door = ScriptedDoor(DnsFailure.TIMEOUT, DnsFailure.TIMEOUT)
    assert (await ask(door, PUBLIC)).answer.failure is DnsFailure.TIMEOUT


async def test_a_server_of_many_addresses_is_asked_at_a_few_and_no_message_is_kept() -> None:
    door = ScriptedDoor(None)
    addresses = [f"2001:67c::{number}" for number in range(1, 20)]
    seen = await reach.name_servers(ZONE, [("ns1.good.example.", addresses)], door)  # type: ignore[arg-type]
    assert len(seen) == reach.MOST_ADDRESSES
    assert {item.answer.wire for item in seen} == {""}
