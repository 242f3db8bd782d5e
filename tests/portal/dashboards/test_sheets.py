"""Spreadsheets: what is written is read back, and what is hostile is refused or read as text."""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.dashboards import sheets

ROWS = [
    ["domain", "notes"],
    ["good.example", 'a "quoted", text; with & < >'],
    ["=1+1", "-2"],
    ["'=1", "''-2"],
    ["é", "two lines\nof text"],
    ["x", ""],
]


@pytest.mark.parametrize("kind", sheets.MEDIA)
def test_what_is_written_is_read_back(kind: str) -> None:
    assert sheets.read(sheets.write(kind, ROWS)) == ROWS


@pytest.mark.parametrize("kind", sheets.MEDIA)
@given(rows=st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_any_text_comes_back_but_for_white_space_and_what_a_sheet_cannot_hold(kind: str, rows: list[list[str]]) -> None:
    whole = [["domain", "notes"], *([f"x{cell}x".encode("utf-8", "ignore").decode() for cell in row] for row in rows)]
    hostile = any(c in cell for row in whole for cell in row for c in "\x00\ufffe\uffff")
    if not hostile:
        assert bare(sheets.read(sheets.write(kind, whole))) == bare(whole)


def bare(rows: list[list[str]]) -> list[list[str]]:
    """The rows without white space and control characters, which a sheet may change."""
    return [["".join(c for c in cell if c >= " " and not c.isspace()) for cell in row] for row in rows]


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_rows_or_refused(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04"):
        try:
            rows = sheets.read(start + content)
        except sheets.Unreadable:
            continue
        assert all(isinstance(cell, str) for row in rows for cell in row)


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@given(place=st.integers(0, 3000), byte=st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_is_rows_or_refused(kind: str, place: int, byte: int) -> None:
    content = bytearray(sheets.write(kind, ROWS))
    content[place % len(content)] = byte
    with suppress(sheets.Unreadable):
        sheets.read(bytes(content))


@pytest.mark.parametrize("kind", sheets.MEDIA)
def test_the_quote_of_a_csv_comes_off_when_a_spreadsheet_program_saved_it_as_another_kind(kind: str) -> None:
    (head, row) = csv.reader(
        io.StringIO(sheets.write("csv", [["domain", "notes"], ["a.example", "=1+1"]]).decode("utf-8-sig"))
    )
    assert row == ["a.example", "'=1+1"]
    kept = {  # as LibreOffice keeps it: the quote is part of the text
        "csv": b"domain,notes\r\na.example,'=1+1\r\n",
        "xlsx": _book([head, row]),
        "ods": packed(
            content=_TABLE.format("".join(f"<table:table-row>{_cells(one)}</table:table-row>" for one in (head, row)))
        ),
    }[kind]
    assert sheets.read(kept) == [["domain", "notes"], ["a.example", "=1+1"]]


_TABLE = (
    '<table:table xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">{}</table:table>'
)


def _cells(row: list[str]) -> str:
    return "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row)


def _book(rows: list[list[str]]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_text_is_never_a_formula(kind: str) -> None:
    content = sheets.write(kind, [["domain"], ['=HYPERLINK("https://evil.example")']])
    if kind == "csv":
        assert "\"'=HYPERLINK" in content.decode()
    else:
        cell = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]["A2"]
        assert cell.data_type == "s"


def packed(**members: str) -> bytes:
    """A zip with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.xml", text)
    return out.getvalue()


def test_a_file_that_unpacks_to_too_much_is_refused_unread() -> None:
    bomb = packed(content=" " * (sheets.MAX_UNPACKED + 1))
    assert len(bomb) < sheets.MAX_BYTES
    with pytest.raises(sheets.Unreadable) as refused:
        sheets.read(bomb)
    assert refused.value.reason is sheets.Reason.TOO_LARGE


def test_entities_are_refused() -> None:
    text = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    with pytest.raises(sheets.Unreadable) as refused:
        sheets.read(packed(content=text))
    assert refused.value.reason is sheets.Reason.NOT_READABLE


def test_a_million_repeated_cells_and_rows_are_cut_off() -> None:
    space = 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    row = '<table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="1048576">{text}</table:table-cell></table:table-row>'
    empty = row.format(rows=1048576, text="")
    assert len(sheets.read(packed(content=f"<table:table {space}>{empty}</table:table>"))) == 1
    full = row.format(rows=1048576, text="<text:p>x</text:p>")
    with pytest.raises(sheets.Unreadable) as refused:
        sheets.read(packed(content=f"<table:table {space}>{full}</table:table>"))
    assert refused.value.reason is sheets.Reason.TOO_MANY_ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_is_read_as_spreadsheet_programs_write_it(delimiter: str, encoding: str) -> None:
    text = f"domein{delimiter}notities\r\ngood.example{delimiter}café\r\n"
    assert sheets.read(text.encode(encoding)) == [["domein", "notities"], ["good.example", "café"]]
