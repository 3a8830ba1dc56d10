"""Attachments at rest: one encrypted file each, chunk by chunk, under a key that only the database holds."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from services.chassis.attachments.errors import AttachmentDamagedError
from services.chassis.attachments.model import Shape
from services.chassis.identity.errors import CannotOpenError
from services.chassis.identity.keys import Keyring
from services.chassis.identity.suites import STORAGE_KEY_BYTES, Suite, suite_named

_ADDED_BYTES = 28
"""Nonce and tag of every encrypted chunk: chunks have fixed places, so that they may come in any order."""
_GIVEN_UP = "fetch-again"
_KEY, _PART = b"guantong-attachment-key-v1\x00", b"guantong-attachment-part-v1\x00"


@dataclass(frozen=True, slots=True)
class Locked:
    """The random name of a file, and its key as the database keeps it."""

    file: str
    storage_key_id: str
    wrapped_key: bytes = field(repr=False)


def wrapping_place(file: str) -> bytes:
    """What the wrapping of a file's key is bound to."""
    return _KEY + file.encode()


def new_locked(keyring: Keyring, file: str) -> Locked:
    """A fresh key for a new file."""
    storage = keyring.storage_key()
    key = secrets.token_bytes(STORAGE_KEY_BYTES)
    wrapped = suite_named(storage.suite).encrypt(storage.private, key, wrapping_place(file))
    return Locked(file, storage.key_id, wrapped)


@dataclass(frozen=True)
class Folder:
    """The folder of a node's attachments. Its files' names and sizes are all that they tell."""

    path: Path

    def path_of(self, file: str) -> Path:
        """Where a file lies."""
        return self.path / file

    def free_bytes(self) -> int:
        """Room on its disk for us."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        space = os.statvfs(self.path)
        return space.f_bavail * space.f_frsize

    def is_given_up(self) -> bool:
        """Whether somebody said that what is missing will not come back, by a file of the name `fetch-again` in it."""
        return self.path_of(_GIVEN_UP).exists()

    def names(self) -> set[str]:
        """Every file in it; none when it is away."""
        return {one.name for one in self.path.iterdir()} if self.path.is_dir() else set()

    def remove(self, file: str) -> None:
        """Take the file away, if it is there."""
        self.path_of(file).unlink(missing_ok=True)

    def sync(self) -> None:
        """Have the names of new files on the disk, as their contents are."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Vault:
    """One file, open for reading or writing its chunks. Blocking: for threads."""

    def __init__(self, folder: Folder, keyring: Keyring, locked: Locked) -> None:
        storage = keyring.storage_key_with(locked.storage_key_id)
        self._suite: Suite = suite_named(storage.suite)
        self._key = self._suite.decrypt(storage.private, locked.wrapped_key, wrapping_place(locked.file))
        self._folder = folder
        self._file = locked.file

    def write(self, chunk_size: int, chunks: Iterable[tuple[int, bytes]]) -> None:
        """Put numbered chunks in their places, and return when they are on the disk."""
        path = self._folder.path_of(self._file)
        self._folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not path.exists()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            for number, chunk in chunks:
                _write_all(descriptor, self._suite.encrypt(self._key, chunk, self._place(number)), number, chunk_size)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            self._folder.sync()

    def read(self, shape: Shape, number: int) -> bytes:
        """One chunk.

        Raises:
            AttachmentDamagedError: it is not as it was written, or not there.

        """
        length = shape.length_of(number) + _ADDED_BYTES
        try:
            with self._folder.path_of(self._file).open("rb", buffering=0) as file:
                kept = os.pread(file.fileno(), length, number * (shape.chunk_size + _ADDED_BYTES))
            return self._suite.decrypt(self._key, kept, self._place(number))
        except (OSError, CannotOpenError) as error:
            raise AttachmentDamagedError from error

    def chunks(self, shape: Shape, first: int = 0) -> Iterator[bytes]:
        """All chunks in order, from the one numbered `first`; only one at a time is in memory."""
        return (self.read(shape, number) for number in range(first, shape.chunks))

    def _place(self, number: int) -> bytes:
        """Bound into every chunk, so that chunks cannot be exchanged for one another on the disk."""
        return _PART + self._file.encode() + number.to_bytes(4, "big")


def _write_all(descriptor: int, data: bytes, number: int, chunk_size: int) -> None:
    at, left = number * (chunk_size + _ADDED_BYTES), memoryview(data)
    while left:
        written = os.pwrite(descriptor, left, at)
        at, left = at + written, left[written:]
