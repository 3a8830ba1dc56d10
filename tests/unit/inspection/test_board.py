"""Lateness is judged by the leader's signature, never on a provisional date, and never as a state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.chassis.calendar.working import shipped_calendar
from services.inspection.board.records import Cell, Lateness, lateness, opinion_letters_wait
from services.inspection.standing import LetterStanding

NOW = datetime(2026, 3, 12, 1, tzinfo=UTC)
DUE = LetterStanding(state="signed_for", due=date(2026, 3, 9))
LATE, IN_TIME = datetime(2026, 3, 10, 8, 40, tzinfo=UTC), datetime(2026, 3, 9, 15, 59, tzinfo=UTC)
NOT_LATE = Lateness(late=False, working_days=0)


@pytest.mark.article("A3.2h")
@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (DUE, Lateness(late=True, working_days=3)),
        (replace(DUE, state="answered", answered=LATE), Lateness(late=True, working_days=1)),
        (replace(DUE, state="settled", answered=LATE), Lateness(late=True, working_days=1)),
        (replace(DUE, state="answered", answered=IN_TIME), NOT_LATE),
        (replace(DUE, provisional=True), NOT_LATE),
        (replace(DUE, due=None), NOT_LATE),
        (replace(DUE, state="withdrawn"), NOT_LATE),
        (replace(DUE, state="returned", answered=IN_TIME), NOT_LATE),
    ],
)
def test_who_is_late_and_by_how_much(standing: LetterStanding, expected: Lateness):
    assert lateness(standing, NOW, shipped_calendar()) == expected


def test_the_due_day_lasts_until_midnight_in_beijing():
    last_second = datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)

    assert lateness(DUE, last_second, shipped_calendar()) == NOT_LATE
    assert lateness(DUE, datetime(2026, 3, 9, 16, 0, tzinfo=UTC), shipped_calendar()).late


@pytest.mark.article("A1.2b")
def test_opinion_letters_not_yet_sent_have_an_age_and_no_due_date():
    unsent = Cell(body="congress", unit_id="u1", article="A1.2b")
    sent = replace(unsent, state="stored")
    other = replace(unsent, article="A3.2h")

    def wait(*cells: Cell) -> int:
        return opinion_letters_wait(cells, date(2026, 3, 6), date(2026, 3, 10), shipped_calendar())

    assert wait(unsent, sent) == 2
    assert wait(sent, other) == 0
