"""Reads deadlines, their moves and their stops; writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from services.chassis.calendar.dues import DueRule, RuleKind, Suspension
from services.chassis.deadlines.errors import DeadlineNotFoundError
from services.chassis.deadlines.model import Cause, Deadline, Move, State
from services.chassis.deadlines.tables import DEADLINE_MOVES, DEADLINE_STOPS, DEADLINES

RUNNING = (State.OPEN.value, State.SUSPENDED.value)


def get_deadline(connection: sa.Connection, deadline_id: str) -> Deadline:
    """The deadline of that id.

    Raises:
        DeadlineNotFoundError: there is none.
    """
    found = _read(connection, DEADLINES.c.id == deadline_id)
    if not found:
        raise DeadlineNotFoundError(deadline_id=deadline_id)
    return found[0]


def deadlines_of(connection: sa.Connection, matter_id: str) -> list[Deadline]:
    """Every deadline of a matter, oldest first."""
    return _read(connection, DEADLINES.c.matter_id == matter_id)


def deadlines_of_all(connection: sa.Connection, matter_ids: Sequence[str]) -> defaultdict[str, list[Deadline]]:
    """The deadlines of each of these matters, oldest first, by two queries."""
    found: defaultdict[str, list[Deadline]] = defaultdict(list)
    for deadline in _read(connection, DEADLINES.c.matter_id.in_(matter_ids)):
        found[deadline.matter_id].append(deadline)
    return found


def running_deadlines(connection: sa.Connection) -> list[Deadline]:
    """Every deadline that is not closed, oldest first."""
    return _read(connection, DEADLINES.c.state.in_(RUNNING))


def moves_of(connection: sa.Connection, deadline_id: str) -> list[Move]:
    """Every move of a deadline's date: those that letters told, in the order both sides share, and the calendars'."""
    return _moves(connection, DEADLINE_MOVES.c.deadline_id == deadline_id)


def told_dates(connection: sa.Connection, matter_ids: Sequence[str]) -> dict[str, date | None]:
    """The due date that each letter which moved one in these matters led to, by letter."""
    query = (
        sa.select(DEADLINE_MOVES.c.letter_id, DEADLINE_MOVES.c.to_date)
        .join(DEADLINES, DEADLINES.c.id == DEADLINE_MOVES.c.deadline_id)
        .where(DEADLINES.c.matter_id.in_(matter_ids), DEADLINE_MOVES.c.letter_id != "")
    )
    return {row.letter_id: row.to_date for row in connection.execute(query)}


def told_moves_of(connection: sa.Connection, deadline_id: str) -> list[Move]:
    """The moves of a deadline's date that letters told."""
    return _moves(connection, DEADLINE_MOVES.c.deadline_id == deadline_id, DEADLINE_MOVES.c.letter_id != "")


def _moves(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> list[Move]:
    query = (
        sa.select(DEADLINE_MOVES, DEADLINES.c.matter_id, DEADLINES.c.obliged, DEADLINES.c.rule_id)
        .join(DEADLINES, DEADLINES.c.id == DEADLINE_MOVES.c.deadline_id)
        .where(*conditions)
        .order_by(DEADLINE_MOVES.c.id)
    )
    return [_move(row) for row in connection.execute(query).mappings()]


def _read(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Deadline]:
    query = sa.select(DEADLINES).where(condition).order_by(DEADLINES.c.id)
    rows = connection.execute(query).mappings().all()
    stops = _stops(connection, condition, rows)
    return [_deadline(row, stops[row["id"]]) for row in rows]


def _stops(
    connection: sa.Connection, condition: sa.ColumnElement[bool], rows: Sequence[object]
) -> defaultdict[str, list[Suspension]]:
    stops: defaultdict[str, list[Suspension]] = defaultdict(list)
    if rows:
        query = (
            sa.select(DEADLINE_STOPS)
            .join(DEADLINES, DEADLINES.c.id == DEADLINE_STOPS.c.deadline_id)
            .where(condition)
            .order_by(DEADLINE_STOPS.c.first_day)
        )
        for stop in connection.execute(query):
            stops[stop.deadline_id].append(Suspension(stop.first_day, stop.resumes_on))
    return stops


def _deadline(row: sa.RowMapping, stops: Iterable[Suspension]) -> Deadline:
    rule = DueRule(RuleKind(row["unit"]), row["length"], row["roll"], row["month"], row["day"], row["stated"])
    return Deadline(
        deadline_id=row["id"],
        rule=rule,
        start=row["start_date"],
        stops=tuple(stops),
        state=State(row["state"]),
        **_same(row, "matter_id", "obliged", "rule_id", "article", "due_date", "opens_on", "provisional"),
        **_same(row, "original_due_date", "extension", "opened_at", "closed_at"),
    )


def _move(row: sa.RowMapping) -> Move:
    return Move(
        cause=Cause(row["cause"]),
        **_same(row, "deadline_id", "matter_id", "obliged", "rule_id", "from_date", "to_date"),
        **_same(row, "was_provisional", "is_provisional", "amount", "letter_id"),
    )


def _same(row: sa.RowMapping, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}
