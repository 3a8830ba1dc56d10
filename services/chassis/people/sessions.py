"""Sessions: an opaque random token that says who calls, counts for a short time, and never signs."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from services.chassis.people import store
from services.chassis.people.accounts import digest_of
from services.chassis.people.errors import SignInRefusedError
from services.chassis.people.records import Account, AccountState, SessionTimes, missing_step
from services.chassis.people.tables import INVITATIONS, SECOND_FACTORS, SESSIONS, SIGN_IN_ATTEMPTS
from services.chassis.people.trail import note
from services.chassis.rpc.callers import ADMIN_ROLES, Caller, Step
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.storage import Transaction

_KEPT = timedelta(days=30)
_LONGEST_CLIENT = 60


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session as it is handed to whoever signed in; only the token's digest is kept."""

    account: Account
    token: str = field(repr=False)
    expires_at: datetime
    step: Step = Step.DONE


@dataclass(frozen=True, slots=True)
class Verified:
    """Whose password was verified, against which hash, for which program."""

    account_id: str
    password_hash: str = field(repr=False)
    client: str = ""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it."""

    session_id: str
    client: str
    opened_at: datetime
    used_at: datetime
    expires_at: datetime


def open_session(tx: Transaction, verified: Verified, times: SessionTimes, *, demanded: bool = False) -> NewSession:
    """Open a session for an account whose password was verified. It waits for the second factor where the account has
    one, or has to have one because it administers and the node has that `demanded`.

    Raises:
        SignInRefusedError: the account was closed or its password changed while it was being verified.

    """
    account_id = verified.account_id
    account, current = store.account(tx.connection, account_id), store.password_hash(tx.connection, account_id)
    if account.state is not AccountState.ACTIVE or current != verified.password_hash:
        raise SignInRefusedError
    step = missing_step(
        enrolled=enrolled(tx.connection, account_id),
        demanded=demanded and not account.held and _administers(tx, account_id),
        given=False,
    )
    session_id, token = tx.new_id(), secrets.token_urlsafe(32)
    expires_at = times.expiry(tx.now, tx.now) if step is Step.DONE else tx.now + times.incomplete
    tx.connection.execute(
        sa.insert(SESSIONS).values(
            id=session_id,
            token_digest=digest_of(token),
            account_id=account_id,
            client=verified.client,
            opened_at=tx.now,
            used_at=tx.now,
            expires_at=expires_at,
        )
    )
    note(tx, "signed_in", {"account_id": account_id, "session_id": session_id})
    return NewSession(account, token, expires_at, step)


def check_client(client: str) -> None:
    """Refuse what a program calls itself if it cannot be shown; asked before the password is looked at.

    Raises:
        FieldInvalidError: it is too long, or not printable.

    """
    if len(client) > _LONGEST_CLIENT or not client.isprintable():
        raise FieldInvalidError(field="client", problem=f"at most {_LONGEST_CLIENT} printable characters")


def complete_session(tx: Transaction, caller: Caller, times: SessionTimes) -> datetime:
    """Note that the second factor was given in the session that makes this call; when it ends if it is not used."""
    row = tx.connection.execute(sa.select(SESSIONS).where(SESSIONS.c.id == caller.session_id)).one()
    expires_at = times.expiry(row.opened_at, tx.now)
    complete = {"second_factor_at": tx.now, "used_at": tx.now, "expires_at": expires_at}
    tx.connection.execute(sa.update(SESSIONS).where(SESSIONS.c.id == caller.session_id).values(**complete))
    return expires_at


def enrolled(connection: sa.Connection, account_id: str) -> bool:
    """Whether the account has a second factor that was confirmed."""
    confirmed = SECOND_FACTORS.c.account_id == account_id, SECOND_FACTORS.c.confirmed_at.is_not(None)
    return connection.scalar(sa.select(SECOND_FACTORS.c.id).where(*confirmed)) is not None


def sign_out(tx: Transaction, caller: Caller) -> None:
    """End the session that makes this call."""
    tx.connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.id == caller.session_id))
    note(tx, "signed_out", {"account_id": caller.account_id, "session_id": caller.session_id})


def list_sessions(connection: sa.Connection, caller: Caller, now: datetime) -> Sequence[OpenSession]:
    """The caller's sessions that count, the most recently opened first."""
    mine = SESSIONS.c.account_id == caller.account_id, SESSIONS.c.expires_at > now
    rows: Sequence[Any] = connection.execute(sa.select(SESSIONS).where(*mine).order_by(SESSIONS.c.id.desc())).all()
    return [OpenSession(row.id, row.client, row.opened_at, row.used_at, row.expires_at) for row in rows]


def end_session(tx: Transaction, caller: Caller, session_id: str) -> None:
    """End one of the caller's sessions; one that is not there has ended, or is not the caller's: both look the same."""
    _end(tx, caller, SESSIONS.c.id == session_id)


def end_others(tx: Transaction, caller: Caller) -> int:
    """End every session of the caller but the one that makes this call; how many there were."""
    return _end(tx, caller, SESSIONS.c.id != caller.session_id)


def forget_what_ended(tx: Transaction) -> None:
    """Drop sessions that ran out, and old attempts and codes; run from time to time."""
    long_ago = tx.now - _KEPT
    tx.connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.expires_at <= tx.now))
    tx.connection.execute(sa.delete(SIGN_IN_ATTEMPTS).where(SIGN_IN_ATTEMPTS.c.last_at < long_ago))
    unused = sa.and_(INVITATIONS.c.used_at.is_(None), INVITATIONS.c.expires_at < long_ago)
    tx.connection.execute(sa.delete(INVITATIONS).where(unused))


def _end(tx: Transaction, caller: Caller, which: sa.ColumnElement[bool]) -> int:
    mine = SESSIONS.c.account_id == caller.account_id, which
    ended = tx.connection.scalars(sa.select(SESSIONS.c.id).where(*mine)).all()
    tx.connection.execute(sa.delete(SESSIONS).where(*mine))
    for session_id in ended:
        note(tx, "session_ended", {"account_id": caller.account_id, "session_id": session_id})
    return len(ended)


def _administers(tx: Transaction, account_id: str) -> bool:
    held = store.grants(tx.connection, [account_id], tx.now)
    return any(one.grant.role in ADMIN_ROLES and one.grant.counts_at(tx.now) for one in held)
