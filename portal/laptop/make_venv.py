"""Makes ``.venv`` with the pinned requirements, on a machine that has Python and nothing else. Run by ``make setup`` as a file, with any Python, so it imports
the standard library only, and nothing in it is newer than Python 3.6.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
OLDEST = (3, 11)


def main() -> int:
    """Build or refresh the environment; exit status 2 with a sentence when this machine lacks something."""
    if sys.version_info < OLDEST:
        return complain(
            "This is Python {}.{}; the portal needs 3.11 or newer. Name another: make PYTHON=/path/to/python3.12 run".format(
                *sys.version_info[:2]
            )
        )
    if not usable() and not make():
        return 2
    print("Installing the pinned requirements; the first time this takes a minute or two ...", file=sys.stderr)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    if subprocess.call([*pip, "--requirement", str(ROOT / "requirements-dev.txt")]):
        return complain(
            "pip could not install the requirements; its own words are above. Check the connection to the package index and run this again."
        )
    (VENV / ".stamp").touch()
    return 0


def usable() -> bool:
    """Whether .venv is there, complete, and of a Python that is new enough."""
    program = f"import pip, sys; sys.exit(sys.version_info < {OLDEST!r})"
    python = VENV / "bin" / "python"
    return python.exists() and subprocess.call([str(python), "-c", program], stderr=subprocess.DEVNULL) == 0


def make() -> bool:
    """A fresh .venv. Debian and Ubuntu ship Python without what this needs, and say so at length; we say it shortly."""
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        name = "python{}.{}-venv".format(*sys.version_info[:2])
        complain(f"This Python cannot make virtual environments. On Debian and Ubuntu: sudo apt-get install {name}")
        return False
    venv.create(str(VENV), clear=True, with_pip=True, symlinks=True)
    return True


def complain(sentence: str) -> int:
    """Say what is the matter."""
    print(sentence, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
