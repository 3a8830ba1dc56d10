"""The days that led to a date, month by month as a calendar on the wall shows them. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from guantong.node.v1 import matters_service_pb2 as pb

_MOST_MONTHS = 14


@dataclass(frozen=True, slots=True)
class Cell:
    """One day. `mark` is "start", "counted", "rest", "due" or empty for a day that has no part in it."""

    day: int
    mark: str
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Month:
    """One month, in weeks from Monday; None is a day of a neighbouring month."""

    first: date
    weeks: tuple[tuple[Cell | None, ...], ...]


def months(days: Sequence[pb.ExplainedDay], language: str) -> list[Month]:
    """The months that hold the days; none where there are more than anybody would look at."""
    if not days:
        return []
    told = _told(days, language)
    first, last = min(told), max(told)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    if count > _MOST_MONTHS:
        return []
    starts = [divmod(first.year * 12 + first.month - 1 + place, 12) for place in range(count)]
    return [_month(date(year, month + 1, 1), told) for year, month in starts]


def _told(days: Sequence[pb.ExplainedDay], language: str) -> dict[date, Cell]:
    told: dict[date, Cell] = {}
    number = 0
    for place, one in enumerate(days):
        day = date.fromisoformat(one.date)
        number += one.counted
        mark = "counted" if one.counted else "start" if place == 0 else "rest"
        if place == len(days) - 1:
            mark = "due"
        reason = one.reason_zh if language == "zh" else one.reason_en
        told[day] = Cell(day.day, mark, number if one.counted else 0, reason)
    return told


def _month(first: date, told: dict[date, Cell]) -> Month:
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return Month(first, tuple(tuple(_cell(day, first, told) for day in week) for week in weeks))


def _cell(day: date, first: date, told: dict[date, Cell]) -> Cell | None:
    if day.month != first.month:
        return None
    return told.get(day) or Cell(day.day, "", 0, "")
