"""Figures as CSV and XLSX; a cell that a spreadsheet would take for a formula is made plain text."""

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook

Cell = str | int

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def plain(cell: Cell) -> Cell:
    """The cell as it may stand in a sheet (OWASP ASVS 5.0, 1.2.10): text that begins like a formula gets a quote."""
    if isinstance(cell, int):
        return cell
    text = cell.replace("\x00", "")
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def as_csv(rows: Sequence[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark and semicolons, as Finnish spreadsheets open it."""
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows([[plain(cell) for cell in row] for row in rows])
    return written.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Sequence[Sequence[Cell]]) -> bytes:
    """One sheet; the first row stays in sight."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append([plain(cell) for cell in row])
    sheet.freeze_panes = "A2"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
