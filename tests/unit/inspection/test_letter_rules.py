"""The period of a section ends with the letter, starts where its rule says, and never reaches back further."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.calendar.dues import add_months
from services.inspection.letters.records import LookBackRule, Period, guidance_for, period_for, request_purpose, widest

LETTER = date(2026, 3, 2)
SINCE = LookBackRule(since_last_inspection=True, months=60)
THREE_YEARS = LookBackRule(since_last_inspection=False, months=36, plus_open=True)
days = st.dates(date(2010, 1, 1), date(2030, 12, 31))


@pytest.mark.article("A3.2f")
@pytest.mark.parametrize(
    ("rule", "last", "first"),
    [
        (THREE_YEARS, None, date(2023, 3, 2)),
        (THREE_YEARS, date(2025, 1, 1), date(2023, 3, 2)),
        (SINCE, date(2025, 1, 1), date(2025, 1, 1)),
        (SINCE, date(2015, 1, 1), date(2021, 3, 2)),
        (SINCE, None, date(2021, 3, 2)),
    ],
)
def test_a_period_starts_at_the_letter_or_at_the_last_inspection(rule: LookBackRule, last: date | None, first: date):
    assert period_for(rule, LETTER, last) == Period(first, LETTER)


@given(letter=days, last=st.none() | days, since=st.booleans(), months=st.integers(1, 240))
def test_no_period_is_empty_or_longer_than_its_rule(letter: date, last: date | None, months: int, *, since: bool):
    period = period_for(LookBackRule(since, months), letter, last)

    assert add_months(letter, -months) <= period.first <= period.last == letter


@given(st.lists(st.tuples(days, days), min_size=1, max_size=6))
def test_the_period_of_a_letter_holds_that_of_every_unit(pairs: list[tuple[date, date]]):
    periods = [Period(min(pair), max(pair)) for pair in pairs]

    overall = widest(periods)

    assert all(overall.first <= one.first and one.last <= overall.last for one in periods)


def test_guidance_names_units_with_a_shorter_period_and_only_those():
    periods = {"县水务局": Period(date(2025, 1, 1), LETTER), "云岭镇": Period(date(2021, 3, 2), LETTER)}

    text = guidance_for(("项目表", "问题表"), THREE_YEARS, periods, widest(list(periods.values())))

    assert text == "项目表; 问题表。此前尚未整改的问题一并列出。其中县水务局自2025-01-01起。"
    assert guidance_for((), None, {}, None) == ""


def test_a_purpose_numbers_the_questions_and_says_nothing_of_them_where_there_are_none():
    plain = request_purpose("十五届县委第八轮巡察", "routine", date(2026, 3, 16), ())
    asking = request_purpose("十五届县委第八轮巡察", "routine", None, [("县水务局", "往来款挂账原因")])

    assert "拟于2026年3月16日起" in plain
    assert "问题" not in plain
    assert asking.endswith("1. 县水务局: 往来款挂账原因")
