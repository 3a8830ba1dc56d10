"""Writes clocks: the row, its stops, every move with its reason, and the journal entry, in one unit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime

import sqlalchemy as sa

from services.chassis.calendar.dues import Due, compute
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.deadlines.model import Cause, Deadline, Move, NewDeadline, State
from services.chassis.deadlines.tables import DEADLINE_MOVES, DEADLINE_STOPS, DEADLINES
from services.chassis.journal.store import append
from services.chassis.storage.uow import Transaction

MOVED, CONFIRMED, OPENED, CLOSED = "deadline.moved", "deadline.confirmed", "deadline.opened", "deadline.closed"
"""Kinds of journal entry."""


def start(tx: Transaction, new: NewDeadline) -> Deadline:
    """Start a clock by the calendar in force."""
    due = compute(new.rule, new.start, calendar_in_force(tx.connection))
    deadline = Deadline(
        deadline_id=tx.new_id(),
        matter_id=new.matter_id,
        obliged=new.obliged,
        rule_id=new.rule_id,
        article=new.article,
        rule=new.rule,
        start=new.start,
        due_date=due.due_date,
        opens_on=due.opens_on,
        provisional=due.provisional,
        original_due_date=due.due_date,
        extension=0,
        stops=(),
        state=State.OPEN,
        opened_at=tx.now,
        closed_at=None,
    )
    _insert(tx, deadline)
    journal(tx, OPENED, deadline, {"start": new.start, "due_date": due.due_date, "provisional": due.provisional})
    return deadline


def close(tx: Transaction, deadline: Deadline, at: datetime) -> Deadline:
    """End a clock at the instant its duty was done or fell away."""
    closed = replace(deadline, state=State.CLOSED, closed_at=at)
    update(tx, closed)
    journal(tx, CLOSED, closed, {"due_date": closed.due_date, "provisional": closed.provisional})
    return closed


def record(tx: Transaction, before: Deadline, after: Deadline, cause: Cause) -> Deadline:
    """Store a changed clock with its date by the calendar in force, and journal the move."""
    if before.stops != after.stops:
        _store_stops(tx, after)
    after = _dated(after, after.compute(calendar_in_force(tx.connection)))
    update(tx, after)
    _journal_move(tx, _move(before, after, cause))
    return after


def move_by_calendar(tx: Transaction, deadline: Deadline, due: Due) -> Move:
    """Store the date that a newly loaded calendar gives a clock, the move and its journal entry."""
    after = _dated(deadline, due)
    update(tx, after)
    move = _move(deadline, after, Cause.CALENDAR)
    _insert_move(tx, move)
    _journal_move(tx, move)
    return move


def keep_told(tx: Transaction, deadline: Deadline, moves: Iterable[Move]) -> None:
    """Put `moves` in the place of those that letters told of a clock before."""
    told = (DEADLINE_MOVES.c.deadline_id == deadline.deadline_id, DEADLINE_MOVES.c.letter_id != "")
    tx.connection.execute(sa.delete(DEADLINE_MOVES).where(*told))
    for move in moves:
        _insert_move(tx, move)


def _dated(deadline: Deadline, due: Due) -> Deadline:
    return replace(deadline, due_date=due.due_date, opens_on=due.opens_on, provisional=due.provisional)


def _move(before: Deadline, after: Deadline, cause: Cause) -> Move:
    return Move(
        deadline_id=before.deadline_id,
        matter_id=before.matter_id,
        obliged=before.obliged,
        rule_id=before.rule_id,
        cause=cause,
        from_date=before.due_date,
        to_date=after.due_date,
        was_provisional=before.provisional,
        is_provisional=after.provisional,
        amount=after.extension - before.extension,
    )


def _insert_move(tx: Transaction, move: Move) -> None:
    tx.connection.execute(sa.insert(DEADLINE_MOVES).values(id=tx.new_id(), moved_at=tx.now, **_stored(move)))


def _stored(move: Move) -> dict[str, object]:
    facts = asdict(move)
    return {name: facts[name] for name in facts if name in DEADLINE_MOVES.c} | {"cause": move.cause.value}


def _journal_move(tx: Transaction, move: Move) -> None:
    facts = {name: value for name, value in _stored(move).items() if name != "letter_id"}
    journal(tx, MOVED, move, facts)


def _insert(tx: Transaction, deadline: Deadline) -> None:
    tx.connection.execute(
        sa.insert(DEADLINES).values(
            id=deadline.deadline_id,
            matter_id=deadline.matter_id,
            obliged=deadline.obliged,
            rule_id=deadline.rule_id,
            article=deadline.article,
            opened_at=deadline.opened_at,
            **_changing(deadline),
        )
    )


def update(tx: Transaction, deadline: Deadline) -> None:
    """Store what may change of a clock."""
    row = DEADLINES.c.id == deadline.deadline_id
    tx.connection.execute(sa.update(DEADLINES).where(row).values(**_changing(deadline)))


def _store_stops(tx: Transaction, deadline: Deadline) -> None:
    tx.connection.execute(sa.delete(DEADLINE_STOPS).where(DEADLINE_STOPS.c.deadline_id == deadline.deadline_id))
    for stop in deadline.stops:
        tx.connection.execute(
            sa.insert(DEADLINE_STOPS).values(
                id=tx.new_id(),
                deadline_id=deadline.deadline_id,
                first_day=stop.first_day,
                resumes_on=stop.resumes_on,
            )
        )


def _changing(deadline: Deadline) -> dict[str, object]:
    rule = deadline.rule
    return {
        "unit": rule.kind.value,
        "length": rule.length,
        "roll": rule.roll,
        "month": rule.month,
        "day": rule.day,
        "stated": rule.stated,
        "due_date": deadline.due_date,
        "opens_on": deadline.opens_on,
        "provisional": deadline.provisional,
        "extension": deadline.extension,
        "start_date": deadline.start,
        "original_due_date": deadline.original_due_date,
        "state": deadline.state.value,
        "closed_at": deadline.closed_at,
    }


def journal(tx: Transaction, kind: str, deadline: Deadline | Move, facts: Mapping[str, object]) -> None:
    """Add a journal entry about a clock: ids and dates, no words."""
    payload = {
        "deadline_id": deadline.deadline_id,
        "matter_id": deadline.matter_id,
        "rule_id": deadline.rule_id,
        **{name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()},
    }
    append(tx, kind, json.dumps(payload, sort_keys=True, ensure_ascii=False).encode())
