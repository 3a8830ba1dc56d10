"""A matter is a fold over its acts: the same acts give the same matter on both sides, in whatever order they came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.chassis.matters import effects
from services.chassis.matters.guards import GUARDS
from services.chassis.matters.handover import HANDOVER
from services.chassis.matters.model import Act, Crossing, Event, Kind, Medium, Row, Standing, State
from services.chassis.matters.notice import NOTICE
from services.chassis.matters.order import Placed, canonical
from services.chassis.matters.reasons import Why
from services.chassis.matters.request import REQUEST
from services.chassis.matters.table import Table

TABLES: Mapping[Kind, Table] = {Kind.NOTICE: NOTICE, Kind.REQUEST: REQUEST, Kind.HANDOVER: HANDOVER}
"""The table of each kind."""


@dataclass(frozen=True)
class Ruling:
    """What a table says about one act: where it leads, or why it does not count."""

    to: State | None
    row: Row | None = None
    why: Why | None = None
    guard: str | None = None


@dataclass(frozen=True)
class Verdict:
    """An act in its place: whether it counts, and if not, why it is only kept and shown."""

    act: Act
    before: State
    after: State
    effective: bool
    unseen: tuple[str, ...] = ()
    """Letters of the other side that stand before it and that its writer had not seen."""
    joins: str | None = None
    """The record of the same step on paper (or the letter) that it joins."""
    why: Why | None = None
    guard: str | None = None

    @property
    def overridden(self) -> bool:
        """It crossed with an act of the opening side, which prevails."""
        return self.why is Why.OPENER_PREVAILED


@dataclass(frozen=True)
class Matter:
    """Where a matter stands, and every act with what became of it, in the one order both sides share."""

    kind: Kind
    standing: Standing
    verdicts: tuple[Verdict, ...]

    @property
    def state(self) -> State:
        """The state of the table."""
        return self.standing.state

    @property
    def over(self) -> bool:
        """Nothing is owed any more."""
        return self.state in TABLES[self.kind].terminal

    @property
    def kept(self) -> tuple[Verdict, ...]:
        """Acts that do not count, with their reasons."""
        return tuple(verdict for verdict in self.verdicts if not verdict.effective)


def fold(kind: Kind, acts: Iterable[Act], stored_at: datetime | None = None) -> Matter:
    """Fold `acts`; `stored_at` is the peer's receipt for the opening letter, as soon as there is one."""
    standing = Standing()
    verdicts: dict[str, Verdict] = {}
    for placed in canonical(acts):
        standing, verdict = _place(TABLES[kind], standing, placed, verdicts)
        verdicts[placed.act.letter_id] = verdict
        if verdict.effective and placed.act.event is Event.OPENED and stored_at is not None:
            standing = effects.store(standing, stored_at)
    return Matter(kind, standing, tuple(verdicts.values()))


def judge(table: Table, standing: Standing, act: Act, *, crossed: bool) -> Ruling:
    """What `table` says about `act` where the matter stands."""
    unproven = _unproven(standing, act)
    if unproven is not None:
        return unproven
    row = table.row(standing.state, act.event, act.side)
    if crossed and row.crossing is Crossing.OVERRIDDEN:
        return Ruling(None, row, Why.OPENER_PREVAILED)
    if row.to is None:
        kept = crossed and row.crossing is Crossing.KEPT
        return Ruling(standing.state, row) if kept else Ruling(None, row, row.why)
    for name in row.guards:
        if not GUARDS[name].check(act.facts, standing, act.side):
            return Ruling(None, row, Why.GUARD, name)
    kept = crossed and row.crossing is Crossing.KEPT
    return Ruling(standing.state if kept else row.to, row)


def _unproven(standing: Standing, act: Act) -> Ruling | None:
    """The refusal of a step that one side records for the other without the paper to show for it."""
    if not act.on_behalf:
        return None
    if act.medium is not Medium.PAPER:
        return Ruling(None, why=Why.SPEAKS_FOR_OTHER)
    if not GUARDS["scan_recorded"].check(act.facts, standing, act.side):
        return Ruling(None, why=Why.GUARD, guard="scan_recorded")
    return None


def _place(
    table: Table, standing: Standing, placed: Placed, earlier: Mapping[str, Verdict]
) -> tuple[Standing, Verdict]:
    act, before = placed.act, standing.state
    joined = _joined(placed, earlier) if _unproven(standing, act) is None else None
    if joined is not None:
        standing = effects.apply(standing, act, before, table.terminal)
        return standing, Verdict(act, before, before, effective=True, unseen=placed.unseen, joins=joined)
    crossed = any(earlier[letter].before is not earlier[letter].after for letter in placed.unseen)
    ruling = judge(table, standing, act, crossed=crossed)
    if ruling.to is None:
        verdict = Verdict(
            act, before, before, effective=False, unseen=placed.unseen, why=ruling.why, guard=ruling.guard
        )
        return standing, verdict
    standing = effects.apply(standing, act, ruling.to, table.terminal)
    return standing, Verdict(act, before, ruling.to, effective=True, unseen=placed.unseen)


def _joined(placed: Placed, earlier: Mapping[str, Verdict]) -> str | None:
    """The same step of the same side, once on paper and once by node, neither writer knowing of the other."""
    act = placed.act
    taken = {verdict.joins for verdict in earlier.values()}
    for letter in placed.unseen:
        other = earlier[letter]
        same = other.act.event is act.event and other.act.side is act.side
        if same and other.effective and other.act.on_behalf is not act.on_behalf and letter not in taken:
            return letter
    return None
