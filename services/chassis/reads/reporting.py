"""Counts readings of what is for named persons only, and says which are unusual: never what was read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa

from services.chassis.clock import BEIJING
from services.chassis.reads.keeping import What
from services.chassis.reads.tables import READS

_DECEMBER = 12
Counts = Mapping[str, Counter[str]]
"""Of each account, how many letters and ledgers it read."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is unusual: at least `least` readings, and `times` the average of the `months` before."""

    least: int
    times: int
    months: int


@dataclass(frozen=True, slots=True)
class Reader:
    """How much one account read in a month. `usual_hundredths` is None where no month before is looked at."""

    account_id: str
    letters: int
    ledgers: int
    usual_hundredths: int | None
    unusual: bool

    @property
    def readings(self) -> int:
        """All of them."""
        return self.letters + self.ledgers


def month_before(month: date) -> date:
    """The first day of the month before the one that `month` begins."""
    return date(month.year - 1, _DECEMBER, 1) if month.month == 1 else date(month.year, month.month - 1, 1)


def judged(now: Counts, before: Sequence[Counts], thresholds: Thresholds) -> list[Reader]:
    """Every account that read anything in the month: the unusual ones first, then by how much."""
    readers = []
    for account_id, count in now.items():
        total = count.total()
        past = sum(month.get(account_id, Counter()).total() for month in before)
        usual = past * 100 // len(before) if before else None
        unusual = total >= thresholds.least and total * 100 >= thresholds.times * (usual or 0)
        readers.append(Reader(account_id, count[What.LETTER.value], count[What.LEDGER.value], usual, unusual))
    return sorted(readers, key=lambda one: (not one.unusual, -one.readings, one.account_id))


def counts_of(connection: sa.Connection, month: date) -> Counts:
    """The readings of the Beijing month that begins with `month`."""
    after = date(month.year + (month.month == _DECEMBER), month.month % _DECEMBER + 1, 1)
    within = READS.c.read_at >= _midnight(month), READS.c.read_at < _midnight(after)
    query = sa.select(READS.c.account_id, READS.c.what, sa.func.count().label("readings")).where(*within)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in connection.execute(query.group_by(READS.c.account_id, READS.c.what)):
        counts[row.account_id][row.what] = row.readings
    return counts


def report(connection: sa.Connection, month: date, thresholds: Thresholds) -> list[Reader]:
    """The month's readers beside their usual."""
    before, day = [], month
    for _ in range(thresholds.months):
        day = month_before(day)
        before.append(counts_of(connection, day))
    return judged(counts_of(connection, month), before, thresholds)


def readings(
    connection: sa.Connection,
    *,
    account_id: str,
    since: datetime | None,
    until: datetime | None,
    below: str,
    limit: int,
) -> Sequence[sa.Row[tuple[object, ...]]]:
    """Up to `limit` readings, newest first, below the id `below` (empty: all)."""
    query = sa.select(READS).order_by(READS.c.id.desc()).limit(limit)
    if below:
        query = query.where(READS.c.id < below)
    if account_id:
        query = query.where(READS.c.account_id == account_id)
    if since is not None:
        query = query.where(READS.c.read_at >= since)
    if until is not None:
        query = query.where(READS.c.read_at < until)
    return connection.execute(query).all()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING)
