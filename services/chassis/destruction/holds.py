"""Holds (保全): while a matter is under supervision, complaint or audit, nothing of it is destroyed."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from services.chassis.destruction.errors import HoldNotOpenError, HoldSamePersonError, MatterHeldError
from services.chassis.destruction.model import CAUSES, Cause, Hold
from services.chassis.destruction.tables import HOLDS
from services.chassis.disclosures.words import stated
from services.chassis.journal import store as journal
from services.chassis.storage.uow import Transaction

PLACED, RELEASED = "destruction.held", "destruction.hold_released"
_h = HOLDS.c


def place_hold(tx: Transaction, matter_id: str, cause: Cause, reason: str, *, by: str) -> Hold:
    """Hold a matter; several holds on one matter stand side by side, and each is released by itself.

    Raises:
        DisclosureWordsError, DisclosureIdentifiesError: no reason is given, or one that names somebody.

    """
    hold = Hold(tx.new_id(), matter_id, cause, stated("reason", reason), by, tx.now)
    tx.connection.execute(
        sa.insert(HOLDS).values(
            id=hold.id,
            matter_id=matter_id,
            cause=cause.value,
            reason=hold.reason,
            placed_by=by,
            placed_at=tx.now,
        )
    )
    _note(tx, PLACED, hold, by)
    return hold


def release_hold(tx: Transaction, hold_id: str, reason: str, *, by: str) -> None:
    """Release a hold; somebody other than who placed it does so and says why.

    Raises:
        HoldNotOpenError: no such hold is in force.
        HoldSamePersonError: `by` placed it.
        DisclosureWordsError, DisclosureIdentifiesError: as for placing.

    """
    hold = find_hold(tx.connection, hold_id)
    if hold is None or hold.released_at is not None:
        raise HoldNotOpenError
    if hold.placed_by == by:
        raise HoldSamePersonError
    words = stated("reason", reason)
    tx.connection.execute(
        sa.update(HOLDS).where(_h.id == hold_id).values(released_by=by, released_at=tx.now, release_reason=words)
    )
    _note(tx, RELEASED, hold, by)


def demand_not_held(connection: sa.Connection, matter_ids: Collection[str]) -> None:
    """Raise unless none of these matters is held.

    Raises:
        MatterHeldError: naming the matter, the cause and the hold.

    """
    found = holds(connection, _h.matter_id.in_(sorted(set(matter_ids) - {""})), limit=1, in_force=True)
    for hold in found:
        cause_zh, cause_en = CAUSES[hold.cause]
        raise MatterHeldError(matter_id=hold.matter_id, cause_zh=cause_zh, cause_en=cause_en, hold_id=hold.id)


def is_held(connection: sa.Connection, matter_id: str) -> bool:
    """Whether nothing of the matter may be destroyed now."""
    return bool(holds(connection, _h.matter_id == matter_id, limit=1, in_force=True))


def find_hold(connection: sa.Connection, hold_id: str) -> Hold | None:
    """The hold of that id, released or not; None when there is none."""
    return next(iter(holds(connection, _h.id == hold_id)), None)


def holds(
    connection: sa.Connection,
    within: sa.ColumnElement[bool],
    *,
    in_force: bool = False,
    before: str | None = None,
    limit: int | None = None,
) -> tuple[Hold, ...]:
    """Holds, newest first; `within` is a condition on rows of `HOLDS`."""
    query = sa.select(HOLDS).where(within).order_by(_h.id.desc()).limit(limit)
    if in_force:
        query = query.where(_h.released_at.is_(None))
    if before is not None:
        query = query.where(_h.id < before)
    return tuple(_hold(row) for row in connection.execute(query))


def _hold(row: sa.Row[Any]) -> Hold:
    return Hold(
        row.id,
        row.matter_id,
        Cause(row.cause),
        row.reason,
        row.placed_by,
        row.placed_at,
        row.released_by,
        row.released_at,
        row.release_reason or "",
    )


def _note(tx: Transaction, kind: str, hold: Hold, by: str) -> None:
    facts = {"hold": hold.id, "matter": hold.matter_id, "cause": hold.cause.value, "by": by}
    journal.append(tx, kind, json.dumps(facts, sort_keys=True).encode())
