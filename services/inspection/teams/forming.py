"""Forms one team for the units it inspects, after screening who is tied to them (A2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from services.chassis.clock import beijing_date
from services.chassis.storage import Transaction
from services.inspection.journaling import note
from services.inspection.rounds import store as rounds
from services.inspection.rounds.errors import RoundStateError
from services.inspection.rounds.records import RoundState
from services.inspection.teams.errors import TeamAuthorizedError, TeamFaultsError, UnitHasTeamError
from services.inspection.teams.records import Around, Member, faults
from services.inspection.teams.store import Team, get_team, teams_of
from services.inspection.teams.tables import TEAM_MEMBERS, TEAM_UNITS, TEAMS
from services.inspection.units.queries import BodyNames, find_by_name, unit_versions, units_of_person, units_on
from services.inspection.units.records import version_on

_BEFORE_ENTRY = (
    RoundState.DRAFT,
    RoundState.PLAN_SUBMITTED,
    RoundState.PLAN_AGREED,
    RoundState.TARGETS_FIXED,
    RoundState.PREPARING,
    RoundState.ON_SITE,
)


@dataclass(frozen=True)
class NewTeam:
    """A team as proposed."""

    team_no: int
    unit_ids: tuple[str, ...]
    members: tuple[Member, ...]
    exemption: str = ""


def form_team(tx: Transaction, round_id: str, new: NewTeam, bodies: BodyNames, *, by: str) -> Team:
    """Form the team, or form it anew under the same number while it holds no authorization.

    Raises:
        TeamFaultsError: someone is tied to a unit, serves twice, or the leading posts are not filled right.
        UnitHasTeamError: another team has one of the units.
        TeamAuthorizedError: the team of that number is authorized.
        NotInRoundError: a unit is not in the round.

    """
    current = rounds.get_round(tx.connection, round_id)
    if current.state not in _BEFORE_ENTRY:
        possible = " ".join(state.value for state in _BEFORE_ENTRY)
        raise RoundStateError(state=current.state.value, act="form_team", article="A2.1a", possible=possible)
    for unit_id in new.unit_ids:
        rounds.target_of(tx.connection, round_id, unit_id)
    others = [team for team in teams_of(tx.connection, round_id) if team.team_no != new.team_no]
    _check_units(new.unit_ids, others)
    members = _placed(tx, new.members)
    busy = {member.person_id for team in others for member in team.members}
    found = faults(members, _around(tx, new.unit_ids, bodies), busy)
    if found:
        texts = (" ".join(filter(None, (one.fault.value, one.person_id, f"({one.article})"))) for one in found)
        raise TeamFaultsError(faults="; ".join(texts))
    team_id = _write(tx, round_id, replace(new, members=members), by=by)
    note(tx, "team_formed", round=round_id, team=team_id, units=sorted(new.unit_ids), by=by)
    return get_team(tx.connection, team_id)


def _check_units(unit_ids: Iterable[str], others: Sequence[Team]) -> None:
    for unit_id in unit_ids:
        for team in others:
            if unit_id in team.unit_ids:
                raise UnitHasTeamError(unit_id=unit_id, team_no=team.team_no)


def _placed(tx: Transaction, members: Iterable[Member]) -> tuple[Member, ...]:
    """The members with the units where the rosters have them today."""
    day = beijing_date(tx.now)
    return tuple(
        replace(one, posts_at=tuple(sorted(units_of_person(tx.connection, one.roster_no, day))))
        if one.roster_no
        else one
        for one in members
    )


def _around(tx: Transaction, unit_ids: Sequence[str], bodies: BodyNames) -> Around:
    """The units with everything a member may not come from: superiors, resident groups, the body a unit is."""
    day = beijing_date(tx.now)
    units = units_on(tx.connection, unit_ids, day, bodies)
    near = _superiors(tx, unit_ids, day)
    for unit in units:
        if unit.version.resident_group:
            near.update(find_by_name(tx.connection, unit.version.resident_group, day))
    return Around(frozenset(unit_ids), frozenset(near), frozenset(unit.body for unit in units if unit.body))


def _superiors(tx: Transaction, unit_ids: Sequence[str], day: date) -> set[str]:
    """Superior units, theirs, and so on; a wrong entry that leads in a circle ends the walk."""
    seen: set[str] = set()
    ahead = list(unit_ids)
    while ahead:
        versions = unit_versions(tx.connection, ahead)
        parents = {row.parent_id for found in versions.values() if (row := version_on(found, day)) and row.parent_id}
        ahead = sorted(parents - seen)
        seen |= parents
    return seen


def _write(tx: Transaction, round_id: str, new: NewTeam, *, by: str) -> str:
    present = next((one for one in teams_of(tx.connection, round_id) if one.team_no == new.team_no), None)
    if present is not None and present.authorization is not None and present.authorization.revoked_on is None:
        raise TeamAuthorizedError(team_no=new.team_no)
    values = {"exemption": new.exemption, "formed_by": by, "formed_at": tx.now}
    if present is None:
        team_id = tx.new_id()
        tx.connection.execute(sa.insert(TEAMS).values(id=team_id, round_id=round_id, team_no=new.team_no, **values))
    else:
        team_id = present.team_id
        tx.connection.execute(sa.update(TEAMS).where(TEAMS.c.id == team_id).values(**values))
        for table in (TEAM_UNITS, TEAM_MEMBERS):
            tx.connection.execute(sa.delete(table).where(table.c.team_id == team_id))
    for unit_id in dict.fromkeys(new.unit_ids):
        tx.connection.execute(sa.insert(TEAM_UNITS).values(round_id=round_id, team_id=team_id, unit_id=unit_id))
    for position, one in enumerate(new.members):
        tx.connection.execute(
            sa.insert(TEAM_MEMBERS).values(
                round_id=round_id,
                team_id=team_id,
                position=position,
                person_id=one.person_id,
                name=one.name,
                role=one.role.value,
                source_body=one.source_body,
                unit_id=one.unit_id,
                recusal_units=list(one.recusal_units),
                roster_no=one.roster_no,
            )
        )
    return team_id
