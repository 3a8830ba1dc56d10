"""A round is planned step by step, and its targets are fixed by a decision on exactly its units."""

from __future__ import annotations

import pytest

from services.chassis.errors import GuantongError
from services.chassis.storage import Database, Transaction
from services.inspection.decisions import AGREE_PLAN, FIX_TARGETS, DeciderError, DecisionScopeError, Scope
from services.inspection.rounds import store
from services.inspection.rounds.errors import (
    RoundEmptyError,
    RoundExistsError,
    RoundInvalidError,
    RoundNotFoundError,
    RoundStateError,
)
from services.inspection.rounds.plan import add_units, agree_plan, create_round, fix_targets, return_plan, submit_plan
from services.inspection.rounds.records import NewRound, Round, RoundKind, RoundState
from services.inspection.rounds.store import StoredGap
from services.inspection.units.errors import UnitUnknownError
from tests.integration.inspection.master_data import BODIES, load_master_data
from tests.integration.inspection.office import ASKED, NEW, Decisions, fixed_round, journal_kinds, run


@pytest.fixture
def office(sqlite_database: Database) -> Database:
    """SQLite only: the service's tests take the same queries to PostgreSQL."""
    load_master_data(sqlite_database)
    return sqlite_database


@pytest.fixture
def decisions() -> Decisions:
    return Decisions()


def new_round(office: Database, units: tuple[str, ...] = ("U01", "U02")) -> Round:
    def plan(tx: Transaction) -> Round:
        made = create_round(tx, NEW, by="a1")
        add_units(tx, made.round_id, units, BODIES, by="a1")
        return made

    return run(office, plan)


def agreed_round(office: Database, decisions: Decisions) -> Round:
    made = new_round(office)
    run(office, lambda tx: submit_plan(tx, made.round_id, by="a1"))
    decision = decisions.record(AGREE_PLAN, Scope(made.round_id, frozenset({"U01", "U02"})))
    return run(office, lambda tx: agree_plan(tx, made.round_id, decision, decisions, by="a1"))


def fix(office: Database, made: Round, decision: str, decisions: Decisions) -> Round:
    return run(
        office,
        lambda tx: fix_targets(
            tx, made.round_id, decision, decisions, bodies=BODIES, asked=ASKED, deciders=("leading_group",), by="a1"
        ),
    )


def test_a_round_starts_as_a_draft_under_its_usual_name(office: Database):
    made = new_round(office)

    assert (made.name, made.state) == ("十五届县委第八轮巡察", RoundState.DRAFT)
    assert journal_kinds(office)[-2:] == ["inspection.round_created", "inspection.units_added"]


@pytest.mark.parametrize(
    "wrong",
    [
        NewRound(term_no=0, year=2026, seq=8, kind=RoundKind.ROUTINE),
        NewRound(term_no=15, year=26, seq=8, kind=RoundKind.ROUTINE),
        NewRound(term_no=15, year=2026, seq=8, kind=RoundKind.SPECIAL),
        NewRound(term_no=15, year=2026, seq=8, kind=RoundKind.ROUTINE, site_to=NEW.site_to),
    ],
)
def test_a_round_that_cannot_be_is_refused(office: Database, wrong: NewRound):
    with pytest.raises(RoundInvalidError):
        run(office, lambda tx: create_round(tx, wrong, by="a1"))


def test_a_term_has_each_round_once(office: Database):
    new_round(office)

    with pytest.raises(RoundExistsError):
        run(office, lambda tx: create_round(tx, NEW, by="a1"))


def test_units_are_added_once_and_show_at_once_who_will_be_recused(office: Database):
    made = new_round(office)

    units = run(office, lambda tx: add_units(tx, made.round_id, ["U02", "U06"], BODIES, by="a1"))

    assert [(unit.unit_id, unit.body) for unit in units] == [("U01", ""), ("U02", "audit"), ("U06", "congress")]


def test_an_unknown_unit_leaves_the_round_as_it_was(office: Database):
    made = new_round(office)

    with pytest.raises(UnitUnknownError):
        run(office, lambda tx: add_units(tx, made.round_id, ["U05", "U99"], BODIES, by="a1"))

    assert office.reader.read_sync(lambda c: store.unit_ids_of(c, made.round_id)) == ("U01", "U02")


