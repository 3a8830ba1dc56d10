"""Records who fills the gap that self-inspection leaves; the gap itself stays shown."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from services.chassis.storage import Transaction
from services.inspection.decisions import CHOOSE_SUBSTITUTE, RequireDecision, Scope, require_exactly
from services.inspection.journaling import note
from services.inspection.letters.tables import LETTERS
from services.inspection.rounds import store
from services.inspection.rounds.errors import GapNotFoundError, SubstituteError
from services.inspection.rounds.store import StoredGap
from services.inspection.rounds.tables import GAPS


def choose_substitute(
    tx: Transaction,
    round_id: str,
    gap: StoredGap,
    require: RequireDecision,
    *,
    known: Collection[str],
    decision_id: str = "",
    by: str,
) -> StoredGap:
    """Record that `gap.substitute` tells about `gap.unit_id` in place of `gap.body`, as the head of the office chose.

    A recorded decision may stand behind it; where one is named it has to cover exactly this unit. `known` are the
    bodies that may be asked. Choosing again is possible until the letter to the substitute is drafted.

    Raises:
        GapNotFoundError: that body is not recused from that unit.
        SubstituteError: the substitute may not be asked, is the unit or the recused body, or was asked already.

    """
    current = store.get_round(tx.connection, round_id)
    gaps = store.gaps_of(tx.connection, round_id)
    present = next((one for one in gaps if (one.unit_id, one.body) == (gap.unit_id, gap.body)), None)
    if present is None:
        raise GapNotFoundError(unit_id=gap.unit_id, body=gap.body)
    if gap.substitute not in known:
        raise SubstituteError(substitute=gap.substitute, problem="it may not be asked / 不在可商请单位之列")
    recused = {one.body for one in gaps if one.unit_id == gap.unit_id}
    recused.add(store.target_of(tx.connection, round_id, gap.unit_id).body)
    if gap.substitute in recused:
        raise SubstituteError(substitute=gap.substitute, problem="it is the inspected unit itself / 本身为被巡察单位")
    if present.substitute and _asked(tx, round_id, present):
        raise SubstituteError(substitute=gap.substitute, problem="another was asked already / 已向其他单位发函")
    if decision_id:
        scope = Scope(current.round_id, frozenset({gap.unit_id}))
        require_exactly(require, tx, decision_id, CHOOSE_SUBSTITUTE, scope, article="A3.2a")
    c = GAPS.c
    tx.connection.execute(
        sa.update(GAPS)
        .where(c.round_id == round_id, c.unit_id == gap.unit_id, c.body == gap.body)
        .values(substitute=gap.substitute, decision_id=decision_id or None, chosen_by=by, chosen_at=tx.now)
    )
    note(tx, "substitute_chosen", round=round_id, unit=gap.unit_id, body=gap.body, substitute=gap.substitute, by=by)
    return gap


def _asked(tx: Transaction, round_id: str, gap: StoredGap) -> bool:
    c = LETTERS.c
    where = (c.round_id == round_id, c.body == gap.substitute, c.stands_for == gap.body)
    return tx.connection.execute(sa.select(c.id).where(*where)).first() is not None
