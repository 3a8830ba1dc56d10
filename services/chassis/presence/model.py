"""Which of two copies of one node goes on: decided by both alike, from what each says of itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.chassis.clock import check_aware


@dataclass(frozen=True, slots=True)
class Run:
    """One process of a node. `settled` once it had asked and nobody had answered: from then on its letters leave."""

    run_id: str
    started_at: datetime
    settled: bool

    @property
    def seniority(self) -> tuple[bool, datetime, str]:
        """The smallest goes on: who is settled, then who started first, then any order that is the same at both."""
        return not self.settled, check_aware(self.started_at), self.run_id


@dataclass(frozen=True, slots=True)
class Statement:
    """What a run tells over the bus.

    `answers` names the run that it heard. A statement that names us can only have been made since we started, so it
    proves that the other run lives; one that names nobody may be a repeat of long ago.
    """

    county: str
    body: str
    run: Run
    answers: str = ""


def must_yield(ours: Run, theirs: Run) -> bool:
    """Whether it is we who stop."""
    return theirs.seniority < ours.seniority
