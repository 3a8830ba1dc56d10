"""The ladder as evidence: two clocks compared, and a long way told from a wrong clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.chassis.matters.evidence import Difference, Flag, Limits, Times, flags, ladder
from services.chassis.matters.model import Kind, Rung
from tests.unit.matters.steps import ACCEPTED, hours, talked

MINUTES = timedelta(minutes=1)
LIMITS = Limits(clocks=2 * MINUTES, days=timedelta(days=1))


def found(letter: Times) -> list[Flag]:
    return list(flags([letter], LIMITS))


def test_a_letter_that_travelled_for_weeks_is_no_fault_of_a_clock() -> None:
    assert found(Times("a1", hours(0), hours(24 * 30))) == []
    assert found(Times("a1", hours(0), None)) == []


def test_a_letter_stored_before_it_was_written_shows_that_clocks_differ() -> None:
    assert found(Times("a1", hours(0), hours(0) - 2 * MINUTES)) == []
    (flag,) = found(Times("a1", hours(0), hours(0) - 3 * MINUTES))
    assert (flag.difference, flag.apart) == (Difference.CLOCKS_DIFFER, 3 * MINUTES)


@pytest.mark.parametrize(("days", "flagged"), [(0, False), (1, False), (2, True), (-2, True)])
def test_a_signature_and_a_storing_more_than_a_day_apart_are_shown(days: int, *, flagged: bool) -> None:
    signed = hours(0) - timedelta(days=days)
    differences = [flag.difference for flag in found(Times("a1", hours(0), hours(0), leader_signed_at=signed))]
    assert differences == [Difference.SIGNED_LONG_BEFORE_STORED] * flagged


def test_the_ladder_has_every_rung_and_only_the_sender_knows_when_it_sent() -> None:
    standing = talked(Kind.REQUEST, *ACCEPTED).matter().standing
    climbed = ladder(standing)
    assert list(climbed) == list(Rung)
    assert climbed[Rung.SENT] is None
    sent = ladder(standing, hours(0.1))[Rung.SENT]
    assert sent is not None
    assert sent.at == hours(0.1)
