"""Files of attachments beside the archives: copied once each, never changed, gone when no key sheet needs them.

What lies there is encrypted under keys that are in no archive, as it lies in the node's own folder; a copy of a file is
therefore no copy of its content once its key is struck.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from services.chassis.backup.folder import ATTACHMENTS, WRITING, files_of, sheets_in, sync_folder
from services.chassis.backup.sheet import lines_of


def copy_new(source: Path, names: Iterable[str], backups: Path, body: str) -> int:
    """Copy those of the files that have no copy yet; how many. One that is gone meanwhile was destroyed.

    Raises:
        OSError: the disk has no room, or cannot be written; no half copy is left.
    """
    target, copied = files_of(backups, body), 0
    for name in names:
        copy = target / name
        if not copy.exists() and (source / name).is_file():
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            _copy(source / name, copy)
            copied += 1
    if copied:
        sync_folder(target)
    return copied


def drop_unneeded(backups: Path, body: str) -> int:
    """Delete the copies that no key sheet of the body has a key for; how many."""
    folder = files_of(backups, body)
    if not folder.is_dir():
        return 0
    needed = _with_a_key(backups, body)
    gone = [copy for copy in folder.iterdir() if copy.name not in needed]
    for copy in gone:
        copy.unlink(missing_ok=True)
    return len(gone)


def bring_back(backups: Path, body: str, names: Iterable[str], target: Path) -> tuple[int, int]:
    """Copy files back into a node's folder; how many, and how many are missing.

    What is missing is fetched from peers again, where it came from one.
    """
    source, brought, missing = files_of(backups, body), 0, 0
    for name in names:
        if (target / name).exists():
            continue
        if not (source / name).is_file():
            missing += 1
            continue
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy(source / name, target / name)
        brought += 1
    return brought, missing


def _with_a_key(backups: Path, body: str) -> Collection[str]:
    return {
        line.mark.name
        for sheet in sheets_in(backups, body)
        for line in lines_of(sheet)
        if line.mark.table == ATTACHMENTS and line.wrapped is not None
    }


def _copy(source: Path, target: Path) -> None:
    half = target.with_name(target.name + WRITING)
    try:
        with source.open("rb") as read, os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as write:
            shutil.copyfileobj(read, write, 1 << 20)
            write.truncate()
            write.flush()
            os.fsync(write.fileno())
        half.replace(target)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
