"""Narrows a ledger's rows by words in the columns that are shown; in no other column can anything be looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

import sqlalchemy as sa

from services.chassis.ledgers.spec import Column, Kind
from services.chassis.ledgers.tables import Ledger
from services.chassis.rpc.errors import FieldInvalidError

LONGEST = 100
MOST_FILTERS = 20
_Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Words that any shown column holds, and words that certain columns hold. They may name people: never printed."""

    text: str = field(default="", repr=False)
    columns: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Header of a shown column and words."""


def conditions(ledger: Ledger, wanted: RowFilter) -> Sequence[_Condition]:
    """What the rows have to meet.

    Raises:
        FieldInvalidError: words are too long, or a column is not shown.

    """
    return list(_conditions(ledger, wanted))


def _conditions(ledger: Ledger, wanted: RowFilter) -> Iterator[_Condition]:
    shown = {column.header: column for column in ledger.spec.drafted}
    if len(wanted.columns) > MOST_FILTERS or any(
        len(text) > LONGEST for _, text in (("", wanted.text), *wanted.columns)
    ):
        raise FieldInvalidError(
            field="filters", problem=f"more than {MOST_FILTERS}, or longer than {LONGEST} characters"
        )
    if wanted.text.strip():
        yield sa.or_(sa.false(), *(_holds(ledger, column, wanted.text.strip()) for column in shown.values()))
    for header, text in wanted.columns:
        if header not in shown:
            raise FieldInvalidError(field="filters", problem="a column that is not shown")
        if text.strip():
            yield _holds(ledger, shown[header], text.strip())


def _holds(ledger: Ledger, column: Column, text: str) -> _Condition:
    """As the cell is shown: numbers are equal, whatever else holds the words."""
    held = ledger.c[column.key]
    if column.kind is Kind.BOOLEAN:
        return held.is_(text == "是") if text in {"是", "否"} else sa.false()
    if column.kind in {Kind.INTEGER, Kind.DECIMAL, Kind.MONEY}:
        number = _number(text)
        return held == number if number is not None and _fits(column, number) else sa.false()
    return sa.func.lower(sa.cast(held, sa.Text)).contains(text.lower(), autoescape=True)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**12 else None


def _fits(column: Column, number: Decimal) -> bool:
    """Whether a cell of the column can hold the number at all."""
    places = {Kind.INTEGER: 0, Kind.MONEY: 2}.get(column.kind, 4)
    return number == round(number, places)
