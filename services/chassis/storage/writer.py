"""The one writer: merges all waiting units of work into one durable transaction, each free to fail alone."""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar, cast

import sqlalchemy as sa

from services.chassis.clock import Clock
from services.chassis.errors import GuantongError
from services.chassis.storage.engine import outage, tell
from services.chassis.storage.errors import (
    DatabaseAwayError,
    NestedUnitError,
    UnfinishedSavepointError,
    WriterClosedError,
)
from services.chassis.storage.ids import new_id
from services.chassis.storage.link import WriterLink
from services.chassis.storage.noticing import Noticing
from services.chassis.storage.uow import AfterCommit, Transaction

T = TypeVar("T")
Unit = Callable[[Transaction], T]

BATCH_LIMIT = 256
_RETRY_SECONDS = 1.0


@dataclass(slots=True)
class _Job:
    """A queued unit and, later, how it ended."""

    work: Unit[object]
    loop: asyncio.AbstractEventLoop | None
    waiter: asyncio.Future[object] | Future[object]
    value: object = None
    error: BaseException | None = None
    callbacks: list[AfterCommit] = field(default_factory=list)

    def settle(self) -> None:
        """Tell whoever waits; a waiter that was cancelled meanwhile is left alone."""
        if self.waiter.done():
            return
        if self.error is not None:
            self.waiter.set_exception(self.error)
        else:
            self.waiter.set_result(self.value)


