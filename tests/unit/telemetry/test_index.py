"""Spans are kept once, found at a flat cost, and no body's push out those of another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.chassis.telemetry.drops import Drops
from services.chassis.telemetry.index import MOST_OF_A_TRACE, SpanIndex, TraceFilter, nanoseconds
from services.chassis.telemetry.traces import SpanRecord
from services.chassis.testing.clock import FixedClock

ALL = TraceFilter()


def span(
    trace: int, number: int = 1, body: str = "alpha", name: str = "letter.write", parent: int | None = None
) -> SpanRecord:
    above = None if parent is None else f"{parent:016x}"
    return SpanRecord(f"{trace:032x}", f"{number:016x}", above, name, body, 1_000 + number, 2_000 + number)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def index(tmp_path: Path, clock: FixedClock) -> Iterator[SpanIndex]:
    made = SpanIndex(tmp_path / "index.sqlite", clock, Drops(), most=10)
    yield made
    made.close()


def traces(index: SpanIndex, wanted: TraceFilter = ALL) -> list[int]:
    return [int(line.trace_id, 16) for line in index.find(wanted, None, 100)]


def test_a_span_that_comes_twice_is_kept_once_and_begins_its_trace_whenever_it_comes(index: SpanIndex):
    caused = span(1, 2, "beta", "letter.store", parent=1)
    index.take([caused])
    index.take([span(1), caused])
    index.take([span(1)])

    (line,) = index.find(ALL, None, 10)
    assert (line.name, line.body, line.spans, line.bodies) == ("letter.write", "alpha", 2, ("alpha", "beta"))
    assert index.spans_of(line.trace_id) == [span(1), caused]


def test_the_latest_heard_comes_first_and_times_are_the_machines(index: SpanIndex, clock: FixedClock):
    began = nanoseconds(clock.now())
    for trace in (1, 2, 3):
        index.take([span(trace)])
        clock.advance(minutes=1)
    minute = timedelta(minutes=1) // timedelta(microseconds=1) * 1_000

    assert traces(index) == [3, 2, 1]
    assert traces(index, TraceFilter(since=began + minute)) == [3, 2]
    assert traces(index, TraceFilter(until=began + minute)) == [1]
    assert traces(index, TraceFilter(trace_ids=[f"{2:032x}", "f" * 32])) == [2]
    (first,) = index.find(ALL, None, 1)
    assert [int(one.trace_id, 16) for one in index.find(ALL, first.place, 9)] == [2, 1]


def test_a_body_that_floods_loses_its_own_oldest_and_first_what_was_no_letter(index: SpanIndex):
    index.take([span(100, body="beta")])
    index.take([span(1)])
    for trace in range(2, 11):
        index.take([span(trace, name="rpc.serve")])
    for trace in range(11, 14):
        index.take([span(trace)])

    assert traces(index) == [13, 12, 11, 10, 9, 8, 7, 6, 5, 1, 100]


def test_a_body_cannot_fill_the_traces_of_others(tmp_path: Path, clock: FixedClock):
    dropped = Drops()
    index = SpanIndex(tmp_path / "index.sqlite", clock, dropped, most=3)
    index.take([span(1)])
    for number in range(2, 9):
        index.take([span(1, number, "hostile")])

    (line,) = index.find(ALL, None, 10)
    assert (line.spans, line.cut) == (4, True)
    assert dropped.counts() == {"carried_span": 4}
    index.close()


def test_a_trace_without_end_is_cut(tmp_path: Path, clock: FixedClock):
    index = SpanIndex(tmp_path / "index.sqlite", clock, Drops())
    index.take([span(1, number) for number in range(MOST_OF_A_TRACE + 5)])

    (line,) = index.find(ALL, None, 10)
    assert (line.spans, line.cut) == (MOST_OF_A_TRACE, True)
    index.close()


def test_what_was_kept_is_there_after_a_restart_and_a_damaged_file_is_begun_anew(tmp_path: Path, clock: FixedClock):
    path = tmp_path / "index.sqlite"
    index = SpanIndex(path, clock, Drops())
    index.take([span(1)])
    index.close()
    again = SpanIndex(path, clock, Drops())
    assert traces(again) == [1]
    again.close()

    path.write_bytes(b"no database at all" * 100)
    dropped = Drops()
    damaged = SpanIndex(path, clock, dropped)
    damaged.take([span(2)])
    assert dropped.counts() == {"write": 1}
    damaged.take([span(3)])
    assert traces(damaged) == [3]
    damaged.close()


def test_only_the_nodes_own_account_may_read_it(index: SpanIndex, tmp_path: Path):
    index.take([span(1)])

    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
