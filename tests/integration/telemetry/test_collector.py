"""The same spans go to a collector where one is set: this node's own, and at the observer those of all bodies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as rpc

from services.chassis.config import TelemetryConfig
from services.chassis.telemetry.start import Telemetry
from services.chassis.telemetry.traces import SpanRecord, read_spans
from services.chassis.testing.bus import MemoryExchange
from tests.fixtures.nats import eventually

Seen = tuple[str, str, str, str, bool]
"""Body, name, span, cause, and whether it failed."""


class Collector(rpc.TraceServiceServicer):
    """Takes whatever spans come."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.address = ""

    def Export(self, request: pb.ExportTraceServiceRequest, context: object) -> pb.ExportTraceServiceResponse:  # noqa: N802 - the contract's name
        del context
        for group in request.resource_spans:
            (body,) = [one.value.string_value for one in group.resource.attributes if one.key == "service.name"]
            for span in (one for scope in group.scope_spans for one in scope.spans):
                ids = span.span_id.hex(), span.parent_span_id.hex()
                self.seen.append((body, span.name, *ids, span.status.code == span.status.STATUS_CODE_ERROR))
        return pb.ExportTraceServiceResponse()


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    server = grpc.server(ThreadPoolExecutor(1))
    rpc.add_TraceServiceServicer_to_server(made, server)
    made.address = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield made
    server.stop(0).wait()


def config(folder: Path, body: str, collector: str | None = None) -> TelemetryConfig:
    return TelemetryConfig(log=folder / body / "log", spans=folder / body / "spans", otlp_endpoint=collector)


async def test_spans_that_rode_the_bus_reach_the_observers_collector_once_and_under_their_bodys_name(
    tmp_path: Path, collector: Collector
):
    broker = MemoryExchange()
    alpha = Telemetry.start(config(tmp_path, "alpha", collector.address), "alpha")
    beta = Telemetry.start(config(tmp_path, "beta"), "beta")
    lines = [broker.status_board(body) for body in ("alpha", "alpha", "beta")]
    tasks = [
        asyncio.create_task(alpha.receive_spans(lines[0])),
        asyncio.create_task(alpha.send_spans(lines[1])),
        asyncio.create_task(beta.send_spans(lines[2])),
    ]
    with alpha.letters.step("letter.publish", None, "beta") as context:
        pass
    with pytest.raises(ZeroDivisionError), beta.letters.step("letter.store", context, "alpha"):
        raise ZeroDivisionError

    def arrived() -> bool:
        alpha.flush()
        beta.flush()
        return len(collector.seen) == 2

    await eventually(arrived)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    alpha.stop()
    beta.stop()

    def told(span: SpanRecord) -> Seen:
        return span.body, span.name, span.span_id, span.parent_id or "", span.failed

    own = [told(span) for body in ("alpha", "beta") for span in read_spans([config(tmp_path, body).spans])]
    assert sorted(collector.seen) == sorted(own)
    assert [(body, name, failed) for body, name, _, _, failed in sorted(collector.seen)] == [
        ("alpha", "letter.publish", False),
        ("beta", "letter.store", True),
    ]
