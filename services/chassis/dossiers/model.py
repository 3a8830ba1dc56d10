"""The words of a dossier: how a matter is opened, what a list shows of it, and the whole of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.chassis.dossiers.errors import NotAPartyError
from services.chassis.matters.fold import Matter
from services.chassis.matters.model import Act, Kind, Side, State
from services.chassis.matters.order import last_of


@dataclass(frozen=True)
class NewMatter:
    """What the letter that opens a matter says about it; none of it changes later."""

    matter_id: str
    kind: Kind
    letter_kind: str
    opener: str
    addressee: str
    our_side: Side
    opened_letter_id: str
    document_number: str = ""
    article_ids: tuple[str, ...] = ()
    sub_unit: str = ""
    """The addressee's sub-unit, or empty."""
    subject_ref: Mapping[str, object] = field(default_factory=dict)
    """What the matter is about, in the opener's own ids (a round, a unit). Opaque here, JSON's types only."""

    @property
    def counterparty(self) -> str:
        """The other body."""
        return self.body_of(self.our_side.other)

    def body_of(self, side: Side) -> str:
        """The body that stands on `side`."""
        return self.opener if side is Side.OPENER else self.addressee

    def side_of(self, body: str) -> Side:
        """The side of `body`.

        Raises:
            NotAPartyError: the matter is between others.
        """
        for side in Side:
            if self.body_of(side) == body:
                return side
        raise NotAPartyError(body=body, matter_id=self.matter_id)


@dataclass(frozen=True)
class Head:
    """One line of a list: the header of a matter and the summary of where it stands."""

    header: NewMatter
    opened_at: datetime
    """When this node came to know of it."""
    stored_at: datetime | None
    """When the addressee's node stored the opening letter, by its receipt."""
    state: State
    business_state: str
    is_open: bool
    signed_for_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    suspended: bool
    changed_at: datetime
    """When this node last recorded something about it: lists are in this order."""

    @property
    def matter_id(self) -> str:
        """The matter's id."""
        return self.header.matter_id


@dataclass(frozen=True)
class Dossier:
    """A whole matter as this node knows it."""

    head: Head
    matter: Matter
    acts: tuple[Act, ...]
    """As recorded here, oldest first; `matter.verdicts` has them in the order both sides share."""
    recorded_at: Mapping[str, datetime]
    """When this node recorded the act of each letter."""

    @property
    def header(self) -> NewMatter:
        """Who deals with whom, and about what."""
        return self.head.header

    @property
    def last_seen(self) -> str | None:
        """The other side's last letter: what our next letter names as seen."""
        return last_of(self.acts, self.header.our_side.other)


@dataclass(frozen=True)
class DossierFilter:
    """What a list is narrowed to; None does not narrow."""

    side: Side | None = None
    """Our side."""
    state: State | None = None
    counterparty: str | None = None
    letter_kind: str | None = None
    open_only: bool = False
    sub_unit: str | None = None
