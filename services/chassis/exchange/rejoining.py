"""Takes unreceipted letters of ours out of a channel whose end is unknown, and puts them behind it once it is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import sqlalchemy as sa

from services.chassis.exchange.heads import Head, digest_of, remember, remembered_head
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.keeping import Keep, keep_all
from services.chassis.exchange.model import Direction, Letter, StoredLetter
from services.chassis.exchange.proof import sign_header
from services.chassis.exchange.reading import at_places
from services.chassis.exchange.tables import LETTERS
from services.chassis.journal import store as journal
from services.chassis.storage import Transaction

WITHDRAWN = "letters.withdrawn"
"""Kind of journal entry; the payload is a `Withdrawal`."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Letters to a peer that no longer stand in their channel, by their places, and where it ends without them."""

    peer: str
    end: Head
    places: tuple[int, ...]

    def to_bytes(self) -> bytes:
        """As it is journalled."""
        return "\n".join((self.peer, str(self.end.number), self.end.digest.hex(), *map(str, self.places))).encode()

    @classmethod
    def read(cls, payload: bytes) -> Self:
        """What was journalled.

        Raises:
            ValueError: it was something else.
        """
        peer, number, digest, *places = payload.decode().split("\n")
        return cls(peer, Head(int(number), bytes.fromhex(digest)), tuple(map(int, places)))


def withdraw(tx: Transaction, peer: str, receipted: int) -> None:
    """Take out what `peer` has not receipted: it may hold other letters of ours under these numbers.

    The rows stay, under numbers below zero that nobody publishes or continues.
    """
    digest = digest_of(tx.connection, Direction.OUT, peer, receipted)
    theirs = sa.and_(LETTERS.c.direction == Direction.OUT.value, LETTERS.c.peer == peer, LETTERS.c.number > receipted)
    places = tuple(tx.connection.scalars(sa.select(LETTERS.c.place).where(theirs).order_by(LETTERS.c.place)))
    if digest is None or not places:
        return
    withdrawal = Withdrawal(peer, Head(receipted, digest), places)
    journal.append(tx, WITHDRAWN, withdrawal.to_bytes())
    tx.connection.execute(sa.update(LETTERS).where(theirs).values(number=-LETTERS.c.place))
    remember(tx, Direction.OUT, peer, withdrawal.end)


def found_again(tx: Transaction, peer: str, digest: bytes) -> None:
    """A withdrawn letter stands in the channel after all: the peer gave it back."""
    tx.connection.execute(sa.delete(LETTERS).where(_withdrawn(peer), LETTERS.c.digest == digest))


def rejoin(tx: Transaction, identity: Identity, peer: str) -> int:
    """Write what was withdrawn, in its order, behind the channel's end; returns the number of the last letter.

    A letter that still fits keeps its exact bytes, which may be on their way. Any other is signed again under its new
    number, and is else what it was: its id, its time, its content.

    Raises:
        NoCurrentKeyError: the key that signed it is not here any more.
    """
    places = list(tx.connection.scalars(sa.select(LETTERS.c.place).where(_withdrawn(peer)).order_by(LETTERS.c.place)))
    letters = at_places(tx.connection, identity.keyring, places)
    tx.connection.execute(sa.delete(LETTERS).where(_withdrawn(peer)))
    for one in letters:
        end = remembered_head(tx, Direction.OUT, peer)
        keep_all(tx, identity.keyring, [Keep(_behind(identity, one, end), Direction.OUT, one.traceparent)])
    return remembered_head(tx, Direction.OUT, peer).number


def _behind(identity: Identity, one: StoredLetter, end: Head) -> Letter:
    header, signed = one.header, one.signed
    if (header.number, header.previous_digest) != (end.number + 1, end.digest):
        key = identity.keyring.signing_key(identity.directory, header.written_at)
        header = replace(header, number=end.number + 1, previous_digest=end.digest, signing_key_id=key.key_id)
        signed = sign_header(header, key)
    return Letter(header, signed, one.salt, one.content)


def _withdrawn(peer: str) -> sa.ColumnElement[bool]:
    return sa.and_(LETTERS.c.direction == Direction.OUT.value, LETTERS.c.peer == peer, LETTERS.c.number < 0)
