"""Reads and writes the rows of people; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.chassis.people.errors import AccountUnknownError
from services.chassis.people.records import AccessToken, Account, AccountState, Delegation, StoredGrant
from services.chassis.people.tables import (
    ACCESS_TOKENS,
    ACCOUNTS,
    DELEGATIONS,
    GRANTS,
    INVITATIONS,
    PERSONS,
    POSTS,
    RECOVERY_CODES,
    SECOND_FACTORS,
    SESSIONS,
)
from services.chassis.rpc.callers import Grant, Role, Scope

_ACCOUNT: sa.Select[Any] = sa.select(
    ACCOUNTS.c.id, ACCOUNTS.c.person_id, ACCOUNTS.c.login, PERSONS.c.name, ACCOUNTS.c.state, ACCOUNTS.c.held
).join(PERSONS, PERSONS.c.id == ACCOUNTS.c.person_id)


def account(connection: sa.Connection, account_id: str) -> Account:
    """The account of this id.

    Raises:
        AccountUnknownError: there is none.

    """
    row = connection.execute(_ACCOUNT.where(ACCOUNTS.c.id == account_id)).one_or_none()
    if row is None:
        raise AccountUnknownError(account_id=account_id)
    return _account(row)


def accounts(connection: sa.Connection, after: str | None, limit: int) -> Sequence[Account]:
    """Accounts in the order they were opened."""
    query = _ACCOUNT.order_by(ACCOUNTS.c.id).limit(limit)
    if after is not None:
        query = query.where(ACCOUNTS.c.id > after)
    return [_account(row) for row in connection.execute(query)]


def account_of_login(connection: sa.Connection, login: str) -> Account | None:
    """The account with this login, if any."""
    row = connection.execute(_ACCOUNT.where(ACCOUNTS.c.login == login)).one_or_none()
    return None if row is None else _account(row)


def password_hash(connection: sa.Connection, account_id: str) -> str | None:
    """What the account's password is verified with; None when it has none."""
    found: str | None = connection.execute(
        sa.select(ACCOUNTS.c.password_hash).where(ACCOUNTS.c.id == account_id)
    ).scalar_one_or_none()
    return found


def update_account(connection: sa.Connection, account_id: str, **values: object) -> None:
    """Write columns of one account."""
    connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(**values))


def end_sessions(connection: sa.Connection, account_id: str) -> None:
    """End every session of an account."""
    connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account_id == account_id))


def revoke_tokens(connection: sa.Connection, account_id: str, now: datetime) -> int:
    """End every access token of an account; how many there were."""
    standing = ACCESS_TOKENS.c.account_id == account_id, ACCESS_TOKENS.c.revoked_at.is_(None)
    return connection.execute(sa.update(ACCESS_TOKENS).where(*standing).values(revoked_at=now)).rowcount


def standing_tokens(connection: sa.Connection, account_id: str, now: datetime) -> int:
    """How many access tokens of the account still work."""
    rows = connection.execute(sa.select(ACCESS_TOKENS).where(ACCESS_TOKENS.c.account_id == account_id))
    return sum(access_token(row).counts_at(now) for row in rows)


def access_token(row: sa.Row[Any]) -> AccessToken:
    """One row of access tokens."""
    scopes = frozenset(Scope(one) for one in row.scopes)
    return AccessToken(
        row.id, row.account_id, row.name, scopes, row.created_at, row.to_date, row.used_at, row.revoked_at
    )


def forget_second_factor(connection: sa.Connection, account_id: str) -> None:
    """Delete an account's second factor with its recovery codes."""
    connection.execute(sa.delete(SECOND_FACTORS).where(SECOND_FACTORS.c.account_id == account_id))
    connection.execute(sa.delete(RECOVERY_CODES).where(RECOVERY_CODES.c.account_id == account_id))


def void_invitations(connection: sa.Connection, account_id: str) -> None:
    """Forget codes of an account that were not used."""
    connection.execute(
        sa.delete(INVITATIONS).where(INVITATIONS.c.account_id == account_id, INVITATIONS.c.used_at.is_(None))
    )


def grants(connection: sa.Connection, account_ids: Sequence[str], not_ended_at: datetime) -> list[StoredGrant]:
    """Grants that count at this instant or later, oldest first."""
    rows = connection.execute(
        sa.select(GRANTS)
        .where(
            GRANTS.c.account_id.in_(account_ids),
            sa.or_(GRANTS.c.valid_to.is_(None), GRANTS.c.valid_to > not_ended_at),
        )
        .order_by(GRANTS.c.id)
    )
    return [stored_grant(row) for row in rows]


def grant(connection: sa.Connection, grant_id: str) -> StoredGrant | None:
    """The grant of this id, ended or not."""
    row = connection.execute(sa.select(GRANTS).where(GRANTS.c.id == grant_id)).one_or_none()
    return None if row is None else stored_grant(row)


def someone_can_act(connection: sa.Connection, role: Role, now: datetime) -> bool:
    """Whether an account in use holds `role` now."""
    query = (
        sa.select(GRANTS.c.id)
        .join(ACCOUNTS, ACCOUNTS.c.id == GRANTS.c.account_id)
        .where(
            GRANTS.c.role == role.value,
            GRANTS.c.valid_from <= now,
            sa.or_(GRANTS.c.valid_to.is_(None), GRANTS.c.valid_to > now),
            ACCOUNTS.c.state == AccountState.ACTIVE.value,
            ACCOUNTS.c.held.is_(sa.false()),
        )
    )
    return connection.execute(query.limit(1)).first() is not None


def post_at(connection: sa.Connection, person_id: str, now: datetime) -> str | None:
    """The post held at `now`: the one that began last; of two that began together the one recorded later."""
    found: str | None = connection.execute(
        sa.select(POSTS.c.post)
        .where(POSTS.c.person_id == person_id, POSTS.c.valid_from <= now)
        .order_by(POSTS.c.valid_from.desc(), POSTS.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def add_post(connection: sa.Connection, post_id: str, person_id: str, post: str, valid_from: datetime) -> None:
    """Record a post from an instant on."""
    connection.execute(sa.insert(POSTS).values(id=post_id, person_id=person_id, post=post, valid_from=valid_from))


def delegations(
    connection: sa.Connection, *conditions: sa.ColumnElement[bool], limit: int | None = None
) -> list[Delegation]:
    """Delegations that meet every condition, oldest first."""
    query = sa.select(DELEGATIONS).where(*conditions).order_by(DELEGATIONS.c.id).limit(limit)
    rows = connection.execute(query)
    return [_delegation(row) for row in rows]


def stored_grant(row: sa.Row[Any]) -> StoredGrant:
    """One row of grants."""
    held = Grant(Role(row.role), row.sub_unit, row.matter_id, row.valid_from, row.valid_to)
    return StoredGrant(row.id, row.account_id, held)


def _account(row: sa.Row[Any]) -> Account:
    return Account(row.id, row.person_id, row.login, row.name, AccountState(row.state), row.held)


def _delegation(row: sa.Row[Any]) -> Delegation:
    return Delegation(
        row.id,
        row.from_account_id,
        row.to_account_id,
        row.from_date,
        row.to_date,
        row.sub_unit,
        row.matter_id,
        row.reason,
        row.revoked_at,
    )
