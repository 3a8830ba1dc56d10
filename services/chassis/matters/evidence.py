"""The receipt ladder as evidence: whose claim each step is, where two claims differ, and what counts as on time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.chassis.clock import beijing_date
from services.chassis.matters.model import Rung, Standing, Step

CLOCKS_APART = timedelta(minutes=2)
"""Two clocks that differ by more are shown to both sides."""
DATES_APART = timedelta(days=1)
"""A signing date and a storing date that differ by more are shown to both sides."""


class Difference(StrEnum):
    """What does not fit together."""

    CLOCKS_DIFFER = "clocks_differ"
    SIGNED_LONG_BEFORE_STORED = "signed_long_before_stored"


@dataclass(frozen=True)
class Times:
    """What is known of one letter's times, each with its claimant."""

    letter_id: str
    written_at: datetime
    """By the writer's clock."""
    stored_at: datetime | None
    """By the recipient's clock: from its receipt, or by our own if the letter came to us."""
    leader_signed_at: datetime | None = None
    """As the letter states; only letters that a leader signs have it."""
    receipt_heard_at: datetime | None = None
    """By the writer's clock, when the receipt came back (known to the writer's node only)."""


@dataclass(frozen=True)
class Flag:
    """Two times of one letter that differ too much, and by how much."""

    letter_id: str
    difference: Difference
    apart: timedelta


def flags(letters: Iterable[Times]) -> tuple[Flag, ...]:
    """Every difference among the times of `letters`.

    A letter may travel for weeks, so a long way is no fault of a clock. Arriving before it was written is one, and so
    is being stored after its receipt was heard.
    """
    return tuple(flag for letter in letters for flag in _flags(letter))


def _flags(letter: Times) -> list[Flag]:
    if letter.stored_at is None:
        return []
    found = []
    early = letter.written_at - letter.stored_at
    late = letter.stored_at - letter.receipt_heard_at if letter.receipt_heard_at else timedelta(0)
    if max(early, late) > CLOCKS_APART:
        found.append(Flag(letter.letter_id, Difference.CLOCKS_DIFFER, max(early, late)))
    if letter.leader_signed_at is not None:
        apart = beijing_date(letter.stored_at) - beijing_date(letter.leader_signed_at)
        if abs(apart) > DATES_APART:
            found.append(Flag(letter.letter_id, Difference.SIGNED_LONG_BEFORE_STORED, abs(apart)))
    return found


def on_time(leader_signed_at: datetime, committed_at: datetime, due: date) -> bool:
    """On time means: the leader signed and the node committed the reply by the due date, in Beijing."""
    return max(beijing_date(leader_signed_at), beijing_date(committed_at)) <= due


def late_days(leader_signed_at: datetime, committed_at: datetime, due: date) -> int:
    """How many calendar days after the due date; 0 when on time."""
    done = max(beijing_date(leader_signed_at), beijing_date(committed_at))
    return max(0, (done - due).days)


def ladder(standing: Standing, sent_at: datetime | None = None) -> dict[Rung, Step | None]:
    """Every rung in order with the step that reached it, or None; `sent_at` is known to the sending node alone."""
    steps = {rung: standing.step(rung) for rung in Rung}
    written = steps[Rung.WRITTEN]
    if sent_at is not None and written is not None:
        steps[Rung.SENT] = Step(Rung.SENT, sent_at, written.claimed_by, written.medium, written.letter_id)
    return steps
