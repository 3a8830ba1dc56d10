"""Due dates of the opinion's three kinds of time rule, with extension, suspension and lateness."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from services.chassis.calendar.dues import (
    Due,
    DueRule,
    RuleKind,
    Suspension,
    age_in_days,
    compute,
    is_late,
    is_open,
    late_working_days,
    month_due,
    not_before,
    promptly,
    stated_due,
    working_day_due,
    year_end_due,
)
from services.chassis.calendar.errors import DueRuleError
from services.chassis.calendar.working import Reason, shipped_calendar
from services.chassis.clock import BEIJING
from tests.unit.calendar.tables_for_tests import table

CAL = shipped_calendar()
FIVE = DueRule(RuleKind.WORKING_DAY, 5)
THREE_MONTHS = DueRule(RuleKind.MONTH, 3, roll=True)


def beijing(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BEIJING).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        pytest.param(date(2026, 3, 2), date(2026, 3, 9), id="plain"),
        pytest.param(date(2026, 2, 13), date(2026, 2, 27), id="over Spring Festival, make-up Saturday counts"),
        pytest.param(date(2026, 2, 16), date(2026, 2, 28), id="received on a holiday"),
        pytest.param(date(2026, 4, 29), date(2026, 5, 9), id="ends on a make-up Saturday"),
        pytest.param(date(2026, 9, 28), date(2026, 10, 10), id="over National Day, ends on a make-up Saturday"),
        pytest.param(date(2025, 9, 26), date(2025, 10, 10), id="make-up Sunday counts"),
    ],
)
@pytest.mark.article("A3.2h")
def test_five_working_days(start: date, due: date):
    computed = working_day_due(start, 5, CAL)

    assert computed.due_date == computed.original_due_date == due
    assert not computed.provisional
    assert sum(step.counted for step in computed.days) == 5


@pytest.mark.article("A3.2h")
def test_past_the_last_official_table_a_date_is_provisional_and_names_the_year():
    computed = working_day_due(date(2026, 12, 28), 5, CAL)

    assert computed.due_date == date(2027, 1, 5)
    assert computed.provisional
    assert computed.missing_years == (2027,)
    assert [(step.date.day, step.reason) for step in computed.days if step.provisional] == [
        (1, Reason.HOLIDAY_BY_LAW),
        (2, Reason.WEEKEND),
        (3, Reason.WEEKEND),
        (4, Reason.WORKING_DAY),
        (5, Reason.WORKING_DAY),
    ]


def test_loading_the_missing_table_makes_the_date_certain_and_may_move_it():
    loaded = CAL.with_table(table(2027, off={date(2027, 1, 2), date(2027, 1, 3), date(2027, 1, 4)}))

    computed = working_day_due(date(2026, 12, 28), 5, loaded)

    assert (computed.due_date, computed.provisional) == (date(2027, 1, 6), False)


@pytest.mark.parametrize(
    ("start", "months", "corresponding", "due"),
    [
        pytest.param(date(2026, 1, 15), 1, date(2026, 2, 15), date(2026, 2, 24), id="rolls out of Spring Festival"),
        pytest.param(date(2024, 1, 31), 1, date(2024, 2, 29), date(2024, 2, 29), id="leap year"),
        pytest.param(date(2026, 7, 5), 3, date(2026, 10, 5), date(2026, 10, 8), id="rolls out of National Day"),
        pytest.param(date(2026, 8, 31), 3, date(2026, 11, 30), date(2026, 11, 30), id="31 to 30"),
        pytest.param(date(2023, 11, 30), 3, date(2024, 2, 29), date(2024, 2, 29), id="30 to leap February"),
    ],
)
@pytest.mark.article("A4.3d")
def test_months(start: date, months: int, corresponding: date, due: date):
    assert month_due(start, months, CAL).due_date == due
    assert month_due(start, months, CAL, roll=False).due_date == corresponding


def test_a_month_deadline_ending_on_a_make_up_saturday_stays_there():
    assert month_due(date(2026, 4, 9), 1, CAL).due_date == date(2026, 5, 9)


def test_a_month_date_without_rolling_needs_no_calendar_and_is_never_provisional():
    assert not month_due(date(2027, 1, 15), 3, CAL, roll=False).provisional
    assert month_due(date(2027, 1, 15), 3, CAL).provisional


def test_a_month_explanation_shows_start_corresponding_day_and_every_day_of_the_roll():
    steps = [(step.date, step.counted, step.reason) for step in month_due(date(2026, 7, 5), 3, CAL).days]

    assert steps == [
        (date(2026, 7, 5), False, Reason.START_DAY),
        (date(2026, 10, 5), True, Reason.CORRESPONDING_DAY),
        (date(2026, 10, 5), False, Reason.OFFICIAL_HOLIDAY),
        (date(2026, 10, 6), False, Reason.OFFICIAL_HOLIDAY),
        (date(2026, 10, 7), False, Reason.OFFICIAL_HOLIDAY),
        (date(2026, 10, 8), False, Reason.ROLLED_TO_WORKING_DAY),
    ]


def test_a_month_explanation_says_when_the_month_has_no_such_day():
    assert month_due(date(2026, 8, 31), 3, CAL).days[1].reason is Reason.CLAMPED_TO_MONTH_END


def test_end_of_year_is_31_december_and_rolls_only_when_asked():
    assert year_end_due(date(2022, 3, 1), CAL).due_date == date(2022, 12, 31)
    assert year_end_due(date(2022, 3, 1), CAL, roll=True).due_date == date(2023, 1, 3)
    assert year_end_due(date(2022, 3, 1), CAL, years=2).due_date == date(2023, 12, 31)


@pytest.mark.article("A5.3e")
def test_a_yearly_day_is_the_next_one_not_before_the_start():
    rule = DueRule(RuleKind.YEAR, 1, month=10, day=31)

    assert compute(rule, date(2026, 1, 1), CAL).due_date == date(2026, 10, 31)
    assert compute(rule, date(2026, 10, 31), CAL).due_date == date(2026, 10, 31)
    assert compute(rule, date(2025, 11, 1), CAL).due_date == date(2026, 10, 31)
    assert compute(DueRule(RuleKind.YEAR, 1, month=2, day=30), date(2024, 1, 1), CAL).due_date == date(2024, 2, 29)


def test_a_date_stated_in_the_letter_stands_and_is_extended_in_working_days():
    stated = stated_due(date(2026, 9, 1), date(2026, 9, 30), CAL)
    rule = stated.rule

    assert (stated.due_date, stated.provisional) == (date(2026, 9, 30), False)
    assert compute(rule, date(2026, 9, 1), CAL, extension=3).due_date == date(2026, 10, 10)
    assert stated_due(date(2026, 12, 1), date(2027, 2, 1), CAL).provisional is False
    stopped = compute(rule, date(2026, 9, 1), CAL, suspensions=[Suspension(date(2026, 9, 7), date(2026, 9, 14))])
    assert stopped.due_date == date(2026, 10, 7)


@pytest.mark.article("A5.2b")
def test_a_milestone_opens_and_is_never_due_or_late():
    hearing = not_before(date(2026, 1, 31), 1)

    assert hearing.due_date is None
    assert hearing.opens_on == date(2026, 2, 28)
    assert [is_open(hearing, day) for day in (date(2026, 2, 27), date(2026, 2, 28))] == [False, True]
    assert not is_late(hearing, beijing(date(2030, 1, 1)))


def test_a_duty_to_act_promptly_has_an_age_and_no_date():
    duty = promptly(date(2026, 3, 2))

    assert duty.due_date is None
    assert age_in_days(duty, date(2026, 3, 12)) == 10
    assert not is_late(duty, beijing(date(2030, 1, 1)))
    assert late_working_days(duty, date(2030, 1, 1), CAL) == 0


@pytest.mark.article("A3.2h")
def test_the_due_day_lasts_until_midnight_in_beijing():
    due = working_day_due(date(2026, 3, 2), 5, CAL)

    assert not is_late(due, datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC))
    assert is_late(due, datetime(2026, 3, 9, 16, 0, tzinfo=UTC))


def test_a_county_may_end_the_due_day_at_closing_time():
    due = working_day_due(date(2026, 3, 2), 5, CAL)

    assert not is_late(due, beijing(date(2026, 3, 9), 17, 30), closing=time(17, 30))
    assert is_late(due, beijing(date(2026, 3, 9), 17, 31), closing=time(17, 30))


def test_nobody_is_late_on_a_provisional_date():
    due = working_day_due(date(2026, 12, 28), 5, CAL)

    assert not is_late(due, beijing(date(2027, 6, 1)))
    assert late_working_days(due, date(2027, 6, 1), CAL) == 0


def test_late_working_days_skip_rest_days():
    due = working_day_due(date(2026, 9, 21), 5, CAL)

    assert due.due_date == date(2026, 9, 29)
    assert late_working_days(due, date(2026, 9, 29), CAL) == 0
    assert late_working_days(due, date(2026, 10, 7), CAL) == 1
    assert late_working_days(due, date(2026, 10, 10), CAL) == 4


@pytest.mark.parametrize(
    ("rule", "start", "extension", "due"),
    [
        (FIVE, date(2026, 3, 2), 3, date(2026, 3, 12)),
        (THREE_MONTHS, date(2026, 7, 5), 1, date(2026, 11, 5)),
        (DueRule(RuleKind.MONTH, 3), date(2026, 8, 31), 1, date(2026, 12, 31)),
        (DueRule(RuleKind.YEAR, 1), date(2025, 8, 31), 1, date(2026, 12, 31)),
    ],
)
def test_an_extension_is_in_the_rules_own_unit_and_keeps_the_original(
    rule: DueRule, start: date, extension: int, due: date
):
    computed = compute(rule, start, CAL, extension=extension)

    assert computed.due_date == due
    assert computed.original_due_date == compute(rule, start, CAL).due_date


def test_a_suspension_takes_its_days_out_of_a_working_day_count():
    stop = Suspension(date(2026, 3, 4), date(2026, 3, 10))

    computed = compute(FIVE, date(2026, 3, 2), CAL, suspensions=[stop])

    assert computed.due_date == date(2026, 3, 13)
    assert computed.original_due_date == date(2026, 3, 9)
    assert sum(step.counted for step in computed.days) == 5
    assert sum(step.reason is Reason.SUSPENDED for step in computed.days) == 6


def test_a_suspension_moves_a_month_date_by_the_days_the_clock_stood_and_then_rolls():
    stop = Suspension(date(2026, 8, 1), date(2026, 8, 11))

    computed = compute(THREE_MONTHS, date(2026, 6, 25), CAL, suspensions=[stop])

    assert computed.original_due_date == date(2026, 9, 28)
    assert computed.due_date == date(2026, 10, 8)
    assert Reason.MOVED_BY_SUSPENSION in [step.reason for step in computed.days]


def test_stopping_before_the_start_or_after_the_end_gives_nothing_back():
    early = Suspension(date(2026, 6, 1), date(2026, 7, 6))
    after = Suspension(date(2026, 12, 1), date(2026, 12, 5))

    assert compute(THREE_MONTHS, date(2026, 7, 5), CAL, suspensions=[early, after]).due_date == date(2026, 10, 8)


def test_a_clock_stopped_while_a_date_rolls_moves_it_on():
    stop = Suspension(date(2026, 10, 6), date(2026, 10, 12))

    assert compute(THREE_MONTHS, date(2026, 7, 5), CAL, suspensions=[stop]).due_date == date(2026, 10, 12)


@pytest.mark.parametrize("rule", [FIVE, THREE_MONTHS, DueRule(RuleKind.YEAR, 1), DueRule(RuleKind.NOT_BEFORE, 2)])
def test_while_the_clock_stands_there_is_no_date_and_nobody_is_late(rule: DueRule):
    computed = compute(rule, date(2026, 3, 2), CAL, suspensions=[Suspension(date(2026, 3, 4))])

    assert computed.suspended
    assert computed.due_date is None
    assert computed.opens_on is None
    assert not is_late(computed, beijing(date(2030, 1, 1)))


def test_a_clock_stopped_during_the_roll_has_no_date():
    computed = compute(THREE_MONTHS, date(2026, 7, 5), CAL, suspensions=[Suspension(date(2026, 10, 6))])

    assert computed.due_date is None


@pytest.mark.parametrize(
    ("rule", "start", "extension", "stops"),
    [
        (DueRule(RuleKind.WORKING_DAY, 0), date(2026, 3, 2), 0, ()),
        (DueRule(RuleKind.WORKING_DAY, 1_000_000), date(2026, 3, 2), 0, ()),
        (FIVE, date(2026, 3, 2), -1, ()),
        (FIVE, date(2026, 3, 2), 1_000_000, ()),
        (DueRule(RuleKind.PROMPTLY, 1), date(2026, 3, 2), 0, ()),
        (DueRule(RuleKind.STATED), date(2026, 3, 2), 0, ()),
        (DueRule(RuleKind.STATED, stated=date(2026, 3, 1)), date(2026, 3, 2), 0, ()),
        (DueRule(RuleKind.YEAR, 1, month=13), date(2026, 3, 2), 0, ()),
        (FIVE, date(1900, 1, 1), 0, ()),
        (FIVE, date(2026, 3, 2), 0, (Suspension(date(2026, 3, 4), date(2026, 3, 4)),)),
        (FIVE, date(2026, 3, 2), 0, (Suspension(date(2026, 3, 4), date(9000, 3, 4)),)),
        (FIVE, date(2026, 3, 2), 0, (Suspension(date(2026, 3, 4)), Suspension(date(2026, 4, 4)))),
        (
            FIVE,
            date(2026, 3, 2),
            0,
            (Suspension(date(2026, 3, 4), date(2026, 3, 8)), Suspension(date(2026, 3, 7), date(2026, 3, 9))),
        ),
    ],
)
def test_a_rule_from_which_no_date_follows_is_refused(
    rule: DueRule, start: date, extension: int, stops: tuple[Suspension, ...]
):
    with pytest.raises(DueRuleError):
        compute(rule, start, CAL, extension=extension, suspensions=stops)


def test_a_due_knows_its_kind():
    assert isinstance(promptly(date(2026, 1, 1)), Due)
    assert promptly(date(2026, 1, 1)).rule_kind is RuleKind.PROMPTLY
