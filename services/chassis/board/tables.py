"""Table of what bodies told over time: one row per body and hour, and one per body and day."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage import METADATA, Instant

BOARD_SAMPLES = sa.Table(
    "board_samples",
    METADATA,
    sa.Column("step", sa.String(4), primary_key=True),
    sa.Column("began_at", Instant, primary_key=True),
    sa.Column("body", sa.String(64), primary_key=True),
    sa.Column("waiting", sa.Integer, nullable=False),
    sa.Column("late", sa.Integer, nullable=False),
    sa.Column("oldest", sa.Integer, nullable=True),
    sa.Column("parked", sa.Integer, nullable=False),
    sa.Column("quarantined", sa.Integer, nullable=False),
    sa.Column("backlog", sa.BigInteger, nullable=False),
    sa.Column("gap", sa.BigInteger, nullable=False),
    sa.Column("alarms", sa.Integer, nullable=False),
)
"""What was told last within the hour or day. Counts only; where a body was not heard there is no row."""
