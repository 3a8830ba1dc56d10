"""Restores a backup into an empty database of either kind, or only looks at it; nothing is kept that is not sound."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self

import sqlalchemy as sa

from services.chassis.backup.contents import Beginning, Record, RecordReader, Signed, decoded, file_of
from services.chassis.backup.errors import (
    BackupDamagedError,
    BackupForeignError,
    RestoreNotEmptyError,
    RestoreUnsoundError,
)
from services.chassis.backup.folder import ATTACHMENTS, sheet_of
from services.chassis.backup.keys import KeyPlace, Mark
from services.chassis.backup.sealing import Header, unseal
from services.chassis.backup.sheet import KeyLine, SheetReader
from services.chassis.backup.tables import Columns, Row, insert_rows
from services.chassis.destruction.carrying_out import Destroying
from services.chassis.destruction.finishing import destroy_line_again, follow_line_again
from services.chassis.destruction.model import Decided, Ground
from services.chassis.destruction.register import Line
from services.chassis.exchange.directories import directory_in_force
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.naming import LetterName, held_among, names_among
from services.chassis.exchange.receipts import hold_channel
from services.chassis.exchange.tables import LETTERS
from services.chassis.exchange.verify import verify_journal
from services.chassis.identity.keys import KeyPair, Keyring
from services.chassis.identity.suites import suite_named
from services.chassis.journal import store as journal
from services.chassis.journal.store import Head
from services.chassis.storage import Transaction
from services.chassis.storage.filling import Filling

RESTORED_BY = "restore"
"""Stands where an account's id stands when a person did it at the machine itself, before the node ran."""
_INSERTED = 200


class RowTaker(Protocol):
    """Where the rows of an archive go."""

    def __call__(self, columns: Columns, rows: Sequence[Row]) -> None: ...


@dataclass(slots=True)
class Found:
    """What an archive held."""

    header: Header
    beginning: Beginning
    signed: Signed
    rows: dict[str, int] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    keys: int = 0
    attachments: list[str] = field(default_factory=list)
    """Files of attachments that belong to it and lie beside the archive, or are fetched from peers again."""
    struck: dict[Mark, str] = field(default_factory=dict)
    """Keys that were destroyed after the archive was made, and when they were struck, in the order of the rows."""

    @property
    def head(self) -> Head:
        """Where the journal ended."""
        return Head(self.beginning.journal_sequence, bytes.fromhex(self.beginning.journal_digest))


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose archive it has to be. The node's own key made it: one in its keyring, or one the directory says it had."""

    county: str
    body: str
    signing_keys: Mapping[str, bytes]
    """Public halves by key id."""

    @classmethod
    def of(cls, identity: Identity) -> Self:
        """The node itself."""
        listed = {one.key_id: one.public for one in identity.directory.entry(identity.body).signing_keys}
        return cls(identity.county, identity.body, listed | _own(identity.keyring))

    @classmethod
    def with_keys(cls, county: str, keyring: Keyring) -> Self:
        """Whoever has the node's keys, while nothing else of the node is there yet."""
        return cls(county, keyring.body, _own(keyring))


