"""Small made-up official tables, as objects and as files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from services.chassis.calendar.tables import FIXED_BY_LAW, OfficialTable


def law(year: int) -> set[date]:
    return {date(year, month, day) for month, day in FIXED_BY_LAW}


def table(year: int, version: int = 1, off: Iterable[date] = (), make_up: Iterable[date] = ()) -> OfficialTable:
    return OfficialTable(year, "通知", version, frozenset({*law(year), *off}), frozenset(make_up))


def table_file(year: int, version: int = 1, off: str = "", make_up: str = "") -> bytes:
    by_law = ", ".join(day.isoformat() for day in sorted(law(year)))
    return (
        f'year = {year}\nversion = {version}\nsource = "通知"\npublished = {year - 1}-11-04\n'
        f"off = [{off} {by_law},]\nmake_up = [{make_up}]\n"
    ).encode()
