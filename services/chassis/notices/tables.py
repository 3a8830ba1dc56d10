"""The table of notices: where a person is told, what they were told of, and when to try again."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.people.tables import ACCOUNTS
from services.chassis.storage import METADATA, Identifier, Instant

NOTICES = sa.Table(
    "notices",
    METADATA,
    sa.Column("account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), primary_key=True),
    sa.Column("address", sa.String(254), nullable=False),
    sa.Column("daily", sa.Boolean, nullable=False),
    sa.Column("known", sa.JSON, nullable=True),
    sa.Column("told_at", Instant, nullable=True),
    sa.Column("daily_at", Instant, nullable=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("tried_at", Instant, nullable=True),
)
"""`known` holds a short digest of each task that the person was told of or that waited before; null: not looked yet."""
