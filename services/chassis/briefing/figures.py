"""Counts, sums, shares and tables from ledger rows, each with the rows it is made of. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from services.chassis.briefing.draft import Cell, CellKind, Figure, Table, TableColumn, TableRow
from services.chassis.ledgers.rows import LedgerRow, RowRef
from services.chassis.ledgers.spec import Column, Kind
from services.chassis.ledgers.tables import Ledger

Rows = Sequence[LedgerRow]
Measure = Callable[[Rows], Figure]

_CELL_KINDS: Mapping[Kind, CellKind] = MappingProxyType(
    {Kind.INTEGER: CellKind.COUNT, Kind.MONEY: CellKind.AMOUNT, Kind.DATE: CellKind.DATE}
)


def refs(*groups: Iterable[LedgerRow]) -> tuple[RowRef, ...]:
    """The references of all these rows, each once, in order."""
    return tuple(sorted({row.ref for group in groups for row in group}))


def count(rows: Rows, unit: str = "个") -> Figure:
    """How many rows."""
    return Figure(len(rows), unit, refs(rows))


def distinct(rows: Rows, key: str, unit: str = "个") -> Figure:
    """How many different values the rows have in one column; empty ones do not count."""
    return Figure(len({row[key] for row in rows if row[key] is not None}), unit, refs(rows))


def total(rows: Rows, *keys: str, unit: str = "元") -> Figure:
    """The sum of one or more columns over the rows that have a value in any of them."""
    filled = [row for row in rows if any(row[key] is not None for key in keys)]
    if filled and all(isinstance(row[key], int) for row in filled for key in keys if row[key] is not None):
        return Figure(sum(row.number(key) for row in filled for key in keys), unit, refs(filled))
    return Figure(sum((row.amount(key) for row in filled for key in keys), Decimal(0)), unit, refs(filled))


def share(part: Rows, whole: Rows) -> Figure:
    """What part the first rows are of the second, in per cent with two places; no rows give no share."""
    if not whole:
        return Figure("—")
    percent = (Decimal(len(part)) * 100 / len(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Figure(percent, "%", refs(part, whole))


def quote(row: LedgerRow, key: str, unit: str = "") -> Figure:
    """What one row says in one column; booleans as 是 and 否, nothing as a dash."""
    value = row[key]
    if value is None:
        return Figure("—", "", (row.ref,))
    if isinstance(value, bool):
        value = "是" if value else "否"
    return Figure(value, unit, (row.ref,))


def column(declared: Column) -> TableColumn:
    """A declared column as a column of a table; amounts say their unit."""
    return TableColumn(declared.key, declared.header, _CELL_KINDS.get(declared.kind, CellKind.TEXT))


def listing(
    title: str,
    ledger: Ledger,
    keys: Sequence[str],
    rows: Iterable[LedgerRow],
    *,
    remark: str = "",
    also: Mapping[str, Callable[[LedgerRow], Cell]] = MappingProxyType({}),
) -> Table:
    """A table with one row per ledger row, its columns named by the ledger's own headers.

    `also` adds columns at the right by their titles, such as a confirmed summary or what a person should check.
    """
    columns = [column(ledger.spec.column(key)) for key in keys]
    columns += [TableColumn(f"a{place}", name) for place, name in enumerate(also, 1)]
    lines = [
        TableRow((*(quote(row, key).value for key in keys), *(read(row) for read in also.values())), (row.ref,))
        for row in rows
    ]
    return Table(title, tuple(columns), tuple(lines), remark)


def tally(
    title: str,
    heading: str,
    rows: Rows,
    label: str | Callable[[LedgerRow], str],
    measures: Mapping[str, Measure],
    *,
    order: Sequence[str] = (),
    kinds: Mapping[str, CellKind] = MappingProxyType({}),
) -> Table:
    """A table with one row per label: how many, how much.

    `label` is a column's key or reads a row's label. Labels stand in `order` (those without rows too, as zeros), then
    the others sorted. `measures` maps each column's title to what is measured.
    """
    read = (lambda row: row.text(label)) if isinstance(label, str) else label
    groups: dict[str, list[LedgerRow]] = {name: [] for name in order}
    for row in rows:
        groups.setdefault(read(row) or "未填", []).append(row)
    names = [*order, *sorted(set(groups) - set(order))]
    columns = [TableColumn("label", heading)]
    columns += [
        TableColumn(f"m{place}", name, kinds.get(name, CellKind.COUNT)) for place, name in enumerate(measures, 1)
    ]
    lines = [
        TableRow((name, *(measure(groups[name]) for measure in measures.values())), refs(groups[name]))
        for name in names
    ]
    return Table(title, tuple(columns), tuple(lines) if rows else ())
