"""Tables of destruction: what was asked and decided, holds, files handed out, copies to recover, what is still due."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage.tables import METADATA, Identifier, Instant

_LETTER = sa.String(64)
_WHO = sa.String(200)

DESTRUCTIONS = sa.Table(
    "destructions",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("ground", sa.String(24), nullable=False),
    sa.Column("matter_id", _LETTER, nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("document_number", sa.String(120), nullable=False),
    sa.Column("decided_on", sa.Date, nullable=True),
    sa.Column("asked_by", _WHO, nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("settled_by", _WHO, nullable=True),
    sa.Column("settled_at", Instant, nullable=True),
    sa.Column("approved", sa.Boolean, nullable=True),
    sa.Column("remark", sa.String(500), nullable=True),
)
"""One row per request, kept whatever became of it. `asked_by` and `settled_by` are accounts of this node; where a
letter of another body decided, the posts that it names. `matter_id` is empty where single letters were named."""

DESTRUCTION_LETTERS = sa.Table(
    "destruction_letters",
    METADATA,
    sa.Column("destruction_id", Identifier, sa.ForeignKey(DESTRUCTIONS.c.id), primary_key=True),
    sa.Column("letter_id", _LETTER, primary_key=True),
    sa.Column("sender", _LETTER, primary_key=True),
    sa.Index(None, "letter_id"),
)
"""The letters of a request, fixed when it was asked: what the second person approves is what the first one named.
`sender` is the body that sent the letter, empty for this one: an id alone may be another body's letter as well."""

HOLDS = sa.Table(
    "destruction_holds",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("matter_id", _LETTER, nullable=False, index=True),
    sa.Column("cause", sa.String(24), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("placed_by", sa.String(64), nullable=False),
    sa.Column("placed_at", Instant, nullable=False),
    sa.Column("released_by", sa.String(64), nullable=True),
    sa.Column("released_at", Instant, nullable=True),
    sa.Column("release_reason", sa.String(500), nullable=True),
)
"""While one of a matter's holds is not released, nothing of the matter is destroyed."""

EXPORTS = sa.Table(
    "exports",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("digest", sa.LargeBinary(32), nullable=False),
    sa.Column("handed_to", sa.String(64), nullable=False),
    sa.Column("handed_at", Instant, nullable=False),
    sa.Column("ledger", sa.String(64), nullable=False),
    sa.Column("note", sa.String(200), nullable=False),
)
"""Every file that left the node in readable form: who took it, when, its SHA-256, the medium or recipient named."""

EXPORT_PARTS = sa.Table(
    "export_parts",
    METADATA,
    sa.Column("export_id", Identifier, sa.ForeignKey(EXPORTS.c.id), primary_key=True),
    sa.Column("part", _LETTER, primary_key=True),
    sa.Index(None, "part"),
)
"""The letters and drafts whose words are in a file, by their ids."""

COPIES = sa.Table(
    "destruction_copies",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("destruction_id", Identifier, sa.ForeignKey(DESTRUCTIONS.c.id), nullable=False, index=True),
    sa.Column("export_id", Identifier, sa.ForeignKey(EXPORTS.c.id), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("outcome", sa.String(16), nullable=True),
    sa.Column("person", sa.String(100), nullable=True),
    sa.Column("remark", sa.String(500), nullable=True),
    sa.Column("certified_by", sa.String(64), nullable=True),
    sa.Column("certified_at", Instant, nullable=True),
    sa.UniqueConstraint("destruction_id", "export_id"),
)
"""A file handed out that holds what was destroyed since: a duty until a named person says what became of it."""

AFTERMATH = sa.Table(
    "destruction_aftermath",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("destruction_id", Identifier, sa.ForeignKey(DESTRUCTIONS.c.id), nullable=False, index=True),
    sa.Column("step", sa.String(16), nullable=False),
    sa.Column("what", sa.String(120), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("done_at", Instant, nullable=True, index=True),
)
"""What a destruction still asks for outside the database's transaction: done after the commit, and again until done."""
