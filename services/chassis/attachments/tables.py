"""Tables of attachments: what is kept, what draft or letter it belongs to, and what is on its way here."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage.tables import METADATA, Identifier, Instant

_BODY = sa.String(64)
_DIGEST = sa.LargeBinary(32)

ATTACHMENTS = sa.Table(
    "attachments",
    METADATA,
    sa.Column("file", Identifier, primary_key=True),
    sa.Column("digest", _DIGEST, nullable=False, unique=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("chunk_size", sa.Integer, nullable=False),
    sa.Column("suite", sa.String(32), nullable=False),
    sa.Column("chunk_digests", sa.LargeBinary, nullable=False),
    sa.Column("storage_key_id", sa.String(32), nullable=False),
    sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
    sa.Column("kept_at", Instant, nullable=False),
)
"""One row per content, however many drafts and letters have it. `file` is its random name in the node's folder; what
lies there is encrypted under a key of its own, wrapped by the storage key. Without the row nobody reads it again."""

ATTACHMENT_USES = sa.Table(
    "attachment_uses",
    METADATA,
    sa.Column("owner", sa.String(8), primary_key=True),
    sa.Column("owner_id", sa.String(64), primary_key=True),
    sa.Column("peer", _BODY, primary_key=True),
    sa.Column("digest", _DIGEST, primary_key=True),
    sa.Column("use_id", Identifier, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("chunk_size", sa.Integer, nullable=False),
    sa.Column("suite", sa.String(32), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("noted_at", Instant, nullable=False),
    sa.Column("settled_at", Instant, nullable=True),
    sa.Index(None, "digest"),
    sa.Index(None, "state", "peer", "noted_at"),
)
"""Which draft or letter has which attachment, and how far it is. A content is kept while it is ready, being looked at
or lost for one of them. `peer` is the body that wrote the letter and has the file; empty for what is our own. Every
sender makes the ids of its letters: only with the sender an id names one."""

ATTACHMENT_ARRIVALS = sa.Table(
    "attachment_arrivals",
    METADATA,
    sa.Column("file", Identifier, primary_key=True),
    sa.Column("peer", _BODY, nullable=False),
    sa.Column("digest", _DIGEST, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("chunk_size", sa.Integer, nullable=False),
    sa.Column("suite", sa.String(32), nullable=False),
    sa.Column("chunk_digests", sa.LargeBinary, nullable=True),
    sa.Column("arrived", sa.LargeBinary, nullable=False),
    sa.Column("storage_key_id", sa.String(32), nullable=False),
    sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
    sa.Column("begun_at", Instant, nullable=False),
    sa.UniqueConstraint("peer", "digest", "size", "chunk_size", "suite"),
)
"""What is on its way here, and from whom: each holder proves by every byte that it has the file. Until the list of
chunks has come, size and the rest are what a letter says, and another letter may say otherwise. `arrived` has one bit
for each chunk that is on the disk."""
