"""Gathers from a node's own matters what each body was asked, signed for and answered in a period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from services.chassis.calendar.dues import RuleKind, is_late
from services.chassis.clock import BEIJING, beijing_date
from services.chassis.deadlines.model import Deadline
from services.chassis.deadlines.model import State as ClockState
from services.chassis.deadlines.queries import deadlines_of_all
from services.chassis.deadlines.rules import closing_time
from services.chassis.dossiers.tables import MATTERS
from services.chassis.matters.model import Kind, Side, State
from services.chassis.responsiveness.rules import Answer, Duty, Signing
from services.chassis.rulebook.book import Rulebook

_AT_ONCE = 500
_DONE = frozenset({State.ANSWERED.value, State.SETTLED.value, State.FINAL.value, State.CLOSED.value})
"""States that a matter is in once what was owed has been given."""
_DATED = frozenset({RuleKind.WORKING_DAY, RuleKind.MONTH, RuleKind.STATED})
_COLUMNS: tuple[sa.Column[Any], ...] = (
    MATTERS.c.matter_id,
    MATTERS.c.kind,
    MATTERS.c.counterparty,
    MATTERS.c.state,
    MATTERS.c.opened_at,
    MATTERS.c.stored_at,
    MATTERS.c.signed_for_at,
    MATTERS.c.answered_at,
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days in Beijing, both ends included, as one looks at them `now`."""

    first: date
    last: date
    now: datetime

    def holds(self, day: date | None) -> bool:
        """Whether the day lies within it."""
        return day is not None and self.first <= day <= self.last


@dataclass
class Gathered:
    """What one body was asked."""

    signings: list[Signing] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    undated: int = 0


def gather(connection: sa.Connection, book: Rulebook, side: Side, ours: str, period: Period) -> dict[str, Gathered]:
    """By body: ourselves where we are the addressee, the other bodies where we opened the matters."""
    found: defaultdict[str, Gathered] = defaultdict(Gathered)
    for rows in _in_parts(_matters(connection, side, period)):
        deadlines = deadlines_of_all(connection, [row.matter_id for row in rows])
        for row in rows:
            body = ours if side is Side.ADDRESSEE else row.counterparty
            _add(found[body], row, [one for one in deadlines[row.matter_id] if one.obliged == body], book, period)
    return dict(found)


def _add(to: Gathered, row: sa.Row[Any], deadlines: Sequence[Deadline], book: Rulebook, period: Period) -> None:
    stored = None if row.stored_at is None else beijing_date(row.stored_at)
    if stored is not None and period.holds(stored) and (row.signed_for_at is not None or row.state in _UNSIGNED):
        to.signings.append(Signing(stored, None if row.signed_for_at is None else beijing_date(row.signed_for_at)))
    dated = [one for one in deadlines if one.rule.kind in _DATED]
    for one in dated:
        if period.holds(one.due_date):
            to.duties.append(_duty(one, book, period.now, done=row.answered_at is not None and row.state in _DONE))
    if not dated and row.kind != Kind.NOTICE.value and row.signed_for_at is not None:
        to.undated += period.holds(beijing_date(row.opened_at))


_UNSIGNED = frozenset({State.SENT.value, State.STORED.value, State.VIEWED.value})
"""States in which a letter is still to be signed for; one that was withdrawn is nobody's fault."""


def _duty(clock: Deadline, book: Rulebook, now: datetime, *, done: bool) -> Duty:
    """As `deadlines.standing` has it for one clock."""
    closing = closing_time(book, clock.due_date) if clock.due_date is not None else None
    if clock.provisional:
        return Duty(Answer.UNDECIDED, clock.start)
    if clock.closed_at is not None:
        if not done:
            return Duty(Answer.UNDECIDED, clock.start)
        late = is_late(clock.due, clock.closed_at, closing)
        return Duty(Answer.LATE if late else Answer.IN_TIME, clock.start, clock.closed_on)
    overdue = clock.state is ClockState.OPEN and is_late(clock.due, now, closing)
    return Duty(Answer.OVERDUE if overdue else Answer.UNDECIDED, clock.start)


def _matters(connection: sa.Connection, side: Side, period: Period) -> Iterator[sa.Row[Any]]:
    """Whatever changed since the period began, and whatever is open since before: nothing else can count in it."""
    began = datetime.combine(period.first, time(), BEIJING)
    ours = MATTERS.c.our_side == side.value
    yield from connection.execute(sa.select(*_COLUMNS).where(ours, MATTERS.c.changed_at >= began))
    is_open = MATTERS.c.is_open == sa.true()
    yield from connection.execute(sa.select(*_COLUMNS).where(ours, is_open, MATTERS.c.changed_at < began))


def _in_parts(rows: Iterable[sa.Row[Any]]) -> Iterator[list[sa.Row[Any]]]:
    part: list[sa.Row[Any]] = []
    for row in rows:
        part.append(row)
        if len(part) == _AT_ONCE:
            yield part
            part = []
    if part:
        yield part
