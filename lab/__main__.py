"""`python -m lab`: runs the practice internet until it is told to stop."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

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
    options = parser.parse_args()
    ports = None if options.any_ports else Ports.fixed()
    try:
        asyncio.run(_run(Lab(options.dir, ports=ports, round_trip=options.round_trip)))
    except (PortTaken, Unavailable, OSError) as problem:
        print(f"The practice internet cannot start: {problem}.", file=sys.stderr)
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
        await stopped.wait()


if __name__ == "__main__":
    sys.exit(main())
