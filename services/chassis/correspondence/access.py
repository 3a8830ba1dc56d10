"""Lets a person at a letter, or not, and keeps that it is read: one rule for opening, printing and its attachments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from services.chassis.correspondence import steps
from services.chassis.correspondence.around import kept_out
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.rights import Sight
from services.chassis.correspondence.steps import Actor
from services.chassis.desk.rights import NAMED_PERSONS_ONLY
from services.chassis.dossiers import queries
from services.chassis.exchange import reading
from services.chassis.exchange.model import StoredLetter
from services.chassis.identity.keys import Keyring
from services.chassis.matters.model import Side
from services.chassis.reads.keeping import Reading, What, note_reading
from services.chassis.rpc.callers import Caller
from services.chassis.storage import Transaction

ActorOf = Callable[[sa.Connection, str], Actor]
"""Name and post of an account, as letters state them."""


def actor_for(actor_of: ActorOf, connection: sa.Connection, caller: Caller) -> Actor:
    """The caller as letters state them: a deputy with a remark for whom."""
    actor = actor_of(connection, caller.account_id)
    if not caller.acting_for:
        return actor
    return Actor(f"{actor.name}（代{actor_of(connection, caller.acting_for).name}）", actor.post)


@dataclass(frozen=True, slots=True)
class LetterAccess:
    """The letters of one body, for its own people."""

    office: Office
    keyring: Keyring
    actor_of: ActorOf

    def letter(self, connection: sa.Connection, caller: Caller, letter_id: str) -> StoredLetter:
        """The letter, if the caller may know of it.

        Raises:
            LetterUnknownError: there is none, or it is out of the caller's sight, or goes around this body.

        """
        sight, without = Sight(caller, self.office.book), kept_out(connection, self.office)
        place = sight.place_of_letter(connection, letter_id, without=without)
        return reading.at_places(connection, self.keyring, [place])[0]

    def read(self, tx: Transaction, caller: Caller, letter: StoredLetter, how: str, why: str) -> None:
        """Keep that a person is about to read the letter, on the screen, on paper or as a file: the sender hears of the
        first time, and the journal of every time, with the reason, where it is for named persons only.

        Raises:
            ReadReasonError: it is for named persons only, and no reason is given.

        """
        # That a program fetched it says nothing about a person having looked at it.
        if caller.scopes is None and self._opens_a_matter_for_us(tx, letter):
            actor = actor_for(self.actor_of, tx.connection, caller)
            steps.view(tx, self.office, letter.header.matter_id, actor)
        if self.class_of(letter.header.kind) in NAMED_PERSONS_ONLY:
            note_reading(tx, Reading(What.LETTER, letter.header.letter_id, how, caller.account_id, why))

    def class_of(self, kind: str) -> str:
        """Its confidentiality; what this node does not know is kept closest."""
        return self.office.book.kind(kind).confidentiality if self.office.book.knows_kind(kind) else "P4"

    def _opens_a_matter_for_us(self, tx: Transaction, letter: StoredLetter) -> bool:
        head = queries.head(tx.connection, letter.header.matter_id)
        if head is None or head.header.our_side is not Side.ADDRESSEE:
            return False
        return head.header.opened_letter_id == letter.header.letter_id
