"""Tables of the replies to a round's letters, and of each section they answer."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage import METADATA, Instant

REPLIES = sa.Table(
    "inspection_replies",
    METADATA,
    sa.Column("letter_id", sa.String(64), primary_key=True),
    sa.Column("matter_id", sa.String(64), sa.ForeignKey("inspection_letters.matter_id"), nullable=False, index=True),
    sa.Column("signed_at", Instant, nullable=False),
    sa.Column("stored_at", Instant, nullable=False),
    sa.Column("document_number", sa.String(100), nullable=False),
    sa.Column("content_digest", sa.LargeBinary, nullable=False),
)
"""What came in a matter, oldest first by `stored_at`; the texts stay in the letters, which alone hold them. What became
of a reply is the matter's to say: no column repeats it."""

REPLY_SECTIONS = sa.Table(
    "inspection_reply_sections",
    METADATA,
    sa.Column("letter_id", sa.String(64), sa.ForeignKey(REPLIES.c.letter_id), primary_key=True),
    sa.Column("unit_id", sa.String(36), primary_key=True),
    sa.Column("code", sa.String(80), primary_key=True),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("digest", sa.LargeBinary(32), nullable=False),
    sa.Column("stopped", sa.Boolean, nullable=False),
)
"""One section of one unit in one reply; `digest` is the SHA-256 of the section as the letter carries it."""
