"""Spreadsheets as rows of text, both ways: CSV, XLSX and ODS. What comes in is hostile: bounded in bytes (also unpacked), rows, columns and cells.

Knows nothing of domains. Raises ``Unreadable`` with a reason; never an exception of a library.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape

import openpyxl
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

MAX_BYTES = 2_000_000
MAX_UNPACKED = 60_000_000
MAX_ROWS, MAX_COLUMNS, MAX_CELL = 10_000, 40, 4_000

Row = list[str]
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
# A cell of a CSV that begins like this is a formula to a spreadsheet program (CWE-1236). The quote that makes it text is taken off again when it comes back,
# from whatever kind of file: spreadsheet programs keep the quote when they save a CSV as something else. So text that has such a quote of its own gets another.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Reason(StrEnum):
    """Why a file is refused."""

    TOO_LARGE = "too-large"
    TOO_MANY_ROWS = "too-many-rows"
    NOT_READABLE = "not-readable"


class Unreadable(Exception):
    """A file that cannot be taken in."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def read(content: bytes) -> list[Row]:
    """The rows of the first sheet, cells as ``tidy`` text, at least as many as the first row has.

    What kind of file it is, is told by its content and not by its name.
    """
    if len(content) > MAX_BYTES:
        raise Unreadable(Reason.TOO_LARGE)
    rows = _packed(content) if content.startswith(b"PK\x03\x04") else _csv(content)
    kept = [_clean(row) for row in islice(rows, MAX_ROWS + 1)]
    if len(kept) > MAX_ROWS:
        raise Unreadable(Reason.TOO_MANY_ROWS)
    width = len(kept[0]) if kept else 0
    return [row + [""] * (width - len(row)) for row in kept]


def _clean(row: Sequence[object]) -> Row:
    cells = [_unquoted(tidy(str("" if cell is None else cell)))[:MAX_CELL] for cell in row[:MAX_COLUMNS]]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def tidy(text: str) -> str:
    """Text as it is stored and compared: single spaces, no spaces at the ends, lines kept apart by one kind of line end."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()


def _quoted(cell: object, *, csv: bool = False) -> object:
    """Text with its quote: in a CSV all that looks like a formula, elsewhere what would lose a quote of its own."""
    if not isinstance(cell, str) or not cell.lstrip("'").startswith(_FORMULA):
        return cell
    return f"'{cell}" if csv or cell.startswith("'") else cell


def _unquoted(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def _csv(content: bytes) -> Iterator[Sequence[object]]:
    if b"\x00" in content:
        raise Unreadable(Reason.NOT_READABLE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")  # what spreadsheet programs in the Netherlands write
    first = text.lstrip().partition("\n")[0]
    delimiter = max(";\t,", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        raise Unreadable(Reason.NOT_READABLE) from None


def _packed(content: bytes) -> Iterator[Sequence[object]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > MAX_UNPACKED:
                raise Unreadable(Reason.TOO_LARGE)
            if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
                raise Unreadable(Reason.NOT_READABLE)
            names = {member.filename for member in members}
            if "content.xml" in names:
                yield from _ods(archive)
                return
        yield from _xlsx(content)
    except (
        zlib.error,
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        ParseError,
        DefusedXmlException,
        InvalidFileException,
    ):
        raise Unreadable(Reason.NOT_READABLE) from None
    except (
        KeyError,
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
    ):
        # What openpyxl and zipfile raise for files that are broken in some way they did not expect.
        raise Unreadable(Reason.NOT_READABLE) from None


def _xlsx(content: bytes) -> Iterator[Sequence[object]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        yield from sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS, values_only=True)
    finally:
        book.close()


_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def _ods(archive: zipfile.ZipFile) -> Iterator[Sequence[object]]:
    """Rows of the first table (OpenDocument 1.3, part 3, section 9). Repeated cells and rows are written once with a count, which may be a million."""
    row: list[str] = []
    with archive.open("content.xml") as stream:
        for event, element in iterparse(stream, events=("start", "end")):
            if event == "start":
                row = [] if element.tag == f"{_TABLE}table-row" else row
            elif element.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                row += [_ods_text(element)] * min(_count(element, "number-columns-repeated"), MAX_COLUMNS - len(row))
            elif element.tag == f"{_TABLE}table-row":
                times = _count(element, "number-rows-repeated") if any(row) else 1
                yield from [row] * min(times, MAX_ROWS + 1)
                element.clear()
            elif element.tag == f"{_TABLE}table":
                return


def _count(element: object, name: str) -> int:
    text = element.get(f"{_TABLE}{name}", "1")  # type: ignore[attr-defined]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _ods_text(cell: object) -> str:
    return "\n".join("".join(part.itertext()) for part in cell.iter(f"{_TEXT}p"))  # type: ignore[attr-defined]


def write(kind: str, rows: Iterable[Sequence[object]]) -> bytes:
    """A file of this kind (a key of ``MEDIA``): the first row is the head. Numbers stay numbers; text is never a formula."""
    return {"csv": _write_csv, "xlsx": _write_xlsx, "ods": _write_ods}[kind](rows)


def _write_csv(rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_quoted(cell, csv=True) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()  # the mark by which spreadsheet programs know UTF-8


def _write_xlsx(rows: Iterable[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Zegel")
    sheet.freeze_panes = "B2"
    for row in rows:
        sheet.append([_xlsx_cell(sheet, _quoted(cell)) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx_cell(sheet: object, value: object) -> object:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, "".join(char for char in value if char >= " " or char in "\t\n"))
    cell.data_type = "s"
    return cell


_ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3">'
    '<office:body><office:spreadsheet><table:table table:name="Zegel">'
)
_ODS_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"
_ODS_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{MEDIA["ods"]}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def _write_ods(rows: Iterable[Sequence[object]]) -> bytes:
    table = "".join(
        f"<table:table-row>{''.join(_ods_cell(_quoted(cell)) for cell in row)}</table:table-row>" for row in rows
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        # The type comes first and unpacked, so that it can be read from the file's beginning (OpenDocument 1.3, part 2, section 3.3).
        archive.writestr("mimetype", MEDIA["ods"], zipfile.ZIP_STORED)
        archive.writestr("content.xml", f"{_ODS_HEAD}{table}{_ODS_TAIL}")
        archive.writestr("META-INF/manifest.xml", _ODS_MANIFEST)
    return out.getvalue()


def _ods_cell(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
    text = "".join(char for char in str("" if value is None else value) if char >= " " or char in "\t\n")
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in text.split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
