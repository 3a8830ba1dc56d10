"""The folder that backups go to: whole archives with their key sheets, nothing half, the oldest leave."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from services.chassis.backup.errors import BackupBusyError, BackupDamagedError, BackupFolderError
from services.chassis.backup.keys import Mark
from services.chassis.backup.sealing import Header
from services.chassis.backup.sheet import body_of_sheet, outstanding, strike_sheet

ARCHIVE, SHEET, WRITING = ".backup", ".keys", ".writing"
ATTACHMENTS = "attachments"
"""The table of the keys of attachments, and the folder of their files' copies."""
_LOCK, _SHEETS_LOCK = ".lock", ".sheets.lock"


@dataclass(frozen=True, slots=True)
class Kept:
    """One backup in a folder."""

    archive: Path
    header: Header
    size: int

    @property
    def sheet(self) -> Path:
        """The key sheet beside it."""
        return sheet_of(self.archive)


def sheet_of(archive: Path) -> Path:
    """Where the key sheet of an archive lies."""
    return archive.with_suffix(SHEET)


def files_of(folder: Path, body: str) -> Path:
    """Where the copies of the body's attachments lie."""
    return folder / ATTACHMENTS / body


def archive_name(body: str, made_at: datetime) -> str:
    """The file of a backup: the body and when, to the second, in UTC."""
    return f"guantong-{body}-{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}{ARCHIVE}"


def backups_in(folder: Path, body: str | None = None) -> list[Kept]:
    """The whole backups in the folder as they were made; what is no backup, or lacks its sheet, is passed over."""
    found = []
    for archive in sorted(folder.glob(f"*{ARCHIVE}")):
        try:
            with archive.open("rb") as file:
                header, _ = Header.read(file, archive.name)
        except (BackupDamagedError, OSError):
            continue
        if sheet_of(archive).exists() and body in {None, header.body}:
            found.append(Kept(archive, header, archive.stat().st_size))
    return sorted(found, key=lambda kept: (kept.header.order, kept.header.made_at))


def strike(folder: Path, body: str, marks: Collection[Mark], at: datetime) -> int:
    """Strike these keys out of every key sheet of the body in the folder; how many were still there.

    What a sheet being written meanwhile still takes up is struck when the next backup ends, or by the node's upkeep.

    Raises:
        OSError: the folder is not there, or cannot be written; what is outstanding is struck later.
        BackupDamagedError: a sheet cannot be read; the others were struck.
    """
    if not marks:
        return 0
    struck, damaged = 0, None
    with _locked(folder / _SHEETS_LOCK, wait=True):
        for sheet in sheets_in(folder, body):
            try:
                struck += strike_sheet(sheet, marks, at)
            except BackupDamagedError as error:
                damaged = error
    for mark in marks:
        if mark.table == ATTACHMENTS:
            (files_of(folder, body) / mark.name).unlink(missing_ok=True)
    if damaged is not None:
        raise damaged
    return struck


def outstanding_in(folder: Path, body: str, marks: Collection[Mark]) -> int:
    """How many of these keys still stand in the body's sheets in the folder.

    Raises:
        BackupDamagedError: a sheet cannot be read.
    """
    return sum(outstanding(sheet, marks) for sheet in sheets_in(folder, body)) if marks else 0


def sheets_in(folder: Path, body: str) -> list[Path]:
    """The body's key sheets. The same letter has its own key at each of its two bodies, and one digest."""
    return [sheet for sheet in sorted(folder.glob(f"*{SHEET}")) if body_of_sheet(sheet) == body]


def next_order(folder: Path, body: str) -> int:
    """The order of the backup of the body that is being made."""
    return max((kept.header.order for kept in backups_in(folder, body)), default=0) + 1


def rotate(folder: Path, body: str, keep: int) -> int:
    """Delete the body's backups made before the last `keep`; how many. The last one made always stays.

    Dates do not count: one backup made under a clock that was years ahead would else outlive every other.
    """
    beyond = backups_in(folder, body)[: -max(keep, 1)]
    for old in beyond:
        # The archive first: a sheet alone opens nothing, and an archive alone would count as none.
        old.archive.unlink(missing_ok=True)
        old.sheet.unlink(missing_ok=True)
    return len(beyond)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder for one backup, cleared of what an interrupted one left.

    Raises:
        BackupBusyError: another backup is under way.
        BackupFolderError: the folder cannot be used.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(folder / _LOCK, wait=False):
            for half in folder.glob(f"*{WRITING}"):
                half.unlink(missing_ok=True)
            yield
    except BlockingIOError as error:
        raise BackupBusyError(folder=folder) from error
    except OSError as error:
        raise BackupFolderError(folder=folder, problem=error.strerror or type(error).__name__) from error


def sync_folder(folder: Path) -> None:
    """Have names in the folder on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _locked(path: Path, *, wait: bool) -> Iterator[None]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(lock)
