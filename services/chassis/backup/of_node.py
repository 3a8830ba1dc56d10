"""What of a node's folder is backed up beside its database, and where its files go when it is restored."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath

from services.chassis.backup.errors import BackupDamagedError, BackupNotSetError
from services.chassis.backup.taking import Source
from services.chassis.config import BackupConfig, NodeConfig
from services.chassis.exchange.identity import Identity
from services.chassis.storage.reader import Reader

_LARGEST_FILE = 64 * 1024 * 1024


def settings_of(config: NodeConfig) -> BackupConfig:
    """The node's settings of backups.

    Raises:
        BackupNotSetError: there are none.
    """
    if config.backup is None:
        raise BackupNotSetError
    return config.backup


def source_of(
    config: NodeConfig, identity: Identity, reader: Reader, now: datetime, stopped: Callable[[], bool] = bool
) -> Source:
    """The node as a backup takes it: its database, and the public files of its folder.

    Raises:
        NoCurrentKeyError: no signing key of the node is in force.
    """
    signer = identity.keyring.signing_key(identity.directory, now)
    return Source(config.county, config.body, reader, public_files(config), signer, config.attachments.folder, stopped)


def public_files(config: NodeConfig) -> Mapping[str, Path]:
    """Settings, directory, rules, calendars, certificates, by their path in the node's folder.

    Named one by one, so that a private key gets in only by being called something else. What lies outside the folder
    is not the node's own.
    """
    folder = config.file.parent
    parts = [
        config.file,
        config.directory,
        config.rulebook,
        config.calendars,
        config.custodian_keys,
        config.backup.key if config.backup else None,
        *(config.bus.authority, config.bus.certificate, config.bus.status_certificate),
        *(config.rpc.authority, config.rpc.certificate),
        *((web.config, web.authority, web.certificate) if (web := config.gateway) else ()),
    ]
    files = {file for part in parts if part is not None for file in _files(part)}
    own = sorted(file for file in files if file.is_relative_to(folder))
    return {str(PurePosixPath(file.relative_to(folder))): file for file in own}


def put_files(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """Write the files of a backup that `folder` does not have; the paths of those that were written.

    Raises:
        BackupDamagedError: a path leads out of the folder.
    """
    written = []
    for path, content in sorted(files.items()):
        target = folder / path
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise BackupDamagedError(file=path[:80], problem="it leads out of the folder", problem_zh="路径越出文件夹")
        if not target.exists():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
            written.append(path)
    return written


def _files(part: Path) -> Iterator[Path]:
    for file in part.rglob("*") if part.is_dir() else [part]:
        if file.is_file() and file.stat().st_size <= _LARGEST_FILE and not _holds_private_key(file):
            yield file


def _holds_private_key(file: Path) -> bool:
    return file.suffix == ".key" or b"PRIVATE KEY" in file.read_bytes()
