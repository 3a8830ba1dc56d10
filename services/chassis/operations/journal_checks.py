"""Remembers what a walk over the whole journal found, and when the next one is due by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from services.chassis.clock import BEIJING
from services.chassis.journal.verify import Report
from services.chassis.operations.tables import JOURNAL_CHECKS
from services.chassis.storage import Transaction

_KEPT = 100
_FIRST_AFTER = timedelta(minutes=10)
_AT_NIGHT_AFTER, _AT_ANY_TIME_AFTER = timedelta(hours=20), timedelta(hours=48)
_NIGHT = range(1, 5)
"""Hours in Beijing in which nobody waits for a machine that reads its whole journal."""


@dataclass(frozen=True)
class JournalCheck:
    """One walk: when it ended, whether nothing was found, how many entries it read, and the first fault's place."""

    at: datetime
    sound: bool
    entries: int
    fault_sequence: int = 0


def remember(tx: Transaction, report: Report) -> None:
    """Keep the result of a walk; the oldest ones are forgotten."""
    first = min((fault.sequence for fault in report.faults), default=0)
    tx.connection.execute(
        sa.insert(JOURNAL_CHECKS).values(
            id=tx.new_id(), checked_at=tx.now, sound=report.sound, entries=report.entries, fault_sequence=first
        )
    )
    newest = sa.select(JOURNAL_CHECKS.c.id).order_by(JOURNAL_CHECKS.c.id.desc()).limit(_KEPT)
    kept = list(tx.connection.scalars(newest))
    if len(kept) == _KEPT:
        tx.connection.execute(sa.delete(JOURNAL_CHECKS).where(JOURNAL_CHECKS.c.id < kept[-1]))


def last_check(connection: sa.Connection) -> JournalCheck | None:
    """The last walk, or None before the first."""
    row = connection.execute(sa.select(JOURNAL_CHECKS).order_by(JOURNAL_CHECKS.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else JournalCheck(row.checked_at, row.sound, row.entries, row.fault_sequence)


def is_due(last: JournalCheck | None, started_at: datetime, now: datetime) -> bool:
    """Whether to walk now: every night; by day only where the machine slept two nights, or was never walked.

    A last one that is dated ahead of the clock was noted under a clock that was wrong: nobody knows how old it is.
    """
    if last is None:
        return now - started_at >= _FIRST_AFTER
    age = now - last.at
    if age < timedelta(0) or age >= _AT_ANY_TIME_AFTER:
        return True
    return age >= _AT_NIGHT_AFTER and now.astimezone(BEIJING).hour in _NIGHT
