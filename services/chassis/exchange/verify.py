"""Verifies every letter and receipt of a journal: signatures, channels, contents, and the rows beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from google.protobuf.message import DecodeError

from guantong.exchange.v1 import receipt_pb2
from services.chassis.errors import GuantongError
from services.chassis.exchange import applying, keeping, receipts, rejoining, wire
from services.chassis.exchange.continuing import CONTINUES, speaks_of_before
from services.chassis.exchange.directories import LOADED, kept_version
from services.chassis.exchange.document_numbers import parts_of
from services.chassis.exchange.errors import RefusedError
from services.chassis.exchange.heads import Head as ChannelHead
from services.chassis.exchange.heads import digest_of
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import FIRST_PREVIOUS, Direction, LetterHeader, LetterState, SignedBytes
from services.chassis.exchange.naming import LetterName, is_named
from services.chassis.exchange.proof import content_digest, letter_digest, verify_journaled, verify_receipt
from services.chassis.exchange.rest import Rested, take_from_rest
from services.chassis.exchange.tables import LETTERS
from services.chassis.identity.errors import CannotOpenError, KeyUnknownError
from services.chassis.identity.signed import SignedDirectory, accept
from services.chassis.journal.chain import Entry
from services.chassis.journal.store import JOURNAL, Head
from services.chassis.journal.verify import Fault, FoundEntry, Progress, Report, text_as_bytes, verify_chain
from services.chassis.storage.tables import to_microseconds
from services.chassis.telemetry.traces import trace_id_of

_DIRECTIONS = {keeping.SENT: Direction.OUT, keeping.RETURNED: Direction.OUT, keeping.STORED: Direction.IN}
_RECEIPTS = frozenset({receipts.RECEIPTED, receipts.HALTED, receipts.LOWERED, receipts.RESUMED})
_STATES = {
    Direction.OUT: frozenset({LetterState.SENT}),
    Direction.IN: frozenset(LetterState) - {LetterState.SENT},
}
_TEXTS = (
    *("direction", "peer", "letter_id", "kind", "matter_id", "state", "storage_key_id", "traceparent", "reason"),
    "document_series",
)
_TIMES = ("stored_at", "parked_at")


def verify_journal(
    connection: sa.Connection,
    identity: Identity,
    anchors: Iterable[Head] = (),
    progress: Progress | None = None,
) -> Report:
    """Walk the whole journal: the chain, and of every letter its signature, its place in its channel, its row and,
    where it was not destroyed, its content.

    Signatures are verified for the time an entry was written, with the directory that was in force at that place of
    the journal: what was stored before a revocation was known stays good, and nothing behind it. See
    `verify_chain` for anchors; without one the last entry's time and kind are not certain.
    """
    return verify_chain(connection, LetterChecks(identity), anchors, progress)


@dataclass(frozen=True, slots=True)
class Parking:
    """How often a letter was parked, when last (microseconds since 1970), and the payload of that entry."""

    times: int
    at: int
    payload: bytes


class LetterChecks:
    """The checks of one walk; remembers only where each channel stands."""

    def __init__(self, identity: Identity) -> None:
        self._identity = replace(identity, directory=identity.first)
        self._loaded = False
        self._heads: dict[tuple[Direction, str], ChannelHead] = {}
        self._absent: dict[int, Fault] = {}
        """Letters without a row in their channel, by place: a fault, unless they are withdrawn later."""
        self._unknown: dict[tuple[str, int, bytes], Fault] = {}
        """Receipts for letters that are not in the channel, by what they name: a fault, unless those left it later."""
        self._parkings: dict[int, Parking] = {}
        """What the entries say of parked letters, by the letters' places: few letters are ever parked."""
        self.letters = 0

    def entries(self, connection: sa.Connection, found: Sequence[FoundEntry]) -> Iterator[Fault]:
        """Check a batch of entries and the rows of their letters."""
        rows = _rows(connection, found)
        for one in found:
            entry = one.entry
            if entry.kind in _DIRECTIONS:
                self.letters += 1
                yield from self._letter(entry, one.letter_id, rows.get(entry.sequence))
            elif entry.kind == LOADED:
                yield from self._directory(connection, entry)
            elif entry.kind in _RECEIPTS:
                yield from self._receipt(connection, entry)
            elif entry.kind == applying.PARKED:
                self._parked(entry)
            elif entry.kind == rejoining.WITHDRAWN:
                yield from self._withdrawal(connection, entry)
            elif entry.kind == keeping.DESTROYED:
                yield from _destruction(connection, entry)
        yield from _strangers(connection, found)

    def end(self, connection: sa.Connection) -> Iterator[Fault]:
        """Rows that no entry speaks of, and what rows say of parking."""
        kinds = tuple(_DIRECTIONS)
        entry_of_row = sa.and_(JOURNAL.c.sequence == LETTERS.c.place, JOURNAL.c.kind.in_(kinds))
        place = sa.outerjoin(LETTERS, JOURNAL, entry_of_row)
        for alone in connection.scalars(
            sa.select(LETTERS.c.place).select_from(place).where(JOURNAL.c.sequence.is_(None)).order_by(LETTERS.c.place)
        ):
            yield Fault(alone, "信函表中有一行没有对应的日志条目", "a row of the letters' table has no entry")
        yield from _emptied(connection)
        yield from _parking(connection, self._parkings)
        yield from self._absent.values()
        yield from self._unknown.values()

    def _letter(self, entry: Entry, letter_id: str | None, row: Any) -> Iterator[Fault]:
        try:
            signed = wire.decode_journaled(entry.payload)
            header = verify_journaled(self._identity, signed, self._seen(entry))
        except RefusedError as error:
            name = error.refusal.value
            yield Fault(entry.sequence, f"信函验证未通过({name})", f"the letter does not verify ({name})")
            return
        direction = _DIRECTIONS[entry.kind]
        digest = letter_digest(signed.payload, header.previous_digest, header.suite)
        if not self._is_ours(header, direction) or header.letter_id != letter_id:
            yield Fault(entry.sequence, "条目与信头不符", "the entry and the header differ")
        yield from self._channel(entry.sequence, header, direction, digest)
        expected = _expected(entry, header, direction, digest)
        if row is None or (direction is Direction.OUT and row.number == -entry.sequence):
            absent = Fault(entry.sequence, "信函表中缺少该信函", "the letter has no row in the letters' table")
            self._absent[entry.sequence] = absent
            expected["number"] = -entry.sequence
        if row is None:
            return
        wrong = _wrong_columns(row, expected) + _wrong_forms(row, direction)
        if wrong:
            named = ", ".join(wrong)
            yield Fault(entry.sequence, f"信函表与日志不符:{named}", f"the letters' table differs: {named}")
        yield from self._content(entry.sequence, header, digest, row)

    def _directory(self, connection: sa.Connection, entry: Entry) -> Iterator[Fault]:
        """The journal says when each directory came into force; which it was, its row has."""
        try:
            told = json.loads(entry.payload)
            version, digest = int(told["version"]), str(told["sha256"])
            content = kept_version(connection, version)
            if content is None or hashlib.sha256(content).hexdigest() != digest:
                yield Fault(entry.sequence, "单位名录与日志不符", "the directory is not the one that was loaded")
            elif version > self._identity.directory.version:
                directory = accept(SignedDirectory.from_bytes(content), self._identity.directory, ())
                self._identity.replace_directory(directory)
                self._loaded = True
        except (GuantongError, KeyError, TypeError, ValueError):
            yield Fault(entry.sequence, "单位名录验证未通过", "the directory that was loaded does not verify")

    def _seen(self, entry: Entry) -> datetime:
        # The file a node begins with may have been exchanged for a newer one since.
        return self._identity.directory.seen(entry.written_at) if self._loaded else entry.written_at

    def _is_ours(self, header: LetterHeader, direction: Direction) -> bool:
        own = header.sender if direction is Direction.OUT else header.recipient
        identity = self._identity
        return (own, header.county, header.demo) == (identity.body, identity.county, identity.demo)

    def _channel(self, sequence: int, header: LetterHeader, direction: Direction, digest: bytes) -> Iterator[Fault]:
        channel = direction, header.recipient if direction is Direction.OUT else header.sender
        last = self._heads.get(channel, ChannelHead(0, FIRST_PREVIOUS))
        if not _follows(header, direction, last):
            yield Fault(sequence, "与通道中前一封信函不衔接", "does not follow the channel's letter before it")
        self._heads[channel] = ChannelHead(header.number, digest)

    def _content(self, sequence: int, header: LetterHeader, digest: bytes, row: Any) -> Iterator[Fault]:
        if row.content is None and row.content_key is None:
            return
        try:
            rested = Rested(bytes(row.content), bytes(row.content_key), row.storage_key_id.decode())
            content = take_from_rest(self._identity.keyring, rested, digest)
        except (CannotOpenError, KeyUnknownError, UnicodeDecodeError, TypeError):
            yield Fault(sequence, "保存的内容无法打开", "the content that was kept does not open")
            return
        if content_digest(bytes(row.salt), content, header.suite) != header.content_digest:
            yield Fault(sequence, "内容与签名的摘要不符", "the content is not the one that was signed")

    def _parked(self, entry: Entry) -> None:
        """Two senders may give one id to two letters: an entry tells by its place which one was parked."""
        with suppress(ValueError):
            place = int(entry.payload.rsplit(b"\n", 1)[-1])
            before = self._parkings.get(place, Parking(0, 0, b""))
            self._parkings[place] = Parking(before.times + 1, to_microseconds(entry.written_at), entry.payload)

    def _withdrawal(self, connection: sa.Connection, entry: Entry) -> Iterator[Fault]:
        try:
            told = rejoining.Withdrawal.read(entry.payload)
        except ValueError:
            yield Fault(entry.sequence, "撤出记录无法读取", "the entry of withdrawn letters cannot be read")
            return
        taken_out = list(_headers(connection, told.places))
        if not taken_out or taken_out[0][0].previous_digest != told.end.digest:
            yield Fault(entry.sequence, "撤出记录与通道不符", "the withdrawal names another end of the channel")
        self._heads[Direction.OUT, told.peer] = told.end
        for place in told.places:
            self._absent.pop(place, None)
        for header, digest in taken_out:
            self._unknown.pop((told.peer, header.number, digest), None)

    def _receipt(self, connection: sa.Connection, entry: Entry) -> Iterator[Fault]:
        try:
            message = receipt_pb2.Receipt.FromString(entry.payload)
            signed = SignedBytes(message.statement, message.signature, message.signing_key_id, message.suite)
            statement = verify_receipt(self._identity, signed, self._seen(entry))
        except DecodeError:
            yield Fault(entry.sequence, "回执无法读取", "the receipt cannot be read")
            return
        except RefusedError as error:
            name = error.refusal.value
            yield Fault(entry.sequence, f"回执验证未通过({name})", f"the receipt does not verify ({name})")
            return
        if entry.kind == receipts.HALTED:
            return
        named = statement.recipient, statement.up_to_number, statement.chain_digest
        if digest_of(connection, Direction.OUT, *named[:2]) != named[2] and not speaks_of_before(connection, *named):
            odd = Fault(entry.sequence, "回执与本方信函不符", "the receipt speaks of other letters than ours")
            self._unknown.setdefault(named, odd)


