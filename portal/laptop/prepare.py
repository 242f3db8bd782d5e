"""Before the portal starts: tables up to date, translations compiled, static files collected. Run as ``python -m portal.laptop.prepare``."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import allauth
import django
from django.conf import settings
from django.core.management import call_command

from portal.laptop.messages import compile_all


def main() -> None:
    """Do the three things; each is quick when nothing changed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    compile_all()
    django.setup()
    call_command("migrate", interactive=False, verbosity=1)
    if not settings.DEBUG:
        collect(Path(settings.STATIC_ROOT), [Path(folder) for folder in settings.STATICFILES_DIRS])


def collect(collected: Path, sources: list[Path]) -> None:
    """Collect and compress the static files, which takes seconds, unless it was done for these very files."""
    stamp, now = collected / ".stamp", fingerprint(sources)
    if not stamp.exists() or stamp.read_text("ascii") != now:
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(now, "ascii")


def fingerprint(sources: list[Path]) -> str:
    """What the collected files depend on: our files, and the versions of Django and allauth, which bring their own."""
    digest = hashlib.sha256(f"{django.__version__} {allauth.__version__}".encode())
    for folder in sources:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(f"{file.relative_to(folder)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
