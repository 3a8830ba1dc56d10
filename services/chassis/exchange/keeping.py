"""Keeps one letter, and destroys its content: journal entry, row and channel head, in the unit of work given."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.exchange import wire
from services.chassis.exchange.errors import LetterUnknownError
from services.chassis.exchange.heads import Head, remember
from services.chassis.exchange.model import Direction, Letter, LetterState
from services.chassis.exchange.proof import letter_digest
from services.chassis.exchange.rest import put_to_rest
from services.chassis.exchange.tables import LETTERS
from services.chassis.identity.keys import Keyring
from services.chassis.journal import store as journal
from services.chassis.storage import Transaction

SENT, STORED, RETURNED = "letter.sent", "letter.stored", "letter.returned"
"""Kinds of journal entry; the payload is the exact signed header with its signature."""
DESTROYED = "content.destroyed"
"""Kind of journal entry; the payload names letter, the two who decided, and their explanation."""
_KINDS = {Direction.OUT: SENT, Direction.IN: STORED}
_STATES = {Direction.OUT: LetterState.SENT, Direction.IN: LetterState.STORED}


def destroy_content(tx: Transaction, letter_id: str, explanation: str, by: tuple[str, str]) -> None:
    """Destroy the content of every copy of a letter, on record, decided by two persons; the rest still verifies.

    The salt goes too, so that nobody can try out what the digest stood for.

    Raises:
        LetterUnknownError: this node holds no such letter.
    """
    destroyed = tx.connection.execute(
        sa.update(LETTERS)
        .where(LETTERS.c.letter_id == letter_id)
        .values(content=None, content_key=None, storage_key_id="", salt=b"")
    )
    if destroyed.rowcount == 0:
        raise LetterUnknownError(letter_id=letter_id[:64])
    journal.append(tx, DESTROYED, "\n".join((letter_id, *by, explanation)).encode(), letter_id)


def keep(
    tx: Transaction,
    keyring: Keyring,
    letter: Letter,
    direction: Direction,
    trace: str | None,
    *,
    returned: bool = False,
) -> int:
    """Keep `letter`, whose number and previous digest fit the channel; returns its place in the journal.

    `returned` says that a peer gave us back a letter of our own.
    """
    header = letter.header
    peer = header.recipient if direction is Direction.OUT else header.sender
    digest = letter_digest(letter.signed.payload, header.suite)
    rested = None if letter.content is None else put_to_rest(keyring, letter.content, digest)
    kind = RETURNED if returned else _KINDS[direction]
    entry = journal.append(tx, kind, wire.encode_journaled(letter.signed), header.letter_id)
    tx.connection.execute(
        sa.insert(LETTERS).values(
            place=entry.sequence,
            direction=direction.value,
            peer=peer,
            number=header.number,
            digest=digest,
            letter_id=header.letter_id,
            kind=header.kind,
            matter_id=header.matter_id,
            state=_STATES[direction].value,
            stored_at=tx.now,
            salt=letter.salt,
            content=rested and rested.content,
            content_key=rested and rested.content_key,
            storage_key_id=rested.storage_key_id if rested else "",
            traceparent=trace,
        )
    )
    remember(tx, direction, peer, Head(header.number, digest))
    return entry.sequence
