"""Recorded decisions: entered by one person, confirmed by another, corrected by another entry, never changed."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa

from services.chassis.clock import beijing_date
from services.chassis.desk.decision_records import (
    Decision,
    DecisionState,
    DecisionText,
    Form,
    Scope,
    check_text,
    decision_digest,
    demand_covers,
    demand_settleable,
)
from services.chassis.desk.errors import (
    DecisionNotFoundError,
    DecisionStateError,
    RemarksMissingError,
    ShownDigestError,
)
from services.chassis.desk.record import Fact, note
from services.chassis.desk.tables import DECISIONS
from services.chassis.storage import Transaction

COUNTY_SETTING = "county setting"
"""Cited by a guard that the county asks for and the opinion does not."""


def record_decision(tx: Transaction, text: DecisionText, by: str, corrects_id: str = "") -> Decision:
    """Enter a decision; it counts for nothing until another person confirms it.

    With `corrects_id` it takes the place of that entry when it is confirmed; until then the earlier one counts.

    Raises:
        DecisionInvalidError: something the guards need is not stated.
        DecisionNotFoundError: the entry to be corrected does not exist.
        DecisionStateError: the entry to be corrected does not count (any more).

    """
    check_text(text, beijing_date(tx.now))
    if corrects_id:
        _demand_counting(get_decision(tx.connection, corrects_id))
    digest = decision_digest(text, corrects_id)
    decision = Decision(tx.new_id(), text, digest, DecisionState.ENTERED, by, tx.now, corrects_id)
    _insert(tx, decision)
    _note(tx, "entered", decision, by)
    return decision


def confirm_decision(tx: Transaction, decision_id: str, shown_digest: bytes, by: str) -> Decision:
    """Confirm what another person entered, after comparing it with the scan.

    Raises:
        OwnWorkError: `by` entered it.
        ShownDigestError: what was displayed is not what was entered.
        DecisionStateError: it was settled before, or what it corrects does not count any more.

    """
    decision = get_decision(tx.connection, decision_id)
    demand_settleable(decision, by)
    if not hmac.compare_digest(decision.digest, shown_digest):
        raise ShownDigestError
    if decision.corrects_id:
        earlier = get_decision(tx.connection, decision.corrects_id)
        _demand_counting(earlier)
        _update(tx, replace(earlier, state=DecisionState.CORRECTED, corrected_by_id=decision_id))
        _note(tx, "corrected", earlier, by)
    confirmed = replace(decision, state=DecisionState.CONFIRMED, settled_by=by, settled_at=tx.now)
    _update(tx, confirmed)
    _note(tx, "confirmed", confirmed, by)
    return confirmed


def refuse_decision(tx: Transaction, decision_id: str, remark: str, by: str) -> Decision:
    """Refuse what another person entered; it is kept as refused.

    Raises:
        OwnWorkError: `by` entered it.
        RemarksMissingError: nothing is said about what is wrong.
        DecisionStateError: it was settled before.

    """
    decision = get_decision(tx.connection, decision_id)
    demand_settleable(decision, by)
    if not remark.strip():
        raise RemarksMissingError(field="remark")
    refused = replace(decision, state=DecisionState.REFUSED, settled_by=by, settled_at=tx.now, refusal_remark=remark)
    _update(tx, refused)
    _note(tx, "refused", refused, by)
    return refused


def require_decision(
    tx: Transaction,
    decision_id: str,
    purpose: str,
    scope: Scope,
    *,
    deciders: Collection[str] = (),
    article: str = COUNTY_SETTING,
) -> Decision:
    """The decision, if it counts and covers exactly this purpose and scope.

    Args:
        tx: The unit that does the guarded act.
        decision_id: The decision that the caller names.
        purpose: The act, as decisions name it: for example `targets.fix`.
        scope: Exactly what the act is about.
        deciders: Whose decision it must be; anyone's when empty.
        article: The article of the opinion that asks for a decision.

    Raises:
        DecisionNotFoundError: there is no such decision.
        DecisionMissingError: it does not count, or covers anything more, less or other.

    """
    decision = get_decision(tx.connection, decision_id)
    demand_covers(decision, purpose, scope, deciders=deciders, article=article)
    return decision


def get_decision(connection: sa.Connection, decision_id: str) -> Decision:
    """The decision of that id.

    Raises:
        DecisionNotFoundError: there is none.

    """
    row = connection.execute(sa.select(DECISIONS).where(DECISIONS.c.id == decision_id)).mappings().one_or_none()
    if row is None:
        raise DecisionNotFoundError(decision_id=decision_id)
    return _decision(row)


def list_decisions(
    connection: sa.Connection, states: Collection[DecisionState] = (), after: str | None = None, limit: int = 100
) -> list[Decision]:
    """Decisions in the order they were entered, those after the id `after`; of all states when none is named."""
    query = sa.select(DECISIONS)
    if states:
        query = query.where(DECISIONS.c.state.in_([state.value for state in states]))
    if after is not None:
        query = query.where(DECISIONS.c.id > after)
    return [_decision(row) for row in connection.execute(query.order_by(DECISIONS.c.id).limit(limit)).mappings()]


def _demand_counting(decision: Decision) -> None:
    if decision.state is not DecisionState.CONFIRMED:
        raise DecisionStateError(state=decision.state.value, needed=DecisionState.CONFIRMED.value)


def _insert(tx: Transaction, decision: Decision) -> None:
    text = decision.text
    tx.connection.execute(
        sa.insert(DECISIONS).values(
            id=decision.decision_id,
            decided_by=text.decided_by,
            number=text.number,
            decided_date=text.decided_on,
            form=text.form.value,
            participants=list(text.participants),
            acts=sorted(text.acts),
            round_id=text.scope.round_id,
            unit_ids=sorted(text.scope.unit_ids),
            person_ids=sorted(text.scope.person_ids),
            scan_digest=text.scan_digest,
            corrects_id=decision.corrects_id or None,
            digest=decision.digest,
            entered_by=decision.entered_by,
            entered_at=decision.entered_at,
            **_changing(decision),
        )
    )


def _update(tx: Transaction, decision: Decision) -> None:
    row = DECISIONS.c.id == decision.decision_id
    tx.connection.execute(sa.update(DECISIONS).where(row).values(**_changing(decision)))


def _changing(decision: Decision) -> dict[str, object]:
    return {
        "state": decision.state.value,
        "settled_by": decision.settled_by,
        "settled_at": decision.settled_at,
        "refusal_remark": decision.refusal_remark,
        "corrected_by_id": decision.corrected_by_id or None,
    }


def _decision(row: sa.RowMapping) -> Decision:
    scope = Scope(row["round_id"], frozenset(row["unit_ids"]), frozenset(row["person_ids"]))
    text = DecisionText(
        row["decided_by"],
        row["number"],
        row["decided_date"],
        Form(row["form"]),
        tuple(row["participants"]),
        frozenset(row["acts"]),
        scope,
        row["scan_digest"],
    )
    return Decision(
        decision_id=row["id"],
        text=text,
        digest=row["digest"],
        state=DecisionState(row["state"]),
        entered_by=row["entered_by"],
        entered_at=row["entered_at"],
        corrects_id=row["corrects_id"] or "",
        settled_by=row["settled_by"],
        settled_at=row["settled_at"],
        refusal_remark=row["refusal_remark"],
        corrected_by_id=row["corrected_by_id"] or "",
    )


def _note(tx: Transaction, what: str, decision: Decision, by: str) -> None:
    facts: dict[str, Fact] = {"decision_id": decision.decision_id, "digest": decision.digest, "by": by}
    note(tx, f"desk.decision_{what}", facts)
