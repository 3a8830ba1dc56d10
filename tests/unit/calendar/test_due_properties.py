"""What holds of every due date, whatever the start, the length and the tables."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.calendar.dues import (
    DueRule,
    RuleKind,
    Suspension,
    add_months,
    compute,
    is_late,
    month_due,
    working_day_due,
)
from services.chassis.calendar.tables import OfficialTable
from services.chassis.calendar.working import shipped_calendar
from services.chassis.clock import BEIJING
from tests.unit.calendar.tables_for_tests import law

CAL = shipped_calendar()
STARTS = st.dates(date(2021, 1, 1), date(2028, 12, 31))
LENGTHS = st.integers(1, 60)
MONTHS = st.integers(1, 24)


@st.composite
def tables_of(draw: st.DrawFn, year: int) -> OfficialTable:
    days = st.dates(date(year, 1, 1), date(year, 12, 31))
    off = draw(st.frozensets(days, max_size=25)) | law(year)
    make_up = {day for day in draw(st.frozensets(days, max_size=25)) - off if day.weekday() >= 5}
    return OfficialTable(year, "通知", 1, frozenset(off), frozenset(make_up))


@given(STARTS, LENGTHS)
def test_counted_days_are_exactly_the_length_and_the_last_is_the_due_date(start: date, length: int):
    due = working_day_due(start, length, CAL)
    counted = [step.date for step in due.days if step.counted]

    assert len(counted) == length
    assert counted[-1] == due.days[-1].date == due.due_date
    assert start not in counted


@given(STARTS, LENGTHS)
def test_the_explanation_leaves_out_no_day(start: date, length: int):
    days = [step.date for step in working_day_due(start, length, CAL).days]

    assert days == [start + timedelta(days=n) for n in range(len(days))]


@given(STARTS, LENGTHS, MONTHS)
def test_a_due_date_is_a_working_day(start: date, length: int, months: int):
    for due in (working_day_due(start, length, CAL), month_due(start, months, CAL)):
        assert due.due_date is not None
        assert CAL.is_working(due.due_date)


@given(STARTS, STARTS, LENGTHS, MONTHS)
def test_a_later_start_is_never_due_earlier(one: date, other: date, length: int, months: int):
    earlier, later = sorted((one, other))

    for rule in (DueRule(RuleKind.WORKING_DAY, length), DueRule(RuleKind.MONTH, months, roll=True)):
        first, second = compute(rule, earlier, CAL).due_date, compute(rule, later, CAL).due_date
        assert first is not None
        assert second is not None
        assert first <= second


@given(STARTS, LENGTHS, st.integers(0, 20))
def test_an_extension_never_shortens_and_equals_the_longer_rule(start: date, length: int, extra: int):
    extended = compute(DueRule(RuleKind.WORKING_DAY, length), start, CAL, extension=extra)

    assert extended.due_date == working_day_due(start, length + extra, CAL).due_date
    assert extended.original_due_date == working_day_due(start, length, CAL).due_date


@given(STARTS, MONTHS)
def test_rolling_moves_forward_to_the_first_working_day_and_no_further(start: date, months: int):
    plain = month_due(start, months, CAL, roll=False).due_date
    rolled = month_due(start, months, CAL).due_date
    assert plain is not None
    assert rolled is not None

    assert rolled == (plain if CAL.is_working(plain) else CAL.next_working_day(plain))
    # A date that has been rolled does not move when it is rolled again.
    assert CAL.is_working(rolled)


@given(STARTS, MONTHS)
def test_months_keep_the_day_or_take_the_last_of_the_month(start: date, months: int):
    target = add_months(start, months)

    assert (target.year * 12 + target.month) - (start.year * 12 + start.month) == months
    assert target.day == start.day or (target.day < start.day and (target + timedelta(days=1)).day == 1)


@given(STARTS, LENGTHS, st.integers(1, 40), st.integers(1, 20))
def test_stopping_the_clock_gives_back_every_working_day_it_stood(start: date, length: int, offset: int, stopped: int):
    first = start + timedelta(days=offset)
    stop = Suspension(first, first + timedelta(days=stopped))
    plain = working_day_due(start, length, CAL)
    due = compute(DueRule(RuleKind.WORKING_DAY, length), start, CAL, suspensions=[stop])
    assert due.due_date is not None
    assert plain.due_date is not None

    counted = [step.date for step in due.days if step.counted]
    assert len(counted) == length
    assert not any(stop.covers(day) for day in counted)
    assert due.due_date >= plain.due_date
    if first > plain.due_date:
        assert due.due_date == plain.due_date


@given(tables_of(2027), STARTS, LENGTHS, MONTHS)
def test_loading_a_year_changes_provisional_dates_only(loaded: OfficialTable, start: date, length: int, months: int):
    after = CAL.with_table(loaded)

    for rule in (DueRule(RuleKind.WORKING_DAY, length), DueRule(RuleKind.MONTH, months, roll=True)):
        before_due = compute(rule, start, CAL)
        after_due = compute(rule, start, after)
        if not before_due.provisional:
            assert after_due == before_due
        assert 2027 not in after_due.missing_years


@given(tables_of(2027), STARTS, LENGTHS)
def test_a_date_is_provisional_exactly_when_a_day_of_an_unknown_year_was_counted_or_skipped(
    loaded: OfficialTable, start: date, length: int
):
    cal = CAL.with_table(loaded)
    due = working_day_due(start, length, cal)

    years = {step.date.year for step in due.days[1:]}
    assert due.provisional == any(year not in cal.tables for year in years)
    assert set(due.missing_years) == {year for year in years if year not in cal.tables}


NOWS = st.datetimes(datetime(2021, 1, 1), datetime(2029, 12, 31), timezones=st.just(BEIJING))  # noqa: DTZ001


@given(STARTS, LENGTHS, NOWS)
def test_lateness_begins_the_day_after_the_due_date_and_never_while_provisional(
    start: date, length: int, now: datetime
):
    due = working_day_due(start, length, CAL)
    assert due.due_date is not None

    assert is_late(due, now) == (not due.provisional and now.date() > due.due_date)
