"""The unit of work: what a use case is handed to read and write with; it never commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from services.chassis.storage.engine import outage, tell
from services.chassis.storage.ids import new_id

AfterCommit = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Transaction:
    """One unit's view of the transaction it shares with its neighbours.

    Attributes:
        connection: Where the unit reads and writes. A unit never commits or rolls it back.
        now: The clock at the start of the unit; the one time of everything it writes.
        remembered: Facts read from the database that hold for the rest of the shared transaction (such as the last
            digest of the journal). Emptied whenever anything is rolled back, so it never outlives what it says.
    """

    connection: sa.Connection
    now: datetime
    remembered: dict[str, object] = field(default_factory=dict)
    callbacks: list[AfterCommit] = field(default_factory=list)
    make_id: Callable[[], str] = new_id

    def new_id(self) -> str:
        """A new time-ordered identifier."""
        return self.make_id()

    def after_commit(self, callback: AfterCommit) -> None:
        """Have `callback` called once the unit is durably stored, on the event loop that waits for the unit.

        It is not called when the unit fails. It must be quick: waking a background task is what it is for.
        """
        self.callbacks.append(callback)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part that may fail alone: on an exception its writes and callbacks are undone, then it is raised on."""
        mark = len(self.callbacks)
        tell(self.connection, "SAVEPOINT part")
        try:
            yield
        except BaseException as error:
            del self.callbacks[mark:]
            self.remembered.clear()
            self._undo_part(error)
            raise
        tell(self.connection, "RELEASE SAVEPOINT part")

    def _undo_part(self, why: BaseException) -> None:
        try:
            tell(self.connection, "ROLLBACK TO SAVEPOINT part")
            tell(self.connection, "RELEASE SAVEPOINT part")
        except sa.exc.SQLAlchemyError:
            # With the database gone nothing of the transaction stands, and that it is gone is what must be told.
            if outage(why) is None:
                raise
