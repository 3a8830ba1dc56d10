"""Reads and keeps which letter of which round went to whom, about which units, in which matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services.chassis.storage import Transaction
from services.inspection.journaling import note
from services.inspection.letters.errors import LetterNotFoundError
from services.inspection.letters.tables import LETTER_UNITS, LETTERS

OPINION = "opinion.request"
REQUEST = "info.request"
_ARTICLES = {OPINION: "A1.2b", REQUEST: "A3.2h"}


def article_of(kind: str) -> str:
    """The article under which the letter is answered."""
    return _ARTICLES[kind]


@dataclass(frozen=True, kw_only=True)
class RoundLetter:
    """One letter of a round. `sections` are the codes it requires for each of its units."""

    ref: str
    matter_id: str
    round_id: str
    kind: str
    body: str
    stands_for: str
    draft_id: str
    sections: tuple[str, ...]
    unit_ids: tuple[str, ...]
    reply_by: date | None


def save(tx: Transaction, letter: RoundLetter, *, by: str) -> None:
    """Keep a letter that was just drafted."""
    tx.connection.execute(
        sa.insert(LETTERS).values(
            id=letter.ref,
            matter_id=letter.matter_id,
            round_id=letter.round_id,
            kind=letter.kind,
            body=letter.body,
            stands_for=letter.stands_for,
            draft_id=letter.draft_id,
            sections=list(letter.sections),
            reply_by=letter.reply_by,
            prepared_by=by,
            prepared_at=tx.now,
        )
    )
    tx.connection.execute(
        sa.insert(LETTER_UNITS), [{"letter_ref": letter.ref, "unit_id": unit_id} for unit_id in letter.unit_ids]
    )
    ids = {"round": letter.round_id, "draft": letter.draft_id, "matter": letter.matter_id, "to": letter.body}
    note(tx, "letter_prepared", by=by, letter_kind=letter.kind, **ids)


def letters_of(connection: sa.Connection, round_id: str) -> tuple[RoundLetter, ...]:
    """The round's letters in the order they were prepared."""
    return _letters(connection, LETTERS.c.round_id == round_id)


def letter_of_matter(connection: sa.Connection, matter_id: str) -> RoundLetter:
    """The round's letter that opened this matter.

    Raises:
        LetterNotFoundError: the matter belongs to no round.

    """
    found = _letters(connection, LETTERS.c.matter_id == matter_id)
    if not found:
        raise LetterNotFoundError(matter_id=matter_id)
    return found[0]


def belongs_to_round(connection: sa.Connection, matter_id: str) -> bool:
    """Whether a round's letter opened this matter."""
    return bool(_letters(connection, LETTERS.c.matter_id == matter_id))


def matter_opened(tx: Transaction, draft_id: str, matter_id: str) -> None:
    """Take note that the signed draft opened `matter_id`, where the desk gave the matter an id of its own."""
    tx.connection.execute(sa.update(LETTERS).where(LETTERS.c.draft_id == draft_id).values(matter_id=matter_id))


def draft_discarded(tx: Transaction, draft_id: str) -> bool:
    """Forget a letter whose draft was given up, so that it can be prepared anew; False where it is none of ours."""
    ref = tx.connection.execute(sa.select(LETTERS.c.id).where(LETTERS.c.draft_id == draft_id)).scalar_one_or_none()
    if ref is None:
        return False
    tx.connection.execute(sa.delete(LETTER_UNITS).where(LETTER_UNITS.c.letter_ref == ref))
    tx.connection.execute(sa.delete(LETTERS).where(LETTERS.c.id == ref))
    note(tx, "letter_given_up", draft=draft_id)
    return True


def _letters(connection: sa.Connection, where: sa.ColumnElement[bool]) -> tuple[RoundLetter, ...]:
    rows = connection.execute(sa.select(LETTERS).where(where).order_by(LETTERS.c.id)).all()
    units = _units(connection, [row.id for row in rows])
    return tuple(
        RoundLetter(
            ref=row.id,
            matter_id=row.matter_id,
            round_id=row.round_id,
            kind=row.kind,
            body=row.body,
            stands_for=row.stands_for,
            draft_id=row.draft_id,
            sections=tuple(row.sections),
            unit_ids=tuple(units[row.id]),
            reply_by=row.reply_by,
        )
        for row in rows
    )


def _units(connection: sa.Connection, refs: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {ref: [] for ref in refs}
    c = LETTER_UNITS.c
    query = sa.select(c.letter_ref, c.unit_id).where(c.letter_ref.in_(refs)).order_by(c.unit_id)
    for ref, unit_id in connection.execute(query):
        found[ref].append(unit_id)
    return found
