"""Tables of a node's matters: one row that lists show, and the acts from which that row is folded."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage import METADATA, Identifier, Instant, Sequence64

_BODY = sa.String(80)
_WORD = sa.String(40)
_KIND = sa.String(80)

MATTERS = sa.Table(
    "matters",
    METADATA,
    sa.Column("matter_id", Identifier, primary_key=True),
    sa.Column("kind", _WORD, nullable=False),
    sa.Column("letter_kind", _KIND, nullable=False),
    sa.Column("opener", _BODY, nullable=False),
    sa.Column("addressee", _BODY, nullable=False),
    sa.Column("our_side", _WORD, nullable=False),
    sa.Column("counterparty", _BODY, nullable=False),
    sa.Column("opened_letter_id", Identifier, nullable=False),
    sa.Column("document_number", sa.String(200), nullable=False),
    sa.Column("article_ids", sa.JSON, nullable=False),
    sa.Column("sub_unit", _KIND, nullable=False),
    sa.Column("subject_ref", sa.JSON, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("stored_at", Instant, nullable=True),
    sa.Column("state", _WORD, nullable=False),
    sa.Column("business_state", _WORD, nullable=False),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("signed_for_at", Instant, nullable=True),
    sa.Column("answered_at", Instant, nullable=True),
    sa.Column("ended_at", Instant, nullable=True),
    sa.Column("suspended", sa.Boolean, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Index(None, "opened_letter_id"),
    sa.Index(None, "document_number"),
    # Every list is ordered by the last change. Each filter has an index in that order, so that a page costs the
    # same in the first year and in the tenth: nothing is sorted, and no page is reached by walking over others.
    sa.Index(None, "changed_at", "matter_id"),
    sa.Index(None, "our_side", "changed_at", "matter_id"),
    sa.Index(None, "state", "changed_at", "matter_id"),
    sa.Index(None, "is_open", "changed_at", "matter_id"),
    sa.Index(None, "counterparty", "changed_at", "matter_id"),
    sa.Index(None, "letter_kind", "changed_at", "matter_id"),
    sa.Index(None, "sub_unit", "changed_at", "matter_id"),
)
"""One row per matter: its header, which never changes, and the summary of its fold, rewritten with every act."""

MATTER_ACTS = sa.Table(
    "matter_acts",
    METADATA,
    sa.Column("matter_id", Identifier, primary_key=True),
    sa.Column("letter_id", Identifier, primary_key=True),
    sa.Column("event", _WORD, nullable=False),
    sa.Column("writer", _WORD, nullable=False),
    sa.Column("number", Sequence64, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("last_seen", Identifier, nullable=True),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("on_behalf", sa.Boolean, nullable=False),
    sa.Column("medium", _WORD, nullable=False),
    sa.Column("body", _BODY, nullable=True),
    sa.Column("recorded_at", Instant, nullable=False),
)
"""Every act, never changed. No reference to the matter: an act may come before the letter that opens it."""
