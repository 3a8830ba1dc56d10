"""Writes a ledger as the spreadsheet it can be imported from again; never who complained."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from services.chassis.ledgers.separated import escaped
from services.chassis.ledgers.spec import Column, Kind, LedgerSpec
from services.chassis.ledgers.tables import Ledger
from services.chassis.ledgers.values import Value

Rows = Iterable[Sequence[Value]]


class Format(StrEnum):
    """The two spreadsheet formats."""

    XLSX = "xlsx"
    CSV = "csv"


def export_ledger(connection: sa.Connection, ledger: Ledger, form: Format) -> bytes:
    """The rows in force as a file."""
    c = ledger.table.c
    query = sa.select(*(c[column.key] for column in ledger.spec.kept)).where(c.retired_at.is_(None)).order_by(c.id)
    return write_spreadsheet(ledger.spec, (tuple(row) for row in connection.execute(query)), form)


def template(spec: LedgerSpec, form: Format) -> bytes:
    """An empty spreadsheet with every header, sealed ones included, for an office to fill."""
    return _write(spec.title_zh, spec.columns, (), form)


def write_spreadsheet(spec: LedgerSpec, rows: Rows, form: Format) -> bytes:
    """`rows`, each with the values of the kept columns in order, as a file."""
    return _write(spec.title_zh, spec.kept, rows, form)


def _write(title: str, columns: Sequence[Column], rows: Rows, form: Format) -> bytes:
    return _xlsx(title, columns, rows) if form is Format.XLSX else _csv(columns, rows)


def _csv(columns: Sequence[Column], rows: Rows) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([column.header for column in columns])
    for row in rows:
        writer.writerow([_as_text(column, value) for column, value in zip(columns, row, strict=True)])
    return stream.getvalue().encode("utf-8-sig")


def _as_text(column: Column, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if column.kind in {Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.DATE}:
        return str(value)
    return escaped(str(value))


def _xlsx(title: str, columns: Sequence[Column], rows: Rows) -> bytes:
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
