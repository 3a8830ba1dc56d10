"""What a node does by the clock: reminders, drafts that no longer hold, its status, and forgetting what ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import structlog

from services.chassis.board import samples
from services.chassis.board.observing import Observer
from services.chassis.briefing.replying import mark_stale_drafts
from services.chassis.bus.port import StatusBoard
from services.chassis.correspondence.watch import remind
from services.chassis.errors import Fault, GuantongError
from services.chassis.node.assemble import Node
from services.chassis.node.destroying import follow_up
from services.chassis.node.keys import watch_keys
from services.chassis.node.rewrapping import rewrap
from services.chassis.people.sessions import forget_what_ended
from services.chassis.rpc.idempotency import forget_old_requests
from services.chassis.storage import StorageError, Transaction

_log = structlog.get_logger("guantong.node")
EVERY_SECONDS = 30.0
OBSERVED_EVERY_SECONDS = 5.0
"""Reading all statuses is one question to the bus."""


async def keep_up(node: Node, board: StatusBoard) -> None:
    """Do the round now and every half minute, until cancelled, or until this process may not write any more."""
    while True:
        await _alone("destruction", lambda: follow_up(node))
        await go_round(node)
        await _alone("storage_keys", lambda: rewrap_all(node))
        await _alone("status", lambda: publish_status(node, board))
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


async def keep_observing(node: Node, observer: Observer, board: StatusBoard) -> None:
    """Read what every body publishes, again and again, until cancelled, or until this process may not write."""
    while True:
        await _alone("observing", lambda: observe(node, observer, board))
        await asyncio.sleep(OBSERVED_EVERY_SECONDS)


async def observe(node: Node, observer: Observer, board: StatusBoard) -> None:
    """Read once, and write down what others told anew; what this body tells it writes down when it tells it."""
    try:
        published = await board.read_all()
    except GuantongError as error:
        observer.unread_reason = error.reason
        raise
    others = [status for status in observer.look(published) if status.body != node.config.body]
    if others:
        await node.database.writer.run(lambda tx: samples.keep(tx, others))


async def keep_checking(node: Node) -> None:
    """Walk the journal when that is due, until cancelled; letters go on meanwhile."""
    while True:
        await _alone("journal_check", node.walk.run_when_due)
        await asyncio.sleep(EVERY_SECONDS)


async def publish_status(node: Node, board: StatusBoard) -> None:
    """Tell how the node stands: counts and ages, never content."""
    status = await node.teller.status()
    metrics = node.telemetry.metrics
    metrics.gauge("guantong_attachments_waiting", status.soundness.attachments_waiting_count)
    metrics.gauge("guantong_journal_entries", status.soundness.journal_entry_count)
    metrics.gauge("guantong_dues_late", status.work.late_count)
    await node.database.writer.run(lambda tx: samples.keep(tx, [status]))
    await board.publish_status(status.SerializeToString())
