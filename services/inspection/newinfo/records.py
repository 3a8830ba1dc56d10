"""Who may be told of new information, and what the office may see of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Subject(StrEnum):
    """What the information is about."""

    LEADING_GROUP = "leading_group"
    MEMBER = "member"
    OPINION_EVENT = "opinion_event"
    TEAM_OR_OFFICE = "team_or_office"


class Action(StrEnum):
    """What the team's leader did with it."""

    FOLLOWED = "followed"
    RECORDED = "recorded"
    OUT_OF_SCOPE = "out_of_scope"


def goes_around_the_office(subject: Subject) -> bool:
    """Whether the office may know neither the content nor that there is any: it concerns its people or a team."""
    return subject is Subject.TEAM_OR_OFFICE


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice as it arrived."""

    letter_id: str
    from_body: str
    round_id: str
    unit_id: str
    subject: Subject
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A notice as the office sees it: that it exists and where it stands, never what it says."""

    new_info_id: str
    letter_id: str
    from_body: str
    round_id: str
    unit_id: str
    received_at: datetime
    outside_site_stage: bool
    leader: str = ""
    """Person id of the leader it was forwarded to, or empty."""
    forwarded_at: datetime | None = None
    read_at: datetime | None = None
    action: Action | None = None
    note: str = field(default="", repr=False)
