"""A deadline as this node knows it, and a move of its date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from services.chassis.calendar.dues import Due, DueRule, Suspension, compute
from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import beijing_date


class State(Enum):
    """Whether the clock runs. Being late is never a state: it follows from the date and the clock."""

    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Cause(Enum):
    """Why a date moved."""

    EXTENDED = "extended"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    CALENDAR = "calendar"
    START = "start"
    """The start that counts is another day than the one first known."""
    RULE = "rule"
    """The rule that counts is another than the one first known."""
    REOPENED = "reopened"
    """What closed the clock was taken back."""


@dataclass(frozen=True)
class NewDeadline:
    """A clock to start.

    Attributes:
        matter_id: The matter it belongs to.
        obliged: The body or party that owes.
        rule_id: The rule of the rulebook.
        article: The article of the opinion, or "county_setting".
        rule: How the date follows from the start.
        start: The day that starts the clock (Beijing), as stated by the side the rule names.
    """

    matter_id: str
    obliged: str
    rule_id: str
    article: str
    rule: DueRule
    start: date


@dataclass(frozen=True)
class Deadline:
    """One clock. `due_date` is what is in force; `original_due_date` is what was told first."""

    deadline_id: str
    matter_id: str
    obliged: str
    rule_id: str
    article: str
    rule: DueRule
    start: date
    due_date: date | None
    opens_on: date | None
    provisional: bool
    original_due_date: date | None
    extension: int
    stops: tuple[Suspension, ...]
    state: State
    opened_at: datetime
    closed_at: datetime | None

    def compute(self, calendar: WorkingCalendar) -> Due:
        """The date by `calendar`, with its day-by-day explanation."""
        return compute(self.rule, self.start, calendar, extension=self.extension, suspensions=self.stops)

    @property
    def due(self) -> Due:
        """The date in force, without explanation: what lateness is judged by."""
        return Due(
            self.rule,
            self.start,
            self.due_date,
            self.opens_on,
            self.provisional,
            original_due_date=self.original_due_date,
            extension=self.extension,
            suspensions=self.stops,
        )

    @property
    def closed_on(self) -> date | None:
        """The Beijing day on which it was done."""
        return None if self.closed_at is None else beijing_date(self.closed_at)


@dataclass(frozen=True)
class Move:
    """A date that moved: told by a letter of its matter, or given by a calendar.

    `amount` is that of an extension, in the rule's own unit. Reason and approver stand in the letter `letter_id`, which
    is empty where no letter moved the date.
    """

    deadline_id: str
    matter_id: str
    obliged: str
    rule_id: str
    cause: Cause
    from_date: date | None
    to_date: date | None
    was_provisional: bool
    is_provisional: bool
    amount: int = 0
    letter_id: str = ""