def _own(keyring: Keyring) -> dict[str, bytes]:
    return {pair.key_id: pair.public for pair in keyring.signing}


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive with its sheet, and the private half of the key that it was sealed to."""

    file: Path
    key: KeyPair
    sheet: Path | None = None
    """None: it lies beside the archive."""

    @property
    def sheet_file(self) -> Path:
        """Where the key sheet is."""
        return self.sheet or sheet_of(self.file)


def restore(
    archive: Archive,
    identity: Identity,
    into: Filling,
    explanation: str,
    *,
    destroying: Destroying,
    register: Sequence[Line] = (),
) -> Found:
    """Fill an empty database from the archive, and have the node wait for where its peers stand before it sends.

    Everything happens in the filling's one transaction: tables as they were, rows, migrations up to this program, the
    whole journal verified up to where it ended when the archive was made, and the note that this node was restored.
    What was destroyed since goes on record again, as `register` (the file of destroyed letters) has it, and all that
    follows such a letter at this node follows again: `destroying` is the node's own.

    Raises:
        RestoreNotEmptyError: there is something in the database.
        BackupDamagedError, BackupKeyError, BackupForeignError: the archive cannot be used.
        RestoreUnsoundError: its journal does not verify.
        SchemaNewerError: a newer program made it.
    """
    connection = into.tx.connection
    if not into.empty:
        raise RestoreNotEmptyError(database=Path(connection.engine.url.database or "").name)

    def begun(beginning: Beginning) -> None:
        into.make_tables(beginning.versions)

    found = read_archive(
        archive, Owner.of(identity), begun, lambda columns, rows: insert_rows(connection, columns, rows)
    )
    into.make_tables()
    identity.replace_directory(directory_in_force(connection, identity.directory))
    _destroy_again(into.tx, destroying, found.struck, {line.name: line for line in register})
    report = verify_journal(connection, identity, [found.head] if found.head.sequence else [])
    if not report.sound:
        first = min(report.faults, key=lambda fault: fault.sequence)
        raise RestoreUnsoundError(
            file=archive.file.name, sequence=first.sequence, problem=first.reason_en, problem_zh=first.reason_zh
        )
    note = {"archive": found.header.archive_id, "entries": found.head.sequence, "struck": len(found.struck)}
    journal.append(into.tx, RESTORED, json.dumps(note, sort_keys=True).encode())
    for peer in identity.peers:
        hold_channel(into.tx, peer, explanation, RESTORED_BY)
    return found


def _destroy_again(
    tx: Transaction, destroying: Destroying, struck: Mapping[Mark, str], register: Mapping[LetterName, Line]
) -> None:
    """Put on record which letters came back without their key, and by whose decision, where that is still known; what
    else the copy brought back of them, or of any letter of the register, goes as well.
    """
    gone = _names_of(tx.connection, struck)
    for name, struck_at in gone.items():
        if name in register:
            destroy_line_again(tx, destroying, register[name])
        else:
            first_at = datetime.fromisoformat(struck_at) if struck_at else None
            decided = Decided(Ground.KEY_STRUCK, RESTORED_BY, RESTORED_BY, first_at=first_at)
            destroying.letter(tx, name, decided)
    others = held_among(tx.connection, register.keys() - gone.keys(), sa.true())
    alive = held_among(tx.connection, others.keys(), LETTERS.c.content_key.is_not(None))
    for name in others:
        again = destroy_line_again if name in alive else follow_line_again
        again(tx, destroying, register[name])


def _names_of(connection: sa.Connection, struck: Mapping[Mark, str]) -> dict[LetterName, str]:
    found: dict[LetterName, str] = {}
    for mark, struck_at in struck.items():
        if mark.table == LETTERS.name:
            names = names_among(connection, LETTERS.c.digest == bytes.fromhex(mark.name))
            found |= dict.fromkeys(names, struck_at)
    return found


RESTORED = "node.restored"
"""Kind of journal entry; the payload names the archive, its last journal entry, and how many keys were struck since."""


def check(archive: Archive, owner: Owner) -> Found:
    """Read the whole archive and sheet without keeping anything: seal, signature, counts.

    Raises:
        BackupDamagedError, BackupKeyError, BackupForeignError: the archive cannot be used.
    """
    return read_archive(archive, owner, lambda _: None, lambda _columns, _rows: None)


def read_archive(archive: Archive, owner: Owner, begun: Callable[[Beginning], object], take: RowTaker) -> Found:
    """Read an archive from its first byte to its last, giving out rows with their keys as they come.

    What was given out counts only once this returns: the signature stands at the end.

    Raises:
        BackupDamagedError, BackupKeyError, BackupForeignError: the archive cannot be used.
    """
    name = archive.file.name
    with archive.file.open("rb") as source:
        header, raw, stream = unseal(source, archive.key, name)
        if (header.county, header.body) != (owner.county, owner.body):
            here = f"{owner.county}/{owner.body}"
            raise BackupForeignError(file=name, found=f"{header.county}/{header.body}"[:200], here=here)
        with archive.sheet_file.open(encoding="ascii") as sheet:
            lines = SheetReader.for_archive(sheet, archive.sheet_file.name, header.archive_id).lines()
            reader = RecordReader(stream, raw, name)
            told = _Reading(name, lines, begun, take)
            for kind, payload in reader.records():
                told.record(kind, payload)
            told.end()
    _check_signature(reader.signed, owner, name)
    ending = reader.signed.ending
    if (told.rows, len(told.files), told.keys) != (ending.rows, ending.files, ending.keys) or told.beginning is None:
        raise BackupDamagedError(file=name, problem="it holds less than it says", problem_zh="内容与清单不符")
    return Found(header, told.beginning, reader.signed, told.rows, told.files, told.keys, told.attachments, told.struck)


@dataclass(slots=True)
class _Reading:
    name: str
    lines: Iterator[KeyLine]
    begun: Callable[[Beginning], object]
    take: RowTaker
    beginning: Beginning | None = None
    columns: Columns | None = None
    place: KeyPlace | None = None
    rows: dict[str, int] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    keys: int = 0
    attachments: list[str] = field(default_factory=list)
    struck: dict[Mark, str] = field(default_factory=dict)

    def record(self, kind: Record, payload: bytes) -> None:
        if kind is Record.BEGINNING:
            self.beginning = Beginning(**decoded(payload, self.name))
            self.begun(self.beginning)
        elif kind is Record.FILE:
            path, content = file_of(payload)
            self.files[path] = content
        elif kind is Record.TABLE:
            self.columns = Columns.read(decoded(payload, self.name))
            self.place = KeyPlace.in_columns(self.columns)
            self.rows[self.columns.table] = 0
        else:
            self._rows(decoded(payload, self.name))

    def end(self) -> None:
        if next(self.lines, None) is not None:
            raise self._unlike()

    def _rows(self, rows: list[Row]) -> None:
        if self.columns is None:
            raise self._unlike()
        self.rows[self.columns.table] += len(rows)
        if self.place is not None:
            rows = [row for row in rows if self._key(self.place, row)]
        for start in range(0, len(rows), _INSERTED):
            self.take(self.columns, rows[start : start + _INSERTED])

    def _key(self, place: KeyPlace, row: Row) -> bool:
        """Put the row's key back; whether the row is one to restore."""
        if not place.waits(row):
            return True
        line = next(self.lines, None)
        if line is None or line.mark != place.mark(row):
            raise self._unlike()
        self.keys += 1
        if line.wrapped is None:
            self.struck[line.mark] = line.struck_at
            return place.empty(row)
        place.put_back(row, line.wrapped)
        if line.mark.table == ATTACHMENTS:
            self.attachments.append(line.mark.name)
        return True

    def _unlike(self) -> BackupDamagedError:
        return BackupDamagedError(
            file=self.name, problem="archive and key sheet do not fit together", problem_zh="备份与密钥单不相符"
        )


def _check_signature(signed: Signed, owner: Owner, name: str) -> None:
    public = owner.signing_keys.get(signed.by.key_id)
    if public is None:
        raise BackupDamagedError(
            file=name, problem="it was not signed by a key of this body", problem_zh="不是由本单位的密钥签署"
        )
    suite_named(signed.by.suite).verify(public, signed.message, signed.by.signature)
