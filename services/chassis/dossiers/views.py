"""What a person sees of a dossier: the ladder as evidence, and every act with what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.dossiers.model import Dossier
from services.chassis.matters.effects import instant
from services.chassis.matters.evidence import Flag, Limits, Times, differing_dates, doubtful_claims, flags
from services.chassis.matters.evidence import ladder as rungs
from services.chassis.matters.fold import Verdict
from services.chassis.matters.guards import GUARDS
from services.chassis.matters.model import Event, Medium, Rung, State, Step


@dataclass(frozen=True)
class Claim:
    """A time that one body states for a rung."""

    at: datetime
    claimed_by: str
    """The body that states the time."""
    medium: Medium
    """Paper and deemed are always shown as such."""
    letter_id: str | None


@dataclass(frozen=True)
class LadderRung:
    """One rung of the ladder: the claim that counts (the earliest), and all others beside it."""

    rung: Rung
    reached: Claim | None
    also: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class TimelineEntry:
    """One act in the order both sides share, also one that does not count."""

    at: datetime
    recorded_at: datetime
    """When this node recorded it."""
    event: Event
    body: str
    """Whose act it is."""
    written_by: str
    """Who wrote it: the other body where it recorded the act from paper."""
    letter_id: str
    medium: Medium
    before: State
    after: State
    effective: bool
    crossed: bool
    """Its writer had not yet seen a letter of the other side that stands before it."""
    joins: str | None
    """The letter that is the same step, recorded from paper or come by node."""
    reason_zh: str = ""
    reason_en: str = ""
    """Why it does not count; empty when it does."""


def ladder(dossier: Dossier, sent_at: datetime | None = None) -> tuple[LadderRung, ...]:
    """Every rung in order; `sent_at` is when our relay first sent the opening letter, if it is ours."""
    counted = rungs(dossier.matter.standing, sent_at)
    return tuple(_rung(dossier, rung, step) for rung, step in counted.items())


def time_flags(
    dossier: Dossier, arrived: Mapping[str, datetime], due_dates: Mapping[str, date | None], limits: Limits
) -> tuple[Flag, ...]:
    """What does not fit together in a matter.

    Args:
        dossier: The matter.
        arrived: When letters of the other side were stored here.
        due_dates: What the letters that moved a date led to, by this node's own computation.
        limits: How far times may be apart.
    """
    times = (_times(dossier, verdict, arrived) for verdict in dossier.matter.verdicts)
    matter = dossier.matter
    return (*flags(times, limits), *doubtful_claims(matter, limits), *differing_dates(matter, due_dates))


def _times(dossier: Dossier, verdict: Verdict, arrived: Mapping[str, datetime]) -> Times:
    act, opening = verdict.act, verdict.act.event is Event.OPENED
    stored = dossier.head.stored_at if opening else arrived.get(act.letter_id)
    return Times(act.letter_id, act.at, stored, instant(act.facts, "leader_signed_at"))


def timeline(dossier: Dossier) -> tuple[TimelineEntry, ...]:
    """Every act of the matter, with its reason where it does not count."""
    return tuple(_entry(dossier, verdict) for verdict in dossier.matter.verdicts)


def _rung(dossier: Dossier, rung: Rung, counted: Step | None) -> LadderRung:
    if counted is None:
        return LadderRung(rung, None)
    others = [step for step in dossier.matter.standing.steps if step.rung is rung and step != counted]
    return LadderRung(rung, _claim(dossier, counted), tuple(_claim(dossier, step) for step in others))


def _claim(dossier: Dossier, step: Step) -> Claim:
    return Claim(step.at, dossier.header.body_of(step.claimed_by), step.medium, step.letter_id)


def _entry(dossier: Dossier, verdict: Verdict) -> TimelineEntry:
    act = verdict.act
    zh, en = _reason(verdict)
    return TimelineEntry(
        at=act.at,
        recorded_at=dossier.recorded_at[act.letter_id],
        event=act.event,
        body=dossier.header.body_of(act.side),
        written_by=dossier.header.body_of(act.writer),
        letter_id=act.letter_id,
        medium=act.medium,
        before=verdict.before,
        after=verdict.after,
        effective=verdict.effective,
        crossed=bool(verdict.unseen),
        joins=verdict.joins,
        reason_zh=zh,
        reason_en=en,
    )


def _reason(verdict: Verdict) -> tuple[str, str]:
    if verdict.why is None:
        return "", ""
    if verdict.guard is not None:
        guard = GUARDS[verdict.guard]
        return guard.zh, guard.en
    return verdict.why.zh, verdict.why.en
