"""Takes letters of ours out of a channel whose end is unknown, and puts them behind that end once it is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

import sqlalchemy as sa

from services.chassis.exchange.channels import channel, update
from services.chassis.exchange.continuing import CONTINUES, continued_behind
from services.chassis.exchange.directories import directory_within
from services.chassis.exchange.heads import Head, head_below, remember, remembered_head
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


@dataclass(frozen=True, slots=True)
class Rejoined:
    """A channel that goes on: the number of its last letter, and the places of those that were put behind its end."""

    written: int
    places: tuple[int, ...]
    continued_at: int = 0
    """The number of the letter that tells of a gap; 0 for none."""


def withdraw(tx: Transaction, peer: str, above: int) -> None:
    """Take out what is numbered above `above`: the peer may hold other letters of ours under these numbers.

    The rows stay, under numbers below zero that nobody publishes or continues. What the peer receipted of them does not
    count any more.
    """
    theirs = sa.and_(LETTERS.c.direction == Direction.OUT.value, LETTERS.c.peer == peer, LETTERS.c.number > above)
    places = tuple(tx.connection.scalars(sa.select(LETTERS.c.place).where(theirs).order_by(LETTERS.c.place)))
    if not places:
        return
    end = head_below(tx.connection, Direction.OUT, peer, above + 1)
    journal.append(tx, WITHDRAWN, Withdrawal(peer, end, places).to_bytes())
    tx.connection.execute(sa.update(LETTERS).where(theirs).values(number=-LETTERS.c.place))
    if channel(tx, peer).receipted > above:
        update(tx, peer, receipted=end.number)
    remember(tx, Direction.OUT, peer, end)


def found_again(tx: Transaction, peer: str, letter_id: str) -> None:
    """A withdrawn letter stands in the channel after all: the peer gave it back, under whatever number."""
    tx.connection.execute(sa.delete(LETTERS).where(_withdrawn(peer), LETTERS.c.letter_id == letter_id))


def rejoin(tx: Transaction, identity: Identity, peer: str) -> Rejoined:
    """Write what was withdrawn, in its order, behind the channel's end.

    A letter that still fits keeps its exact bytes, which may be on their way. Any other is signed again under its new
    number, and is else what it was: its id, its content, and its time, unless no key of that time is here any more.

    Raises:
        NoCurrentKeyError: no signing key of this node is in force.
    """
    places = list(tx.connection.scalars(sa.select(LETTERS.c.place).where(_withdrawn(peer)).order_by(LETTERS.c.place)))
    letters = at_places(tx.connection, identity.keyring, places)
    tx.connection.execute(sa.delete(LETTERS).where(_withdrawn(peer)))
    placed: list[int] = []
    given = max((one.header.number for one in letters), default=0)
    for one in letters:
        end = remembered_head(tx, Direction.OUT, peer)
        again = _behind(tx, identity, one, end, given)
        placed += keep_all(tx, identity.keyring, [Keep(again, Direction.OUT, one.traceparent)])
    return Rejoined(remembered_head(tx, Direction.OUT, peer).number, tuple(placed))


def withdrawn_count(connection: sa.Connection, peer: str) -> int:
    """How many letters to `peer` wait to be put behind the channel's end."""
    return connection.scalar(sa.select(sa.func.count()).select_from(LETTERS).where(_withdrawn(peer))) or 0


def withdrawn_since(connection: sa.Connection, peer: str) -> datetime | None:
    """When the first of them was written; None when there is none."""
    since: datetime | None = connection.scalar(sa.select(sa.func.min(LETTERS.c.stored_at)).where(_withdrawn(peer)))
    return since


def _behind(tx: Transaction, identity: Identity, one: StoredLetter, end: Head, given: int) -> Letter:
    header, signed = one.header, one.signed
    fits = header.number == end.number + 1 or (header.kind == CONTINUES and header.number > end.number)
    if fits and header.previous_digest == end.digest:
        return Letter(header, signed, one.salt, one.content)
    key, written_at = identity.keyring.signer_again(directory_within(tx, identity), header.written_at, tx.now)
    header = replace(header, written_at=written_at)
    if header.kind == CONTINUES:
        return continued_behind(replace(one, header=header), end, given, key)
    header = replace(header, number=end.number + 1, previous_digest=end.digest, signing_key_id=key.key_id)
    return Letter(header, sign_header(header, key), one.salt, one.content)


def _withdrawn(peer: str) -> sa.ColumnElement[bool]:
    return sa.and_(LETTERS.c.direction == Direction.OUT.value, LETTERS.c.peer == peer, LETTERS.c.number < 0)
