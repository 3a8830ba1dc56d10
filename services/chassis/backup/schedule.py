"""Takes a node's backups when they are due, for as long as the node runs; a failure is an alarm, and tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from threading import Event

import structlog

from services.chassis.backup.errors import BackupBusyError, BackupFolderError
from services.chassis.backup.folder import backups_in
from services.chassis.backup.key import read_public
from services.chassis.backup.of_node import source_of
from services.chassis.backup.taking import Taken, catch_up, take_backup
from services.chassis.clock import Clock
from services.chassis.config import BackupConfig, NodeConfig
from services.chassis.errors import GuantongError
from services.chassis.exchange.identity import Identity
from services.chassis.storage import Database

LOOK_SECONDS = 30.0
_ROWS_AT_ONCE, _BREATH_SECONDS = 20, 0.001
"""A backup is work for the interpreter, which the node's letters need as well."""
TRY_AGAIN = timedelta(minutes=15)
FAILED = "backup_failed"
"""Kind of alarm."""

_log = structlog.get_logger("guantong.backup")
Ring = Callable[[str, str, str], object]
"""Raises an alarm: its kind, this body, the reason's code."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When one node's backups are due."""

    settings: BackupConfig
    body: str

    def due(self, now: datetime, tried_at: datetime | None) -> bool:
        """Whether to take one now; `tried_at` is when the last one failed, if that was the last that happened.

        A last one that is dated ahead of the clock was made under a clock that was wrong: nobody knows how old it is.
        """
        if tried_at is not None and timedelta(0) <= now - tried_at < TRY_AGAIN:
            return False
        last = _last_in(self.settings, self.body)
        return last is None or not timedelta(0) <= now - last < timedelta(hours=self.settings.every_hours)


def last_backup(config: NodeConfig) -> datetime | None:
    """When the node's last whole backup was made; None where there is none or the folder is out of reach."""
    if config.backup is None:
        return None
    return _last_in(config.backup, config.body)


def _last_in(settings: BackupConfig, body: str) -> datetime | None:
    kept = backups_in(settings.folder, body) if settings.folder.is_dir() else []
    return kept[-1].header.made_at if kept else None


def _gently(stop: Event) -> Callable[[], bool]:
    """Asked for every row whether to give up; now and then lets the node's other threads go first."""
    rows = count()
    return lambda: stop.wait(_BREATH_SECONDS) if next(rows) % _ROWS_AT_ONCE == 0 else stop.is_set()


class Backups:
    """One node's backups. `step` is what `keep` does again and again."""

    def __init__(self, config: NodeConfig, identity: Identity, database: Database, clock: Clock, ring: Ring) -> None:
        self._config = config
        self._identity = identity
        self._database = database
        self._clock = clock
        self._ring = ring
        self._tried_at: datetime | None = None
        self._stop = Event()

    async def keep(self) -> None:
        """Look twice a minute whether one is due, until cancelled."""
        try:
            await self._strike()
            while True:
                await self.step()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            # The thread that writes one looks at this; the process does not end before its threads.
            self._stop.set()

    async def step(self) -> Taken | None:
        """Take a backup if one is due."""
        settings = self._config.backup
        now = self._clock.now()
        if settings is None or not Schedule(settings, self._config.body).due(now, self._tried_at):
            return None
        try:
            taken = await asyncio.to_thread(self._take, settings, now)
        except BackupBusyError:
            return None  # whoever takes it takes it for us
        except (GuantongError, OSError) as error:
            self._tried_at = now
            self._failed(error)
            return None
        self._tried_at = None
        _log.info("backup_taken", count=taken.rows)
        return taken

    def _take(self, settings: BackupConfig, now: datetime) -> Taken:
        source = source_of(self._config, self._identity, self._database.reader, now, _gently(self._stop))
        return take_backup(source, read_public(settings.key), settings.folder, settings.keep, now)

    async def _strike(self) -> None:
        """What was destroyed while the folder could not be reached."""
        settings = self._config.backup
        if settings is None or not settings.folder.is_dir():
            return
        reader, now = self._database.reader, self._clock.now()
        try:
            await asyncio.to_thread(catch_up, reader, settings.folder, self._config.body, now)
        except (GuantongError, OSError) as error:
            self._failed(error)

    def _failed(self, error: GuantongError | OSError) -> None:
        reason = error.reason if isinstance(error, GuantongError) else BackupFolderError.reason
        self._ring(FAILED, self._config.body, reason)
