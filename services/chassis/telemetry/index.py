"""A small file in which spans can be searched at a flat cost: which traces there are, and the spans of one."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from services.chassis.clock import Clock
from services.chassis.telemetry import drops
from services.chassis.telemetry.drops import Drops
from services.chassis.telemetry.traces import SpanRecord

MOST_SPANS = 40_000
"""Of one body. What it did for letters stays longest; no body's spans push out those of another."""
MOST_OF_A_TRACE = 2_000
_LETTER = "letter."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Place = tuple[int, int]
"""Where a trace stands in lists."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spans (
    trace_id TEXT, span_id TEXT, body TEXT, parent_id TEXT, name TEXT,
    begin INTEGER, finish INTEGER, failed INTEGER, attributes TEXT,
    PRIMARY KEY (trace_id, span_id, body)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS traces (
    place INTEGER PRIMARY KEY AUTOINCREMENT, trace_id TEXT UNIQUE, heard INTEGER, owner TEXT, letter INTEGER,
    begin INTEGER, finish INTEGER, spans INTEGER, failed INTEGER, cut INTEGER,
    root_has_cause INTEGER, root_begin INTEGER, root_name TEXT, root_body TEXT, root_method TEXT
);
CREATE INDEX IF NOT EXISTS traces_heard ON traces (heard, place);
CREATE INDEX IF NOT EXISTS traces_letter ON traces (letter, heard, place);
CREATE INDEX IF NOT EXISTS traces_owner ON traces (owner, letter, place);
CREATE INDEX IF NOT EXISTS traces_failed ON traces (heard, place) WHERE failed > 0;
CREATE TABLE IF NOT EXISTS parties (body TEXT, place INTEGER, PRIMARY KEY (body, place)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS parties_place ON parties (place);
"""


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One trace in a list. Times in nanoseconds since 1970: `heard` by this machine, the others by the bodies'.

    `name`, `body` and `method` are of the step that began it; the method is empty where that was no call.
    """

    number: int
    trace_id: str
    heard: int
    begin: int
    finish: int
    name: str
    body: str
    method: str
    spans: int
    failed: int
    cut: bool
    bodies: tuple[str, ...]

    @property
    def place(self) -> Place:
        """Where it stands in lists, the latest first."""
        return self.heard, self.number


@dataclass(frozen=True, slots=True)
class TraceFilter:
    """Which traces to list; None and False for all. Times as in `TraceLine.heard`, the end exclusive."""

    trace_ids: Sequence[str] | None = None
    since: int | None = None
    until: int | None = None
    body: str | None = None
    failed_only: bool = False
    letters_only: bool = False


class SpanIndex:
    """The searchable copy of the spans; what cannot be written is lost and counted. Usable from every thread."""

    def __init__(self, path: Path, clock: Clock, dropped: Drops, most: int = MOST_SPANS) -> None:
        """Nothing is opened before something is written or asked; `clock` is the machine's, as spans have it."""
        self._path = path
        self._clock = clock
        self._drops = dropped
        self._most = most
        self._lock = threading.Lock()
        self._open: sqlite3.Connection | None = None
        self._held: Counter[str] = Counter()

    def take(self, spans: Sequence[SpanRecord]) -> None:
        """Keep these; a span that is known already is kept once."""
        with self._lock:
            try:
                with self._database() as database:
                    self._keep(database, spans)
            except (sqlite3.Error, OSError):
                self._drops.add(drops.WRITE, len(spans))
                self._begin_anew()

    def find(self, wanted: TraceFilter, before: Place | None, limit: int) -> list[TraceLine]:
        """Up to `limit` traces, the one heard of last first, behind the one at `before`."""
        query, values = _query(wanted, before)
        with self._lock:
            try:
                return [_line(row) for row in self._database().execute(query, (*values, limit))]
            except (sqlite3.Error, OSError):
                self._begin_anew()
                return []

    def spans_of(self, trace_id: str) -> list[SpanRecord]:
        """Every span of a trace that is here."""
        with self._lock:
            try:
                rows = self._database().execute("SELECT * FROM spans WHERE trace_id = ?", (trace_id,)).fetchall()
            except (sqlite3.Error, OSError):
                self._begin_anew()
                return []
        return [_span(row) for row in rows]

    def close(self) -> None:
        """Close the file; a later use opens it again."""
        with self._lock:
            self._close()

    def _database(self) -> sqlite3.Connection:
        if self._open is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.touch(mode=0o600)
            self._open = sqlite3.connect(self._path, check_same_thread=False)
            # It is a copy: losing the end of it in a crash costs nothing, waiting for the disk would.
            self._open.execute("PRAGMA journal_mode = WAL")
            self._open.execute("PRAGMA synchronous = OFF")
            self._open.executescript(_SCHEMA)
            self._held = Counter(dict(self._open.execute("SELECT body, count(*) FROM spans GROUP BY body")))
        return self._open

    def _begin_anew(self) -> None:
        """A damaged index is thrown away: the files of spans beside it remain."""
        self._close()
        for name in (self._path.name, f"{self._path.name}-wal", f"{self._path.name}-shm"):
            with suppress(OSError):
                self._path.with_name(name).unlink(missing_ok=True)

    def _close(self) -> None:
        database, self._open = self._open, None
        if database is not None:
            database.close()

    def _keep(self, database: sqlite3.Connection, spans: Sequence[SpanRecord]) -> None:
        for trace_id, group in groupby(sorted(spans, key=lambda span: span.trace_id), lambda span: span.trace_id):
            of_trace = list(group)
            # Before the trace is looked up: it may be the one that has to go.
            room = {body: self._make_room(database, body) for body in {span.body for span in of_trace}}
            row = database.execute(f"{_TRACE} WHERE trace_id = ?", (trace_id,)).fetchone()
            known = _Trace.begun(of_trace[0], nanoseconds(self._clock.now())) if row is None else _Trace(*row)
            for span in of_trace:
                if known.spans >= MOST_OF_A_TRACE or not room[span.body]:
                    known.cut = 1
                    self._drops.add(drops.CARRIED)
                elif database.execute(_INSERT_SPAN, _values(span)).rowcount:
                    self._held[span.body] += 1
                    known.add(span)
            if known.spans:
                place = database.execute(_PUT_TRACE, astuple(known)).fetchone()[0]
                database.executemany("INSERT OR IGNORE INTO parties VALUES (?, ?)", [(body, place) for body in room])

    def _make_room(self, database: sqlite3.Connection, body: str) -> bool:
        """Make room among the traces that the body began: first what was no letter, then the oldest."""
        while self._held[body] >= self._most:
            oldest = "SELECT place, trace_id FROM traces WHERE owner = ? ORDER BY letter, place LIMIT 1"
            row = database.execute(oldest, (body,)).fetchone()
            if row is None:
                return False
            counted = "SELECT body, count(*) FROM spans WHERE trace_id = ? GROUP BY body"
            self._held.subtract(dict(database.execute(counted, (row[1],)).fetchall()))
            for table, key, value in (("spans", "trace_id", 1), ("parties", "place", 0), ("traces", "place", 0)):
                database.execute(f"DELETE FROM {table} WHERE {key} = ?", (row[value],))  # noqa: S608 - our own names
        return True


