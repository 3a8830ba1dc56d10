"""Inserts whole rows by a statement made once: for the few tables that every letter writes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Prepared:
    sql: str
    processors: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    positional: bool

    def parameters(self, row: Row) -> Any:
        processed = [row[name] if process is None else process(row[name]) for name, process in self.processors]
        if self.positional:
            return tuple(processed)
        return {name: value for (name, _), value in zip(self.processors, processed, strict=True)}


@dataclass(frozen=True, slots=True)
class Insertion:
    """An INSERT that gives `columns` of `table`; to the database it is what `sa.insert` says.

    SQLAlchemy works out anew for each execution how a statement and its parameters go together. That costs more than
    the row does.
    """

    table: sa.Table
    columns: tuple[str, ...]
    _prepared: dict[str, _Prepared] = field(default_factory=dict, init=False, repr=False)
    """By the name of the database's dialect."""

    def run(self, connection: sa.Connection, rows: Sequence[Row]) -> None:
        """Insert `rows`, of which there is at least one, in one statement."""
        dialect = connection.dialect
        prepared = self._prepared.get(dialect.name) or self._prepare(dialect)
        parameters = [prepared.parameters(row) for row in rows]
        connection.exec_driver_sql(prepared.sql, parameters if len(parameters) > 1 else parameters[0])

    def _prepare(self, dialect: sa.Dialect) -> _Prepared:
        compiled = sa.insert(self.table).compile(dialect=dialect, column_keys=list(self.columns))
        order = compiled.positiontup if compiled.positional else None
        types = {name: self.table.c[name].type for name in order or self.columns}
        processors = tuple((name, kind.dialect_impl(dialect).bind_processor(dialect)) for name, kind in types.items())
        self._prepared[dialect.name] = _Prepared(str(compiled), processors, compiled.positional)
        return self._prepared[dialect.name]