def _follows(header: LetterHeader, direction: Direction, last: ChannelHead) -> bool:
    """Whether a letter may stand behind the last one. A statement of a gap leaves numbers out; ours may name a letter
    that only the peer holds.
    """
    if header.kind == CONTINUES and header.number > last.number:
        return direction is Direction.OUT or header.previous_digest == last.digest
    return (header.number, header.previous_digest) == (last.number + 1, last.digest)


def _headers(connection: sa.Connection, places: Sequence[int]) -> Iterator[tuple[LetterHeader, bytes]]:
    """The letters at these places of the journal, in order, with their digests."""
    query = sa.select(JOURNAL.c.payload).where(JOURNAL.c.sequence.in_(places)).order_by(JOURNAL.c.sequence)
    for payload in connection.scalars(query):
        with suppress(RefusedError):
            signed = wire.decode_journaled(payload)
            header = wire.decode_header(signed.payload)
            yield header, letter_digest(signed.payload, header.previous_digest, header.suite)


def _rows(connection: sa.Connection, found: Sequence[FoundEntry]) -> dict[int, Any]:
    places = [one.entry.sequence for one in found if one.entry.kind in _DIRECTIONS]
    columns = [
        text_as_bytes(connection, column).label(column.name)
        if column.name in _TEXTS
        else sa.type_coerce(column, sa.BigInteger).label(column.name)
        if column.name in _TIMES
        else column
        for column in LETTERS.c
    ]
    return {row.place: row for row in connection.execute(sa.select(*columns).where(LETTERS.c.place.in_(places)))}


