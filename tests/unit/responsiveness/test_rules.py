"""Promptness is counted in working days, every share stands on a base, and what has no date is not scored."""

from __future__ import annotations

from datetime import date

import pytest

from services.chassis.calendar.working import shipped_calendar
from services.chassis.responsiveness.rules import Answer, Duty, Grade, Row, Signing, Thresholds, graded, row_of

LIMITS = Thresholds(signing=1, good=90, fair=70, least=5)
TODAY = date(2026, 3, 16)


def row(signings: list[Signing], duties: list[Duty], undated: int = 0) -> Row:
    return row_of("audit", signings, duties, undated, today=TODAY, calendar=shipped_calendar(), thresholds=LIMITS)


def test_signing_is_in_time_late_or_still_owed():
    friday, monday, tuesday = date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 10)
    found = row(
        [
            Signing(friday, friday),
            Signing(friday, monday),
            Signing(friday, tuesday),
            Signing(friday, None),
            Signing(date(2026, 3, 13), None),
        ],
        [],
    )
    # One that came on Friday and is unsigned on Monday is still within its one working day.
    assert (found.signed_in_time, found.signed_late, found.unsigned_late) == (2, 1, 1)
    assert found.average_signing == 100


def test_answers_count_by_what_became_of_their_dates():
    begun = date(2026, 3, 2)
    found = row(
        [],
        [
            Duty(Answer.IN_TIME, begun, date(2026, 3, 9)),
            Duty(Answer.LATE, begun, date(2026, 3, 11)),
            Duty(Answer.OVERDUE, begun),
            Duty(Answer.UNDECIDED, begun),
        ],
        undated=3,
    )
    assert (found.answered_in_time, found.answered_late, found.unanswered_late, found.undated) == (1, 1, 1, 3)
    assert (found.average_answering, found.grade) == (600, Grade.TOO_FEW)


def test_nothing_asked_is_nothing_said():
    assert row([], []) == Row("audit", 0, 0, 0, None, 0, 0, 0, None, 0, Grade.TOO_FEW)


@pytest.mark.parametrize(
    ("in_time", "dated", "grade"),
    [
        (4, 4, Grade.TOO_FEW),
        (5, 5, Grade.GOOD),
        (9, 10, Grade.GOOD),
        (89, 100, Grade.FAIR),
        (7, 10, Grade.FAIR),
        (69, 100, Grade.POOR),
        (0, 5, Grade.POOR),
    ],
)
def test_the_grade_is_of_the_share_and_only_where_there_are_enough(in_time: int, dated: int, grade: Grade):
    assert graded(in_time, dated, LIMITS) is grade
