"""Records what happens in a matter: its opening, every act, the peer's receipt. Each is part of one unit of work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from services.chassis.dossiers.errors import ActConflictError, MatterExistsError, MatterFullError, NotAPartyError
from services.chassis.dossiers.model import Head, NewMatter
from services.chassis.dossiers.queries import acts_of, get, get_head, head
from services.chassis.dossiers.rows import act_values, acts_in, as_kept, header_values, summary_values
from services.chassis.dossiers.tables import MATTER_ACTS, MATTERS
from services.chassis.matters.fold import Matter, fold
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
        tx.connection.execute(_OPEN, values)
        known = get_head(tx.connection, new.matter_id)
        return _refold(tx, known, _acts(tx, known))
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
        MatterFullError: the matter has had more letters than any matter needs, and the other side writes on.
    """
    known = head(tx.connection, matter_id)
    if known is not None and body is not None and known.header.body_of(act.writer) != body:
        raise NotAPartyError(body=body, matter_id=matter_id)
    rows = acts_of(tx.connection, matter_id)
    if _is_recorded(matter_id, act, rows):
        return _fold(known, rows) if known is not None else None
    if len(rows) >= MOST_ACTS and (known is None or act.writer is not known.header.our_side):
        raise MatterFullError(matter_id=matter_id, acts=len(rows))
    tx.connection.execute(_RECORD, act_values(matter_id, act, body, tx.now))
    if known is None:
        return None
    return _refold(tx, known, [*acts_in(known.header, rows), as_kept(act)])


def renumber(tx: Transaction, matter_id: str, act: Act) -> None:
    """Give a recorded act the number that its letter has now; nothing happens where it is not recorded.

    A letter of ours that was not receipted gets another number when this node learns that it was restored.
    """
    where = (MATTER_ACTS.c.matter_id == matter_id, MATTER_ACTS.c.letter_id == act.letter_id)
    changed = tx.connection.execute(sa.update(MATTER_ACTS).where(*where).values(number=act.number))
    known = head(tx.connection, matter_id)
    if changed.rowcount and known is not None:
        _refold(tx, known, _acts(tx, known))


def set_stored_at(tx: Transaction, matter_id: str, at: datetime) -> Matter:
    """The addressee's node stored the opening letter at `at`, by its receipt. The first receipt stands.

    Raises:
        MatterNotFoundError: there is no such matter.
    """
    known = get_head(tx.connection, matter_id)
    if known.stored_at is None:
        known = replace(known, stored_at=at)
        return _refold(tx, known, _acts(tx, known))
    return get(tx.connection, matter_id).matter


MOST_ACTS = 300
"""A matter has tens. What people of this body still want to say in it, they can."""
_OPEN = sa.insert(MATTERS)
_RECORD = sa.insert(MATTER_ACTS)
_UPDATE = sa.update(MATTERS).where(MATTERS.c.matter_id == sa.bindparam("which"))
# Made once: every letter of the county passes here, and making a statement takes longer than running it.


def _is_recorded(matter_id: str, act: Act, rows: Iterable[sa.RowMapping]) -> bool:
    for row in rows:
        if row["letter_id"] == act.letter_id:
            if (row["event"], row["writer"], row["number"]) != (act.event, act.writer, act.number):
                raise ActConflictError(matter_id=matter_id, letter_id=act.letter_id, event=row["event"])
            return True
    return False


def _acts(tx: Transaction, known: Head) -> list[Act]:
    return acts_in(known.header, acts_of(tx.connection, known.matter_id))


def _fold(known: Head, rows: Iterable[sa.RowMapping]) -> Matter:
    return fold(known.header.kind, acts_in(known.header, rows), known.stored_at)


def _refold(tx: Transaction, known: Head, acts: Iterable[Act]) -> Matter:
    matter = fold(known.header.kind, acts, known.stored_at)
    values = {**summary_values(matter), "stored_at": known.stored_at, "changed_at": tx.now}
    tx.connection.execute(_UPDATE, {"which": known.matter_id, **values})
    return matter
