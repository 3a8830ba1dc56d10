"""Reads ledger rows for a briefing: only rows in force, only what a draft may use, each with where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from services.chassis.ledgers.spec import Kind
from services.chassis.ledgers.tables import LEDGER_STATE, Ledger
from services.chassis.ledgers.values import Value


@dataclass(frozen=True, order=True)
class RowRef:
    """Which row of which ledger, in which state of it."""

    ledger: str
    row_id: str
    revision: int


@dataclass(frozen=True)
class LedgerRow:
    """One row of a ledger as a briefing may see it: without free text of petition ledgers, without sealed columns."""

    ref: RowRef
    values: Mapping[str, Value] = field(repr=False)

    def __getitem__(self, key: str) -> Value:
        return self.values[key]

    def text(self, key: str) -> str:
        """A text, or an empty one."""
        value = self.values[key]
        return "" if value is None else str(value)

    def day(self, key: str) -> date | None:
        """A date, if there is one."""
        value = self.values[key]
        return value if isinstance(value, date) else None

    def number(self, key: str) -> int:
        """A whole number; nothing counts as zero."""
        value = self.values[key]
        return value if isinstance(value, int) else 0

    def amount(self, key: str) -> Decimal:
        """A decimal or an amount; nothing counts as zero."""
        value = self.values[key]
        return value if isinstance(value, Decimal) else Decimal(0)

    def flag(self, key: str) -> bool:
        """Whether 是 was entered."""
        return self.values[key] is True

    def tags(self, key: str) -> tuple[str, ...]:
        """The several choices of a `TAGS` column."""
        return tuple(self.text(key).split("、")) if self.values[key] else ()


def select_rows(
    connection: sa.Connection,
    ledger: Ledger,
    *where: sa.ColumnElement[bool],
    order_by: Sequence[str] = (),
) -> tuple[LedgerRow, ...]:
    """The rows in force that meet every condition, in the order of the columns named (then of entry)."""
    c = ledger.table.c
    drafted = ledger.spec.drafted
    query = (
        sa.select(c.id, c.revision, *(c[column.key] for column in drafted))
        .where(c.retired_at.is_(None), *where)
        .order_by(*(c[key] for key in order_by), c.id)
    )
    return tuple(
        LedgerRow(
            RowRef(ledger.name, found[0], found[1]),
            {column.key: value for column, value in zip(drafted, found[2:], strict=True)},
        )
        for found in connection.execute(query)
    )


def free_texts(connection: sa.Connection, ledger: Ledger) -> Iterator[str]:
    """The texts of the ledger that no draft may contain, of withdrawn rows too: for the check that none does, and for
    nothing else. One after another: they may be many.
    """
    for column in ledger.spec.kept:
        if column.never_in_drafts:
            held = ledger.table.c[column.key]
            yield from connection.scalars(sa.select(held).where(held.is_not(None)))


def unit_names(connection: sa.Connection, ledgers: Iterable[Ledger]) -> set[str]:
    """Every name that stands in a unit column of a row in force."""
    found: set[str] = set()
    for ledger in ledgers:
        for column in (c for c in ledger.spec.kept if c.kind is Kind.UNIT):
            held = ledger.table.c[column.key]
            query = sa.select(held).where(ledger.table.c.retired_at.is_(None), held.is_not(None)).distinct()
            found.update(connection.scalars(query))
    return found


def changes_of(connection: sa.Connection, ledgers: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """How often each ledger of these names has changed so far, in the order of the names."""
    names = sorted(set(ledgers))
    query = sa.select(LEDGER_STATE.c.ledger, LEDGER_STATE.c.changes).where(LEDGER_STATE.c.ledger.in_(names))
    found = {row.ledger: row.changes for row in connection.execute(query)}
    return tuple((name, found.get(name, 0)) for name in names)
