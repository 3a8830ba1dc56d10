"""The inside of an archive: a stream of records, the same for both databases: files, tables, rows, and a signed end."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from enum import Enum
from hashlib import sha256
from typing import Any, Protocol

from services.chassis.backup.errors import BackupDamagedError

_FRAME_BYTES = 5
_LARGEST_RECORD = 256 * 1024 * 1024
_SIGNING_DOMAIN = b"guantong-backup-signature-v1\0"


class Record(Enum):
    """What stands in one record."""

    BEGINNING = b"B"
    """What the database was, as JSON: `Beginning`. The first record."""
    FILE = b"F"
    """A file beside the database: the length of its path in two bytes, the path, its bytes."""
    TABLE = b"T"
    """The rows of a table follow: its name and columns, as JSON."""
    ROWS = b"R"
    """Some rows of the table, as JSON arrays."""
    END = b"E"
    """What was told, as JSON (`Ending`), with the node's signature over the digest of everything before. The last."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The database as it was: versions of its tables, and where its journal ended."""

    program: str
    versions: list[str]
    journal_sequence: int
    journal_digest: str


@dataclass(frozen=True, slots=True)
class Ending:
    """What was written: rows of each table, files, and content keys that went into the sheet beside the archive."""

    rows: dict[str, int]
    files: int
    keys: int


@dataclass(frozen=True, slots=True)
class Signature:
    """Who says so."""

    key_id: str
    suite: str
    signature: bytes


class Signer(Protocol):
    """The part of a key pair that signing needs."""

    @property
    def suite(self) -> str: ...

    @property
    def key_id(self) -> str: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(slots=True)
class RecordWriter:
    """Writes records into `target` and signs them at the end. `header` is the archive's, bound into the signature."""

    target: Callable[[bytes], object]
    header: bytes
    _digest: Any = field(init=False)

    def __post_init__(self) -> None:
        """Begin the digest with the header."""
        self._digest = sha256(sha256(self.header).digest())

    def begin(self, beginning: Beginning) -> None:
        """What the database was."""
        self.put(Record.BEGINNING, _json(asdict(beginning)))

    def file(self, path: str, content: bytes) -> None:
        """A file beside the database; `path` is relative, with slashes."""
        name = path.encode()
        self.put(Record.FILE, len(name).to_bytes(2, "big") + name + content)

    def put(self, kind: Record, payload: bytes) -> None:
        """One record."""
        framed = kind.value + len(payload).to_bytes(_FRAME_BYTES - 1, "big") + payload
        self._digest.update(framed)
        self.target(framed)

    def end(self, ending: Ending, signer: Signer) -> None:
        """The last record."""
        told = _json(asdict(ending))
        self._digest.update(told)
        fields = {
            "ending": told.decode(),
            "key_id": signer.key_id,
            "suite": signer.suite,
            "signature": base64.b64encode(signer.sign(_SIGNING_DOMAIN + self._digest.digest())).decode("ascii"),
        }
        payload = _json(fields)
        self.target(Record.END.value + len(payload).to_bytes(_FRAME_BYTES - 1, "big") + payload)


@dataclass(frozen=True, slots=True)
class Signed:
    """The end of an archive, not yet believed: who has to have signed which bytes."""

    ending: Ending
    message: bytes
    by: Signature


class RecordReader:
    """Reads records out of a stream of bytes, holding one at a time."""

    def __init__(self, stream: Iterator[bytes], header: bytes, name: str) -> None:
        self._stream = stream
        self._held = bytearray()
        self._digest = sha256(sha256(header).digest())
        self._name = name

    def records(self) -> Iterator[tuple[Record, bytes]]:
        """Every record but the last; then `signed` tells the last one."""
        while True:
            frame = self._take(_FRAME_BYTES)
            try:
                kind = Record(frame[:1])
            except ValueError as error:
                raise self._damaged() from error
            length = int.from_bytes(frame[1:], "big")
            if length > _LARGEST_RECORD:
                raise self._damaged()
            payload = self._take(length)
            if kind is Record.END:
                self._end(payload)
                return
            self._digest.update(frame + payload)
            yield kind, payload

    def _end(self, payload: bytes) -> None:
        fields = decoded(payload, self._name)
        told = str(fields["ending"]).encode()
        self._digest.update(told)
        by = Signature(str(fields["key_id"]), str(fields["suite"]), base64.b64decode(fields["signature"]))
        ending = Ending(**decoded(told, self._name))
        self.signed = Signed(ending, _SIGNING_DOMAIN + self._digest.digest(), by)
        # What stands behind the end would be signed by nobody; reading on also meets the archive's own end.
        if self._held or any(self._stream):
            raise self._damaged()

    def _take(self, length: int) -> bytes:
        while len(self._held) < length:
            more = next(self._stream, None)
            if more is None:
                raise self._damaged()
            self._held += more
        taken = bytes(self._held[:length])
        del self._held[:length]
        return taken

    def _damaged(self) -> BackupDamagedError:
        return BackupDamagedError(
            file=self._name, problem="its records do not fit together", problem_zh="内部记录不完整"
        )


def decoded(payload: bytes, name: str) -> Any:
    """The JSON of a record.

    Raises:
        BackupDamagedError: it is none.
    """
    try:
        return json.loads(payload)
    except ValueError as error:
        raise BackupDamagedError(file=name, problem="a record cannot be read", problem_zh="内部记录无法读取") from error


def file_of(payload: bytes) -> tuple[str, bytes]:
    """Path and content of a FILE record."""
    length = int.from_bytes(payload[:2], "big")
    return payload[2 : 2 + length].decode(), payload[2 + length :]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
