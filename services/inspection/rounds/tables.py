"""Tables of rounds: their units, and the gaps of self-inspection."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage import METADATA, Identifier, Instant

_ROUND = "inspection_rounds.id"
_BODY = sa.String(40)
_UNIT = sa.String(36)

ROUNDS = sa.Table(
    "inspection_rounds",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("term_no", sa.Integer, nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("special_topic", sa.String(200), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("site_from", sa.Date, nullable=True),
    sa.Column("site_to", sa.Date, nullable=True),
    sa.Column("targets_fixed_on", sa.Date, nullable=True),
    sa.Column("plan_decision_id", Identifier, nullable=True),
    sa.Column("targets_decision_id", Identifier, nullable=True),
    sa.Column("created_by", sa.String(64), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.UniqueConstraint("term_no", "seq"),
)

ROUND_UNITS = sa.Table(
    "inspection_round_units",
    METADATA,
    sa.Column("round_id", Identifier, sa.ForeignKey(_ROUND), primary_key=True),
    sa.Column("unit_id", _UNIT, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("body", _BODY, nullable=False),
    sa.Column("added_at", Instant, nullable=False),
)
"""`body` is the coordinating body that the unit is, or empty; settled when the targets are fixed."""

GAPS = sa.Table(
    "inspection_gaps",
    METADATA,
    sa.Column("round_id", Identifier, sa.ForeignKey(_ROUND), primary_key=True),
    sa.Column("unit_id", _UNIT, primary_key=True),
    sa.Column("body", _BODY, primary_key=True),
    sa.Column("substitute", _BODY, nullable=True),
    sa.Column("decision_id", Identifier, nullable=True),
    sa.Column("chosen_by", sa.String(64), nullable=True),
    sa.Column("chosen_at", Instant, nullable=True),
)
"""A body that is not asked about a unit because it is that unit; who fills the gap, once the head chose."""
