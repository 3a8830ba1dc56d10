"""Tables of the exchange: letters of both directions, how far peers receipted, what was not believed, who is who."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage import METADATA, Identifier, Instant, Sequence64

_BODY = sa.String(64)

UNHANDLED = sa.text("state IN ('parked', 'waiting')")
"""Condition on a letter that stands still. The very words of the index, or it would not serve the query."""
TO_HANDLE = sa.text("state = 'stored'")
"""Condition on a letter that is to be handled next; the very words of its index too."""
NUMBERED = sa.text("document_serial IS NOT NULL")
IN_SERIES = sa.text("document_series IS NOT NULL")
"""Conditions on a letter with a document number: most letters are short acts and have none."""

LETTERS = sa.Table(
    "letters",
    METADATA,
    sa.Column("place", Sequence64, primary_key=True, autoincrement=False),
    sa.Column("direction", sa.String(3), nullable=False),
    sa.Column("peer", _BODY, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.LargeBinary(32), nullable=False),
    sa.Column("letter_id", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("matter_id", sa.String(64), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("stored_at", Instant, nullable=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=True),
    sa.Column("content_key", sa.LargeBinary, nullable=True),
    sa.Column("storage_key_id", sa.String(32), nullable=False),
    sa.Column("traceparent", sa.String(64), nullable=True),
    sa.Column("reason", sa.String(64), nullable=True),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("parked_at", Instant, nullable=True),
    sa.Column("document_series", sa.String(80), nullable=True),
    sa.Column("document_year", sa.Integer, nullable=True),
    sa.Column("document_serial", sa.BigInteger, nullable=True),
    sa.UniqueConstraint("direction", "peer", "number"),
    # Ids are looked for by their beginnings too, which on PostgreSQL takes an order of characters, not of words.
    sa.Index(None, "letter_id", postgresql_ops={"letter_id": "varchar_pattern_ops"}),
    # Lists go back in time: what narrows one has an index in that order.
    sa.Index(None, "kind", "place"),
    sa.Index("ix_letters_of_peer", "peer", "place"),
    sa.Index(None, "document_serial", "place", sqlite_where=NUMBERED, postgresql_where=NUMBERED),
    sa.Index(None, "document_series", "place", sqlite_where=IN_SERIES, postgresql_where=IN_SERIES),
    sa.Index(None, "matter_id", "place"),
    sa.Index(None, "state", "place"),
    # A matter grows to thousands of letters, of which none or few stand still.
    sa.Index(None, "matter_id", sqlite_where=UNHANDLED, postgresql_where=UNHANDLED),
    # Catching up after an outage takes the oldest of every peer, again and again.
    sa.Index(None, "peer", "place", sqlite_where=TO_HANDLE, postgresql_where=TO_HANDLE),
)
"""One row per letter and direction. `place` is the number of its journal entry, which holds the exact signed bytes.
The content is encrypted under a key of its own, wrapped by the node's storage key; without that key it is gone.
`document_…` are the parts of the document number, for looking it up; the header says it whole."""

CHANNELS = sa.Table(
    "channels",
    METADATA,
    sa.Column("peer", _BODY, primary_key=True),
    sa.Column("receipted", sa.BigInteger, nullable=False),
    sa.Column("receipt_issued_at", Instant, nullable=True),
    sa.Column("peer_stored_at", Instant, nullable=True),
    sa.Column("heard_at", Instant, nullable=True),
    sa.Column("halted", sa.String(32), nullable=True),
    sa.Column("halted_at", Instant, nullable=True),
    sa.Column("claimed", sa.BigInteger, nullable=True),
    sa.Column("stated", sa.BigInteger, nullable=True),
    sa.Column("stated_digest", sa.LargeBinary(32), nullable=True),
    sa.Column("told", sa.BigInteger, nullable=True),
)
"""How far each peer receipted our letters, by its newest receipt; `halted` names why nothing new may be sent.

While a channel stands still: `claimed` is the highest number that the peer receipted and we do not know, never to be
given again; `stated` and `stated_digest` are what its newest such receipt says; `told` is what our hello says instead
of where we end, while we look for the last letter that both sides hold."""

QUARANTINE = sa.Table(
    "quarantine",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("digest", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("claimed_sender", _BODY, nullable=False),
    sa.Column("reason", sa.String(32), nullable=False),
    sa.Column("first_seen_at", Instant, nullable=False),
    sa.Column("last_seen_at", Instant, nullable=False),
    sa.Column("times_seen", sa.Integer, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("decision", sa.String(12), nullable=True),
)
"""Frames that did not verify, with their bytes as evidence; the same bytes again only count. `decision` is what became
of one since."""

EQUIVOCATIONS = sa.Table(
    "equivocations",
    METADATA,
    sa.Column("signer", _BODY, primary_key=True),
    sa.Column("recipient", _BODY, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("report", sa.LargeBinary, nullable=False),
    sa.Column("noted_at", Instant, nullable=False),
)
"""Proofs that a sender gave one number to two letters, against a peer or, as a peer reported it, against ourselves."""

DIRECTORIES = sa.Table(
    "directories",
    METADATA,
    sa.Column("version", Sequence64, primary_key=True, autoincrement=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("loaded_at", Instant, nullable=False),
)
"""Signed directories of bodies loaded into this node, as the exact bytes of their files."""
