"""What the office needs to know of a letter's way: how far its matter came, by when, and what it said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

import sqlalchemy as sa


@dataclass(frozen=True, kw_only=True)
class LetterStanding:
    """Where a matter stands. `state` is the generic state; instants are those both sides hold.

    `answered` is when the answering leader signed the first reply: it decides about lateness. `answers` are the letters
    of the replies that stand: one that was recalled, or came when it no longer counted, is not among them. `mark` is
    `paper` or `deemed` where signing-for did not come by letter. `due` is absent while nobody signed for the letter; it
    is of the first reply, `completion_due` of what was returned for completion since.
    """

    state: str
    sent: datetime | None = None
    stored: datetime | None = None
    viewed: datetime | None = None
    signed_for: datetime | None = None
    accepted: datetime | None = None
    answered: datetime | None = None
    due: date | None = None
    original_due: date | None = None
    completion_due: date | None = None
    provisional: bool = False
    mark: str = ""
    answers: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether a reply waits for the office to accept it or to return it."""
        return self.state == "answered"

    @property
    def settled(self) -> bool:
        """Whether the office accepted what was answered."""
        return self.state == "settled"


class Standings(Protocol):
    """Tells where a matter stands."""

    def __call__(self, connection: sa.Connection, matter_id: str) -> LetterStanding | None:
        """The standing, or None while the letter that opens the matter is not signed."""
        ...


@dataclass(frozen=True, kw_only=True)
class ToldNotice:
    """A notice that another body sent unasked and that stands: who told it, when its leader signed it, its words."""

    letter_id: str
    sender: str
    told_at: datetime
    document_number: str
    content: bytes = field(repr=False)


class Findings(Protocol):
    """Reads what congress and CPPCC told of what they found in their own activities (A1.2c)."""

    def __call__(self, connection: sa.Connection, since: date) -> Sequence[ToldNotice]:
        """What was told since that day, oldest first; what was recalled or destroyed is not among it."""
        ...


class OpenContent(Protocol):
    """Opens the content of a letter kept by this node."""

    def __call__(self, connection: sa.Connection, letter_id: str) -> bytes | None:
        """The content's exact bytes, or None when its key was destroyed."""
        ...
