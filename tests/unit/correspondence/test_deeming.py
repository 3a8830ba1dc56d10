"""A letter is deemed received only once the waiting time is over: a whole working day, by the official calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.chassis.calendar.working import shipped_calendar
from services.chassis.clock import BEIJING
from services.chassis.correspondence.deeming import DeemedTooEarlyError, check_waited
from services.chassis.matters.fold import Matter, fold
from services.chassis.matters.model import Act, Event, Kind, Side
from services.chassis.rulebook.load import load

BOOK = load()


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING).astimezone(UTC)


def written(text: str) -> Matter:
    at = beijing(text)
    return fold(Kind.REQUEST, [Act("l1", Event.OPENED, Side.OPENER, 1, at, None, {"leader_signed_at": at.isoformat()})])


@pytest.mark.article("A3.2h")
@pytest.mark.parametrize(
    ("sent", "too_early", "in_time"),
    [
        ("2026-03-02T09:00", "2026-03-03T23:59", "2026-03-04T08:00"),
        # Friday afternoon: the waiting time is Monday.
        ("2026-03-06T17:00", "2026-03-09T17:00", "2026-03-10T08:00"),
        # The day before the National Day holiday, which lasts to 7 October.
        ("2026-09-30T17:00", "2026-10-08T17:00", "2026-10-09T08:00"),
    ],
)
def test_a_call_counts_from_the_day_after_the_waiting_time(sent: str, too_early: str, in_time: str):
    matter = written(sent)

    with pytest.raises(DeemedTooEarlyError) as refused:
        check_waited(matter, BOOK, shipped_calendar(), beijing(too_early))
    assert refused.value.facts["waited_until"] == too_early[:10]
    assert refused.value.facts["article"] == "county setting"
    check_waited(matter, BOOK, shipped_calendar(), beijing(in_time))


def test_a_call_before_the_letter_was_written_confirms_nothing():
    with pytest.raises(DeemedTooEarlyError):
        check_waited(written("2026-03-02T09:00"), BOOK, shipped_calendar(), beijing("2026-02-27T09:00"))
