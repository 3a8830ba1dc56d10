"""Official calendar tables as dated, versioned data: read from bytes, checked as a whole, never half accepted."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import resources
from typing import NoReturn

from services.chassis.calendar.errors import CalendarTableError

SATURDAY = 5
FIXED_BY_LAW = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
"""Month and day of the public holidays that the law puts on solar dates; the others need a table."""

_FIRST_YEAR, _LAST_YEAR = 1949, 2199
_TABLE_KEYS = frozenset({"year", "version", "source", "published", "working_days", "off", "make_up"})
_OVERLAY_KEYS = frozenset({"county", "version", "source", "off", "make_up"})


@dataclass(frozen=True)
class OfficialTable:
    """The yearly notice of the General Office of the State Council, as dates.

    A notice may also move days of the December before its year; such dates belong to this table, and win over
    the table of the year they lie in.
    """

    year: int
    source: str
    version: int
    off: frozenset[date]
    make_up: frozenset[date]
    published: date | None = None


@dataclass(frozen=True)
class CountyOverlay:
    """Days off, or worked, in this county alone (ethnic autonomous areas have their own holidays)."""

    county: str
    source: str
    version: int
    off: frozenset[date]
    make_up: frozenset[date]


def is_weekend(day: date) -> bool:
    """Saturday or Sunday."""
    return day.weekday() >= SATURDAY


def is_fixed_by_law(day: date) -> bool:
    """A public holiday that needs no yearly notice to be known."""
    return (day.month, day.day) in FIXED_BY_LAW


def parse_table(content: bytes, file: str) -> OfficialTable:
    """Read one year's table; `file` is only used to name the source of a fault.

    Raises:
        CalendarTableError: naming file, key and reason; nothing of a faulty file is used.
    """
    reader = _Reader(content, file, _TABLE_KEYS)
    year = reader.whole("year", _FIRST_YEAR, _LAST_YEAR)
    version = reader.whole("version", 1, 1_000_000)
    source = reader.words("source")
    published = reader.day("published")
    off = reader.days("off")
    make_up = reader.days("make_up")
    table = OfficialTable(year, source, version, off, make_up, published)
    _check_dates(reader, table)
    if "working_days" in reader.values:
        stated = reader.whole("working_days", 1, 366)
        counted = count_working_days(table)
        if counted != stated:
            reader.fail(
                "working_days",
                f"the dates give {counted} working days, the file states {stated}",
                f"按所列日期共有 {counted} 个工作日，文件写的是 {stated} 个",
            )
    return table


def parse_overlay(content: bytes, file: str) -> CountyOverlay:
    """Read a county's own days; `file` is only used to name the source of a fault.

    Raises:
        CalendarTableError: naming file, key and reason.
    """
    reader = _Reader(content, file, _OVERLAY_KEYS)
    off, make_up = reader.days("off"), reader.days("make_up")
    _check_disjoint(reader, off, make_up)
    return CountyOverlay(
        reader.words("county"), reader.words("source"), reader.whole("version", 1, 1_000_000), off, make_up
    )


def shipped_tables() -> tuple[OfficialTable, ...]:
    """The tables that come with the product, by year."""
    folder = resources.files("services.chassis.calendar") / "data"
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    return tuple(parse_table(item.read_bytes(), item.name) for item in files)


def count_working_days(table: OfficialTable) -> int:
    """How many working days the table gives its own year: the control total printed in each file."""
    return sum(_is_working(table, day) for day in days_from(date(table.year, 1, 1), date(table.year, 12, 31)))


def days_from(first: date, last: date) -> Iterable[date]:
    """Every day from `first` to `last`, both included."""
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))


def _is_working(table: OfficialTable, day: date) -> bool:
    return day in table.make_up or (day not in table.off and not is_weekend(day))


def _check_dates(reader: _Reader, table: OfficialTable) -> None:
    earliest, latest = date(table.year - 1, 12, 1), date(table.year, 12, 31)
    for key, days in (("off", table.off), ("make_up", table.make_up)):
        for day in sorted(days):
            if not earliest <= day <= latest:
                reader.fail(
                    key,
                    f"{day} lies outside {table.year} and the December before it",
                    f"{day} 不在 {table.year} 年及其前一年 12 月之内",
                )
    _check_disjoint(reader, table.off, table.make_up)
    for day in sorted(table.make_up):
        if not is_weekend(day):
            reader.fail(
                "make_up",
                f"{day} is not a Saturday or Sunday, so it cannot be a make-up working day",
                f"{day} 不是周六或周日，不能是调休上班日",
            )
    for month, day_of_month in FIXED_BY_LAW:
        day = date(table.year, month, day_of_month)
        if day not in table.off:
            reader.fail("off", f"{day} is a day off by law and is missing", f"缺少法定节假日 {day}")


def _check_disjoint(reader: _Reader, off: frozenset[date], make_up: frozenset[date]) -> None:
    for day in sorted(off & make_up):
        reader.fail("make_up", f"{day} is also listed under off", f"{day} 同时列在 off 中")


class _Reader:
    """Takes values out of one TOML file and names file, key and reason when one is not as it must be."""

    def __init__(self, content: bytes, file: str, known: frozenset[str]) -> None:
        self._file = file
        try:
            self.values = tomllib.loads(content.decode("utf-8"))
        except UnicodeDecodeError as error:
            self.fail("-", f"not UTF-8 at byte {error.start}", f"第 {error.start} 字节不是 UTF-8")
        except (ValueError, RecursionError) as error:
            # Also a number without end, and brackets in brackets in brackets.
            self.fail("-", f"not TOML: {error}", f"不是有效的 TOML：{error}")
        for key in sorted(self.values.keys() - known):
            self.fail(
                key,
                f"unknown key; known are {', '.join(sorted(known))}",
                f"未知的键；可用的键是 {'、'.join(sorted(known))}",
            )

    def fail(self, key: str, problem: str, problem_zh: str) -> NoReturn:
        raise CalendarTableError(file=self._file, key=key, problem=problem, problem_zh=problem_zh)

    def whole(self, key: str, least: int, most: int) -> int:
        value = self._value(key)
        if type(value) is not int or not least <= value <= most:
            self.fail(key, f"must be a whole number from {least} to {most}", f"必须是 {least} 至 {most} 之间的整数")
        return value

    def words(self, key: str) -> str:
        value = self._value(key)
        if not isinstance(value, str) or not value.strip():
            self.fail(key, "must be text that is not empty", "必须是非空文字")
        return value

    def day(self, key: str) -> date:
        return self._as_day(key, self._value(key))

    def days(self, key: str) -> frozenset[date]:
        value = self._value(key)
        if not isinstance(value, list):
            self.fail(key, "must be a list of dates", "必须是日期列表")
        days = [self._as_day(key, item) for item in value]
        for day in sorted(days):
            if days.count(day) > 1:
                self.fail(key, f"{day} is listed twice", f"{day} 重复")
        return frozenset(days)

    def _value(self, key: str) -> object:
        if key not in self.values:
            self.fail(key, "is missing", "缺失")
        value: object = self.values[key]
        return value

    def _as_day(self, key: str, value: object) -> date:
        if not isinstance(value, date) or isinstance(value, datetime):
            self.fail(
                key,
                f"{value!r} is not a date; write it like 2026-10-01, without quotes",
                f"{value!r} 不是日期；请写成 2026-10-01，不加引号",
            )
        return value
