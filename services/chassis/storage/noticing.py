"""Notices which tables a transaction writes to, by its statements, so that others can be told once it is stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

P = TypeVar("P")
Observer = Callable[[frozenset[str]], None]
"""Told after each commit which tables it wrote to. Called in the writer's thread, and so must be quick."""

ANYWHERE = frozenset({"*"})
"""Stands for every table, where it was not looked."""
_WRITES = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)
_FIRST_LETTERS = frozenset("IUDiud")
_MOST_KNOWN = 2_000
"""Statements are few; those with lists of values in them would become many."""


class Noticing:
    """What the shared transaction has written to so far. What a part of a unit undid is named too: saying too much is
    harmless.

    While nobody observes it does not look. Who begins to in the middle of a transaction is told that it may have
    written anywhere.
    """

    def __init__(self) -> None:
        self._tables: set[str] = set()
        self._unit: set[str] = set()
        self._known: dict[str, str | None] = {}
        self._observers: tuple[Observer, ...] = ()
        self._connection: sa.Connection | None = None
        self._looking = False

    def observe(self, observer: Observer) -> None:
        """Have `observer` told of every commit from now on, also of the one that is under way."""
        self._observers = (*self._observers, observer)

    def leave(self, observer: Observer) -> None:
        """Tell `observer` no more."""
        self._observers = tuple(one for one in self._observers if one != observer)

    def listen(self, connection: sa.Connection) -> None:
        """The writer has a new connection."""
        self._connection, self._looking = connection, False

    def begin(self) -> None:
        """A transaction begins: whatever was noticed before is of another."""
        self._tables.clear()
        self._unit.clear()
        if self._connection is not None and self._looking is not bool(self._observers):
            self._looking = not self._looking
            if self._looking:
                # With `retval` the library calls it as it is, and not through a function of its own.
                sa.event.listen(self._connection, "before_cursor_execute", self._look, retval=True)
            else:
                sa.event.remove(self._connection, "before_cursor_execute", self._look)

    def unit_kept(self) -> None:
        """A unit of work is done."""
        self._tables |= self._unit
        self._unit.clear()

    def unit_undone(self) -> None:
        """A unit of work failed, and its neighbours stand."""
        self._unit.clear()

    def committed(self) -> None:
        """What was noticed is stored."""
        tables = frozenset(self._tables) if self._looking else ANYWHERE
        if tables:
            for observer in self._observers:
                observer(tables)

    def _look(
        self,
        _connection: object,
        _cursor: object,
        statement: str,
        parameters: P,
        _context: object,
        _executemany: bool,  # noqa: FBT001
    ) -> tuple[str, P]:
        if statement[0] in _FIRST_LETTERS:
            table = self._known.get(statement, "")
            if table == "":
                table = self._learn(statement)
            if table is not None:
                self._unit.add(table)
        return statement, parameters

    def _learn(self, statement: str) -> str | None:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        found = _WRITES.match(statement)
        table = self._known[statement] = found.group(1) if found else None
        return table
