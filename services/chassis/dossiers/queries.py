"""Reads dossiers: one whole, pages of lists, counts. Writes nothing, and no list costs more as matters pile up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from services.chassis.dossiers.errors import CursorInvalidError, MatterNotFoundError
from services.chassis.dossiers.model import Dossier, DossierFilter, Head
from services.chassis.dossiers.rows import act_of, count_in, head_of
from services.chassis.dossiers.tables import MATTER_ACTS, MATTERS
from services.chassis.dossiers.turns import Waiting, waiting_of
from services.chassis.matters.fold import fold
from services.chassis.matters.model import Side, State
from services.chassis.storage.tables import from_microseconds, to_microseconds


def head(connection: sa.Connection, matter_id: str) -> Head | None:
    """The header and summary of a matter, or None when it is not opened here."""
    row = connection.execute(_HEAD, {"which": matter_id}).mappings().one_or_none()
    return None if row is None else head_of(row)


def get_head(connection: sa.Connection, matter_id: str) -> Head:
    """The header and summary of a matter.

    Raises:
        MatterNotFoundError: there is no such matter.
    """
    found = head(connection, matter_id)
    if found is None:
        raise MatterNotFoundError(matter_id=matter_id)
    return found


def heads_of(connection: sa.Connection, matter_ids: Sequence[str]) -> list[Head]:
    """The headers and summaries of those of these matters that are opened here."""
    rows = connection.execute(_HEADS, {"which": list(matter_ids)}).mappings()
    return [head_of(row) for row in rows]


def get(connection: sa.Connection, matter_id: str) -> Dossier:
    """A whole matter.

    Raises:
        MatterNotFoundError: there is no such matter.
    """
    return _dossier(get_head(connection, matter_id), acts_of(connection, matter_id))


def load(connection: sa.Connection, heads: Sequence[Head]) -> list[Dossier]:
    """The whole matters of a page, in the page's order, by one query more."""
    by_matter: defaultdict[str, list[sa.RowMapping]] = defaultdict(list)
    for row in connection.execute(_ACTS_OF_MANY, {"which": [line.matter_id for line in heads]}).mappings():
        by_matter[row["matter_id"]].append(row)
    return [_dossier(line, by_matter[line.matter_id]) for line in heads]


def find(
    connection: sa.Connection,
    wanted: DossierFilter,
    after: str | None = None,
    limit: int = 50,
    within: sa.ColumnElement[bool] | None = None,
) -> list[Head]:
    """Up to `limit` matters, the most recently changed first, behind the one whose `cursor` is `after`.

    `within` is a condition on rows of `MATTERS`: what the person who asks may know of.

    Raises:
        CursorInvalidError: `after` is not from `cursor`.
    """
    query = sa.select(MATTERS).where(*_conditions(wanted))
    if within is not None:
        query = query.where(within)
    if after is not None:
        query = query.where(sa.tuple_(MATTERS.c.changed_at, MATTERS.c.matter_id) < _place(after))
    query = query.order_by(MATTERS.c.changed_at.desc(), MATTERS.c.matter_id.desc()).limit(limit)
    return [head_of(row) for row in connection.execute(query).mappings()]


def cursor(line: Head) -> str:
    """The place of a line in its list, to go on behind it."""
    return f"{to_microseconds(line.changed_at)}:{line.matter_id}"


def opened_by(connection: sa.Connection, letter_id: str) -> list[str]:
    """The matters that a letter opened: more than one at the sender of a letter with several addressees."""
    query = sa.select(MATTERS.c.matter_id).where(MATTERS.c.opened_letter_id == letter_id).order_by(MATTERS.c.matter_id)
    return list(connection.scalars(query))


@dataclass(frozen=True)
class Count:
    """How many matters of one counterparty stand in one state; nothing in it tells which."""

    counterparty: str
    our_side: Side
    state: State
    matters: int


def counts(connection: sa.Connection) -> list[Count]:
    """The open matters by counterparty, side and state. Looks at what is open, however much is archived."""
    facets = (MATTERS.c.counterparty, MATTERS.c.our_side, MATTERS.c.state)
    query = (
        sa.select(*facets, sa.func.count().label("matters"))
        .where(MATTERS.c.is_open == sa.bindparam("is_open", value=True))
        .group_by(*facets)
        .order_by(*facets)
    )
    return [
        Count(row.counterparty, Side(row.our_side), State(row.state), row.matters) for row in connection.execute(query)
    ]


def waiting(connection: sa.Connection) -> Mapping[str, Waiting]:
    """For every body that has open matters with us: who owes whom how many steps. No kind can be told from it."""
    found: defaultdict[str, Waiting] = defaultdict(Waiting)
    for count in counts(connection):
        found[count.counterparty] += waiting_of(count.our_side, count.state, count.matters)
    return dict(found)


def acts_of(connection: sa.Connection, matter_id: str) -> Sequence[sa.RowMapping]:
    """The recorded acts of a matter, oldest first."""
    return connection.execute(_ACTS, {"which": matter_id}).mappings().all()


# Made once: every letter of the county passes here, and making a statement takes longer than running it.
_HEAD = sa.select(MATTERS).where(MATTERS.c.matter_id == sa.bindparam("which"))
_HEADS = sa.select(MATTERS).where(MATTERS.c.matter_id.in_(sa.bindparam("which", expanding=True)))
_ORDER = (MATTER_ACTS.c.recorded_at, MATTER_ACTS.c.letter_id)
_ACTS = sa.select(MATTER_ACTS).where(MATTER_ACTS.c.matter_id == sa.bindparam("which")).order_by(*_ORDER)
_ACTS_OF_MANY = (
    sa.select(MATTER_ACTS).where(MATTER_ACTS.c.matter_id.in_(sa.bindparam("which", expanding=True))).order_by(*_ORDER)
)


def _dossier(line: Head, rows: Sequence[sa.RowMapping]) -> Dossier:
    rows = count_in(line.header, rows)
    acts = tuple(act_of(row) for row in rows)
    matter = fold(line.header.kind, acts, line.stored_at)
    return Dossier(line, matter, acts, {row["letter_id"]: row["recorded_at"] for row in rows})


def _conditions(wanted: DossierFilter) -> list[sa.ColumnElement[bool]]:
    columns = {
        MATTERS.c.our_side: wanted.side and wanted.side.value,
        MATTERS.c.state: wanted.state and wanted.state.value,
        MATTERS.c.counterparty: wanted.counterparty,
        MATTERS.c.letter_kind: wanted.letter_kind,
        MATTERS.c.sub_unit: wanted.sub_unit,
        MATTERS.c.is_open: True if wanted.open_only else None,
    }
    # A bound value and not the word "true": only an equation lets both databases walk the index in its order.
    return [column == sa.bindparam(None, value, column.type) for column, value in columns.items() if value is not None]


def _place(after: str) -> sa.Tuple:
    microseconds, _, matter_id = after.partition(":")
    if not (microseconds.isascii() and microseconds.isdigit() and matter_id):
        raise CursorInvalidError
    try:
        changed_at = from_microseconds(int(microseconds))
    except OverflowError as error:
        raise CursorInvalidError from error
    return sa.tuple_(
        sa.bindparam(None, changed_at, MATTERS.c.changed_at.type),
        sa.bindparam(None, matter_id, MATTERS.c.matter_id.type),
    )
