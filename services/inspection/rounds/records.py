"""Rules of a round before entry: states and their guards, self-inspection, and who is asked about which unit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class RoundState(StrEnum):
    """How far a round is; each name is the business state that people use."""

    DRAFT = "DRAFT"
    PLAN_SUBMITTED = "PLAN_SUBMITTED"
    PLAN_AGREED = "PLAN_AGREED"
    TARGETS_FIXED = "TARGETS_FIXED"
    PREPARING = "PREPARING"
    ON_SITE = "ON_SITE"
    REPORTING = "REPORTING"
    CANCELLED = "CANCELLED"


class RoundKind(StrEnum):
    """常规, 专项, 机动, 提级, 交叉, 回头看, 上下联动."""

    ROUTINE = "routine"
    SPECIAL = "special"
    MOBILE = "mobile"
    UPGRADED = "upgraded"
    CROSS = "cross"
    LOOK_BACK = "look_back"
    LINKED = "linked"


@dataclass(frozen=True)
class Step:
    """One allowed move of a round, the act that makes it, and the article behind it."""

    source: RoundState
    act: str
    target: RoundState
    article: str


_CANCELLABLE = (
    RoundState.DRAFT,
    RoundState.PLAN_SUBMITTED,
    RoundState.PLAN_AGREED,
    RoundState.TARGETS_FIXED,
    RoundState.PREPARING,
)
STEPS: tuple[Step, ...] = (
    Step(RoundState.DRAFT, "submit_plan", RoundState.PLAN_SUBMITTED, "A2.1b"),
    Step(RoundState.PLAN_SUBMITTED, "agree_plan", RoundState.PLAN_AGREED, "A2.1c"),
    Step(RoundState.PLAN_SUBMITTED, "return_plan", RoundState.DRAFT, "A2.1c"),
    Step(RoundState.PLAN_AGREED, "fix_targets", RoundState.TARGETS_FIXED, "A1.2b"),
    Step(RoundState.TARGETS_FIXED, "open_preparation", RoundState.PREPARING, "A3.2a"),
    Step(RoundState.PREPARING, "enter", RoundState.ON_SITE, "A3.4b"),
    Step(RoundState.ON_SITE, "leave", RoundState.REPORTING, "A2.3a"),
    *(Step(source, "cancel", RoundState.CANCELLED, "A2.1b") for source in _CANCELLABLE),
)


def step_for(state: RoundState, act: str) -> Step | None:
    """The move that `act` makes from `state`, or None where it is not allowed."""
    return next((step for step in STEPS if step.source == state and step.act == act), None)


def targets_are_fixed(state: RoundState) -> bool:
    """Whether letters that disclose the targets may be written (A1.2b, A3.2a)."""
    return state in {RoundState.TARGETS_FIXED, RoundState.PREPARING, RoundState.ON_SITE, RoundState.REPORTING}


@dataclass(frozen=True)
class Target:
    """A unit of the round; `body` is the node id when the unit is itself one of the coordinating bodies."""

    unit_id: str
    name: str
    body: str = ""


@dataclass(frozen=True)
class Addressed:
    """What one body is asked: the units it may brief on, and those removed because they are itself."""

    body: str
    asked: tuple[Target, ...]
    removed: tuple[Target, ...]


@dataclass(frozen=True)
class Gap:
    """A unit that a body would have to brief on about itself; shown to the office only."""

    unit_id: str
    body: str


def address(bodies: Sequence[str], targets: Sequence[Target]) -> tuple[Addressed, ...]:
    """Split the targets per addressed body (A3.2a): nobody is asked about itself."""
    return tuple(
        Addressed(
            body,
            asked=tuple(target for target in targets if target.body != body),
            removed=tuple(target for target in targets if target.body == body),
        )
        for body in bodies
    )


def gaps(bodies: Sequence[str], targets: Sequence[Target]) -> tuple[Gap, ...]:
    """Every (unit, body) pair that self-inspection leaves without a briefing."""
    return tuple(
        Gap(target.unit_id, addressed.body) for addressed in address(bodies, targets) for target in addressed.removed
    )


def is_recused(body: str, target: Target) -> bool:
    """Whether `body` is the unit itself: its people then have only the rights of the inspected unit."""
    return target.body == body


def scope_matches(decided: Collection[str], units: Iterable[str]) -> bool:
    """Whether a decision names exactly these units: neither more nor fewer is "this scope"."""
    return set(decided) == set(units)


def on_site(state: RoundState, site_from: date | None, site_to: date | None, today: date) -> bool:
    """Whether the round is on site today; new information outside is accepted and marked (A3.2j)."""
    if state is not RoundState.ON_SITE or site_from is None:
        return False
    return site_from <= today and (site_to is None or today <= site_to)


@dataclass(frozen=True, kw_only=True)
class NewRound:
    """What is entered to create a round."""

    term_no: int
    year: int
    seq: int
    kind: RoundKind
    name: str = ""
    special_topic: str = ""
    site_from: date | None = None
    site_to: date | None = None

    def faults(self) -> tuple[str, ...]:
        """The fields that cannot be."""
        found = [name for name in ("term_no", "seq") if not 1 <= getattr(self, name) < 100]
        if not 2000 <= self.year <= 2100:
            found.append("year")
        if (self.kind is RoundKind.SPECIAL) != bool(self.special_topic):
            found.append("special_topic")
        if self.site_to is not None and (self.site_from is None or self.site_to < self.site_from):
            found.append("site_to_date")
        return tuple(found)

    @property
    def title(self) -> str:
        """The name given, or the usual one."""
        return self.name or f"{numeral(self.term_no)}届县委第{numeral(self.seq)}轮巡察"


@dataclass(frozen=True, kw_only=True)
class Round:
    """A round as it stands."""

    round_id: str
    term_no: int
    year: int
    seq: int
    name: str
    kind: RoundKind
    special_topic: str
    state: RoundState
    site_from: date | None
    site_to: date | None
    targets_fixed_on: date | None


def numeral(number: int) -> str:
    """A number from 1 to 99 as the names of rounds write it: 八, 十五, 二十一."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if tens == 0:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def sources_of(act: str) -> tuple[RoundState, ...]:
    """The states from which `act` is possible."""
    return tuple(step.source for step in STEPS if step.act == act)
