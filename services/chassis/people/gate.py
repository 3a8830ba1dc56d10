"""Where passwords are checked: off the writer's thread, attempts counted first, every failure answered alike."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from services.chassis.people import accounts, attempts, store
from services.chassis.people.errors import (
    PasswordWrongError,
    ProofOutdatedError,
    SignInRefusedError,
)
from services.chassis.people.passwords import Passwords, check_password
from services.chassis.people.records import Account, SessionTimes
from services.chassis.people.sessions import NewSession, Verified, check_client, end_others, open_session
from services.chassis.people.trail import note
from services.chassis.rpc.callers import Caller
from services.chassis.storage import Database, Transaction

PROOF_LASTS = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class PasswordProof:
    """That a person's password was given at `at`. Made by `Gate.confirm` alone; no token or row turns into one."""

    account_id: str
    verified_hash: str = field(repr=False)
    at: datetime


def demand_proof(tx: Transaction, caller: Caller, proof: PasswordProof) -> None:
    """Refuse a proof that is old, another person's, or of a password changed since.

    Raises:
        ProofOutdatedError: the password has to be given again.

    """
    current = store.password_hash(tx.connection, caller.account_id)
    fresh = proof.at <= tx.now <= proof.at + PROOF_LASTS
    if not fresh or proof.account_id != caller.account_id or proof.verified_hash != current:
        raise ProofOutdatedError


class Gate:
    """Signs people in, and asks for their password again.

    An attempt is written down before the password is looked at, so that many at the same moment gain nothing;
    success strikes it out.

    Args:
        second_factor: Whether the node demands one of its administrators.
    """

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        times: SessionTimes | None = None,
        *,
        second_factor: bool = False,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._times = times or SessionTimes()
        self._second_factor = second_factor
        self._key = secrets.token_bytes(32)

    async def sign_in(self, login: str, password: str, client: str = "") -> NewSession:
        """A session for the person behind login and password; `client` is what the calling program says it is.

        Raises:
            SignInRefusedError: no such login, a wrong password, or an account not in use.
            SignInLockedError: too many attempts at this login, whether it exists or not.

        """
        check_client(client)
        login = login.strip().lower()
        account, stored = await self._database.reader.read(lambda connection: _door(connection, login))
        subject = account.account_id if account else self._subject_of_nobody(login)
        await self._database.writer.run(lambda tx: attempts.count(tx, subject))
        right = await self._passwords.verify(stored, password)
        if account is None or not right or stored is None:
            await self._database.writer.run(lambda tx: _refuse(tx, subject, account))
            raise SignInRefusedError

        def opened(tx: Transaction) -> NewSession:
            verified = Verified(account.account_id, stored, client)
            session = open_session(tx, verified, self._times, demanded=self._second_factor)
            attempts.forgive(tx, subject)
            return session

        return await self._database.writer.run(opened)

    async def confirm(self, caller: Caller, password: str) -> PasswordProof:
        """That the caller's own password was given now.

        Raises:
            PasswordWrongError: it is another.
            SignInLockedError: too many wrong ones.

        """
        subject = caller.account_id
        at = await self._database.writer.run(lambda tx: attempts.count(tx, subject))
        stored = await self._database.reader.read(lambda connection: store.password_hash(connection, subject))
        if not await self._passwords.verify(stored, password) or stored is None:
            await self._database.writer.run(lambda tx: note(tx, "password_refused", {"account_id": subject}))
            raise PasswordWrongError
        await self._database.writer.run(lambda tx: attempts.forgive(tx, subject))
        return PasswordProof(subject, stored, at)

    async def redeem(self, code: str, password: str) -> Account:
        """Set the password of an invited account.

        Raises:
            InvitationInvalidError: the code was never made, was used, or has run out.
            PasswordWeakError: the password breaks a rule; the code is not spent.

        """
        login = await self._database.writer.run(lambda tx: accounts.login_of_code(tx.connection, code, tx.now))
        check_password(password, login)
        hashed = await self._passwords.hash(password)
        return await self._database.writer.run(lambda tx: accounts.redeem_invitation(tx, code, hashed))

    async def change_password(self, caller: Caller, old: str, new: str) -> int:
        """Change the caller's password; every other session of the account ends, and this many access tokens stand.

        Raises:
            PasswordWrongError, SignInLockedError: the old one is not right.
            PasswordWeakError: the new one breaks a rule.

        """
        proof = await self.confirm(caller, old)
        account = await self._database.reader.read(lambda connection: store.account(connection, caller.account_id))
        check_password(new, account.login)
        hashed = await self._passwords.hash(new)
        return await self._database.writer.run(lambda tx: _change(tx, caller, proof, hashed))

    def _subject_of_nobody(self, login: str) -> str:
        return "?" + hmac.digest(self._key, login.encode(), "sha256")[:24].hex()


def _door(connection: sa.Connection, login: str) -> tuple[Account | None, str | None]:
    account = store.account_of_login(connection, login)
    return account, store.password_hash(connection, account.account_id) if account else None


def _refuse(tx: Transaction, subject: str, account: Account | None) -> None:
    attempts.touch(tx, subject)
    if account is not None:
        note(tx, "sign_in_refused", {"account_id": account.account_id})


def _change(tx: Transaction, caller: Caller, proof: PasswordProof, hashed: str) -> int:
    demand_proof(tx, caller, proof)
    store.update_account(tx.connection, caller.account_id, password_hash=hashed)
    end_others(tx, caller)
    note(tx, "password_changed", {"account_id": caller.account_id})
    return store.standing_tokens(tx.connection, caller.account_id, tx.now)
