"""Takes one backup: a snapshot of the database beside the running node, written, read back, and only then in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from services.chassis.backup import folder as folders
from services.chassis.backup.contents import Beginning, Ending, Record, RecordReader, RecordWriter, Signer
from services.chassis.backup.errors import BackupStoppedError
from services.chassis.backup.files import copy_new, drop_unneeded
from services.chassis.backup.keys import KEY_COLUMNS, KeyPlace, destroyed_marks
from services.chassis.backup.sealing import BackupKey, Label, Sealer
from services.chassis.backup.sheet import SheetWriter, lines_of, private_text, sync
from services.chassis.backup.tables import Columns, Row, encode_row, join_rows, rows_of, tables_in, versions_in
from services.chassis.journal import store as journal
from services.chassis.storage.reader import Reader

_BATCH_CHARACTERS = 512 * 1024
"""Rows go into one record up to about this; a row can be as large as the largest letter."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up.

    Attributes:
        county: The county's code.
        body: Whose node it is.
        reader: Read-only access to its database.
        files: Configuration and public parts beside the database, by the path they are kept under; never a private key.
        signer: The node's signing key: whoever restores wants to know that the node itself made the archive.
        attachments: The folder of its attachments' files.
        stopped: Asked now and then whether to give up, because the node is ending.
    """

    county: str
    body: str
    reader: Reader
    files: Mapping[str, Path]
    signer: Signer
    attachments: Path | None = None
    stopped: Callable[[], bool] = bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that is in place."""

    archive: Path
    sheet: Path
    size: int
    rows: int
    keys: int
    journal_sequence: int
    struck: int
    """Keys struck out of sheets because they were destroyed meanwhile."""
    rotated: int
    """Older backups that made room."""


@dataclass(frozen=True, slots=True)
class _Written:
    ending: Ending
    journal_sequence: int


def take_backup(source: Source, to: BackupKey, folder: Path, keep: int, now: datetime) -> Taken:
    """Take a backup into `folder`, and delete the body's oldest ones beyond `keep`.

    Reads one snapshot in the caller's thread; the node goes on beside it. Nothing is in place until all of it was
    written, read back from the disk and synced.

    Raises:
        BackupBusyError: another backup into the folder is under way.
        BackupFolderError: the folder cannot be written; earlier backups are untouched.
        BackupDamagedError: the disk gave back something else than was written.
        BackupStoppedError: the node is ending.
        DatabaseAwayError: the database cannot be read.
    """
    with folders.alone_in(folder):
        archive = _free_name(folder, source.body, now)
        sheet = folders.sheet_of(archive)
        halves = [path.with_name(path.name + folders.WRITING) for path in (archive, sheet)]
        try:
            order = folders.next_order(folder, source.body)
            label = Label(archive.stem, source.county, source.body, now, order)
            written = _write(source, to, label, halves[0], halves[1])
            if source.attachments is not None:
                names = (line.mark.name for line in lines_of(halves[1]) if line.mark.table == folders.ATTACHMENTS)
                copy_new(source.attachments, names, folder, source.body)
            # The sheet first: an archive without one would count as none.
            halves[1].rename(sheet)
            halves[0].rename(archive)
        except BaseException:
            for half in halves:
                with suppress(OSError):
                    half.unlink(missing_ok=True)
            raise
        folders.sync_folder(folder)
        struck = catch_up(source.reader, folder, source.body, now, sheet)
        rotated = folders.rotate(folder, source.body, keep)
        drop_unneeded(folder, source.body)
    ending = written.ending
    size = archive.stat().st_size
    return Taken(
        archive, sheet, size, sum(ending.rows.values()), ending.keys, written.journal_sequence, struck, rotated
    )


def catch_up(reader: Reader, folder: Path, body: str, now: datetime, fresh: Path | None = None) -> int:
    """Strike out of the folder's sheets whatever was destroyed; how many keys were still there.

    `fresh` is a sheet that was written just now, perhaps beside a destruction.

    Raises:
        OSError, BackupDamagedError: as `folders.strike`.
    """
    written = [line.mark for line in lines_of(fresh) if KEY_COLUMNS[line.mark.table].emptied is None] if fresh else []
    return folders.strike(folder, body, reader.read_sync(lambda c: destroyed_marks(c, written)), now)


def _free_name(folder: Path, body: str, now: datetime) -> Path:
    archive = folder / folders.archive_name(body, now)
    number = 1
    while archive.exists():
        number += 1
        archive = archive.with_stem(f"{archive.stem.partition('.')[0]}.{number}")
    return archive


def _write(source: Source, to: BackupKey, label: Label, archive: Path, sheet: Path) -> _Written:
    with archive.open("xb") as target, private_text(sheet) as keys:
        archive.chmod(0o600)
        sealer = Sealer(target, label, to)
        records = RecordWriter(sealer.write, sealer.header)
        lines = SheetWriter(keys, label.archive_id, label.body)
        written = source.reader.read_sync(lambda connection: _snapshot(connection, source, records, lines))
        records.end(written.ending, source.signer)
        sealer.finish()
        lines.finish()
        sync(target)
        sync(keys)
    with archive.open("rb") as back:
        _read_back(sealer, back, archive.name)
    return written


def _snapshot(connection: sa.Connection, source: Source, records: RecordWriter, lines: SheetWriter) -> _Written:
    head = journal.head(connection)
    records.begin(Beginning(metadata.version("guantong"), versions_in(connection), head.sequence, head.digest.hex()))
    for path, file in source.files.items():
        records.file(path, file.read_bytes())
    counts = {}
    for table in tables_in(connection):
        columns = Columns.of(table)
        records.put(Record.TABLE, columns.to_bytes())
        rows = _until(source.stopped, rows_of(connection, table))
        counts[table.name] = _rows(rows, KeyPlace.in_columns(columns), records, lines)
    return _Written(Ending(counts, len(source.files), lines.count), head.sequence)


def _until(stopped: Callable[[], bool], rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        if stopped():
            raise BackupStoppedError
        yield row


def _rows(rows: Iterator[Row], keys: KeyPlace | None, records: RecordWriter, lines: SheetWriter) -> int:
    count, batch, size = 0, list[str](), 0
    for row in rows:
        wrapped = keys.take(row) if keys is not None else None
        if keys is not None and wrapped is not None:
            lines.put(keys.mark(row), wrapped)
        batch.append(encode_row(row))
        count, size = count + 1, size + len(batch[-1])
        if size >= _BATCH_CHARACTERS:
            records.put(Record.ROWS, join_rows(batch))
            batch, size = [], 0
    if batch:
        records.put(Record.ROWS, join_rows(batch))
    return count


def _read_back(sealer: Sealer, back: BinaryIO, name: str) -> None:
    reader = RecordReader(sealer.reopened(back, name), sealer.header, name)
    for _ in reader.records():
        pass
