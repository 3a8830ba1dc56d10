"""What briefings keep: confirmed summaries of petitions, ledger names of units, and what each draft rested on."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage.tables import METADATA, Identifier, Instant

LEDGER_SUMMARIES = sa.Table(
    "ledger_summaries",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("ledger", sa.String(64), nullable=False),
    sa.Column("row_id", Identifier, nullable=False),
    sa.Column("row_revision", sa.Integer, nullable=False),
    sa.Column("text", sa.String(2000), nullable=False),
    sa.Column("written_by", sa.String(64), nullable=False),
    sa.Column("written_at", Instant, nullable=False),
    sa.Column("confirmed_by", sa.String(64), nullable=True),
    sa.Column("confirmed_at", Instant, nullable=True),
    sa.Column("replaced_at", Instant, nullable=True),
    sa.Index(None, "ledger", "row_id"),
)
"""What one person wrote about a petition without copying it, and who else read it and says it leads to nobody."""

UNIT_ALIASES = sa.Table(
    "unit_aliases",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("unit_id", sa.String(64), nullable=False, index=True),
    sa.Column("held", sa.String(100), nullable=False, index=True),
    sa.Column("valid_from", sa.Date, nullable=True),
    sa.Column("valid_to", sa.Date, nullable=True),
    sa.Column("added_by", sa.String(64), nullable=False),
    sa.Column("added_at", Instant, nullable=False),
    sa.Column("ended_by", sa.String(64), nullable=True),
    sa.Column("withdrawn_by", sa.String(64), nullable=True),
    sa.Column("withdrawn_at", Instant, nullable=True),
)
"""Which unit of the office a name in this body's ledgers stands for, and from which day to which, both included."""

DRAFT_SOURCES = sa.Table(
    "draft_sources",
    METADATA,
    sa.Column("draft_id", Identifier, primary_key=True),
    sa.Column("compiled_at", Instant, nullable=False),
    sa.Column("fingerprint", sa.JSON, nullable=False),
    sa.Column("links", sa.JSON, nullable=False),
)
"""For each draft what it rested on and which rows stand behind which figure: identifiers, no content."""
