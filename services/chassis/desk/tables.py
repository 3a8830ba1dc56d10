"""Tables of the desk: drafts with every revision and step, signatures, document numbers, recorded decisions."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage.tables import METADATA, Identifier, Instant

_NAME = sa.String(80)
_DIGEST = sa.LargeBinary(32)

DRAFTS = sa.Table(
    "drafts",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("kind", _NAME, nullable=False),
    sa.Column("recipients", sa.JSON, nullable=False),
    sa.Column("recipient_sub_unit", _NAME, nullable=False),
    sa.Column("matter_id", sa.String(64), nullable=False, index=True),
    sa.Column("answers_letter_id", sa.String(64), nullable=False, index=True),
    sa.Column("sub_unit", _NAME, nullable=False),
    sa.Column("article_ids", sa.JSON, nullable=False),
    sa.Column("confidentiality", sa.String(8), nullable=False),
    sa.Column("review_needed", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("started_by", Identifier, nullable=False),
    sa.Column("handed_to", Identifier, nullable=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("reviewed_by", Identifier, nullable=False),
    sa.Column("stale_since", Instant, nullable=True),
    sa.Column("stale_revision", sa.Integer, nullable=True),
    sa.Column("letter_id", sa.String(64), nullable=False, index=True),
    sa.Column("document_number", _NAME, nullable=False),
    sa.Column("discard_reason", sa.Text, nullable=False),
    sa.Column("storage_key_id", sa.String(16), nullable=False),
    sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
)
"""One row per draft. Its texts and remarks rest under the wrapped key; without that key nobody reads them again."""


def drafter_in(drafts: sa.FromClause) -> sa.ColumnElement[str]:
    """Who has the draft in hand, in `DRAFTS` or an alias of it."""
    return sa.func.coalesce(drafts.c.handed_to, drafts.c.started_by)


DRAFT_REVISIONS = sa.Table(
    "draft_revisions",
    METADATA,
    sa.Column("draft_id", Identifier, sa.ForeignKey(DRAFTS.c.id), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("digest", _DIGEST, nullable=False),
    sa.Column("content_type", sa.String(120), nullable=False),
    sa.Column("edited_by", Identifier, nullable=False),
    sa.Column("edited_at", Instant, nullable=False),
    sa.Column("says_nothing", sa.Boolean, nullable=False),
    sa.Column("unanswered", sa.Integer, nullable=False),
    sa.Column("kept", sa.LargeBinary, nullable=False),
)
"""Every text a draft ever had; rows are only ever added."""

DRAFT_STEPS = sa.Table(
    "draft_steps",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("draft_id", Identifier, sa.ForeignKey(DRAFTS.c.id), nullable=False, index=True),
    sa.Column("action", sa.String(24), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("by_account_id", Identifier, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("words", sa.LargeBinary, nullable=True),
)
"""Who did what to which revision, with remarks under the draft's key; rows are only ever added."""

SIGNATURES = sa.Table(
    "draft_signatures",
    METADATA,
    sa.Column("draft_id", Identifier, sa.ForeignKey(DRAFTS.c.id), primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("digest", _DIGEST, nullable=False),
    sa.Column("account_id", Identifier, nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("post", sa.String(200), nullable=False),
    sa.Column("for_whom", sa.String(400), nullable=False),
    sa.Column("signed_at", Instant, nullable=False),
)
"""Who signed exactly what. A draft is signed once."""

DOCUMENT_NUMBERS = sa.Table(
    "document_numbers",
    METADATA,
    sa.Column("series", _NAME, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("draft_id", Identifier, nullable=False),
    sa.Column("taken_at", Instant, nullable=False),
    sa.Column("voided_at", Instant, nullable=True),
    sa.Column("void_reason", sa.Text, nullable=False),
)
"""Every number ever given; a void one stays, so that none is missing and none is given twice."""

DECISIONS = sa.Table(
    "decisions",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("decided_by", _NAME, nullable=False),
    sa.Column("number", sa.String(120), nullable=False),
    sa.Column("decided_date", sa.Date, nullable=False),
    sa.Column("form", sa.String(16), nullable=False),
    sa.Column("participants", sa.JSON, nullable=False),
    sa.Column("acts", sa.JSON, nullable=False),
    sa.Column("round_id", sa.String(64), nullable=False),
    sa.Column("unit_ids", sa.JSON, nullable=False),
    sa.Column("person_ids", sa.JSON, nullable=False),
    sa.Column("scan_digest", _DIGEST, nullable=False),
    sa.Column("corrects_id", Identifier, sa.ForeignKey("decisions.id"), nullable=True),
    sa.Column("digest", _DIGEST, nullable=False),
    sa.Column("entered_by", Identifier, nullable=False),
    sa.Column("entered_at", Instant, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("settled_by", Identifier, nullable=False),
    sa.Column("settled_at", Instant, nullable=True),
    sa.Column("refusal_remark", sa.Text, nullable=False),
    sa.Column("corrected_by_id", Identifier, nullable=True),
)
"""What was entered never changes; only whether it counts does, once or, when corrected, twice."""
