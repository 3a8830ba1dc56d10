"""Handles stored letters one by one, in their order: what fails is parked and delays only its own matter."""

from __future__ import annotations

import traceback
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from services.chassis.errors import Fault, GuantongError
from services.chassis.exchange.continuing import CONTINUES
from services.chassis.exchange.errors import NotParkedError
from services.chassis.exchange.hooks import Handler
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import Direction, LetterState, StoredLetter
from services.chassis.exchange.reading import at_places, stored
from services.chassis.exchange.tables import LETTERS, TO_HANDLE, UNHANDLED
from services.chassis.exchange.tracing import APPLY, Tracing
from services.chassis.journal import store as journal
from services.chassis.journal.store import JOURNAL
from services.chassis.storage import StorageError, Transaction
from services.chassis.storage.engine import outage

PARKED, RETRIED, SET_ASIDE = "letter.parked", "letter.retried", "letter.set_aside"
"""Kinds of journal entry. The payload of a parking names letter, reason and the letter's place in the journal."""
_UNKNOWN = "INTERNAL"
_log = structlog.get_logger("guantong.exchange")


@dataclass(frozen=True, slots=True)
class ParkedLetter:
    """A letter that is stored and not handled. `waiting` only because an earlier one of its matter is parked."""

    letter: StoredLetter
    reason: str
    parked_at: datetime | None
    attempts: int
    waiting: bool


@dataclass(frozen=True, slots=True)
class JustParked:
    """For the alarm: whose letter, and why; nothing of what it says."""

    peer: str
    reason: str


