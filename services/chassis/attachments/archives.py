"""Looks into packed files without unpacking them: macros, bombs, archives in archives, entries of no allowed type."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import IO, cast

from services.chassis.attachments.limits import FileType, Limits
from services.chassis.attachments.model import MEBIBYTE, ending

_MOST_ENTRIES = 10_000
_MOST_UNPACKED = 2048 * MEBIBYTE
_MOST_RATIO = 200
_SMALL = 16 * MEBIBYTE
"""Below this no ratio is too large: a small table of zeros packs very well."""
_MACROS = "vbaproject.bin"
_ENCRYPTED = 0x1
_DOCUMENTS_DEEP = 1
_LOCAL_HEADER = 30
_DIRECTORY_ENTRY = b"PK\x01\x02"
_LARGEST_DIRECTORY = 4 * MEBIBYTE
"""Of the list of entries, which `zipfile` takes into memory at once: ten thousand with names of 400 bytes."""
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    OSError,
    EOFError,
)
"""What `zipfile` raises, as the case may be, at bytes that are no archive."""


class _TooManyEntriesError(zipfile.BadZipFile):
    """The list of entries is too large to be looked at."""


class _Opening:
    """A file whose list of entries is counted before `zipfile` makes an object of each, a hundred times as large.

    It stands between `zipfile` and the file, so that what is counted is what is then read, whatever end record says
    where the list is, the one of zip64 too.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.opening = True
        self.seek, self.tell = file.seek, file.tell

    def seekable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Some of the file; while it is being opened, no more than a list of entries may have."""
        if not self.opening:
            return self._file.read(size)
        if size > _LARGEST_DIRECTORY:
            raise _TooManyEntriesError
        data = self._file.read(_LARGEST_DIRECTORY if size < 0 else size)
        if data.count(_DIRECTORY_ENTRY) > _MOST_ENTRIES:
            raise _TooManyEntriesError
        return data


def archive_fault(file: IO[bytes], found: FileType, limits: Limits, depth: int = 0) -> str:
    """Why a packed file of this type may not be opened; empty when nothing is wrong with it."""
    guarded = _Opening(file)
    try:
        with zipfile.ZipFile(cast(IO[bytes], guarded)) as archive:
            guarded.opening = False
            entries = archive.infolist()
            fault = _measure(entries, file) or _names(entries, found)
            if fault or found.inside:
                return fault
            return _plain_archive(archive, entries, limits, depth)
    except _TooManyEntriesError:
        return "ARCHIVE_BOMB"
    except _UNREADABLE:
        return "ARCHIVE_UNREADABLE"


def _measure(entries: list[zipfile.ZipInfo], file: IO[bytes]) -> str:
    file.seek(0, 2)
    size = file.tell()
    packed = sum(entry.compress_size + _LOCAL_HEADER for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        return "ARCHIVE_UNREADABLE"
    # Entries that together are longer than the file share their bytes: the known way to make much of little.
    too_much = packed > size or len(entries) > _MOST_ENTRIES or unpacked > _MOST_UNPACKED
    grows = unpacked > _SMALL and unpacked > size * _MOST_RATIO
    return "ARCHIVE_BOMB" if too_much or grows else ""


def _names(entries: Iterable[zipfile.ZipInfo], found: FileType) -> str:
    names = {entry.filename for entry in entries}
    if any(name.casefold().rpartition("/")[2] == _MACROS for name in names):
        return "MACROS"
    return "TYPE_MISMATCH" if found.inside and found.inside not in names else ""


def _plain_archive(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: Limits, depth: int) -> str:
    """Each of its files has to be one that could be attached by itself; documents in it are looked into as well."""
    for entry in entries:
        if entry.is_dir():
            continue
        name = entry.filename.rpartition("/")[2]
        if ending(name) == "zip" or depth >= _DOCUMENTS_DEEP:
            return "ARCHIVE_NESTED"
        found = limits.type_of(name)
        if found is None:
            return "TYPE_NOT_ALLOWED"
        if found.form == "zip":
            with archive.open(entry) as inner:
                fault = archive_fault(inner, found, limits, depth + 1)
            if fault:
                return fault
    return ""
