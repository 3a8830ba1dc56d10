"""Keeps letters, and destroys contents: journal entry, row and channel head, in the unit of work given."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from services.chassis.exchange import wire
from services.chassis.exchange.document_numbers import parts_of
from services.chassis.exchange.errors import LetterUnknownError
from services.chassis.exchange.heads import Head, remember
from services.chassis.exchange.model import Direction, Letter, LetterState
from services.chassis.exchange.naming import OURS, LetterName, is_named
from services.chassis.exchange.proof import letter_digest
from services.chassis.exchange.rest import put_to_rest
from services.chassis.exchange.tables import LETTERS
from services.chassis.identity.keys import Keyring
from services.chassis.journal import store as journal
from services.chassis.storage import Transaction
from services.chassis.storage.rows import Insertion

SENT, STORED, RETURNED = "letter.sent", "letter.stored", "letter.returned"
"""Kinds of journal entry; the payload is the exact signed header with its signature."""
DESTROYED = "content.destroyed"
"""Kind of journal entry; the payload is JSON: the letter, its sender where that is another body, and `Why`."""
_INSERT = Insertion(
    LETTERS,
    (
        "place",
        "direction",
        "peer",
        "number",
        "digest",
        "letter_id",
        "kind",
        "matter_id",
        "state",
        "stored_at",
        "salt",
        "content",
        "content_key",
        "storage_key_id",
        "traceparent",
        "document_series",
        "document_year",
        "document_serial",
    ),
)
_KINDS = {Direction.OUT: SENT, Direction.IN: STORED}
_STATES = {Direction.OUT: LetterState.SENT, Direction.IN: LetterState.STORED}


@dataclass(frozen=True, slots=True)
class Why:
    """Why content is destroyed, as the journal keeps it: codes and ids, no words.

    Attributes:
        ground: Code of the legal ground.
        asked_by: Who asked for it: an account here, or a post at the body that did.
        approved_by: Who decided, another person.
        destruction_id: The entry of the register of destructions, empty for none.
        first_at: When it was destroyed first, ISO 8601 in UTC, where an old copy had brought it back; else empty.
    """

    ground: str
    asked_by: str
    approved_by: str
    destruction_id: str = ""
    first_at: str = ""


def destroy_content(tx: Transaction, name: LetterName, why: Why) -> None:
    """Destroy the content of every copy of a letter, on record, decided by two persons; the rest still verifies.

    The salt goes too, so that nobody can try out what the digest stood for. What else holds the words follows in
    `services.chassis.destruction`, which is what use cases call.

    Raises:
        LetterUnknownError: this node holds no such letter.
    """
    destroyed = tx.connection.execute(
        sa.update(LETTERS).where(is_named(name)).values(content=None, content_key=None, storage_key_id="", salt=b"")
    )
    if destroyed.rowcount == 0:
        raise LetterUnknownError(letter_id=name.letter_id[:64])
    told = {"letter": name.letter_id, "sender": name.sender} | asdict(why)
    facts = {field: value for field, value in told.items() if value}
    journal.append(tx, DESTROYED, json.dumps(facts, sort_keys=True).encode(), name.letter_id)


def read_destroyed(payload: bytes) -> tuple[LetterName, Why] | None:
    """The letter of a journal entry `DESTROYED`, and why; None when it is none."""
    try:
        fields = {name: str(value) for name, value in json.loads(payload).items()}
        return LetterName(fields.pop("letter"), fields.pop("sender", OURS)), Why(**fields)
    except (ValueError, AttributeError, KeyError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class Keep:
    """A letter to keep, whose number and previous digest fit the channel."""

    letter: Letter
    direction: Direction
    traceparent: str | None
    returned: bool = False
    """Whether a peer gave us back a letter of our own."""

    @property
    def peer(self) -> str:
        """The other body."""
        return self.letter.header.recipient if self.direction is Direction.OUT else self.letter.header.sender

    @property
    def digest(self) -> bytes:
        """What the next letter of the channel names this one by."""
        header = self.letter.header
        return letter_digest(self.letter.signed.payload, header.previous_digest, header.suite)


def note_head(tx: Transaction, kept: Keep) -> None:
    """The channel ends with this letter now."""
    remember(tx, kept.direction, kept.peer, Head(kept.letter.header.number, kept.digest))


def keep_all(tx: Transaction, keyring: Keyring, many: Sequence[Keep]) -> list[int]:
    """Keep letters in their order, in one statement each for journal and rows; returns their places in the journal."""
    if not many:
        return []
    entries = journal.append_all(
        tx,
        [
            (
                RETURNED if one.returned else _KINDS[one.direction],
                wire.encode_journaled(one.letter.signed),
                one.letter.header.letter_id,
            )
            for one in many
        ],
    )
    places = [entry.sequence for entry in entries]
    _INSERT.run(tx.connection, [_row(tx, keyring, one, place) for one, place in zip(many, places, strict=True)])
    for one in many:
        note_head(tx, one)
    return places


def _row(tx: Transaction, keyring: Keyring, kept: Keep, place: int) -> dict[str, object]:
    letter, digest = kept.letter, kept.digest
    number = parts_of(letter.header.document_number)
    rested = None if letter.content is None else put_to_rest(keyring, letter.content, digest)
    return {
        "place": place,
        "direction": kept.direction.value,
        "peer": kept.peer,
        "number": letter.header.number,
        "digest": digest,
        "letter_id": letter.header.letter_id,
        "kind": letter.header.kind,
        "matter_id": letter.header.matter_id,
        "state": _STATES[kept.direction].value,
        "stored_at": tx.now,
        "salt": letter.salt,
        "content": rested and rested.content,
        "content_key": rested and rested.content_key,
        "storage_key_id": rested.storage_key_id if rested else "",
        "traceparent": kept.traceparent,
        "document_series": number.series,
        "document_year": number.year,
        "document_serial": number.serial,
    }
