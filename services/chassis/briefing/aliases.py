"""Other names under which this body's ledgers hold a unit: confirmed by a person, never guessed."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from services.chassis.briefing.tables import UNIT_ALIASES
from services.chassis.ledgers.imports import note_change
from services.chassis.ledgers.values import same_name
from services.chassis.storage.uow import Transaction

ALIASES = "unit_aliases"
"""Name under which changes of the aliases are counted, so that drafts compiled before one are looked at again."""


def add_alias(tx: Transaction, asked: str, held: str, *, by: str) -> None:
    """Count rows of the unit `held` as rows of the unit that letters call `asked`; saying it twice changes nothing."""
    key = {"asked": same_name(asked), "held": same_name(held)}
    if not _exists(tx.connection, key):
        tx.connection.execute(sa.insert(UNIT_ALIASES).values(**key, added_by=by, added_at=tx.now))
        note_change(tx, ALIASES)


def drop_alias(tx: Transaction, asked: str, held: str) -> None:
    """Count them apart again."""
    c = UNIT_ALIASES.c
    gone = tx.connection.execute(sa.delete(UNIT_ALIASES).where(c.asked == same_name(asked), c.held == same_name(held)))
    if gone.rowcount:
        note_change(tx, ALIASES)


def aliases(connection: sa.Connection) -> Mapping[str, tuple[str, ...]]:
    """Every unit that has other names, with them."""
    c = UNIT_ALIASES.c
    found: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(sa.select(c.asked, c.held).order_by(c.asked, c.held)):
        found[row.asked] = (*found.get(row.asked, ()), row.held)
    return found


def _exists(connection: sa.Connection, key: Mapping[str, str]) -> bool:
    c = UNIT_ALIASES.c
    query = sa.select(sa.literal(1)).where(c.asked == key["asked"], c.held == key["held"])
    return connection.scalar(query) is not None
