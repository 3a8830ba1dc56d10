"""The tables of people: what is secret is kept as a digest, what ends is kept with its end."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.storage import METADATA, Identifier, Instant

_SCOPE = 64

PERSONS = sa.Table(
    "persons",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
)

POSTS = sa.Table(
    "person_posts",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("person_id", Identifier, sa.ForeignKey(PERSONS.c.id), nullable=False),
    sa.Column("post", sa.String(100), nullable=False),
    sa.Column("valid_from", Instant, nullable=False),
)
"""A post lasts until the next one begins."""
sa.Index(None, POSTS.c.person_id, POSTS.c.valid_from)

ACCOUNTS = sa.Table(
    "accounts",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("person_id", Identifier, sa.ForeignKey(PERSONS.c.id), nullable=False, unique=True),
    sa.Column("login", sa.String(64), nullable=False, unique=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("held", sa.Boolean, nullable=False),
    sa.Column("password_hash", sa.String(200), nullable=True),
    sa.Column("opened_at", Instant, nullable=False),
)

INVITATIONS = sa.Table(
    "invitations",
    METADATA,
    sa.Column("code_digest", sa.LargeBinary(32), primary_key=True),
    sa.Column("account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant, nullable=True),
)

GRANTS = sa.Table(
    "grants",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
    sa.Column("role", sa.String(16), nullable=False, index=True),
    sa.Column("sub_unit", sa.String(_SCOPE), nullable=True),
    sa.Column("matter_id", sa.String(_SCOPE), nullable=True),
    sa.Column("valid_from", Instant, nullable=False),
    sa.Column("valid_to", Instant, nullable=True),
)

SESSIONS = sa.Table(
    "sessions",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("token_digest", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
    sa.Column("client", sa.String(60), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("used_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False, index=True),
    sa.Column("second_factor_at", Instant, nullable=True),
    sa.Column("acting_for", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=True),
)
"""A session that was ended is deleted; the journal keeps that there was one."""

SECOND_FACTORS = sa.Table(
    "second_factors",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
    sa.Column("storage_key_id", sa.String(32), nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("confirmed_at", Instant, nullable=True),
    sa.Column("last_step", sa.BigInteger, nullable=False),
)
"""At most one confirmed and one that waits to be, for each account. `secret` rests under the node's storage key;
`last_step` counts the 30 seconds of the last code that was accepted, which is accepted once."""

RECOVERY_CODES = sa.Table(
    "recovery_codes",
    METADATA,
    sa.Column("code_digest", sa.LargeBinary(32), primary_key=True),
    sa.Column("account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
)
"""A code that was used is deleted."""

ACCESS_TOKENS = sa.Table(
    "access_tokens",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
    sa.Column("token_digest", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("to_date", sa.Date, nullable=False),
    sa.Column("used_at", Instant, nullable=True),
    sa.Column("revoked_at", Instant, nullable=True),
)

DELEGATIONS = sa.Table(
    "delegations",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("from_account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
    sa.Column("to_account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
    sa.Column("from_date", sa.Date, nullable=False),
    sa.Column("to_date", sa.Date, nullable=False),
    sa.Column("sub_unit", sa.String(_SCOPE), nullable=True),
    sa.Column("matter_id", sa.String(_SCOPE), nullable=True),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("revoked_at", Instant, nullable=True),
)

LEAVES = sa.Table(
    "leaves",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("from_account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
    sa.Column("to_account_id", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False, index=True),
    sa.Column("from_date", sa.Date, nullable=False),
    sa.Column("to_date", sa.Date, nullable=False),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("recorded_by", Identifier, sa.ForeignKey(ACCOUNTS.c.id), nullable=False),
    sa.Column("ended_at", Instant, nullable=True),
)

SIGN_IN_ATTEMPTS = sa.Table(
    "sign_in_attempts",
    METADATA,
    sa.Column("subject", sa.String(64), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", Instant, nullable=False, index=True),
)
"""`subject` is an account's id, or, where there is no such login, a digest under a key that dies with the process:
what is typed as a login is at times a password."""
