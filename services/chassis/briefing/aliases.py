"""Names under which this body's ledgers hold a unit: said by a person, for a time, never guessed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from services.chassis.briefing.errors import AliasPeriodError, AliasTakenError, AliasUnknownError, AliasWordsError
from services.chassis.briefing.scope import DatedName, names_like
from services.chassis.briefing.tables import UNIT_ALIASES
from services.chassis.journal import store as journal
from services.chassis.ledgers.imports import note_change
from services.chassis.ledgers.rows import unit_names
from services.chassis.ledgers.tables import Ledger
from services.chassis.ledgers.values import same_name
from services.chassis.storage.uow import Transaction

ALIASES = "unit_aliases"
"""Name under which changes of the aliases are counted, so that drafts compiled before one are looked at again."""
ADDED, ENDED, WITHDRAWN = "alias.added", "alias.ended", "alias.withdrawn"
LONGEST_NAME = 100
MOST_NAMES = 100

_a = UNIT_ALIASES.c


@dataclass(frozen=True)
class Alias:
    """A name in the ledgers and the unit it stands for, from one day to another, both included; None: open."""

    id: str
    unit_id: str
    held: str = field(repr=False)
    valid_from: date | None
    valid_to: date | None
    added_by: str
    added_at: datetime
    ended_by: str | None = None


def add_alias(
    tx: Transaction,
    unit_id: str,
    held: str,
    *,
    by: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Alias:
    """Count rows under the name `held` as rows of the unit, from that day to this.

    Raises:
        AliasWordsError: unit or name is missing, or the name is too long.
        AliasPeriodError: the last day comes before the first.
        AliasTakenError: on one of these days the name already stands for this unit or another.
    """
    name = same_name(held)
    if not unit_id or not 0 < len(name) <= LONGEST_NAME:
        raise AliasWordsError(limit=LONGEST_NAME)
    _check_period(tx.connection, "", name, valid_from, valid_to)
    alias = Alias(tx.new_id(), unit_id, name, valid_from, valid_to, by, tx.now)
    tx.connection.execute(
        sa.insert(UNIT_ALIASES).values(
            id=alias.id,
            unit_id=unit_id,
            held=name,
            valid_from=valid_from,
            valid_to=valid_to,
            added_by=by,
            added_at=tx.now,
        )
    )
    _note(tx, ADDED, alias.id, unit_id, by)
    return alias


def end_alias(tx: Transaction, alias_id: str, valid_to: date, *, by: str) -> None:
    """Say on which day the name stood for the unit for the last time; saying it again corrects it.

    Raises:
        AliasUnknownError: there is no such alias in force.
        AliasPeriodError, AliasTakenError: as for adding.
    """
    alias = _in_force(tx.connection, alias_id)
    _check_period(tx.connection, alias_id, alias.held, alias.valid_from, valid_to)
    tx.connection.execute(sa.update(UNIT_ALIASES).where(_a.id == alias_id).values(valid_to=valid_to, ended_by=by))
    _note(tx, ENDED, alias_id, alias.unit_id, by)


def withdraw_alias(tx: Transaction, alias_id: str, *, by: str) -> None:
    """It was a mistake and never stood for the unit; it stays on record and counts no more.

    Raises:
        AliasUnknownError: there is no such alias in force.
    """
    alias = _in_force(tx.connection, alias_id)
    tx.connection.execute(sa.update(UNIT_ALIASES).where(_a.id == alias_id).values(withdrawn_by=by, withdrawn_at=tx.now))
    _note(tx, WITHDRAWN, alias_id, alias.unit_id, by)


def aliases(connection: sa.Connection) -> Mapping[str, tuple[DatedName, ...]]:
    """Every unit, by its id at the office, that has other names in the ledgers, with them."""
    found: dict[str, tuple[DatedName, ...]] = {}
    for one in list_aliases(connection):
        name = DatedName(one.held, one.valid_from, one.valid_to)
        found[one.unit_id] = (*found.get(one.unit_id, ()), name)
    return found


def list_aliases(
    connection: sa.Connection, unit_id: str = "", *, after: str | None = None, limit: int | None = None
) -> tuple[Alias, ...]:
    """Aliases in force, in the order they were added; of one unit, or of all."""
    query = _alias_query().order_by(_a.id).limit(limit)
    if unit_id:
        query = query.where(_a.unit_id == unit_id)
    if after is not None:
        query = query.where(_a.id > after)
    return tuple(_alias(row) for row in connection.execute(query))


def unknown_names(connection: sa.Connection, ledgers: Iterable[Ledger], unit_name: str) -> tuple[str, ...]:
    """Names in unit columns that contain, or are part of, the name and stand for no unit; at most 100."""
    known = {alias.held for alias in list_aliases(connection)}
    found = names_like((same_name(unit_name),), unit_names(connection, ledgers))
    return tuple(sorted(found - known))[:MOST_NAMES]


def _check_period(
    connection: sa.Connection, alias_id: str, held: str, valid_from: date | None, valid_to: date | None
) -> None:
    """One name stands for one unit on one day: what two units both counted would be counted twice."""
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise AliasPeriodError
    others = _alias_query().where(_a.held == held, _a.id != alias_id)
    if valid_to is not None:
        others = others.where(sa.or_(_a.valid_from.is_(None), _a.valid_from <= valid_to))
    if valid_from is not None:
        others = others.where(sa.or_(_a.valid_to.is_(None), _a.valid_to >= valid_from))
    taken = connection.execute(others.limit(1)).first()
    if taken is not None:
        raise AliasTakenError(unit=taken.unit_id)


def _alias_query() -> sa.Select[Any]:
    return sa.select(UNIT_ALIASES).where(_a.withdrawn_at.is_(None))


def _in_force(connection: sa.Connection, alias_id: str) -> Alias:
    row = connection.execute(_alias_query().where(_a.id == alias_id)).one_or_none()
    if row is None:
        raise AliasUnknownError
    return _alias(row)


def _alias(row: sa.Row[Any]) -> Alias:
    return Alias(row.id, row.unit_id, row.held, row.valid_from, row.valid_to, row.added_by, row.added_at, row.ended_by)


def _note(tx: Transaction, kind: str, alias_id: str, unit_id: str, by: str) -> None:
    note_change(tx, ALIASES)
    facts = {"alias": alias_id, "unit": unit_id, "by": by}
    journal.append(tx, kind, json.dumps(facts, sort_keys=True).encode())
