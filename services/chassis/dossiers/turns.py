"""Whose turn it is in a matter, in words that fit every kind: what a status board may show of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.chassis.matters.model import Side, State


class Duty(StrEnum):
    """What is owed next."""

    SIGN_FOR = "sign_for"
    WORK = "work"
    """The addressee accepts, answers, or completes."""
    SETTLE = "settle"
    """The opener takes the answer, or returns it."""


TURNS: Mapping[State, tuple[Side, Duty] | None] = {
    State.UNOPENED: None,
    State.SENT: (Side.ADDRESSEE, Duty.SIGN_FOR),
    State.STORED: (Side.ADDRESSEE, Duty.SIGN_FOR),
    State.VIEWED: (Side.ADDRESSEE, Duty.SIGN_FOR),
    State.SIGNED_FOR: (Side.ADDRESSEE, Duty.WORK),
    State.ACCEPTED: (Side.ADDRESSEE, Duty.WORK),
    State.INTERIM: (Side.ADDRESSEE, Duty.WORK),
    State.RETURNED: (Side.ADDRESSEE, Duty.WORK),
    State.ANSWERED: (Side.OPENER, Duty.SETTLE),
    State.FINAL: (Side.OPENER, Duty.SETTLE),
    State.SETTLED: None,
    State.DECLINED: None,
    State.NOT_OURS: None,
    State.WITHDRAWN: None,
    State.RECALLED: None,
    State.CLOSED: None,
}
"""The side whose turn it is while a matter is open; a matter that is over is nobody's."""


@dataclass(frozen=True)
class Waiting:
    """How many steps two bodies owe each other."""

    we_sign_for: int = 0
    we_work: int = 0
    we_settle: int = 0
    they_sign_for: int = 0
    they_work: int = 0
    they_settle: int = 0

    def __add__(self, other: Waiting) -> Waiting:
        return Waiting(
            self.we_sign_for + other.we_sign_for,
            self.we_work + other.we_work,
            self.we_settle + other.we_settle,
            self.they_sign_for + other.they_sign_for,
            self.they_work + other.they_work,
            self.they_settle + other.they_settle,
        )


def waiting_of(our_side: Side, state: State, matters: int) -> Waiting:
    """What so many open matters in one state mean for us and for them."""
    turn = TURNS[state]
    if turn is None:
        return Waiting()
    side, duty = turn
    who = "we" if side is our_side else "they"
    return Waiting(**{f"{who}_{duty.value}": matters})
