"""Authorizes a team by a decision on exactly its units and persons, for dates, once; and revokes it (A2.1e)."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from services.chassis.clock import beijing_date
from services.chassis.storage import Transaction
from services.inspection.decisions import AUTHORIZE_TEAM, RequireDecision, Scope, require_exactly
from services.inspection.journaling import note
from services.inspection.rounds.errors import RoundStateError
from services.inspection.rounds.records import targets_are_fixed
from services.inspection.rounds.store import get_round
from services.inspection.teams.errors import (
    AuthorizationDatesError,
    AuthorizationNotFoundError,
    TeamAuthorizedError,
)
from services.inspection.teams.store import Team, get_team
from services.inspection.teams.tables import AUTHORIZATIONS

DECIDERS = ("leading_group", "secretary_meeting")


def authorize_team(
    tx: Transaction,
    team_id: str,
    decision_id: str,
    require: RequireDecision,
    *,
    valid_from: date,
    valid_to: date,
    by: str,
) -> Team:
    """Let the team act from `valid_from` to `valid_to`; it never rolls over into another round.

    Raises:
        DecisionScopeError: the decision names other units or other persons than the team has.
        AuthorizationDatesError: the dates cannot be.
        TeamAuthorizedError: an authorization is there already.

    """
    team = get_team(tx.connection, team_id)
    state = get_round(tx.connection, team.round_id).state
    if not targets_are_fixed(state):
        raise RoundStateError(state=state.value, act="authorize_team", article="A2.1e", possible="TARGETS_FIXED …")
    if team.authorization is not None and team.authorization.revoked_on is None:
        raise TeamAuthorizedError(team_no=team.team_no)
    persons = frozenset(member.person_id for member in team.members)
    scope = Scope(team.round_id, frozenset(team.unit_ids), persons)
    decided = require_exactly(require, tx, decision_id, AUTHORIZE_TEAM, scope, article="A2.1e", deciders=DECIDERS)
    if not decided.decided_on <= valid_from <= valid_to:
        raise AuthorizationDatesError(decided=decided.decided_on)
    authorization_id = tx.new_id()
    tx.connection.execute(
        sa.insert(AUTHORIZATIONS).values(
            id=authorization_id,
            team_id=team_id,
            decision_id=decision_id,
            valid_from=valid_from,
            valid_to=valid_to,
            issued_by=by,
            issued_at=tx.now,
        )
    )
    note(tx, "team_authorized", team=team_id, authorization=authorization_id, decision=decision_id, by=by)
    return get_team(tx.connection, team_id)


def revoke_authorization(tx: Transaction, team_id: str, explanation: str, *, by: str) -> Team:
    """End the team's authorization today, with the reason.

    Raises:
        AuthorizationNotFoundError: there is none to end.

    """
    team = get_team(tx.connection, team_id)
    if team.authorization is None or team.authorization.revoked_on is not None:
        raise AuthorizationNotFoundError(team_id=team_id)
    c = AUTHORIZATIONS.c
    tx.connection.execute(
        sa.update(AUTHORIZATIONS)
        .where(c.team_id == team_id, c.revoked_on.is_(None))
        .values(revoked_on=beijing_date(tx.now), revoked_by=by, revocation=explanation)
    )
    note(tx, "team_revoked", team=team_id, by=by)
    return get_team(tx.connection, team_id)


def authorization_missing(teams: tuple[Team, ...], unit_ids: tuple[str, ...]) -> tuple[str, ...]:
    """The units whose team holds no authorization that stands; with no team at all they are missing one too."""
    held = {
        unit_id
        for team in teams
        if team.authorization is not None and team.authorization.revoked_on is None
        for unit_id in team.unit_ids
    }
    return tuple(unit_id for unit_id in unit_ids if unit_id not in held)
