"""Tables of rounds: their units, the gaps of self-inspection, their letters, and the replies to them."""

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

LETTERS = sa.Table(
    "inspection_letters",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("matter_id", sa.String(64), nullable=False, unique=True),
    sa.Column("round_id", Identifier, sa.ForeignKey(_ROUND), nullable=False),
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
    sa.Column("unit_id", _UNIT, primary_key=True),
)

REPLIES = sa.Table(
    "inspection_replies",
    METADATA,
    sa.Column("letter_id", sa.String(64), primary_key=True),
    sa.Column("matter_id", sa.String(64), sa.ForeignKey(LETTERS.c.matter_id), nullable=False, index=True),
    sa.Column("signed_at", Instant, nullable=False),
    sa.Column("stored_at", Instant, nullable=False),
    sa.Column("document_number", sa.String(100), nullable=False),
    sa.Column("content_digest", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("target_date", sa.Date, nullable=True),
    sa.Column("settled_by", sa.String(64), nullable=True),
    sa.Column("settled_at", Instant, nullable=True),
)
"""What came in a matter, oldest first by `stored_at`; the texts stay in the letters, which alone hold them."""

REPLY_SECTIONS = sa.Table(
    "inspection_reply_sections",
    METADATA,
    sa.Column("letter_id", sa.String(64), sa.ForeignKey(REPLIES.c.letter_id), primary_key=True),
    sa.Column("unit_id", _UNIT, primary_key=True),
    sa.Column("code", sa.String(80), primary_key=True),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("digest", sa.LargeBinary(32), nullable=False),
    sa.Column("stopped", sa.Boolean, nullable=False),
)
"""One section of one unit in one reply; `digest` is the SHA-256 of the section as the letter carries it."""
