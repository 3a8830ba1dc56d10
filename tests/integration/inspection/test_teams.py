"""A unit gets one team of the right people, which acts only within the dates of a decision on exactly itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.chassis.storage import Database
from services.inspection.decisions import AUTHORIZE_TEAM, DeciderError, DecisionScopeError, Scope
from services.inspection.rounds.errors import NotInRoundError, RoundStateError
from services.inspection.rounds.plan import add_units, create_round
from services.inspection.rounds.records import Round
from services.inspection.teams import store
from services.inspection.teams.authorizing import authorization_missing, authorize_team, revoke_authorization
from services.inspection.teams.errors import (
    AuthorizationDatesError,
    AuthorizationNotFoundError,
    TeamAuthorizedError,
    TeamFaultsError,
    TeamNotFoundError,
    UnitHasTeamError,
)
from services.inspection.teams.forming import NewTeam, form_team
from services.inspection.teams.records import Member, TeamRole
from services.inspection.teams.store import Team
from tests.integration.inspection.master_data import BODIES, load_master_data
from tests.integration.inspection.office import NEW, Decisions, fixed_round, run

FIRST, LAST = date(2026, 3, 10), date(2026, 5, 8)
LEADER = Member("p1", TeamRole.LEADER, "discipline", name="己某")
DEPUTY = Member("p2", TeamRole.DEPUTY, "organization", name="庚某")
MEMBER = Member("p3", TeamRole.MEMBER, "finance", name="辛某")
TEAM = NewTeam(1, ("U01",), (LEADER, DEPUTY, MEMBER))


@pytest.fixture
def decisions() -> Decisions:
    return Decisions()


@pytest.fixture
def office(sqlite_database: Database) -> Database:
    """SQLite only: the service's tests take the same queries to PostgreSQL."""
    load_master_data(sqlite_database)
    return sqlite_database


@pytest.fixture
def current(office: Database, decisions: Decisions) -> Round:
    return fixed_round(office, decisions, units=("U01", "U02", "U05"))


def form(office: Database, current: Round, new: NewTeam = TEAM) -> Team:
    return run(office, lambda tx: form_team(tx, current.round_id, new, BODIES, by="a1"))


def decide(decisions: Decisions, team: Team, **changes: Any) -> str:
    scope = Scope(team.round_id, frozenset(team.unit_ids), frozenset(one.person_id for one in team.members))
    return decisions.record(AUTHORIZE_TEAM, replace(scope, **changes))


def authorize(office: Database, team: Team, decision: str, decisions: Decisions, last: date = LAST) -> Team:
    return run(
        office,
        lambda tx: authorize_team(tx, team.team_id, decision, decisions, valid_from=FIRST, valid_to=last, by="a1"),
    )


def test_a_team_is_formed_and_read_back_as_entered(office: Database, current: Round):
    team = form(office, current)

    assert (team.team_no, team.unit_ids, team.leader) == (1, ("U01",), "p1")
    assert team.members == (LEADER, DEPUTY, MEMBER)
    assert not team.live(FIRST)


@pytest.mark.article("A2.1e")
@pytest.mark.parametrize(
    ("units", "member", "fault"),
    [
        (("U01",), replace(MEMBER, unit_id="U01"), "person_of_the_inspected_unit p3"),
        (("U01",), replace(MEMBER, roster_no="R2"), "person_of_the_inspected_unit p3"),
        (("U05",), replace(MEMBER, unit_id="U01"), "person_of_the_superior_unit_or_resident_group p3"),
        (("U01",), replace(MEMBER, unit_id="U07"), "person_of_the_superior_unit_or_resident_group p3"),
        (("U02",), replace(MEMBER, source_body="audit"), "person_of_the_inspected_body p3"),
        (("U01",), replace(MEMBER, recusal_units=("U01",)), "person_recused_from_the_unit p3"),
        (("U01",), replace(MEMBER, role=TeamRole.LEADER), "one_leader"),
    ],
)
def test_nobody_with_a_tie_to_the_unit_gets_into_its_team(
    office: Database, current: Round, units: tuple[str, ...], member: Member, fault: str
):
    with pytest.raises(TeamFaultsError) as caught:
        form(office, current, NewTeam(1, units, (LEADER, DEPUTY, member)))

    assert fault in caught.value.facts["faults"]
    assert "某" not in caught.value.facts["faults"]


def test_a_person_who_has_moved_away_may_inspect_the_old_unit_only_as_far_as_ties_are_known(
    office: Database, current: Round
):
    """The roster says where a person serves today: R1 left U01 for U03 a year ago."""
    team = form(office, current, NewTeam(1, ("U01",), (LEADER, DEPUTY, replace(MEMBER, roster_no="R1"))))

    assert len(team.members) == 3


def test_a_unit_has_one_team_and_a_person_serves_in_one(office: Database, current: Round):
    form(office, current)

    with pytest.raises(UnitHasTeamError):
        form(office, current, NewTeam(2, ("U01",), (replace(LEADER, person_id="p4"), replace(DEPUTY, person_id="p5"))))
    with pytest.raises(TeamFaultsError) as caught:
        form(office, current, NewTeam(2, ("U05",), (LEADER, replace(DEPUTY, person_id="p5"))))
    assert "person_in_another_team p1" in caught.value.facts["faults"]


