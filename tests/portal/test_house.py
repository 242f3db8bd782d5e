"""Rules of the house that a machine can keep: settings documented, translations complete, migrations made, requirements pinned."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import call_command

from portal.laptop import messages
from portal.laptop.place import ROOT

READ = re.compile(
    r'env_(?:str|bool|int|list|rate|networks|site|database|redis|choice|origin|mail)\(\s*(?:ENVIRON|environ|plan\.environ), "([A-Z_]+)"'
)
ENGINE = re.compile(r'"(CHECKS_[A-Z0-9_]+|SITE_[A-Z]+)"')


def test_every_variable_is_in_the_example_and_none_to_spare() -> None:
    code = [path.read_text("utf-8") for path in (ROOT / "portal").rglob("*.py")]
    read = {name for text in code for name in READ.findall(text)}
    read |= set(ENGINE.findall((ROOT / "checks/options.py").read_text("utf-8")))
    example = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    compose = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    assert example == read | compose


def test_every_string_is_translated() -> None:
    assert messages.problems() == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned(name: str) -> None:
    lines = [line.strip() for line in (ROOT / name).read_text("utf-8").splitlines()]
    wanted = [line for line in lines if line and not line.startswith(("#", "-r "))]
    assert [line for line in wanted if not re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,-]+\])?==[0-9A-Za-z.]+", line)] == []


# --- The tool that finds strings ---


def found(code: str) -> set[tuple[str, str, str]]:
    return {(entry.msgctxt or "", entry.msgid, entry.msgid_plural) for entry in messages._calls(code)}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('_("one")', ("", "one", "")),
        ('gettext_lazy("a (b) c")', ("", "a (b) c", "")),
        ('_("two "\n  "lines")', ("", "two lines", "")),
        ('ngettext("%(n)s day", "%(n)s days", n)', ("", "%(n)s day", "%(n)s days")),
        ('pgettext("month", "May")', ("month", "May", "")),
        ('npgettext("c", "one", "more", 2)', ("c", "one", "more")),
    ],
)
def test_a_string_in_code_is_found(code: str, expected: tuple[str, str, str]) -> None:
    assert found(code) == {expected}


@pytest.mark.parametrize("code", ["_(name)", 'underscore_("x")', "_(", 'print("x")'])
def test_what_is_no_string_to_translate_is_left(code: str) -> None:
    assert found(code) == set()
