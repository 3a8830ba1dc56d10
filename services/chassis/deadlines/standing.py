"""How a clock stands for people: running, stopped, done in time or late, or ended otherwise. Pure, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from services.chassis.calendar.dues import is_late, late_working_days
from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import beijing_date
from services.chassis.deadlines.model import Deadline, State


class Outcome(StrEnum):
    """What has become of a duty."""

    OPEN = "open"
    MET = "met"
    LATE_MET = "late_met"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    """It fell away: nobody did it, and nobody owes it any more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A clock as it is shown at one instant."""

    deadline: Deadline
    outcome: Outcome
    late: bool
    """Running, and past its date; never on a provisional date."""
    late_working_days: int
    """How many working days past the date, by now or when it was done; 0 in time and on a provisional date."""


def standing(
    deadline: Deadline, calendar: WorkingCalendar, now: datetime, *, done: bool, closing: time | None = None
) -> Standing:
    """How `deadline` stands `now`.

    Args:
        deadline: The clock.
        calendar: By which late days are counted.
        now: When one looks.
        done: What closed it is the duty itself (an answer).
        closing: Until when the due day lasts in Beijing; None until its end.
    """
    if deadline.closed_at is not None:
        if not done:
            return Standing(deadline, Outcome.CLOSED, late=False, late_working_days=0)
        late = is_late(deadline.due, deadline.closed_at, closing)
        days = late_working_days(deadline.due, beijing_date(deadline.closed_at), calendar)
        return Standing(deadline, Outcome.LATE_MET if late else Outcome.MET, late=False, late_working_days=days)
    if deadline.state is State.SUSPENDED:
        return Standing(deadline, Outcome.SUSPENDED, late=False, late_working_days=0)
    late = is_late(deadline.due, now, closing)
    days = late_working_days(deadline.due, beijing_date(now), calendar) if late else 0
    return Standing(deadline, Outcome.OPEN, late=late, late_working_days=days)
