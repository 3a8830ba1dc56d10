"""A file of JSON lines that keeps itself small and never makes the node fail."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from services.chassis.telemetry import drops
from services.chassis.telemetry.drops import Drops

LARGEST = 32 * 1024 * 1024
KEPT = 4


class JsonLines:
    """Appends lines; a file grown past `largest` becomes `name.1`, which becomes `name.2`, up to `kept`."""

    def __init__(self, path: Path, dropped: Drops, largest: int = LARGEST, kept: int = KEPT) -> None:
        self._path = path
        self._drops = dropped
        self._largest = largest
        self._kept = kept
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None

    def write(self, entries: Iterable[Mapping[str, object]]) -> None:
        """Append each as a line. A full disk or a removed folder costs the lines and is counted."""
        lines = [json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for entry in entries]
        with self._lock:
            try:
                self._append(b"".join(lines))
            except OSError:
                self._drops.add(drops.WRITE, len(lines))
                self._close()

    def close(self) -> None:
        """Close the file; a later write opens it again."""
        with self._lock:
            self._close()

    def _append(self, data: bytes) -> None:
        if self._file is None or not self._path.exists():
            # Also when somebody moved the file away: what is written after belongs into a new one.
            self._close()
            self._file = _open_private(self._path)
        self._file.write(data)
        self._file.flush()
        if self._file.tell() > self._largest:
            self._rotate()

    def _rotate(self) -> None:
        self._close()
        for number in range(self._kept - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        self._path.replace(self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()


def _open_private(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")
