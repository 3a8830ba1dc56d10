"""The register of disclosures: who asked for what and why, who decided, and when it was handed out."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage.tables import METADATA, Identifier, Instant

DISCLOSURES = sa.Table(
    "disclosures",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("ledger", sa.String(64), nullable=False, index=True),
    sa.Column("row_id", Identifier, nullable=True),
    sa.Column("form", sa.String(8), nullable=True),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("asked_by", sa.String(64), nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("settled_by", sa.String(64), nullable=True),
    sa.Column("settled_at", Instant, nullable=True),
    sa.Column("approved", sa.Boolean, nullable=True),
    sa.Column("remark", sa.String(500), nullable=True),
    sa.Column("taken_at", Instant, nullable=True),
)
"""One row per request, kept whatever became of it; neither the identity nor the file is ever in it."""
