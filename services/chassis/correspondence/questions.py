"""Questions that the addressees of this body's letters asked and that nobody has answered yet (反问)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services.chassis.clock import beijing_date
from services.chassis.dossiers.tables import MATTER_ACTS
from services.chassis.matters.model import Event

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Question:
    """The letter that asks, and the Beijing day on which it was asked."""

    letter_id: str
    asked_on: date


def open_questions(connection: sa.Connection, matter_ids: Sequence[str]) -> dict[str, Question]:
    """The latest open question by matter. An answer answers all that were asked before it."""
    found: dict[str, Question] = {}
    for start in range(0, len(matter_ids), _AT_ONCE):
        part = list(matter_ids[start : start + _AT_ONCE])
        for row in connection.execute(_ACTS, {"matter_ids": part}):
            if row.event == Event.ASKED_BACK.value:
                found[row.matter_id] = Question(row.letter_id, beijing_date(row.at))
            else:
                found.pop(row.matter_id, None)
    return found


_ACTS = (
    sa.select(MATTER_ACTS.c.matter_id, MATTER_ACTS.c.letter_id, MATTER_ACTS.c.event, MATTER_ACTS.c.at)
    .where(
        MATTER_ACTS.c.matter_id.in_(sa.bindparam("matter_ids", expanding=True)),
        MATTER_ACTS.c.event.in_([Event.ASKED_BACK.value, Event.CLARIFIED.value]),
    )
    .order_by(MATTER_ACTS.c.recorded_at)
)
