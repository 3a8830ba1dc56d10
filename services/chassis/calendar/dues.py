"""Due dates by the county's rules, each with the days that led to it.

Three things are kept apart: a date by which something is due (working days, months, end of a year), a milestone
before which something may not happen, and a duty to act promptly, which has an age and no date.
"""

from __future__ import annotations

import calendar as month_lengths
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum

from services.chassis.calendar.errors import DueRuleError
from services.chassis.calendar.working import ONE_DAY, Reason, WorkingCalendar
from services.chassis.clock import BEIJING, check_aware

_LONGEST = {"working_day": 2_600, "month": 120, "year": 10, "not_before": 120, "stated": 0, "promptly": 0}
_LONGEST_STATED_EXTENSION = 260
_EARLIEST, _LATEST = date(1949, 10, 1), date(2150, 12, 31)


class RuleKind(Enum):
    """What kind of time rule it is, and so the unit in which it is extended."""

    WORKING_DAY = "working_day"
    MONTH = "month"
    YEAR = "year"
    NOT_BEFORE = "not_before"
    STATED = "stated"
    PROMPTLY = "promptly"


@dataclass(frozen=True)
class DueRule:
    """How a due date follows from its start.

    Attributes:
        kind: What kind of time rule it is.
        length: How many of the kind's unit; 0 where the kind has none.
        roll: Whether a date on a rest day moves to the next working day.
        month: Of a yearly rule, the month of its day.
        day: Of a yearly rule, the day of the month.
        stated: The date that the letter itself states; it is extended in working days.
    """

    kind: RuleKind
    length: int = 0
    roll: bool = False
    month: int = 12
    day: int = 31
    stated: date | None = None


@dataclass(frozen=True)
class Suspension:
    """A stopped clock: `first_day` is the first day that does not count, `resumes_on` the first that does again."""

    first_day: date
    resumes_on: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the clock stands still on `day`."""
        return self.first_day <= day and (self.resumes_on is None or day < self.resumes_on)


@dataclass(frozen=True)
class DayStep:
    """One day of an explanation. Provisional when the official table of its year is not loaded."""

    date: date
    counted: bool
    reason: Reason
    provisional: bool = False


@dataclass(frozen=True)
class Due:
    """A computed date with its explanation.

    `due_date` is absent for a milestone (see `opens_on`), for a duty to act promptly, and while the clock is
    stopped without a day of resumption. `original_due_date` is the date without extension and suspension.
    """

    rule: DueRule
    start: date
    due_date: date | None = None
    opens_on: date | None = None
    provisional: bool = False
    missing_years: tuple[int, ...] = ()
    days: tuple[DayStep, ...] = ()
    original_due_date: date | None = None
    extension: int = 0
    suspensions: tuple[Suspension, ...] = ()

    @property
    def rule_kind(self) -> RuleKind:
        return self.rule.kind

    @property
    def suspended(self) -> bool:
        """Whether the clock stands still with no day of resumption known."""
        return any(stop.resumes_on is None for stop in self.suspensions)


def working_day_due(start: date, days: int, cal: WorkingCalendar) -> Due:
    """The end of the `days`-th working day after `start`; the day of `start` does not count."""
    return compute(DueRule(RuleKind.WORKING_DAY, days), start, cal)


def month_due(start: date, months: int, cal: WorkingCalendar, *, roll: bool = True) -> Due:
    """The corresponding day `months` later, or that month's last day; a rest day moves on when `roll` is set."""
    return compute(DueRule(RuleKind.MONTH, months, roll), start, cal)


def year_end_due(start: date, cal: WorkingCalendar, *, years: int = 1, roll: bool = False) -> Due:
    """31 December of the year of `start` (`years` = 1), or of a later one."""
    return compute(DueRule(RuleKind.YEAR, years, roll), start, cal)


def stated_due(start: date, stated: date, cal: WorkingCalendar) -> Due:
    """The date that the letter itself states."""
    return compute(DueRule(RuleKind.STATED, stated=stated), start, cal)


def not_before(start: date, months: int) -> Due:
    """The milestone from which something may happen: never a due date, never late."""
    return compute(DueRule(RuleKind.NOT_BEFORE, months), start, WorkingCalendar())


def promptly(start: date) -> Due:
    """A duty the opinion gives no number for: it has an age and no date."""
    return compute(DueRule(RuleKind.PROMPTLY), start, WorkingCalendar())


