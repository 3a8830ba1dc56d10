"""Ledgers in the database: one table derived from each declaration, and the few that all ledgers share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from services.chassis.ledgers.spec import Column, Kind, LedgerSpec
from services.chassis.storage.tables import METADATA, Identifier, Instant


class Scaled(sa.TypeDecorator[Decimal]):
    """A decimal stored as a whole number of its smallest part, so that both databases add it up exactly."""

    impl = sa.BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def __repr__(self) -> str:
        """As a migration writes it."""
        return f"Scaled({self.places})"

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> int | None:
        """The whole number."""
        del dialect
        return None if value is None else int(Decimal(value).scaleb(self.places).to_integral_exact())

    def process_result_value(self, value: int | Decimal | None, dialect: sa.Dialect) -> Decimal | None:
        """The decimal. A sum comes back from PostgreSQL as a decimal of whole numbers already."""
        del dialect
        return None if value is None else Decimal(value).scaleb(-self.places)


@dataclass(frozen=True)
class Ledger:
    """A declaration and its table. Beside the declared columns every row has an id, the digests of its natural key
    and of its content, a revision that grows with every change, the import that last touched it, and, once it is
    withdrawn, when that was.
    """

    spec: LedgerSpec
    table: sa.Table

    @property
    def name(self) -> str:
        """The ledger's name, which is also the table's."""
        return self.spec.name

    @property
    def c(self) -> ReadOnlyColumnCollection[str, sa.Column[Any]]:
        """The table's columns."""
        return self.table.c


def ledger_table(spec: LedgerSpec, metadata: sa.MetaData = METADATA) -> Ledger:
    """Derive the table of `spec`; call it once, in a body's `tables` module."""
    columns: list[sa.Column[object]] = [
        sa.Column("id", Identifier, primary_key=True),
        sa.Column("natural_key", sa.String(64), nullable=False, unique=True),
        sa.Column("content_digest", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("import_id", Identifier, sa.ForeignKey("ledger_imports.id"), nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
        sa.Column("retired_at", Instant, nullable=True),
    ]
    if spec.sealed:
        columns.append(sa.Column("petition_ref", sa.String(32), nullable=True, unique=True))
    columns += [
        sa.Column(column.key, _type(column), nullable=True, index=column.kind in {Kind.UNIT, Kind.PERSON})
        for column in spec.kept
    ]
    return Ledger(spec, sa.Table(spec.name, metadata, *columns))


def _type(column: Column) -> sa.types.TypeEngine[Any]:
    types: Mapping[Kind, sa.types.TypeEngine[Any]] = {
        Kind.DATE: sa.Date(),
        Kind.MONTH: sa.String(7),
        Kind.INTEGER: sa.BigInteger(),
        Kind.DECIMAL: Scaled(4),
        Kind.MONEY: Scaled(2),
        Kind.BOOLEAN: sa.Boolean(),
        Kind.ENUM: sa.String(100),
        Kind.TAGS: sa.String(500),
    }
    return types.get(column.kind) or sa.String(column.max_length)


LEDGER_IMPORTS = sa.Table(
    "ledger_imports",
    METADATA,
    sa.Column("id", Identifier, primary_key=True),
    sa.Column("ledger", sa.String(64), nullable=False, index=True),
    sa.Column("file_digest", sa.String(64), nullable=False),
    sa.Column("imported_by", sa.String(64), nullable=False),
    sa.Column("imported_at", Instant, nullable=False),
    sa.Column("row_count", sa.Integer, nullable=False),
    sa.Column("added_count", sa.Integer, nullable=False),
    sa.Column("changed_count", sa.Integer, nullable=False),
    sa.Column("unchanged_count", sa.Integer, nullable=False),
    sa.Column("missing_count", sa.Integer, nullable=False),
)
"""One row per import: a digest that nothing sealed has a part in, and what it did; never the file."""

LEDGER_STATE = sa.Table(
    "ledger_state",
    METADATA,
    sa.Column("ledger", sa.String(64), primary_key=True),
    sa.Column("changes", sa.BigInteger, nullable=False),
)
"""How often each ledger changed: while the count stands still, no draft compiled from it can be stale."""

PETITIONER_VAULT = sa.Table(
    "petitioner_vault",
    METADATA,
    sa.Column("petition_ref", sa.String(32), primary_key=True),
    sa.Column("suite", sa.String(64), nullable=False),
    sa.Column("first_custodian", sa.String(16), nullable=False),
    sa.Column("second_custodian", sa.String(16), nullable=False),
    sa.Column("first_half", sa.LargeBinary, nullable=False),
    sa.Column("second_half", sa.LargeBinary, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("sealed_at", Instant, nullable=False),
)
"""Who complained, for two custodians together to open; nothing in this database opens it."""
