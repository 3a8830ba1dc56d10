"""Recorded decisions: two persons, exactly this scope, nothing ever changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from services.chassis.desk.decision_records import Decision, DecisionState, DecisionText, Form, Scope
from services.chassis.desk.decisions import (
    confirm_decision,
    get_decision,
    list_decisions,
    record_decision,
    refuse_decision,
    require_decision,
)
from services.chassis.desk.errors import (
    DecisionInvalidError,
    DecisionMissingError,
    DecisionNotFoundError,
    DecisionStateError,
    OwnWorkError,
    RemarksMissingError,
    ShownDigestError,
)
from services.chassis.journal.store import read
from services.chassis.storage import Database
from tests.integration.desk.desk_for_tests import do

SCOPE = Scope("round-1", frozenset({"unit-1", "unit-2"}), frozenset({"person-1"}))
TEXT = DecisionText(
    "leading_group",
    "县委巡察领〔2026〕2号",
    date(2026, 3, 1),
    Form.MEETING,
    ("甲", "乙"),
    frozenset({"targets.fix", "plan.agree"}),
    SCOPE,
    b"s" * 32,
)


def entered(database: Database, text: DecisionText = TEXT, corrects: str = "") -> Decision:
    return do(database, lambda tx: record_decision(tx, text, "clerk-1", corrects))


def confirmed(database: Database, text: DecisionText = TEXT, corrects: str = "") -> Decision:
    decision = entered(database, text, corrects)
    return do(database, lambda tx: confirm_decision(tx, decision.decision_id, decision.digest, "leader-1"))


def require(database: Database, decision: Decision, purpose: str = "targets.fix", scope: Scope = SCOPE) -> Decision:
    return do(
        database,
        lambda tx: require_decision(
            tx, decision.decision_id, purpose, scope, deciders=("leading_group",), article="A1.2b"
        ),
    )


@pytest.mark.article("A1.2b")
def test_a_decision_on_exactly_this_lets_the_act_pass(database: Database):
    decision = confirmed(database)

    assert require(database, decision) == decision
    assert (decision.state, decision.settled_by) == (DecisionState.CONFIRMED, "leader-1")
    assert decision.text == TEXT


@pytest.mark.parametrize(
    ("purpose", "scope", "differs"),
    [
        ("bulletin.issue", SCOPE, "acts"),
        ("targets.fix", replace(SCOPE, round_id="round-2"), "round_id"),
        ("targets.fix", replace(SCOPE, unit_ids=frozenset({"unit-1"})), "unit_ids"),
        ("targets.fix", replace(SCOPE, unit_ids=SCOPE.unit_ids | {"unit-3"}), "unit_ids"),
        ("targets.fix", replace(SCOPE, person_ids=frozenset()), "person_ids"),
        ("targets.fix", Scope("", SCOPE.unit_ids | {"person-1"}), "round_id, unit_ids, person_ids"),
    ],
)
def test_a_decision_on_anything_else_is_no_decision(database: Database, purpose: str, scope: Scope, differs: str):
    decision = confirmed(database)

    with pytest.raises(DecisionMissingError) as refused:
        require(database, decision, purpose, scope)

    assert (refused.value.facts["differs"], refused.value.facts["article"]) == (differs, "A1.2b")


def test_a_decision_of_somebody_else_is_no_decision(database: Database):
    decision = confirmed(database, replace(TEXT, decided_by="office_head"))

    with pytest.raises(DecisionMissingError, match="decided_by"):
        require(database, decision)


def test_it_counts_for_nothing_until_another_person_confirms_it(database: Database):
    decision = entered(database)

    with pytest.raises(DecisionMissingError, match="state"):
        require(database, decision)
    with pytest.raises(OwnWorkError):
        do(database, lambda tx: confirm_decision(tx, decision.decision_id, decision.digest, "clerk-1"))
    with pytest.raises(ShownDigestError):
        do(database, lambda tx: confirm_decision(tx, decision.decision_id, bytes(32), "leader-1"))


def test_a_refused_entry_is_kept_and_never_counts(database: Database):
    decision = entered(database)
    with pytest.raises(RemarksMissingError):
        do(database, lambda tx: refuse_decision(tx, decision.decision_id, " ", "leader-1"))

    refused = do(database, lambda tx: refuse_decision(tx, decision.decision_id, "与扫描件不符", "leader-1"))

    assert database.reader.read_sync(partial(get_decision, decision_id=decision.decision_id)) == refused
    assert refused.refusal_remark == "与扫描件不符"
    with pytest.raises(DecisionStateError):
        do(database, lambda tx: confirm_decision(tx, decision.decision_id, decision.digest, "leader-1"))
    with pytest.raises(DecisionMissingError):
        require(database, refused)


def test_a_correction_is_another_entry_and_counts_once_confirmed(database: Database):
    wrong = confirmed(database, replace(TEXT, scope=replace(SCOPE, unit_ids=frozenset({"unit-1"}))))
    right = entered(database, TEXT, wrong.decision_id)
    assert require(database, wrong, scope=wrong.text.scope)

    right = do(database, lambda tx: confirm_decision(tx, right.decision_id, right.digest, "leader-1"))

    assert require(database, right)
    old = database.reader.read_sync(partial(get_decision, decision_id=wrong.decision_id))
    assert old == replace(wrong, state=DecisionState.CORRECTED, corrected_by_id=right.decision_id)
    with pytest.raises(DecisionMissingError, match="state"):
        require(database, old, scope=wrong.text.scope)
    with pytest.raises(DecisionStateError):
        entered(database, TEXT, wrong.decision_id)


def test_of_two_corrections_of_one_entry_one_counts(database: Database):
    wrong = confirmed(database)
    one, other = (entered(database, TEXT, wrong.decision_id) for _ in range(2))
    do(database, lambda tx: confirm_decision(tx, one.decision_id, one.digest, "leader-1"))

    with pytest.raises(DecisionStateError):
        do(database, lambda tx: confirm_decision(tx, other.decision_id, other.digest, "leader-1"))


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("number", replace(TEXT, number=" ")),
        ("decided_by", replace(TEXT, decided_by="")),
        ("decided_date", replace(TEXT, decided_on=date(2026, 3, 3))),
        ("participants", replace(TEXT, participants=())),
        ("acts", replace(TEXT, acts=frozenset())),
        ("scan_digest", replace(TEXT, scan_digest=b"short")),
        ("scope", replace(TEXT, scope=Scope("round-1", frozenset({""})))),
    ],
)
def test_what_a_guard_will_need_must_be_stated(database: Database, field: str, text: DecisionText):
    with pytest.raises(DecisionInvalidError) as refused:
        entered(database, text)

    assert refused.value.facts["field"] == field


def test_the_journal_tells_of_every_step_without_names(database: Database):
    wrong = confirmed(database)
    confirmed(database, TEXT, wrong.decision_id)

    entries = database.reader.read_sync(read)

    assert [entry.kind for entry in entries] == [
        "desk.decision_entered",
        "desk.decision_confirmed",
        "desk.decision_entered",
        "desk.decision_corrected",
        "desk.decision_confirmed",
    ]
    assert not any("甲".encode() in entry.payload for entry in entries)


def test_decisions_are_listed_as_entered(database: Database):
    first, second, third = (entered(database) for _ in range(3))
    do(database, lambda tx: confirm_decision(tx, second.decision_id, second.digest, "leader-1"))

    rest = database.reader.read_sync(lambda c: list_decisions(c, after=first.decision_id, limit=1))
    waiting = database.reader.read_sync(lambda c: list_decisions(c, [DecisionState.ENTERED]))

    assert [one.decision_id for one in rest] == [second.decision_id]
    assert [one.decision_id for one in waiting] == [first.decision_id, third.decision_id]


def test_a_decision_that_is_not_there_guards_nothing(database: Database):
    with pytest.raises(DecisionNotFoundError):
        do(database, lambda tx: require_decision(tx, "nothing", "targets.fix", SCOPE))
