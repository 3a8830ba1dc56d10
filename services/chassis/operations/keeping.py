"""Raises, closes and lists alarms in the unit of work given."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from services.chassis.journal import store as journal
from services.chassis.operations.alarms import Alarm, Cause, kind_named
from services.chassis.operations.errors import AlarmLastsError, AlarmUnknownError
from services.chassis.operations.tables import ALARMS, OPEN
from services.chassis.storage import Transaction

CLOSED = "alarm.closed"
"""Kind of journal entry: a person closed an alarm; the payload names it, the account, and the explanation."""


def raise_alarms(tx: Transaction, counted: Mapping[Cause, int]) -> None:
    """Open an alarm for each cause, or count it once more."""
    for cause, times in counted.items():
        again = tx.connection.execute(
            sa.update(ALARMS).where(_about(cause), OPEN).values(last_at=tx.now, times=ALARMS.c.times + times)
        )
        if again.rowcount == 0:
            tx.connection.execute(
                sa.insert(ALARMS).values(
                    id=tx.new_id(),
                    kind=cause.kind,
                    peer=cause.peer,
                    reason=cause.reason,
                    first_at=tx.now,
                    last_at=tx.now,
                    times=times,
                )
            )


def follow_causes(tx: Transaction, watched: Iterable[str], lasting: Collection[Cause]) -> None:
    """Open what lasts and has no alarm yet; close alarms of the `watched` kinds whose cause has gone."""
    columns = ALARMS.c.id, ALARMS.c.kind, ALARMS.c.peer, ALARMS.c.reason
    rows = tx.connection.execute(sa.select(*columns).where(ALARMS.c.kind.in_(list(watched)), OPEN))
    known = {Cause(row.kind, row.peer, row.reason): row.id for row in rows}
    gone = [alarm_id for cause, alarm_id in known.items() if cause not in lasting]
    if gone:
        tx.connection.execute(sa.update(ALARMS).where(ALARMS.c.id.in_(gone)).values(closed_at=tx.now))
    raise_alarms(tx, {cause: 1 for cause in lasting if cause not in known})


def close_alarm(tx: Transaction, alarm_id: str, explanation: str, by: str) -> None:
    """Close an alarm on record.

    Raises:
        AlarmUnknownError: none of that id is open.
        AlarmLastsError: its cause is still there.
    """
    row = tx.connection.execute(sa.select(ALARMS).where(ALARMS.c.id == alarm_id, OPEN)).one_or_none()
    if row is None:
        raise AlarmUnknownError(alarm_id=alarm_id[:64])
    told = kind_named(row.kind)
    if told.lasting:
        raise AlarmLastsError(text_zh=told.zh, text_en=told.en)
    tx.connection.execute(
        sa.update(ALARMS)
        .where(ALARMS.c.id == alarm_id)
        .values(closed_at=tx.now, closed_by=by, closing_reason=explanation)
    )
    journal.append(tx, CLOSED, f"{alarm_id}\n{row.kind}\n{row.peer}\n{by}\n{explanation}".encode())


def list_alarms(
    connection: sa.Connection, before: str | None = None, limit: int = 50, *, closed_too: bool = False
) -> list[Alarm]:
    """Alarms newest first, before the id `before`; closed ones only when asked for."""
    query = sa.select(ALARMS).order_by(ALARMS.c.id.desc()).limit(limit)
    if not closed_too:
        query = query.where(OPEN)
    if before is not None:
        query = query.where(ALARMS.c.id < before)
    return [_alarm(row) for row in connection.execute(query)]


def open_count(connection: sa.Connection) -> int:
    """How many alarms are open."""
    return connection.scalar(sa.select(sa.func.count()).select_from(ALARMS).where(OPEN)) or 0


def _about(cause: Cause) -> sa.ColumnElement[bool]:
    return sa.and_(ALARMS.c.kind == cause.kind, ALARMS.c.peer == cause.peer, ALARMS.c.reason == cause.reason)


def _alarm(row: Any) -> Alarm:
    return Alarm(
        row.id,
        Cause(row.kind, row.peer, row.reason),
        row.first_at,
        row.last_at,
        row.times,
        row.closed_at,
        row.closed_by or "",
        row.closing_reason or "",
    )
