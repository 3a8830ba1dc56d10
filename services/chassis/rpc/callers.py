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
    """A signed-in person, with the grants that counted when the call came in."""

    account_id: str
    person_id: str
    session_id: str
    grants: tuple[Grant, ...]

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held, whatever its sub-unit or matter."""
        return frozenset(grant.role for grant in self.grants)

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
