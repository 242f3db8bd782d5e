"""`python -m lab`: runs the practice internet until it is told to stop, or publishes a record in one that runs."""

import argparse
import asyncio
import signal
import sys
from functools import partial
from pathlib import Path

from lab import switch
from lab.internet import Lab
from lab.listeners import PortTaken, Unavailable
from lab.plan import Ports


def main() -> int:
    """Run; 0 after a clean end, 1 with a sentence when it cannot start."""
    parser = argparse.ArgumentParser(
        prog="python -m lab", description="Run the practice internet on loopback addresses."
    )
    parser.add_argument(
        "--dir", type=Path, default=Path("var/lab"), help="where keys and settings go (default: var/lab)"
    )
    parser.add_argument(
        "--any-ports", action="store_true", help="draw free ports instead of 10025, 10053, 10080, 10443"
    )
    parser.add_argument("--round-trip", type=float, default=0.0, metavar="SECONDS", help="delay for every message")
    parser.add_argument(
        "command",
        nargs="*",
        metavar="COMMAND",
        help="publish NAME TYPE [DATA ...]: put these records in a practice internet that runs in the same folder; "
        "restore: have its own records again from the next start",
    )
    options = parser.parse_args()
    if options.command:
        return _switch(parser, options.dir, options.command)
    ports = None if options.any_ports else Ports.fixed()
    try:
        asyncio.run(_run(Lab(options.dir, ports=ports, round_trip=options.round_trip)))
    except (PortTaken, Unavailable, OSError) as problem:
        print(f"The practice internet cannot start: {problem}.", file=sys.stderr)
        return 1
    return 0


def _switch(parser: argparse.ArgumentParser, directory: Path, command: list[str]) -> int:
    """The commands for a practice internet that runs already."""
    try:
        match command:
            case ["publish", owner, rdtype, *texts]:
                switch.publish(directory, owner, rdtype, texts)
            case ["restore"]:
                switch.restore(directory)
            case _:
                parser.error(f"{' '.join(command)!r} is no command")
    except OSError as problem:
        print(f"Nothing was published: {problem}.", file=sys.stderr)
        return 1
    return 0


async def _run(lab: Lab) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with lab:
        print(
            f"ready: practice internet at {lab.environment()['CHECKS_RESOLVERS']}, settings in {lab.directory}",
            flush=True,
        )
        following = asyncio.create_task(switch.follow(lab.directory, lab.publish, partial(print, file=sys.stderr)))
        await stopped.wait()
        following.cancel()


if __name__ == "__main__":
    sys.exit(main())
