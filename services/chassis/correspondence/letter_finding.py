"""Finds letters for a list, newest first: each search walks an index backwards in time, however many letters there are.

Where a condition may leave few of many letters, such as a state, the matters that meet it are looked up first: they
are few, or else a walk meets them soon.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.chassis.correspondence.letter_words import Words
from services.chassis.dossiers.tables import MATTERS
from services.chassis.exchange.model import Direction
from services.chassis.exchange.tables import LETTERS
from services.chassis.journal.times import first_since, last_before
from services.chassis.matters.model import Side, State
from services.chassis.storage.engine import POSTGRESQL

_FEW = 2_000
"""Matters that are looked up by their letters; with more of them a walk meets one soon."""
_MANY_KINDS = 12
"""Kinds that are walked one by one; words that name more are met soon by a walk over all."""
NOT_VIEWED = frozenset({State.SENT.value, State.STORED.value})
"""States of a matter whose first letter nobody at the addressee has viewed."""

_Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class LetterSearch:
    """Which letters to find; None and empty do not narrow. Times are of this node's writing or storing."""

    direction: Direction | None = None
    matter_id: str | None = None
    kind: str | None = None
    peer: str | None = None
    matter_state: State | None = None
    unread: bool = False
    since: datetime | None = None
    before: datetime | None = None
    words: Words | None = None
    without_kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person may see.

    Attributes:
        letters: A condition on rows of `LETTERS`.
        matters: A condition on rows of `MATTERS`, where the person's roles reach some matters only; else None.
        without: Matters whose letters are left out.
    """

    letters: _Condition
    matters: _Condition | None = None
    without: frozenset[str] = frozenset()


def find_places(
    connection: sa.Connection, wanted: LetterSearch, seen: Seen, below: int | None, limit: int
) -> list[int]:
    """The places of up to `limit` letters in the journal, the newest first, below the place `below` (None: all)."""
    limits = [seen.letters, *_within(connection, wanted, below)]
    if seen.without:
        limits.append(LETTERS.c.matter_id.not_in(sorted(seen.without)))
    found: set[int] = set()
    for way in _ways(connection, wanted, seen):
        query = sa.select(LETTERS.c.place).where(*way, *limits).order_by(LETTERS.c.place.desc()).limit(limit)
        found.update(connection.scalars(query))
    return sorted(found, reverse=True)[:limit]


def _within(connection: sa.Connection, wanted: LetterSearch, below: int | None) -> Iterator[_Condition]:
    """Conditions that hold on every way."""
    if below is not None:
        yield LETTERS.c.place < below
    if wanted.since is not None:
        yield LETTERS.c.place >= first_since(connection, wanted.since)
        yield LETTERS.c.stored_at >= wanted.since
    if wanted.before is not None:
        yield LETTERS.c.place <= last_before(connection, wanted.before)
        yield LETTERS.c.stored_at < wanted.before
    if wanted.direction is not None:
        yield _looked_at(LETTERS.c.direction) == wanted.direction.value
    if wanted.unread:
        yield _looked_at(LETTERS.c.direction) == Direction.IN.value
    if wanted.without_kinds:
        yield _looked_at(LETTERS.c.kind).not_in(sorted(wanted.without_kinds))


def _ways(connection: sa.Connection, wanted: LetterSearch, seen: Seen) -> Iterator[Sequence[_Condition]]:
    """The walks whose letters together are those wanted: each begins with what an index finds."""
    by_matter = list(_few_matters(connection, wanted, seen))
    narrow = [_looked_at(column) == value for column, value in _named(wanted) if value is not None]
    if by_matter:
        words = [_says(wanted.words, connection)] if wanted.words is not None else []
        yield [*by_matter, *narrow, *words]
        return
    state = [_in_state(wanted.matter_state)] if wanted.matter_state is not None else []
    if wanted.words is not None:
        for way in _by_words(wanted.words, connection):
            yield [way, *narrow, *state]
        return
    for column, value in _named(wanted):
        if value is not None:
            rest = [
                _looked_at(one) == other for one, other in _named(wanted) if other is not None and one is not column
            ]
            yield [column == value, *rest, *state]
            return
    yield state


def _named(wanted: LetterSearch) -> tuple[tuple[sa.Column[str], str | None], ...]:
    return (LETTERS.c.kind, wanted.kind), (LETTERS.c.peer, wanted.peer)


def _few_matters(connection: sa.Connection, wanted: LetterSearch, seen: Seen) -> Iterator[_Condition]:
    """Where few matters are meant, the letters of just these."""
    if wanted.unread:
        unread = MATTERS.c.state.in_(sorted(NOT_VIEWED)), _looked_at(MATTERS.c.our_side) == Side.ADDRESSEE.value
        opened = sa.select(MATTERS.c.opened_letter_id).where(*unread)
        state = [MATTERS.c.state == wanted.matter_state.value] if wanted.matter_state is not None else []
        yield LETTERS.c.letter_id.in_(list(connection.scalars(opened.where(*state))))
        if wanted.matter_id is not None:
            yield _looked_at(LETTERS.c.matter_id) == wanted.matter_id
        return
    if wanted.matter_id is not None:
        yield LETTERS.c.matter_id == wanted.matter_id
        if wanted.matter_state is not None:
            yield _in_state(wanted.matter_state)
        return
    limits = [MATTERS.c.state == wanted.matter_state.value] if wanted.matter_state is not None else []
    limits += [seen.matters] if seen.matters is not None else []
    if limits:
        few = list(connection.scalars(sa.select(MATTERS.c.matter_id).where(*limits).limit(_FEW + 1)))
        if len(few) <= _FEW:
            yield LETTERS.c.matter_id.in_(few)


def _by_words(words: Words, connection: sa.Connection) -> Iterator[_Condition]:
    """One way for each thing that the words may name."""
    if words.number is not None and words.number.serial is not None:
        yield sa.and_(LETTERS.c.document_serial == words.number.serial, *_of_number(words))
    for series in words.series:
        yield LETTERS.c.document_series == series
    if words.id_begins:
        yield _begins(connection, words.id_begins)
    if len(words.kinds) > _MANY_KINDS:
        yield _looked_at(LETTERS.c.kind).in_(words.kinds)
    else:
        yield from (LETTERS.c.kind == kind for kind in words.kinds)
    yield from (LETTERS.c.peer == body for body in words.bodies)
    yield from (sa.and_(*_of_sub_unit(body, unit)) for body, unit in words.sub_units)


def _says(words: Words, connection: sa.Connection) -> _Condition:
    """The same as one condition, for letters that are few already."""
    return sa.or_(sa.false(), *_by_words(words, connection))


def _of_number(words: Words) -> Iterator[_Condition]:
    number = words.number
    if number is not None and number.year is not None:
        yield LETTERS.c.document_year == number.year
    if number is not None and number.series is not None:
        yield _looked_at(LETTERS.c.document_series) == number.series


def _of_sub_unit(body: str, unit: str) -> Iterator[_Condition]:
    """Letters of matters addressed to a sub-unit; `body` is empty for one of our own."""
    if body:
        yield LETTERS.c.peer == body
    ours = Side.ADDRESSEE.value if not body else Side.OPENER.value
    of_unit = MATTERS.c.matter_id == LETTERS.c.matter_id, MATTERS.c.our_side == ours, MATTERS.c.sub_unit == unit
    yield sa.exists().where(*of_unit)


def _in_state(state: State) -> _Condition:
    return sa.exists().where(MATTERS.c.matter_id == LETTERS.c.matter_id, _looked_at(MATTERS.c.state) == state.value)


def _begins(connection: sa.Connection, prefix: str) -> _Condition:
    """Ids in the order of their characters: on PostgreSQL the usual order is one of words."""
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    column = LETTERS.c.letter_id
    if connection.dialect.name == POSTGRESQL:
        return sa.and_(column.op("~>=~", is_comparison=True)(prefix), column.op("~<~", is_comparison=True)(end))
    return sa.and_(column >= prefix, column < end)


def _looked_at(column: sa.Column[str]) -> sa.ColumnElement[str]:
    """The column as no index has it: a condition that is to be looked at along the way, and not to choose the way."""
    return column.concat("")
