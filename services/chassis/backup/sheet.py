"""The key sheet beside an archive: one wrapped key a line, struck out when that key is destroyed.

A sheet is read and written line by line, in the order in which the archive's rows come. A struck line keeps the name of
what the key opened and the time; the key itself is gone, and with it what the archive holds of it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Self

from services.chassis.backup.errors import BackupDamagedError
from services.chassis.backup.keys import Mark

_STRUCK = "!"
_END = "end"


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key: wrapped, in base64; or struck, at the time in its place."""

    mark: Mark
    wrapped: str | None
    struck_at: str = ""

    def text(self) -> str:
        """As it stands in the sheet."""
        return f"{self.mark.table} {self.mark.name} {self.wrapped or _STRUCK + self.struck_at}\n"


class SheetWriter:
    """Writes the sheet of one archive."""

    def __init__(self, target: IO[str], archive_id: str, body: str) -> None:
        self._target = target
        self.count = 0
        target.write(json.dumps({"archive_id": archive_id, "body": body}) + "\n")

    def put(self, mark: Mark, wrapped: str) -> None:
        """One more key."""
        self.count += 1
        self._target.write(KeyLine(mark, wrapped).text())

    def finish(self) -> None:
        """The last line; without it the sheet counts as cut off."""
        self._target.write(f"{_END} {self.count}\n")


class SheetReader:
    """Reads a sheet from its first line to its last."""

    def __init__(self, source: IO[str], name: str) -> None:
        self._source = source
        self._name = name
        try:
            fields = json.loads(source.readline())
            self.archive_id, self.body = str(fields["archive_id"]), str(fields["body"])
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged() from error

    @classmethod
    def for_archive(cls, source: IO[str], name: str, archive_id: str) -> Self:
        """The sheet, if it is that of this archive."""
        reader = cls(source, name)
        if reader.archive_id != archive_id:
            raise BackupDamagedError(
                file=name, problem="it is the key sheet of another archive", problem_zh="密钥单属于另一份备份"
            )
        return reader

    def lines(self) -> Iterator[KeyLine]:
        """Every key in its order."""
        for count, text in enumerate(self._source):
            parts = text.split()
            if len(parts) == 2 and parts[0] == _END and text.endswith("\n"):
                if parts[1] != str(count) or self._source.readline():
                    raise self._damaged()
                return
            if len(parts) != 3:
                break
            mark, kept = Mark(parts[0], parts[1]), parts[2]
            if kept.startswith(_STRUCK):
                yield KeyLine(mark, None, kept.removeprefix(_STRUCK))
            else:
                yield KeyLine(mark, kept)
        raise self._damaged()

    def _damaged(self) -> BackupDamagedError:
        return BackupDamagedError(
            file=self._name, problem="the key sheet is cut off or changed", problem_zh="密钥单不完整"
        )


def strike_sheet(path: Path, marks: Collection[Mark], at: datetime) -> int:
    """Strike the keys named by `marks` out of one sheet; how many it still had. The sheet is replaced as a whole.

    Raises:
        BackupDamagedError: it is no sheet; it is left as it is.
    """
    if not any(line.wrapped is not None and line.mark in marks for line in lines_of(path)):
        return 0
    struck = 0
    partial = path.with_name(path.name + ".partial")
    with path.open(encoding="ascii") as source, private_text(partial) as target:
        reader = SheetReader(source, path.name)
        writer = SheetWriter(target, reader.archive_id, reader.body)
        for line in reader.lines():
            kept = line
            if line.wrapped is not None and line.mark in marks:
                kept, struck = KeyLine(line.mark, None, at.isoformat()), struck + 1
            target.write(kept.text())
            writer.count += 1
        writer.finish()
        sync(target)
    with path.open("r+b") as old:
        partial.replace(path)
        _wipe(old)
    return struck


def outstanding(path: Path, marks: Collection[Mark]) -> int:
    """How many of these keys the sheet still has."""
    return sum(line.wrapped is not None and line.mark in marks for line in lines_of(path))


def body_of_sheet(path: Path) -> str | None:
    """Whose sheet it is; None when that cannot be read."""
    try:
        with path.open(encoding="ascii") as source:
            return SheetReader(source, path.name).body
    except (BackupDamagedError, UnicodeDecodeError):
        return None


def private_text(path: Path) -> IO[str]:
    """A new file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii")


def sync(file: IO[str] | IO[bytes]) -> None:
    """Have the file on the disk."""
    file.flush()
    os.fsync(file.fileno())


def lines_of(path: Path) -> Iterator[KeyLine]:
    """Every key of a sheet.

    Raises:
        BackupDamagedError: it is no sheet.
    """
    with path.open(encoding="ascii") as source:
        yield from SheetReader(source, path.name).lines()


def _wipe(old: IO[bytes]) -> None:
    """Write over what was replaced: the blocks of a deleted file are still there for whoever looks."""
    left = os.fstat(old.fileno()).st_size
    while left > 0:
        left -= old.write(bytes(min(left, 1 << 20)))
    sync(old)
