"""The signed statement of a gap: a letter that says behind which one a channel goes on, and which numbers are lost."""

from __future__ import annotations

import secrets
from dataclasses import replace

import sqlalchemy as sa

from guantong.exchange.v1 import continuation_pb2
from services.chassis.exchange import wire
from services.chassis.exchange.directories import directory_within
from services.chassis.exchange.heads import Head
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import SALT_BYTES, Direction, Letter, LetterHeader, Signer, StoredLetter
from services.chassis.exchange.proof import content_digest, sign_header
from services.chassis.exchange.tables import LETTERS
from services.chassis.identity.keys import KeyPair
from services.chassis.journal.store import JOURNAL
from services.chassis.storage import Transaction

CONTINUES = "channel.continued"
"""The kind of such a letter. The exchange itself handles it; no body is asked."""


def continuation(
    tx: Transaction, identity: Identity, peer: str, *, behind: Head, number: int, why: tuple[Signer, str]
) -> Letter:
    """The letter numbered `number` that follows the one `behind`, which the peer holds; `why` is who decided, and why.

    Raises:
        NoCurrentKeyError: this node has no signing key in force.
    """
    signer, reason = why
    key = identity.keyring.signing_key(directory_within(tx, identity), tx.now)
    header = LetterHeader(
        county=identity.county,
        demo=identity.demo,
        suite=key.suite,
        letter_id=tx.new_id(),
        sender=identity.body,
        recipient=peer,
        number=number,
        previous_digest=behind.digest,
        kind=CONTINUES,
        content_digest=b"",
        written_at=tx.now,
        signing_key_id=key.key_id,
        content_type=continuation_pb2.ChannelContinued.DESCRIPTOR.full_name,
        signer=signer,
    )
    return _signed(header, continuation_pb2.ChannelContinued(after_number=behind.number, reason=reason), key)


def continued_behind(one: StoredLetter, end: Head, above: int, key: KeyPair) -> Letter:
    """The same statement behind another letter: more of ours came back meanwhile, or the peer lost some again.

    Its number is above `above`, the highest that was given: the statement before may still be on its way under its own,
    and so may the letters behind it.
    """
    number = max(above, end.number) + 1
    header = replace(one.header, number=number, previous_digest=end.digest, signing_key_id=key.key_id)
    stated = continuation_pb2.ChannelContinued.FromString(one.content or b"")
    stated.after_number = end.number
    return _signed(header, stated, key)


def speaks_of_before(connection: sa.Connection, peer: str, number: int, digest: bytes) -> bool:
    """Whether our next letter behind `number` is such a statement, and says that the peer stands at `digest`."""
    return _stated_next(connection, peer, number) == digest


def has_to_be_stated_anew(connection: sa.Connection, peer: str, number: int, digest: bytes) -> bool:
    """Whether our next letter is such a statement, and the peer stands elsewhere by now: it came back from a copy."""
    return _stated_next(connection, peer, number) not in {None, digest}


def _stated_next(connection: sa.Connection, peer: str, number: int) -> bytes | None:
    found = connection.execute(_NEXT, {"whose": peer, "above": number}).one_or_none()
    if found is None or found.kind != CONTINUES:
        return None
    return wire.decode_header(wire.decode_journaled(found.payload).payload).previous_digest


_NEXT = (
    sa.select(LETTERS.c.kind, JOURNAL.c.payload)
    .join(JOURNAL, JOURNAL.c.sequence == LETTERS.c.place)
    .where(
        LETTERS.c.direction == Direction.OUT.value,
        LETTERS.c.peer == sa.bindparam("whose"),
        LETTERS.c.number > sa.bindparam("above"),
    )
    .order_by(LETTERS.c.number)
    .limit(1)
)


def _signed(header: LetterHeader, stated: continuation_pb2.ChannelContinued, key: KeyPair) -> Letter:
    content, salt = stated.SerializeToString(), secrets.token_bytes(SALT_BYTES)
    header = replace(header, content_digest=content_digest(salt, content, header.suite))
    return Letter(header, sign_header(header, key), salt, content)
