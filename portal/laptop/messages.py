"""The portal's own strings: found in code and templates, merged into the Dutch file, checked, compiled. Pure Python: no gettext programs are needed.

``python -m portal.laptop.messages extract | check | compile``.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator

import polib

from portal.laptop.place import ROOT

LOCALE = ROOT / "portal" / "locale"
SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
_CALL = re.compile(r"\b(?:{})\(".format("|".join(sorted(SINGULAR | PLURAL | CONTEXT | CONTEXT_PLURAL))))
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")

Key = tuple[str, str]  # context, msgid


def compile_all() -> None:
    """Make the ``.mo`` file of every language that is older than its ``.po`` file."""
    for source in LOCALE.glob("*/LC_MESSAGES/django.po"):
        made = source.with_suffix(".mo")
        if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
            draft = made.with_name(f".{made.name}.{os.getpid()}")
            polib.pofile(str(source)).save_as_mofile(str(draft))
            draft.replace(made)


def extract() -> None:
    """Add new strings to every language's file and drop those that no page uses any more. Translations are kept."""
    wanted = _wanted()
    for source in LOCALE.glob("*/LC_MESSAGES/django.po"):
        file = polib.pofile(str(source), wrapwidth=140)
        known = {_key(entry): entry for entry in file if not entry.obsolete}
        file[:] = [known.get(key) or entry for key, entry in wanted.items()]
        for entry in file:
            entry.occurrences = wanted[_key(entry)].occurrences
            entry.flags = [flag for flag in entry.flags if flag != "python-format"] + (
                ["python-format"] if _PLACEHOLDER.search(entry.msgid) else []
            )
        file.save()


def problems() -> list[str]:
    """What is wrong with the translations, a sentence each: missing, unused, doubtful, or with other placeholders than the English."""
    found = []
    wanted = _wanted()
    for source in LOCALE.glob("*/LC_MESSAGES/django.po"):
        name = source.relative_to(ROOT)
        entries = {_key(entry): entry for entry in polib.pofile(str(source)) if not entry.obsolete}
        found += [f"{name}: not in the file: {key[1]!r}" for key in wanted if key not in entries]
        found += [f"{name}: no page uses {key[1]!r}" for key in entries if key not in wanted]
        found += [
            f"{name}: {problem}"
            for key, entry in entries.items()
            if key in wanted
            for problem in _wrong(entry, wanted[key])
        ]
    return found


def _wrong(entry: polib.POEntry, wanted: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield f"marked as doubtful: {entry.msgid!r}"
    if bool(entry.msgid_plural) != bool(wanted.msgid_plural):
        yield f"plural in one place only: {entry.msgid!r}"
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not texts or not all(texts):
        yield f"not translated: {entry.msgid!r}"
        return
    allowed = set(_PLACEHOLDER.findall(entry.msgid)) | set(_PLACEHOLDER.findall(entry.msgid_plural))
    for text in texts:
        if not set(_PLACEHOLDER.findall(text)) <= allowed or (
            not entry.msgid_plural and set(_PLACEHOLDER.findall(text)) != allowed
        ):
            yield f"other placeholders: {entry.msgid!r}"


def _key(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid


def _wanted() -> dict[Key, polib.POEntry]:
    """Every string that code and templates ask for, with where."""
    wanted: dict[Key, polib.POEntry] = {}
    for path, code in _sources():
        for entry in _calls(code):
            kept = wanted.setdefault(_key(entry), entry)
            kept.msgid_plural = kept.msgid_plural or entry.msgid_plural
            if (path, "") not in kept.occurrences:
                kept.occurrences.append((path, ""))
    return wanted


def _sources() -> Iterator[tuple[str, str]]:
    # Django's own reader of templates turns them into something with gettext calls in it.
    from django.utils.translation.template import templatize

    for folder, pattern in (("portal", "*.py"), ("portal", "*.html"), ("templates", "*.html"), ("templates", "*.txt")):
        for path in sorted((ROOT / folder).rglob(pattern)):
            text = path.read_text("utf-8")
            name = str(path.relative_to(ROOT))
            if pattern == "*.py":
                yield name, text
            else:
                yield name, templatize(text, origin=name)


def _calls(code: str) -> Iterable[polib.POEntry]:
    for match in _CALL.finditer(code):
        call = _call_at(code, match.start(), match.end())
        if call and (entry := _entry(call)):
            yield entry


def _call_at(code: str, start: int, opened: int) -> ast.Call | None:
    """The call that begins at ``start``: the shortest text up to a closing bracket that is one expression."""
    end = opened
    for _attempt in range(20):
        end = code.find(")", end) + 1
        if not end:
            return None
        try:
            node = ast.parse(code[start:end].strip(), mode="eval").body
        except SyntaxError:
            continue
        return node if isinstance(node, ast.Call) else None
    return None


def _entry(call: ast.Call) -> polib.POEntry | None:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    context = texts.pop(0) if name in CONTEXT | CONTEXT_PLURAL and texts else None
    plural = name in PLURAL | CONTEXT_PLURAL
    if len(texts) < 1 + plural:
        return None
    # A template's "100 %" reaches gettext as "100 %%".
    return polib.POEntry(msgctxt=context, msgid=texts[0], msgid_plural=texts[1] if plural else "")


def main(action: str) -> int:
    """Run one of the three actions; exit status 1 when ``check`` finds something."""
    if action == "extract":
        extract()
    elif action == "compile":
        compile_all()
    else:
        for problem in (found := problems()):
            print(problem)
        return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or ["check"]))
