"""The command line: ``python -m checks mail|web DOMAIN`` measures (or replays) one target and prints its report;
``python -m checks dane HOST PORT`` looks at the TLSA records of one service.

Exit status: 0 measured, whatever the verdicts; 2 bad input; 3 could not be measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
from pathlib import Path

from checks import Measurement, Options, Report, Suite, Target, evaluate, scan, tlsa_tools
from checks.terminal import Style, render

EXIT_BAD_INPUT = 2
EXIT_NOT_MEASURED = 3
EXIT_BROKEN_PIPE = 141  # what a shell gives for SIGPIPE


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["dane"]:
        return _dane(arguments[1:])
    asked = _parser().parse_args(arguments)
    try:
        report = _report(asked)
    except (ValueError, OSError) as error:
        print(f"checks: {_words(error)}", file=sys.stderr)
        return EXIT_BAD_INPUT
    if asked.save:
        asked.save.write_text(json.dumps(report.measurement.to_json(), ensure_ascii=False, indent=1) + "\n", "utf-8")
    if asked.json:
        print(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        print(render(report, _style(asked.language)))
    return EXIT_NOT_MEASURED if report.failure else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m checks",
        description="Measure the web or mail security of a domain. Settings: the CHECKS_* variables of the README.",
        epilog="python -m checks dane HOST PORT looks at the TLSA records of one service.",
    )
    parser.add_argument("suite", choices=[suite.value for suite in Suite], help="which test")
    parser.add_argument("domain", help="a domain name; a web or mail address will do")
    parser.add_argument("--json", action="store_true", help="print the report document")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the measurement to FILE")
    parser.add_argument(
        "--replay", type=Path, metavar="FILE", help="judge the measurement in FILE again instead of measuring"
    )
    parser.add_argument(
        "--earlier",
        type=Path,
        metavar="FILE",
        help="a measurement of before, for what senders may still remember of it",
    )
    _add_language(parser)
    return parser


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--language", choices=["nl", "en"], default="nl" if os.environ.get("LANG", "").startswith("nl") else "en"
    )


def _dane(arguments: list[str]) -> int:
    """``dane HOST PORT``: DNSSEC, TLSA records, handshakes and how they fit, as a transcript."""
    parser = argparse.ArgumentParser(
        prog="python -m checks dane", description="Look at the TLSA records of one service."
    )
    parser.add_argument("host", help="a host name")
    parser.add_argument("port", type=int, help="25, 465, 587, 143, 993, 110, 995 or 443")
    parser.add_argument("--starttls", choices=["smtp", "imap", "pop3"], default="", help="default: by the port")
    parser.add_argument("--json", action="store_true", help="print the document")
    _add_language(parser)
    asked = parser.parse_args(arguments)
    try:
        service = tlsa_tools.Asked.parse(asked.host, asked.port, asked.starttls)
        document = asyncio.run(tlsa_tools.check(service, Options.from_env(os.environ)))
    except ValueError as error:
        print(f"checks: {_words(error)}", file=sys.stderr)
        return EXIT_BAD_INPUT
    shown = (
        json.dumps(document, ensure_ascii=False, indent=2)
        if asked.json
        else tlsa_tools.render(document, asked.language)
    )
    print(shown)
    unseen = (tlsa_tools.Verdict.UNKNOWN, tlsa_tools.Verdict.NO_ADDRESS)
    return EXIT_NOT_MEASURED if document["verdict"] in unseen else 0


def _report(asked: argparse.Namespace) -> Report:
    """The report that was asked for. Raises ValueError for bad input and OSError for a file that cannot be read."""
    target = Target.parse(asked.domain, Suite(asked.suite))
    if asked.replay:
        return _judged(asked.replay, target)
    earlier = _judged(asked.earlier, target).to_json()["digest"] if asked.earlier else None
    return asyncio.run(scan(target, Options.from_env(os.environ), earlier=earlier))


def _judged(file: Path, target: Target) -> Report:
    """The report on the measurement in a file. Raises as ``_report`` does."""
    try:
        measurement = Measurement.from_json(json.loads(file.read_text("utf-8")))
    except json.JSONDecodeError as error:
        raise ValueError(f"{file} is not JSON: {error}") from error
    if (measurement.domain, measurement.suite) != (target.domain, target.suite):
        raise ValueError(f"{file} is a {measurement.suite} measurement of {measurement.domain}")
    return evaluate(measurement, tls_profile=os.environ.get("CHECKS_TLS_PROFILE", "").strip())


def _style(language: str) -> Style:
    """As wide as the terminal, within reason; in colour where somebody is looking (https://no-color.org)."""
    width = min(max(shutil.get_terminal_size((100, 24)).columns, 40), 120)
    return Style(language, width, sys.stdout.isatty() and "NO_COLOR" not in os.environ)


def _words(error: Exception) -> str:
    if isinstance(error, Target.Refused):
        return f"that is no domain name to test ({error.reason.value})"
    return str(error)


def _run() -> int:
    """The command, for a reader that may stop reading (``| head``)."""
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE
    return status


if __name__ == "__main__":
    sys.exit(_run())
