"""Asks for a destruction and decides on it: letters fixed when asked, decided by another person, done at once."""

from __future__ import annotations

import json
from collections.abc import Collection

import sqlalchemy as sa

from services.chassis.destruction import store
from services.chassis.destruction.carrying_out import Destroying
from services.chassis.destruction.errors import (
    DestructionAskedAlreadyError,
    DestructionNotOpenError,
    DestructionSamePersonError,
    DestructionScopeError,
    MatterStillOpenError,
    NothingToDestroyError,
)
from services.chassis.destruction.holds import demand_not_held
from services.chassis.destruction.model import Decided, Destruction, Ground, State, Wanted
from services.chassis.destruction.tables import DESTRUCTION_LETTERS, DESTRUCTIONS
from services.chassis.disclosures.words import stated
from services.chassis.dossiers.tables import MATTERS
from services.chassis.exchange.tables import LETTERS
from services.chassis.journal import store as journal
from services.chassis.storage.uow import Transaction

ASKED, REFUSED = "destruction.asked", "destruction.refused"
MOST_LETTERS = 1000
"""In one request. A matter has at most a few hundred."""
_d, _l = DESTRUCTIONS.c, DESTRUCTION_LETTERS.c


def ask(tx: Transaction, wanted: Wanted, *, by: str) -> Destruction:
    """Ask that content be destroyed. Which letters it is about is fixed now: what comes later is not among them.

    Raises:
        DestructionScopeError: neither letters nor a matter are named, or both.
        DisclosureWordsError, DisclosureIdentifiesError: no reason is given, or one that names somebody.
        NothingToDestroyError: nothing of it has content here.
        MatterStillOpenError: retention is said to have ended, of a matter that is not over.
        MatterHeldError: it is on hold.
        DestructionAskedAlreadyError: one of the letters is in a request that waits.

    """
    if bool(wanted.letter_ids) == bool(wanted.matter_id) or len(wanted.letter_ids) > MOST_LETTERS:
        raise DestructionScopeError(most=MOST_LETTERS)
    reason = stated("reason", wanted.reason)
    letters = _with_content(tx.connection, wanted)
    if not letters:
        raise NothingToDestroyError
    _demand_may_go(tx.connection, wanted.ground, set(letters.values()))
    waiting = sa.select(_d.id).join(DESTRUCTION_LETTERS).where(_l.letter_id.in_(letters), _d.settled_at.is_(None))
    if (other := tx.connection.scalar(waiting.limit(1))) is not None:
        raise DestructionAskedAlreadyError(destruction_id=other)
    asked = Destruction(
        id=tx.new_id(),
        ground=wanted.ground,
        matter_id=wanted.matter_id,
        letter_ids=tuple(sorted(letters)),
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
    letters = _with_content(tx.connection, Wanted(asked.ground, asked.reason, asked.letter_ids))
    _demand_may_go(tx.connection, asked.ground, set(letters.values()))
    store.settle(tx, destruction_id, by, tx.now, approved=True)
    act = Decided(asked.ground, asked.asked_by, by, asked.id)
    for letter_id in sorted(letters):
        destroying.letter(tx, letter_id, act)
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


def _with_content(connection: sa.Connection, wanted: Wanted) -> dict[str, str]:
    """The letters meant that have content here, with their matters."""
    query = sa.select(LETTERS.c.letter_id, LETTERS.c.matter_id).where(LETTERS.c.content_key.is_not(None)).distinct()
    if wanted.matter_id:
        query = query.where(LETTERS.c.matter_id == wanted.matter_id)
    else:
        query = query.where(LETTERS.c.letter_id.in_(wanted.letter_ids))
    return {row.letter_id: row.matter_id for row in connection.execute(query)}


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
