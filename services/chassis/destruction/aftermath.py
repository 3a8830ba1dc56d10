"""What a destruction still asks for outside the transaction: noted in it, done after the commit, again until done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from services.chassis.destruction.tables import AFTERMATH
from services.chassis.exchange.naming import LetterName
from services.chassis.storage.uow import Transaction

LETTER, DRAFT = "letters", "drafts"
"""Whose keys stand in the key sheets beside backups: tables, as a sheet names them."""
_a = AFTERMATH.c


class Step(StrEnum):
    """What is to be done."""

    STRIKE = "strike"
    """Take a key out of every key sheet beside a backup; `what` is table/name of the key."""
    REGISTER = "register"
    """Write the letter into the file of destroyed letters, which outlives the database; `what` is sender/id."""
    SCRUB = "scrub"
    """Have the database let go of the bytes themselves; `what` is empty."""


@dataclass(frozen=True, slots=True)
class Due:
    """One step that is not done yet."""

    id: str
    destruction_id: str
    step: Step
    what: str


def owe(tx: Transaction, destruction_id: str, step: Step, what: str) -> None:
    """Note what is to be done after the commit; the database is always to be scrubbed then."""
    _add(tx, destruction_id, step, what)
    waits = (_a.destruction_id == destruction_id, _a.step == Step.SCRUB.value, _a.done_at.is_(None))
    scrub = sa.select(_a.id).where(*waits)
    if tx.connection.scalar(scrub) is None:
        _add(tx, destruction_id, Step.SCRUB, "")


def owe_strike(tx: Transaction, destruction_id: str, table: str, name: str) -> None:
    """Note that the key called `name` of `table` is to be struck from every key sheet."""
    owe(tx, destruction_id, Step.STRIKE, f"{table}/{name}")


def owe_line(tx: Transaction, destruction_id: str, name: LetterName) -> None:
    """Note that the letter is to be written into the file of destroyed letters."""
    owe(tx, destruction_id, Step.REGISTER, f"{name.sender}/{name.letter_id}")


def letter_in(due: Due) -> LetterName:
    """The letter that is to be written into the file."""
    sender, _, letter_id = due.what.partition("/")
    return LetterName(letter_id, sender)


def owed(connection: sa.Connection, destruction_id: str | None = None) -> tuple[Due, ...]:
    """What is not done yet, oldest first; of one destruction, or of all."""
    query = sa.select(AFTERMATH).where(_a.done_at.is_(None)).order_by(_a.id)
    if destruction_id is not None:
        query = query.where(_a.destruction_id == destruction_id)
    return tuple(Due(row.id, row.destruction_id, Step(row.step), row.what) for row in connection.execute(query))


def note_done(tx: Transaction, dues: Sequence[Due]) -> None:
    """These are done."""
    ids = [one.id for one in dues]
    tx.connection.execute(sa.update(AFTERMATH).where(_a.id.in_(ids)).values(done_at=tx.now))


def _add(tx: Transaction, destruction_id: str, step: Step, what: str) -> None:
    tx.connection.execute(
        sa.insert(AFTERMATH).values(
            id=tx.new_id(), destruction_id=destruction_id, step=step.value, what=what, opened_at=tx.now
        )
    )
