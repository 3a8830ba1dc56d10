"""What one body's correspondence works with: its own id, the rulebook, the exchange, and who wants to be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from google.protobuf.message import Message

from services.chassis.destruction.carrying_out import Destroying
from services.chassis.dossiers.model import Dossier
from services.chassis.exchange.model import LetterDraft, SentLetter, StoredLetter
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage.uow import Transaction

Send = Callable[[Transaction, LetterDraft], SentLetter]
"""Puts a letter into the outbox inside the unit of work."""


@dataclass(frozen=True, slots=True)
class Received:
    """A letter that was just applied: the stored letter, its content read, and the matter as it stands after it."""

    letter: StoredLetter
    content: Message
    dossier: Dossier


Hook = Callable[[Transaction, Received], None]
"""What a body does with a letter of one kind beyond the matter itself; what it raises parks the letter."""


Look = Callable[[sa.Connection, Message], None]
"""A body's own look at the content of every letter, of whatever kind, as it is written; raises to stop it."""


def nothing_to_look_for(connection: sa.Connection, message: Message) -> None:
    """The look of a body that has none of its own."""
    del connection, message


@dataclass(frozen=True, slots=True)
class Office:
    """One body at its correspondence. `hooks` are by letter kind."""

    body: str
    book: Rulebook
    send: Send
    hooks: Mapping[str, tuple[Hook, ...]] = field(default_factory=dict)
    look: Look = nothing_to_look_for
    destroying: Destroying = field(default_factory=Destroying)
