"""One cell of the board: how far a body is with one unit of its letter, and whether it is late. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import beijing_date
from services.inspection.standing import LetterStanding

NOT_SENT, RECUSED = "not_sent", "recused"
_NOBODY_IS_LATE = frozenset({"withdrawn", "recalled", "declined", "closed"})


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What the board shows for one body and one unit.

    `stands_for` is the recused body whose sections this body fills in for, or empty; `substitute` is set on the cell
    of a recused body, once somebody was chosen. Lateness is never a state: a late answer is still an answer.
    """

    body: str
    unit_id: str
    article: str
    state: str = NOT_SENT
    matter_id: str = ""
    stands_for: str = ""
    substitute: str = ""
    standing: LetterStanding | None = None
    late: bool = False
    late_working_days: int = 0
    sections: Mapping[str, str] = field(default_factory=dict)
    uncounted: int = 0
    """Replies that came and do not count: recalled, or written when the matter took none. The matter says why."""


@dataclass(frozen=True)
class Lateness:
    """Whether the answer came, or is still missing, after the date; and by how many working days."""

    late: bool
    working_days: int


def lateness(standing: LetterStanding, now: datetime, calendar: WorkingCalendar) -> Lateness:
    """Judged by when the answering leader signed the first reply. Nobody is late on a provisional date, without a
    date, or in a matter that was called off.
    """
    over = standing.state in _NOBODY_IS_LATE and standing.answered is None
    if standing.due is None or standing.provisional or over:
        return Lateness(late=False, working_days=0)
    day = beijing_date(standing.answered or now)
    if day <= standing.due:
        return Lateness(late=False, working_days=0)
    return Lateness(late=True, working_days=calendar.working_days_between(standing.due, day))


def opinion_letters_wait(cells: tuple[Cell, ...], fixed_on: date | None, today: date, calendar: WorkingCalendar) -> int:
    """Working days since the targets were fixed while an opinion letter is still unsent (A1.2b); 0 otherwise."""
    unsent = any(cell.article == "A1.2b" and cell.state == NOT_SENT for cell in cells)
    return calendar.working_days_between(fixed_on, today) if unsent and fixed_on is not None else 0