def test_a_team_takes_units_of_its_round_only(office: Database, current: Round):
    with pytest.raises(NotInRoundError):
        form(office, current, replace(TEAM, unit_ids=("U03",)))


@pytest.mark.article("A2.1e")
def test_an_authorization_gives_rights_from_its_first_to_its_last_day(
    office: Database, current: Round, decisions: Decisions
):
    team = form(office, current)
    authorize(office, team, decide(decisions, team), decisions)

    def leader(day: date) -> str | None:
        return office.reader.read_sync(lambda c: store.leader_of(c, current.round_id, "U01", day))

    assert [leader(day) for day in (date(2026, 3, 9), FIRST, LAST, date(2026, 5, 9))] == [None, "p1", "p1", None]


@pytest.mark.article("A3.2j")
def test_leads_are_for_the_leader_alone_and_for_the_own_unit_alone(
    office: Database, current: Round, decisions: Decisions
):
    team = form(office, current)
    authorize(office, team, decide(decisions, team), decisions)

    def may(person: str, unit: str, day: date) -> bool:
        return office.reader.read_sync(lambda c: store.may_read_leads(c, current.round_id, unit, person, day))

    assert may("p1", "U01", FIRST)
    assert not any((may("p2", "U01", FIRST), may("p3", "U01", FIRST), may("p1", "U02", FIRST)))
    assert not may("p1", "U01", date(2026, 5, 9))


@pytest.mark.article("A2.1e")
@pytest.mark.parametrize(
    "change",
    [
        {"unit_ids": frozenset({"U01", "U02"})},
        {"unit_ids": frozenset[str]()},
        {"person_ids": frozenset({"p1", "p2"})},
        {"person_ids": frozenset({"p1", "p2", "p3", "p4"})},
    ],
)
def test_a_decision_on_other_units_or_persons_authorizes_nobody(
    office: Database, current: Round, decisions: Decisions, change: dict[str, frozenset[str]]
):
    team = form(office, current)

    with pytest.raises(DecisionScopeError):
        authorize(office, team, decide(decisions, team, **change), decisions)


def test_only_the_leading_group_or_the_secretarys_meeting_authorizes(
    office: Database, current: Round, decisions: Decisions
):
    team = form(office, current)
    scope = Scope(team.round_id, frozenset(team.unit_ids), frozenset({"p1", "p2", "p3"}))
    decision = decisions.record(AUTHORIZE_TEAM, scope, by="office_head")

    with pytest.raises(DeciderError):
        authorize(office, team, decision, decisions)


def test_dates_that_run_backwards_are_refused(office: Database, current: Round, decisions: Decisions):
    team = form(office, current)

    with pytest.raises(AuthorizationDatesError):
        authorize(office, team, decide(decisions, team), decisions, last=date(2026, 3, 9))


def test_an_authorized_team_changes_only_after_its_authorization_was_revoked(
    office: Database, current: Round, decisions: Decisions
):
    team = form(office, current)
    decision = decide(decisions, team)
    authorize(office, team, decision, decisions)
    changed = replace(TEAM, members=(LEADER, DEPUTY, replace(MEMBER, person_id="p9")))

    with pytest.raises(TeamAuthorizedError):
        form(office, current, changed)
    with pytest.raises(TeamAuthorizedError):
        authorize(office, team, decision, decisions)
    run(office, lambda tx: revoke_authorization(tx, team.team_id, "人员调整", by="a1"))
    with pytest.raises(AuthorizationNotFoundError):
        run(office, lambda tx: revoke_authorization(tx, team.team_id, "人员调整", by="a1"))

    again = form(office, current, changed)
    assert again.team_id == team.team_id
    assert [member.person_id for member in again.members] == ["p1", "p2", "p9"]
    assert not again.live(FIRST)
    with pytest.raises(DecisionScopeError):
        authorize(office, again, decision, decisions)
    assert authorize(office, again, decide(decisions, again), decisions).live(FIRST)


def test_units_without_an_authorized_team_are_named(office: Database, current: Round, decisions: Decisions):
    team = form(office, current)
    authorize(office, team, decide(decisions, team), decisions)

    teams = office.reader.read_sync(lambda c: store.teams_of(c, current.round_id))

    assert authorization_missing(teams, ("U01", "U02", "U05")) == ("U02", "U05")


def test_no_team_is_authorized_before_the_targets_are_fixed(office: Database, decisions: Decisions):
    draft = run(office, lambda tx: create_round(tx, NEW, by="a1"))
    run(office, lambda tx: add_units(tx, draft.round_id, ["U01"], BODIES, by="a1"))
    team = form(office, draft)

    with pytest.raises(RoundStateError):
        authorize(office, team, decide(decisions, team), decisions)


def test_an_unknown_team_is_an_error(office: Database):
    with pytest.raises(TeamNotFoundError):
        office.reader.read_sync(lambda c: store.get_team(c, "no-such-team"))
