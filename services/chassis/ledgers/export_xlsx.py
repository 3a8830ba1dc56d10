"""Writes rows as an XLSX workbook that holds values only, never formulas."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from services.chassis.ledgers.spec import Column
from services.chassis.ledgers.values import Value


def xlsx(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> bytes:
    """A workbook of one sheet with a bold, frozen line of headers."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
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
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        _InMemory(workbook, archive).write_data()
    return stream.getvalue()


class _InMemory(ExcelWriter):
    """Writes a workbook as the library does, without its detour: a file per sheet in the machine's temporary folder."""

    def write_worksheet(self, ws: Any) -> None:
        """Write one sheet into the archive."""
        out = io.BytesIO()
        # What the library's own writer hands on here, and its types leave out.
        writer, into = cast("Any", WorksheetWriter(ws, out)), cast("Any", self)
        writer.write()
        ws._rels = writer._rels  # noqa: SLF001
        into._archive.writestr(ws.path[1:], out.getvalue())  # noqa: SLF001
        self.manifest.append(ws)


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
