"""Gives birth to processes quickly: one process that has everything imported forks one for each party or bus.

`python -m tests.faults.nursery` reads one JSON line for each child and answers with its process id. Children are
processes of the system like any other: they are killed, stopped and limited one by one.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from services.chassis.bus.configuration import BusServerConfig
from services.chassis.bus.server import BusServer, log_alarm
from tests.faults import party

_DIE_WITHIN = 60.0
_AS_OTHERS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
ORDINARY = _AS_OTHERS if os.geteuid() == 0 and shutil.which(_AS_OTHERS[0]) else ()
"""Before a nursery's command: has processes of the superuser heed file modes, as those of anybody else do."""
HEEDS_MODES = bool(ORDINARY) or os.geteuid() != 0


class Child:
    """One process. What it prints is in its log."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid = pid
        self.log = log
        self._handle: int | None = _handle_of(pid)

    @property
    def alive(self) -> bool:
        return self._handle is not None and not _ended(self._handle, 0.0)

    def send(self, number: signal.Signals) -> None:
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def wait(self) -> None:
        """Return when it is gone."""
        if self._handle is not None:
            assert _ended(self._handle, _DIE_WITHIN), f"process {self.pid} does not end; its log is {self.log}"
            os.close(self._handle)
            self._handle = None

    def kill(self) -> None:
        """End it, and what it started, as a power cut does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.send(signal.SIGKILL)
        self.wait()

    def stop(self) -> None:
        """Ask it to end, and return when it has."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        self.wait()


def _handle_of(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def _ended(handle: int, seconds: float) -> bool:
    """Whether the process has ended, or does so in time. `select` would fail where handles have high numbers."""
    waiting = select.poll()
    waiting.register(handle, select.POLLIN)
    return bool(waiting.poll(seconds * 1000))


class Nursery:
    """The process that forks, seen from the test; `before` are words of a command that runs it, such as `ip netns`."""

    def __init__(self, before: Sequence[str] = ORDINARY) -> None:
        self._process = subprocess.Popen(
            [*before, sys.executable, "-m", "tests.faults.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def party(self, orders: party.Orders) -> Child:
        return self._fork({"party": orders.to_dict()}, Path(orders.folder) / f"{orders.body}.log")

    def bus(self, config: BusServerConfig, folder: Path) -> Child:
        """The bus process of `config`; it keeps its own files in `folder`."""
        return self._fork({"bus": config.model_dump_json(), "folder": str(folder)}, folder / "bus.log")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _fork(self, task: Mapping[str, Any], log: Path) -> Child:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({**task, "log": str(log)}) + "\n")
        self._process.stdin.flush()
        return Child(int(self._process.stdout.readline()), log)


async def _serve(config: BusServerConfig, folder: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with BusServer(config, folder, log_alarm):
        await stop.wait()


def _live(task: dict[str, Any]) -> None:
    log = os.open(task["log"], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, target)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # A group of its own: what the child starts itself, such as the server, ends with it.
    os.setpgid(0, 0)
    if "party" in task:
        orders = party.Orders(**{**task["party"], "bodies": tuple(task["party"]["bodies"])})
        asyncio.run(party.run(orders))
    else:
        config = BusServerConfig.model_validate(json.loads(task["bus"]), context={"folder": Path("/")})
        asyncio.run(_serve(config, Path(task["folder"])))


def main() -> None:
    """Fork for each line, until there are no more; then nobody is left behind."""
    # Children that end are cleared away by the system.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    born = []
    while line := sys.stdin.readline():
        pid = os.fork()
        born.append(pid)
        if pid == 0:
            code = 0
            try:
                _live(json.loads(line))
            except BaseException:  # noqa: BLE001 - said in its log; a child must never read the next line
                traceback.print_exc()
                code = 1
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        print(pid, flush=True)  # noqa: T201 - the answer
    for pid in born:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
