"""Grants: a role given to an account for a sub-unit, a matter and a time, and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.chassis.people import store
from services.chassis.people.errors import (
    AccountClosedError,
    GrantHeldError,
    GrantUnknownError,
    LastSecurityAdminError,
    OwnAccountError,
    RolesConflictError,
)
from services.chassis.people.records import AccountState, StoredGrant, conflicting, overlap, same_right
from services.chassis.people.tables import GRANTS
from services.chassis.people.trail import note
from services.chassis.rpc.callers import ADMIN_ROLES, Caller, Grant, Role
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.storage import Transaction


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role to be given; None leaves a limit out, and a start that is left out is now."""

    role: Role
    sub_unit: str | None = None
    matter_id: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


def grant_role(tx: Transaction, caller: Caller, account_id: str, wanted: Wanted) -> StoredGrant:
    """Give a role. A start in the past counts as now: rights are not given backwards.

    Raises:
        OwnAccountError: it is the caller's own account.
        AccountUnknownError, AccountClosedError: there is nobody to give it to.
        RolesConflictError: the person holds a role at that time that must lie with another.
        GrantHeldError: the person holds the same role at that time, within the same limits.
        FieldInvalidError: it would end before it begins, or limits an administrator.

    """
    if account_id == caller.account_id:
        raise OwnAccountError
    if store.account(tx.connection, account_id).state is AccountState.CLOSED:
        raise AccountClosedError(account_id=account_id)
    new = _grant(tx.now, wanted)
    known = store.grants(tx.connection, [account_id], tx.now)
    for one in known:
        if same_right(one.grant, new) and overlap(one.grant, new):
            # Two of one right: whoever ends one believes that it is over.
            raise GrantHeldError(role=new.role.value, grant_id=one.grant_id)
    conflict = conflicting([one.grant for one in known], new)
    if conflict is not None:
        raise RolesConflictError(role=new.role.value, held=conflict.role.value)
    stored = StoredGrant(tx.new_id(), account_id, new)
    tx.connection.execute(
        sa.insert(GRANTS).values(
            id=stored.grant_id,
            account_id=account_id,
            role=new.role.value,
            sub_unit=new.sub_unit,
            matter_id=new.matter_id,
            valid_from=new.valid_from,
            valid_to=new.valid_to,
        )
    )
    _note_granted(tx, caller, stored)
    return stored


def revoke_grant(tx: Transaction, caller: Caller, grant_id: str) -> None:
    """End a grant now; one that has ended stays as it is.

    Raises:
        GrantUnknownError: there is none.
        LastSecurityAdminError: nobody could give rights any more.

    """
    stored = store.grant(tx.connection, grant_id)
    if stored is None:
        raise GrantUnknownError(grant_id=grant_id)
    grant = stored.grant
    if grant.valid_to is not None and grant.valid_to <= tx.now:
        return
    # One that has not begun ends as it begins: it never counted.
    end = max(tx.now, grant.valid_from)
    tx.connection.execute(sa.update(GRANTS).where(GRANTS.c.id == grant_id).values(valid_to=end))
    if grant.role is Role.SECURITY_ADMIN and not store.someone_can_act(tx.connection, grant.role, tx.now):
        raise LastSecurityAdminError
    note(tx, "grant_revoked", {"grant_id": grant_id, "account_id": stored.account_id, "by": caller.account_id})


def _grant(now: datetime, wanted: Wanted) -> Grant:
    if wanted.role in ADMIN_ROLES and (wanted.sub_unit is not None or wanted.matter_id is not None):
        raise FieldInvalidError(field="role", problem="an administrator is not limited to a sub-unit or a matter")
    valid_from = max(now, wanted.valid_from or now)
    if wanted.valid_to is not None and wanted.valid_to <= valid_from:
        raise FieldInvalidError(field="valid_to_time", problem="not after the start")
    return Grant(wanted.role, wanted.sub_unit, wanted.matter_id, valid_from, wanted.valid_to)


def _note_granted(tx: Transaction, caller: Caller, stored: StoredGrant) -> None:
    grant = stored.grant
    note(
        tx,
        "role_granted",
        {
            "grant_id": stored.grant_id,
            "account_id": stored.account_id,
            "role": grant.role.value,
            "sub_unit": grant.sub_unit,
            "matter_id": grant.matter_id,
            "valid_from": grant.valid_from.isoformat(),
            "valid_to": grant.valid_to.isoformat() if grant.valid_to else None,
            "by": caller.account_id,
        },
    )
