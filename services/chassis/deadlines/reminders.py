"""What is to be reminded of today: shown to whoever owes as long as it holds, told by letter once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
import structlog

from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import beijing_date
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.deadlines.model import Deadline, State
from services.chassis.deadlines.queries import RUNNING, running_deadlines
from services.chassis.deadlines.tables import DEADLINE_REMINDERS, DEADLINES
from services.chassis.errors import GuantongError
from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.dues import ReminderLadder, ReminderStep
from services.chassis.storage.errors import StorageError
from services.chassis.storage.uow import Transaction

_log = structlog.get_logger("guantong.deadlines")


@dataclass(frozen=True)
class Reminder:
    """One reminder to give: which clock, for which date, which step of the ladder, since which day."""

    deadline: Deadline
    for_date: date
    step: ReminderStep
    reached_on: date

    @property
    def step_key(self) -> str:
        """The step within its ladder, stable when other steps are added."""
        return f"{self.step.when}-{self.step.count}-{self.step.unit}"


def step_date(step: ReminderStep, for_date: date, calendar: WorkingCalendar) -> date:
    """The day on which a step of the ladder is reached."""
    offset = {"before": -step.count, "on": 0, "after": step.count}[step.when]
    if step.unit == "working_days":
        return calendar.working_day_offset(for_date, offset)
    return for_date + timedelta(days=offset)


def reached(deadline: Deadline, ladder: ReminderLadder, today: date, calendar: WorkingCalendar) -> list[Reminder]:
    """Every step of the ladder that holds true of the clock today, given already or not.

    Of the steps up to the date only the latest counts, and none once the date has passed: "two days left" is no
    longer true then. Nobody is told of being late on a provisional date.
    """
    for_date = deadline.due_date or deadline.opens_on
    if for_date is None or deadline.state is not State.OPEN:
        return []
    steps = [Reminder(deadline, for_date, step, step_date(step, for_date, calendar)) for step in ladder.steps]
    steps = [item for item in steps if deadline.start < item.reached_on <= today]
    if today > for_date and deadline.due_date is not None:
        return [] if deadline.provisional else _of(steps, "after")
    early = sorted(_of(steps, "before", "on"), key=lambda item: item.reached_on)
    return [*early[-1:], *_of(steps, "after")]


def holding(deadline: Deadline, book: Rulebook, today: date, calendar: WorkingCalendar) -> ReminderStep | None:
    """The step of its rule's ladder that the clock stands on today; None before the first, and once it is closed."""
    ladder = _ladder(book, deadline.rule_id)
    steps = reached(deadline, ladder, today, calendar) if ladder is not None else []
    return max(steps, key=lambda item: item.reached_on).step if steps else None


def list_due(connection: sa.Connection, today: date, book: Rulebook) -> list[Reminder]:
    """Reminders reached by `today` and not yet given."""
    calendar = calendar_in_force(connection)
    given = _given(connection)
    found = []
    for deadline in running_deadlines(connection):
        ladder = _ladder(book, deadline.rule_id)
        if ladder is not None:
            found += reached(deadline, ladder, today, calendar)
    return [item for item in found if (item.deadline.deadline_id, item.for_date, item.step_key) not in given]


def take_reminders(tx: Transaction, book: Rulebook, give: Callable[[Reminder], bool]) -> list[Reminder]:
    """Give the reminders that are reached: those that `give` gives are marked as given, so that each is given once.

    One that is not given, or cannot be now because its letter is refused, stays to be given later and keeps no other
    back.
    """
    taken = []
    for item in list_due(tx.connection, beijing_date(tx.now), book):
        try:
            with tx.savepoint():
                if not give(item):
                    continue
                _mark_given(tx, item)
        except StorageError:
            raise
        except GuantongError as error:
            _log.info("upkeep_waits", reason=error.reason)
        else:
            taken.append(item)
    return taken


def _mark_given(tx: Transaction, item: Reminder) -> None:
    tx.connection.execute(
        sa.insert(DEADLINE_REMINDERS).values(
            deadline_id=item.deadline.deadline_id,
            for_date=item.for_date,
            step=item.step_key,
            given_at=tx.now,
        )
    )


def _given(connection: sa.Connection) -> set[tuple[str, date, str]]:
    query = (
        sa.select(DEADLINE_REMINDERS)
        .join(DEADLINES, DEADLINES.c.id == DEADLINE_REMINDERS.c.deadline_id)
        .where(DEADLINES.c.state.in_(RUNNING))
    )
    return {(row.deadline_id, row.for_date, row.step) for row in connection.execute(query)}


def _ladder(book: Rulebook, rule_id: str) -> ReminderLadder | None:
    # A clock may outlive its rule: a later rulebook without it leaves the clock running, unreminded.
    if all(rule.id != rule_id for rule in book.due_rules):
        return None
    return book.reminders_for(book.due_rule(rule_id))


def _of(steps: Iterable[Reminder], *when: str) -> list[Reminder]:
    return [item for item in steps if item.step.when in when]
