"""Connections that are opened before they are needed, and patience. Ids are rows of the house's list of hard cases."""

from __future__ import annotations

import pytest

from checks.facts.network import Reason
from checks.net.scripted import Script, ScriptedDoor, Step
from checks.net.transport import Interrupted
from checks.options import Options
from checks.probes.line import AHEAD, PAUSES, Line, TurnedAway

ADDRESS = "192.0.2.25"
OPTIONS = Options((), (), "", ehlo_name="probe.example")
GREETED: list[Step] = [b"220 mx\r\n", b"250-mx\r\n250 STARTTLS\r\n"]
READY: list[Step] = [*GREETED, b"220 go\r\n"]
BYE: list[Step] = [*GREETED, b"221 bye\r\n"]
BUSY: list[Step] = [b"421 too many connections\r\n"]
ASKED = b"EHLO probe.example\r\n"


def a_line(*scripts: Script, port: int = 25) -> tuple[Line, ScriptedDoor]:
    door = ScriptedDoor({(ADDRESS, port): scripts})
    return Line(ADDRESS, port, OPTIONS, door, door.now + 60), door


async def test_a_connection_is_ready_for_a_hello_behind_starttls() -> None:
    line, door = a_line(READY)
    async with line.connected() as connection:
        assert connection is door.connections[0]
        assert bytes(door.connections[0].written) == ASKED + b"STARTTLS\r\n"
    assert door.connections[0].closed


async def test_where_tls_begins_at_once_nothing_is_said() -> None:
    line, door = a_line([], port=443)
    async with line.connected():
        assert door.connections[0].written == b""


async def test_connections_ahead_stop_before_starttls_and_are_used_first() -> None:
    line, door = a_line(*[READY] * 3)
    line.open_ahead()
    line.open_ahead()
    async with line.connected():
        assert line.connections == len(door.connections) == AHEAD
        assert [bytes(seen.written) for seen in door.connections] == [ASKED + b"STARTTLS\r\n", ASKED, ASKED]
    await line.withdraw()


async def test_who_is_not_needed_says_quit_and_waits_for_the_reply() -> None:
    line, door = a_line(READY, BYE, BYE)
    line.open_ahead()
    async with line.once():
        pass
    await line.withdraw()
    assert [bytes(seen.written) for seen in door.connections[1:]] == [ASKED + b"QUIT\r\n"] * 2
    assert all(seen.closed and not seen.steps for seen in door.connections[1:])


async def test_who_was_not_greeted_yet_just_goes() -> None:
    line, door = a_line(*[READY] * 3)
    line.open_ahead()
    await line.withdraw()
    assert door.connections == []


async def test_S06_an_address_that_limits_us_is_asked_again_later_and_not_by_all() -> None:
    """What was opened ahead is let go of, so that it does not count against the next try."""
    line, door = a_line(BUSY, BYE, BYE, READY)
    begun = door.now
    line.open_ahead()
    async with line.connected():
        assert door.now == begun + PAUSES[0]
        assert [seen.closed for seen in door.connections] == [True, True, True, False]


async def test_L11_an_address_that_has_had_enough_is_given_up_once() -> None:
    line, door = a_line()
    for _ in range(2):
        with pytest.raises(TurnedAway) as away:
            async with line.connected():
                pass
        assert away.value.reason is Reason.REFUSED
    assert line.connections == 1 + len(PAUSES)
    assert door.now == 1000 + sum(PAUSES)  # the clock of the script begins at 1000


async def test_what_nothing_hangs_on_is_tried_once() -> None:
    line, door = a_line(BUSY, READY)
    with pytest.raises(TurnedAway):
        async with line.once():
            pass
    assert (line.connections, door.now) == (1, 1000)


async def test_a_server_that_takes_its_offer_back_has_turned_us_away() -> None:
    line, door = a_line([*GREETED, b"454 not now\r\n", b"221 bye\r\n"])
    async with line.once() as opened:
        with pytest.raises(TurnedAway):
            await opened.secure()
    assert door.connections[0].closed


async def test_an_end_while_it_is_in_use_is_told_as_it_is() -> None:
    line, _ = a_line([*READY, Reason.RESET])
    async with line.connected() as connection:
        with pytest.raises(Interrupted):
            await connection.read(2000)
