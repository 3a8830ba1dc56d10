"""Reads a body's ledgers for a draft, in one snapshot, and remembers which ledgers the draft rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import sqlalchemy as sa

from services.chassis.briefing.aliases import ALIASES
from services.chassis.briefing.draft import Figure
from services.chassis.briefing.scope import DatedName, UnitScope, Window, names_like
from services.chassis.briefing.summaries import confirmed_texts
from services.chassis.ledgers.rows import LedgerRow, changes_of, select_rows, unit_names
from services.chassis.ledgers.spec import Kind
from services.chassis.ledgers.tables import Ledger
from services.chassis.ledgers.values import same_name

Condition = sa.ColumnElement[bool]


class LedgerReader:
    """What a section compiler reads with. Rows that were withdrawn, sealed columns and free texts never come out."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self._read: dict[str, Ledger] = {}
        self._noted: set[str] = set()

    @contextmanager
    def noting(self) -> Iterator[set[str]]:
        """The names of the ledgers that are read meanwhile, in a set that fills as they are."""
        self._noted = set()
        yield self._noted

    def never_imported(self, ledgers: Iterable[str]) -> bool:
        """Whether any of these ledgers has never been imported, so that finding nothing in it means nothing."""
        return any(not count for _, count in changes_of(self.connection, ledgers))

    def rows(self, ledger: Ledger, *where: Condition, order_by: Sequence[str] = ()) -> tuple[LedgerRow, ...]:
        """The rows that meet every condition, in the order of the columns named, then of their entry."""
        self._read[ledger.name] = ledger
        self._noted.add(ledger.name)
        return select_rows(self.connection, ledger, *where, order_by=order_by)

    def summaries(self, ledger: Ledger, rows: Iterable[LedgerRow]) -> Mapping[str, Figure]:
        """The confirmed summary of each row that has one, by the row's id. Other rows may be counted, not told of."""
        refs = {row.ref.row_id: row.ref for row in rows}
        texts = confirmed_texts(self.connection, ledger, refs)
        return {row_id: Figure(text, "", (refs[row_id],)) for row_id, text in texts.items()}

    def marks(self) -> tuple[tuple[str, int], ...]:
        """Every ledger read so far and how often it has changed: what a draft rests on."""
        return changes_of(self.connection, (*self._read, ALIASES))

    def near_names(self, scope: UnitScope) -> tuple[str, ...]:
        """Names in unit columns that contain, or are part of, a name of the unit without being one."""
        return tuple(sorted(names_like(scope.names, unit_names(self.connection, self._read.values()))))


def any_of(*conditions: Condition) -> Condition:
    """At least one of the conditions holds."""
    return sa.or_(sa.false(), *conditions)


def of_unit(ledger: Ledger, scope: UnitScope, key: str = "unit") -> Condition:
    """The row's unit is the unit asked about, under a name that stands for it on the day of the row."""
    held, dated = ledger.table.c[key], ledger.spec.dated_by
    named: list[Condition] = [held.in_(scope.own_names)]
    for alias in scope.aliases:
        days = [] if dated is None else _on_days(ledger.table.c[dated.key], dated.kind, alias)
        named.append(sa.and_(held == same_name(alias.name), *days))
    return sa.or_(*named)


def _on_days(held: sa.ColumnElement[Any], kind: Kind, alias: DatedName) -> list[Condition]:
    days: list[Condition] = []
    if alias.since is not None:
        days.append(held >= _as_held(kind, alias.since))
    if alias.until is not None:
        days.append(held <= _as_held(kind, alias.until))
    return days


def of_people(ledger: Ledger, scope: UnitScope, window: Window, key: str) -> Condition:
    """The row's person has the name of somebody who held a post in the unit during the period."""
    return ledger.table.c[key].in_(scope.people(window))


def _as_held(kind: Kind, day: date) -> str | int | date:
    if kind is Kind.MONTH:
        return f"{day.year:04}-{day.month:02}"
    return day.year if kind is Kind.INTEGER else day


def within(ledger: Ledger, window: Window, key: str, *, still_open: Condition | None = None) -> Condition:
    """The row's date or month lies in the period, both ends included; years too.

    `still_open` says what makes a row an open matter: with a period that takes older open matters along, rows from
    before it are found too.
    """
    held = ledger.table.c[key]
    kind = ledger.spec.column(key).kind
    inside: Condition = held <= _as_held(kind, window.last)
    if window.first is None:
        return inside
    recent: Condition = held >= _as_held(kind, window.first)
    if window.plus_open and still_open is not None:
        recent = sa.or_(recent, still_open)
    return sa.and_(inside, recent)
