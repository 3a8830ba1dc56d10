"""Accounts: opened by one administrator, useless until another gives them a role, closed for good."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

import sqlalchemy as sa

from services.chassis.people import store
from services.chassis.people.errors import (
    AccountClosedError,
    InvitationInvalidError,
    LoginTakenError,
    OwnAccountError,
    SystemAdminPresentError,
)
from services.chassis.people.records import Account, AccountState
from services.chassis.people.tables import ACCOUNTS, GRANTS, INVITATIONS, PERSONS, SIGN_IN_ATTEMPTS
from services.chassis.people.trail import note
from services.chassis.rpc.callers import Caller, Role
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.storage import Transaction

INVITATION_LASTS = timedelta(days=7)
_LOGIN = re.compile(r"[a-z0-9][a-z0-9.-]{1,62}[a-z0-9]")
_FIRST_LOGIN = "security-admin"
_FIRST_NAME = "安全保密管理员"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account is opened with."""

    login: str
    name: str
    post: str | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time code as it is handed over; only its digest is kept."""

    account_id: str
    code: str = field(repr=False)
    expires_at: datetime


class Bootstrap(Enum):
    """What became of the code that a node was set up with."""

    OFFERED = "offered"
    """It can be redeemed and makes the first security administrator."""
    USED = "used"
    """It was redeemed before."""
    NOT_NEEDED = "not_needed"
    """A security administrator can act; a code on the disk gives no second way in."""


def bootstrap_invitation(tx: Transaction, code: str) -> Bootstrap:
    """Let whoever holds `code` become security administrator, if there is none who can act.

    Called at every start with the code from the node's folder. A new code there, put by whoever runs the machine, is
    also the way back when the last security administrator is gone.
    """
    digest = digest_of(code)
    row = tx.connection.execute(sa.select(INVITATIONS).where(INVITATIONS.c.code_digest == digest)).one_or_none()
    if row is not None and row.used_at is not None:
        return Bootstrap.USED
    if store.someone_can_act(tx.connection, Role.SECURITY_ADMIN, tx.now):
        return Bootstrap.NOT_NEEDED
    if row is not None:
        expires_at = tx.now + INVITATION_LASTS
        where = INVITATIONS.c.code_digest == digest
        tx.connection.execute(sa.update(INVITATIONS).where(where).values(expires_at=expires_at))
        return Bootstrap.OFFERED
    account_id = _insert(tx, NewAccount(_free_first_login(tx), _FIRST_NAME, _FIRST_NAME))
    _insert_invitation(tx, account_id, digest)
    tx.connection.execute(
        sa.insert(GRANTS).values(
            id=tx.new_id(), account_id=account_id, role=Role.SECURITY_ADMIN.value, valid_from=tx.now
        )
    )
    note(tx, "security_admin_invited", {"account_id": account_id})
    return Bootstrap.OFFERED


def invite_account(tx: Transaction, caller: Caller, new: NewAccount) -> Invitation:
    """Open an account for a person, with a one-time code. It holds no role.

    Raises:
        SystemAdminPresentError: the security administrator does what the system administrator should.
        LoginTakenError: the login stands for another account.
        FieldInvalidError: login, name or post cannot be used.

    """
    if Role.SYSTEM_ADMIN not in caller.roles and store.someone_can_act(tx.connection, Role.SYSTEM_ADMIN, tx.now):
        raise SystemAdminPresentError
    if not _LOGIN.fullmatch(new.login):
        raise FieldInvalidError(field="login", problem="3 to 64 of a-z, 0-9, dot, dash")
    if store.account_of_login(tx.connection, new.login) is not None:
        raise LoginTakenError(field="login")
    account_id = _insert(tx, new)
    note(tx, "account_invited", {"account_id": account_id, "by": caller.account_id})
    return _invite(tx, account_id)


def reset_account(tx: Transaction, caller: Caller, account_id: str) -> Invitation:
    """Void password and tokens and make a fresh code. The roles wait for the security administrator's release; the
    second factor stays, so that a reset and a redeemed code alone open nothing.

    Raises:
        OwnAccountError: it is the caller's own.
        AccountUnknownError, AccountClosedError: there is nothing to reset.

    """
    _others_open_account(tx, caller, account_id)
    store.update_account(tx.connection, account_id, state=AccountState.INVITED.value, held=True, password_hash=None)
    store.end_sessions(tx.connection, account_id)
    store.revoke_tokens(tx.connection, account_id, tx.now)
    tx.connection.execute(sa.delete(SIGN_IN_ATTEMPTS).where(SIGN_IN_ATTEMPTS.c.subject == account_id))
    note(tx, "account_reset", {"account_id": account_id, "by": caller.account_id})
    return _invite(tx, account_id)


def release_account(tx: Transaction, caller: Caller, account_id: str) -> None:
    """Let the roles of an account count again after a reset.

    Raises:
        OwnAccountError: it is the caller's own.
        AccountUnknownError, AccountClosedError: there is nothing to release.

    """
    _others_open_account(tx, caller, account_id)
    store.update_account(tx.connection, account_id, held=False)
    note(tx, "account_released", {"account_id": account_id, "by": caller.account_id})


def close_account(tx: Transaction, caller: Caller, account_id: str) -> None:
    """Close an account for good, with its sessions, tokens, second factor and codes.

    Raises:
        OwnAccountError: it is the caller's own; so one who can give rights always remains.
        AccountUnknownError, AccountClosedError: there is nothing to close.

    """
    _others_open_account(tx, caller, account_id)
    store.update_account(tx.connection, account_id, state=AccountState.CLOSED.value, password_hash=None)
    store.end_sessions(tx.connection, account_id)
    store.revoke_tokens(tx.connection, account_id, tx.now)
    store.forget_second_factor(tx.connection, account_id)
    store.void_invitations(tx.connection, account_id)
    note(tx, "account_closed", {"account_id": account_id, "by": caller.account_id})


def login_of_code(connection: sa.Connection, code: str, now: datetime) -> str:
    """Whose code this is; asked before a new password is looked at.

    Raises:
        InvitationInvalidError: it was never made, was used, or has run out.

    """
    return store.account(connection, _invited(connection, code, now)).login


def redeem_invitation(tx: Transaction, code: str, password_hash: str) -> Account:
    """Set the password of an invited account; the code is spent.

    Raises:
        InvitationInvalidError: it was never made, was used, or has run out.

    """
    account_id = _invited(tx.connection, code, tx.now)
    where = INVITATIONS.c.code_digest == digest_of(code)
    tx.connection.execute(sa.update(INVITATIONS).where(where).values(used_at=tx.now))
    store.update_account(tx.connection, account_id, state=AccountState.ACTIVE.value, password_hash=password_hash)
    note(tx, "account_redeemed", {"account_id": account_id})
    return store.account(tx.connection, account_id)


def record_post(tx: Transaction, caller: Caller, account_id: str, post: str, valid_from: datetime | None) -> None:
    """Record a person's post from an instant on; the post before it ends then.

    Raises:
        FieldInvalidError: the post is empty or too long.
        AccountUnknownError: there is no such account.

    """
    person_id = store.account(tx.connection, account_id).person_id
    store.add_post(tx.connection, tx.new_id(), person_id, _text("post", post), valid_from or tx.now)
    note(tx, "post_recorded", {"account_id": account_id, "by": caller.account_id})


def digest_of(secret: str) -> bytes:
    """What is kept of a code or token. It is random and long, so one round of a plain digest is enough."""
    return hashlib.sha256(b"guantong-people-v1\0" + secret.encode()).digest()


def _others_open_account(tx: Transaction, caller: Caller, account_id: str) -> None:
    if account_id == caller.account_id:
        raise OwnAccountError
    if store.account(tx.connection, account_id).state is AccountState.CLOSED:
        raise AccountClosedError(account_id=account_id)


def _insert(tx: Transaction, new: NewAccount) -> str:
    person_id, account_id = tx.new_id(), tx.new_id()
    tx.connection.execute(sa.insert(PERSONS).values(id=person_id, name=_text("name", new.name)))
    if new.post is not None:
        store.add_post(tx.connection, tx.new_id(), person_id, _text("post", new.post), tx.now)
    tx.connection.execute(
        sa.insert(ACCOUNTS).values(
            id=account_id,
            person_id=person_id,
            login=new.login,
            state=AccountState.INVITED.value,
            held=False,
            opened_at=tx.now,
        )
    )
    return account_id


def _invite(tx: Transaction, account_id: str) -> Invitation:
    store.void_invitations(tx.connection, account_id)
    code = secrets.token_urlsafe(18)
    _insert_invitation(tx, account_id, digest_of(code))
    return Invitation(account_id, code, tx.now + INVITATION_LASTS)


def _insert_invitation(tx: Transaction, account_id: str, digest: bytes) -> None:
    tx.connection.execute(
        sa.insert(INVITATIONS).values(code_digest=digest, account_id=account_id, expires_at=tx.now + INVITATION_LASTS)
    )


def _invited(connection: sa.Connection, code: str, now: datetime) -> str:
    account_id: str | None = connection.execute(
        sa.select(INVITATIONS.c.account_id).where(
            INVITATIONS.c.code_digest == digest_of(code),
            INVITATIONS.c.used_at.is_(None),
            INVITATIONS.c.expires_at > now,
        )
    ).scalar_one_or_none()
    if account_id is None:
        raise InvitationInvalidError
    return account_id


def _free_first_login(tx: Transaction) -> str:
    taken = set(tx.connection.execute(sa.select(ACCOUNTS.c.login)).scalars())
    wanted = [_FIRST_LOGIN, *(f"{_FIRST_LOGIN}-{number}" for number in range(2, len(taken) + 3))]
    return next(login for login in wanted if login not in taken)


def _text(name: str, value: str) -> str:
    text = unicodedata.normalize("NFC", value).strip()
    if not 1 <= len(text) <= 100 or not text.isprintable():
        raise FieldInvalidError(field=name, problem="1 to 100 printable characters")
    return text
