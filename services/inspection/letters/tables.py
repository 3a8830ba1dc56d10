"""Tables of the letters of a round: one row per letter and matter, and the units it asks about."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage import METADATA, Identifier, Instant

_BODY = sa.String(40)

LETTERS = sa.Table(
    "inspection_letters",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("matter_id", sa.String(64), nullable=False, unique=True),
    sa.Column("round_id", Identifier, sa.ForeignKey("inspection_rounds.id"), nullable=False),
    sa.Column("kind", sa.String(80), nullable=False),
    sa.Column("body", _BODY, nullable=False),
    sa.Column("stands_for", _BODY, nullable=False),
    sa.Column("draft_id", Identifier, nullable=False, unique=True),
    sa.Column("sections", sa.JSON, nullable=False),
    sa.Column("reply_by", sa.Date, nullable=True),
    sa.Column("prepared_by", sa.String(64), nullable=False),
    sa.Column("prepared_at", Instant, nullable=False),
    sa.UniqueConstraint("round_id", "kind", "body", "stands_for"),
)
"""One row per letter and matter. `stands_for` is the body whose sections are asked: the addressee, or the one that
is recused and that the addressee fills in for. `sections` are the codes required, as the rulebook had them then."""

LETTER_UNITS = sa.Table(
    "inspection_letter_units",
    METADATA,
    sa.Column("letter_ref", Identifier, sa.ForeignKey(LETTERS.c.id), primary_key=True),
    sa.Column("unit_id", sa.String(36), primary_key=True),
)
