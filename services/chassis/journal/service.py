"""Serves the journal to audit administrators: searched, handed out as a file, and who reads what is closed to most."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from google.protobuf.timestamp_pb2 import Timestamp

from guantong.node.v1 import journal_service_pb2 as pb
from guantong.node.v1 import journal_service_pb2_grpc as rpc
from services.chassis.clock import Clock, beijing_date
from services.chassis.desk.drafts_messages_service import words
from services.chassis.destruction.exports import note_export
from services.chassis.destruction.model import Export, ExportKind
from services.chassis.journal import store
from services.chassis.journal.chain import GENESIS, Entry, digest
from services.chassis.journal.errors import RangeEmptyError
from services.chassis.journal.facts import facts_of
from services.chassis.journal.range_file import closing, entry_line, opening
from services.chassis.journal.searching import FoundEntry, JournalSearch, search
from services.chassis.journal.times import first_since, last_before
from services.chassis.reads import reporting
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import Role
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage import Database
from services.chassis.timestamps import timestamp

ACCESS = ServiceAccess("guantong.node.v1.JournalService", frozenset({Role.AUDIT_ADMIN}))
_PIECE = 1024 * 1024
_BATCH = 1_000


@dataclass(frozen=True)
class Journaled:
    """What the service works with. `shown_kind` gives a letter's kind, or nothing when that alone says too much."""

    body: str
    county: str
    database: Database
    book: Rulebook
    clock: Clock
    paging: Paging
    shown_kind: Callable[[str], str]


def add_journal(builder: ServerBuilder, served: Journaled) -> None:
    """Have the server offer the journal."""
    builder.add(rpc.add_JournalServiceServicer_to_server, JournalServicer(served), ACCESS)


class JournalServicer(rpc.JournalServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Journaled) -> None:
        self._served = served

    async def SearchJournal(self, request: pb.SearchJournalRequest, context: object) -> pb.SearchJournalResponse:
        paging = self._served.paging
        page = paging.page(request)
        below = int(page.after) if page.after else None
        wanted = JournalSearch(
            request.kind, request.letter_id, request.matter_id, request.account_id, _since(request), _before(request)
        )
        found = await self._served.database.reader.read(lambda c: search(c, wanted, below, page.size))
        token = "" if found.next_below is None else paging.further(request, str(found.next_below))
        return pb.SearchJournalResponse(entries=map(self._entry, found.found), next_page_token=token)

    async def ExportJournal(
        self, request: pb.ExportJournalRequest, context: object
    ) -> AsyncIterator[pb.ExportJournalResponse]:
        caller, served, note = current_caller(), self._served, words("note", request.note)
        first, last = await served.database.reader.read(lambda c: _range(c, request))
        # What is handed out is registered first, by its digest: so the file is made twice, and never held whole.
        whole = sha256()
        async for piece in self._pieces(first, last):
            whole.update(piece)
        parts = Export(ExportKind.JOURNAL, whole.digest(), caller.account_id, note=f"{first}-{last} {note}".strip())
        await served.database.writer.run(lambda tx: note_export(tx, parts))
        async for piece in self._pieces(first, last):
            yield pb.ExportJournalResponse(piece=piece)

    async def ListReadings(self, request: pb.ListReadingsRequest, context: object) -> pb.ListReadingsResponse:
        page = self._served.paging.page(request)

        def look(connection: sa.Connection) -> Any:
            return reporting.readings(
                connection,
                account_id=request.account_id,
                since=_since(request),
                until=_before(request),
                below=page.after or "",
                limit=page.limit,
            )

        rows = await self._served.database.reader.read(look)
        shown, token = self._served.paging.cut(request, page, rows, lambda row: str(row.id))
        return pb.ListReadingsResponse(readings=map(_reading, shown), next_page_token=token)

    async def ReportReadings(self, request: pb.ReportReadingsRequest, context: object) -> pb.ReportReadingsResponse:
        book, today = self._served.book, beijing_date(self._served.clock.now())
        month = _month(request.month) if request.month else reporting.month_before(today.replace(day=1))
        thresholds = reporting.Thresholds(
            book.number("unusual_reading_least"),
            book.number("unusual_reading_times"),
            book.number("unusual_reading_months"),
        )
        found = await self._served.database.reader.read(lambda c: reporting.report(c, month, thresholds))
        return pb.ReportReadingsResponse(
            month=f"{month:%Y-%m}",
            counts=[_count(one, thresholds) for one in found],
            least_count=thresholds.least,
            times_usual=thresholds.times,
            month_count=thresholds.months,
        )

    def _entry(self, found: FoundEntry) -> pb.JournalEntry:
        entry = found.entry
        return pb.JournalEntry(
            sequence=entry.sequence,
            written_time=timestamp(entry.written_at),
            kind=entry.kind,
            letter_id=found.letter_id or "",
            facts=[pb.JournalFact(name=name, value=said) for name, said in facts_of(entry, self._served.shown_kind)],
            digest=digest(entry),
        )

    async def _pieces(self, first: int, last: int) -> AsyncIterator[bytes]:
        piece = bytearray()
        async for line in self._lines(first, last):
            if len(piece) + len(line) > _PIECE and piece:
                yield bytes(piece)
                piece.clear()
            piece += line
        yield bytes(piece)

    async def _lines(self, first: int, last: int) -> AsyncIterator[bytes]:
        read = self._served.database.reader.read
        before = await read(lambda c: _digest_before(c, first))
        yield opening(self._served.body, self._served.county, first, before)
        head, after = before, first - 1
        while after < last:
            entries = await read(lambda c, after=after: _batch(c, after, last))  # type: ignore[misc]
            for entry in entries:
                yield entry_line(entry)
            head, after = digest(entries[-1]), entries[-1].sequence
        yield closing(last, head)


