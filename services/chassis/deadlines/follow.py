"""Keeps the clocks of a matter as its letters say: both sides hold the same letters, so they hold the same clocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.chassis.calendar.dues import DueRule, Suspension, compute
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.deadlines.model import Cause, Deadline, NewDeadline, State
from services.chassis.deadlines.queries import deadlines_of
from services.chassis.deadlines.record import OPENED, Reason, close, journal, record, start
from services.chassis.storage.uow import Transaction


@dataclass(frozen=True)
class Clock:
    """One clock as the letters of a matter state it.

    `extension` counts in the rule's own unit. `closed_at` is when the duty was done or fell away, by the side that
    says so. `moved_by` is the
    letter of the last extension or stop: reason and approver stand there and nowhere else.
    """

    rule_id: str
    article: str
    rule: DueRule
    start: date
    extension: int = 0
    stops: tuple[Suspension, ...] = ()
    closed_at: datetime | None = None
    moved_by: str = ""

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
    deadline = _reopened(tx, deadline, clock)
    if _differs(deadline, clock):
        deadline = _moved(tx, deadline, clock)
    if clock.closed_at is not None and deadline.closed_at != clock.closed_at:
        deadline = close(tx, deadline, clock.closed_at)
    return deadline


def _reopened(tx: Transaction, deadline: Deadline, clock: Clock) -> Deadline:
    if deadline.closed_at is None or clock.closed_at is not None:
        return deadline
    journal(tx, OPENED, deadline, {"start": deadline.start, "due_date": deadline.due_date, "again": True})
    return record(tx, deadline, _as_stated(deadline, clock), Reason(Cause.REOPENED))


def _differs(deadline: Deadline, clock: Clock) -> bool:
    stated = (clock.start, clock.extension, clock.stops)
    return (deadline.start, deadline.extension, deadline.stops) != stated


def _moved(tx: Transaction, deadline: Deadline, clock: Clock) -> Deadline:
    after = _as_stated(deadline, clock)
    if deadline.start != clock.start:
        original = compute(clock.rule, clock.start, calendar_in_force(tx.connection)).due_date
        after = replace(after, original_due_date=original)
    reason = Reason(_cause(deadline, clock), clock.moved_by, amount=clock.extension - deadline.extension)
    return record(tx, deadline, after, reason)


def _as_stated(deadline: Deadline, clock: Clock) -> Deadline:
    state = State.SUSPENDED if clock.stopped else State.OPEN
    return replace(
        deadline, start=clock.start, extension=clock.extension, stops=clock.stops, state=state, closed_at=None
    )


def _cause(deadline: Deadline, clock: Clock) -> Cause:
    if deadline.start != clock.start:
        return Cause.START
    if deadline.extension != clock.extension:
        return Cause.EXTENDED
    return Cause.SUSPENDED if clock.stopped else Cause.RESUMED
