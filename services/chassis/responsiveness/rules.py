"""Judges how promptly one body signs for and answers letters. Pure: what has no date in the opinion is never scored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from services.chassis.calendar.working import WorkingCalendar


class Answer(Enum):
    """What has become of a dated duty."""

    IN_TIME = "in_time"
    LATE = "late"
    OVERDUE = "overdue"
    """Not done, and its date is past."""
    UNDECIDED = "undecided"
    """Still within its time, stopped, provisional, or fallen away."""


class Grade(Enum):
    """What the share of dated duties answered in time comes to."""

    TOO_FEW = "too_few"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A county's settings: working days for signing, percent of duties answered in time, fewest duties to grade."""

    signing: int
    good: int
    fair: int
    least: int


@dataclass(frozen=True, slots=True)
class Signing:
    """A letter that the body has: when it was stored, and when it was signed for (Beijing); None while it was not."""

    stored: date
    signed: date | None


@dataclass(frozen=True, slots=True)
class Duty:
    """A dated duty of the body: what has become of it, when its clock started and, where it was done, when."""

    answer: Answer
    started: date
    done: date | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """How one body fares. Averages in hundredths of working days; None where there is nothing to average."""

    body: str
    signed_in_time: int
    signed_late: int
    unsigned_late: int
    average_signing: int | None
    answered_in_time: int
    answered_late: int
    unanswered_late: int
    average_answering: int | None
    undated: int
    grade: Grade


def row_of(
    body: str,
    signings: Iterable[Signing],
    duties: Iterable[Duty],
    undated: int,
    *,
    today: date,
    calendar: WorkingCalendar,
    thresholds: Thresholds,
) -> Row:
    """The row of `body` as of `today`."""
    signings, duties = list(signings), list(duties)
    taken = [calendar.working_days_between(one.stored, one.signed) for one in signings if one.signed is not None]
    waiting = [calendar.working_days_between(one.stored, today) for one in signings if one.signed is None]
    answers = [duty.answer for duty in duties]
    answering = [calendar.working_days_between(duty.started, duty.done) for duty in duties if duty.done is not None]
    in_time, late, overdue = (answers.count(one) for one in (Answer.IN_TIME, Answer.LATE, Answer.OVERDUE))
    return Row(
        body=body,
        signed_in_time=sum(days <= thresholds.signing for days in taken),
        signed_late=sum(days > thresholds.signing for days in taken),
        unsigned_late=sum(days > thresholds.signing for days in waiting),
        average_signing=_average(taken),
        answered_in_time=in_time,
        answered_late=late,
        unanswered_late=overdue,
        average_answering=_average(answering),
        undated=undated,
        grade=graded(in_time, in_time + late + overdue, thresholds),
    )


def graded(in_time: int, dated: int, thresholds: Thresholds) -> Grade:
    """What so many of the dated duties answered in time come to."""
    if dated == 0 or dated < thresholds.least:
        return Grade.TOO_FEW
    if in_time * 100 >= thresholds.good * dated:
        return Grade.GOOD
    return Grade.FAIR if in_time * 100 >= thresholds.fair * dated else Grade.POOR


def _average(days: Sequence[int]) -> int | None:
    return round(sum(days) * 100 / len(days)) if days else None
