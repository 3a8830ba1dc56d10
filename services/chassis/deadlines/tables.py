"""Tables of a node's due dates: the running clocks, every move, every reminder given, every calendar loaded."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage.tables import METADATA, Identifier, Instant

_RULE = sa.String(80)

DEADLINES = sa.Table(
    "deadlines",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("matter_id", Identifier, nullable=False),
    sa.Column("obliged", sa.String(80), nullable=False),
    sa.Column("rule_id", _RULE, nullable=False),
    sa.Column("article", _RULE, nullable=False),
    sa.Column("start_date", sa.Date, nullable=False),
    sa.Column("unit", sa.String(20), nullable=False),
    sa.Column("length", sa.Integer, nullable=False),
    sa.Column("roll", sa.Boolean, nullable=False),
    sa.Column("month", sa.Integer, nullable=False),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("stated", sa.Date, nullable=True),
    sa.Column("due_date", sa.Date, nullable=True),
    sa.Column("opens_on", sa.Date, nullable=True),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("original_due_date", sa.Date, nullable=True),
    sa.Column("extension", sa.Integer, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("closed_at", Instant, nullable=True),
    sa.Index(None, "matter_id"),
    sa.Index(None, "state", "due_date"),
)
"""One row per clock, with the rule that was in force on the day it starts."""

DEADLINE_STOPS = sa.Table(
    "deadline_stops",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("deadline_id", Identifier, sa.ForeignKey(DEADLINES.c.id), nullable=False, index=True),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("resumes_on", sa.Date, nullable=True),
)
"""When a clock stood still."""

DEADLINE_MOVES = sa.Table(
    "deadline_moves",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("deadline_id", Identifier, sa.ForeignKey(DEADLINES.c.id), nullable=False, index=True),
    sa.Column("cause", sa.String(20), nullable=False),
    sa.Column("moved_at", Instant, nullable=False),
    sa.Column("from_date", sa.Date, nullable=True),
    sa.Column("to_date", sa.Date, nullable=True),
    sa.Column("was_provisional", sa.Boolean, nullable=False),
    sa.Column("is_provisional", sa.Boolean, nullable=False),
    sa.Column("amount", sa.Integer, nullable=False),
    sa.Column("letter_id", sa.String(80), nullable=False),
)
"""Every move of a date: told by a letter, where reason and approver stand, or by a calendar (no letter).

When letters cross, the told ones are put in the order both sides share; the journal keeps what was recorded when.
"""

DEADLINE_REMINDERS = sa.Table(
    "deadline_reminders",
    METADATA,
    sa.Column("deadline_id", Identifier, sa.ForeignKey(DEADLINES.c.id), primary_key=True),
    sa.Column("for_date", sa.Date, primary_key=True),
    sa.Column("step", sa.String(40), primary_key=True),
    sa.Column("given_at", Instant, nullable=False),
)
"""Reminders given. The key is what makes each of them happen once; a moved date has reminders of its own."""

CALENDAR_TABLES = sa.Table(
    "calendar_tables",
    METADATA,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("loaded_at", Instant, nullable=False),
)
"""Official tables loaded into this node, as the exact bytes of their files. Year 0 is the county's own days."""
