"""Loads a calendar into a running node: stored, journalled, and every running clock recomputed, in one unit."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, replace

from services.chassis.calendar.tables import CountyOverlay, OfficialTable
from services.chassis.deadlines.calendars import COUNTY_DAYS, calendar_in_force, store_overlay, store_table
from services.chassis.deadlines.model import Move
from services.chassis.deadlines.queries import running_deadlines
from services.chassis.deadlines.record import CONFIRMED, journal, move_by_calendar, update
from services.chassis.journal.store import append
from services.chassis.storage.uow import Transaction

LOADED = "calendar.loaded"
"""Kind of journal entry."""


@dataclass(frozen=True)
class Loaded:
    """What is in force now, and the dates that moved; the caller tells both sides of each move."""

    table: OfficialTable | CountyOverlay
    changed: bool
    moves: tuple[Move, ...]


def load_calendar(tx: Transaction, content: bytes, file: str, by: str = "") -> Loaded:
    """Load what an administrator hands in: the county's own days when it names a county, else an official table.

    Raises as `load_table` does.
    """
    return (load_overlay if _is_overlay(content) else load_table)(tx, content, file, by)


def load_table(tx: Transaction, content: bytes, file: str, by: str = "") -> Loaded:
    """Load one official table, or load it again without effect; `by` is the account of who loads it.

    Raises:
        CalendarTableError: the file is faulty.
        CalendarOutdatedError: a higher version of the year is in force.
        CalendarVersionError: its version stands with other dates.
    """
    table, changed = store_table(tx, content, file)
    return Loaded(table, changed, _follow(tx, table.year, table.version, content, by) if changed else ())


def load_overlay(tx: Transaction, content: bytes, file: str, by: str = "") -> Loaded:
    """Load the county's own days; raises as `load_table` does."""
    overlay, changed = store_overlay(tx, content, file)
    return Loaded(overlay, changed, _follow(tx, COUNTY_DAYS, overlay.version, content, by) if changed else ())


def _is_overlay(content: bytes) -> bool:
    try:
        return "county" in tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False  # said to be faulty by whoever reads it as a table


def _follow(tx: Transaction, year: int, version: int, content: bytes, by: str) -> tuple[Move, ...]:
    facts = {"year": year, "version": version, "sha256": hashlib.sha256(content).hexdigest(), "by": by}
    append(tx, LOADED, json.dumps(facts, sort_keys=True).encode())
    return tuple(_recompute_running(tx))


def _recompute_running(tx: Transaction) -> list[Move]:
    """The dates that moved. One that stays and merely becomes certain is journalled; closed clocks keep their date."""
    calendar, moves = calendar_in_force(tx.connection), []
    for deadline in running_deadlines(tx.connection):
        due = deadline.compute(calendar)
        if due.due_date != deadline.due_date:
            moves.append(move_by_calendar(tx, deadline, due))
        elif due.provisional != deadline.provisional:
            update(tx, replace(deadline, provisional=due.provisional))
            journal(tx, CONFIRMED, deadline, {"due_date": due.due_date, "provisional": due.provisional})
    return moves
