"""Leaves: a dated deputy (代班人) does what the absent person may, and never signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from services.chassis.people import store
from services.chassis.people.dated import check_days, reason_text
from services.chassis.people.errors import (
    DeputyUnfitError,
    LeaveUnknownError,
    NothingToStandInForError,
    NotTheDeputyError,
    NotYoursToHandOverError,
)
from services.chassis.people.records import DEPUTY_ROLES, Leave
from services.chassis.people.tables import LEAVES, SESSIONS
from services.chassis.people.trail import note
from services.chassis.rpc.callers import ADMIN_ROLES, BUSINESS_ROLES, Caller, Grant, Role
from services.chassis.storage import Transaction

OVER_OTHERS = frozenset({Role.LEADER, Role.SECURITY_ADMIN})
"""Who may dispose of another person's work."""
_SEES_ALL = ADMIN_ROLES | {Role.LEADER}


@dataclass(frozen=True, slots=True)
class WantedLeave:
    """Who is absent, and who stands in: for whole days in Beijing, both included."""

    from_account_id: str
    to_account_id: str
    from_date: date
    to_date: date
    reason: str


def record_leave(tx: Transaction, caller: Caller, wanted: WantedLeave) -> Leave:
    """Name a deputy for some days.

    Raises:
        NotYoursToHandOverError: it is another person's work.
        DeputyUnfitError: the deputy does not work on matters here, or is the absent person.
        NothingToStandInForError: the absent person holds no role that passes to a deputy.
        FieldInvalidError: days or reason cannot be used.

    """
    demand_own_or_over_others(caller, wanted.from_account_id)
    demand_fit(tx, wanted.from_account_id, wanted.to_account_id)
    if not working_grants(tx.connection, wanted.from_account_id, tx.now, DEPUTY_ROLES):
        raise NothingToStandInForError(account_id=wanted.from_account_id[:64])
    check_days(tx.now, wanted.from_date, wanted.to_date)
    leave = Leave(
        tx.new_id(),
        wanted.from_account_id,
        wanted.to_account_id,
        wanted.from_date,
        wanted.to_date,
        reason_text(wanted.reason),
        caller.account_id,
    )
    _insert(tx, leave)
    return leave


def end_leave(tx: Transaction, caller: Caller, leave_id: str) -> None:
    """End a leave now; one that was ended stays as it is.

    Raises:
        LeaveUnknownError: there is none, or its work is not the caller's to dispose of.

    """
    row = tx.connection.execute(sa.select(LEAVES).where(LEAVES.c.id == leave_id)).one_or_none()
    if row is None or not (row.from_account_id == caller.account_id or caller.roles & OVER_OTHERS):
        raise LeaveUnknownError(leave_id=leave_id[:64])
    if row.ended_at is not None:
        return
    tx.connection.execute(sa.update(LEAVES).where(LEAVES.c.id == leave_id).values(ended_at=tx.now))
    note(tx, "leave_ended", {"leave_id": leave_id, "by": caller.account_id})


def list_leaves(connection: sa.Connection, caller: Caller, before: str | None, limit: int) -> Sequence[Leave]:
    """Leaves from or to the caller, all of them for leaders and administrators; the newest first."""
    query = sa.select(LEAVES).order_by(LEAVES.c.id.desc()).limit(limit)
    if not caller.roles & _SEES_ALL:
        mine = (LEAVES.c.from_account_id, LEAVES.c.to_account_id, LEAVES.c.recorded_by)
        query = query.where(sa.or_(*(column == caller.account_id for column in mine)))
    if before is not None:
        query = query.where(LEAVES.c.id < before)
    return [_leave(row) for row in connection.execute(query)]


def act_for(tx: Transaction, caller: Caller, account_id: str) -> None:
    """Have the caller's session act for the absent person, or (empty) for the caller again.

    Raises:
        NotTheDeputyError: the caller is not that person's deputy today.

    """
    if account_id and not lent(tx.connection, account_id, caller.account_id, tx.now).grants:
        raise NotTheDeputyError(account_id=account_id[:64])
    where = SESSIONS.c.id == caller.session_id
    tx.connection.execute(sa.update(SESSIONS).where(where).values(acting_for=account_id or None))
    facts = {"account_id": caller.account_id, "session_id": caller.session_id}
    note(tx, "acting_for", facts | {"for_account_id": account_id or None})


@dataclass(frozen=True, slots=True)
class Lent:
    """What a deputy may do in another's place; `named`: the office named the deputy, not only the absent person."""

    grants: tuple[Grant, ...] = ()
    named: bool = False


def lent(connection: sa.Connection, absent: str, deputy: str, now: datetime) -> Lent:
    """What the deputy may do in the absent person's place now; nothing when no leave says so.

    Who lost every working role, or is held after a reset, stands in for nobody.
    """
    between = LEAVES.c.from_account_id == absent, LEAVES.c.to_account_id == deputy, LEAVES.c.ended_at.is_(None)
    recorded = [_leave(row) for row in connection.execute(sa.select(LEAVES).where(*between))]
    standing = [one for one in recorded if one.counts_at(now)]
    if not standing or not working_grants(connection, deputy, now):
        return Lent()
    # Nobody but a leader or the security administrator records a leave of another person.
    named = any(one.recorded_by != absent for one in standing)
    return Lent(working_grants(connection, absent, now, DEPUTY_ROLES), named)


def working_grants(
    connection: sa.Connection, account_id: str, now: datetime, roles: frozenset[Role] = BUSINESS_ROLES
) -> tuple[Grant, ...]:
    """The grants among `roles` that count now, of an account whose roles count.

    Raises:
        AccountUnknownError: there is no such account.

    """
    if not store.account(connection, account_id).usable:
        return ()
    held = (one.grant for one in store.grants(connection, [account_id], now))
    return tuple(grant for grant in held if grant.role in roles and grant.counts_at(now))


def demand_own_or_over_others(caller: Caller, account_id: str) -> None:
    """Raise unless the account is the caller's own, or the caller disposes of other people's work.

    Raises:
        NotYoursToHandOverError: neither is so.

    """
    if account_id != caller.account_id and not caller.roles & OVER_OTHERS:
        raise NotYoursToHandOverError


def demand_fit(tx: Transaction, from_account_id: str, to_account_id: str) -> None:
    """Raise unless another person who works on matters here is to take the work over.

    Raises:
        DeputyUnfitError: it is the same person, or one without a working role.

    """
    if to_account_id == from_account_id or not working_grants(tx.connection, to_account_id, tx.now):
        raise DeputyUnfitError(account_id=to_account_id[:64])


def _insert(tx: Transaction, leave: Leave) -> None:
    tx.connection.execute(
        sa.insert(LEAVES).values(
            id=leave.leave_id,
            from_account_id=leave.from_account_id,
            to_account_id=leave.to_account_id,
            from_date=leave.from_date,
            to_date=leave.to_date,
            reason=leave.reason,
            recorded_by=leave.recorded_by,
        )
    )
    note(
        tx,
        "leave_recorded",
        {
            "leave_id": leave.leave_id,
            "from_account_id": leave.from_account_id,
            "to_account_id": leave.to_account_id,
            "from_date": leave.from_date.isoformat(),
            "to_date": leave.to_date.isoformat(),
            "by": leave.recorded_by,
        },
    )


def _leave(row: sa.Row[Any]) -> Leave:
    return Leave(
        row.id,
        row.from_account_id,
        row.to_account_id,
        row.from_date,
        row.to_date,
        row.reason,
        row.recorded_by,
        row.ended_at,
    )
