"""Table of readings of what is for named persons only."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage.tables import METADATA, Identifier, Instant

READS = sa.Table(
    "closed_reads",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("what", sa.String(16), nullable=False),
    sa.Column("ref", sa.String(64), nullable=False),
    sa.Column("how", sa.String(16), nullable=False),
    sa.Column("account_id", Identifier, nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("read_at", Instant, nullable=False),
    sa.Index(None, "ref"),
    sa.Index(None, "account_id", "read_at"),
)
"""Who read which letter or ledger, when, how, and why in their words; rows are only ever added."""
