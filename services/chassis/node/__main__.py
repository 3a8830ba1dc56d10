"""Runs one node: `python -m services.chassis.node --config node.toml`, until it is told to end."""

from __future__ import annotations

import asyncio
import gc
import signal
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import click
import structlog

from services.chassis.backup.schedule import Backups
from services.chassis.bus.connect import connect_presence, connect_status_board
from services.chassis.bus.port import BusAlarm
from services.chassis.bus.status_board import NatsStatusBoard
from services.chassis.config import NodeConfig, NoticesConfig, read_config
from services.chassis.errors import GuantongError
from services.chassis.node.assemble import Node, assemble
from services.chassis.node.serving import build_server
from services.chassis.node.upkeep import keep_checking, keep_observing, keep_up
from services.chassis.notices.rules import Pace
from services.chassis.notices.sending import sender_of
from services.chassis.notices.telling import Letterhead, Telling
from services.chassis.people.first import offer_first_invitation
from services.chassis.presence.watching import Presence
from services.chassis.storage import StorageError

_GARBAGE_THRESHOLDS = (10_000, 20, 20)
"""Letters make few cycles; at Python's own 700 the search costs a node some three percent of its work."""
_log = structlog.get_logger("guantong.node")


async def run(config: NodeConfig, stop: asyncio.Event) -> None:
    """Serve until `stop` is set. A part that fails for good ends the node, so that its supervisor starts it anew."""
    node = assemble(config)
    try:
        await _run(node, stop)
    finally:
        await node.close()


async def _run(node: Node, stop: asyncio.Event) -> None:
    if node.config.invitation is not None:
        await offer_first_invitation(node.database, node.config.invitation)

    def alarm(one: BusAlarm) -> None:
        node.bell.ring(one.kind, one.body, detail=one.detail)

    board = connect_status_board(node.config.bus, node.config.body, alarm, observer=node.observer is not None)
    line = connect_presence(node.config.bus, node.config.body, alarm)
    presence = Presence(node.identity, line, node.clock.now(), lambda kind: node.bell.ring(kind, node.config.body))
    present = asyncio.create_task(presence.keep(), name="presence")
    try:
        await _serve(node, stop, board, presence, present)
    finally:
        present.cancel()
        await asyncio.gather(present, return_exceptions=True)
        await line.close()
        await board.close()
        with suppress(StorageError):
            # What rang last may be why this node ends.
            await node.bell.keep_once(node.database)


async def _serve(
    node: Node, stop: asyncio.Event, board: NatsStatusBoard, presence: Presence, present: asyncio.Task[None]
) -> None:
    await presence.wait_at_start(present)
    server = build_server(node)
    await server.start()
    _log.info("node_started", port=server.port)
    settle_memory()
    works = [
        present,
        asyncio.create_task(_exchange(node, presence), name="exchange"),
        asyncio.create_task(node.lane.run(), name="attachments"),
        asyncio.create_task(keep_up(node, board), name="upkeep"),
        asyncio.create_task(keep_checking(node), name="journal-checks"),
        asyncio.create_task(node.bell.keep(node.database), name="alarms"),
        asyncio.create_task(_backups(node).keep(), name="backups"),
        asyncio.create_task(node.telemetry.send_spans(board), name="spans"),
    ]
    if node.config.notices is not None:
        works.append(asyncio.create_task(_telling(node, node.config.notices).keep(), name="notices"))
    if node.observer is not None:
        works.append(asyncio.create_task(node.telemetry.receive_spans(board), name="carried-spans"))
        works.append(asyncio.create_task(keep_observing(node, node.observer, board), name="observing"))
    stopped = asyncio.create_task(stop.wait(), name="stop")
    done, _ = await asyncio.wait([stopped, *works], return_when=asyncio.FIRST_COMPLETED)
    await server.stop()
    for work in (*works, stopped):
        work.cancel()
    await asyncio.gather(*works, stopped, return_exceptions=True)
    _log.info("node_stopped")
    for work in done - {stopped}:
        with suppress(asyncio.CancelledError):
            work.result()


async def _exchange(node: Node, presence: Presence) -> None:
    """No letter leaves, and none is fetched, before it is known that no other copy of this node does so."""
    await presence.wait_settled()
    await node.exchange.run()


def _backups(node: Node) -> Backups:
    def ring(kind: str, body: str, reason: str) -> None:
        node.bell.ring(kind, body, reason=reason)

    return Backups(node.config, node.identity, node.database, node.clock, ring)


def _telling(node: Node, config: NoticesConfig) -> Telling:
    def ring(kind: str, body: str, reason: str) -> None:
        node.bell.ring(kind, body, reason=reason)

    return Telling(
        node.config.body,
        node.database,
        node.book,
        node.clock,
        ring,
        sender_of(config),
        Letterhead(config.sender, config.desk),
        Pace(timedelta(minutes=config.every_minutes), config.daily_from),
    )


def settle_memory() -> None:
    """Leave what a started process keeps for good out of every later search for garbage, and search less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)


@click.command()
@click.option("--config", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)
def main(config: Path) -> None:
    """Run the node that `config` describes."""
    try:
        asyncio.run(serve_until_signalled(read_config(config)))
    except GuantongError as error:
        raise click.ClickException(f"{error.text('zh')}\n{error.text('en')} [{error.reason}]") from error


async def serve_until_signalled(config: NodeConfig) -> None:
    """Run the node until the process is asked to end (SIGTERM, SIGINT)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(config, stop)


if __name__ == "__main__":
    main()
