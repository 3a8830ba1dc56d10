"""Records what happens in a matter: its opening, every act, the peer's receipt. Each is part of one unit of work."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from services.chassis.dossiers.errors import ActConflictError, MatterExistsError, NotAPartyError
from services.chassis.dossiers.model import Head, NewMatter
from services.chassis.dossiers.queries import acts_of, get, get_head, head
from services.chassis.dossiers.rows import act_values, count_in, fold_rows, header_values, summary_values
from services.chassis.dossiers.tables import MATTER_ACTS, MATTERS
from services.chassis.matters.fold import Matter
from services.chassis.matters.may import fresh
from services.chassis.matters.model import Act
from services.chassis.storage import Transaction


def open_matter(tx: Transaction, new: NewMatter) -> Matter:
    """Open a matter; the opening act itself is recorded after it, like every act. Opening twice changes nothing.

    Acts of the matter that came before its opening count from now on.

    Raises:
        MatterExistsError: the id stands for a matter that was opened differently.
    """
    known = head(tx.connection, new.matter_id)
    if known is None:
        values = {**header_values(new), **summary_values(fresh(new.kind))}
        values |= {"opened_at": tx.now, "stored_at": None, "changed_at": tx.now}
        tx.connection.execute(sa.insert(MATTERS).values(values))
        known = get_head(tx.connection, new.matter_id)
        return _refold(tx, known)
    if header_values(known.header) != header_values(new):
        raise MatterExistsError(matter_id=new.matter_id, opened_letter_id=known.header.opened_letter_id)
    return get(tx.connection, new.matter_id).matter


def record_act(tx: Transaction, matter_id: str, act: Act, body: str | None = None) -> Matter | None:
    """Record what a letter does, and fold the matter anew. Recording it again changes nothing.

    Args:
        tx: The unit of work.
        matter_id: The matter that the letter names.
        act: What the letter does. Of its facts only those are kept that the tables read, texts as a mere mark.
        body: The body that signed the letter. Left out only for our own letters.

    Returns:
        The matter now; None while it is not opened here: the act is kept and counts from the opening on.

    Raises:
        ActConflictError: another act stands under this letter id.
        NotAPartyError: `body` does not stand on the side that the act is of.
    """
    known = head(tx.connection, matter_id)
    if known is not None and body is not None and known.header.body_of(act.writer) != body:
        raise NotAPartyError(body=body, matter_id=matter_id)
    if _is_recorded(tx, matter_id, act):
        return get(tx.connection, matter_id).matter if known is not None else None
    tx.connection.execute(sa.insert(MATTER_ACTS).values(act_values(matter_id, act, body, tx.now)))
    return _refold(tx, known) if known is not None else None


def set_stored_at(tx: Transaction, matter_id: str, at: datetime) -> Matter:
    """The addressee's node stored the opening letter at `at`, by its receipt. The first receipt stands.

    Raises:
        MatterNotFoundError: there is no such matter.
    """
    known = get_head(tx.connection, matter_id)
    if known.stored_at is not None:
        return get(tx.connection, matter_id).matter
    tx.connection.execute(sa.update(MATTERS).where(MATTERS.c.matter_id == matter_id).values(stored_at=at))
    return _refold(tx, get_head(tx.connection, matter_id))


def _is_recorded(tx: Transaction, matter_id: str, act: Act) -> bool:
    there = sa.and_(MATTER_ACTS.c.matter_id == matter_id, MATTER_ACTS.c.letter_id == act.letter_id)
    query = sa.select(MATTER_ACTS.c.event, MATTER_ACTS.c.writer, MATTER_ACTS.c.number).where(there)
    recorded = tx.connection.execute(query).one_or_none()
    if recorded is None:
        return False
    if tuple(recorded) != (act.event.value, act.writer.value, act.number):
        raise ActConflictError(matter_id=matter_id, letter_id=act.letter_id, event=recorded.event)
    return True


def _refold(tx: Transaction, known: Head) -> Matter:
    rows = count_in(known.header, acts_of(tx.connection, [known.matter_id]))
    matter = fold_rows(known.header, rows, known.stored_at)
    values = {**summary_values(matter), "changed_at": tx.now}
    tx.connection.execute(sa.update(MATTERS).where(MATTERS.c.matter_id == known.matter_id).values(values))
    return matter
