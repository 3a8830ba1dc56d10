"""A person is told that work has come: of what is new, not too often, and never twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.notices.rules import Notice, Pace, Subscription, Waiting, What, due, failed, looked, told
from services.chassis.testing.clock import DEFAULT_INSTANT

NOW = DEFAULT_INSTANT
HOUR = timedelta(hours=1)
PACE = Pace()
CLERK = Subscription("clerk", "clerk@audit", daily=False, known=frozenset({"a"}))


def waiting(*tasks: str, late: int = 0) -> Waiting:
    return Waiting(frozenset(tasks), late)


def test_what_waits_when_the_address_is_set_is_not_told_of():
    new = replace(CLERK, known=None)

    assert due(new, waiting("a", "b"), PACE, NOW) is None
    assert due(looked(new, {"a", "b"}), waiting("a", "b"), PACE, NOW) is None


def test_what_is_new_is_counted():
    assert due(CLERK, waiting("a", "b", "c"), PACE, NOW) == Notice(What.FRESH, 2)


@pytest.mark.parametrize(("later", "sent"), [(timedelta(minutes=59), False), (HOUR, True)])
def test_at_most_one_notice_an_hour(later: timedelta, *, sent: bool):
    after = told(CLERK, Notice(What.FRESH, 1), {"a", "b"}, NOW)

    assert due(after, waiting("a", "b"), PACE, NOW + later) is None
    assert (due(after, waiting("a", "b", "c"), PACE, NOW + later) is not None) is sent


def test_what_went_away_and_comes_again_is_new():
    assert due(looked(CLERK, set()), waiting("a"), PACE, NOW) == Notice(What.FRESH, 1)


def test_every_failure_doubles_the_pause_up_to_an_hour():
    after = failed(CLERK, NOW)
    assert due(after, waiting("b"), PACE, NOW + timedelta(seconds=59)) is None
    assert due(after, waiting("b"), PACE, NOW + timedelta(minutes=1)) == Notice(What.FRESH, 1)

    for _ in range(20):
        after = failed(after, NOW)
    assert after.waits(NOW + timedelta(minutes=59))
    assert not after.waits(NOW + HOUR)


def test_the_counts_of_the_day_come_once_every_morning():
    wants = replace(CLERK, daily=True)
    notice = Notice(What.DAILY, 2, 1)
    assert due(wants, waiting("a", "b", late=1), PACE, NOW) == notice

    after = told(wants, notice, {"a", "b"}, NOW)
    assert due(after, waiting("a", "b", late=1), PACE, NOW + 2 * HOUR) is None
    assert due(after, waiting("a", "b", late=1), PACE, NOW + 24 * HOUR) == notice


def test_no_counts_before_the_morning_begins():
    early = replace(PACE, daily_from=(NOW + 9 * HOUR).time())

    assert due(replace(CLERK, daily=True), waiting("a"), early, NOW) is None


def test_an_address_is_no_part_of_what_is_printed():
    assert "clerk@audit" not in repr(CLERK)
