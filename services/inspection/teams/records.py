"""Rules of a team: who may be in it, and when its authorization is live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
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
    """One person in a team.

    `unit_id` is where the person serves now as entered, `posts_at` where the rosters have the person, so that nobody
    inspects the own unit; `recusal_units` are those the person declared ties to.
    """

    person_id: str
    role: TeamRole
    source_body: str
    unit_id: str = ""
    recusal_units: tuple[str, ...] = ()
    posts_at: tuple[str, ...] = ()
    name: str = field(default="", repr=False)
    roster_no: str = ""


class TeamFault(StrEnum):
    """Why a team cannot be formed as proposed."""

    ONE_LEADER = "one_leader"
    DEPUTIES = "one_or_two_deputies"
    TWICE = "person_twice"
    OTHER_TEAM = "person_in_another_team"
    OWN_UNIT = "person_of_the_inspected_unit"
    NEAR_UNIT = "person_of_the_superior_unit_or_resident_group"
    OWN_BODY = "person_of_the_inspected_body"
    RECUSED = "person_recused_from_the_unit"


@dataclass(frozen=True)
class Finding:
    """One fault of a proposed team; `person_id` is empty where it concerns the team as a whole."""

    fault: TeamFault
    article: str
    person_id: str = ""


@dataclass(frozen=True)
class Guard:
    """A guard of the opinion that this county cannot check here yet, and why; shown so that silence is no pass."""

    name: str
    article: str
    zh: str
    en: str


NOT_YET_IN_FORCE: tuple[Guard, ...] = (
    Guard("leader_pool", "A2.2a", "组长库尚未在本系统建立", "the leader pool is not kept here yet"),
    Guard("talent_pool", "A2.2a", "人才库尚未在本系统建立", "the talent pool is not kept here yet"),
    Guard("staffing_letters", "A2.1d", "选调函尚未在本系统办理", "staffing letters are not written here yet"),
    Guard("undertakings", "A2.3b", "承诺书尚未在本系统签署", "undertakings are not signed here yet"),
)
"""Guards that need pools, staffing letters and undertakings."""


@dataclass(frozen=True)
class Around:
    """What surrounds the units of a team: superior units, units of resident groups, and bodies they are themselves."""

    units: frozenset[str]
    near: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()


def faults(members: Sequence[Member], units: Collection[str] | Around, busy: Collection[str]) -> tuple[Finding, ...]:
    """Everything wrong with a proposed team for `units`; `busy` are persons in another team of the round."""
    around = units if isinstance(units, Around) else Around(frozenset(units))
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
        found += [Finding(fault, "A2.1e", member.person_id) for fault in _ties(member, around)]
    return tuple(found)


def _ties(member: Member, around: Around) -> list[TeamFault]:
    """What ties a member to the units inspected."""
    homes = {member.unit_id, *member.posts_at} - {""}
    checks = (
        (TeamFault.OWN_UNIT, not homes.isdisjoint(around.units)),
        (TeamFault.NEAR_UNIT, not homes.isdisjoint(around.near)),
        (TeamFault.OWN_BODY, member.source_body in around.bodies),
        (TeamFault.RECUSED, not around.units.isdisjoint(member.recusal_units)),
    )
    return [fault for fault, holds in checks if holds]


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
