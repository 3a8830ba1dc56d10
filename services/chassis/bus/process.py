"""Runs nats-server as a child: finds it, renders its configuration, restarts it, and reads refusals from its log."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import select
import shutil
import signal
import sys
from pathlib import Path
from typing import ClassVar

from services.chassis.bus.certificates import write_private
from services.chassis.bus.configuration import BusServerConfig, render
from services.chassis.bus.port import DENIED, SERVER_DIED, STORAGE_FAILED, AlarmSink, BusAlarm
from services.chassis.bus.storage import UNWRITABLE, StorageWatch
from services.chassis.errors import Fault, GuantongError

SETTING = "GUANTONG_NATS_SERVER"
"""Path of an official nats-server binary, 2.12.3 or newer."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_STOP_WITHIN = 10.0
_COULD_NOT_START = 1
_REFUSED = re.compile(r'"\w+/user:CN=([^"]+)" - (Publish|Subscription) Violation - Subject "([^"]+)"')


class ServerMissingError(GuantongError):
    """There is no nats-server program; install it or say where it is."""

    reason: ClassVar[str] = "BUS_SERVER_MISSING"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "No nats-server program was found. Install it, or give its path in {setting}."
    message_zh: ClassVar[str] = "未找到 nats-server 程序。请安装,或在 {setting} 中指定其路径。"


class ServerRefusedError(GuantongError):
    """The server ended instead of listening: the port is taken, or a file is not readable."""

    reason: ClassVar[str] = "BUS_SERVER_REFUSED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "The bus server ended at once: {problem}."
    message_zh: ClassVar[str] = "总线服务器启动后立即退出:{problem}。"


def find_binary(configured: Path | None) -> Path:
    """The configured one, else the environment's, else beside Python, else on the PATH."""
    chosen = configured or os.environ.get(SETTING)
    beside = Path(sys.executable).parent / "nats-server"
    found = chosen or (beside if beside.is_file() else shutil.which("nats-server"))
    if not found or not Path(found).is_file():
        raise ServerMissingError(setting=SETTING)
    return Path(found)


class ServerProcess:
    """The nats-server of one configuration."""

    def __init__(self, config: BusServerConfig, folder: Path, alarms: AlarmSink) -> None:
        self._config = config
        self._folder = folder
        self._alarms = alarms
        self._child: asyncio.subprocess.Process | None = None
        self.last_fault = "no reason given"

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._child.pid if self._child and self._child.returncode is None else None

    async def run(self) -> None:
        """Keep the server running until cancelled; a server that dies or loses its storage is started again."""
        binary = find_binary(self._config.nats_server)
        settings = self._write_settings()
        await asyncio.to_thread(end_orphan, self._pid_file)
        pause, first = _FIRST_PAUSE, True
        try:
            while True:
                started = asyncio.get_running_loop().time()
                code = await self._run_once(binary, settings)
                if first and code == _COULD_NOT_START:
                    raise ServerRefusedError(problem=self.last_fault)
                first = False
                self._alarms(BusAlarm(SERVER_DIED, "bus", self.last_fault))
                lasted = asyncio.get_running_loop().time() - started
                pause = _FIRST_PAUSE if lasted > _LONGEST_PAUSE else min(pause * 2, _LONGEST_PAUSE)
                await asyncio.sleep(pause)
        finally:
            await self._stop()

    def reload(self, config: BusServerConfig) -> None:
        """Take a changed list of bodies without breaking connections."""
        self._config = config
        self._write_settings()
        if self._child is not None and self.pid is not None:
            self._child.send_signal(signal.SIGHUP)

    def _write_settings(self) -> Path:
        settings = self._folder / "nats-server.json"
        write_private(settings, render(self._config).encode())
        return settings

    @property
    def _pid_file(self) -> Path:
        return self._folder / "nats-server.pid"

    async def _run_once(self, binary: Path, settings: Path) -> int:
        self._config.storage.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._child = child = await asyncio.create_subprocess_exec(
            binary, "--config", settings, "--logtime=false", stderr=asyncio.subprocess.PIPE
        )
        self._pid_file.write_text(f"{child.pid}\n", encoding="ascii")
        watch = StorageWatch(self._config.storage)
        watcher = asyncio.create_task(self._watch_storage(child, watch))
        try:
            await self._read_log(child, watch)
            return await child.wait()
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher

    async def _watch_storage(self, child: asyncio.subprocess.Process, watch: StorageWatch) -> None:
        self.last_fault = await watch.broken()
        child.kill()

    async def _read_log(self, child: asyncio.subprocess.Process, watch: StorageWatch) -> None:
        """Refusals are alarms on this side too: a hostile body does not report its own."""
        assert child.stderr is not None  # noqa: S101 - asked for above; this is for the type checker
        while line := await child.stderr.readline():
            text = line.decode(errors="replace").rstrip()
            refused = _REFUSED.search(text)
            if refused:
                name, action, subject = refused.groups()
                self._alarms(BusAlarm(DENIED, name, f"{action.lower()} of {subject}"))
            if watch.heard(text):
                self._alarms(BusAlarm(STORAGE_FAILED, "bus", UNWRITABLE))
            if "[FTL]" in text:
                self.last_fault = text.partition("[FTL] ")[2]
            print(text, file=sys.stderr, flush=True)  # noqa: T201 - the server's log is this process's log

    async def _stop(self) -> None:
        child = self._child
        if child is None or child.returncode is not None:
            return
        child.terminate()
        try:
            async with asyncio.timeout(_STOP_WITHIN):
                await child.communicate()
        except TimeoutError:
            child.kill()
            await child.communicate()


def end_orphan(pid_file: Path) -> None:
    """A server whose wrapper was killed still holds the port; it is ours, so end it before starting another.

    Returns once it is gone: a killed process keeps its port until the kernel has cleared it away.
    """
    try:
        pid = int(pid_file.read_text(encoding="ascii"))
        process = os.pidfd_open(pid)
    except (OSError, ValueError):
        return
    try:
        if str(pid_file.with_suffix(".json")).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            signal.pidfd_send_signal(process, signal.SIGKILL)
            select.select([process], [], [], _STOP_WITHIN)
    except (FileNotFoundError, ProcessLookupError):
        return  # it ended by itself meanwhile
    finally:
        os.close(process)
