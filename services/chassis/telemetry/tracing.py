"""What the exchange and the calls need of tracing, done with this node's spans and metrics."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, StatusCode

from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.spans import Spans

_HEADER = "traceparent"
_SERVE, _CALL, _VISIT = "rpc.serve", "rpc.call", "web.request"
_LETTER_KINDS: Mapping[str, SpanKind] = {
    "letter.publish": SpanKind.PRODUCER,
    "letter.store": SpanKind.CONSUMER,
}


class LetterTracing:
    """A span and a duration for every step of a letter; implements the exchange's `Tracing`."""

    def __init__(self, spans: Spans, metrics: Metrics) -> None:
        self._spans = spans
        self._metrics = metrics

    def current(self) -> str | None:
        """The trace context of the work under way, or None."""
        return self._spans.current()

    @contextmanager
    def step(self, name: str, parent: str | None, peer: str) -> Iterator[str | None]:
        """A span around one step; gives the context that the next step is joined to."""
        began = time.perf_counter()
        kind = _LETTER_KINDS.get(name, SpanKind.INTERNAL)
        try:
            with self._spans.span(name, parent, kind, {"peer": peer}):
                yield self._spans.current()
        except BaseException:
            self._metrics.count("guantong_letter_steps_failed_total", step=name, peer=peer)
            raise
        finally:
            self._metrics.observe("guantong_letter_step_seconds", time.perf_counter() - began, step=name, peer=peer)


class CallTracing:
    """A span for every served and every outgoing call; implements the `Tracing` of gRPC's two ends."""

    def __init__(self, spans: Spans, metrics: Metrics) -> None:
        self._spans = spans
        self._metrics = metrics

    @contextmanager
    def serving(self, method: str, metadata: Mapping[str, str]) -> Iterator[ServedSpan]:
        """A span for the served call `method`, joined to the trace that `metadata` names."""
        began = time.perf_counter()
        with self._spans.span(_SERVE, metadata.get(_HEADER), SpanKind.SERVER, {"method": method}) as span:
            served = ServedSpan(self._spans, span)
            try:
                yield served
            finally:
                seconds = time.perf_counter() - began
                self._metrics.observe("guantong_rpc_seconds", seconds, method=method, code=served.code)

    @contextmanager
    def calling(self, method: str) -> Iterator[Mapping[str, str]]:
        """A span for the outgoing call `method`; gives the metadata that carries the trace."""
        with self._spans.span(_CALL, None, SpanKind.CLIENT, {"method": method}):
            present = self._spans.current()
            yield {_HEADER: present} if present else {}

    @contextmanager
    def visiting(self) -> Iterator[Visited]:
        """A span for one request of a browser or program, which begins a trace."""
        with self._spans.span(_VISIT, None, SpanKind.SERVER, {}) as span:
            yield Visited(self._spans, span)

    def trace_id(self) -> str:
        """The trace of the work under way, 32 hexadecimal digits; empty where there is none."""
        present = self._spans.current()
        return present.split("-")[1] if present else ""


class Visited:
    """One request to the gateway, until it is known how it ended."""

    def __init__(self, spans: Spans, span: Span) -> None:
        self._spans = spans
        self._span = span

    def ended(self, page: str, method: str, status: int) -> None:
        """Note which page it was, how it was asked for, and the HTTP status; never its address, which may hold ids."""
        self._spans.note(self._span, _VISIT, {"method": f"web.{page}/{method}", "code": f"HTTP_{status}"})


class ServedSpan:
    """One served call, until it is known how it ended."""

    def __init__(self, spans: Spans, span: Span) -> None:
        self._spans = spans
        self._span = span
        self.code = "UNKNOWN"

    def ended(self, code: str, reason: str | None) -> None:
        """Note the gRPC code the call ended with, and the reason of the error if there was one."""
        self.code = code
        facts = {"code": code} if reason is None else {"code": code, "reason": reason}
        self._spans.note(self._span, _SERVE, facts)
        if reason is not None:
            self._span.set_status(trace.Status(StatusCode.ERROR))
