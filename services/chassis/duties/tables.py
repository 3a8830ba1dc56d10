"""The tables of duties: who handles which matter, and every handover that was recorded."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.people.tables import ACCOUNTS
from services.chassis.storage import METADATA, Identifier, Instant

MATTER_HANDLERS = sa.Table(
    "matter_handlers",
    METADATA,
    sa.Column("matter_id", sa.String(64), primary_key=True),
    sa.Column("account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
    sa.Column("assigned_by", Identifier, nullable=False),
    sa.Column("assigned_at", Instant, nullable=False),
)
"""Who handles a matter now (承办人); a matter without a row lies on nobody's desk in particular."""

HANDOVERS = sa.Table(
    "handovers",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("from_account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
    sa.Column("to_account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
    sa.Column("done_by", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False),
    sa.Column("done_at", Instant, nullable=False),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("draft_ids", sa.JSON, nullable=False),
    sa.Column("matter_ids", sa.JSON, nullable=False),
    sa.Column("liaison_count", sa.Integer, nullable=False),
    sa.Column("left_count", sa.Integer, nullable=False),
)
"""Rows are only ever added."""
