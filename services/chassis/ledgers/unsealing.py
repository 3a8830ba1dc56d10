"""Hands a sealed identity out to its two custodians: asked for with a reason, approved by another, once, on record."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from services.chassis.journal import store as journal
from services.chassis.ledgers.errors import (
    RowUnknownError,
    UnsealingNotOpenError,
    UnsealingReasonError,
    UnsealingSamePersonError,
)
from services.chassis.ledgers.tables import PETITIONER_VAULT, UNSEALINGS, Ledger
from services.chassis.ledgers.vault import VaultEntry
from services.chassis.storage.uow import Transaction

ASKED, APPROVED, HANDED_OUT = "vault.asked", "vault.approved", "vault.handed_out"
LONGEST_REASON = 500

_u = UNSEALINGS.c


@dataclass(frozen=True)
class Unsealing:
    """One request to see who complained. It holds neither the identity nor the key to it."""

    id: str
    ledger: str
    row_id: str
    reason: str = field(repr=False)
    asked_by: str
    asked_at: datetime
    approved_by: str | None = None
    handed_out_at: datetime | None = None


def ask_unsealing(tx: Transaction, ledger: Ledger, row_id: str, reason: str, *, by: str) -> Unsealing:
    """Ask to see who made the petition of one row; `by` is the handler named in the journal from now on.

    Raises:
        UnsealingReasonError: no reason is given.
        RowUnknownError: there is no such row, or nothing is sealed for it; both look the same.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise UnsealingReasonError(limit=LONGEST_REASON)
    if _entry(tx.connection, ledger, row_id) is None:
        raise RowUnknownError(ledger=ledger.spec.title_zh)
    asked = Unsealing(tx.new_id(), ledger.name, row_id, reason, by, tx.now)
    tx.connection.execute(
        sa.insert(UNSEALINGS).values(
            id=asked.id, ledger=ledger.name, row_id=row_id, reason=reason, asked_by=by, asked_at=tx.now
        )
    )
    _note(tx, ASKED, asked.id, ledger, by)
    return asked


def approve_unsealing(tx: Transaction, ledger: Ledger, unsealing_id: str, *, by: str) -> None:
    """A second person stands for it.

    Raises:
        UnsealingNotOpenError: there is no such request waiting.
        UnsealingSamePersonError: `by` asked for it.
    """
    asked = _open(tx.connection, ledger, unsealing_id)
    if asked is None or asked.approved_by is not None:
        raise UnsealingNotOpenError
    if asked.asked_by == by:
        raise UnsealingSamePersonError
    tx.connection.execute(sa.update(UNSEALINGS).where(_u.id == unsealing_id).values(approved_by=by, approved_at=tx.now))
    _note(tx, APPROVED, unsealing_id, ledger, by)


def hand_out(tx: Transaction, ledger: Ledger, unsealing_id: str, *, by: str) -> VaultEntry:
    """The sealed entry, for the custodians to open away from the node; once, and only to who asked.

    Raises:
        UnsealingNotOpenError: it is not approved, was handed out, or somebody else asked for it.
    """
    asked = _open(tx.connection, ledger, unsealing_id)
    entry = _entry(tx.connection, ledger, asked.row_id) if asked else None
    if asked is None or entry is None or asked.approved_by is None or asked.asked_by != by:
        raise UnsealingNotOpenError
    tx.connection.execute(sa.update(UNSEALINGS).where(_u.id == unsealing_id).values(handed_out_at=tx.now))
    _note(tx, HANDED_OUT, unsealing_id, ledger, by)
    return entry


def unsealings(connection: sa.Connection, ledger: Ledger) -> tuple[Unsealing, ...]:
    """Every request on a ledger, newest first: for the one who approves, and for the quarterly review."""
    query = sa.select(UNSEALINGS).where(_u.ledger == ledger.name).order_by(_u.asked_at.desc(), _u.id.desc())
    return tuple(_unsealing(row) for row in connection.execute(query))


def _open(connection: sa.Connection, ledger: Ledger, unsealing_id: str) -> Unsealing | None:
    row = connection.execute(
        sa.select(UNSEALINGS).where(_u.id == unsealing_id, _u.ledger == ledger.name, _u.handed_out_at.is_(None))
    ).one_or_none()
    return None if row is None else _unsealing(row)


def _unsealing(row: sa.Row[tuple[object, ...]]) -> Unsealing:
    known = row._mapping  # noqa: SLF001  SQLAlchemy's public name for it
    return Unsealing(
        known["id"],
        known["ledger"],
        known["row_id"],
        known["reason"],
        known["asked_by"],
        known["asked_at"],
        known["approved_by"],
        known["handed_out_at"],
    )


def _entry(connection: sa.Connection, ledger: Ledger, row_id: str) -> VaultEntry | None:
    if not ledger.spec.sealed:
        return None
    sealed = PETITIONER_VAULT.c
    columns = [column for column in sealed if column is not sealed.sealed_at]
    row = connection.execute(
        sa.select(*columns)
        .join(ledger.table, ledger.table.c.petition_ref == sealed.petition_ref)
        .where(ledger.table.c.id == row_id)
    ).one_or_none()
    return None if row is None else VaultEntry(*row)


def _note(tx: Transaction, kind: str, unsealing_id: str, ledger: Ledger, by: str) -> None:
    facts = {"unsealing": unsealing_id, "ledger": ledger.name, "by": by}
    journal.append(tx, kind, json.dumps(facts, sort_keys=True).encode())
