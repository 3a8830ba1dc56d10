"""Plans a round: creates it, puts units in, and fixes the targets by a recorded decision on exactly these units."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from services.chassis.clock import beijing_date
from services.chassis.storage import Transaction
from services.inspection.decisions import AGREE_PLAN, FIX_TARGETS, RequireDecision, Scope, require_exactly
from services.inspection.journaling import note
from services.inspection.rounds import store
from services.inspection.rounds.errors import (
    RoundEmptyError,
    RoundExistsError,
    RoundInvalidError,
    RoundStateError,
)
from services.inspection.rounds.records import NewRound, Round, RoundState, Step, Target, gaps, sources_of, step_for
from services.inspection.rounds.tables import GAPS, ROUND_UNITS, ROUNDS
from services.inspection.units.queries import BodyNames, UnitOn, units_on


def create_round(tx: Transaction, new: NewRound, *, by: str) -> Round:
    """Create a round in state DRAFT.

    Raises:
        RoundInvalidError: a field cannot be.
        RoundExistsError: the term already has that round.

    """
    faults = new.faults()
    if faults:
        raise RoundInvalidError(field=", ".join(faults))
    taken = sa.select(ROUNDS.c.id).where(ROUNDS.c.term_no == new.term_no, ROUNDS.c.seq == new.seq)
    if tx.connection.execute(taken).first() is not None:
        raise RoundExistsError(term_no=new.term_no, seq=new.seq)
    round_id = tx.new_id()
    tx.connection.execute(
        sa.insert(ROUNDS).values(
            id=round_id,
            term_no=new.term_no,
            year=new.year,
            seq=new.seq,
            name=new.title,
            kind=new.kind.value,
            special_topic=new.special_topic,
            state=RoundState.DRAFT.value,
            site_from=new.site_from,
            site_to=new.site_to,
            created_by=by,
            created_at=tx.now,
        )
    )
    note(tx, "round_created", round=round_id, by=by)
    return store.get_round(tx.connection, round_id)


def add_units(
    tx: Transaction, round_id: str, unit_ids: Sequence[str], bodies: BodyNames, *, by: str
) -> tuple[UnitOn, ...]:
    """Put units of the master data into a round that is still a draft; adding one twice changes nothing.

    Returns all units of the round as they are today, each with the coordinating body it is, if any: whoever plans
    the round sees at once who will be recused.

    Raises:
        RoundStateError: the plan has been submitted.
        UnitUnknownError: a unit is not in the ledger today.

    """
    current = store.get_round(tx.connection, round_id)
    if current.state is not RoundState.DRAFT:
        raise _not_here(current, "add_units", "A2.1b", (RoundState.DRAFT,))
    present = store.unit_ids_of(tx.connection, round_id)
    new = [unit_id for unit_id in dict.fromkeys(unit_ids) if unit_id not in present]
    rows = units_on(tx.connection, [*present, *new], beijing_date(tx.now), bodies)
    bodies_of = {unit.unit_id: unit.body for unit in rows}
    for position, unit_id in enumerate(new, len(present)):
        values = {"round_id": round_id, "unit_id": unit_id, "position": position, "body": bodies_of[unit_id]}
        tx.connection.execute(sa.insert(ROUND_UNITS).values(**values, added_at=tx.now))
    if new:
        note(tx, "units_added", round=round_id, units=new, by=by)
    return rows


def submit_plan(tx: Transaction, round_id: str, *, by: str) -> Round:
    """Submit targets and teams to the leading group (A2.1b)."""
    current, step = allowed(tx, round_id, "submit_plan")
    _units(tx, round_id, step)
    return advance(tx, current, step, by=by)


def return_plan(tx: Transaction, round_id: str, *, by: str) -> Round:
    """Take the plan back as a draft: the leading group wants it changed (A2.1c)."""
    return advance(tx, *allowed(tx, round_id, "return_plan"), by=by)


def agree_plan(tx: Transaction, round_id: str, decision_id: str, require: RequireDecision, *, by: str) -> Round:
    """Record that the leading group consents, by a decision on exactly these units (A2.1c)."""
    current, step = allowed(tx, round_id, "agree_plan")
    scope = Scope(round_id, frozenset(_units(tx, round_id, step)))
    require_exactly(require, tx, decision_id, AGREE_PLAN, scope, article=step.article, deciders=("leading_group",))
    return advance(tx, current, step, by=by, plan_decision_id=decision_id)


def fix_targets(
    tx: Transaction,
    round_id: str,
    decision_id: str,
    require: RequireDecision,
    *,
    bodies: BodyNames,
    asked: Sequence[str],
    deciders: Collection[str],
    by: str,
) -> Round:
    """Fix the targets (A1.2b) by a decision on exactly the round's units, and settle who is recused.

    Args:
        tx: The unit of work.
        round_id: The round.
        decision_id: A confirmed decision of one of `deciders`.
        require: Finds the decision.
        bodies: Coordinating bodies by name.
        asked: Bodies that letters of the round go to; a unit that is one of them leaves a gap.
        deciders: Who may fix targets in this county.
        by: The account that answers for it.

    """
    current, step = allowed(tx, round_id, "fix_targets")
    unit_ids = _units(tx, round_id, step)
    scope = Scope(round_id, frozenset(unit_ids))
    decided = require_exactly(require, tx, decision_id, FIX_TARGETS, scope, article=step.article, deciders=deciders)
    targets = [Target(one.unit_id, one.name, one.body) for one in _today(tx, unit_ids, bodies)]
    for target in targets:
        where = (ROUND_UNITS.c.round_id == round_id, ROUND_UNITS.c.unit_id == target.unit_id)
        tx.connection.execute(sa.update(ROUND_UNITS).where(*where).values(body=target.body))
    for gap in gaps(asked, targets):
        tx.connection.execute(sa.insert(GAPS).values(round_id=round_id, unit_id=gap.unit_id, body=gap.body))
    changes = {"targets_decision_id": decision_id, "targets_fixed_on": decided.decided_on}
    return advance(tx, current, step, by=by, **changes)


def allowed(tx: Transaction, round_id: str, act: str) -> tuple[Round, Step]:
    """The round and the step that `act` makes from its state.

    Raises:
        RoundStateError: the act is not possible there.

    """
    current = store.get_round(tx.connection, round_id)
    step = step_for(current.state, act)
    if step is None:
        raise _not_here(current, act, "-", sources_of(act))
    return current, step


def advance(tx: Transaction, current: Round, step: Step, *, by: str, **changes: Any) -> Round:
    """Move the round on and journal the step with its article and whatever decision it rests on."""
    tx.connection.execute(
        sa.update(ROUNDS).where(ROUNDS.c.id == current.round_id).values(state=step.target.value, **changes)
    )
    ids = {key: value for key, value in changes.items() if key.endswith("_id")}
    facts = {"act": step.act, "to": step.target.value, "article": step.article}
    note(tx, "round_moved", round=current.round_id, by=by, **facts, **ids)
    return store.get_round(tx.connection, current.round_id)


def _units(tx: Transaction, round_id: str, step: Step) -> tuple[str, ...]:
    unit_ids = store.unit_ids_of(tx.connection, round_id)
    if not unit_ids:
        raise RoundEmptyError(article=step.article)
    return unit_ids


def _today(tx: Transaction, unit_ids: Sequence[str], bodies: BodyNames) -> tuple[UnitOn, ...]:
    return units_on(tx.connection, unit_ids, beijing_date(tx.now), bodies)


def _not_here(current: Round, act: str, article: str, possible: Collection[RoundState]) -> RoundStateError:
    where = " ".join(state.value for state in possible) or "-"
    return RoundStateError(state=current.state.value, act=act, article=article, possible=where)
