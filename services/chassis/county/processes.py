"""Runs a whole county on one machine: the bus and every node as its own process, remembered by process id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from services.chassis.bus.configuration import load as load_bus
from services.chassis.config import read_config
from services.chassis.county.layout import County
from services.chassis.errors import Fault, GuantongError
from services.chassis.rpc.client import ClientTls
from services.chassis.rpc.health import is_serving

BUS = "bus"
_WEB = "web-"
_LOOK_SECONDS = 0.1


class ProcessesError(GuantongError):
    """A process did not come up or stopped by itself; its standard error says why."""

    reason: ClassVar[str] = "PROCESS_NOT_READY"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = "{name} did not become ready: {problem}. What it printed is in run/{name}.err."
    message_zh: ClassVar[str] = "{name} 未能就绪: {problem_zh}。其输出见 run/{name}.err。"


def web(body: str) -> str:
    """The name of the process that is a body's gateway."""
    return f"{_WEB}{body}"


def web_address(config: Path) -> tuple[str, int]:
    """Where a gateway listens, by its `gateway.toml`."""
    told = tomllib.loads(config.read_text(encoding="utf-8"))["web"]
    return str(told["host"]), int(told["port"])


@dataclass(frozen=True)
class ProcessState:
    """One process of the county: its id (None: not running) and whether it answers."""

    name: str
    pid: int | None
    ready: bool


class Processes:
    """Starts, finds and stops the processes of one county on this machine."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._run = county.folder.run
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._answers_at: dict[str, tuple[str, int, Path]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The bus first, then the nodes, then their gateways."""
        return (*self.exchange, *map(web, self._county.bodies))

    @property
    def exchange(self) -> tuple[str, ...]:
        """The bus and the nodes: letters travel without any gateway."""
        return (BUS, *self._county.bodies)

    def start(self, names: Iterable[str]) -> None:
        """Start those of `names` that do not run; returns at once."""
        self._run.mkdir(exist_ok=True)
        for name in names:
            if self.pid(name) is None:
                self._spawn(name)

    def wait_ready(self, names: Iterable[str], seconds: float, on_ready: Callable[[str], None] | None = None) -> None:
        """Return once all of `names` answer, calling `on_ready` for each as it does.

        Raises:
            ProcessesError: one of them ended, or did not answer within `seconds`.

        """
        waiting = list(names)
        pause = threading.Event()
        for _ in range(int(seconds / _LOOK_SECONDS) + 1):
            for name in [name for name in waiting if self.ready(name)]:
                waiting.remove(name)
                if on_ready is not None:
                    on_ready(name)
            if not waiting:
                return
            ended = next((name for name in waiting if self.pid(name) is None), None)
            if ended is not None:
                raise ProcessesError(name=ended, problem="it ended", problem_zh="进程已自行结束")
            pause.wait(_LOOK_SECONDS)
        raise ProcessesError(
            name=waiting[0],
            problem=f"no answer within {seconds:.0f} s",
            problem_zh=f"{seconds:.0f} 秒内无应答",
        )

    def stop(self, names: Iterable[str], *, seconds: float = 15.0) -> None:
        """Ask the processes to end, and end those that do not within `seconds`."""
        pids = {name: pid for name in names if (pid := self.pid(name)) is not None}
        for pid in pids.values():
            _send(pid, signal.SIGTERM)
        pause = threading.Event()
        for _ in range(int(seconds / _LOOK_SECONDS)):
            if not any(self.pid(name) == pid for name, pid in pids.items()):
                break
            pause.wait(_LOOK_SECONDS)
        for name, pid in pids.items():
            if self.pid(name) == pid:
                self.kill(name)
            self._pid_file(name).unlink(missing_ok=True)

    def kill(self, name: str) -> None:
        """End a process as a power cut would: no farewell. Returns when it is gone."""
        pid = self.pid(name)
        if pid is None:
            return
        # Its group, which it leads: the server that the bus process runs as its child must not outlive it.
        _send(-pid, signal.SIGKILL)
        pause = threading.Event()
        while self.pid(name) == pid:
            pause.wait(_LOOK_SECONDS / 10)

    def state(self) -> list[ProcessState]:
        """Every process of the county."""
        return [
            ProcessState(name, pid := self.pid(name), ready=pid is not None and self.ready(name)) for name in self.names
        ]

    def pid(self, name: str) -> int | None:
        """The process id, or None when it does not run."""
        child = self._children.get(name)
        if child is not None and child.poll() is None:
            # No look at the command line of our own child: it is empty for a moment while the process starts.
            return child.pid
        try:
            pid = int(self._pid_file(name).read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None
        return pid if _is_ours(pid, self._command(name)) else None

    def ready(self, name: str) -> bool:
        """Whether it answers."""
        # Asked many times while a county starts: what it costs is taken from the nodes that are starting.
        if name not in self._answers_at:
            self._answers_at[name] = self._where(name)
        host, port, authority = self._answers_at[name]
        if name == BUS or name.startswith(_WEB):
            return _listens(host, port)
        return _listens(host, port) and is_serving(f"{host}:{port}", ClientTls(authority))

    def _where(self, name: str) -> tuple[str, int, Path]:
        """Host, port, and the certificate of the authority that speaks for whoever answers there."""
        if name == BUS:
            bus = load_bus(self._county.folder.bus / "bus.toml")
            return bus.host, bus.port, bus.authority
        if name.startswith(_WEB):
            return *web_address(self._county.folder.gateway_config(name.removeprefix(_WEB))), Path()
        rpc = read_config(self._county.folder.config(name)).rpc
        return rpc.host, rpc.port, rpc.authority

    def _spawn(self, name: str) -> None:
        with (self._run / f"{name}.err").open("ab") as errors:
            child = subprocess.Popen(
                self._command(name),
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                # Its own session: closing the terminal that started the county does not end it.
                start_new_session=True,
            )
        self._children[name] = child
        self._pid_file(name).write_text(str(child.pid), encoding="ascii")

    def _command(self, name: str) -> list[str]:
        if name == BUS:
            config = self._county.folder.bus / "bus.toml"
            return [sys.executable, "-m", "services.chassis.bus.server", "--config", str(config.resolve())]
        if name.startswith(_WEB):
            config = self._county.folder.gateway_config(name.removeprefix(_WEB))
            return [sys.executable, "-m", "gateway", "--config", str(config.resolve())]
        config = self._county.folder.config(name)
        return [sys.executable, "-m", "services.chassis.node", "--config", str(config.resolve())]

    def _pid_file(self, name: str) -> Path:
        return self._run / f"{name}.pid"


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it ended by itself meanwhile, which is what we asked for


def _is_ours(pid: int, command: list[str]) -> bool:
    """Whether the process still is the one we started: process ids are used again."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False
    running = Path(f"/proc/{pid}/cmdline")
    if not running.parent.parent.joinpath("self").exists():
        return True  # no process file system here; the id has to do
    try:
        words = running.read_bytes().split(b"\0")
    except OSError:
        return False
    return command[-1].encode() in words


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1.0):
            return True
    except OSError:
        return False
