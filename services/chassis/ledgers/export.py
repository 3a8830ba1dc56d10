"""Writes a ledger as the spreadsheet it can be imported from again; never who complained."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum

import sqlalchemy as sa

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
    if form is Format.CSV:
        return _csv(columns, rows)
    # As for reading: loaded by those who need it.
    from services.chassis.ledgers.export_xlsx import xlsx  # noqa: PLC0415

    return xlsx(title, columns, rows)


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
