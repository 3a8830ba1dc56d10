"""What the office needs of recorded decisions: one that is confirmed, and exactly what it covers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Protocol

from services.chassis.errors import Fault, GuantongError
from services.chassis.storage import Transaction

AGREE_PLAN = "plan.agree"
FIX_TARGETS = "targets.fix"
AUTHORIZE_TEAM = "team.authorize"
CHOOSE_SUBSTITUTE = "gap.substitute"


@dataclass(frozen=True)
class Scope:
    """What an act needs a decision for: the round, exactly these units and exactly these persons."""

    round_id: str
    unit_ids: frozenset[str] = frozenset()
    person_ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Decided:
    """A decision that one person entered and another confirmed, with everything it covers."""

    decision_id: str
    decided_by: str
    decided_on: date
    scope: Scope


class RequireDecision(Protocol):
    """Finds a confirmed decision."""

    def __call__(self, tx: Transaction, decision_id: str, purpose: str, scope: Scope) -> Decided:
        """The decision, if it counts and covers `purpose`; an error of the decisions otherwise."""
        ...


class DecisionScopeError(GuantongError):
    """The decision covers other units or persons than the act; record one that covers exactly these."""

    reason: ClassVar[str] = "DECISION_SCOPE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The decision does not cover exactly this ({article}): not decided: {missing}; decided but not here: {extra}. "
        "Have a decision recorded for exactly these, or correct the round."
    )
    message_zh: ClassVar[str] = (
        "所引决定与本事项范围不一致({article}): 决定未包含 {missing}; 决定另含 {extra}。"
        "请登记范围完全一致的决定, 或先更正本轮安排。"
    )


class DeciderError(GuantongError):
    """Somebody decided who may not decide this."""

    reason: ClassVar[str] = "DECIDED_BY_ANOTHER"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The decision was taken by {decided_by}; {article} needs one of: {wanted}. Record the decision of one of them."
    )
    message_zh: ClassVar[str] = "该决定由 {decided_by} 作出; {article} 要求由下列之一决定: {wanted}。请登记其决定。"


def require_exactly(
    require: RequireDecision,
    tx: Transaction,
    decision_id: str,
    purpose: str,
    scope: Scope,
    *,
    article: str,
    deciders: Collection[str] = (),
) -> Decided:
    """The decision, if it covers exactly `scope` and one of `deciders` took it (anyone where none are named).

    The comparison is repeated here, beside the act, so that a decision on one unit more or fewer never passes.

    Raises:
        DecisionScopeError: units or persons differ, or it belongs to another round.
        DeciderError: somebody else decided.

    """
    decided = require(tx, decision_id, purpose, scope)
    wanted, covered = _items(scope), _items(decided.scope)
    if wanted != covered:
        missing, extra = (" ".join(sorted(items)) or "-" for items in (wanted - covered, covered - wanted))
        raise DecisionScopeError(article=article, missing=missing, extra=extra)
    if deciders and decided.decided_by not in deciders:
        raise DeciderError(article=article, decided_by=decided.decided_by, wanted=" ".join(sorted(deciders)))
    return decided


def _items(scope: Scope) -> frozenset[str]:
    return frozenset({scope.round_id}) | scope.unit_ids | scope.person_ids
