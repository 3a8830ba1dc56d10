"""Asks for, decides on and hands out what takes two persons: with a reason, by another, once, and on record."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from services.chassis.disclosures.errors import (
    DisclosureNotOpenError,
    DisclosureSamePersonError,
)
from services.chassis.disclosures.tables import DISCLOSURES
from services.chassis.disclosures.words import stated
from services.chassis.journal import store as journal
from services.chassis.ledgers.errors import RowUnknownError
from services.chassis.ledgers.export import Format
from services.chassis.ledgers.tables import PETITIONER_VAULT, Ledger
from services.chassis.ledgers.vault import VaultEntry
from services.chassis.storage.uow import Transaction

ASKED, APPROVED, REFUSED, TAKEN = "disclosure.asked", "disclosure.approved", "disclosure.refused", "disclosure.taken"
COUNTS_FOR = timedelta(days=7)
"""How long an approval counts: a right that nobody used is not kept in stock. A setting of ours, in no opinion."""

_d = DISCLOSURES.c


class Kind(StrEnum):
    """What is asked for."""

    UNSEALING = "unsealing"
    """The sealed identity behind one row, for its two custodians to open."""
    EXPORT = "export"
    """A whole ledger as a spreadsheet, without who complained."""
    MATTER = "matter"
    """A matter's letters as a file of proof; `row_id` names the matter, and no ledger is named."""


