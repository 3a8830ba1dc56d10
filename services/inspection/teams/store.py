"""Reads teams: who leads which unit today, and who may see what only a leader may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services.inspection.teams.errors import TeamNotFoundError
from services.inspection.teams.records import Authorization, Member, TeamRole
from services.inspection.teams.tables import AUTHORIZATIONS, TEAM_MEMBERS, TEAM_UNITS, TEAMS


@dataclass(frozen=True)
class Team:
    """A team as it stands; `authorization` is the last one issued, live or not."""

    team_id: str
    round_id: str
    team_no: int
    exemption: str
    unit_ids: tuple[str, ...]
    members: tuple[Member, ...]
    authorization: Authorization | None

    @property
    def leader(self) -> str:
        """The leader's person id."""
        return next(member.person_id for member in self.members if member.role is TeamRole.LEADER)

    def live(self, day: date) -> bool:
        """Whether the team may act on `day`."""
        return self.authorization is not None and self.authorization.live(day)


def get_team(connection: sa.Connection, team_id: str) -> Team:
    """The team of that id.

    Raises:
        TeamNotFoundError: there is none.

    """
    found = _teams(connection, TEAMS.c.id == team_id)
    if not found:
        raise TeamNotFoundError(team_id=team_id)
    return found[0]


def teams_of(connection: sa.Connection, round_id: str) -> tuple[Team, ...]:
    """The round's teams by number."""
    return _teams(connection, TEAMS.c.round_id == round_id)


def team_for(connection: sa.Connection, round_id: str, unit_id: str) -> Team | None:
    """The one team that inspects the unit in this round."""
    return next((team for team in teams_of(connection, round_id) if unit_id in team.unit_ids), None)


def leader_of(connection: sa.Connection, round_id: str, unit_id: str, day: date) -> str | None:
    """Person id of the leader of the unit's team, while its authorization is live on `day`; None otherwise."""
    team = team_for(connection, round_id, unit_id)
    return team.leader if team is not None and team.live(day) else None


def may_read_leads(connection: sa.Connection, round_id: str, unit_id: str, person_id: str, day: date) -> bool:
    """Whether the person may see leads about the unit on `day`: its team's leader, within the dates, nobody else."""
    return leader_of(connection, round_id, unit_id, day) == person_id


def in_team_for(connection: sa.Connection, round_id: str, unit_id: str, person_id: str, day: date) -> bool:
    """Whether the person is in the unit's team and the team may act on `day`."""
    team = team_for(connection, round_id, unit_id)
    return team is not None and team.live(day) and any(one.person_id == person_id for one in team.members)


def teams_with(connection: sa.Connection, person_id: str, day: date) -> tuple[Team, ...]:
    """The teams that the person is a member of and that may act on `day`."""
    mine = sa.select(TEAM_MEMBERS.c.team_id).where(TEAM_MEMBERS.c.person_id == person_id)
    return tuple(team for team in _teams(connection, TEAMS.c.id.in_(mine)) if team.live(day))


def _teams(connection: sa.Connection, where: sa.ColumnElement[bool]) -> tuple[Team, ...]:
    rows = connection.execute(sa.select(TEAMS).where(where).order_by(TEAMS.c.team_no)).all()
    return tuple(
        Team(
            team_id=row.id,
            round_id=row.round_id,
            team_no=row.team_no,
            exemption=row.exemption,
            unit_ids=_unit_ids(connection, row.id),
            members=_members(connection, row.id),
            authorization=_last_authorization(connection, row.id),
        )
        for row in rows
    )


def _unit_ids(connection: sa.Connection, team_id: str) -> tuple[str, ...]:
    c = TEAM_UNITS.c
    return tuple(connection.execute(sa.select(c.unit_id).where(c.team_id == team_id).order_by(c.unit_id)).scalars())


def _members(connection: sa.Connection, team_id: str) -> tuple[Member, ...]:
    c = TEAM_MEMBERS.c
    rows = connection.execute(sa.select(TEAM_MEMBERS).where(c.team_id == team_id).order_by(c.position))
    return tuple(
        Member(
            person_id=row.person_id,
            role=TeamRole(row.role),
            source_body=row.source_body,
            unit_id=row.unit_id,
            recusal_units=tuple(row.recusal_units),
            name=row.name,
            roster_no=row.roster_no,
        )
        for row in rows
    )


def _last_authorization(connection: sa.Connection, team_id: str) -> Authorization | None:
    c = AUTHORIZATIONS.c
    row = connection.execute(
        sa.select(AUTHORIZATIONS).where(c.team_id == team_id).order_by(c.id.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Authorization(row.decision_id, row.valid_from, row.valid_to, row.revoked_on)
