"""What a node does when letters come, when peers confirm them, and when an operator should look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.chassis.exchange.errors import UnknownKindError
from services.chassis.exchange.model import StoredLetter
from services.chassis.storage import Transaction

Handler = Callable[[Transaction, StoredLetter], object]
"""What a node does with a stored letter, in its unit of work; what it raises parks the letter."""


class Handlers:
    """A handler for each kind of letter. Itself a handler: a kind that nobody registered is parked."""

    def __init__(self, by_kind: Mapping[str, Handler] | None = None) -> None:
        self._by_kind = dict(by_kind or {})

    def register(self, kind: str, handler: Handler) -> None:
        """Have letters of `kind` handled by `handler`, instead of whoever handled them before."""
        self._by_kind[kind] = handler

    def __call__(self, tx: Transaction, letter: StoredLetter) -> None:
        """Handle one letter.

        Raises:
            UnknownKindError: nobody here handles its kind; a newer peer may have sent it.
        """
        handler = self._by_kind.get(letter.header.kind)
        if handler is None:
            raise UnknownKindError(kind=letter.header.kind)
        handler(tx, letter)


@dataclass(frozen=True, slots=True)
class Receipted:
    """A peer has stored our letters numbered above `after`, up to `up_to`, the last of them at `stored_at` by its
    own clock.
    """

    peer: str
    after: int
    up_to: int
    stored_at: datetime


OnOurs = Callable[[Transaction, StoredLetter], object]
"""Told of each letter of our own that a peer gave back after we had lost it, or that got another number, in the unit of
work that keeps it. What it raises is logged and undone; the letter stands."""

OnReceipted = Callable[[Transaction, Receipted], object]
"""Told in the unit of work that records the receipt. What it raises is logged and undone; the receipt stands."""


class AlarmKind(Enum):
    """What an operator should look at."""

    QUARANTINED = "letter_quarantined"
    PARKED = "letter_parked"
    HALTED = "channel_halted"
    PEER_RESTORED = "peer_restored"
    EQUIVOCATION = "equivocation"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that people have to decide about: the other body, a reason code, how often at once."""

    kind: AlarmKind
    peer: str
    reason: str
    count: int = 1


def _ignore_receipt(_tx: Transaction, _receipted: Receipted) -> None:
    """Nobody wants to know about receipts."""


def _ignore_ours(_tx: Transaction, _letter: StoredLetter) -> None:
    """Nobody wants to know what came back."""


def _ignore_alarm(_alarm: Alarm) -> None:
    """Nobody wants to know about alarms."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Who else is told. `alarm` is called on the event loop, after the commit."""

    receipted: OnReceipted = _ignore_receipt
    alarm: Callable[[Alarm], object] = _ignore_alarm
    ours: OnOurs = _ignore_ours
