"""Tables of alarms, kept until somebody answered them and afterwards for who asks, and of journal checks."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage import METADATA, Identifier, Instant

OPEN = sa.text("closed_at IS NULL")
"""Condition on an open alarm. The very words of the index, or it would not serve the query."""

ALARMS = sa.Table(
    "alarms",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("peer", sa.String(64), nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("first_at", Instant, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
    sa.Column("times", sa.BigInteger, nullable=False),
    sa.Column("closed_at", Instant, nullable=True),
    sa.Column("closed_by", Identifier, nullable=True),
    sa.Column("closing_reason", sa.Text, nullable=True),
    # Whatever rings a thousand times is one alarm.
    sa.Index(None, "kind", "peer", "reason", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
)
"""Kinds, bodies and reasons only: nothing of what letters say."""

JOURNAL_CHECKS = sa.Table(
    "journal_checks",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("checked_at", Instant, nullable=False),
    sa.Column("sound", sa.Boolean, nullable=False),
    sa.Column("entries", sa.BigInteger, nullable=False),
    sa.Column("fault_sequence", sa.BigInteger, nullable=False),
)
"""What each walk over the whole journal found; the proof is the journal, this only says when somebody last looked."""
