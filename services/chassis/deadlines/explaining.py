"""Explains a stored date day by day, by the calendar that gave it."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.calendar.dues import Due
from services.chassis.deadlines.calendars import calendars_so_far
from services.chassis.deadlines.model import Deadline


def explanation(connection: sa.Connection, deadline: Deadline) -> Due:
    """The days that led to the date in force.

    A closed clock keeps its date when the calendar changes, so its days are those of the calendar it was closed by:
    the newest one that gives this date.
    """
    calendars = calendars_so_far(connection)
    newest = deadline.compute(next(calendars))
    if deadline.closed_at is None or newest.due_date == deadline.due_date:
        return newest
    earlier = (deadline.compute(calendar) for calendar in calendars)
    return next((due for due in earlier if due.due_date == deadline.due_date), newest)