def test_an_empty_round_goes_nowhere(office: Database):
    made = run(office, lambda tx: create_round(tx, NEW, by="a1"))

    with pytest.raises(RoundEmptyError):
        run(office, lambda tx: submit_plan(tx, made.round_id, by="a1"))


def test_a_submitted_plan_is_closed_to_changes_until_it_is_returned(office: Database):
    made = new_round(office)
    run(office, lambda tx: submit_plan(tx, made.round_id, by="a1"))

    with pytest.raises(RoundStateError) as caught:
        run(office, lambda tx: add_units(tx, made.round_id, ["U03"], BODIES, by="a1"))

    assert caught.value.facts["possible"] == "DRAFT"
    run(office, lambda tx: return_plan(tx, made.round_id, by="a1"))
    assert len(run(office, lambda tx: add_units(tx, made.round_id, ["U03"], BODIES, by="a1"))) == 3


@pytest.mark.article("A1.2b")
@pytest.mark.parametrize("decided", [{"U01"}, {"U01", "U02", "U03"}, {"U01", "U03"}, set()])
def test_a_decision_that_differs_by_one_unit_fixes_nothing(office: Database, decisions: Decisions, decided: set[str]):
    made = agreed_round(office, decisions)
    decision = decisions.record(FIX_TARGETS, Scope(made.round_id, frozenset(decided)))

    with pytest.raises(DecisionScopeError) as caught:
        fix(office, made, decision, decisions)

    assert set(caught.value.facts["missing"].split()) - {"-"} == {"U01", "U02"} - decided
    assert set(caught.value.facts["extra"].split()) - {"-"} == decided - {"U01", "U02"}
    assert office.reader.read_sync(lambda c: store.get_round(c, made.round_id)).state is RoundState.PLAN_AGREED


@pytest.mark.article("A1.2b")
def test_a_decision_of_another_round_or_of_another_meeting_fixes_nothing(office: Database, decisions: Decisions):
    made = agreed_round(office, decisions)
    units = frozenset({"U01", "U02"})
    elsewhere = decisions.record(FIX_TARGETS, Scope("another-round", units))
    others = decisions.record(FIX_TARGETS, Scope(made.round_id, units), by="office_head")

    for decision, error in ((elsewhere, DecisionScopeError), (others, DeciderError)):
        with pytest.raises(error):
            fix(office, made, decision, decisions)


@pytest.mark.article("A3.2a")
def test_fixing_the_targets_shows_the_gap_of_a_body_that_is_inspected_itself(office: Database, decisions: Decisions):
    made = fixed_round(office, decisions)

    gaps = office.reader.read_sync(lambda c: store.gaps_of(c, made.round_id))

    assert made.state is RoundState.TARGETS_FIXED
    assert made.targets_fixed_on is not None
    assert gaps == (StoredGap("U02", "audit", ""),)


def test_targets_are_fixed_only_in_their_turn(office: Database, decisions: Decisions):
    made = new_round(office)
    decision = decisions.record(FIX_TARGETS, Scope(made.round_id, frozenset({"U01", "U02"})))

    with pytest.raises(RoundStateError) as caught:
        fix(office, made, decision, decisions)

    assert caught.value.facts["possible"] == "PLAN_AGREED"


def test_errors_carry_ids_and_never_names(office: Database):
    with pytest.raises(GuantongError) as caught:
        run(office, lambda tx: submit_plan(tx, "no-such-round", by="a1"))

    assert isinstance(caught.value, RoundNotFoundError)
    assert caught.value.facts == {"round_id": "no-such-round"}


def test_rounds_are_listed_newest_first_in_pages(office: Database):
    made = [
        run(
            office,
            lambda tx, seq=seq: create_round(  # type: ignore[misc]
                tx, NewRound(term_no=15, year=2026, seq=seq, kind=RoundKind.ROUTINE), by="a1"
            ),
        )
        for seq in (1, 2, 3)
    ]

    first = office.reader.read_sync(lambda c: store.list_rounds(c, 2))
    rest = office.reader.read_sync(lambda c: store.list_rounds(c, 2, before=first[-1].round_id))

    assert [one.seq for one in (*first, *rest)] == [3, 2, 1]
    assert {one.round_id for one in made} == {one.round_id for one in (*first, *rest)}
