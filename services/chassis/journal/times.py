"""Finds the entries of a time without an index of times: the journal is in the order in which it was written."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from services.chassis.journal.store import JOURNAL

CLOCK_SLACK = timedelta(days=1)
"""A node's clock may have been set back by less than this; then entries are still found, by looking at a day more."""


def first_since(connection: sa.Connection, instant: datetime) -> int:
    """A number below which every entry was written before `instant`. Costs some thirty looks, however long it is."""
    return _first_not_before(connection, instant - CLOCK_SLACK)


def last_before(connection: sa.Connection, instant: datetime) -> int:
    """A number above which every entry was written at `instant` or later; 0 when all were."""
    return _first_not_before(connection, instant + CLOCK_SLACK) - 1


def _first_not_before(connection: sa.Connection, instant: datetime) -> int:
    low, high = 1, (connection.scalar(sa.select(sa.func.max(JOURNAL.c.sequence))) or 0) + 1
    written_at = sa.select(JOURNAL.c.written_at).where(JOURNAL.c.sequence == sa.bindparam("which"))
    while low < high:
        middle = (low + high) // 2
        found = connection.scalar(written_at, {"which": middle})
        if found is not None and found < instant:
            low = middle + 1
        else:
            high = middle
    return low
