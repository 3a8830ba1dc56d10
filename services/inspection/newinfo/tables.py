"""Table of new information received while rounds are on site."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage import METADATA, Identifier, Instant

NEW_INFO = sa.Table(
    "inspection_new_info",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("letter_id", sa.String(64), nullable=False, unique=True),
    sa.Column("around_office", sa.Boolean, nullable=False),
    sa.Column("from_body", sa.String(40), nullable=False),
    sa.Column("round_id", sa.String(64), nullable=False, index=True),
    sa.Column("unit_id", sa.String(36), nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("outside_site_stage", sa.Boolean, nullable=False),
    sa.Column("leader", sa.String(64), nullable=False),
    sa.Column("forwarded_by", sa.String(64), nullable=True),
    sa.Column("forwarded_at", Instant, nullable=True),
    sa.Column("read_at", Instant, nullable=True),
    sa.Column("action", sa.String(20), nullable=True),
    sa.Column("note", sa.String(500), nullable=True),
)
"""What a notice says stays in its letter. A row marked `around_office` came here by mistake: it carries nothing but
the letter's id and is in no list."""
