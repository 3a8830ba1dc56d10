"""Sessions: an opaque random token that says who calls, counts for a short time, and never signs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from services.chassis.clock import Clock
from services.chassis.people import store
from services.chassis.people.accounts import digest_of
from services.chassis.people.errors import SignInRefusedError
from services.chassis.people.records import Account, AccountState, SessionTimes
from services.chassis.people.tables import ACCOUNTS, INVITATIONS, SESSIONS, SIGN_IN_ATTEMPTS
from services.chassis.people.trail import note
from services.chassis.rpc.callers import Caller, Grant
from services.chassis.rpc.errors import NotSignedInError
from services.chassis.storage import Database, Transaction

_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session as it is handed to whoever signed in; only the token's digest is kept."""

    account: Account
    token: str = field(repr=False)
    expires_at: datetime


def open_session(tx: Transaction, account_id: str, verified_hash: str, times: SessionTimes) -> NewSession:
    """Open a session for an account whose password was verified against `verified_hash`.

    Raises:
        SignInRefusedError: the account was closed or its password changed while it was being verified.

    """
    account = store.account(tx.connection, account_id)
    if account.state is not AccountState.ACTIVE or store.password_hash(tx.connection, account_id) != verified_hash:
        raise SignInRefusedError
    session_id, token = tx.new_id(), secrets.token_urlsafe(32)
    expires_at = times.expiry(tx.now, tx.now)
    tx.connection.execute(
        sa.insert(SESSIONS).values(
            id=session_id,
            token_digest=digest_of(token),
            account_id=account_id,
            opened_at=tx.now,
            expires_at=expires_at,
        )
    )
    note(tx, "signed_in", {"account_id": account_id, "session_id": session_id})
    return NewSession(account, token, expires_at)


def sign_out(tx: Transaction, caller: Caller) -> None:
    """End the session that makes this call."""
    tx.connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.id == caller.session_id))
    note(tx, "signed_out", {"account_id": caller.account_id, "session_id": caller.session_id})


def forget_what_ended(tx: Transaction) -> None:
    """Drop sessions that ran out, and old attempts and codes; run from time to time."""
    long_ago = tx.now - _KEPT
    tx.connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.expires_at <= tx.now))
    tx.connection.execute(sa.delete(SIGN_IN_ATTEMPTS).where(SIGN_IN_ATTEMPTS.c.last_at < long_ago))
    unused = sa.and_(INVITATIONS.c.used_at.is_(None), INVITATIONS.c.expires_at < long_ago)
    tx.connection.execute(sa.delete(INVITATIONS).where(unused))


@dataclass(frozen=True, slots=True)
class _Found:
    """A session's row with what counts for it."""

    session_id: str
    account_id: str
    person_id: str
    opened_at: datetime
    expires_at: datetime
    grants: tuple[Grant, ...]

    def caller(self) -> Caller:
        return Caller(self.account_id, self.person_id, self.session_id, self.grants)


@dataclass(frozen=True)
class SessionAuthenticator:
    """Tells the server who is behind a token; rights are read afresh with every call, so what ends ends at once."""

    database: Database
    clock: Clock
    times: SessionTimes = field(default_factory=SessionTimes)

    async def authenticate(self, token: str) -> Caller:
        """The caller behind `token`, with the grants that count now; a session in use moves its expiry.

        Raises:
            NotSignedInError: the token is unknown, ended, or has run out.

        """
        now = self.clock.now()
        found = await self.database.reader.read(lambda connection: _find(connection, token, now))
        if found is None:
            raise NotSignedInError
        if self.times.worth_moving(found.opened_at, found.expires_at, now):
            await self.database.writer.run(lambda tx: _move(tx, found, self.times))
        return found.caller()


def _find(connection: sa.Connection, token: str, now: datetime) -> _Found | None:
    row: sa.Row[Any] | None = connection.execute(
        sa.select(SESSIONS, ACCOUNTS.c.person_id, ACCOUNTS.c.held)
        .join(ACCOUNTS, ACCOUNTS.c.id == SESSIONS.c.account_id)
        .where(
            SESSIONS.c.token_digest == digest_of(token),
            SESSIONS.c.expires_at > now,
            ACCOUNTS.c.state == AccountState.ACTIVE.value,
        )
    ).one_or_none()
    if row is None:
        return None
    held = () if row.held else store.grants(connection, [row.account_id], now)
    counting = tuple(one.grant for one in held if one.grant.counts_at(now))
    return _Found(row.id, row.account_id, row.person_id, row.opened_at, row.expires_at, counting)


def _move(tx: Transaction, found: _Found, times: SessionTimes) -> None:
    tx.connection.execute(
        # A session that ended meanwhile has no row, and one that ran out meanwhile stays so.
        sa.update(SESSIONS)
        .where(SESSIONS.c.id == found.session_id, SESSIONS.c.expires_at > tx.now)
        .values(expires_at=times.expiry(found.opened_at, tx.now))
    )
