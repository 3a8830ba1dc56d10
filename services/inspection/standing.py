"""What the office needs to know of a letter's way: how far its matter came, by when, and what it said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import sqlalchemy as sa


@dataclass(frozen=True, kw_only=True)
class LetterStanding:
    """Where a matter stands. `state` is the generic state; instants are those both sides hold.

    `answered` is when the answering leader signed the first reply: it decides about lateness. `mark` is `paper` or
    `deemed` where signing-for did not come by letter. `due` is absent while nobody signed for the letter; it is of the
    first reply, `completion_due` of what was returned for completion since.
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


class Standings(Protocol):
    """Tells where a matter stands."""

    def __call__(self, connection: sa.Connection, matter_id: str) -> LetterStanding | None:
        """The standing, or None while the letter that opens the matter is not signed."""
        ...


class OpenContent(Protocol):
    """Opens the content of a letter kept by this node."""

    def __call__(self, connection: sa.Connection, letter_id: str) -> bytes | None:
        """The content's exact bytes, or None when its key was destroyed."""
        ...
