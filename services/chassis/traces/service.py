"""Serves traces to system administrators: lists of them, and one as the steps it is made of."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from guantong.node.v1 import traces_service_pb2 as pb
from guantong.node.v1 import traces_service_pb2_grpc as rpc
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import Role
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database
from services.chassis.telemetry.index import Place, SpanIndex, TraceFilter, TraceLine
from services.chassis.telemetry.traces import SpanNode, SpanRecord, assemble_trace
from services.chassis.traces import finding
from services.chassis.traces.errors import TraceUnknownError

ACCESS = ServiceAccess("guantong.node.v1.TracesService", frozenset({Role.SYSTEM_ADMIN}))
_TRACE_ID = re.compile(r"[0-9a-f]{32}")
_DEEPEST = 99
_LAST = (1 << 62) // 1_000_000_000
"""Seconds since 1970 that still fit the index; the year 2116."""


@dataclass(frozen=True)
class Traces:
    """What the service works with; `named_persons_only` tells it of a letter kind."""

    database: Database
    index: SpanIndex
    paging: Paging
    named_persons_only: Callable[[str], bool]


def add_traces(builder: ServerBuilder, served: Traces) -> None:
    """Have the server offer traces."""
    builder.add(rpc.add_TracesServiceServicer_to_server, TracesServicer(served), ACCESS)


class TracesServicer(rpc.TracesServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Traces) -> None:
        self._served = served

    async def SearchTraces(self, request: pb.SearchTracesRequest, context: object) -> pb.SearchTracesResponse:
        page = self._served.paging.page(request)
        wanted = TraceFilter(
            trace_ids=await self._named(request),
            since=_nanoseconds(request, "from_time"),
            until=_nanoseconds(request, "to_time"),
            body=request.body or None,
            failed_only=request.failed_only,
            letters_only=request.letters_only,
        )
        if wanted.trace_ids == []:
            return pb.SearchTracesResponse()
        before = _place(page.after) if page.after is not None else None
        rows = await asyncio.to_thread(self._served.index.find, wanted, before, page.limit)
        shown, token = self._served.paging.cut(request, page, rows, lambda one: f"{one.heard}:{one.number}")
        return pb.SearchTracesResponse(traces=map(_summary, shown), next_page_token=token)

    async def GetTrace(self, request: pb.GetTraceRequest, context: object) -> pb.GetTraceResponse:
        if not _TRACE_ID.fullmatch(request.trace_id):
            raise FieldInvalidError(field="trace_id", problem="not 32 hexadecimal digits")
        lines = await asyncio.to_thread(self._served.index.find, TraceFilter([request.trace_id]), None, 1)
        spans = await asyncio.to_thread(self._served.index.spans_of, request.trace_id)
        if not lines or not spans:
            raise TraceUnknownError(trace_id=request.trace_id)
        roots = assemble_trace(spans, request.trace_id)
        return pb.GetTraceResponse(trace=_summary(lines[0]), spans=_steps(roots, 0), cut=lines[0].cut)

    async def _named(self, request: pb.SearchTracesRequest) -> list[str] | None:
        """The traces of what is named; None where nothing is."""
        named = [name for name in ("letter_id", "matter_id", "document_number") if getattr(request, name)]
        if not named:
            return None
        if len(named) > 1:
            raise FieldInvalidError(field=named[1], problem=f"either this or {named[0]}")
        value: str = getattr(request, named[0])
        read = self._served.database.reader.read
        if named[0] == "letter_id":
            return await read(lambda connection: finding.of_letter(connection, value))
        if named[0] == "matter_id":
            return await read(lambda connection: finding.of_matter(connection, value))
        return await read(lambda connection: finding.of_document(connection, value, self._served.named_persons_only))


def _steps(nodes: Sequence[SpanNode], depth: int) -> Iterator[pb.TraceSpan]:
    for node in nodes:
        yield _step(node.span, depth)
        yield from _steps(node.children, depth + 1)


def _step(span: SpanRecord, depth: int) -> pb.TraceSpan:
    orphan = depth == 0 and span.parent_id is not None
    return pb.TraceSpan(
        span_id=span.span_id,
        parent_id="" if orphan else span.parent_id or "",
        name=span.name,
        body=span.body,
        begin_time=_timestamp(span.start),
        duration=_duration(span.end - span.start),
        failed=span.failed,
        depth=min(depth, _DEEPEST),
        attributes={name: _text(value) for name, value in span.attributes.items()},
        cause_missing=orphan,
    )


def _summary(line: TraceLine) -> pb.TraceSummary:
    return pb.TraceSummary(
        trace_id=line.trace_id,
        heard_time=_timestamp(line.heard),
        begin_time=_timestamp(line.begin),
        duration=_duration(line.finish - line.begin),
        name=line.name,
        body=line.body,
        span_count=line.spans,
        failed_count=line.failed,
        bodies=line.bodies,
        method=line.method,
    )


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _timestamp(nanoseconds: int) -> Timestamp:
    return Timestamp(seconds=nanoseconds // 1_000_000_000, nanos=nanoseconds % 1_000_000_000)


def _duration(nanoseconds: int) -> Duration:
    return Duration(seconds=nanoseconds // 1_000_000_000, nanos=nanoseconds % 1_000_000_000)


def _nanoseconds(request: pb.SearchTracesRequest, name: str) -> int | None:
    if not request.HasField(name):  # type: ignore[arg-type]  # one of the two times
        return None
    stamp: Timestamp = getattr(request, name)
    return max(0, min(stamp.seconds, _LAST)) * 1_000_000_000 + stamp.nanos


def _place(cursor: str) -> Place:
    """From our own sealed token."""
    heard, _, number = cursor.partition(":")
    return int(heard), int(number)
