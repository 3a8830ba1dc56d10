"""The office proposes teams and their staff, screened for ties; nothing goes on before the leading group consents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.rulebook import load
from services.chassis.storage import Database
from services.inspection.decisions import AGREE_PLAN, FIX_TARGETS, DeciderError, DecisionScopeError, Scope
from services.inspection.letters.errors import TargetsNotFixedError
from services.inspection.letters.prepare import prepare_request_letters
from services.inspection.rounds import store
from services.inspection.rounds.errors import RoundStateError
from services.inspection.rounds.plan import add_units, agree_plan, create_round, fix_targets, return_plan, submit_plan
from services.inspection.rounds.records import Round, RoundState
from services.inspection.teams.errors import TeamFaultsError
from services.inspection.teams.forming import NewTeam, form_team
from services.inspection.teams.records import Member, TeamRole
from services.inspection.teams.store import teams_of
from tests.integration.inspection.master_data import BODIES, load_master_data
from tests.integration.inspection.office import ASKED, NEW, Decisions, Desk, run

LEADER = Member("p1", TeamRole.LEADER, "discipline", name="己某")
DEPUTY = Member("p2", TeamRole.DEPUTY, "organization", name="庚某")
MEMBER = Member("p3", TeamRole.MEMBER, "finance", name="辛某")
UNITS = frozenset({"U01", "U03"})


@pytest.fixture
def office(sqlite_database: Database) -> Database:
    load_master_data(sqlite_database)
    return sqlite_database


def drafted(office: Database) -> Round:
    made = run(office, lambda tx: create_round(tx, NEW, by="a1"))
    run(office, lambda tx: add_units(tx, made.round_id, sorted(UNITS), BODIES, by="a1"))
    return made


def propose(office: Database, made: Round, *members: Member) -> None:
    run(office, lambda tx: form_team(tx, made.round_id, NewTeam(1, tuple(sorted(UNITS)), members), BODIES, by="a1"))


def state(office: Database, made: Round) -> RoundState:
    return office.reader.read_sync(lambda c: store.get_round(c, made.round_id)).state


@pytest.mark.article("A2.1b")
def test_the_office_proposes_a_team_with_its_units_and_people_and_submits_it(office: Database):
    made = drafted(office)
    propose(office, made, LEADER, DEPUTY, MEMBER)

    submitted = run(office, lambda tx: submit_plan(tx, made.round_id, by="a1"))

    assert submitted.state is RoundState.PLAN_SUBMITTED
    (team,) = office.reader.read_sync(lambda c: teams_of(c, made.round_id))
    assert (frozenset(team.unit_ids), team.leader) == (UNITS, "p1")
    assert [(one.role, one.source_body) for one in team.members] == [
        (TeamRole.LEADER, "discipline"),
        (TeamRole.DEPUTY, "organization"),
        (TeamRole.MEMBER, "finance"),
    ]


@pytest.mark.article("A2.1b")
def test_nobody_with_a_tie_to_a_unit_is_even_proposed(office: Database):
    made = drafted(office)

    with pytest.raises(TeamFaultsError):
        propose(office, made, LEADER, DEPUTY, replace(MEMBER, recusal_units=("U03",)))

    assert office.reader.read_sync(lambda c: teams_of(c, made.round_id)) == ()


@pytest.mark.article("A2.1c")
def test_nothing_goes_on_before_the_leading_group_consents(office: Database):
    made, decisions = drafted(office), Decisions()
    propose(office, made, LEADER, DEPUTY, MEMBER)
    run(office, lambda tx: submit_plan(tx, made.round_id, by="a1"))
    fixing = decisions.record(FIX_TARGETS, Scope(made.round_id, UNITS))
    contact, book = content.Contact(name="壬某"), load()

    with pytest.raises(RoundStateError):
        run(
            office,
            lambda tx: fix_targets(
                tx,
                made.round_id,
                fixing,
                decisions,
                bodies=BODIES,
                asked=ASKED,
                deciders=("leading_group",),
                by="a1",
            ),
        )
    with pytest.raises(TargetsNotFixedError):
        run(office, lambda tx: prepare_request_letters(tx, Desk(), book, made.round_id, contact=contact, by="a1"))
    assert state(office, made) is RoundState.PLAN_SUBMITTED


@pytest.mark.article("A2.1c")
def test_only_the_leading_groups_own_decision_on_exactly_these_units_is_consent(office: Database):
    made, decisions = drafted(office), Decisions()
    run(office, lambda tx: submit_plan(tx, made.round_id, by="a1"))
    scope = Scope(made.round_id, UNITS)
    by_another = decisions.record(AGREE_PLAN, scope, by="office_head")
    on_others = decisions.record(AGREE_PLAN, replace(scope, unit_ids=frozenset({"U01"})))
    consent = decisions.record(AGREE_PLAN, scope)

    for decision, error in ((by_another, DeciderError), (on_others, DecisionScopeError)):
        with pytest.raises(error):
            run(office, lambda tx, which=decision: agree_plan(tx, made.round_id, which, decisions, by="a1"))  # type: ignore[misc]
    run(office, lambda tx: agree_plan(tx, made.round_id, consent, decisions, by="a1"))

    assert state(office, made) is RoundState.PLAN_AGREED


@pytest.mark.article("A2.1c")
def test_a_plan_that_the_leading_group_returns_is_changed_and_submitted_again(office: Database):
    made = drafted(office)
    propose(office, made, LEADER, DEPUTY, MEMBER)
    run(office, lambda tx: submit_plan(tx, made.round_id, by="a1"))
    run(office, lambda tx: return_plan(tx, made.round_id, by="a1"))

    propose(office, made, replace(LEADER, person_id="p9"), DEPUTY, MEMBER)
    run(office, lambda tx: submit_plan(tx, made.round_id, by="a1"))

    (team,) = office.reader.read_sync(lambda c: teams_of(c, made.round_id))
    assert team.leader == "p9"
    assert state(office, made) is RoundState.PLAN_SUBMITTED
