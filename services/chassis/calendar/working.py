"""Says of any day whether it is worked, why, and whether that is certain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum
from functools import cache, cached_property
from types import MappingProxyType

from services.chassis.calendar.errors import CalendarVersionError
from services.chassis.calendar.tables import (
    CountyOverlay,
    OfficialTable,
    is_fixed_by_law,
    is_weekend,
    shipped_tables,
)

ONE_DAY = timedelta(days=1)
_DECEMBER = 12


class Reason(Enum):
    """Why a day counts, does not count, or stands in an explanation: stable codes, part of the contract."""

    START_DAY = "start_day"
    WORKING_DAY = "working_day"
    MAKE_UP_WORKING_DAY = "make_up_working_day"
    COUNTY_WORKING_DAY = "county_working_day"
    WEEKEND = "weekend"
    OFFICIAL_HOLIDAY = "official_holiday"
    HOLIDAY_BY_LAW = "holiday_by_law"
    COUNTY_HOLIDAY = "county_holiday"
    SUSPENDED = "suspended"
    CORRESPONDING_DAY = "corresponding_day"
    CLAMPED_TO_MONTH_END = "clamped_to_month_end"
    MOVED_BY_SUSPENSION = "moved_by_suspension"
    ROLLED_TO_WORKING_DAY = "rolled_to_working_day"
    YEARLY_DAY = "yearly_day"
    STATED_DATE = "stated_date"
    OPENS = "opens"


WORKED = frozenset({Reason.WORKING_DAY, Reason.MAKE_UP_WORKING_DAY, Reason.COUNTY_WORKING_DAY})


@dataclass(frozen=True)
class WorkingCalendar:
    """Official tables by year, plus the county's own days. Immutable: loading a table gives a new calendar."""

    tables: Mapping[int, OfficialTable] = field(default_factory=lambda: MappingProxyType({}))
    overlay: CountyOverlay | None = None

    def with_table(self, table: OfficialTable) -> WorkingCalendar:
        """This calendar with `table` in force, unless a higher version of its year already is.

        Raises:
            CalendarVersionError: the same year and version stands with other dates.
        """
        present = self.tables.get(table.year)
        if present is not None:
            if present.version > table.version:
                return self
            if present.version == table.version:
                _check_same(present, table)
                return self
        return replace(self, tables=MappingProxyType({**self.tables, table.year: table}))

    def with_overlay(self, overlay: CountyOverlay | None) -> WorkingCalendar:
        """This calendar with the county's own days replaced."""
        return replace(self, overlay=overlay)

    def is_known(self, day: date) -> bool:
        """Whether the official table of the day's year is loaded; if not, what is said of the day is provisional."""
        return day.year in self.tables

    def is_working(self, day: date) -> bool:
        """Whether the day is worked, as far as is known."""
        return self.reason(day) in WORKED

    def reason(self, day: date) -> Reason:
        """Why the day is worked or not: county first, then the official notice, then law and weekends."""
        if self.overlay is not None:
            if day in self.overlay.off:
                return Reason.COUNTY_HOLIDAY
            if day in self.overlay.make_up:
                return Reason.COUNTY_WORKING_DAY
        for table in self._tables_for(day):
            if day in table.make_up:
                return Reason.MAKE_UP_WORKING_DAY
            if day in table.off:
                return Reason.OFFICIAL_HOLIDAY
        if not self.is_known(day) and is_fixed_by_law(day):
            return Reason.HOLIDAY_BY_LAW
        return Reason.WEEKEND if is_weekend(day) else Reason.WORKING_DAY

    def _tables_for(self, day: date) -> Iterable[OfficialTable]:
        # The notice for next year may move days of this December; it is the later word on them.
        years = (day.year + 1, day.year) if day.month == _DECEMBER else (day.year,)
        return (self.tables[year] for year in years if year in self.tables)

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        day += ONE_DAY
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def working_day_offset(self, day: date, offset: int) -> date:
        """The working day `offset` working days after `day` (before it, when negative); `day` itself when 0."""
        step = ONE_DAY if offset > 0 else -ONE_DAY
        for _ in range(abs(offset)):
            day += step
            while not self.is_working(day):
                day += step
        return day

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie after `after` up to and including `until`; 0 when `until` is not later."""
        if until <= after:
            return 0
        whole_years = sum(self._worked_in(year)[-1] for year in range(after.year, until.year))
        return (
            whole_years
            + self._worked_in(until.year)[_day_of_year(until)]
            - self._worked_in(after.year)[_day_of_year(after)]
        )

    def _worked_in(self, year: int) -> list[int]:
        """How many days of the year were worked up to and including its nth; none before its first."""
        if year not in self._worked:
            first, counts = date(year, 1, 1), [0]
            for number in range((date(year, _DECEMBER, 31) - first).days + 1):
                counts.append(counts[-1] + self.is_working(first + timedelta(days=number)))
            self._worked[year] = counts
        return self._worked[year]

    @cached_property
    def _worked(self) -> dict[int, list[int]]:
        """Counted once for each year: lists of many dates ask again and again."""
        return {}


def calendar_of(tables: Iterable[OfficialTable] = (), overlay: CountyOverlay | None = None) -> WorkingCalendar:
    """A calendar of the given tables; of each year the highest version is in force."""
    calendar = WorkingCalendar(overlay=overlay)
    for table in tables:
        calendar = calendar.with_table(table)
    return calendar


@cache
def shipped_calendar() -> WorkingCalendar:
    """The calendar that comes with the product, without any county's own days."""
    return calendar_of(shipped_tables())


def _day_of_year(day: date) -> int:
    return day.timetuple().tm_yday


def _check_same(present: OfficialTable, table: OfficialTable) -> None:
    if (present.off, present.make_up) != (table.off, table.make_up):
        raise CalendarVersionError(year=table.year, version=table.version)
