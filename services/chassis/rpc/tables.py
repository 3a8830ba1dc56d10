"""The table of requests already answered."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage.tables import METADATA, Identifier, Instant

REQUEST_LOG = sa.Table(
    "request_log",
    METADATA,
    sa.Column("caller_id", Identifier, primary_key=True),
    sa.Column("request_id", sa.String(64), primary_key=True),
    sa.Column("method", sa.String(100), nullable=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("request_digest", sa.LargeBinary, nullable=False),
    sa.Column("response", sa.LargeBinary, nullable=False),
    sa.Column("answered_at", Instant, nullable=False, index=True),
)
"""Written in the transaction that did the work, so that work and answer exist together or not at all."""
