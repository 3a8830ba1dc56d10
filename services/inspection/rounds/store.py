"""Reads rounds, their units and their gaps."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from services.inspection.rounds.errors import NotInRoundError, RoundNotFoundError
from services.inspection.rounds.records import Round, RoundKind, RoundState, Target
from services.inspection.rounds.tables import GAPS, ROUND_UNITS, ROUNDS


@dataclass(frozen=True)
class StoredGap:
    """A unit that `body` is not asked about, and who fills in, if anybody was chosen."""

    unit_id: str
    body: str
    substitute: str


def get_round(connection: sa.Connection, round_id: str) -> Round:
    """The round of that id.

    Raises:
        RoundNotFoundError: there is none.

    """
    row = connection.execute(sa.select(ROUNDS).where(ROUNDS.c.id == round_id)).one_or_none()
    if row is None:
        raise RoundNotFoundError(round_id=round_id)
    return _round(row)


def list_rounds(connection: sa.Connection, limit: int, before: str | None = None) -> tuple[Round, ...]:
    """Up to `limit` rounds, the newest entry first; ids grow with time, so `before` continues a list."""
    query = sa.select(ROUNDS).order_by(ROUNDS.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(ROUNDS.c.id < before)
    return tuple(_round(row) for row in connection.execute(query))


def unit_ids_of(connection: sa.Connection, round_id: str) -> tuple[str, ...]:
    """The codes of the round's units, in the order they were added."""
    c = ROUND_UNITS.c
    return tuple(connection.execute(sa.select(c.unit_id).where(c.round_id == round_id).order_by(c.position)).scalars())


def targets_of(connection: sa.Connection, round_id: str) -> tuple[Target, ...]:
    """The round's units with the bodies they are, names left out: a name belongs to a day."""
    c = ROUND_UNITS.c
    query = sa.select(c.unit_id, c.body).where(c.round_id == round_id).order_by(c.position)
    return tuple(Target(row.unit_id, "", row.body) for row in connection.execute(query))


def target_of(connection: sa.Connection, round_id: str, unit_id: str) -> Target:
    """One unit of the round.

    Raises:
        NotInRoundError: the unit is not in the round.

    """
    found = next((one for one in targets_of(connection, round_id) if one.unit_id == unit_id), None)
    if found is None:
        raise NotInRoundError(unit_id=unit_id)
    return found


def rounds_with(connection: sa.Connection, unit_id: str) -> tuple[Round, ...]:
    """Every round the unit is or was in, newest first."""
    query = (
        sa.select(ROUNDS)
        .join(ROUND_UNITS, ROUND_UNITS.c.round_id == ROUNDS.c.id)
        .where(ROUND_UNITS.c.unit_id == unit_id)
        .order_by(ROUNDS.c.id.desc())
    )
    return tuple(_round(row) for row in connection.execute(query))


def gaps_of(connection: sa.Connection, round_id: str) -> tuple[StoredGap, ...]:
    """The gaps that self-inspection leaves in the round."""
    c = GAPS.c
    query = sa.select(c.unit_id, c.body, c.substitute).where(c.round_id == round_id).order_by(c.body, c.unit_id)
    return tuple(StoredGap(row.unit_id, row.body, row.substitute or "") for row in connection.execute(query))


def _round(row: sa.Row[tuple[object, ...]]) -> Round:
    return Round(
        round_id=row.id,
        term_no=row.term_no,
        year=row.year,
        seq=row.seq,
        name=row.name,
        kind=RoundKind(row.kind),
        special_topic=row.special_topic,
        state=RoundState(row.state),
        site_from=row.site_from,
        site_to=row.site_to,
        targets_fixed_on=row.targets_fixed_on,
    )
