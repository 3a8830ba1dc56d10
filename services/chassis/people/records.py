"""The rules about people: which roles one person may hold, what a grant reaches, when sessions and locks end. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.chassis.clock import beijing_date
from services.chassis.rpc.callers import ADMIN_ROLES, BUSINESS_ROLES, Grant, Role, Scope, Step


class AccountState(StrEnum):
    """Whether an account can be used."""

    INVITED = "invited"
    ACTIVE = "active"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Account:
    """One person's access to this node.

    Attributes:
        held: It was reset, and until the security administrator releases it none of its roles counts.
    """

    account_id: str
    person_id: str
    login: str
    name: str
    state: AccountState
    held: bool

    @property
    def usable(self) -> bool:
        """Whether its roles count."""
        return self.state is AccountState.ACTIVE and not self.held


@dataclass(frozen=True, slots=True)
class StoredGrant:
    """A grant under its id."""

    grant_id: str
    account_id: str
    grant: Grant


def overlap(one: Grant, other: Grant) -> bool:
    """Whether there is an instant at which both count."""
    start = max(one.valid_from, other.valid_from)
    return all(grant.valid_to is None or start < grant.valid_to for grant in (one, other))


def may_stand_together(one: Role, other: Role) -> bool:
    """Whether one person may be both at once: an administrator is nothing else beside."""
    return one is other or not ({one, other} & ADMIN_ROLES)


def same_right(one: Grant, other: Grant) -> bool:
    """Whether both give one role within the same limits, whenever they do."""
    return (one.role, one.sub_unit, one.matter_id) == (other.role, other.sub_unit, other.matter_id)


def conflicting(held: Iterable[Grant], new: Grant) -> Grant | None:
    """A grant already held that the same person may not hold together with `new`, or None."""
    return next((old for old in held if overlap(old, new) and not may_stand_together(old.role, new.role)), None)


@dataclass(frozen=True, slots=True)
class Delegation:
    """A leader's dated permission for another person to sign (代签)."""

    delegation_id: str
    from_account_id: str
    to_account_id: str
    from_date: date
    to_date: date
    sub_unit: str | None
    matter_id: str | None
    reason: str
    revoked_at: datetime | None = None

    def counts_at(self, now: datetime) -> bool:
        """Whether `now` lies on one of its days in Beijing, the last one included, and before it was revoked."""
        if self.revoked_at is not None and now >= self.revoked_at:
            return False
        return self.from_date <= beijing_date(now) <= self.to_date

    def covers(self, sub_unit: str, matter_id: str) -> bool:
        """Whether letters of this sub-unit (empty: of the whole body) in this matter lie within it."""
        return self.sub_unit in {None, sub_unit} and self.matter_id in {None, matter_id}


LONGEST_DELEGATION = timedelta(days=366)
"""Standing in for a leader is for a time; whoever does it for good is given the role."""


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """How long a token counts: since it was last used, and at most."""

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    incomplete: timedelta = timedelta(minutes=15)
    """How long a session waits for its second factor."""

    def expiry(self, opened_at: datetime, used_at: datetime) -> datetime:
        """When a session opened and last used then stops counting."""
        return min(used_at + self.idle, opened_at + self.longest)

    def worth_moving(self, opened_at: datetime, expires_at: datetime, now: datetime) -> bool:
        """Whether a use at `now` moves the expiry by enough to be written down; not every reading need write."""
        return self.expiry(opened_at, now) - expires_at >= self.idle / 4


def missing_step(*, enrolled: bool, demanded: bool, given: bool) -> Step:
    """What a session lacks: an account with a second factor gives it, one that has to have one enrols."""
    if given or not (enrolled or demanded):
        return Step.DONE
    return Step.CODE if enrolled else Step.ENROL


DEPUTY_ROLES = BUSINESS_ROLES - {Role.LEADER}
"""What a deputy may be in an absent person's place; signing is delegated by the leader alone."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Days on which a person is absent and a deputy may do their work (代班)."""

    leave_id: str
    from_account_id: str
    to_account_id: str
    from_date: date
    to_date: date
    reason: str
    recorded_by: str
    ended_at: datetime | None = None

    def counts_at(self, now: datetime) -> bool:
        """Whether `now` lies on one of its days in Beijing, the last one included, and before it was ended."""
        if self.ended_at is not None and now >= self.ended_at:
            return False
        return self.from_date <= beijing_date(now) <= self.to_date


LONGEST_TOKEN = timedelta(days=366)
"""A token that nobody renews is a token that nobody watches."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A personal access token without its value."""

    token_id: str
    account_id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    to_date: date
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def counts_at(self, now: datetime) -> bool:
        """Whether it was not revoked, and `now` is not past its last day in Beijing."""
        return self.revoked_at is None and beijing_date(now) <= self.to_date


FREE_ATTEMPTS = 5
"""Wrong passwords that cost nothing."""
_FIRST_LOCK = timedelta(minutes=1)
_LONGEST_LOCK = timedelta(hours=1)
_FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Attempts at one login since the last that succeeded."""

    failures: int = 0
    last_at: datetime | None = None

    def locked_for(self, now: datetime) -> timedelta | None:
        """How long no further attempt is looked at, or None. It doubles with every failure after the free ones."""
        if self.last_at is None or self.failures < FREE_ATTEMPTS:
            return None
        doublings = min(self.failures - FREE_ATTEMPTS, 10)
        left = self.last_at + min(_FIRST_LOCK * 2**doublings, _LONGEST_LOCK) - now
        return left if left > timedelta(0) else None

    def another(self, now: datetime) -> Attempts:
        """With one more attempt; a day without any forgives the earlier ones."""
        forgiven = self.last_at is None or now - self.last_at > _FORGOTTEN_AFTER
        return Attempts(1 if forgiven else self.failures + 1, now)
