"""How a clock is shown at an instant: late only past its day, never on a provisional date, and met as it was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from services.chassis.calendar.dues import DueRule, RuleKind
from services.chassis.calendar.working import shipped_calendar
from services.chassis.clock import BEIJING
from services.chassis.deadlines.model import Deadline, State
from services.chassis.deadlines.standing import Outcome, standing

FRIDAY = date(2026, 3, 6)


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), BEIJING).astimezone(UTC)


RUNNING = Deadline(
    deadline_id="d1",
    matter_id="m1",
    obliged="body-a",
    rule_id="info_reply",
    article="A3.2h",
    rule=DueRule(RuleKind.WORKING_DAY, 5),
    start=date(2026, 2, 27),
    due_date=FRIDAY,
    opens_on=None,
    provisional=False,
    original_due_date=FRIDAY,
    extension=0,
    stops=(),
    state=State.OPEN,
    opened_at=at(date(2026, 2, 27)),
    closed_at=None,
)


def shown(
    deadline: Deadline, now: datetime, *, done: bool = False, closing: time | None = None
) -> tuple[Outcome, bool, int]:
    found = standing(deadline, shipped_calendar(), now, done=done, closing=closing)
    return found.outcome, found.late, found.late_working_days


def closed(day: date, hour: int = 12) -> Deadline:
    return replace(RUNNING, state=State.CLOSED, closed_at=at(day, hour))


@pytest.mark.article("A3.2h")
@pytest.mark.parametrize(
    ("now", "late", "days"),
    [
        (at(FRIDAY, 23), False, 0),
        (at(date(2026, 3, 7)), True, 0),
        (at(date(2026, 3, 9)), True, 1),
        (at(date(2026, 3, 11)), True, 3),
    ],
)
def test_the_due_day_lasts_to_its_end_and_rest_days_make_late_and_count_nothing(now: datetime, late: bool, days: int):  # noqa: FBT001
    assert shown(RUNNING, now) == (Outcome.OPEN, late, days)


@pytest.mark.article("A3.2h")
def test_what_was_done_is_judged_by_when_it_was_done_however_much_later_one_looks():
    later = at(date(2026, 6, 1))

    assert shown(closed(FRIDAY, 23), later, done=True) == (Outcome.MET, False, 0)
    assert shown(closed(date(2026, 3, 10)), later, done=True) == (Outcome.LATE_MET, False, 2)


def test_what_fell_away_is_neither_met_nor_late():
    assert shown(closed(date(2026, 3, 10)), at(date(2026, 6, 1))) == (Outcome.CLOSED, False, 0)


def test_nobody_is_late_on_a_provisional_date_or_while_the_clock_stands():
    later = at(date(2026, 6, 1))
    stopped = replace(RUNNING, state=State.SUSPENDED, due_date=None)

    assert shown(replace(RUNNING, provisional=True), later) == (Outcome.OPEN, False, 0)
    assert shown(replace(closed(date(2026, 3, 10)), provisional=True), later, done=True) == (Outcome.MET, False, 0)
    assert shown(stopped, later) == (Outcome.SUSPENDED, False, 0)


def test_a_milestone_and_a_duty_to_act_promptly_are_never_late():
    later = at(date(2026, 6, 1))
    milestone = replace(RUNNING, rule=DueRule(RuleKind.NOT_BEFORE, 1), due_date=None, opens_on=date(2026, 3, 27))
    promptly = replace(RUNNING, rule=DueRule(RuleKind.PROMPTLY), due_date=None)

    assert shown(milestone, later) == shown(promptly, later) == (Outcome.OPEN, False, 0)


def test_where_the_county_closes_earlier_the_due_day_lasts_until_then():
    six = time(18)

    assert shown(RUNNING, at(FRIDAY, 18), closing=six) == (Outcome.OPEN, False, 0)
    assert shown(RUNNING, at(FRIDAY, 19), closing=six) == (Outcome.OPEN, True, 0)
    assert shown(closed(FRIDAY, 19), at(FRIDAY, 20), done=True, closing=six) == (Outcome.LATE_MET, False, 0)
    assert shown(closed(FRIDAY, 17), at(FRIDAY, 20), done=True, closing=six) == (Outcome.MET, False, 0)