def next_places(connection: sa.Connection, peers: Collection[str], limit: int) -> list[int]:
    """Places of the letters to handle next, in order: the oldest of every peer, so that none waits behind a flood."""
    found = list(connection.scalars(_OLDEST, {"most": limit}))
    if len(found) < limit:
        return found
    share = max(1, limit // max(1, len(peers)))
    of_each = [connection.scalars(_OLDEST_OF_PEER, {"whose": peer, "most": share}).all() for peer in peers]
    # Letters of a body that is in no directory any more are handled when nothing else is to be.
    return sorted(place for places in of_each for place in places) or found


_OLDEST = sa.select(LETTERS.c.place).where(TO_HANDLE).order_by(LETTERS.c.place).limit(sa.bindparam("most"))
_OLDEST_OF_PEER = _OLDEST.where(LETTERS.c.peer == sa.bindparam("whose"))


def apply_letters(
    tx: Transaction, identity: Identity, places: Sequence[int], handler: Handler, tracing: Tracing
) -> list[JustParked]:
    """Handle the letters at `places` that are still to be handled; returns those that were parked."""
    parked, applied = [], []
    letters = at_places(tx.connection, identity.keyring, places)
    blocked = _blocked(tx, {letter.header.matter_id for letter in letters})
    for letter in letters:
        if letter.state is not LetterState.STORED:
            continue
        matter = letter.peer, letter.header.matter_id
        # A letter that opens a matter bears its id: it waits for nothing, and is what others may be waiting for.
        opens = letter.header.letter_id == letter.header.matter_id
        if letter.header.matter_id and matter in blocked and not opens:
            _mark(tx, [letter.journal_sequence], LetterState.WAITING)
        elif (reason := _handle(tx, letter, handler, tracing)) is not None:
            _park(tx, letter, reason)
            parked.append(JustParked(letter.peer, reason))
            blocked.add(matter)
        else:
            applied.append(letter.journal_sequence)
            if opens and matter in blocked:
                _release(tx, *matter, LetterState.PARKED, LetterState.WAITING)
                blocked.discard(matter)
    if applied:
        _mark(tx, applied, LetterState.APPLIED)
    return parked


def retry(tx: Transaction, letter_id: str, explanation: str, by: str) -> None:
    """Have a parked letter, and those of its matter that wait behind it, handled again, on record.

    Raises:
        NotParkedError: no letter of that id is parked.

    """
    row = _parked(tx, letter_id)
    _update(tx, LETTERS.c.place == row.place, state=LetterState.STORED.value)
    journal.append(tx, RETRIED, f"{letter_id}\n{by}\n{explanation}".encode(), letter_id)
    _release(tx, row.peer, row.matter_id, LetterState.WAITING)


def set_aside(tx: Transaction, letter_id: str, explanation: str, by: str) -> None:
    """An operator decides, on record, that a parked letter is not to be handled; it stays stored and receipted.

    Raises:
        NotParkedError: no letter of that id is parked.

    """
    row = _parked(tx, letter_id)
    _update(tx, LETTERS.c.place == row.place, state=LetterState.SET_ASIDE.value)
    journal.append(tx, SET_ASIDE, f"{letter_id}\n{by}\n{explanation}".encode(), letter_id)
    _release(tx, row.peer, row.matter_id, LetterState.WAITING)


def list_parked(connection: sa.Connection, after: int = 0, limit: int = 50) -> list[ParkedLetter]:
    """Parked and waiting letters in their order, placed behind `after`, without content."""
    states = (LetterState.PARKED.value, LetterState.WAITING.value)
    query = (
        sa.select(LETTERS, JOURNAL.c.payload)
        .join(JOURNAL, JOURNAL.c.sequence == LETTERS.c.place)
        .where(LETTERS.c.state.in_(states), LETTERS.c.place > after)
        .order_by(LETTERS.c.place)
        .limit(limit)
    )
    return [
        ParkedLetter(
            stored(row, None), row.reason or "", row.parked_at, row.attempts, row.state == LetterState.WAITING.value
        )
        for row in connection.execute(query)
    ]


def release_matter(tx: Transaction, peer: str, matter_id: str) -> bool:
    """Have the peer's letters that stand still in a matter handled again; whether there are any."""
    return bool(matter_id) and _release(tx, peer, matter_id, LetterState.PARKED, LetterState.WAITING) > 0


def _handle(tx: Transaction, letter: StoredLetter, handler: Handler, tracing: Tracing) -> str | None:
    """Why the letter cannot be handled; None when it was."""
    if letter.header.kind == CONTINUES:
        return None  # It tells of the channel. The exchange has done what it says when it stored it.
    try:
        with tracing.step(APPLY, letter.traceparent, letter.peer), tx.savepoint():
            handler(tx, letter)
    except StorageError:
        raise
    except GuantongError as error:
        if error.fault is Fault.UNAVAILABLE:
            raise
        return error.reason
    except Exception as error:
        if outage(error) is not None:
            raise
        where = [f"{Path(at.filename).name}:{at.lineno}" for at in traceback.extract_tb(error.__traceback__)]
        _log.error("letter_handling_failed", peer=letter.peer, error=type(error).__name__, where=where[-8:])
        return _UNKNOWN
    return None


def _park(tx: Transaction, letter: StoredLetter, reason: str) -> None:
    _update(
        tx,
        LETTERS.c.place == letter.journal_sequence,
        state=LetterState.PARKED.value,
        reason=reason,
        attempts=LETTERS.c.attempts + 1,
        parked_at=tx.now,
    )
    payload = f"{letter.header.letter_id}\n{reason}\n{letter.journal_sequence}".encode()
    journal.append(tx, PARKED, payload, letter.header.letter_id)


def _blocked(tx: Transaction, matters: Collection[str]) -> set[tuple[str, str]]:
    """Peers and, of `matters`, those with a parked letter: what follows waits.

    Nobody can make another body's letters wait, by parked letters of other matters neither.
    """
    query = sa.select(LETTERS.c.peer, LETTERS.c.matter_id).where(LETTERS.c.matter_id.in_(matters), UNHANDLED)
    found = tx.connection.execute(query.distinct())
    return {(row.peer, row.matter_id) for row in found}


def _release(tx: Transaction, peer: str, matter_id: str, *states: LetterState) -> int:
    """Have what stands in one of `states` in this peer's matter handled again; how many letters."""
    held = sa.and_(
        LETTERS.c.peer == peer,
        LETTERS.c.matter_id == matter_id,
        LETTERS.c.state.in_([state.value for state in states]),
    )
    return _update(tx, held, state=LetterState.STORED.value)


def _parked(tx: Transaction, letter_id: str) -> Any:
    query = sa.select(LETTERS).where(
        LETTERS.c.letter_id == letter_id,
        LETTERS.c.direction == Direction.IN.value,
        LETTERS.c.state == LetterState.PARKED.value,
    )
    # Senders choose ids, and two may choose one: the letter that came first is decided about first.
    row = tx.connection.execute(query.order_by(LETTERS.c.place).limit(1)).one_or_none()
    if row is None:
        raise NotParkedError(letter_id=letter_id[:64])
    return row


def _mark(tx: Transaction, places: Sequence[int], state: LetterState) -> None:
    _update(tx, LETTERS.c.place.in_(places), state=state.value)


def _update(tx: Transaction, where: sa.ColumnElement[bool], **values: object) -> int:
    return tx.connection.execute(sa.update(LETTERS).where(where).values(**values)).rowcount
