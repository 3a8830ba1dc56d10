"""Writes rows as an XLSX workbook that holds values only, never formulas."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from services.chassis.ledgers.spec import Column
from services.chassis.ledgers.values import Value


def xlsx(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> bytes:
    """A workbook of one sheet with a bold, frozen line of headers."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    bold = []
    for column in columns:
        cell = WriteOnlyCell(sheet, value=column.header)
        cell.font = Font(bold=True)
        bold.append(cell)
    sheet.append(bold)
    for row in rows:
        sheet.append([_as_cell(sheet, value) for value in row])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _as_cell(sheet: Any, value: Value) -> object:
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet)
        # Left to itself the library would write a text that starts with = as a formula.
        cell.value = value
        cell.data_type = "s"
        cell.quotePrefix = True
        return cell
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet)
        cell.value = value
        cell.number_format = "yyyy-mm-dd"
        return cell
    return value if not isinstance(value, Decimal) or abs(value) < Decimal(10) ** 13 else str(value)
