"""What replies say section by section, whether they are whole, and which of several counts for which section. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

Place = tuple[str, str]
"""A unit's id and a section's code."""


class SectionState(StrEnum):
    """What there is of one section: first the answering body's own words, then the office's."""

    PROVIDED = "provided"
    NONE = "none"
    NOT_HELD = "not_held"
    WITHHELD = "withheld"
    AGREES = "agrees"
    SUGGESTS = "suggests"
    OBJECTS = "objects"
    GENERAL = "general"
    """Nothing on this unit by itself, and an opinion on all of them."""
    MISSING = "missing"
    RECUSED = "recused"
    PENDING = "pending"
    """Answered, and not yet accepted by the office: not used before it is."""
    DESTROYED = "destroyed"
    """Answered and accepted; its content was lawfully destroyed since."""
    STOPPED = "stopped"
    """It names somebody above the county: nothing of it is used."""
    LEADER_ONLY = "leader_only"
    """For the team's leader alone: whoever else looks learns neither what came nor whether anything did."""


STATE_NAMES: Mapping[SectionState, str] = MappingProxyType(
    {
        SectionState.PROVIDED: "已提供",
        SectionState.NONE: "无相关情况",
        SectionState.NOT_HELD: "不掌握",
        SectionState.WITHHELD: "仅口头通报",
        SectionState.AGREES: "无不同意见",
        SectionState.SUGGESTS: "提出建议",
        SectionState.OBJECTS: "有不同意见",
        SectionState.GENERAL: "提出总体意见",
        SectionState.MISSING: "未提供",
        SectionState.RECUSED: "自身为被巡察单位，回避",
        SectionState.PENDING: "已函复，尚未采纳",
        SectionState.DESTROYED: "材料已依规销毁",
        SectionState.STOPPED: "涉及上级管理的干部，不予采用",
        SectionState.LEADER_ONLY: "见组长专用附件",
    }
)
WITH_WORDS = frozenset(
    {
        SectionState.PROVIDED,
        SectionState.AGREES,
        SectionState.SUGGESTS,
        SectionState.OBJECTS,
        SectionState.GENERAL,
    }
)
"""The states of what was told in words: only these have a text to show."""


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


def counted(replies: Iterable[Reply], standing_letters: Collection[str]) -> tuple[Reply, ...]:
    """The replies that stand in their matter. The others were recalled, or came when the matter took none: they are
    kept and shown, and say nothing.
    """
    return tuple(reply for reply in replies if reply.letter_id in standing_letters)


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
