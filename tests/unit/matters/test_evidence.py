"""The ladder as evidence: two clocks compared, a long way told from a wrong clock, and what counts as on time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from services.chassis.matters.evidence import Difference, Times, flags, ladder, late_days, on_time
from services.chassis.matters.model import Kind, Rung
from tests.unit.matters.steps import ACCEPTED, hours, talked

DUE = date(2026, 3, 9)
LAST_MINUTE = datetime(2026, 3, 9, 15, 59, tzinfo=UTC)
"""23:59 in Beijing on the due date."""
MINUTES = timedelta(minutes=1)


def test_a_letter_that_travelled_for_weeks_is_no_fault_of_a_clock() -> None:
    assert flags([Times("a1", hours(0), hours(24 * 30))]) == ()
    assert flags([Times("a1", hours(0), None)]) == ()


def test_a_letter_stored_before_it_was_written_shows_that_clocks_differ() -> None:
    assert flags([Times("a1", hours(0), hours(0) - 2 * MINUTES)]) == ()
    (flag,) = flags([Times("a1", hours(0), hours(0) - 3 * MINUTES)])
    assert (flag.difference, flag.apart) == (Difference.CLOCKS_DIFFER, 3 * MINUTES)


def test_a_letter_stored_after_its_receipt_was_heard_shows_that_clocks_differ() -> None:
    (flag,) = flags([Times("a1", hours(0), hours(5), receipt_heard_at=hours(4))])
    assert (flag.difference, flag.apart) == (Difference.CLOCKS_DIFFER, timedelta(hours=1))


@pytest.mark.parametrize(("days", "flagged"), [(0, False), (1, False), (2, True), (-2, True)])
def test_a_signature_and_a_storing_more_than_a_day_apart_are_shown(days: int, *, flagged: bool) -> None:
    signed = hours(0) - timedelta(days=days)
    found = flags([Times("a1", hours(0), hours(0), leader_signed_at=signed)])
    assert [flag.difference for flag in found] == [Difference.SIGNED_LONG_BEFORE_STORED] * flagged


@pytest.mark.article("A3.2h")
def test_on_time_is_signed_and_committed_by_the_due_date_in_beijing() -> None:
    assert on_time(LAST_MINUTE, LAST_MINUTE, DUE)
    assert not on_time(LAST_MINUTE, LAST_MINUTE + MINUTES, DUE)
    assert not on_time(LAST_MINUTE + MINUTES, LAST_MINUTE, DUE)
    assert late_days(LAST_MINUTE, LAST_MINUTE, DUE) == 0
    assert late_days(LAST_MINUTE, LAST_MINUTE + timedelta(days=2), DUE) == 2


def test_the_ladder_has_every_rung_and_only_the_sender_knows_when_it_sent() -> None:
    standing = talked(Kind.REQUEST, *ACCEPTED).matter().standing
    climbed = ladder(standing)
    assert list(climbed) == list(Rung)
    assert climbed[Rung.SENT] is None
    sent = ladder(standing, hours(0.1))[Rung.SENT]
    assert sent is not None
    assert sent.at == hours(0.1)
