"""Whether a reply is whole, and which of several replies counts for which section. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Place = tuple[str, str]
"""A unit's id and a section's code."""


class ReplyState(StrEnum):
    """What the office did with a reply."""

    RECEIVED = "received"
    RETURNED = "returned"
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class SectionAnswer:
    """One section of one unit as one reply answers it; `digest` is of the section as the letter carries it.

    `stopped` marks a section with somebody above the county's jurisdiction in it: nothing of it is used.
    """

    unit_id: str
    code: str
    state: str
    digest: bytes
    stopped: bool = False

    @property
    def place(self) -> Place:
        """Unit and section."""
        return (self.unit_id, self.code)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A reply to one of the round's letters.

    `signed_at` is when it counts as given: signed by the leader and written by the node, whichever came later.
    """

    letter_id: str
    matter_id: str
    signed_at: datetime
    stored_at: datetime
    document_number: str
    content_digest: bytes
    answers: tuple[SectionAnswer, ...]
    state: ReplyState = ReplyState.RECEIVED
    target_date: date | None = None


@dataclass(frozen=True)
class Effective:
    """The answer that counts for one section, and the reply it stands in."""

    answer: SectionAnswer
    reply: Reply


@dataclass(frozen=True)
class SectionReason:
    """Why one section of one unit has to be completed."""

    unit_id: str
    code: str
    text: str

    @property
    def place(self) -> Place:
        """Unit and section."""
        return (self.unit_id, self.code)


def required(unit_ids: Iterable[str], codes: Sequence[str]) -> tuple[Place, ...]:
    """Everything a letter asks for: every section of every unit."""
    return tuple((unit_id, code) for unit_id in unit_ids for code in codes)


def effective(replies: Iterable[Reply]) -> dict[Place, Effective]:
    """The answer that counts for each section: a later reply replaces only what it says itself."""
    found: dict[Place, Effective] = {}
    for reply in sorted(replies, key=lambda one: (one.stored_at, one.letter_id)):
        for answer in reply.answers:
            if answer.state:
                found[answer.place] = Effective(answer, reply)
    return found


def missing(wanted: Iterable[Place], replies: Iterable[Reply]) -> tuple[Place, ...]:
    """The sections that no reply gives a state: silence is never "none"."""
    answered = effective(replies)
    return tuple(place for place in wanted if place not in answered)


def stopped(replies: Iterable[Reply]) -> tuple[Place, ...]:
    """The sections that may not be used, because they name somebody above the county."""
    return tuple(place for place, one in effective(replies).items() if one.answer.stopped)


def first_answered(replies: Sequence[Reply]) -> datetime | None:
    """When the first reply was signed: lateness counts from it, however often it was returned."""
    return min((reply.signed_at for reply in replies), default=None)


def states_of(replies: Iterable[Reply], unit_id: str) -> Mapping[str, str]:
    """The state of each section answered for one unit."""
    return {code: one.answer.state for (unit, code), one in effective(replies).items() if unit == unit_id}
