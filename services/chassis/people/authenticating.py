"""Tells the server who is behind a bearer token, and with which rights: a session's, or a personal access token."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from services.chassis.clock import Clock
from services.chassis.people import leaves, store, tokens
from services.chassis.people.accounts import digest_of
from services.chassis.people.records import AccessToken, AccountState, SessionTimes, missing_step
from services.chassis.people.tables import ACCESS_TOKENS, ACCOUNTS, SECOND_FACTORS, SESSIONS
from services.chassis.rpc.callers import ADMIN_ROLES, Caller, Grant, Step
from services.chassis.rpc.errors import NotSignedInError
from services.chassis.storage import Database, Transaction

_TOKEN_USE_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Found:
    """The caller behind a session's token, and what decides when the session ends."""

    caller: Caller
    opened_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class BearerAuthenticator:
    """Rights are read afresh with every call, so what ends ends at once.

    Attributes:
        second_factor: Whether the node demands one of its administrators.
    """

    database: Database
    clock: Clock
    times: SessionTimes = field(default_factory=SessionTimes)
    second_factor: bool = False

    async def authenticate(self, token: str) -> Caller:
        """The caller behind `token`, with the grants that count now; a session in use moves its expiry.

        Raises:
            NotSignedInError: the token is unknown, ended, or has run out.

        """
        now = self.clock.now()
        if token.startswith(tokens.PREFIX):
            return await self._by_access_token(token, now)
        found = await self.database.reader.read(
            lambda connection: _find(connection, token, now, demanded=self.second_factor)
        )
        if found is None:
            raise NotSignedInError
        complete = found.caller.step is Step.DONE
        if complete and self.times.worth_moving(found.opened_at, found.expires_at, now):
            await self.database.writer.run(lambda tx: _move(tx, found, self.times))
        return found.caller

    async def _by_access_token(self, token: str, now: datetime) -> Caller:
        found = await self.database.reader.read(lambda connection: _owner(connection, token, now))
        if found is None:
            raise NotSignedInError
        kept, caller = found
        if kept.used_at is None or now - kept.used_at >= _TOKEN_USE_NOTED_EVERY:
            await self.database.writer.run(lambda tx: tokens.note_use(tx, kept.token_id))
        return caller


def _find(connection: sa.Connection, token: str, now: datetime, *, demanded: bool) -> _Found | None:
    confirmed = SECOND_FACTORS.c.account_id == SESSIONS.c.account_id, SECOND_FACTORS.c.confirmed_at.is_not(None)
    row: sa.Row[Any] | None = connection.execute(
        sa.select(SESSIONS, ACCOUNTS.c.person_id, ACCOUNTS.c.held, sa.exists().where(*confirmed).label("enrolled"))
        .join(ACCOUNTS, ACCOUNTS.c.id == SESSIONS.c.account_id)
        .where(
            SESSIONS.c.token_digest == digest_of(token),
            SESSIONS.c.expires_at > now,
            ACCOUNTS.c.state == AccountState.ACTIVE.value,
        )
    ).one_or_none()
    if row is None:
        return None
    grants = () if row.held else _counting(connection, row.account_id, now)
    administers = any(grant.role in ADMIN_ROLES for grant in grants)
    given = row.second_factor_at is not None
    step = missing_step(enrolled=row.enrolled, demanded=demanded and administers, given=given)
    caller = Caller(row.account_id, row.person_id, row.id, grants, step)
    if row.acting_for is not None:
        lent = leaves.lent(connection, row.acting_for, row.account_id, now)
        if lent.grants:
            caller = replace(caller, grants=lent.grants, acting_for=row.acting_for, named=lent.named)
    return _Found(caller, row.opened_at, row.expires_at)


def _owner(connection: sa.Connection, token: str, now: datetime) -> tuple[AccessToken, Caller] | None:
    row = connection.execute(
        sa.select(ACCESS_TOKENS, ACCOUNTS.c.person_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == ACCESS_TOKENS.c.account_id)
        .where(
            ACCESS_TOKENS.c.token_digest == digest_of(token),
            ACCOUNTS.c.state == AccountState.ACTIVE.value,
            ACCOUNTS.c.held.is_(sa.false()),
        )
    ).one_or_none()
    if row is None or not (kept := store.access_token(row)).counts_at(now):
        return None
    grants = _counting(connection, kept.account_id, now)
    return kept, Caller(kept.account_id, row.person_id, kept.token_id, grants, scopes=kept.scopes)


def _counting(connection: sa.Connection, account_id: str, now: datetime) -> tuple[Grant, ...]:
    return tuple(one.grant for one in store.grants(connection, [account_id], now) if one.grant.counts_at(now))


def _move(tx: Transaction, found: _Found, times: SessionTimes) -> None:
    tx.connection.execute(
        # A session that ended meanwhile has no row, and one that ran out meanwhile stays so.
        sa.update(SESSIONS)
        .where(SESSIONS.c.id == found.caller.session_id, SESSIONS.c.expires_at > tx.now)
        .values(used_at=tx.now, expires_at=times.expiry(found.opened_at, tx.now))
    )
