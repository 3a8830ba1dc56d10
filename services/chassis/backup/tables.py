"""Rows of any table as plain values and back: what one database wrote the other can read."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from services.chassis.backup.errors import SchemaUnlikeError

VERSIONS = "alembic_version"
LEFT_OUT = frozenset({VERSIONS, "node_lease", "sessions", "access_tokens", "sign_in_attempts", "attachment_arrivals"})
"""Whose rows are not kept: who writes, who is signed in and which programs have tokens (what was ended since must not
come back), and files half fetched, with their keys: they are fetched anew."""
EMPTIED = frozenset({("quarantine", "data")})
"""Columns whose bytes are not kept. A frame that was not believed may hold the words of a letter that is destroyed
later, and no line of the key sheet could take them back; digest, reason and times are kept."""
_FETCHED = 100

Row = list[Any]


def _as_is(value: Any) -> Any:
    return value


_OUT: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "bytes": lambda value: base64.b64encode(value).decode("ascii"),
        "date": date.isoformat,
        "flag": bool,
    }
)
_IN: Mapping[str, Callable[[Any], Any]] = MappingProxyType({"bytes": base64.b64decode, "date": date.fromisoformat})


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's columns in order: names, and the form in which each one's values are written."""

    table: str
    names: tuple[str, ...]
    forms: tuple[str, ...]

    @classmethod
    def of(cls, table: sa.Table) -> Columns:
        """The columns of a table as the database has it.

        Raises:
            SchemaUnlikeError: one is of a kind that is not known here.
        """
        return cls(table.name, tuple(column.name for column in table.columns), tuple(_form(one) for one in table.c))

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Columns:
        """As they were written."""
        return cls(str(fields["table"]), tuple(fields["names"]), tuple(fields["forms"]))

    def to_bytes(self) -> bytes:
        """As they are written."""
        return json.dumps({"table": self.table, "names": self.names, "forms": self.forms}).encode()


def tables_in(connection: sa.Connection) -> list[sa.Table]:
    """Every table that the database has, those that others refer to first."""
    found = sa.MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in LEFT_OUT]


def versions_in(connection: sa.Connection) -> list[str]:
    """At which versions the tables are; none where there are no tables."""
    if not sa.inspect(connection).has_table(VERSIONS):
        return []
    return sorted(connection.scalars(sa.select(sa.column("version_num")).select_from(sa.table(VERSIONS))))


def rows_of(connection: sa.Connection, table: sa.Table) -> Iterator[Row]:
    """The table's rows as values that JSON has, by their primary key: what refers to an older row comes after it."""
    forms = Columns.of(table).forms
    selected = [_selected(column, form) for column, form in zip(table.c, forms, strict=True)]
    out = [_OUT.get(form, _as_is) for form in forms]
    query = sa.select(*selected).order_by(*table.primary_key.columns)
    with connection.execution_options(stream_results=True, yield_per=_FETCHED).execute(query) as found:
        for row in found:
            yield [None if value is None else write(value) for write, value in zip(out, row, strict=True)]


def _selected(column: sa.Column[Any], form: str) -> sa.ColumnElement[Any]:
    if (column.table.name, column.name) in EMPTIED:
        return sa.literal(b"", sa.LargeBinary)
    # JSON as the text it is: what is read and written again would be other bytes.
    return sa.cast(column, sa.Text) if form == "json" else column


def insert_rows(connection: sa.Connection, columns: Columns, rows: Sequence[Row]) -> None:
    """Put rows into the table of that name, which has these columns."""
    read = [_IN.get(form, _as_is) for form in columns.forms]
    values = [
        {
            f"p_{name}": None if value is None else take(value)
            for name, take, value in zip(columns.names, read, row, strict=True)
        }
        for row in rows
    ]
    if values:
        connection.execute(_insertion(columns, connection.dialect.name), values)


def row_count(connection: sa.Connection, table: sa.Table) -> int:
    """How many rows the table has."""
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def encode_row(row: Row) -> str:
    """A row as it is written."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def join_rows(rows: Iterable[str]) -> bytes:
    """Encoded rows as one record."""
    return f"[{','.join(rows)}]".encode()


def _insertion(columns: Columns, dialect: str) -> sa.Insert:
    table = sa.table(columns.table, *(sa.column(name, _TYPES[form]) for name, form in _pairs(columns)))
    values = {name: _bound(name, form, dialect) for name, form in _pairs(columns)}
    return sa.insert(table).values(values)


def _bound(name: str, form: str, dialect: str) -> sa.ColumnElement[Any]:
    bound: sa.ColumnElement[Any] = sa.bindparam(f"p_{name}", type_=_TYPES[form])
    return sa.cast(bound, sa.JSON) if form == "json" and dialect != "sqlite" else bound


def _pairs(columns: Columns) -> Iterator[tuple[str, str]]:
    return zip(columns.names, columns.forms, strict=True)


_TYPES: Mapping[str, sa.types.TypeEngine[Any]] = MappingProxyType(
    {
        "whole": sa.BigInteger(),
        "flag": sa.Boolean(),
        "text": sa.Text(),
        "bytes": sa.LargeBinary(),
        "date": sa.Date(),
        "json": sa.Text(),
        "real": sa.Float(),
    }
)
_FORMS: tuple[tuple[type[sa.types.TypeEngine[Any]], str], ...] = (
    (sa.Boolean, "flag"),
    (sa.Integer, "whole"),
    (sa.Float, "real"),
    (sa.Date, "date"),
    (sa.JSON, "json"),
    (sa.LargeBinary, "bytes"),
    (sa.String, "text"),
)


def _form(column: sa.Column[Any]) -> str:
    for kind, form in _FORMS:
        if isinstance(column.type, kind):
            return form
    raise SchemaUnlikeError(column=f"{column.table.name}.{column.name}")
