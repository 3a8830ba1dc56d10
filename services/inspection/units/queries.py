"""Looks master data up as it stood on a given day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services.chassis.ledgers.rows import LedgerRow, select_rows
from services.inspection.units import tables
from services.inspection.units.errors import BodyNameUnknownError, UnitUnknownError
from services.inspection.units.records import (
    Charge,
    PastRound,
    Post,
    UnitVersion,
    last_round,
    names_in,
    on_day,
    other_names,
    roster_on,
    roster_within,
    self_body,
    version_on,
)

BodyNames = Mapping[str, str]
"""Ids of the coordinating bodies by every name they go by, ids themselves included."""


@dataclass(frozen=True)
class UnitOn:
    """A unit as it was on one day, with the other names ledgers may know it by and the body it is, if any."""

    version: UnitVersion
    former_names: tuple[str, ...]
    body: str

    @property
    def unit_id(self) -> str:
        """The unit's code, the same under every name."""
        return self.version.unit_id

    @property
    def name(self) -> str:
        """Its name on the day."""
        return self.version.name


def unit_versions(connection: sa.Connection, unit_ids: Iterable[str]) -> dict[str, list[UnitVersion]]:
    """Every row of these units, by unit."""
    c = tables.UNITS.c
    found: dict[str, list[UnitVersion]] = {unit_id: [] for unit_id in unit_ids}
    for row in select_rows(connection, tables.UNITS, c.unit_code.in_(list(found)), order_by=("valid_from",)):
        found[row.text("unit_code")].append(_version(row))
    return found


def units_on(connection: sa.Connection, unit_ids: Sequence[str], day: date, bodies: BodyNames) -> tuple[UnitOn, ...]:
    """These units on `day`, in the order asked.

    Raises:
        UnitUnknownError: one of them is not in the ledger on that day.
        BodyNameUnknownError: one of them is said to be a body that does not exist.

    """
    versions = unit_versions(connection, unit_ids)
    return tuple(_unit_on(unit_id, versions[unit_id], day, bodies) for unit_id in unit_ids)


def find_by_name(connection: sa.Connection, name: str, day: date) -> tuple[str, ...]:
    """Codes of the units that bear or bore this name, or have it as a short name; more than one is for a person."""
    c = tables.UNITS.c
    rows = select_rows(connection, tables.UNITS, c.valid_from <= day, order_by=("unit_code", "valid_from"))
    hits = (row for row in rows if name == row.text("name") or name in names_in(row.text("aliases")))
    return tuple(dict.fromkeys(row.text("unit_code") for row in hits))


def posts_at(connection: sa.Connection, unit_id: str) -> tuple[Post, ...]:
    """Every post ever entered for the unit."""
    return _posts(connection, tables.ROSTERS.c.unit_code == unit_id)


def posts_of(connection: sa.Connection, person_id: str) -> tuple[Post, ...]:
    """Every post ever entered for the person."""
    return _posts(connection, tables.ROSTERS.c.person_no == person_id)


def leading_group(connection: sa.Connection, unit_id: str, day: date) -> tuple[Post, ...]:
    """The leading group on `day`, the principal first."""
    return roster_on(posts_at(connection, unit_id), day)


def leading_group_within(connection: sa.Connection, unit_id: str, first: date, last: date) -> tuple[Post, ...]:
    """Everyone in the leading group on any day of a window: persons who moved meanwhile are among them."""
    return roster_within(posts_at(connection, unit_id), first, last)


def units_of_person(connection: sa.Connection, person_id: str, day: date) -> frozenset[str]:
    """Units where the person holds a post on `day`."""
    return frozenset(post.unit_id for post in on_day(posts_of(connection, person_id), day))


def leaders_in_charge(connection: sa.Connection, unit_id: str, day: date) -> tuple[Charge, ...]:
    """County leaders who have the unit in their portfolio on `day`."""
    rows = select_rows(
        connection, tables.PORTFOLIOS, tables.PORTFOLIOS.c.unit_code == unit_id, order_by=("side", "since")
    )
    charges = (
        Charge(
            unit_id=row.text("unit_code"),
            side=row.text("side"),
            leader=row.text("leader"),
            post=row.text("post"),
            since=_day(row, "since"),
            until=row.day("until"),
        )
        for row in rows
    )
    return on_day(charges, day)


def last_inspection(connection: sa.Connection, unit_id: str, before: date) -> PastRound | None:
    """The unit's last inspection that began before `before`, from the ledger of past rounds."""
    rows = select_rows(connection, tables.PAST_ROUNDS, tables.PAST_ROUNDS.c.unit_code == unit_id)
    return last_round((_past_round(row) for row in rows), before)


def open_issues(connection: sa.Connection, unit_id: str) -> tuple[LedgerRow, ...]:
    """Items of earlier supervision of the unit that are not closed (A3.5c, A5.1g)."""
    c = tables.PRIOR_ISSUES.c
    where = (c.unit_code == unit_id, c.closed.is_(None), c.status != "已整改")
    rows = select_rows(connection, tables.PRIOR_ISSUES, *where, order_by=("item_no",))
    # The two databases order an empty date differently.
    return tuple(sorted(rows, key=lambda row: row.day("found") or date.max))


def _unit_on(unit_id: str, versions: Sequence[UnitVersion], day: date, bodies: BodyNames) -> UnitOn:
    version = version_on(versions, day)
    if version is None:
        raise UnitUnknownError(unit_id=unit_id, day=day)
    if version.body and version.body not in bodies:
        raise BodyNameUnknownError(unit_id=unit_id, bodies="、".join(bodies))
    other = other_names(versions, day)
    return UnitOn(version, other, self_body(version, other, bodies))


def _posts(connection: sa.Connection, where: sa.ColumnElement[bool]) -> tuple[Post, ...]:
    return tuple(
        Post(
            person_id=row.text("person_no"),
            name=row.text("name"),
            unit_id=row.text("unit_code"),
            post=row.text("post"),
            since=_day(row, "since"),
            until=row.day("until"),
            principal=row.flag("principal"),
            managed_by=row.text("managed_by"),
        )
        for row in select_rows(connection, tables.ROSTERS, where, order_by=("since",))
    )


def _version(row: LedgerRow) -> UnitVersion:
    names = ("category", "level", "party_organization", "organization_form", "supervision_room", "resident_group")
    return UnitVersion(
        unit_id=row.text("unit_code"),
        name=row.text("name"),
        valid_from=_day(row, "valid_from"),
        valid_to=row.day("valid_to"),
        aliases=names_in(row.text("aliases")),
        parent_id=row.text("parent_code"),
        sub_units=names_in(row.text("sub_units")),
        body=row.text("coordinating_body"),
        liaison=row.text("liaison"),
        liaison_phone=row.text("liaison_phone"),
        **{name: row.text(name) for name in names},
    )


def _past_round(row: LedgerRow) -> PastRound:
    return PastRound(
        unit_id=row.text("unit_code"),
        term_no=row.number("term_no"),
        seq=row.number("seq"),
        site_from=_day(row, "site_from"),
        site_to=row.day("site_to"),
        problems=row.number("problems"),
        unfinished=row.number("unfinished"),
    )


def _day(row: LedgerRow, key: str) -> date:
    found = row.day(key)
    # The ledger takes no row without this date.
    return date.min if found is None else found