def _expected(entry: Entry, header: LetterHeader, direction: Direction, digest: bytes) -> dict[str, object]:
    number = parts_of(header.document_number)
    return {
        "direction": direction.value.encode(),
        "peer": (header.recipient if direction is Direction.OUT else header.sender).encode(),
        "number": header.number,
        "digest": digest,
        "letter_id": header.letter_id.encode(),
        "kind": header.kind.encode(),
        "matter_id": header.matter_id.encode(),
        "stored_at": to_microseconds(entry.written_at),
        "document_series": None if number.series is None else number.series.encode(),
        "document_year": number.year,
        "document_serial": number.serial,
    }


def _wrong_columns(row: Any, expected: dict[str, object]) -> list[str]:
    return [name for name, value in expected.items() if getattr(row, name) != value]


def _wrong_forms(row: Any, direction: Direction) -> list[str]:
    """Columns that no signature covers and that can still not hold just anything."""
    states = {state.value.encode() for state in _STATES[direction]}
    trace = (row.traceparent or b"").decode(errors="replace")
    wrong = [] if row.state in states else ["state"]
    return wrong if not trace or trace_id_of(trace) else [*wrong, "traceparent"]


def _strangers(connection: sa.Connection, found: Sequence[FoundEntry]) -> Iterator[Fault]:
    """Entries that are filed under a letter they do not name and that is not known."""
    unnamed = {
        one.entry.sequence: one.letter_id
        for one in found
        if one.letter_id is not None and one.letter_id.encode() not in one.entry.payload
    }
    ids = tuple(unnamed.values())
    known = set(connection.scalars(sa.select(LETTERS.c.letter_id).where(LETTERS.c.letter_id.in_(ids)))) if ids else ()
    for sequence, letter_id in unnamed.items():
        if letter_id not in known:
            yield Fault(sequence, "条目归在不存在的信函之下", "the entry is filed under a letter that is not known")


