"""The register of destructions: every request, and what was decided without one, as rows and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.chassis.destruction.model import Destruction, Ground
from services.chassis.destruction.tables import DESTRUCTION_LETTERS, DESTRUCTIONS
from services.chassis.exchange.naming import LetterName
from services.chassis.storage.uow import Transaction

_d, _l = DESTRUCTIONS.c, DESTRUCTION_LETTERS.c


def keep(tx: Transaction, one: Destruction) -> None:
    """Put a request, or what was decided without one, into the register."""
    tx.connection.execute(
        sa.insert(DESTRUCTIONS).values(
            id=one.id,
            ground=one.ground.value,
            matter_id=one.matter_id,
            reason=one.reason,
            document_number=one.document_number,
            decided_on=one.decided_on,
            asked_by=one.asked_by,
            asked_at=one.asked_at,
            settled_by=one.settled_by,
            settled_at=one.settled_at,
            approved=one.approved,
            remark=one.remark or None,
        )
    )
    tx.connection.execute(
        sa.insert(DESTRUCTION_LETTERS),
        [_named(one.id, name) for name in one.letters],
    )


def settle(
    tx: Transaction, destruction_id: str, by: str, at: datetime, *, approved: bool, remark: str | None = None
) -> None:
    """Note who decided a request, when, and how."""
    decided = sa.update(DESTRUCTIONS).where(_d.id == destruction_id)
    tx.connection.execute(decided.values(settled_by=by, settled_at=at, approved=approved, remark=remark))


def add_letter(tx: Transaction, destruction_id: str, name: LetterName) -> None:
    """Name one more letter, where an entry is put back letter by letter."""
    tx.connection.execute(sa.insert(DESTRUCTION_LETTERS).values(_named(destruction_id, name)))


def _named(destruction_id: str, name: LetterName) -> dict[str, str]:
    return {"destruction_id": destruction_id, "letter_id": name.letter_id, "sender": name.sender}


def find(connection: sa.Connection, destruction_id: str) -> Destruction | None:
    """The request of that id, whatever became of it; None when there is none."""
    return next(iter(_read(connection, sa.select(DESTRUCTIONS).where(_d.id == destruction_id))), None)


def of_letter(connection: sa.Connection, name: LetterName) -> Destruction | None:
    """By which request the letter's content was destroyed; None when it was not."""
    done = sa.select(_l.destruction_id).where(_l.letter_id == name.letter_id, _l.sender == name.sender)
    query = sa.select(DESTRUCTIONS).where(_d.id.in_(done), _d.approved.is_(True)).order_by(_d.settled_at).limit(1)
    return next(iter(_read(connection, query)), None)


def destructions(
    connection: sa.Connection,
    within: sa.ColumnElement[bool],
    *,
    waiting_only: bool = False,
    before: str | None = None,
    limit: int | None = None,
) -> tuple[Destruction, ...]:
    """Requests, newest first, of whose letters some fulfil `within`, a condition on rows of `DESTRUCTION_LETTERS`.

    What went around this body is in no list: nobody here may know that it came.
    """
    letters = sa.select(_l.destruction_id).where(within)
    query = sa.select(DESTRUCTIONS).where(_d.id.in_(letters), _d.ground != Ground.MISDIRECTED.value)
    query = query.order_by(_d.id.desc()).limit(limit)
    if waiting_only:
        query = query.where(_d.settled_at.is_(None))
    if before is not None:
        query = query.where(_d.id < before)
    return _read(connection, query)


def _read(connection: sa.Connection, query: sa.Select[Any]) -> tuple[Destruction, ...]:
    rows = connection.execute(query).all()
    letters: dict[str, list[LetterName]] = {row.id: [] for row in rows}
    named = sa.select(DESTRUCTION_LETTERS).where(_l.destruction_id.in_(letters)).order_by(_l.letter_id, _l.sender)
    for row in connection.execute(named):
        letters[row.destruction_id].append(LetterName(row.letter_id, row.sender))
    return tuple(
        Destruction(
            id=row.id,
            ground=Ground(row.ground),
            matter_id=row.matter_id,
            letters=tuple(letters[row.id]),
            reason=row.reason,
            document_number=row.document_number,
            decided_on=row.decided_on,
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            settled_by=row.settled_by,
            settled_at=row.settled_at,
            approved=row.approved,
            remark=row.remark or "",
        )
        for row in rows
    )