class Writer:
    """Runs units of work in one thread. Results are given back only after COMMIT.

    Units that wait at the same moment share one transaction, each inside its own savepoint: the disk is synced
    once for all of them, and a unit that raises is undone alone.
    """

    def __init__(self, link: WriterLink, clock: Clock, make_id: Callable[[], str] = new_id) -> None:
        self._link = link
        self._clock = clock
        self._make_id = make_id
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._remembered: dict[str, object] = {}
        self.noticing = Noticing()
        self._thread = threading.Thread(target=self._serve, name="storage-writer", daemon=True)

    def start(self) -> None:
        """Connect and take the lease, in the caller's thread so that a refusal is the caller's to see."""
        self._watch(self._link.connection())
        self._thread.start()

    @property
    def connected(self) -> bool:
        """Whether the database answered last time."""
        return self._link.connected

    async def run(self, unit: Unit[T]) -> T:
        """Run `unit` and return its result once it is durably stored.

        The unit runs in the writer's thread with the caller's context, so that a trace goes on inside it.

        Raises:
            DatabaseAwayError: The database went away; the writer reconnects by itself.
            WriterClosedError: The node is shutting down.
        """
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[object] = loop.create_future()
        context = contextvars.copy_context()
        self._put(_Job(lambda tx: context.run(unit, tx), loop, waiter))
        return cast("T", await waiter)

    def run_sync(self, unit: Unit[T]) -> T:
        """The same for a caller without an event loop; the callbacks run in the caller's thread."""
        if threading.current_thread() is self._thread:
            raise NestedUnitError
        waiter: Future[object] = Future()
        job = _Job(cast("Unit[object]", unit), None, waiter)
        self._put(job)
        value = waiter.result()
        for callback in job.callbacks:
            callback()
        return cast("T", value)

    def close(self) -> None:
        """Finish what is queued, refuse what comes later, release the lease."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join()
        self._link.close()

    def _put(self, job: _Job) -> None:
        with self._gate:
            if self._closed:
                raise WriterClosedError
            self._queue.put(job)

    def _serve(self) -> None:
        while True:
            jobs, last = self._next_batch()
            if jobs:
                self._store(jobs)
                _settle(jobs)
            elif not last:
                self._reconnect()
            if last:
                return

    def _next_batch(self) -> tuple[list[_Job], bool]:
        """Whatever waits now, at most `BATCH_LIMIT` units, and whether the end was reached."""
        jobs: list[_Job] = []
        try:
            # While the database is away we look for it even when nobody asks for anything.
            item = self._queue.get(timeout=None if self._link.connected else _RETRY_SECONDS)
            while item is not None:
                if not item.waiter.cancelled():
                    jobs.append(item)
                if len(jobs) >= BATCH_LIMIT:
                    return jobs, False
                item = self._queue.get_nowait()
        except queue.Empty:
            return jobs, False
        return jobs, True

    def _reconnect(self) -> None:
        if not self._link.connected:
            try:
                self._watch(self._link.connection())
            except GuantongError:
                return  # still away: the next unit is told so, and we look again

    def _watch(self, connection: sa.Connection) -> None:
        """Have every rollback, of whatever part, empty what was remembered."""

        def forget(*_: object) -> None:
            self._remembered.clear()

        sa.event.listen(connection, "rollback_savepoint", forget)
        sa.event.listen(connection, "rollback", forget)
        self.noticing.listen(connection)

    def _store(self, jobs: Sequence[_Job]) -> None:
        """Run the batch in one transaction and fill in how each unit ended."""
        self._remembered.clear()
        try:
            if not self._link.connected:
                self._watch(self._link.connection())
            self._transact(self._link.connection(), jobs)
        except Exception as error:  # noqa: BLE001 - every waiter is told; the thread must live on
            self._link.drop()
            for job in jobs:
                job.value, job.error, job.callbacks = None, _whole_batch(error), []

    def _transact(self, connection: sa.Connection, jobs: Sequence[_Job]) -> None:
        transaction = connection.begin()
        self.noticing.begin()
        self._link.confirm(self._clock.now())
        for job in jobs:
            self._run_one(connection, job)
        try:
            transaction.commit()
        except sa.exc.SQLAlchemyError as error:
            raise DatabaseAwayError(cause=outage(error) or "commit failed", outcome="unknown") from error
        self._link.confirmed()
        self.noticing.committed()

    def _run_one(self, connection: sa.Connection, job: _Job) -> None:
        # A savepoint also when the unit is alone: releasing it is what tells us on PostgreSQL that the unit
        # swallowed an error; COMMIT of such a transaction would silently roll it back.
        tell(connection, "SAVEPOINT unit")
        transaction = Transaction(connection, self._clock.now(), self._remembered, job.callbacks, self._make_id)
        try:
            job.value = job.work(transaction)
            _refuse_open_savepoint(connection)
            tell(connection, "RELEASE SAVEPOINT unit")
            self.noticing.unit_kept()
        except Exception as error:
            job.value, job.error, job.callbacks = None, error, []
            cause = outage(error)
            if cause is not None or connection.invalidated:
                raise DatabaseAwayError(cause=cause or "connection lost", outcome="nothing") from error
            self._undo(connection)

    def _undo(self, connection: sa.Connection) -> None:
        """Undo one unit. Raises when the database has rolled back by itself; then nobody's work is stored."""
        self._remembered.clear()
        self.noticing.unit_undone()
        while (inner := connection.get_nested_transaction()) is not None:
            inner.rollback()
        tell(connection, "ROLLBACK TO SAVEPOINT unit")
        tell(connection, "RELEASE SAVEPOINT unit")


def _refuse_open_savepoint(connection: sa.Connection) -> None:
    if connection.in_nested_transaction():
        raise UnfinishedSavepointError


def _whole_batch(error: Exception) -> Exception:
    """What every unit of a failed batch is told."""
    if isinstance(error, GuantongError):
        return error
    away = DatabaseAwayError(cause=outage(error) or type(error).__name__, outcome="nothing")
    away.__cause__ = error
    return away


def _settle(jobs: Sequence[_Job]) -> None:
    """Give all results back, waking each event loop once."""
    loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in jobs:
        if job.loop is None:
            job.settle()
        else:
            loops.setdefault(job.loop, []).append(job)
    for loop, settled in loops.items():
        try:
            loop.call_soon_threadsafe(_settle_on_loop, loop, settled)
        except RuntimeError:
            if not loop.is_closed():
                raise
            # Nobody is left to be told; what was stored is stored.


def _settle_on_loop(loop: asyncio.AbstractEventLoop, jobs: Sequence[_Job]) -> None:
    for job in jobs:
        job.settle()
        for callback in job.callbacks:
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - the unit is stored; its neighbours' callbacks still run
                loop.call_exception_handler({"message": "after-commit callback failed", "exception": error})
