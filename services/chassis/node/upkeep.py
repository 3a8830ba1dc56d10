"""What a node does by the clock: reminders, drafts that no longer hold, its status, and forgetting what ended."""

from __future__ import annotations

import asyncio
import json

import sqlalchemy as sa
import structlog

from services.chassis.briefing.replying import mark_stale_drafts
from services.chassis.bus.port import StatusBoard
from services.chassis.calendar.dues import is_late
from services.chassis.correspondence.watch import remind
from services.chassis.deadlines.queries import running_deadlines
from services.chassis.dossiers.queries import counts
from services.chassis.errors import Fault, GuantongError
from services.chassis.node.assemble import Node
from services.chassis.people.sessions import forget_what_ended
from services.chassis.rpc.idempotency import forget_old_requests
from services.chassis.storage import Transaction

_log = structlog.get_logger("guantong.node")
EVERY_SECONDS = 30.0


async def keep_up(node: Node, board: StatusBoard) -> None:
    """Do the round now and every half minute, until cancelled."""
    while True:
        try:
            await go_round(node)
            await board.publish_status(await status_of(node))
        except GuantongError as error:
            if error.fault is not Fault.UNAVAILABLE:
                raise
            _log.info("upkeep_waits", reason=error.reason)
        await asyncio.sleep(EVERY_SECONDS)


async def go_round(node: Node) -> None:
    """One round, in one unit of work."""
    await node.database.writer.run(lambda tx: _round(tx, node))


def _round(tx: Transaction, node: Node) -> None:
    remind(tx, node.office)
    mark_stale_drafts(tx, node.replying)
    forget_what_ended(tx)
    forget_old_requests(tx)


async def status_of(node: Node) -> bytes:
    """The node's status as it publishes it: counts and ages, never content."""
    snapshot = await node.exchange.snapshot()
    facts = await node.database.reader.read(lambda connection: _facts(connection, node))
    return json.dumps(facts | {"parked": snapshot.parked, "quarantined": snapshot.quarantined}).encode()


def _facts(connection: sa.Connection, node: Node) -> dict[str, object]:
    now = node.clock.now()
    running = running_deadlines(connection)
    late = [one for one in running if one.obliged == node.config.body and is_late(one.due, now)]
    return {
        "body": node.config.body,
        "open_matters": sum(one.matters for one in counts(connection)),
        "running_deadlines": len(running),
        "late": len(late),
    }
