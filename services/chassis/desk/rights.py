"""Who may know of a draft and act on it: a role is held for a sub-unit and a matter, or for all of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.desk.records import Draft
from services.chassis.rpc.callers import Caller, Role

TRUSTED = frozenset({Role.REVIEWER, Role.LEADER})
"""Roles that an office gives to named persons."""
NAMED_PERSONS_ONLY = frozenset({"P3", "P4"})
"""Data classes that a role for the whole body is not enough for."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one role of a person goes.

    Attributes:
        sub_unit: The sub-unit it is limited to; None for all.
        matter_id: The matter it is limited to; None for all.
        trusted: Whether it includes what only named persons may see. A role for one matter names the person; leaders
            and reviewers are named by their office.
        in_person: Whether what only named persons may see can be open at all: not to programs, and only to deputies
            whom their office named.
    """

    sub_unit: str | None = None
    matter_id: str | None = None
    trusted: bool = False
    in_person: bool = True

    def includes(self, draft: Draft, account_id: str) -> bool:
        """Whether the draft lies within this reach."""
        if self.sub_unit is not None and self.sub_unit != draft.standing.sub_unit:
            return False
        if self.matter_id is not None and self.matter_id != draft.address.matter_id:
            return False
        if draft.standing.confidentiality not in NAMED_PERSONS_ONLY:
            return True
        return self.in_person and (self.trusted or self.matter_id is not None or draft.drafter == account_id)


def reaches_of(caller: Caller, roles: frozenset[Role]) -> tuple[Reach, ...]:
    """How far those of the caller's roles go that are among `roles`."""
    return tuple(
        Reach(grant.sub_unit, grant.matter_id, grant.role in TRUSTED, caller.in_person)
        for grant in caller.grants
        if grant.role in roles
    )


def may(reaches: Iterable[Reach], draft: Draft, account_id: str) -> bool:
    """Whether any of a person's roles reaches the draft."""
    return any(reach.includes(draft, account_id) for reach in reaches)
