"""The people who work on matters in this body, for choosing one of them, and their names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.chassis.people import store
from services.chassis.people.tables import ACCOUNTS, PERSONS
from services.chassis.rpc.callers import BUSINESS_ROLES

_ALL = 10_000
"""More people than any body has."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """One person who works on matters. `sub_units` is empty when a role is held for the whole body."""

    account_id: str
    name: str
    post: str
    sub_units: tuple[str, ...]


def colleagues(connection: sa.Connection, now: datetime) -> list[Colleague]:
    """Everyone whose account is in use and holds a role on matters now, by name."""
    usable = {one.account_id: one for one in store.accounts(connection, None, _ALL) if one.usable}
    sub_units: dict[str, set[str | None]] = {}
    for stored in store.grants(connection, list(usable), now):
        if stored.grant.role in BUSINESS_ROLES and stored.grant.counts_at(now):
            sub_units.setdefault(stored.account_id, set()).add(stored.grant.sub_unit)
    found = [
        Colleague(
            account_id,
            usable[account_id].name,
            store.post_at(connection, usable[account_id].person_id, now) or "",
            () if None in limits else tuple(sorted(one for one in limits if one is not None)),
        )
        for account_id, limits in sub_units.items()
    ]
    return sorted(found, key=lambda one: (one.name, one.account_id))


def names_of(connection: sa.Connection, account_ids: Collection[str]) -> Mapping[str, str]:
    """The names of the persons behind the accounts, as they are now."""
    rows = connection.execute(
        sa.select(ACCOUNTS.c.id, PERSONS.c.name)
        .join(PERSONS, PERSONS.c.id == ACCOUNTS.c.person_id)
        .where(ACCOUNTS.c.id.in_(sorted(account_ids)))
    )
    return {row.id: row.name for row in rows}
