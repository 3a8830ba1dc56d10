"""Who is calling: the account, and the roles that count for it, as every use case is handed them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """What a person may be at a node."""

    CLERK = "clerk"
    REVIEWER = "reviewer"
    LEADER = "leader"
    LIAISON = "liaison"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


class Step(StrEnum):
    """What a session lacks before it is complete."""

    DONE = "done"
    CODE = "code"
    """A code of the second factor."""
    ENROL = "enrol"
    """A second factor: the account has to have one, and has none."""


class Scope(StrEnum):
    """What a personal access token may do."""

    READ = "read"
    WRITE_LEDGER = "write_ledger"


BUSINESS_ROLES = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER, Role.LIAISON})
ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


@dataclass(frozen=True, slots=True)
class Grant:
    """A role with its limits: a sub-unit, a matter (None: all of them) and a time."""

    role: Role
    sub_unit: str | None
    matter_id: str | None
    valid_from: datetime
    valid_to: datetime | None

    def counts_at(self, now: datetime) -> bool:
        """Whether `now` lies in the grant's time; its end is exclusive."""
        return self.valid_from <= now and (self.valid_to is None or now < self.valid_to)

    def covers(self, sub_unit: str, matter_id: str) -> bool:
        """Whether it reaches this sub-unit (empty: the whole body) and this matter (empty: none in particular).

        A grant limited to a sub-unit or a matter does not reach what belongs to none.
        """
        return self.sub_unit in {None, sub_unit} and self.matter_id in {None, matter_id}


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person, or their access token, with the grants that counted when the call came in.

    Attributes:
        session_id: The session's id, or the access token's.
        grants: While the caller acts for an absent person, that person's, and none of the caller's own.
        step: What the session lacks.
        scopes: What the access token may do; None: a person at a session of their own.
        acting_for: The account of the absent person for whom the caller acts; empty: for themselves.
        named: Whether the office named the caller for that, not only the absent person.
    """

    account_id: str
    person_id: str
    session_id: str
    grants: tuple[Grant, ...]
    step: Step = Step.DONE
    scopes: frozenset[Scope] | None = None
    acting_for: str = ""
    named: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held, whatever its sub-unit or matter."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def in_person(self) -> bool:
        """Whether what only named persons may see can be open to this caller: not to a program, and to a deputy only
        whom the office named.
        """
        return self.scopes is None and (not self.acting_for or self.named)

    @property
    def desk_of(self) -> str:
        """The account whose work the caller sees as its own: the absent person's while it acts for one."""
        return self.acting_for or self.account_id

    def may(self, roles: frozenset[Role], sub_unit: str = "", matter_id: str = "") -> bool:
        """Whether the caller holds one of `roles` for this sub-unit and this matter."""
        return any(grant.role in roles and grant.covers(sub_unit, matter_id) for grant in self.grants)


class Authenticator(Protocol):
    """Turns a token into the person who was given it."""

    async def authenticate(self, token: str) -> Caller:
        """The caller behind `token`.

        Raises:
            NotSignedInError: the token is unknown, revoked or has run out.

        """
        ...
