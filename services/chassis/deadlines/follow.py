"""Keeps the clocks of a matter as its letters say: both sides hold the same letters, so they hold the same clocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.chassis.calendar.dues import DueRule, Suspension, compute
from services.chassis.calendar.working import WorkingCalendar
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.deadlines.model import Cause, Deadline, Move, NewDeadline, State
from services.chassis.deadlines.queries import deadlines_of, told_moves_of
from services.chassis.deadlines.record import OPENED, close, journal, keep_told, record, start
from services.chassis.storage.uow import Transaction


@dataclass(frozen=True)
class Told:
    """What one letter did to a clock, and how far the clock is extended and stopped since.

    `extension` counts in the rule's own unit. Reason and approver stand in the letter and nowhere else.
    """

    cause: Cause
    letter_id: str
    extension: int = 0
    stops: tuple[Suspension, ...] = ()


@dataclass(frozen=True)
class Clock:
    """One clock as the letters of a matter state it.

    `told` are the extensions, stops and restarts in the order both sides share. `closed_at` is when the duty was done
    or fell away, by the side that says so.
    """

    rule_id: str
    article: str
    rule: DueRule
    start: date
    told: tuple[Told, ...] = ()
    closed_at: datetime | None = None

    @property
    def extension(self) -> int:
        """By how much it is extended, in the rule's own unit."""
        return self.told[-1].extension if self.told else 0

    @property
    def stops(self) -> tuple[Suspension, ...]:
        """When it stood still."""
        return self.told[-1].stops if self.told else ()

    @property
    def stopped(self) -> bool:
        """Whether it stands still with no day of resumption known."""
        return any(stop.resumes_on is None for stop in self.stops)


def follow(tx: Transaction, matter_id: str, obliged: str, clocks: Iterable[Clock]) -> list[Deadline]:
    """Bring the stored deadlines of a matter to `clocks`, journalling every difference; the same again does nothing.

    Several clocks of one rule follow each other in time: the n-th stored one is the n-th given.

    Raises:
        DueRuleError: no date follows from a clock.
    """
    stored = defaultdict(list)
    for deadline in deadlines_of(tx.connection, matter_id):
        if deadline.obliged == obliged:
            stored[deadline.rule_id].append(deadline)
    followed = []
    for clock in clocks:
        known = stored[clock.rule_id]
        deadline = known.pop(0) if known else start(tx, _new(matter_id, obliged, clock))
        followed.append(_bring(tx, deadline, clock))
    return followed


def _new(matter_id: str, obliged: str, clock: Clock) -> NewDeadline:
    return NewDeadline(matter_id, obliged, clock.rule_id, clock.article, clock.rule, clock.start)


def _bring(tx: Transaction, deadline: Deadline, clock: Clock) -> Deadline:
    cause = _cause(deadline, clock)
    if cause is Cause.REOPENED:
        journal(tx, OPENED, deadline, {"start": clock.start, "due_date": deadline.due_date, "again": True})
    if cause is not None:
        deadline = _moved(tx, deadline, clock, cause)
    _keep_told(tx, deadline, clock, anew=cause in {Cause.START, Cause.RULE, Cause.REOPENED})
    if clock.closed_at is not None and deadline.closed_at != clock.closed_at:
        deadline = close(tx, deadline, clock.closed_at)
    return deadline


def _moved(tx: Transaction, deadline: Deadline, clock: Clock, cause: Cause) -> Deadline:
    after = replace(
        deadline,
        rule=clock.rule,
        start=clock.start,
        extension=clock.extension,
        stops=clock.stops,
        state=State.SUSPENDED if clock.stopped else State.OPEN,
        closed_at=None,
    )
    if (deadline.start, deadline.rule) != (clock.start, clock.rule):
        original = compute(clock.rule, clock.start, calendar_in_force(tx.connection)).due_date
        after = replace(after, original_due_date=original)
    return record(tx, deadline, after, cause)


def _cause(deadline: Deadline, clock: Clock) -> Cause | None:
    """Why the stored clock is to be changed, the weightiest first; None when it stands as the letters say."""
    if deadline.closed_at is not None and clock.closed_at is None:
        return Cause.REOPENED
    if deadline.start != clock.start:
        return Cause.START
    if deadline.rule != clock.rule:
        return Cause.RULE
    if deadline.extension != clock.extension:
        return Cause.EXTENDED
    if deadline.stops != clock.stops:
        return Cause.SUSPENDED if clock.stopped else Cause.RESUMED
    return None


def _keep_told(tx: Transaction, deadline: Deadline, clock: Clock, *, anew: bool) -> None:
    """The moves that letters told stand in the order both sides share, with the dates that follow from the start."""
    known = [(move.cause, move.letter_id) for move in told_moves_of(tx.connection, deadline.deadline_id)]
    if anew or known != [(one.cause, one.letter_id) for one in clock.told]:
        keep_told(tx, deadline, tuple(_moves(deadline, clock, calendar_in_force(tx.connection))))


def _moves(deadline: Deadline, clock: Clock, calendar: WorkingCalendar) -> Iterator[Move]:
    extension, before = 0, compute(clock.rule, clock.start, calendar)
    for one in clock.told:
        due = compute(clock.rule, clock.start, calendar, extension=one.extension, suspensions=one.stops)
        yield Move(
            deadline_id=deadline.deadline_id,
            matter_id=deadline.matter_id,
            obliged=deadline.obliged,
            rule_id=deadline.rule_id,
            cause=one.cause,
            from_date=before.due_date,
            to_date=due.due_date,
            was_provisional=before.provisional,
            is_provisional=due.provisional,
            amount=one.extension - extension,
            letter_id=one.letter_id,
        )
        extension, before = one.extension, due
