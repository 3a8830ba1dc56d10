"""Keeps contents: one file and one row each, found by digest; sweeps away files without a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import sqlalchemy as sa

from services.chassis.attachments.errors import AttachmentDamagedError, AttachmentDiskError, AttachmentFolderAwayError
from services.chassis.attachments.model import MEBIBYTE, Shape, UseState, split_digests
from services.chassis.attachments.rest import Folder, Locked, Vault
from services.chassis.attachments.tables import ATTACHMENT_ARRIVALS, ATTACHMENT_USES, ATTACHMENTS
from services.chassis.attachments.uses import Use, arrived, forget_unused, lose, use_from
from services.chassis.identity.keys import Keyring
from services.chassis.storage import Database, StorageError
from services.chassis.storage.uow import Transaction

_u = ATTACHMENT_USES.c
_OURS = re.compile(r"[0-9a-f-]{32,36}")
"""Names of files that this program makes; anything else in the folder is somebody else's."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A content that is here whole."""

    locked: Locked
    shape: Shape
    chunk_digests: tuple[bytes, ...]


@dataclass(frozen=True)
class Shelf:
    """Where a node keeps its attachments. `keep_free` bytes of the disk are left to the letters."""

    folder: Folder
    keyring: Keyring
    keep_free: int = 1024 * MEBIBYTE
    _writing: set[str] = field(default_factory=set)
    """Files that have no row yet because they are still being written."""

    def vault(self, locked: Locked) -> Vault:
        """The file, to read or write its chunks."""
        return Vault(self.folder, self.keyring, locked)

    def demand_room(self, size: int) -> None:
        """Raise unless the disk has room for so many bytes.

        Raises:
            AttachmentDiskError: it has not, or it cannot be asked.

        """
        try:
            free = self.folder.free_bytes()
        except OSError as error:
            raise AttachmentDiskError(cause=error.strerror or "") from error
        if free < size + self.keep_free:
            raise AttachmentDiskError(cause=f"{free // MEBIBYTE} MiB free")

    @contextmanager
    def writing(self, file: str) -> Iterator[None]:
        """Keep the sweep from a file whose row comes last; what is left of one without a row is taken away."""
        self._writing.add(file)
        try:
            yield
        finally:
            self._writing.discard(file)

    def remove_unless_kept(self, database: Database, file: str) -> None:
        """Take away a file that was written for nothing. Blocking: for threads."""
        query = sa.select(ATTACHMENTS.c.file).where(ATTACHMENTS.c.file == file)
        with suppress(StorageError):  # the sweep finds it later
            if database.reader.read_sync(lambda connection: connection.scalar(query)) is None:
                self.folder.remove(file)

    def sweep(self, connection: sa.Connection) -> Found:
        """Take away files without a row; what became of contents whose file is or was missing. Blocking: for threads.

        Raises:
            AttachmentFolderAwayError: no file of ours is where it should be; nothing is taken away.

        """
        names = {name for name in self.folder.names() if _OURS.fullmatch(name)}
        # In this order: what was finished since it was listed has its row by now.
        writing = frozenset(self._writing)
        rows = connection.execute(sa.select(ATTACHMENTS)).all()
        here = names | self.folder.names()
        if rows and not self.folder.is_given_up() and not any(row.file in here for row in rows):
            raise AttachmentFolderAwayError
        arriving = set(connection.scalars(sa.select(ATTACHMENT_ARRIVALS.c.file)))
        for name in names - {row.file for row in rows} - arriving - writing:
            self.folder.remove(name)
        lost = set(connection.scalars(sa.select(_u.digest).where(_u.state == UseState.LOST.value)))
        back = [one for one in map(kept_from, rows) if one.shape.digest in lost and self._is_whole(one)]
        return Found([kept_from(row) for row in rows if row.file not in here and row.digest not in lost], back)

    def _is_whole(self, content: Kept) -> bool:
        try:
            return all(self.vault(content.locked).chunks(content.shape))
        except AttachmentDamagedError:
            return False


@dataclass(frozen=True, slots=True)
class Found:
    """What a sweep found."""

    lost: list[Kept]
    """Contents whose file is missing."""
    back: list[Kept]
    """Contents that were lost and can be read again."""


def kept(connection: sa.Connection, digest: bytes) -> Kept | None:
    """The content of that digest, if it is here whole."""
    row = connection.execute(sa.select(ATTACHMENTS).where(ATTACHMENTS.c.digest == digest)).one_or_none()
    return None if row is None else kept_from(row)


def kept_from(row: sa.Row[tuple[object, ...]]) -> Kept:
    """The content in a row of `ATTACHMENTS`."""
    return Kept(
        Locked(row.file, row.storage_key_id, row.wrapped_key),
        Shape(row.digest, row.size, row.chunk_size, row.suite),
        tuple(split_digests(row.chunk_digests)),
    )


def keep(tx: Transaction, content: Kept) -> None:
    """Keep a content whose file is on the disk; when the same is here already, that one serves for both.

    One whose file was lost gives way, and is looked at again wherever it was.
    """
    lost = _uses(tx, content, UseState.LOST)
    if lost:
        tx.connection.execute(sa.delete(ATTACHMENTS).where(ATTACHMENTS.c.digest == content.shape.digest))
    elif kept(tx.connection, content.shape.digest) is not None:
        return
    locked, shape = content.locked, content.shape
    tx.connection.execute(
        sa.insert(ATTACHMENTS).values(
            file=locked.file,
            digest=shape.digest,
            size=shape.size,
            chunk_size=shape.chunk_size,
            suite=shape.suite,
            chunk_digests=b"".join(content.chunk_digests),
            storage_key_id=locked.storage_key_id,
            wrapped_key=locked.wrapped_key,
            kept_at=tx.now,
        )
    )
    for use in lost:
        arrived(tx, use)
    forget_unused(tx, [shape.digest] if lost else [])


def fetch_lost_again(tx: Transaction, lost: Kept) -> bool:
    """Have a content whose file is missing fetched again from whichever peers gave it; its key stays until then.

    False where no peer did: only a backup, or whoever adds the file again, brings it back.
    """
    having = [use for use in _uses(tx, lost, UseState.CHECKING, UseState.READY) if use.peer]
    for use in having:
        lose(tx, use)
    return bool(having)


def note_found(tx: Transaction, content: Kept) -> None:
    """A content that was lost can be read again: it is looked at anew."""
    for use in _uses(tx, content, UseState.LOST):
        arrived(tx, use)
    forget_unused(tx, [content.shape.digest])


def _uses(tx: Transaction, content: Kept, *states: UseState) -> list[Use]:
    these = sa.and_(_u.digest == content.shape.digest, _u.state.in_(states))
    return [use_from(row) for row in tx.connection.execute(sa.select(ATTACHMENT_USES).where(these))]
