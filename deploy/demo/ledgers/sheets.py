"""Writes made-up rows as the XLSX an office would import: Chinese headers, sealed columns included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

from services.chassis.ledgers.spec import LedgerSpec

Value = str | int | bool | Decimal | date | None
Row = dict[str, Value]
"""One row by the ledger's column keys; a key left out is an empty cell."""
Sheets = dict[str, list[Row]]
"""Rows by the ledger's name."""


def write_sheet(path: Path, spec: LedgerSpec, rows: Sequence[Mapping[str, Value]]) -> None:
    """Write one ledger's rows to one file.

    Raises:
        ValueError: a row has a key that the ledger does not declare.

    """
    keys = [column.key for column in spec]
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(spec.title_zh[:31])
    sheet.append(spec.headers)
    for row in rows:
        unknown = row.keys() - set(keys)
        if unknown:
            msg = f"ledger {spec.name} declares no {sorted(unknown)}"
            raise ValueError(msg)
        sheet.append([_cell(row.get(key)) for key in keys])
    workbook.save(path)


def _cell(value: Value) -> Value:
    return ("是" if value else "否") if isinstance(value, bool) else value
