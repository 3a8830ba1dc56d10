"""Keeps who is told where: set by the person or the system administrator, moved on after every look and every try."""

from __future__ import annotations

import re

import sqlalchemy as sa

from services.chassis.notices.rules import Subscription
from services.chassis.notices.tables import NOTICES
from services.chassis.people import store
from services.chassis.people.trail import note
from services.chassis.rpc.callers import Caller, Role
from services.chassis.rpc.errors import FieldInvalidError, RoleMissingError
from services.chassis.storage import Transaction

# No blank, no line end, no bracket: nothing that a mail's header or a shell reads as more than one address.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~@-]{3,254}", re.ASCII)


def set_notices(tx: Transaction, caller: Caller, account_id: str, address: str, *, daily: bool) -> None:
    """Say where `account_id` is told; an empty address: not at all. What waits already is not told of.

    Raises:
        RoleMissingError: it is another's account, and the caller no system administrator.
        AccountUnknownError: there is no such account.
        FieldInvalidError: the address cannot be one.
    """
    owner = whose(caller, account_id, "SetNotices")
    store.account(tx.connection, owner)
    if address and not _ADDRESS.fullmatch(address):
        raise FieldInvalidError(field="address", problem="3 to 254 of letters, digits and the marks of mail addresses")
    tx.connection.execute(sa.delete(NOTICES).where(NOTICES.c.account_id == owner))
    if address:
        tx.connection.execute(
            sa.insert(NOTICES).values(account_id=owner, address=address, daily=daily, known=None, failures=0)
        )
    note(tx, "notices_set" if address else "notices_ended", {"account_id": owner, "by": caller.account_id})


def notices_of(connection: sa.Connection, account_id: str) -> Subscription | None:
    """Where the account is told; None where it is not."""
    row = connection.execute(sa.select(NOTICES).where(NOTICES.c.account_id == account_id)).one_or_none()
    return None if row is None else _subscription(row)


def all_notices(connection: sa.Connection) -> list[Subscription]:
    """Everybody who is told."""
    return [_subscription(row) for row in connection.execute(sa.select(NOTICES).order_by(NOTICES.c.account_id))]


def keep(tx: Transaction, one: Subscription) -> None:
    """Write down what became of it, unless the address was changed meanwhile."""
    where = NOTICES.c.account_id == one.account_id, NOTICES.c.address == one.address
    tx.connection.execute(
        sa.update(NOTICES)
        .where(*where)
        .values(
            known=None if one.known is None else sorted(one.known),
            told_at=one.told_at,
            daily_at=one.daily_at,
            failures=one.failures,
            tried_at=one.tried_at,
        )
    )


def whose(caller: Caller, account_id: str, method: str) -> str:
    """The account meant: the caller's own, or another's for the system administrator.

    Raises:
        RoleMissingError: it is another's, and the caller no system administrator.
    """
    if account_id in {"", caller.account_id}:
        return caller.account_id
    if Role.SYSTEM_ADMIN not in caller.roles:
        raise RoleMissingError(method=method, roles=Role.SYSTEM_ADMIN)
    return account_id


def _subscription(row: sa.Row[tuple[object, ...]]) -> Subscription:
    known = row.known
    return Subscription(
        row.account_id,
        row.address,
        row.daily,
        None if known is None else frozenset(known),
        row.told_at,
        row.daily_at,
        row.failures,
        row.tried_at,
    )