class State(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"
    """Approved, and not taken while that counted."""
    TAKEN = "taken"


@dataclass(frozen=True)
class Disclosure:
    """One request. It holds neither the identity, nor the key to it, nor the file."""

    id: str
    kind: Kind
    ledger: str
    row_id: str | None
    form: Format | None
    reason: str = field(repr=False)
    asked_by: str
    asked_at: datetime
    settled_by: str | None = None
    settled_at: datetime | None = None
    approved: bool | None = None
    remark: str = field(default="", repr=False)
    taken_at: datetime | None = None

    def state(self, now: datetime) -> State:
        """Where it stands at `now`."""
        if self.taken_at is not None:
            return State.TAKEN
        if self.settled_at is None:
            return State.ASKED
        if not self.approved:
            return State.REFUSED
        return State.APPROVED if now < self.settled_at + COUNTS_FOR else State.LAPSED


def ask_unsealing(tx: Transaction, ledger: Ledger, row_id: str, reason: str, *, by: str) -> Disclosure:
    """Ask to see who made the petition of one row; `by` is the handler named in the journal from now on.

    Raises:
        DisclosureWordsError, DisclosureIdentifiesError: no reason is given, or one that names somebody.
        RowUnknownError: there is no such row, or nothing is sealed for it; both look the same.
    """
    asked = Disclosure(tx.new_id(), Kind.UNSEALING, ledger.name, row_id, None, stated("reason", reason), by, tx.now)
    if _entry(tx.connection, ledger, row_id) is None:
        raise RowUnknownError(ledger=ledger.spec.title_zh)
    return _keep(tx, asked)


def ask_export(tx: Transaction, ledger: Ledger, form: Format, reason: str, *, by: str) -> Disclosure:
    """Ask for the whole ledger as a file.

    Raises:
        DisclosureWordsError, DisclosureIdentifiesError: no reason is given, or one that names somebody.
    """
    return _keep(
        tx, Disclosure(tx.new_id(), Kind.EXPORT, ledger.name, None, form, stated("reason", reason), by, tx.now)
    )


def ask_matter(tx: Transaction, matter_id: str, reason: str, *, by: str) -> Disclosure:
    """Ask for a whole matter as a file of proof.

    Raises:
        DisclosureWordsError, DisclosureIdentifiesError: no reason is given, or one that names somebody.
    """
    return _keep(tx, Disclosure(tx.new_id(), Kind.MATTER, "", matter_id, None, stated("reason", reason), by, tx.now))


def about(asked: Disclosure, matter_id: str) -> Disclosure:
    """The same request, if it asks for that matter.

    Raises:
        DisclosureNotOpenError: it asks for something else.
    """
    if asked.kind is not Kind.MATTER or asked.row_id != matter_id:
        raise DisclosureNotOpenError
    return asked


def approve(tx: Transaction, disclosure_id: str, *, by: str) -> None:
    """A second person stands for it.

    Raises:
        DisclosureNotOpenError: there is no such request waiting.
        DisclosureSamePersonError: `by` asked for it.
    """
    _settle(tx, disclosure_id, by, APPROVED, approved=True, remark=None)


def refuse(tx: Transaction, disclosure_id: str, remark: str, *, by: str) -> None:
    """A second person does not stand for it, and says why; it stays in the register.

    Raises:
        DisclosureNotOpenError, DisclosureSamePersonError: as for approving.
        DisclosureWordsError, DisclosureIdentifiesError: no remark is given, or one that names somebody.
    """
    _settle(tx, disclosure_id, by, REFUSED, approved=False, remark=stated("remark", remark))


def to_take(connection: sa.Connection, disclosure_id: str, kind: Kind, now: datetime, *, by: str) -> Disclosure:
    """The approved request of `by` that has not been taken.

    Raises:
        DisclosureNotOpenError: it is undecided, refused, lapsed, taken, of another kind, or somebody else's.
    """
    found = find(connection, disclosure_id)
    if found is None or found.kind is not kind or found.asked_by != by or found.state(now) is not State.APPROVED:
        raise DisclosureNotOpenError
    return found


def take(tx: Transaction, disclosure_id: str, kind: Kind, *, by: str, file_digest: str = "") -> Disclosure:
    """Note that it is handed out now: once, and only to who asked. `file_digest` says which file left.

    Raises:
        DisclosureNotOpenError: as for `to_take`.
    """
    found = to_take(tx.connection, disclosure_id, kind, tx.now, by=by)
    tx.connection.execute(sa.update(DISCLOSURES).where(_d.id == disclosure_id).values(taken_at=tx.now))
    _note(tx, TAKEN, found, by, **({"file_digest": file_digest} if file_digest else {}))
    return found


def take_sealed(tx: Transaction, ledgers: Iterable[Ledger], disclosure_id: str, *, by: str) -> VaultEntry:
    """The sealed entry, for the custodians to open away from the node.

    Raises:
        DisclosureNotOpenError: as for `to_take`, or what was sealed is gone.
    """
    taken = take(tx, disclosure_id, Kind.UNSEALING, by=by)
    ledger = next((one for one in ledgers if one.name == taken.ledger), None)
    entry = _entry(tx.connection, ledger, taken.row_id or "") if ledger else None
    if entry is None:
        raise DisclosureNotOpenError
    return entry


def find(connection: sa.Connection, disclosure_id: str) -> Disclosure | None:
    """The request of this id, whatever became of it; None when there is none."""
    row = connection.execute(sa.select(DISCLOSURES).where(_d.id == disclosure_id)).one_or_none()
    return None if row is None else _disclosure(row)


def disclosures(
    connection: sa.Connection,
    *,
    before: str | None = None,
    limit: int | None = None,
    kinds: frozenset[Kind] = frozenset(Kind),
) -> tuple[Disclosure, ...]:
    """Every request of these kinds, newest first: for the one who decides, and for the quarterly review."""
    query = sa.select(DISCLOSURES).where(_d.kind.in_(sorted(kinds))).order_by(_d.id.desc()).limit(limit)
    if before is not None:
        query = query.where(_d.id < before)
    return tuple(_disclosure(row) for row in connection.execute(query))


def _keep(tx: Transaction, asked: Disclosure) -> Disclosure:
    tx.connection.execute(
        sa.insert(DISCLOSURES).values(
            id=asked.id,
            kind=asked.kind.value,
            ledger=asked.ledger,
            row_id=asked.row_id,
            form=asked.form.value if asked.form else None,
            reason=asked.reason,
            asked_by=asked.asked_by,
            asked_at=asked.asked_at,
        )
    )
    _note(tx, ASKED, asked, asked.asked_by)
    return asked


def _settle(tx: Transaction, disclosure_id: str, by: str, step: str, *, approved: bool, remark: str | None) -> None:
    found = find(tx.connection, disclosure_id)
    if found is None or found.state(tx.now) is not State.ASKED:
        raise DisclosureNotOpenError
    if found.asked_by == by:
        raise DisclosureSamePersonError
    tx.connection.execute(
        sa.update(DISCLOSURES)
        .where(_d.id == disclosure_id)
        .values(settled_by=by, settled_at=tx.now, approved=approved, remark=remark)
    )
    _note(tx, step, found, by)


def _disclosure(row: sa.Row[Any]) -> Disclosure:
    return Disclosure(
        row.id,
        Kind(row.kind),
        row.ledger,
        row.row_id,
        Format(row.form) if row.form else None,
        row.reason,
        row.asked_by,
        row.asked_at,
        row.settled_by,
        row.settled_at,
        row.approved,
        row.remark or "",
        row.taken_at,
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


def _note(tx: Transaction, step: str, one: Disclosure, by: str, **more: str) -> None:
    facts = {"disclosure": one.id, "what": one.kind.value, "ledger": one.ledger, "by": by, **more}
    journal.append(tx, step, json.dumps(facts, sort_keys=True).encode())
