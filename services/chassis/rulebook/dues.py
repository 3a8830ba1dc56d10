"""The shapes of time rules: dates in working days, dates in months, milestones, schedules, and no number at all."""

from __future__ import annotations

import calendar
from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator

from services.chassis.rulebook.model import Mark, Name, Names, Part, Rule, Text

Start = Literal[
    "signed_for",
    "feedback_given",
    "period_end",
    "calendar_year",
    "plan_year",
    "targets_fixed",
    "meeting_held",
    "trigger",
]


class _Due(Rule):
    articles: Names
    mark: Mark
    start: Start
    """The event that starts the clock; `signed_for` is the recipient's own signing for (or deemed receipt)."""
    start_side: Literal["recipient", "sender", "unit", "none"]
    """Whose statement of the start counts: each recipient has its own clock."""
    reminders: Name | None = None


class WorkingDaysDue(_Due):
    """Due at the end of the n-th working day after the start day."""

    form: Literal["working_days"]
    working_days: Annotated[int, Field(ge=1, le=250)]


class MonthsDue(_Due):
    """Due on the corresponding day n months later."""

    form: Literal["months"]
    months: Annotated[int, Field(ge=1, le=60)]
    roll_setting: Name
    """The boolean setting that says whether a rest day rolls to the next working day."""


class NotBeforeDue(_Due):
    """A milestone that opens n months later; nothing is late before `warn_setting` days have passed."""

    form: Literal["not_before"]
    months: Annotated[int, Field(ge=1, le=60)]
    warn_setting: Name


class YearEndDue(_Due):
    """Due on one day of the year."""

    form: Literal["year_end"]
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]

    @model_validator(mode="after")
    def _day_of_every_year(self) -> Self:
        # 2023 is no leap year: a day that it lacks does not come every year.
        if self.day > calendar.monthrange(2023, self.month)[1]:
            raise ValueError("month and day name no day of every year | month 和 day 不是每年都有的日期")
        return self


class ScheduleDue(_Due):
    """Due some working days after the end of each period; both come from settings."""

    form: Literal["schedule"]
    period_setting: Name
    working_days_setting: Name


class StatedDue(_Due):
    """Due on the date that the letter itself states."""

    form: Literal["stated"]


class NoNumberDue(_Due):
    """Promptly, periodically, as needed: shows its age and never a date."""

    form: Literal["none"]
    word_zh: Text
    word_en: Text


DueRule = WorkingDaysDue | MonthsDue | NotBeforeDue | YearEndDue | ScheduleDue | StatedDue | NoNumberDue
DUE_FORMS: dict[str, type[DueRule]] = {
    "working_days": WorkingDaysDue,
    "months": MonthsDue,
    "not_before": NotBeforeDue,
    "year_end": YearEndDue,
    "schedule": ScheduleDue,
    "stated": StatedDue,
    "none": NoNumberDue,
}

Audience = Literal["handler", "deputy", "leader", "office", "office_list", "leading_group", "unit"]


class ReminderStep(Part):
    """When to remind whom, counted from the due date (or from the opening of a milestone)."""

    when: Literal["before", "on", "after"]
    count: Annotated[int, Field(ge=0, le=366)]
    unit: Literal["working_days", "days"]
    to: Annotated[tuple[Audience, ...], Strict(strict=False)]
    zh: Text
    en: Text


class ReminderLadder(Rule):
    """The steps of reminding for one or more due rules; reminding never closes a matter."""

    mark: Mark
    articles: Names
    steps: Annotated[tuple[ReminderStep, ...], Strict(strict=False)]
