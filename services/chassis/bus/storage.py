"""Watches a server's storage: tells when the server has to be ended because it cannot get over what befell it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from pathlib import Path

REMOVED = "the storage folder was removed"
UNWRITABLE = "the storage could not be written (disk full or failing)"

_LOOK_EVERY, _FIRST_LOOK_EVERY = 0.5, 0.02
_GAVE_UP = re.compile(r"critical write error|JetStream[^']* disabled", re.IGNORECASE)
_PROBE_BYTES = 1024 * 1024


class StorageWatch:
    """The storage of one run of a server. `heard` is given every line that the server logs."""

    def __init__(self, storage: Path) -> None:
        self._storage = storage
        self._gave_up = False

    def heard(self, line: str) -> bool:
        """Note a line of the log; whether it says, for the first time, that the server gave up writing."""
        first = not self._gave_up and _GAVE_UP.search(line) is not None
        self._gave_up = self._gave_up or first
        return first

    async def broken(self) -> str:
        """Return when the server is to be ended, and why.

        One whose files were removed under it goes on confirming what it cannot keep. One that could not write once,
        when the disk was full, refuses every frame until it is started again, however much room there is since.
        """
        files = self._storage / "jetstream"
        seen: tuple[int, int] | None = None
        while True:
            found = _identity(files)
            if seen is not None and found != seen:
                return REMOVED
            seen = seen or found
            if self._gave_up and await asyncio.to_thread(_has_room, self._storage):
                return UNWRITABLE
            await asyncio.sleep(_LOOK_EVERY if seen else _FIRST_LOOK_EVERY)


def _identity(folder: Path) -> tuple[int, int] | None:
    with contextlib.suppress(FileNotFoundError):
        found = folder.stat()
        return found.st_dev, found.st_ino
    return None


def _has_room(storage: Path) -> bool:
    probe = storage / "probe"
    try:
        with probe.open("wb", buffering=0) as file:
            file.write(bytes(_PROBE_BYTES))
            os.fsync(file.fileno())
            whole = file.tell() == _PROBE_BYTES
        probe.unlink()
    except OSError:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)
        return False
    return whole
