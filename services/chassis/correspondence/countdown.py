"""Counts working days from today, or up to it: what is left of a date, how old a thing without one is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import beijing_date
from services.chassis.deadlines.model import Deadline, State


@dataclass(frozen=True)
class Countdown:
    """Days as they are counted now."""

    calendar: WorkingCalendar
    now: datetime

    @property
    def today(self) -> date:
        """The day in Beijing."""
        return beijing_date(self.now)

    def remaining(self, due: date) -> int | None:
        """Working days after today up to and including `due`: 0 on the day itself.

        None when the day has passed, and when a year in between has no published calendar: a count of days that may
        still become holidays would be a guess.
        """
        return self._between(self.today, due) if due >= self.today else None

    def remaining_of(self, clock: Deadline) -> int | None:
        """What is left of a running clock's date; None as well where it has none, stands still, or is closed."""
        if clock.state is not State.OPEN or clock.due_date is None:
            return None
        return self.remaining(clock.due_date)

    def age(self, began: date) -> int | None:
        """Working days after `began` up to and including today; None where a year since has no published calendar."""
        return self._between(began, self.today) if began <= self.today else 0

    def _between(self, after: date, until: date) -> int | None:
        known = all(year in self.calendar.tables for year in range(after.year, until.year + 1))
        return self.calendar.working_days_between(after, until) if known else None