def compute(
    rule: DueRule,
    start: date,
    cal: WorkingCalendar,
    *,
    extension: int = 0,
    suspensions: Iterable[Suspension] = (),
) -> Due:
    """The date that `rule` gives from `start`, lengthened by `extension` in the rule's own unit.

    A suspension takes its days out of a working-day count, and moves any other date by the calendar days that it
    took out of the running period.

    Raises:
        DueRuleError: a length, a start or a suspension from which no date follows.
    """
    stops = tuple(sorted(suspensions, key=lambda stop: stop.first_day))
    _check(rule, start, extension, stops)
    due = _moved(rule, start, cal, extension, stops)
    if not extension and not stops:
        return replace(due, original_due_date=due.due_date)
    original = _moved(rule, start, cal, 0, ()).due_date
    return replace(due, original_due_date=original, extension=extension, suspensions=stops)


def is_late(due: Due, now: datetime, closing: time | None = None) -> bool:
    """Whether the date has passed: never on a provisional date, a milestone, or a duty without a date.

    The due day lasts until 24:00 in Beijing, or until the county's `closing` time when it sets one.
    """
    if due.due_date is None or due.provisional:
        return False
    local = check_aware(now).astimezone(BEIJING)
    if local.date() == due.due_date:
        return closing is not None and local.time() > closing
    return local.date() > due.due_date


def late_working_days(due: Due, on: date, cal: WorkingCalendar) -> int:
    """How many working days after the due date `on` is; 0 where nobody can be late."""
    if due.due_date is None or due.provisional:
        return 0
    return cal.working_days_between(due.due_date, on)


def is_open(due: Due, today: date) -> bool:
    """Whether a milestone has been reached; true for everything that is not a milestone."""
    return due.opens_on is None or today >= due.opens_on


def age_in_days(due: Due, today: date) -> int:
    """Calendar days since the start: all that can be said of a duty to act promptly."""
    return max(0, (today - due.start).days)


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later, or the last day of that month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, month_lengths.monthrange(year, month + 1)[1]))


def _moved(rule: DueRule, start: date, cal: WorkingCalendar, extension: int, stops: tuple[Suspension, ...]) -> Due:
    length = rule.length + extension
    first = DayStep(start, counted=False, reason=Reason.START_DAY)
    if rule.kind is RuleKind.PROMPTLY:
        return Due(rule, start, days=(first,))
    if rule.kind is RuleKind.WORKING_DAY:
        steps, end = _count_working_days(start, length, cal, stops)
        return _finished(rule, start, (first, *steps), end)
    steps, end = _through_suspensions(start, _target(rule, start, length), stops)
    if rule.kind is RuleKind.STATED and end is not None:
        more, end = _count_working_days(end, extension, cal, stops)
        return _finished(rule, start, (first, *steps, *more), end)
    if rule.kind is RuleKind.NOT_BEFORE:
        opens = () if end is None else (DayStep(end, counted=False, reason=Reason.OPENS),)
        return Due(rule, start, opens_on=end, days=(first, *steps, *opens))
    if rule.roll and end is not None:
        steps, end = _roll(steps, end, cal, stops)
    return _finished(rule, start, (first, *steps), end)


def _finished(rule: DueRule, start: date, days: tuple[DayStep, ...], end: date | None) -> Due:
    missing = tuple(sorted({step.date.year for step in days if step.provisional}))
    return Due(rule, start, end, provisional=bool(missing), missing_years=missing, days=days)


def _count_working_days(
    start: date, length: int, cal: WorkingCalendar, stops: tuple[Suspension, ...]
) -> tuple[tuple[DayStep, ...], date | None]:
    steps: list[DayStep] = []
    left, day = length, start
    while left:
        day += ONE_DAY
        stop = _stop_on(day, stops)
        if stop is not None and stop.resumes_on is None:
            steps.append(DayStep(day, counted=False, reason=Reason.SUSPENDED))
            return tuple(steps), None
        reason = Reason.SUSPENDED if stop is not None else cal.reason(day)
        counted = stop is None and cal.is_working(day)
        left -= counted
        steps.append(DayStep(day, counted, reason, provisional=stop is None and not cal.is_known(day)))
    return tuple(steps), day


def _target(rule: DueRule, start: date, length: int) -> DayStep:
    if rule.kind is RuleKind.YEAR:
        return DayStep(_yearly(rule, start, length), counted=True, reason=Reason.YEARLY_DAY)
    if rule.kind is RuleKind.STATED and rule.stated is not None:
        return DayStep(rule.stated, counted=True, reason=Reason.STATED_DATE)
    return _corresponding(start, length)


def _yearly(rule: DueRule, start: date, length: int) -> date:
    """The first such day not before the start, and one year later for each further year of the length."""
    this_year = _day_of_year(start.year, rule)
    first = this_year if this_year >= start else _day_of_year(start.year + 1, rule)
    return _day_of_year(first.year + length - 1, rule)


