"""Working days left and gone by are counted by the calendars a node has, and never guessed."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from services.chassis.calendar.working import shipped_calendar
from services.chassis.correspondence.countdown import Countdown


def at(day: str) -> Countdown:
    return Countdown(shipped_calendar(), datetime.fromisoformat(f"{day}T15:00:00+08:00"))


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        ("2026-03-02", "2026-03-09", 5),
        ("2026-03-09", "2026-03-09", 0),
        ("2026-03-06", "2026-03-09", 1),  # over a weekend
        ("2026-03-10", "2026-03-09", None),  # passed
        ("2026-09-30", "2026-10-08", 1),  # the National Day week
        ("2026-12-30", "2027-01-05", None),  # next year's calendar is not published
    ],
)
def test_what_is_left_of_a_date_is_counted_in_working_days(today: str, due: str, left: int | None):
    assert at(today).remaining(date.fromisoformat(due)) == left


@pytest.mark.parametrize(
    ("began", "age"), [("2026-03-02", 5), ("2026-03-09", 0), ("2026-03-15", 0), ("2012-12-31", None)]
)
def test_what_has_no_date_has_an_age(began: str, age: int | None):
    assert at("2026-03-09").age(date.fromisoformat(began)) == age
