"""Which columns hold keys that destruction destroys: they never go into an archive, only into the sheet beside it."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from services.chassis.backup.tables import Columns, Row

_IN_SHEET = ""


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A column of wrapped keys, and the column that names what each key opens."""

    column: str
    named_by: str
    emptied: Mapping[str, object] | None
    """What else of the row is left when the key is destroyed, as the database then holds it; None: the row goes too."""


KEY_COLUMNS: Mapping[str, KeyColumn] = MappingProxyType(
    {
        "letters": KeyColumn(
            "content_key", "digest", MappingProxyType({"content": None, "storage_key_id": "", "salt": ""})
        ),
        "drafts": KeyColumn("wrapped_key", "id", MappingProxyType({})),
        "attachments": KeyColumn("wrapped_key", "file", None),
    }
)
"""By table. A key is wrapped by the node's storage key and named by a letter's digest, a draft's id, a file's name."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Names one key: the table, and in it what the key opens (hexadecimal for a digest)."""

    table: str
    name: str


def letter_mark(digest: bytes) -> Mark:
    """The key of the letter with this digest."""
    return Mark("letters", digest.hex())


def draft_mark(draft_id: str) -> Mark:
    """The key of a draft."""
    return Mark("drafts", draft_id)


def destroyed_marks(connection: sa.Connection, written: Iterable[Mark] = ()) -> frozenset[Mark]:
    """Every key that the database has no more though it has what it opened.

    Of those whose row goes with them, only the ones in `written` (a sheet that was written just now) can be told.
    """
    found = sa.MetaData()
    marks = {one for one in written if (key := KEY_COLUMNS.get(one.table)) is not None and key.emptied is None}
    there = set(sa.inspect(connection).get_table_names())
    for name, key in KEY_COLUMNS.items():
        if name not in there:
            continue
        table = sa.Table(name, found, autoload_with=connection)
        if key.emptied is None:
            marks.difference_update(Mark(name, _named(value)) for value in connection.scalars(_names(table, key)))
            continue
        gone = _names(table, key).where(table.c[key.column].is_(None))
        marks.update(Mark(name, _named(value)) for value in connection.scalars(gone))
    return frozenset(marks)


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where in the rows of one table keys stand."""

    table: str
    key: int
    name: int
    emptied: tuple[tuple[int, object], ...] | None
    name_form: str

    @classmethod
    def in_columns(cls, columns: Columns) -> KeyPlace | None:
        """Of a table's rows; None where no key stands in them."""
        found = KEY_COLUMNS.get(columns.table)
        if found is None:
            return None
        at = columns.names.index
        emptied = None if found.emptied is None else tuple((at(name), value) for name, value in found.emptied.items())
        return cls(columns.table, at(found.column), at(found.named_by), emptied, columns.forms[at(found.named_by)])

    def take(self, row: Row) -> str | None:
        """Take the key (base64) out of a row, leaving word that there is one; None where it was destroyed already."""
        wrapped: str | None = row[self.key]
        if wrapped is not None:
            row[self.key] = _IN_SHEET
        return wrapped

    def waits(self, row: Row) -> bool:
        """Whether the row's key is in the sheet, or was."""
        return bool(row[self.key] == _IN_SHEET)

    def put_back(self, row: Row, wrapped: str) -> None:
        """The row as it was."""
        row[self.key] = wrapped

    def empty(self, row: Row) -> bool:
        """Make the row what it is once its key was destroyed; whether it stays at all."""
        row[self.key] = None
        for place, value in self.emptied or ():
            row[place] = value
        return self.emptied is not None

    def mark(self, row: Row) -> Mark:
        """What the row's key is named by."""
        name = row[self.name]
        return Mark(self.table, base64.b64decode(name).hex() if self.name_form == "bytes" else str(name))


def _names(table: sa.Table, key: KeyColumn) -> sa.Select[Any]:
    return sa.select(table.c[key.named_by])


def _named(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
