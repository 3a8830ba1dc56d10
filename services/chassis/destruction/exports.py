"""The register of exports: every file that leaves the node in readable form, and the duty to recover it later."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from services.chassis.desk.tables import DRAFTS
from services.chassis.destruction.errors import CopyNotOpenError, CopyPersonError
from services.chassis.destruction.model import Copy, Export, ExportKind, Gone, HandedOut, Outcome
from services.chassis.destruction.tables import COPIES, DESTRUCTION_LETTERS, EXPORT_PARTS, EXPORTS
from services.chassis.journal import store as journal
from services.chassis.storage.uow import Transaction

HANDED_OUT, CERTIFIED = "export.handed_out", "export.copy_certified"
"""Kinds of journal entry: a file left in readable form; a named person said what became of it."""
LONGEST_NOTE, LONGEST_PERSON = 200, 100
_FILE = [column for column in EXPORTS.c if column.name != "id"]
_QUERY = sa.select(COPIES, *_FILE).join(EXPORTS, EXPORTS.c.id == COPIES.c.export_id).order_by(COPIES.c.id.desc())


def note_export(tx: Transaction, export: Export) -> str:
    """Register a file before it is handed out; returns the id of its entry. The file itself is not kept.

    Call it in the unit of work that notes the taking, or in one that is committed before the bytes leave.
    """
    export_id = tx.new_id()
    tx.connection.execute(
        sa.insert(EXPORTS).values(
            id=export_id,
            kind=export.kind.value,
            digest=export.digest,
            handed_to=export.by,
            handed_at=tx.now,
            ledger=export.ledger,
            note=export.note.strip()[:LONGEST_NOTE],
        )
    )
    if parts := sorted(set(export.parts) - {""}):
        tx.connection.execute(sa.insert(EXPORT_PARTS), [{"export_id": export_id, "part": part} for part in parts])
    facts = {"export": export_id, "what": export.kind.value, "digest": export.digest.hex(), "by": export.by}
    journal.append(tx, HANDED_OUT, json.dumps(facts | {"parts": parts}, sort_keys=True).encode())
    return export_id


def open_copies(tx: Transaction, gone: Gone) -> None:
    """Follow a destruction: every file handed out with the letter's words becomes a duty, once for each request."""
    known = sa.select(COPIES.c.export_id).where(COPIES.c.destruction_id == gone.act.destruction_id)
    query = _with_words_of(gone.letter_id).where(EXPORT_PARTS.c.export_id.not_in(known))
    for export_id in sorted(tx.connection.scalars(query)):
        tx.connection.execute(
            sa.insert(COPIES).values(
                id=tx.new_id(), destruction_id=gone.act.destruction_id, export_id=export_id, opened_at=tx.now
            )
        )


def certify_copy(tx: Transaction, copy_id: str, outcome: Outcome, person: str, remark: str, *, by: str) -> None:
    """Record what became of a copy, as `person` states and `by` enters it; it is recorded once.

    Raises:
        CopyPersonError: nobody is named.
        CopyNotOpenError: there is no such copy waiting.

    """
    person = person.strip()
    if not 0 < len(person) <= LONGEST_PERSON:
        raise CopyPersonError(limit=LONGEST_PERSON)
    done = tx.connection.execute(
        sa.update(COPIES)
        .where(COPIES.c.id == copy_id, COPIES.c.certified_at.is_(None))
        .values(
            outcome=outcome.value,
            person=person,
            remark=remark.strip()[:500],
            certified_by=by,
            certified_at=tx.now,
        )
    )
    if done.rowcount == 0:
        raise CopyNotOpenError
    facts = {"copy": copy_id, "outcome": outcome.value, "by": by}
    journal.append(tx, CERTIFIED, json.dumps(facts, sort_keys=True).encode())


def copies(
    connection: sa.Connection,
    within: sa.ColumnElement[bool],
    *,
    only: sa.ColumnElement[bool] | None = None,
    open_only: bool = False,
    before: str | None = None,
    limit: int | None = None,
) -> tuple[Copy, ...]:
    """Copies of what was destroyed, newest duty first; `within` is a condition on rows of `DESTRUCTION_LETTERS`, and
    `only` one on rows of `COPIES`.
    """
    letters = sa.select(DESTRUCTION_LETTERS.c.destruction_id).where(within)
    query = _QUERY.where(COPIES.c.destruction_id.in_(letters)).limit(limit)
    if only is not None:
        query = query.where(only)
    if open_only:
        query = query.where(COPIES.c.certified_at.is_(None))
    if before is not None:
        query = query.where(COPIES.c.id < before)
    return tuple(_copy(row) for row in connection.execute(query))


def handed_out(
    connection: sa.Connection, letter_id: str = "", *, before: str | None = None, limit: int | None = None
) -> tuple[HandedOut, ...]:
    """Files that left the node, newest first; only those with the words of one letter when it is named."""
    query = sa.select(EXPORTS).order_by(EXPORTS.c.id.desc()).limit(limit)
    if letter_id:
        query = query.where(EXPORTS.c.id.in_(_with_words_of(letter_id)))
    if before is not None:
        query = query.where(EXPORTS.c.id < before)
    rows = connection.execute(query).all()
    parts: dict[str, list[str]] = {row.id: [] for row in rows}
    for part in connection.execute(sa.select(EXPORT_PARTS).where(EXPORT_PARTS.c.export_id.in_(parts))):
        parts[part.export_id].append(part.part)
    return tuple(_file(row, row.id, tuple(sorted(parts[row.id]))) for row in rows)


def _with_words_of(letter_id: str) -> sa.Select[tuple[str]]:
    drafts = sa.select(DRAFTS.c.id).where(DRAFTS.c.letter_id == letter_id)
    words = sa.or_(EXPORT_PARTS.c.part == letter_id, EXPORT_PARTS.c.part.in_(drafts))
    return sa.select(EXPORT_PARTS.c.export_id).where(words).distinct()


def _file(row: sa.Row[Any], export_id: str, parts: tuple[str, ...] = ()) -> HandedOut:
    kind = ExportKind(row.kind)
    return HandedOut(export_id, kind, row.digest, row.handed_to, row.handed_at, row.ledger, row.note, parts)


def _copy(row: sa.Row[Any]) -> Copy:
    return Copy(
        id=row.id,
        destruction_id=row.destruction_id,
        file=_file(row, row.export_id),
        opened_at=row.opened_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        person=row.person or "",
        remark=row.remark or "",
        certified_by=row.certified_by or "",
        certified_at=row.certified_at,
    )
