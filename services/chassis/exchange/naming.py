"""Says which letter is meant: senders choose ids, so that an id alone may be another body's letter as well."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from services.chassis.exchange.model import Direction, StoredLetter
from services.chassis.exchange.tables import LETTERS

OURS = ""
"""Stands where the sender of our own letters stands."""

sender_of_row: sa.ColumnElement[str] = sa.case((LETTERS.c.direction == Direction.OUT.value, OURS), else_=LETTERS.c.peer)
"""Who sent the letter of a row of `LETTERS`."""


@dataclass(frozen=True, slots=True, order=True)
class LetterName:
    """One letter, however many bodies it went to. `sender` is the body that sent it, empty for this one."""

    letter_id: str
    sender: str = OURS


def name_of(letter: StoredLetter) -> LetterName:
    """What a letter that is kept here is named by."""
    ours = letter.direction is Direction.OUT
    return LetterName(letter.header.letter_id, OURS if ours else letter.header.sender)


def is_named(name: LetterName) -> sa.ColumnElement[bool]:
    """The rows of `LETTERS` that are copies of that letter."""
    return sa.and_(LETTERS.c.letter_id == name.letter_id, sender_of_row == name.sender)


def names_among(connection: sa.Connection, within: sa.ColumnElement[bool]) -> dict[LetterName, str]:
    """The letters that fulfil `within`, a condition on rows of `LETTERS`, each with its matter."""
    query = sa.select(LETTERS.c.letter_id, sender_of_row.label("sender"), LETTERS.c.matter_id).where(within)
    return {LetterName(row.letter_id, row.sender): row.matter_id for row in connection.execute(query)}


def held_among(
    connection: sa.Connection, names: Collection[LetterName], within: sa.ColumnElement[bool]
) -> dict[LetterName, str]:
    """Those of `names` that this node holds and that fulfil `within`, each with its matter."""
    wanted, found = sorted(names), dict[LetterName, str]()
    for start in range(0, len(wanted), _AT_ONCE):
        ids = [name.letter_id for name in wanted[start : start + _AT_ONCE]]
        found |= names_among(connection, sa.and_(LETTERS.c.letter_id.in_(ids), within))
    return {name: found[name] for name in wanted if name in found}


_AT_ONCE = 500
"""Ids in one statement."""
