"""The calendar a node computes by: the shipped tables, those loaded into it, and the county's own days."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import sqlalchemy as sa

from services.chassis.calendar.errors import CalendarOutdatedError, CalendarVersionError
from services.chassis.calendar.tables import CountyOverlay, OfficialTable, parse_overlay, parse_table
from services.chassis.calendar.working import WorkingCalendar, shipped_calendar
from services.chassis.deadlines.tables import CALENDAR_TABLES
from services.chassis.storage.uow import Transaction

COUNTY_DAYS = 0
"""Stands in the place of the year for the county's own days, which are one list for all years."""


def calendar_in_force(connection: sa.Connection) -> WorkingCalendar:
    """The node's calendar as this transaction sees it: never a copy that a neighbor has outdated."""
    query = sa.select(CALENDAR_TABLES.c.year, CALENDAR_TABLES.c.content).order_by(
        CALENDAR_TABLES.c.year, CALENDAR_TABLES.c.version
    )
    return _calendar(tuple((row.year, row.content) for row in connection.execute(query)))


def calendars_so_far(connection: sa.Connection) -> Iterator[WorkingCalendar]:
    """Every calendar that was ever in force here, the present one first and the shipped one last."""
    stored = connection.execute(sa.select(CALENDAR_TABLES).order_by(CALENDAR_TABLES.c.loaded_at)).all()
    for number in range(len(stored), -1, -1):
        loaded = sorted((row.year, row.version, row.content) for row in stored[:number])
        yield _calendar(tuple((year, content) for year, _version, content in loaded))


def store_table(tx: Transaction, content: bytes, file: str) -> tuple[OfficialTable, bool]:
    """Put an official table in force; says whether anything changed. Loading the table in force again does not.

    Raises:
        CalendarTableError: the file is faulty.
        CalendarOutdatedError: a higher version of the year is in force.
        CalendarVersionError: its version stands with other dates.
    """
    table = parse_table(content, file)
    present = calendar_in_force(tx.connection).tables.get(table.year)
    if present is not None:
        _check_newer(table.year, table.version, present.version)
        if table.version == present.version:
            if (table.off, table.make_up) != (present.off, present.make_up):
                raise CalendarVersionError(year=table.year, version=table.version)
            return present, False
    _insert(tx, table.year, table.version, content)
    return table, True


def store_overlay(tx: Transaction, content: bytes, file: str) -> tuple[CountyOverlay, bool]:
    """Put the county's own days in force; says whether anything changed.

    Raises:
        CalendarTableError: the file is faulty.
        CalendarOutdatedError: a higher version is in force.
        CalendarVersionError: its version stands with other dates.
    """
    overlay = parse_overlay(content, file)
    present = calendar_in_force(tx.connection).overlay
    if present is not None:
        _check_newer(COUNTY_DAYS, overlay.version, present.version)
        if overlay.version == present.version:
            if (overlay.off, overlay.make_up) != (present.off, present.make_up):
                raise CalendarVersionError(year=COUNTY_DAYS, version=overlay.version)
            return present, False
    _insert(tx, COUNTY_DAYS, overlay.version, content)
    return overlay, True


def _check_newer(year: int, version: int, in_force: int) -> None:
    if version < in_force:
        raise CalendarOutdatedError(year=year, version=version, in_force=in_force)


def _insert(tx: Transaction, year: int, version: int, content: bytes) -> None:
    tx.connection.execute(
        sa.insert(CALENDAR_TABLES).values(year=year, version=version, content=content, loaded_at=tx.now)
    )


@lru_cache(maxsize=8)
def _calendar(stored: tuple[tuple[int, bytes], ...]) -> WorkingCalendar:
    calendar = shipped_calendar()
    for year, content in stored:
        if year == COUNTY_DAYS:
            calendar = calendar.with_overlay(parse_overlay(content, "stored county days"))
        else:
            calendar = calendar.with_table(parse_table(content, f"stored table of {year}"))
    return calendar
