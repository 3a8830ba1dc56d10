"""The receipt ladder as evidence: whose claim each step is, and where two times differ that ought to fit together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.chassis.clock import beijing_date
from services.chassis.matters.effects import CLAIMED, instant
from services.chassis.matters.fold import Matter
from services.chassis.matters.model import Event, Rung, Standing, Step


class Difference(StrEnum):
    """What does not fit together."""

    CLOCKS_DIFFER = "clocks_differ"
    """A letter was stored before it was written."""
    SIGNED_LONG_BEFORE_STORED = "signed_long_before_stored"
    CLAIM_NOT_BELIEVED = "claim_not_believed"
    """A step is said to have been taken before its letter was written, or after the letter that says so."""
    DATES_DIFFER = "dates_differ"
    """A letter names another due date than the one that follows here."""


@dataclass(frozen=True)
class Limits:
    """How far two times may be apart before both sides are shown it: the county's settings."""

    clocks: timedelta
    days: timedelta


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


@dataclass(frozen=True)
class Flag:
    """Two times or dates of one letter that differ too much: what it states, and what counts or was found instead."""

    letter_id: str
    difference: Difference
    stated: date
    counted: date | None

    @property
    def apart(self) -> timedelta | None:
        """By how much; None where nothing counts instead."""
        return None if self.counted is None else abs(self.stated - self.counted)


def flags(letters: Iterable[Times], limits: Limits) -> Iterator[Flag]:
    """Every difference among the times of `letters`.

    A letter may travel for weeks, so a long way is no fault of a clock. Arriving before it was written is one.
    """
    for letter in letters:
        if letter.stored_at is None:
            continue
        if letter.written_at - letter.stored_at > limits.clocks:
            yield Flag(letter.letter_id, Difference.CLOCKS_DIFFER, letter.written_at, letter.stored_at)
        signed = letter.leader_signed_at
        if signed is not None and abs(beijing_date(letter.stored_at) - beijing_date(signed)) > limits.days:
            yield Flag(letter.letter_id, Difference.SIGNED_LONG_BEFORE_STORED, signed, letter.stored_at)


def doubtful_claims(matter: Matter, limits: Limits) -> Iterator[Flag]:
    """The steps whose stated time does not count, because it cannot be so."""
    for step in matter.standing.steps:
        act = next((one.act for one in matter.verdicts if one.act.letter_id == step.letter_id), None)
        if step.rung not in CLAIMED or act is None:
            continue
        claimed = instant(act.facts, "claimed_at") or instant(act.facts, "telephoned_at") or act.at
        if abs(claimed - step.at) > limits.clocks:
            yield Flag(act.letter_id, Difference.CLAIM_NOT_BELIEVED, claimed, step.at)


def differing_dates(matter: Matter, due_dates: Mapping[str, date | None]) -> Iterator[Flag]:
    """Extensions and restarts whose letter names another date than follows here; `due_dates` is by letter."""
    for act in (verdict.act for verdict in matter.verdicts if verdict.effective):
        told = act.facts.get("new_due_date")
        if act.event not in {Event.EXTENDED, Event.RESUMED} or act.letter_id not in due_dates:
            continue
        stated, counted = _day(told), due_dates[act.letter_id]
        if stated is not None and stated != counted:
            yield Flag(act.letter_id, Difference.DATES_DIFFER, stated, counted)


def ladder(standing: Standing, sent_at: datetime | None = None) -> dict[Rung, Step | None]:
    """Every rung in order with the step that reached it, or None; `sent_at` is known to the sending node alone."""
    steps = {rung: standing.step(rung) for rung in Rung}
    written = steps[Rung.WRITTEN]
    if sent_at is not None and written is not None:
        steps[Rung.SENT] = Step(Rung.SENT, sent_at, written.claimed_by, written.medium, written.letter_id)
    return steps


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) and text else None
    except ValueError:
        return None
