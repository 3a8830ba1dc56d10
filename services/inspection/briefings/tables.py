"""Table of briefings that were assembled, each with the sections of the letters it was made from."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage import METADATA, Identifier, Instant

BRIEFINGS = sa.Table(
    "inspection_briefings",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("round_id", Identifier, sa.ForeignKey("inspection_rounds.id"), nullable=False),
    sa.Column("unit_id", sa.String(36), nullable=False),
    sa.Column("assembled_by", sa.String(64), nullable=False),
    sa.Column("assembled_at", Instant, nullable=False),
    sa.Column("digest", sa.LargeBinary(32), nullable=False),
    sa.Column("leads_digest", sa.LargeBinary(32), nullable=True),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Index(None, "round_id", "unit_id"),
)
"""`digest` and `leads_digest` are SHA-256 of the two files handed out; `leads_digest` is empty where the caller was
not the team's leader. `sources` name letter, section and the section's digest; the texts stay in the letters."""
