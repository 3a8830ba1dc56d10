"""Finds the traces of letters that this node holds: by letter, by matter, by document number."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from services.chassis.dossiers.tables import MATTERS
from services.chassis.exchange.tables import LETTERS
from services.chassis.telemetry.traces import trace_id_of

MOST_LETTERS = 500
"""Of one matter, the latest: more traces than anybody looks through."""


def of_letter(connection: sa.Connection, letter_id: str) -> list[str]:
    """The traces of the letter of that id, in either direction."""
    return _traces(connection, LETTERS.c.letter_id == letter_id)


def of_matter(connection: sa.Connection, matter_id: str) -> list[str]:
    """The traces of the matter's letters."""
    return _traces(connection, LETTERS.c.matter_id == matter_id)


def of_document(connection: sa.Connection, number: str, named_persons_only: Callable[[str], bool]) -> list[str]:
    """The traces of the letters of the matters under this document number.

    A number can be guessed. Of letters for named persons only nothing is found, as if there were none.
    """
    columns = MATTERS.c.matter_id, MATTERS.c.letter_kind
    rows = connection.execute(sa.select(*columns).where(MATTERS.c.document_number == number).limit(MOST_LETTERS))
    matters = [row.matter_id for row in rows if not named_persons_only(row.letter_kind)]
    return _traces(connection, LETTERS.c.matter_id.in_(matters)) if matters else []


def _traces(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[str]:
    query = sa.select(LETTERS.c.traceparent).where(condition, LETTERS.c.traceparent.is_not(None))
    found = connection.scalars(query.order_by(LETTERS.c.place.desc()).limit(MOST_LETTERS))
    return list(dict.fromkeys(trace for one in found if (trace := trace_id_of(one)) is not None))
