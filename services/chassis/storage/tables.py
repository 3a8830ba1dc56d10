"""The one MetaData that every table of a node joins, and the column types that both databases share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from services.chassis.clock import check_aware

METADATA = sa.MetaData(
    # Named constraints, so that a migration can alter on PostgreSQL what autogeneration found on SQLite.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Instant(sa.TypeDecorator[datetime]):
    """An aware instant, stored as UTC microseconds so that both databases keep and order it alike."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        """Microseconds since 1970; a naive time is refused."""
        del dialect
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        """The aware UTC instant."""
        del dialect
        return None if value is None else from_microseconds(value)


def to_microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970; exact, unlike a float timestamp."""
    return (check_aware(instant) - EPOCH) // MICROSECOND


def from_microseconds(count: int) -> datetime:
    """The aware UTC instant `count` microseconds after 1970."""
    return EPOCH + count * MICROSECOND


Identifier = sa.String(36)
"""Column type of ids made by `new_id`."""

Sequence64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A 64-bit counter; on SQLite INTEGER, which as a primary key is the row's own address."""

NODE_LEASE = sa.Table(
    "node_lease",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("holder", Identifier, nullable=False),
    sa.Column("taken_at", Instant, nullable=False),
)
"""One row naming the process that writes. The lock itself is the operating system's or PostgreSQL's; this row is
how a process that was cut off learns that another has written since."""
