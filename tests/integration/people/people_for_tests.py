"""A node's people in a real database: opened, given roles and signed in as the use cases do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from services.chassis.clock import beijing_date
from services.chassis.identity.keys import KeyPair, Keyring, Purpose
from services.chassis.journal.store import read
from services.chassis.people.accounts import NewAccount, bootstrap_invitation, invite_account, record_post
from services.chassis.people.authenticating import BearerAuthenticator
from services.chassis.people.gate import Gate, PasswordProof
from services.chassis.people.grants import Wanted, grant_role
from services.chassis.people.passwords import Passwords
from services.chassis.people.second_factor import SecondFactor
from services.chassis.people.signing import Letter, Substitution, confirm_signer, delegate_signing
from services.chassis.rpc.callers import Caller, Role
from services.chassis.storage import Database, Transaction
from services.chassis.testing.clock import FixedClock

T = TypeVar("T")
PASSWORD = "Xunchake-2026"
FIRST_CODE = "first-code-of-this-node"


@dataclass
class Office:
    """The people of one node under test."""

    database: Database
    clock: FixedClock
    passwords: Passwords = field(default_factory=lambda: Passwords(light=True))
    demanded: bool = False
    """Whether administrators have to sign in with a second factor."""
    gate: Gate = field(init=False)
    authenticator: BearerAuthenticator = field(init=False)
    second_factor: SecondFactor = field(init=False)
    security: Caller = field(init=False)
    system: Caller = field(init=False)

    def __post_init__(self) -> None:
        self.demand(second_factor=self.demanded)

    def demand(self, *, second_factor: bool) -> None:
        """Start again with the setting of the node changed."""
        self.gate = Gate(self.database, self.passwords, second_factor=second_factor)
        self.authenticator = BearerAuthenticator(self.database, self.clock, second_factor=second_factor)
        key = KeyPair.generate(Purpose.STORAGE, self.clock.now())
        keyring = Keyring.of("audit", key)
        self.second_factor = SecondFactor(
            self.database, self.gate, keyring, self.clock, "青禾县 审计局", demanded=second_factor
        )

    async def do(self, work: Callable[[Transaction], T]) -> T:
        return await self.database.writer.run(work)

    async def found(self) -> Office:
        """With a security and a system administrator, as a new node gets them."""
        await self.do(lambda tx: bootstrap_invitation(tx, FIRST_CODE))
        first = await self.gate.redeem(FIRST_CODE, PASSWORD)
        self.security = await self.caller(first.login)
        self.system = await self.hire("system", Role.SYSTEM_ADMIN, by=self.security)
        return self

    async def open(self, login: str, post: str | None = "科员", by: Caller | None = None) -> str:
        """An account with a password and no role; returns its id."""
        opener = by or self.system
        made = await self.do(lambda tx: invite_account(tx, opener, NewAccount(login, f"人{login}", post)))
        await self.gate.redeem(made.code, PASSWORD)
        return made.account_id

    async def hire(self, login: str, *roles: Role, by: Caller | None = None, post: str | None = "科员") -> Caller:
        """A person with roles for the whole body, signed in."""
        account_id = await self.open(login, post, by)
        for role in roles:
            await self.grant(account_id, Wanted(role))
        return await self.caller(login)

    async def grant(self, account_id: str, wanted: Wanted) -> str:
        return (await self.do(lambda tx: grant_role(tx, self.security, account_id, wanted))).grant_id

    async def post(self, account_id: str, post: str, days: int) -> None:
        start = self.clock.now() + timedelta(days=days)
        await self.do(lambda tx: record_post(tx, self.security, account_id, post, start))

    async def caller(self, login: str, password: str = PASSWORD) -> Caller:
        session = await self.gate.sign_in(login, password)
        return await self.authenticator.authenticate(session.token)

    async def prove(self, caller: Caller) -> PasswordProof:
        return await self.gate.confirm(caller, PASSWORD)

    async def delegate(
        self, leader: Caller, to: Caller, days: tuple[int, int] = (0, 0), sub_unit: str | None = None
    ) -> str:
        """Let `to` sign for `leader` from the first to the last of `days`, counted from today."""
        today = beijing_date(self.clock.now())
        first, last = (today + timedelta(days=number) for number in days)
        proof = await self.prove(leader)
        wanted = Substitution(to.account_id, first, last, "外出开会", sub_unit)
        return (await self.do(lambda tx: delegate_signing(tx, leader, proof, wanted))).delegation_id

    async def sign(self, caller: Caller, sub_unit: str = "", matter: str = "", for_whom: str | None = None) -> str:
        """Who the letter would name: name, post, and for whom."""
        proof = await self.prove(caller)
        authority = await self.do(lambda tx: confirm_signer(tx, caller, proof, Letter(sub_unit, matter), for_whom))
        return f"{authority.name}/{authority.post}/{authority.for_whom}"

    async def journal(self) -> list[tuple[str, bytes]]:
        entries = await self.database.reader.read(read)
        return [(entry.kind, entry.payload) for entry in entries]
