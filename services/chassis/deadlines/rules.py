"""Turns a time rule of the rulebook into a calendar rule, with the county's settings read in."""

from __future__ import annotations

from datetime import date, time

from services.chassis.calendar.dues import DueRule, RuleKind
from services.chassis.calendar.errors import DueRuleError
from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.dues import DueRule as BookRule
from services.chassis.rulebook.dues import (
    MonthsDue,
    NotBeforeDue,
    ScheduleDue,
    StatedDue,
    WorkingDaysDue,
    YearEndDue,
)

_MIDNIGHT = "24:00"


def calendar_rule(rule: BookRule, book: Rulebook, on: date, stated: date | None = None) -> DueRule:
    """The calendar rule for `rule` with the settings in force `on` that day.

    Args:
        rule: The time rule of the rulebook.
        book: Where its settings are.
        on: The day the clock starts.
        stated: The date a letter states, for rules that take it from there.

    Raises:
        DueRuleError: the rule takes its date from the letter and the letter states none.
    """
    if isinstance(rule, StatedDue):
        if stated is None:
            raise DueRuleError(problem="the letter states no date", problem_zh="函件未载明日期")
        return DueRule(RuleKind.STATED, stated=stated)
    return _computed(rule, book, on)


def closing_time(book: Rulebook, on: date) -> time | None:
    """Until when a due day lasts in Beijing, by the county's setting of that day; None until its end."""
    ends_at = book.choice("day_ends_at", on)
    return None if ends_at == _MIDNIGHT else time.fromisoformat(ends_at)


def _computed(rule: BookRule, book: Rulebook, on: date) -> DueRule:
    if isinstance(rule, WorkingDaysDue):
        return DueRule(RuleKind.WORKING_DAY, rule.working_days)
    if isinstance(rule, ScheduleDue):
        return DueRule(RuleKind.WORKING_DAY, book.number(rule.working_days_setting, on))
    if isinstance(rule, MonthsDue):
        return DueRule(RuleKind.MONTH, rule.months, book.flag(rule.roll_setting, on))
    if isinstance(rule, NotBeforeDue):
        return DueRule(RuleKind.NOT_BEFORE, rule.months)
    if isinstance(rule, YearEndDue):
        return DueRule(RuleKind.YEAR, 1, month=rule.month, day=rule.day)
    return DueRule(RuleKind.PROMPTLY)
