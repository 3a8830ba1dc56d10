"""The words of a matter: sides, states, events, acts, table rows, and where a matter stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum

from services.chassis.matters.reasons import Why

COUNTY_SETTING = "county setting"
"""Stands where an article would, for a rule that the county and not the opinion sets."""

Facts = Mapping[str, object]
"""What an act states about itself, in JSON's own types; the names are those the guards read."""


class Side(StrEnum):
    """The two sides of a matter: who opened it, and who is addressed."""

    OPENER = "opener"
    ADDRESSEE = "addressee"

    @property
    def other(self) -> Side:
        """The side across."""
        return Side.ADDRESSEE if self is Side.OPENER else Side.OPENER


class Kind(StrEnum):
    """The three ways bodies deal with each other."""

    NOTICE = "notice"
    REQUEST = "request"
    HANDOVER = "handover"


class Medium(StrEnum):
    """How an act reached the other side, or that it is only taken to have reached it."""

    NODE = "node"
    PAPER = "paper"
    DEEMED = "deemed"


class State(StrEnum):
    """Where a matter stands. Late is not among them: it is computed from the clock."""

    UNOPENED = "unopened"
    SENT = "sent"
    STORED = "stored"
    VIEWED = "viewed"
    SIGNED_FOR = "signed_for"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    RETURNED = "returned"
    SETTLED = "settled"
    DECLINED = "declined"
    INTERIM = "interim"
    FINAL = "final"
    NOT_OURS = "not_ours"
    WITHDRAWN = "withdrawn"
    RECALLED = "recalled"
    CLOSED = "closed"


class Event(StrEnum):
    """What a letter, or a step recorded on paper, does to its matter."""

    OPENED = "opened"
    STORED = "stored"
    VIEWED = "viewed"
    SIGNED_FOR = "signed_for"
    DEEMED_SIGNED_FOR = "deemed_signed_for"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ANSWERED = "answered"
    SUPPLEMENTED = "supplemented"
    RETURNED_FOR_COMPLETION = "returned_for_completion"
    REPLY_ACCEPTED = "reply_accepted"
    WITHDRAWN = "withdrawn"
    ASKED_BACK = "asked_back"
    CLARIFIED = "clarified"
    REMINDED = "reminded"
    EXTENDED = "extended"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    CORRECTED = "corrected"
    RECALLED = "recalled"
    DELETION_CERTIFIED = "deletion_certified"
    INTERIM_RESULT = "interim_result"
    FINAL_RESULT = "final_result"
    RETURNED_AS_NOT_OURS = "returned_as_not_ours"
    CLOSED = "closed"


class Rung(StrEnum):
    """The receipt ladder, in order: one vocabulary everywhere."""

    WRITTEN = "written"
    SIGNED = "signed"
    SENT = "sent"
    STORED = "stored"
    VIEWED = "viewed"
    SIGNED_FOR = "signed_for"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    CLOSED = "closed"


class Crossing(Enum):
    """What an act does when its writer had not seen what brought the matter where it is."""

    SAME = "same"
    """The same as if it had been seen."""
    KEPT = "kept"
    """It counts as evidence, and the state stays."""
    OVERRIDDEN = "overridden"
    """The opening side's act prevails; this one is kept and shown."""


@dataclass(frozen=True)
class Act:
    """One letter of a matter, or one step of it recorded on paper, as both sides hold it."""

    letter_id: str
    event: Event
    writer: Side
    """Whose node wrote it: its place among the writer's acts is `number`."""
    number: int
    """Grows from act to act of one writer (the channel's number)."""
    at: datetime
    """When it happened, as the writer states it."""
    last_seen: str | None = None
    """The other side's last letter of the matter that the writer had seen."""
    facts: Facts = field(default_factory=dict)
    on_behalf: bool = False
    """The writer records what the other side did on paper."""
    medium: Medium = Medium.NODE

    @property
    def side(self) -> Side:
        """Whose act it is."""
        return self.writer.other if self.on_behalf else self.writer


@dataclass(frozen=True)
class Row:
    """One cell of a table: in this state, this event of this side. `to` is None where it is not possible."""

    state: State
    event: Event
    side: Side
    to: State | None
    guards: tuple[str, ...] = ()
    article: str = COUNTY_SETTING
    why: Why | None = None
    crossing: Crossing = Crossing.SAME


@dataclass(frozen=True)
class Step:
    """One rung of the ladder reached: when, and whose claim that is."""

    rung: Rung
    at: datetime
    claimed_by: Side
    medium: Medium
    letter_id: str | None


@dataclass(frozen=True)
class Standing:
    """Everything that a fold has established so far; guards read it."""

    state: State = State.UNOPENED
    steps: tuple[Step, ...] = ()
    opening_id: str | None = None
    required_sections: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    results: frozenset[tuple[str, str]] = frozenset()
    """Letter and person, for every result that stands."""
    answers: tuple[str, ...] = ()
    """Replies and results that stand (recalled ones are taken out), oldest first."""
    own_letters: frozenset[tuple[Side, str]] = frozenset()
    open_questions: tuple[str, ...] = ()
    clock_moves: tuple[str, ...] = ()
    """Letters that extended, suspended or resumed the clock, in order."""
    suspended: bool = False
    reminders: int = 0
    supplements_after_end: int = 0

    def step(self, rung: Rung) -> Step | None:
        """The step that reached `rung` first by its stated time, or None."""
        found = [step for step in self.steps if step.rung is rung]
        return min(found, key=lambda step: (step.at, step.letter_id or "")) if found else None

    def reached(self, rung: Rung) -> datetime | None:
        """When `rung` was reached. For `signed_for` this starts the clock: the earlier of deemed and real."""
        step = self.step(rung)
        return step.at if step else None

    @property
    def read_before_recall(self) -> bool:
        """A recalled letter had been opened or signed for by a person: an incident, to be recorded."""
        if self.state is not State.RECALLED:
            return False
        seen = (Rung.VIEWED, Rung.SIGNED_FOR)
        return any(step.rung in seen and step.medium is not Medium.DEEMED for step in self.steps)