def _day_of_year(year: int, rule: DueRule) -> date:
    return date(year, rule.month, min(rule.day, month_lengths.monthrange(year, rule.month)[1]))


def _corresponding(start: date, months: int) -> DayStep:
    target = add_months(start, months)
    exists = target.day == start.day
    reason = Reason.CORRESPONDING_DAY if exists else Reason.CLAMPED_TO_MONTH_END
    return DayStep(target, counted=True, reason=reason)


def _through_suspensions(
    start: date, target: DayStep, stops: tuple[Suspension, ...]
) -> tuple[tuple[DayStep, ...], date | None]:
    steps, end = [target], target.date
    for stop in stops:
        if stop.first_day > end:
            break
        if stop.resumes_on is None:
            return (*steps, DayStep(stop.first_day, counted=False, reason=Reason.SUSPENDED)), None
        # Days up to and including the start never counted, so stopping on them gives nothing back.
        stopped = (stop.resumes_on - max(stop.first_day, start + ONE_DAY)).days
        if stopped > 0:
            end += timedelta(days=stopped)
            steps.append(DayStep(end, counted=False, reason=Reason.MOVED_BY_SUSPENSION))
    return tuple(steps), end


def _roll(
    steps: tuple[DayStep, ...], end: date, cal: WorkingCalendar, stops: tuple[Suspension, ...]
) -> tuple[tuple[DayStep, ...], date | None]:
    if _stop_on(end, stops) is None and cal.is_working(end):
        return (*steps[:-1], replace(steps[-1], provisional=not cal.is_known(end))), end
    rolled = list(steps)
    day = end
    while (stop := _stop_on(day, stops)) is not None or not cal.is_working(day):
        if stop is not None and stop.resumes_on is None:
            return (*rolled, DayStep(day, counted=False, reason=Reason.SUSPENDED)), None
        reason = Reason.SUSPENDED if stop is not None else cal.reason(day)
        unknown = stop is None and not cal.is_known(day)
        rolled.append(DayStep(day, counted=False, reason=reason, provisional=unknown))
        day += ONE_DAY
    unknown = not cal.is_known(day)
    return (*rolled, DayStep(day, counted=False, reason=Reason.ROLLED_TO_WORKING_DAY, provisional=unknown)), day


def _stop_on(day: date, stops: tuple[Suspension, ...]) -> Suspension | None:
    return next((stop for stop in stops if stop.covers(day)), None)


def _check(rule: DueRule, start: date, extension: int, stops: tuple[Suspension, ...]) -> None:
    _check_rule(rule, start, extension)
    if not _EARLIEST <= start <= _LATEST:
        raise DueRuleError(
            problem=f"the start must lie from {_EARLIEST} to {_LATEST}",
            problem_zh=f"起算日应在 {_EARLIEST} 至 {_LATEST} 之间",
        )
    _check_stops(stops)


def _check_rule(rule: DueRule, start: date, extension: int) -> None:
    longest = _LONGEST[rule.kind.value]
    least = 1 if longest else 0
    extended = rule.length + extension
    limit = _LONGEST_STATED_EXTENSION if rule.kind is RuleKind.STATED else longest
    if not (least <= rule.length <= longest and rule.length <= extended <= limit):
        raise DueRuleError(
            problem=f"the length must be from {least} to {limit} ({rule.kind.value}), extension included",
            problem_zh=f"期限长度（含延长）应在 {least} 至 {limit} 之间（{rule.kind.value}）",
        )
    if rule.kind is RuleKind.STATED and (rule.stated is None or not start <= rule.stated <= _LATEST):
        raise DueRuleError(
            problem=f"the letter states no date between {start} and {_LATEST}",
            problem_zh=f"函件未载明 {start} 至 {_LATEST} 之间的日期",
        )
    if not (1 <= rule.month <= 12 and 1 <= rule.day <= 31):
        raise DueRuleError(
            problem=f"there is no day {rule.day} of month {rule.month}",
            problem_zh=f"没有 {rule.month} 月 {rule.day} 日",
        )


def _check_stops(stops: tuple[Suspension, ...]) -> None:
    previous: date | None = None
    for number, stop in enumerate(stops):
        overlaps = previous is not None and stop.first_day < previous
        last_open = stop.resumes_on is None and number < len(stops) - 1
        empty = stop.resumes_on is not None and not stop.first_day < stop.resumes_on <= _LATEST
        if overlaps or last_open or empty:
            raise DueRuleError(
                problem=f"the suspension from {stop.first_day} is empty, endless or overlaps another",
                problem_zh=f"自 {stop.first_day} 起的中止为空、过长或与其他中止重叠",
            )
        previous = stop.resumes_on
