"""The bus process: `python -m services.chassis.bus.server --config bus.toml` runs the server and keeps its streams."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Any, Self

import structlog

from services.chassis.bus import provisioner
from services.chassis.bus.configuration import BusServerConfig, load
from services.chassis.bus.port import AlarmSink, BusAlarm
from services.chassis.bus.process import ServerProcess
from services.chassis.bus.provisioner import Provisioner

_log = structlog.get_logger("guantong.bus")


class BusServer:
    """nats-server with its two provisioners, as one thing to start, to wait for and to stop."""

    def __init__(self, config: BusServerConfig, folder: Path, alarms: AlarmSink) -> None:
        self._alarms = alarms
        self.process = ServerProcess(config, folder, alarms)
        self._provisioners = _provisioners(config, alarms)
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self.process.run(), name="nats-server")]
        self._provision()
        return self

    async def __aexit__(self, *_: object) -> None:
        await _end(self._tasks)

    async def wait_ready(self) -> None:
        """Return once the server runs and every stream and consumer exists; raise if it never will."""
        ready = asyncio.ensure_future(asyncio.gather(*(p.ready.wait() for p in self._provisioners)))
        whatever_comes_first: set[asyncio.Future[Any]] = {ready, *self._tasks}
        try:
            await asyncio.wait(whatever_comes_first, return_when=asyncio.FIRST_COMPLETED)
            _raise_first(self._tasks)
        finally:
            ready.cancel()

    async def wait_failed(self) -> None:
        """Return only by raising what ended one of the parts."""
        while True:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            _raise_first(self._tasks)

    async def reload(self, config: BusServerConfig) -> None:
        """Take a changed configuration: new bodies can connect, old connections stay."""
        self.process.reload(config)
        keep, provisioning = self._tasks[:1], self._tasks[1:]
        self._tasks = keep
        await _end(provisioning)
        self._provisioners = _provisioners(config, self._alarms)
        self._provision()

    def _provision(self) -> None:
        self._tasks += [asyncio.create_task(p.run(), name="provisioner") for p in self._provisioners]


def _provisioners(config: BusServerConfig, alarms: AlarmSink) -> list[Provisioner]:
    return [provisioner.for_letters(config, alarms), provisioner.for_status(config, alarms)]


def _raise_first(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done():
            task.result()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    # The server is the first task: end it last, so that the others say goodbye to it and not to nothing.
    for task in reversed(tasks):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def log_alarm(alarm: BusAlarm) -> None:
    """Where the bus process's own alarms go."""
    _log.warning("bus_alarm", kind=alarm.kind, body=alarm.body, detail=alarm.detail)


async def serve(config_file: Path) -> None:
    """Run until told to stop; SIGHUP reads the configuration again."""
    loop = asyncio.get_running_loop()
    stop, again = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, again.set)
    async with BusServer(load(config_file), config_file.parent, log_alarm) as server:
        await server.wait_ready()
        _log.info("bus_ready")
        stopping = asyncio.create_task(stop.wait())
        failing = asyncio.create_task(server.wait_failed())
        while not stop.is_set():
            rereading = asyncio.create_task(again.wait())
            await asyncio.wait({stopping, failing, rereading}, return_when=asyncio.FIRST_COMPLETED)
            rereading.cancel()
            if failing.done():
                await failing
            if again.is_set() and not stop.is_set():
                again.clear()
                await server.reload(load(config_file))
        failing.cancel()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="bus.toml")
    asyncio.run(serve(parser.parse_args().config.resolve()))


if __name__ == "__main__":
    main()
