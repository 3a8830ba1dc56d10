"""The second factor of signing in: enrolled with a device, given at sign-in, replaced and reset."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from services.chassis.clock import Clock
from services.chassis.identity.keys import Keyring
from services.chassis.identity.suites import suite_named
from services.chassis.people import attempts, codes, store
from services.chassis.people.accounts import digest_of
from services.chassis.people.dated import reason_text
from services.chassis.people.errors import CodeWrongError, OwnAccountError, SecondFactorStateError
from services.chassis.people.gate import Gate
from services.chassis.people.records import SessionTimes
from services.chassis.people.sessions import complete_session, end_others, enrolled
from services.chassis.people.tables import RECOVERY_CODES, SECOND_FACTORS
from services.chassis.people.trail import note
from services.chassis.rpc.callers import ADMIN_ROLES, Caller, Step
from services.chassis.storage import Database, Transaction

T = TypeVar("T")
_NONE_CONFIRMED = {"problem": "no second factor is enrolled", "problem_zh": "尚未绑定动态口令器"}
_NONE_STARTED = {"problem": "no enrolment was begun; start it again", "problem_zh": "尚未开始绑定，请重新开始"}
_CODE_FIRST = {"problem": "give the code of your device first", "problem_zh": "请先输入动态口令"}
_COMPLETE = {"problem": "the sign-in is complete already", "problem_zh": "登录已完成"}
_REQUIRED = {"problem": "administrators have to have a second factor", "problem_zh": "管理员必须使用动态口令"}


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret on its way to a device."""

    otpauth_uri: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands; `enrolled_at` is None where it has no second factor."""

    enrolled_at: datetime | None
    required: bool
    codes_left: int


@dataclass(frozen=True)
class SecondFactor:
    """Where codes are checked. Every attempt is counted before the code is looked at, apart from the password's.

    Attributes:
        clock: The time that people's devices have, also where the node's own clock is shifted for a demonstration.
        issuer: Whose account it is, as the device shows it.
        demanded: Whether administrators have to have one.
    """

    database: Database
    gate: Gate
    keyring: Keyring
    clock: Clock
    issuer: str
    demanded: bool = False
    times: SessionTimes = field(default_factory=SessionTimes)

    async def standing(self, caller: Caller) -> Standing:
        """How the caller's account stands."""
        return await self.database.reader.read(lambda connection: self._standing(connection, caller))

    async def start(self, caller: Caller, password: str, code: str) -> Offer:
        """A fresh secret for the caller's device; it counts when a code of it is confirmed.

        Raises:
            SecondFactorStateError: the session waits for a code of the device that there is.
            PasswordWrongError, CodeWrongError, SignInLockedError: what was given again is wrong.

        """
        if caller.step is Step.CODE:
            raise SecondFactorStateError(**_CODE_FIRST)
        if caller.step is Step.DONE:
            await self.gate.confirm(caller, password)
            if await self.database.reader.read(lambda connection: enrolled(connection, caller.account_id)):
                await self._checked(caller, code, _only_right)
        return await self.database.writer.run(lambda tx: self._offer(tx, caller))

    async def confirm(self, caller: Caller, code: str) -> list[str]:
        """Confirm the secret with a code of it; the recovery codes, shown once. The account's other sessions end.

        Raises:
            SecondFactorStateError: no enrolment was begun, or the session waits for a code of the present device.
            CodeWrongError, SignInLockedError: the code is wrong.

        """
        if caller.step is Step.CODE:
            raise SecondFactorStateError(**_CODE_FIRST)

        def work(tx: Transaction) -> list[str]:
            row = _row(tx.connection, caller.account_id, confirmed=False)
            if row is None:
                raise SecondFactorStateError(**_NONE_STARTED)
            step = codes.step_of(self._secret(row), codes.as_typed(code), self.clock.now())
            if step is None:
                raise CodeWrongError
            old = SECOND_FACTORS.c.account_id == caller.account_id, SECOND_FACTORS.c.id != row.id
            tx.connection.execute(sa.delete(SECOND_FACTORS).where(*old))
            _write(tx, row.id, confirmed_at=tx.now, last_step=step)
            note(tx, "second_factor_enrolled", {"account_id": caller.account_id})
            end_others(tx, caller)
            complete_session(tx, caller, self.times)
            return _new_recovery_codes(tx, caller.account_id)

        return await self._counted(caller, work)

    async def give(self, caller: Caller, code: str) -> tuple[int, datetime]:
        """Complete a sign-in; the recovery codes that are left, and when the session ends if it is not used.

        Raises:
            SecondFactorStateError: the session does not wait for a code.
            CodeWrongError, SignInLockedError: the code is wrong, or was used.

        """
        if caller.step is not Step.CODE:
            raise SecondFactorStateError(**(_COMPLETE if caller.step is Step.DONE else _NONE_CONFIRMED))

        def given(tx: Transaction, how: str) -> tuple[int, datetime]:
            facts = {"account_id": caller.account_id, "session_id": caller.session_id, "how": how}
            note(tx, "second_factor_given", facts)
            return _codes_left(tx.connection, caller.account_id), complete_session(tx, caller, self.times)

        return await self._checked(caller, code, given)

    async def renew_codes(self, caller: Caller, password: str, code: str) -> list[str]:
        """New recovery codes instead of those there were; raises as `remove` does."""
        await self.gate.confirm(caller, password)

        def renewed(tx: Transaction, how: str) -> list[str]:
            note(tx, "recovery_codes_renewed", {"account_id": caller.account_id, "how": how})
            return _new_recovery_codes(tx, caller.account_id)

        return await self._checked(caller, code, renewed)

    async def remove(self, caller: Caller, password: str, code: str) -> None:
        """Remove the caller's second factor.

        Raises:
            SecondFactorStateError: there is none, or the account has to have one.
            PasswordWrongError, CodeWrongError, SignInLockedError: what was given again is wrong.

        """
        if self._required(caller):
            raise SecondFactorStateError(**_REQUIRED)
        await self.gate.confirm(caller, password)

        def removed(tx: Transaction, how: str) -> None:
            store.forget_second_factor(tx.connection, caller.account_id)
            note(tx, "second_factor_removed", {"account_id": caller.account_id, "how": how})

        await self._checked(caller, code, removed)

    def _standing(self, connection: sa.Connection, caller: Caller) -> Standing:
        row = _row(connection, caller.account_id, confirmed=True)
        left = _codes_left(connection, caller.account_id)
        return Standing(row.confirmed_at if row else None, self._required(caller), left)

    def _required(self, caller: Caller) -> bool:
        return self.demanded and bool(caller.roles & ADMIN_ROLES)

    async def _checked(self, caller: Caller, code: str, then: Callable[[Transaction, str], T]) -> T:
        """What `then` makes of a right code, told how it was given: by device or recovery code."""

        def work(tx: Transaction) -> T:
            row = _row(tx.connection, caller.account_id, confirmed=True)
            if row is None:
                raise SecondFactorStateError(**_NONE_CONFIRMED)
            typed = codes.as_typed(code)
            step = codes.step_of(self._secret(row), typed, self.clock.now())
            if step is not None and step > row.last_step:
                _write(tx, row.id, last_step=step)
                return then(tx, "device")
            if not _spend(tx, caller.account_id, typed):
                raise CodeWrongError
            return then(tx, "recovery_code")

        return await self._counted(caller, work)

    async def _counted(self, caller: Caller, work: Callable[[Transaction], T]) -> T:
        subject = attempts.at_codes(caller.account_id)
        await self.database.writer.run(lambda tx: attempts.count(tx, subject))

        def right(tx: Transaction) -> T:
            done = work(tx)
            attempts.forgive(tx, subject)
            return done

        try:
            return await self.database.writer.run(right)
        except CodeWrongError:
            refused = {"account_id": caller.account_id, "session_id": caller.session_id}
            await self.database.writer.run(lambda tx: note(tx, "second_factor_refused", refused))
            raise

    def _offer(self, tx: Transaction, caller: Caller) -> Offer:
        secret, row_id, key = codes.new_secret(os.urandom), tx.new_id(), self.keyring.storage_key()
        waiting = SECOND_FACTORS.c.account_id == caller.account_id, SECOND_FACTORS.c.confirmed_at.is_(None)
        tx.connection.execute(sa.delete(SECOND_FACTORS).where(*waiting))
        tx.connection.execute(
            sa.insert(SECOND_FACTORS).values(
                id=row_id,
                account_id=caller.account_id,
                storage_key_id=key.key_id,
                secret=suite_named(key.suite).encrypt(key.private, secret.encode(), secret_place(row_id)),
                last_step=0,
            )
        )
        login = store.account(tx.connection, caller.account_id).login
        return Offer(codes.otpauth_uri(secret, login, self.issuer), codes.grouped(secret))

    def _secret(self, row: sa.Row[Any]) -> str:
        key = self.keyring.storage_key_with(row.storage_key_id)
        return suite_named(key.suite).decrypt(key.private, row.secret, secret_place(row.id)).decode()