@dataclass(slots=True)
class _Trace:
    """One row of the traces, in the order of its columns behind `place`."""

    trace_id: str
    heard: int
    owner: str
    letter: int
    begin: int
    finish: int
    spans: int
    failed: int
    cut: int
    root_has_cause: int
    root_begin: int
    root_name: str
    root_body: str
    root_method: str

    @classmethod
    def begun(cls, span: SpanRecord, heard: int) -> _Trace:
        """A trace of which `span` was heard first, and which holds nothing yet."""
        return cls(span.trace_id, heard, span.body, 0, span.start, span.end, 0, 0, 0, 2, span.start, "", "", "")

    def add(self, span: SpanRecord) -> None:
        self.spans += 1
        self.failed += span.failed
        self.letter |= span.name.startswith(_LETTER)
        self.begin, self.finish = min(self.begin, span.start), max(self.finish, span.end)
        rank = int(span.parent_id is not None), span.start
        if rank < (self.root_has_cause, self.root_begin):
            self.root_has_cause, self.root_begin = rank
            self.root_name, self.root_body = span.name, span.body
            self.root_method = str(span.attributes.get("method", ""))


_NAMES = tuple(one.name for one in fields(_Trace))
_TRACE = f"SELECT {', '.join(_NAMES)} FROM traces"  # noqa: S608 - our own names
_PUT_TRACE = (
    f"INSERT INTO traces ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))}) "  # noqa: S608 - our own names
    f"ON CONFLICT (trace_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _NAMES)} RETURNING place"
)
_INSERT_SPAN = "INSERT OR IGNORE INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_HAS_PARTY = "EXISTS (SELECT 1 FROM parties WHERE parties.body = ? AND parties.place = traces.place)"
_LINE = (
    "SELECT place, trace_id, heard, begin, finish, root_name, root_body, root_method, spans, failed, cut, "
    "(SELECT group_concat(body, ' ') FROM parties WHERE parties.place = traces.place) FROM traces"
)


def nanoseconds(at: datetime) -> int:
    """An instant as spans have it: nanoseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1) * 1_000


def _query(wanted: TraceFilter, before: Place | None) -> tuple[str, list[object]]:
    """The list's query, which walks an index in its order, and its values but the limit."""
    conditions: list[tuple[str, list[object]]] = []
    if wanted.trace_ids is not None:
        conditions.append((f"trace_id IN ({', '.join('?' * len(wanted.trace_ids))})", [*wanted.trace_ids]))
    if wanted.since is not None:
        conditions.append(("heard >= ?", [wanted.since]))
    if wanted.until is not None:
        conditions.append(("heard < ?", [wanted.until]))
    if wanted.body is not None:
        conditions.append((_HAS_PARTY, [wanted.body]))
    if wanted.failed_only:
        conditions.append(("failed > 0", []))
    if wanted.letters_only:
        conditions.append(("letter = 1", []))
    if before is not None:
        conditions.append(("(heard, place) < (?, ?)", [*before]))
    where = f" WHERE {' AND '.join(text for text, _ in conditions)}" if conditions else ""
    return f"{_LINE}{where} ORDER BY heard DESC, place DESC LIMIT ?", [
        value for _, values in conditions for value in values
    ]


def _line(row: tuple[Any, ...]) -> TraceLine:
    number, trace_id, heard, begin, finish, name, body, method, spans, failed, cut, bodies = row
    parties = tuple(sorted((bodies or "").split()))
    return TraceLine(number, trace_id, heard, begin, finish, name, body, method, spans, failed, bool(cut), parties)


def _values(span: SpanRecord) -> tuple[object, ...]:
    told = json.dumps(dict(span.attributes), ensure_ascii=False) if span.attributes else ""
    return (
        *(span.trace_id, span.span_id, span.body, span.parent_id, span.name),
        *(span.start, span.end, int(span.failed), told),
    )


def _span(row: tuple[Any, ...]) -> SpanRecord:
    trace_id, span_id, body, parent_id, name, begin, finish, failed, told = row
    attributes = json.loads(told) if told else {}
    return SpanRecord(trace_id, span_id, parent_id, name, body, begin, finish, bool(failed), attributes)
