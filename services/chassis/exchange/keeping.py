"""Keeps one letter: journal entry, row and channel head, in the unit of work it is handed."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.exchange import wire
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
_KINDS = {Direction.OUT: SENT, Direction.IN: STORED}
_STATES = {Direction.OUT: LetterState.SENT, Direction.IN: LetterState.STORED}


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
    rested = put_to_rest(keyring, letter.content, digest)
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
            content=rested.content,
            content_key=rested.content_key,
            storage_key_id=rested.storage_key_id,
            traceparent=trace,
        )
    )
    remember(tx, direction, peer, Head(header.number, digest))
    return entry.sequence
