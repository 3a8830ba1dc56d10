"""Notices which tables a transaction writes to, by its statements, so that others can be told once it is stored."""

from __future__ import annotations

import re
from collections.abc import Callable

import sqlalchemy as sa

Observer = Callable[[frozenset[str]], None]
"""Told after each commit which tables it wrote to. Called in the writer's thread, and so must be quick."""

_WRITES = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)
_FIRST_LETTERS = frozenset("IUDiud")
_MOST_KNOWN = 2_000
"""Statements are few; those with lists of values in them would become many."""


class Noticing:
    """What the shared transaction has written to so far. What a part of a unit undid is named too: saying too much is
    harmless.

    It always looks, also while nobody asks: who begins to observe in the middle of a transaction hears of it whole.
    """

    def __init__(self) -> None:
        self._tables: set[str] = set()
        self._unit: set[str] = set()
        self._known: dict[str, str | None] = {}
        self._observers: tuple[Observer, ...] = ()

    def observe(self, observer: Observer) -> None:
        """Have `observer` told of every commit from now on, also of the one that is under way."""
        self._observers = (*self._observers, observer)

    def leave(self, observer: Observer) -> None:
        """Tell `observer` no more."""
        self._observers = tuple(one for one in self._observers if one != observer)

    def listen(self, connection: sa.Connection) -> None:
        """Look at every statement of `connection`."""
        sa.event.listen(connection, "before_cursor_execute", self._look)

    def begin(self) -> None:
        """A transaction begins: whatever was noticed before is of another."""
        self._tables.clear()
        self._unit.clear()

    def unit_kept(self) -> None:
        """A unit of work is done."""
        self._tables |= self._unit
        self._unit.clear()

    def unit_undone(self) -> None:
        """A unit of work failed, and its neighbours stand."""
        self._unit.clear()

    def committed(self) -> None:
        """What was noticed is stored."""
        if self._observers and self._tables:
            tables = frozenset(self._tables)
            for observer in self._observers:
                observer(tables)

    def _look(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement[0] not in _FIRST_LETTERS:
            return
        known = self._known
        if statement not in known:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            found = _WRITES.match(statement)
            known[statement] = found.group(1) if found else None
        table = known[statement]
        if table is not None:
            self._unit.add(table)
