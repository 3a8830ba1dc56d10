"""What a journal tells of destroyed letters: for whoever verifies it, without a key or a running node."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.chassis.destruction.model import Ground
from services.chassis.exchange.keeping import DESTROYED, read_destroyed
from services.chassis.exchange.naming import LetterName
from services.chassis.journal.store import JOURNAL

_UNTOLD = Ground.MISDIRECTED.value
"""What went around this body: nobody here may know that it came."""


@dataclass(frozen=True, slots=True)
class DestroyedLetter:
    """One letter: when its content was destroyed, by what ground, and the two who decided."""

    letter_id: str
    at: datetime
    ground: str
    asked_by: str
    approved_by: str


def destroyed_letters(connection: sa.Connection) -> list[DestroyedLetter]:
    """The letters whose content was destroyed, each once, in the order of the journal's first entries about them."""
    query = sa.select(JOURNAL.c.payload, JOURNAL.c.written_at).where(JOURNAL.c.kind == DESTROYED)
    found: dict[LetterName, DestroyedLetter] = {}
    for row in connection.execute(query.order_by(JOURNAL.c.sequence)):
        told = read_destroyed(row.payload)
        if told is None or told[1].ground == _UNTOLD:
            continue
        name, why = told
        at = datetime.fromisoformat(why.first_at) if why.first_at else row.written_at
        found.setdefault(name, DestroyedLetter(name.letter_id, at, why.ground, why.asked_by, why.approved_by))
    return list(found.values())
