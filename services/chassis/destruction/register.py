"""The file of destroyed letters, beside the node's keys: what an old copy of the database cannot bring back.

One line for each letter, only ever added, with a code made with the node's storage key, so that nobody else adds one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from services.chassis.destruction.errors import RegisterDamagedError
from services.chassis.exchange.naming import LetterName
from services.chassis.identity.errors import KeyUnknownError
from services.chassis.identity.keys import Keyring

FILE_NAME = "destroyed.jsonl"
_LABEL = b"guantong-destroyed-letter-v1\x00"


@dataclass(frozen=True, slots=True)
class Line:
    """One destroyed letter: its id, and the body that sent it, empty for this one. `at` is microseconds since 1970, as
    the database keeps times.
    """

    letter_id: str
    sender: str
    ground: str
    asked_by: str
    approved_by: str
    destruction_id: str
    at: int

    @property
    def name(self) -> LetterName:
        """Which letter it is."""
        return LetterName(self.letter_id, self.sender)


@dataclass(frozen=True, slots=True)
class DestroyedRegister:
    """The file at `path`, which need not exist yet."""

    path: Path
    keyring: Keyring

    def read(self) -> tuple[Line, ...]:
        """Every letter in the file, in the order they were destroyed; each once.

        A last line that the machine's end cut short is left out; it is written again.

        Raises:
            RegisterDamagedError: a line is not this node's.

        """
        if not self.path.exists():
            return ()
        *lines, last = self.path.read_bytes().split(b"\n")
        del last  # empty, or cut short
        read = [self._line(number, line) for number, line in enumerate(lines, 1) if line]
        return tuple({line.name: line for line in read}.values())

    def add(self, lines: Iterable[Line]) -> None:
        """Add letters that are not in the file yet; on the disk when this returns."""
        known = {line.name for line in self.read()}
        new = [line for line in lines if line.name not in known]
        if not new:
            return
        written = b"".join(self._written(line) for line in new)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            end = self._whole(file)
            os.ftruncate(file, end)
            os.lseek(file, end, os.SEEK_SET)
            while written:
                written = written[os.write(file, written) :]
            os.fsync(file)
        finally:
            os.close(file)
        _sync_folder(self.path.parent)

    def _whole(self, file: int) -> int:
        """Where the last whole line ends."""
        return os.pread(file, os.fstat(file).st_size, 0).rfind(b"\n") + 1

    def _written(self, line: Line) -> bytes:
        key = self.keyring.storage_key()
        told = json.dumps(asdict(line), sort_keys=True, ensure_ascii=False)
        signed = {"told": told, "key": key.key_id, "code": _code(key.private, told)}
        return json.dumps(signed, sort_keys=True, ensure_ascii=False).encode() + b"\n"

    def _line(self, number: int, data: bytes) -> Line:
        try:
            fields = json.loads(data)
            told, key = str(fields["told"]), self.keyring.storage_key_with(str(fields["key"]))
            if not hmac.compare_digest(_code(key.private, told), str(fields["code"])):
                raise RegisterDamagedError(file=self.path.name, line=number)
            return Line(**json.loads(told))
        except (ValueError, KeyError, TypeError, KeyUnknownError) as error:
            raise RegisterDamagedError(file=self.path.name, line=number) from error


def _code(key: bytes, told: str) -> str:
    # A key of its own, made from the storage key: one key is not used for two purposes.
    own = hmac.digest(key, _LABEL, hashlib.sha256)
    return hmac.digest(own, told.encode(), hashlib.sha256).hex()


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
