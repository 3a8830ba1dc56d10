"""What lists of people show: accounts with post and roles, delegations as far as they concern whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.chassis.people import store
from services.chassis.people.records import Account, Delegation, StoredGrant
from services.chassis.people.tables import DELEGATIONS
from services.chassis.rpc.callers import ADMIN_ROLES, Caller


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account with the post held now and the grants that count now or later."""

    account: Account
    post: str | None
    grants: tuple[StoredGrant, ...]


def view_account(connection: sa.Connection, account: Account, now: datetime) -> AccountView:
    """The account as it is shown."""
    held = store.grants(connection, [account.account_id], now)
    return AccountView(account, store.post_at(connection, account.person_id, now), tuple(held))


def list_accounts(connection: sa.Connection, after: str | None, limit: int, now: datetime) -> list[AccountView]:
    """Accounts in the order they were opened."""
    return [view_account(connection, account, now) for account in store.accounts(connection, after, limit)]


def delegations_for(connection: sa.Connection, caller: Caller, after: str | None, limit: int) -> list[Delegation]:
    """Delegations given by or to the caller, oldest first; administrators see all."""
    conditions: list[sa.ColumnElement[bool]] = []
    if not caller.roles & ADMIN_ROLES:
        mine = (DELEGATIONS.c.from_account_id, DELEGATIONS.c.to_account_id)
        conditions.append(sa.or_(*(column == caller.account_id for column in mine)))
    if after is not None:
        conditions.append(DELEGATIONS.c.id > after)
    return store.delegations(connection, *conditions, limit=limit)
