"""Table of readings of material for named persons only."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage import METADATA, Identifier, Instant

SENSITIVE_READS = sa.Table(
    "inspection_sensitive_reads",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("subject", sa.String(20), nullable=False),
    sa.Column("ref", sa.String(64), nullable=False),
    sa.Column("person_id", sa.String(64), nullable=False, index=True),
    sa.Column("account_id", sa.String(64), nullable=False),
    sa.Column("explanation", sa.String(500), nullable=False),
    sa.Column("read_at", Instant, nullable=False),
)
"""Who opened which leads or notice, when, and why; rows are only ever added."""
