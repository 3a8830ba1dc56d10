"""Spreadsheets made up from any ledger's declaration: rows of one unit, of another, and words that must not leave."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from services.chassis.body import BodyDeclaration
from services.chassis.ledgers.imports import import_rows
from services.chassis.ledgers.parse import prepare
from services.chassis.ledgers.spec import Column, Kind
from services.chassis.ledgers.tables import Ledger
from services.chassis.storage import Database
from tests.integration.ledgers.ledgers_for_tests import CUSTODIANS

UNIT, PERSON = "县水务局", "李某"
ELSEWHERE, STRANGER = "青山镇", "王某某"
"""In every text of a row that is about another unit or person."""
PETITIONER, COMPLAINT = "金丝雀信访人", "金丝雀诉求原文一字不得外传"
LAST = date(2026, 3, 2)


def fill(database: Database, body: BodyDeclaration, rows: int = 12) -> None:
    """Every ledger of the body gets `rows` rows of the unit and half as many of another."""
    for ledger in body.ledgers:
        _read_in(database, ledger, rows)


def _read_in(database: Database, ledger: Ledger, rows: int) -> None:
    prepared = prepare(ledger.spec, _sheet(ledger, rows))
    assert prepared.problems == (), [one.text("en") for one in prepared.problems]
    database.writer.run_sync(lambda tx: import_rows(tx, ledger, prepared, by="clerk-1", custodians=CUSTODIANS))


def _sheet(ledger: Ledger, rows: int) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(ledger.spec.headers)
    keys: set[tuple[str, ...]] = set()
    for number in range(rows + rows // 2):
        about = (UNIT, PERSON, "") if number < rows else (ELSEWHERE, STRANGER, ELSEWHERE)
        cells = {column.key: _cell(column, number, *about) for column in ledger.spec}
        key = tuple(cells[name] for name in ledger.spec.natural_key)
        if key not in keys:
            keys.add(key)
            writer.writerow(cells.values())
    return stream.getvalue().encode()


def _cell(column: Column, number: int, unit: str, person: str, mark: str) -> str:
    day = LAST - timedelta(days=37 * number)
    if column.never_in_drafts:
        return f"{COMPLAINT}{chr(0x4E00 + number)}"
    made = {
        Kind.TEXT: f"{mark}{column.key}{number}"[: column.max_length],
        Kind.UNIT: unit,
        Kind.PERSON: person,
        Kind.DATE: day.isoformat(),
        Kind.MONTH: f"{day:%Y-%m}",
        Kind.INTEGER: str(
            day.year if (column.minimum or 0) > 1900 or (column.maximum or 0) == 2100 else number % 5 + 1
        ),
        Kind.DECIMAL: f"{60 + number}.5",
        Kind.MONEY: f"{1000 * number}.25",
        Kind.BOOLEAN: "是" if number % 3 == 0 else "否",
        Kind.PETITIONER: PETITIONER,
    }
    if column.choices:
        return column.choices[number % len(column.choices)]
    return made[column.kind]
