"""Tables of teams: who is in them, for which units, and since when they may act."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage import METADATA, Identifier, Instant

_ROUND = "inspection_rounds.id"
_PERSON = sa.String(64)

TEAMS = sa.Table(
    "inspection_teams",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("round_id", Identifier, sa.ForeignKey(_ROUND), nullable=False),
    sa.Column("team_no", sa.Integer, nullable=False),
    sa.Column("exemption", sa.String(500), nullable=False),
    sa.Column("formed_by", sa.String(64), nullable=False),
    sa.Column("formed_at", Instant, nullable=False),
    sa.UniqueConstraint("round_id", "team_no"),
)
"""`exemption` is why a leader comes from outside the pool, once there is one."""

TEAM_UNITS = sa.Table(
    "inspection_team_units",
    METADATA,
    sa.Column("round_id", Identifier, sa.ForeignKey(_ROUND), primary_key=True),
    sa.Column("unit_id", sa.String(36), primary_key=True),
    sa.Column("team_id", Identifier, sa.ForeignKey(TEAMS.c.id), nullable=False, index=True),
)
"""The key is what gives a unit one team per round."""

TEAM_MEMBERS = sa.Table(
    "inspection_team_members",
    METADATA,
    sa.Column("round_id", Identifier, sa.ForeignKey(_ROUND), primary_key=True),
    sa.Column("person_id", _PERSON, primary_key=True),
    sa.Column("team_id", Identifier, sa.ForeignKey(TEAMS.c.id), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("source_body", sa.String(40), nullable=False),
    sa.Column("unit_id", sa.String(36), nullable=False),
    sa.Column("recusal_units", sa.JSON, nullable=False),
    sa.Column("roster_no", sa.String(36), nullable=False),
)
"""The key is what keeps a person in one team per round. `person_id` is the person's id in the office's accounts."""

AUTHORIZATIONS = sa.Table(
    "inspection_authorizations",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("team_id", Identifier, sa.ForeignKey(TEAMS.c.id), nullable=False, index=True),
    sa.Column("decision_id", Identifier, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_to", sa.Date, nullable=False),
    sa.Column("issued_by", sa.String(64), nullable=False),
    sa.Column("issued_at", Instant, nullable=False),
    sa.Column("revoked_on", sa.Date, nullable=True),
    sa.Column("revoked_by", sa.String(64), nullable=True),
    sa.Column("revocation", sa.String(500), nullable=True),
)
"""Dated permissions by a recorded decision (A2.1e); `revocation` is the reason."""