def _batch(connection: sa.Connection, after: int, last: int) -> list[Entry]:
    return [entry for entry in store.read(connection, after, _BATCH) if entry.sequence <= last]


def _digest_before(connection: sa.Connection, first: int) -> bytes:
    before = store.read(connection, first - 2, 1) if first > 1 else ()
    return digest(before[0]) if before else GENESIS


def _range(connection: sa.Connection, request: pb.ExportJournalRequest) -> tuple[int, int]:
    """The first and the last entry asked for.

    Raises:
        FieldInvalidError: numbers that no entry has.
        RangeEmptyError: nothing was written in that time.

    """
    end = store.head(connection).sequence
    if request.first_sequence or request.last_sequence:
        first, last = request.first_sequence or 1, request.last_sequence or end
        if not 1 <= first <= last <= end:
            raise FieldInvalidError(field="first_sequence", problem=f"no range within 1 to {end}")
        return first, last
    wanted = JournalSearch(since=_since(request), before=_before(request))
    low = 1 if wanted.since is None else first_since(connection, wanted.since)
    high = end if wanted.before is None else last_before(connection, wanted.before)
    numbers = list(_within(connection, wanted, low, high))
    if not numbers:
        raise RangeEmptyError
    return min(numbers), max(numbers)


def _within(connection: sa.Connection, wanted: JournalSearch, low: int, high: int) -> Iterator[int]:
    entries, written = store.JOURNAL.c.sequence, store.JOURNAL.c.written_at
    limits = [entries >= low, entries <= high]
    limits += [written >= wanted.since] if wanted.since is not None else []
    limits += [written < wanted.before] if wanted.before is not None else []
    for row in connection.execute(sa.select(sa.func.min(entries), sa.func.max(entries)).where(*limits)):
        yield from (number for number in row if number is not None)


def _since(request: Any) -> datetime | None:
    return _instant(request.from_time) if request.HasField("from_time") else None


def _before(request: Any) -> datetime | None:
    return _instant(request.to_time) if request.HasField("to_time") else None


def _instant(time: Timestamp) -> datetime:
    try:
        return time.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise FieldInvalidError(field="from_time", problem="no time") from error


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no time zone
    except ValueError as error:
        raise FieldInvalidError(field="month", problem="a month as YYYY-MM") from error


def _reading(row: Any) -> pb.ReadingView:
    return pb.ReadingView(
        reading_id=row.id,
        read_time=timestamp(row.read_at),
        account_id=row.account_id,
        what=row.what,
        ref=row.ref,
        how=row.how,
        reason=row.reason,
    )


def _count(one: reporting.Reader, thresholds: reporting.Thresholds) -> pb.ReadingCount:
    return pb.ReadingCount(
        account_id=one.account_id,
        letter_count=one.letters,
        ledger_count=one.ledgers,
        usual_hundredths=one.usual_hundredths,
        month_count=thresholds.months,
        unusual=one.unusual,
    )