def _destruction(connection: sa.Connection, entry: Entry) -> Iterator[Fault]:
    """What is destroyed on record may not be here."""
    told = keeping.read_destroyed(entry.payload)
    if told is None:
        yield Fault(entry.sequence, "销毁记录无法读取", "the entry of a destruction cannot be read")
        return
    name, _ = told
    # Only what was here then: what came later was not destroyed with it.
    there = is_named(name), LETTERS.c.content_key.is_not(None), LETTERS.c.place < entry.sequence
    if connection.scalar(sa.select(LETTERS.c.place).where(*there).limit(1)) is not None:
        yield Fault(entry.sequence, "已登记销毁的内容仍在", "content that was destroyed on record is still here")


def _emptied(connection: sa.Connection) -> Iterator[Fault]:
    """Our own letters had content when they were written; without it, an entry has to say who decided."""
    written = sa.join(LETTERS, JOURNAL, sa.and_(JOURNAL.c.sequence == LETTERS.c.place, JOURNAL.c.kind == keeping.SENT))
    decided = JOURNAL.alias("decided")
    on_record = sa.and_(decided.c.letter_id == LETTERS.c.letter_id, decided.c.kind == keeping.DESTROYED)
    query = sa.select(LETTERS.c.place, LETTERS.c.letter_id, decided.c.payload)
    query = query.select_from(sa.outerjoin(written, decided, on_record)).where(LETTERS.c.content_key.is_(None))
    rows = connection.execute(query.order_by(LETTERS.c.place))
    for place, entries in groupby(rows, key=lambda row: int(row.place)):
        # Another body's letter of the same id says nothing about ours.
        told = [_destroyed_by(row.payload) == LetterName(row.letter_id) for row in entries]
        if any(told):
            continue
        yield Fault(place, "内容已不在而无销毁记录", "the content is gone, and no entry says by whose decision")


def _destroyed_by(payload: bytes | None) -> LetterName | None:
    told = keeping.read_destroyed(payload) if payload else None
    return None if told is None else told[0]


def _parking(connection: sa.Connection, told: dict[int, Parking]) -> Iterator[Fault]:
    """Every parking is an entry: reason, time and number of the last ones must be those of the row."""
    untouched = sa.and_(
        LETTERS.c.attempts == 0,
        LETTERS.c.reason.is_(None),
        LETTERS.c.parked_at.is_(None),
        LETTERS.c.state.not_in((LetterState.PARKED.value, LetterState.SET_ASIDE.value)),
    )
    query = sa.select(
        LETTERS.c.place,
        LETTERS.c.attempts,
        text_as_bytes(connection, LETTERS.c.letter_id).label("letter_id"),
        text_as_bytes(connection, LETTERS.c.reason).label("reason"),
        sa.type_coerce(LETTERS.c.parked_at, sa.BigInteger).label("parked_at"),
    )
    for row in connection.execute(query.where(sa.not_(untouched)).order_by(LETTERS.c.place)):
        last = told.pop(row.place, Parking(0, 0, b""))
        payload = row.letter_id + b"\n" + (row.reason or b"") + b"\n" + str(row.place).encode()
        if (row.attempts, row.parked_at, payload) != (last.times, last.at, last.payload):
            yield _parking_differs(row.place)
    yield from map(_parking_differs, sorted(told))


def _parking_differs(place: int) -> Fault:
    return Fault(place, "挂起记录与日志不符", "what the row says of parking differs from the journal")
