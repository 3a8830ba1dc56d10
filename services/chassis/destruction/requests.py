"""Asks for a destruction and decides on it: letters fixed when asked, decided by another person, done at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection

import sqlalchemy as sa

from services.chassis.destruction import store
from services.chassis.destruction.carrying_out import Destroying
from services.chassis.destruction.errors import (
    DestructionAskedAlreadyError,
    DestructionNotOpenError,
    DestructionSamePersonError,
    DestructionScopeError,
    LetterIdSharedError,
    MatterStillOpenError,
    NothingToDestroyError,
)
from services.chassis.destruction.holds import demand_not_held
from services.chassis.destruction.model import Decided, Destruction, Ground, State, Wanted
from services.chassis.destruction.tables import DESTRUCTION_LETTERS, DESTRUCTIONS
from services.chassis.disclosures.words import stated
from services.chassis.dossiers.tables import MATTERS
from services.chassis.exchange.naming import LetterName, held_among, names_among
from services.chassis.exchange.tables import LETTERS
from services.chassis.journal import store as journal
from services.chassis.storage.uow import Transaction

ASKED, REFUSED = "destruction.asked", "destruction.refused"
MOST_LETTERS = 1000
"""In one request. A matter has at most a few hundred."""
_ALIVE = LETTERS.c.content_key.is_not(None)
_d, _l = DESTRUCTIONS.c, DESTRUCTION_LETTERS.c


def ask(tx: Transaction, wanted: Wanted, *, by: str, within: sa.ColumnElement[bool] | None = None) -> Destruction:
    """Ask that content be destroyed. Which letters it is about is fixed now: what comes later is not among them, nor is
    what is outside of `within`, a condition on rows of `LETTERS`: as far as the person may read.

    Raises:
        DestructionScopeError: neither letters nor a matter are named, or both.
        DisclosureWordsError, DisclosureIdentifiesError: no reason is given, or one that names somebody.
        NothingToDestroyError: nothing of it has content here.
        LetterIdSharedError: letters of two bodies have one of the ids.
        MatterStillOpenError: retention is said to have ended, of a matter that is not over.
        MatterHeldError: it is on hold.
        DestructionAskedAlreadyError: one of the letters is in a request that waits.

    """
    if bool(wanted.letter_ids) == bool(wanted.matter_id) or len(wanted.letter_ids) > MOST_LETTERS:
        raise DestructionScopeError(most=MOST_LETTERS)
    reason = stated("reason", wanted.reason)
    letters = _meant(tx.connection, wanted, sa.true() if within is None else within)
    if not letters:
        raise NothingToDestroyError
    _demand_may_go(tx.connection, wanted.ground, set(letters.values()))
    _demand_not_waiting(tx.connection, letters)
    asked = Destruction(
        id=tx.new_id(),
        ground=wanted.ground,
        matter_id=wanted.matter_id,
        letters=tuple(sorted(letters)),
        reason=reason,
        document_number=wanted.document_number.strip(),
        decided_on=wanted.decided_on,
        asked_by=by,
        asked_at=tx.now,
    )
    store.keep(tx, asked)
    _note(tx, ASKED, asked, by)
    return asked


def approve(tx: Transaction, destroying: Destroying, destruction_id: str, *, by: str) -> int:
    """Approve a request, and destroy in this very unit; returns how many letters had content until now.

    Raises:
        DestructionNotOpenError: no such request waits.
        DestructionSamePersonError: `by` asked for it.
        MatterStillOpenError, MatterHeldError: as for asking; the matter may have changed since.

    """
    asked = _to_settle(tx.connection, destruction_id, by)
    letters = held_among(tx.connection, asked.letters, _ALIVE)
    _demand_may_go(tx.connection, asked.ground, set(letters.values()))
    store.settle(tx, destruction_id, by, tx.now, approved=True)
    act = Decided(asked.ground, asked.asked_by, by, asked.id)
    for name in sorted(letters):
        destroying.letter(tx, name, act)
    if asked.matter_id:
        destroying.rest_of_matter(tx, asked.matter_id, act)
    return len(letters)


def refuse(tx: Transaction, destruction_id: str, remark: str, *, by: str) -> None:
    """Refuse a request and say why; it stays in the register.

    Raises:
        DestructionNotOpenError, DestructionSamePersonError: as for approving.
        DisclosureWordsError, DisclosureIdentifiesError: no remark is given, or one that names somebody.

    """
    asked = _to_settle(tx.connection, destruction_id, by)
    store.settle(tx, destruction_id, by, tx.now, approved=False, remark=stated("remark", remark))
    _note(tx, REFUSED, asked, by)


def _meant(connection: sa.Connection, wanted: Wanted, within: sa.ColumnElement[bool]) -> dict[LetterName, str]:
    """The letters meant that have content here, with their matters."""
    if wanted.matter_id:
        return names_among(connection, sa.and_(LETTERS.c.matter_id == wanted.matter_id, _ALIVE, within))
    found = names_among(connection, sa.and_(LETTERS.c.letter_id.in_(wanted.letter_ids), _ALIVE, within))
    senders = Counter(name.letter_id for name in found)
    if shared := [letter_id for letter_id, count in senders.items() if count > 1]:
        raise LetterIdSharedError(letter_id=min(shared))
    return found


def _demand_not_waiting(connection: sa.Connection, letters: Collection[LetterName]) -> None:
    ids = [name.letter_id for name in letters]
    waiting = sa.select(_d.id, _l.letter_id, _l.sender).join(DESTRUCTION_LETTERS)
    for row in connection.execute(waiting.where(_l.letter_id.in_(ids), _d.settled_at.is_(None))):
        if LetterName(row.letter_id, row.sender) in letters:
            raise DestructionAskedAlreadyError(destruction_id=row.id)


def _demand_may_go(connection: sa.Connection, ground: Ground, matter_ids: Collection[str]) -> None:
    demand_not_held(connection, matter_ids)
    if ground is Ground.RETENTION_ENDED:
        still = sa.select(MATTERS.c.matter_id).where(MATTERS.c.matter_id.in_(matter_ids), MATTERS.c.is_open.is_(True))
        if (matter_id := connection.scalar(still.limit(1))) is not None:
            raise MatterStillOpenError(matter_id=matter_id)


def _to_settle(connection: sa.Connection, destruction_id: str, by: str) -> Destruction:
    found = store.find(connection, destruction_id)
    if found is None or found.state is not State.ASKED:
        raise DestructionNotOpenError
    if found.asked_by == by:
        raise DestructionSamePersonError
    return found


def _note(tx: Transaction, kind: str, one: Destruction, by: str) -> None:
    facts = {"destruction": one.id, "ground": one.ground.value, "letters": list(one.letter_ids), "by": by}
    journal.append(tx, kind, json.dumps(facts, sort_keys=True).encode())
