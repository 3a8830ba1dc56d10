"""What a node does by the clock: reminders, drafts that no longer hold, its status, and forgetting what ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
import structlog

from services.chassis.attachments.uses import waiting_count
from services.chassis.briefing.replying import mark_stale_drafts
from services.chassis.bus.port import StatusBoard
from services.chassis.calendar.dues import is_late
from services.chassis.correspondence.watch import remind
from services.chassis.deadlines.model import Deadline
from services.chassis.deadlines.queries import running_deadlines
from services.chassis.deadlines.rules import closing_time
from services.chassis.dossiers.queries import counts
from services.chassis.errors import Fault, GuantongError
from services.chassis.node.assemble import Node
from services.chassis.node.destroying import follow_up
from services.chassis.node.keys import watch_keys
from services.chassis.node.rewrapping import rewrap
from services.chassis.operations.keeping import open_count
from services.chassis.people.sessions import forget_what_ended
from services.chassis.rpc.idempotency import forget_old_requests
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage import StorageError, Transaction

_log = structlog.get_logger("guantong.node")
EVERY_SECONDS = 30.0


async def keep_up(node: Node, board: StatusBoard) -> None:
    """Do the round now and every half minute, until cancelled, or until this process may not write any more."""
    while True:
        await _alone("destruction", lambda: follow_up(node))
        await go_round(node)
        await _alone("storage_keys", lambda: rewrap_all(node))
        await _alone("status", lambda: _publish_status(node, board))
        await asyncio.sleep(EVERY_SECONDS)


async def go_round(node: Node) -> None:
    """One round; each part is a unit of work of its own, so that one that fails keeps no other back."""
    for name, part in _PARTS.items():
        await _alone(name, lambda part=part: node.database.writer.run(lambda tx: part(tx, node)))  # type: ignore[misc]


async def rewrap_all(node: Node) -> int:
    """Wrap with the newest storage key what rests under older ones, part by part; letters are stored in between."""
    done = 0
    while part := await node.database.writer.run(lambda tx: rewrap(tx, node.identity.keyring)):
        done += part
    return done


_PARTS: Mapping[str, Callable[[Transaction, Node], object]] = MappingProxyType(
    {
        "remind": lambda tx, node: remind(tx, node.office),
        "stale_drafts": lambda tx, node: mark_stale_drafts(tx, node.replying),
        "sessions": lambda tx, _node: forget_what_ended(tx),
        "requests": lambda tx, _node: forget_old_requests(tx),
        "alarms": lambda tx, node: node.watch.look(tx),
        "keys": lambda tx, node: watch_keys(tx, node.identity, node.config),
    }
)


async def _alone(name: str, work: Callable[[], Awaitable[object]]) -> None:
    """Do `work`; what goes wrong waits for the next round."""
    try:
        await work()
    except GuantongError as error:
        if isinstance(error, StorageError) and error.fault is not Fault.UNAVAILABLE:
            raise  # another process writes to our database
        _log.info("upkeep_waits", reason=error.reason)
    except Exception as error:  # noqa: BLE001 - a mistake of ours in one part must not end the node
        _log.error("task_failed", task=name, error=type(error).__name__)


async def _publish_status(node: Node, board: StatusBoard) -> None:
    await board.publish_status(await status_of(node))


async def status_of(node: Node) -> bytes:
    """The node's status as it publishes it: counts and ages, never content."""
    snapshot = await node.exchange.snapshot()
    facts = await node.database.reader.read(lambda connection: _facts(connection, node))
    node.telemetry.metrics.gauge("guantong_attachments_waiting", facts["attachments_waiting"])
    return json.dumps(facts | {"parked": snapshot.parked, "quarantined": snapshot.quarantined}).encode()


def _facts(connection: sa.Connection, node: Node) -> dict[str, Any]:
    now = node.clock.now()
    running = running_deadlines(connection)
    late = [one for one in running if one.obliged == node.config.body and _is_late(one, node.book, now)]
    return {
        "body": node.config.body,
        "open_matters": sum(one.matters for one in counts(connection)),
        "running_deadlines": len(running),
        "attachments_waiting": waiting_count(connection),
        "late": len(late),
        "alarms": open_count(connection),
    }


def _is_late(deadline: Deadline, book: Rulebook, now: datetime) -> bool:
    if deadline.due_date is None:
        return False
    return is_late(deadline.due, now, closing_time(book, deadline.due_date))
