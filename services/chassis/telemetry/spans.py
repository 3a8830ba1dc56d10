"""One trace per letter, across nodes: makes spans, joins them by traceparent, and hands them on as JSON lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags

from services.chassis.errors import GuantongError
from services.chassis.telemetry import drops, names
from services.chassis.telemetry.drops import Drops
from services.chassis.telemetry.traces import TRACEPARENT, SpanRecord

_EXPORT_EVERY_MILLISECONDS = 500
_QUEUE = 8192

Take = Callable[[Sequence[SpanRecord]], None]
"""Whoever is given finished spans: the node's file, and the courier that carries them to the observer."""


class Spans:
    """The spans of one node. Several nodes in one process keep theirs apart."""

    def __init__(self, body: str, dropped: Drops, takers: Sequence[Take], otlp_endpoint: str | None = None) -> None:
        self._drops = dropped
        self._provider = TracerProvider(
            # A peer does not decide by a flag whether this node's work is noted.
            ALWAYS_ON,
            Resource({SERVICE_NAME: body}),
            shutdown_on_exit=False,
        )
        self._body = body
        self._provider.add_span_processor(_batches(_ToTakers(body, takers)))
        self._collector = None if otlp_endpoint is None else _batches(_otlp(otlp_endpoint))
        if self._collector is not None:
            self._provider.add_span_processor(self._collector)
        self._tracer = self._provider.get_tracer("guantong")

    def current(self) -> str | None:
        """The traceparent of the work under way, or None."""
        own = trace.get_current_span().get_span_context()
        return f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}" if own.is_valid else None

    @contextmanager
    def span(self, name: str, parent: str | None, kind: SpanKind, attributes: Mapping[str, object]) -> Iterator[Span]:
        """Work done under a span; without a readable `parent` it joins what is under way, or starts a trace.

        What ends in an error is noted with the error's reason or class, never with its text.
        """
        if name not in names.SPANS:
            self._drops.add(drops.SPAN_NAME)
            yield trace.INVALID_SPAN
            return
        with self._tracer.start_as_current_span(
            name,
            _joined(parent) if parent else None,
            kind,
            self._allowed(name, attributes),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except BaseException as error:
                self.note(span, name, _facts(error))
                span.set_status(StatusCode.ERROR)
                raise

    def note(self, span: Span, name: str, attributes: Mapping[str, object]) -> None:
        """Add attributes to a span, as far as the registry lets them through."""
        span.set_attributes(self._allowed(name, attributes))

    def pass_on(self, spans: Sequence[SpanRecord]) -> None:
        """Hand spans that came from other bodies to the collector, where one is set; our own are there already."""
        if self._collector is not None:
            for span in spans:
                if span.body != self._body:
                    self._collector.on_end(_readable(span))

    def flush(self) -> None:
        """Hand on what has ended so far."""
        self._provider.force_flush(5000)

    def close(self) -> None:
        """Hand on what is left, and end; an unreachable collector delays this by seconds, not more."""
        self._provider.shutdown()

    def _allowed(self, name: str, attributes: Mapping[str, object]) -> dict[str, names.Value]:
        kept, dropped = names.allowed(names.SPANS[name], attributes)
        self._drops.add(drops.SPAN_KEY, dropped)
        return kept


class _ToTakers(SpanExporter):
    def __init__(self, body: str, takers: Sequence[Take]) -> None:
        self._body = body
        self._takers = takers

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Give every taker the batch."""
        records = [_record(self._body, span) for span in spans]
        for take in self._takers:
            take(records)
        return SpanExportResult.SUCCESS


def _batches(exporter: SpanExporter) -> BatchSpanProcessor:
    return BatchSpanProcessor(exporter, _QUEUE, _EXPORT_EVERY_MILLISECONDS, export_timeout_millis=5000)


def _otlp(endpoint: str) -> SpanExporter:
    # Loaded only where a collector is configured.
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    return OTLPSpanExporter(endpoint, insecure=endpoint.startswith("http://"), timeout=5)


def _joined(parent: str) -> Context:
    """The context to go on in; an empty one, which starts a trace, when `parent` cannot be read."""
    found = TRACEPARENT.fullmatch(parent)
    if found is None:
        return Context()
    flags = TraceFlags(int(found["flags"], 16))
    remote = SpanContext(int(found["trace"], 16), int(found["span"], 16), is_remote=True, trace_flags=flags)
    return trace.set_span_in_context(NonRecordingSpan(remote), Context()) if remote.is_valid else Context()


def _facts(error: BaseException) -> dict[str, object]:
    if isinstance(error, GuantongError):
        return {"reason": error.reason}
    return {"error": type(error).__name__}


def _record(body: str, span: ReadableSpan) -> SpanRecord:
    own = span.get_span_context()
    return SpanRecord(
        trace_id=trace.format_trace_id(own.trace_id) if own else "",
        span_id=trace.format_span_id(own.span_id) if own else "",
        parent_id=trace.format_span_id(span.parent.span_id) if span.parent else None,
        name=span.name,
        body=body,
        start=span.start_time or 0,
        end=span.end_time or 0,
        failed=span.status.status_code is StatusCode.ERROR,
        attributes=dict(span.attributes or {}),
    )


def _readable(span: SpanRecord) -> ReadableSpan:
    """A span of another body as a collector takes it, under that body's name."""

    def context(span_id: str) -> SpanContext:
        flags = TraceFlags(TraceFlags.SAMPLED)
        return SpanContext(int(span.trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=flags)

    return ReadableSpan(
        span.name,
        context(span.span_id),
        context(span.parent_id) if span.parent_id else None,
        Resource({SERVICE_NAME: span.body}),
        span.attributes,
        status=trace.Status(StatusCode.ERROR if span.failed else StatusCode.UNSET),
        start_time=span.start,
        end_time=span.end,
    )
