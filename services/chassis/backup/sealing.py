"""The outside of an archive: a stream of bytes, compressed, sealed in pieces to a backup key, cut-off noticed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Self

from services.chassis.backup.errors import BackupDamagedError, BackupKeyError
from services.chassis.identity.errors import CannotOpenError, UnknownSuiteError
from services.chassis.identity.keys import KeyPair
from services.chassis.identity.suites import STORAGE_KEY_BYTES, suite_named

MAGIC = b"guantong-backup-1\n"
PIECE_BYTES = 256 * 1024
_HEAD_BYTES = 64 * 1024
_LENGTH_BYTES = 4
_LEVEL = 3


@dataclass(frozen=True, slots=True)
class BackupKey:
    """The public half of a backup key: all that a node has of it."""

    suite: str
    key_id: str
    public: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What an archive says of itself in clear: whose it is and when it was made, nothing of what is in it."""

    archive_id: str
    county: str
    body: str
    made_at: datetime
    suite: str
    backup_key_id: str
    sealed_key: bytes
    order: int
    """One more than that of any backup of the body in its folder then: clocks go wrong, this does not."""

    def to_bytes(self) -> bytes:
        """As it stands in the file; everything behind it is bound to these bytes."""
        fields = {
            "archive_id": self.archive_id,
            "county": self.county,
            "body": self.body,
            "made_at": self.made_at.isoformat(),
            "suite": self.suite,
            "backup_key_id": self.backup_key_id,
            "sealed_key": base64.b64encode(self.sealed_key).decode("ascii"),
            "order": self.order,
        }
        return json.dumps(fields, sort_keys=True).encode("ascii")

    @classmethod
    def read(cls, source: BinaryIO, name: str) -> tuple[Self, bytes]:
        """The header of an archive and its exact bytes, with `source` left behind it.

        Raises:
            BackupDamagedError: it is no archive.
        """
        if source.read(len(MAGIC)) != MAGIC:
            raise _damaged(name, "it is no backup of this program", "不是本程序的备份文件")
        raw = _exactly(source, _length(source, name, _HEAD_BYTES), name)
        try:
            fields = json.loads(raw)
            header = cls(
                str(fields["archive_id"]),
                str(fields["county"]),
                str(fields["body"]),
                datetime.fromisoformat(fields["made_at"]),
                str(fields["suite"]),
                str(fields["backup_key_id"]),
                base64.b64decode(fields["sealed_key"], validate=True),
                int(fields["order"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(name, "its header cannot be read", "文件头无法读取") from error
        return header, raw


@dataclass(frozen=True, slots=True)
class Label:
    """What goes into a header besides keys."""

    archive_id: str
    county: str
    body: str
    made_at: datetime
    order: int = 1


class Sealer:
    """Writes one archive. Memory does not grow with it."""

    def __init__(self, target: BinaryIO, label: Label, to: BackupKey) -> None:
        self._target = target
        self._suite = suite_named(to.suite)
        self._key = os.urandom(STORAGE_KEY_BYTES)
        sealed = self._suite.seal(to.public, self._key, _key_context(label.archive_id))
        self.header = Header(
            label.archive_id, label.county, label.body, label.made_at, to.suite, to.key_id, sealed, label.order
        ).to_bytes()
        self._bound = hashlib.sha256(self.header).digest()
        self._packing = zlib.compressobj(_LEVEL)
        self._packed = bytearray()
        self._pieces = 0
        target.write(MAGIC + len(self.header).to_bytes(_LENGTH_BYTES, "big") + self.header)

    def write(self, plain: bytes) -> None:
        """Add to the stream."""
        self._packed += self._packing.compress(plain)
        while len(self._packed) > PIECE_BYTES:
            self._piece(bytes(self._packed[:PIECE_BYTES]), last=False)
            del self._packed[:PIECE_BYTES]

    def finish(self) -> None:
        """End the stream; without this the archive counts as cut off."""
        self._packed += self._packing.flush()
        self._piece(bytes(self._packed), last=True)

    def reopened(self, source: BinaryIO, name: str) -> Iterator[bytes]:
        """What was written, read back from the disk with the key that is still in memory.

        Raises:
            BackupDamagedError: the disk does not give back what it was given.
        """
        _, raw = Header.read(source, name)
        if raw != self.header:
            raise _damaged(name, "its header was changed", "文件头被改动")
        return _opened(source, self._suite.name, self._key, raw, name)

    def _piece(self, plain: bytes, *, last: bool) -> None:
        sealed = self._suite.encrypt(self._key, plain, _place(self._bound, self._pieces, last=last))
        self._pieces += 1
        marked = len(sealed) << 1 | last
        self._target.write(marked.to_bytes(_LENGTH_BYTES, "big") + sealed)


def unseal(source: BinaryIO, key: KeyPair, name: str) -> tuple[Header, bytes, Iterator[bytes]]:
    """The header, its bytes, and the stream of an archive, opened with the private half of its backup key.

    Raises:
        BackupDamagedError: the archive is cut off or changed; also while the stream is read.
        BackupKeyError: it was sealed to another key.
    """
    header, raw = Header.read(source, name)
    if header.backup_key_id != key.key_id:
        raise BackupKeyError(file=name, wanted=header.backup_key_id[:64], given=key.key_id)
    try:
        suite = suite_named(header.suite)
        file_key = suite.open(key.private, header.sealed_key, _key_context(header.archive_id))
    except (CannotOpenError, UnknownSuiteError) as error:
        raise _damaged(name, "its header was changed", "文件头被改动") from error
    return header, raw, _opened(source, header.suite, file_key, raw, name)


def _opened(source: BinaryIO, suite_name: str, key: bytes, header: bytes, name: str) -> Iterator[bytes]:
    suite, bound = suite_named(suite_name), hashlib.sha256(header).digest()
    unpacking = zlib.decompressobj()
    number, last = 0, False
    while not last:
        marked = int.from_bytes(_exactly(source, _LENGTH_BYTES, name), "big")
        length, last = marked >> 1, bool(marked & 1)
        if length > 2 * PIECE_BYTES:
            raise _damaged(name, "a piece of it was changed", "其中一段被改动")
        try:
            piece = suite.decrypt(key, _exactly(source, length, name), _place(bound, number, last=last))
            # Never more at once than asked for: what unpacks to a thousand times its size must not fill the memory.
            while piece:
                yield unpacking.decompress(piece, PIECE_BYTES)
                piece = unpacking.unconsumed_tail
        except (CannotOpenError, zlib.error) as error:
            raise _damaged(name, "a piece of it was changed", "其中一段被改动") from error
        number += 1
    yield unpacking.flush()
    if not unpacking.eof or source.read(1):
        raise _damaged(name, "its end is not where it should be", "文件结尾不符")


def _place(bound: bytes, number: int, *, last: bool) -> bytes:
    """Bound into each piece, so that none can be moved, left out, or taken for the end."""
    return b"guantong-backup-piece-v1\0" + bound + number.to_bytes(8, "big") + bytes([last])


def _key_context(archive_id: str) -> bytes:
    return b"guantong-backup-key-v1\0" + archive_id.encode()


def _length(source: BinaryIO, name: str, most: int) -> int:
    length = int.from_bytes(_exactly(source, _LENGTH_BYTES, name), "big")
    if length > most:
        raise _damaged(name, "its header cannot be read", "文件头无法读取")
    return length


def _exactly(source: BinaryIO, length: int, name: str) -> bytes:
    found = source.read(length)
    if len(found) != length:
        raise _damaged(name, "it is cut off", "文件不完整")
    return found


def _damaged(name: str, problem: str, problem_zh: str) -> BackupDamagedError:
    return BackupDamagedError(file=name, problem=problem, problem_zh=problem_zh)
