"""Tells people that work has come: looks every minute at what waits for each, and sends what is due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
import structlog

from services.chassis.clock import Clock
from services.chassis.correspondence.countdown import Countdown
from services.chassis.correspondence.rights import Sight
from services.chassis.correspondence.tasks import Owed, Task, all_tasks, is_late_task
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.duties.handling import handlers_of
from services.chassis.errors import Fault, GuantongError
from services.chassis.notices.errors import NoticeNotSentError
from services.chassis.notices.keeping import all_notices, keep
from services.chassis.notices.message import mail
from services.chassis.notices.rules import (
    ACTIONS,
    Notice,
    Pace,
    Subscription,
    Waiting,
    digest_of,
    due,
    failed,
    looked,
    told,
)
from services.chassis.notices.sending import Send
from services.chassis.people import store
from services.chassis.people.leaves import working_grants
from services.chassis.rpc.callers import Caller
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage import Database, StorageError

EVERY_SECONDS = 60.0
_log = structlog.get_logger("guantong.notices")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands around the counts: who sends, and where the desk is opened (empty to leave it out)."""

    sender: str
    desk: str = ""


@dataclass(frozen=True)
class Telling:
    """What telling works with."""

    body: str
    database: Database
    book: Rulebook
    clock: Clock
    ring: Callable[[str, str, str], None]
    """Rings an alarm: kind, body, reason."""
    send: Send
    head: Letterhead
    pace: Pace = field(default_factory=Pace)

    async def keep(self) -> None:
        """Look again and again, until cancelled, or until this process may not write any more."""
        while True:
            try:
                await self.look()
            except GuantongError as error:
                if isinstance(error, StorageError) and error.fault is not Fault.UNAVAILABLE:
                    raise  # another process writes to our database
                _log.info("upkeep_waits", reason=error.reason)
            except Exception as error:  # noqa: BLE001 - a mistake of ours in notices must not end the node
                _log.error("task_failed", task="notices", error=type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Look once at what waits for everybody who is told, and send what is due; one failure holds up no other."""
        for one in await self.database.reader.read(all_notices):
            await self._tell(one)

    async def _tell(self, one: Subscription) -> None:
        now = self.clock.now()
        waiting = await self.database.reader.read(lambda connection: self._waiting(connection, one, now))
        notice = due(one, waiting, self.pace, now)
        after = looked(one, waiting.tasks) if notice is None else await self._sent(one, notice, waiting, now)
        if after != one:
            await self.database.writer.run(lambda tx: keep(tx, after))

    async def _sent(self, one: Subscription, notice: Notice, waiting: Waiting, now: datetime) -> Subscription:
        try:
            await self.send(one.address, mail(notice, self.head.sender, one.address, self.head.desk, now))
        except NoticeNotSentError as error:
            self.ring("notice_not_sent", self.body, error.reason)
            return failed(one, now)
        return told(one, notice, waiting.tasks, now)

    def _waiting(self, connection: sa.Connection, one: Subscription, now: datetime) -> Waiting:
        """What the person's roles have to do, less what lies on another's desk; nothing once the account is closed."""
        account = store.account(connection, one.account_id)
        grants = working_grants(connection, one.account_id, now)
        actions = frozenset().union(*(ACTIONS[grant.role] for grant in grants if grant.role in ACTIONS))
        if not actions:
            return Waiting(frozenset())
        caller = Caller(one.account_id, account.person_id, "", grants)
        everything = all_tasks(connection, Sight(caller, self.book))
        mine = [task for task in everything if task.owed is Owed.US and task.action in actions]
        matters = {task.head.matter_id for task in mine if task.head is not None}
        handlers = handlers_of(connection, matters)
        elsewhere = {matter for matter, handler in handlers.items() if handler.account_id != one.account_id}
        mine = [task for task in mine if task.head is None or task.head.matter_id not in elsewhere]
        countdown = Countdown(calendar_in_force(connection), now)
        late = sum(is_late_task(task, self.book, countdown) for task in mine)
        return Waiting(frozenset(_digest(task) for task in mine), late)


def _digest(task: Task) -> str:
    return digest_of(task.action.value, task.head.matter_id if task.head else "", task.draft_id)
