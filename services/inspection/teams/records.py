"""Rules of a team: who may be in it, and when its authorization is live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class TeamRole(StrEnum):
    """组长, 副组长, 组员, 联络员."""

    LEADER = "leader"
    DEPUTY = "deputy"
    MEMBER = "member"
    LIAISON = "liaison"


@dataclass(frozen=True)
class Member:
    """One person in a team; `unit_id` is where the person serves now, so that nobody inspects the own unit."""

    person_id: str
    role: TeamRole
    source_body: str
    unit_id: str = ""
    recusal_units: tuple[str, ...] = ()


class TeamFault(StrEnum):
    """Why a team cannot be formed as proposed."""

    ONE_LEADER = "one_leader"
    DEPUTIES = "one_or_two_deputies"
    TWICE = "person_twice"
    OTHER_TEAM = "person_in_another_team"
    OWN_UNIT = "person_of_the_inspected_unit"
    RECUSED = "person_recused_from_the_unit"


@dataclass(frozen=True)
class Finding:
    """One fault of a proposed team; `person_id` is empty where it concerns the team as a whole."""

    fault: TeamFault
    article: str
    person_id: str = ""


NOT_YET_IN_FORCE = ("leader_pool", "talent_pool", "staffing_letters", "undertakings")
"""Guards of A2.1d, A2.2 and A2.3b that need pools, staffing letters and undertakings, which this county does not keep
here yet. They are shown with every team so that nobody takes their silence for a pass."""


def faults(members: Sequence[Member], units: Collection[str], busy: Collection[str]) -> tuple[Finding, ...]:
    """Everything wrong with a proposed team for `units`; `busy` are persons in another team of the round."""
    roles = Counter(member.role for member in members)
    found = []
    if roles[TeamRole.LEADER] != 1:
        found.append(Finding(TeamFault.ONE_LEADER, "A2.3a"))
    if not 1 <= roles[TeamRole.DEPUTY] <= 2:
        found.append(Finding(TeamFault.DEPUTIES, "A3.4b"))
    seen: set[str] = set()
    for member in members:
        if member.person_id in seen:
            found.append(Finding(TeamFault.TWICE, "A2.1e", member.person_id))
        seen.add(member.person_id)
        if member.person_id in busy:
            found.append(Finding(TeamFault.OTHER_TEAM, "A2.1e", member.person_id))
        if member.unit_id in units:
            found.append(Finding(TeamFault.OWN_UNIT, "A2.1e", member.person_id))
        if not set(member.recusal_units).isdisjoint(units):
            found.append(Finding(TeamFault.RECUSED, "A2.1e", member.person_id))
    return tuple(found)


@dataclass(frozen=True)
class Authorization:
    """A dated permission by a recorded decision; it never rolls over to another round (A2.1e)."""

    decision_id: str
    valid_from: date
    valid_to: date
    revoked_on: date | None = None

    def live(self, today: date) -> bool:
        """Whether the team may act on `today` (Beijing)."""
        if self.revoked_on is not None and today >= self.revoked_on:
            return False
        return self.valid_from <= today <= self.valid_to