def reset_second_factor(tx: Transaction, caller: Caller, account_id: str, reason: str) -> None:
    """Remove another person's second factor, end their sessions, and let their device be tried afresh.

    Raises:
        OwnAccountError: it is the caller's own.
        AccountUnknownError: there is no such account.
        SecondFactorStateError: it has none.
        FieldInvalidError: no reason is given.

    """
    if account_id == caller.account_id:
        raise OwnAccountError
    store.account(tx.connection, account_id)
    why = reason_text(reason)
    if not enrolled(tx.connection, account_id):
        raise SecondFactorStateError(**_NONE_CONFIRMED)
    store.forget_second_factor(tx.connection, account_id)
    store.end_sessions(tx.connection, account_id)
    attempts.forgive(tx, attempts.at_codes(account_id))
    note(tx, "second_factor_reset", {"account_id": account_id, "by": caller.account_id, "reason": why})


def secret_place(row_id: str) -> bytes:
    """What the encryption of a device's secret is bound to, so that secrets cannot be exchanged in the database."""
    return b"guantong-second-factor-v1\0" + row_id.encode()


def _only_right(_tx: Transaction, _how: str) -> None:
    """A right code is all that is wanted."""


def _row(connection: sa.Connection, account_id: str, *, confirmed: bool) -> sa.Row[Any] | None:
    at = SECOND_FACTORS.c.confirmed_at
    which = SECOND_FACTORS.c.account_id == account_id, at.is_not(None) if confirmed else at.is_(None)
    return connection.execute(sa.select(SECOND_FACTORS).where(*which)).one_or_none()


def _write(tx: Transaction, row_id: str, **values: object) -> None:
    tx.connection.execute(sa.update(SECOND_FACTORS).where(SECOND_FACTORS.c.id == row_id).values(**values))


def _spend(tx: Transaction, account_id: str, typed: str) -> bool:
    mine = RECOVERY_CODES.c.account_id == account_id, RECOVERY_CODES.c.code_digest == digest_of(typed)
    return tx.connection.execute(sa.delete(RECOVERY_CODES).where(*mine)).rowcount == 1


def _new_recovery_codes(tx: Transaction, account_id: str) -> list[str]:
    fresh = codes.new_recovery_codes(os.urandom)
    tx.connection.execute(sa.delete(RECOVERY_CODES).where(RECOVERY_CODES.c.account_id == account_id))
    rows = [{"code_digest": digest_of(codes.as_typed(code)), "account_id": account_id} for code in fresh]
    tx.connection.execute(sa.insert(RECOVERY_CODES), rows)
    return fresh


def _codes_left(connection: sa.Connection, account_id: str) -> int:
    query = sa.select(sa.func.count()).select_from(RECOVERY_CODES).where(RECOVERY_CODES.c.account_id == account_id)
    return connection.scalar(query) or 0
