"""The one thing a program starts and stops to be observed: logs, spans, metrics."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import structlog

from services.chassis.clock import Clock, SystemClock
from services.chassis.config import TelemetryConfig
from services.chassis.telemetry.carry import Courier, Incoming, Outgoing
from services.chassis.telemetry.drops import Drops
from services.chassis.telemetry.index import SpanIndex
from services.chassis.telemetry.lines import JsonLines
from services.chassis.telemetry.logs import Logs
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.spans import Spans
from services.chassis.telemetry.traces import SpanRecord
from services.chassis.telemetry.tracing import CallTracing, LetterTracing

_log = structlog.get_logger("guantong.telemetry")


class Telemetry:
    """What one node tells its operators.

    Attributes:
        letters: Tracing for the exchange.
        calls: Tracing for the gRPC server and client.
        metrics: Counters and gauges of the registry.
        metrics_port: Where the loopback address answers `GET /metrics`.
        index: Where the spans of this node, and those carried to it, are searched.
        drops: What could not or may not be told.
    """

    def __init__(self, config: TelemetryConfig, body: str, clock: Clock, *, searched: bool = True) -> None:
        """Use `start`."""
        self._config = config
        self.drops = Drops()
        self.metrics = Metrics(self.drops)
        self._logs = Logs(JsonLines(config.log, self.drops), body, clock, self.drops)
        self._span_lines = JsonLines(config.spans, self.drops)
        self._carried_lines = JsonLines(carried_file(config), self.drops)
        self._courier = Courier(self.drops)
        # Spans have the machine's time, whatever clock the county goes by.
        self.index = SpanIndex(index_file(config), SystemClock(), self.drops)
        takers = [
            lambda spans: self._span_lines.write(span.to_json() for span in spans),
            *([self.index.take] if searched else []),
            self._courier.take,
        ]
        self._spans = Spans(body, self.drops, takers, config.otlp_endpoint)
        self.letters = LetterTracing(self._spans, self.metrics)
        self.calls = CallTracing(self._spans, self.metrics)
        self.metrics_port = 0

    @classmethod
    def start(
        cls, config: TelemetryConfig, body: str, clock: Clock | None = None, *, searched: bool = True
    ) -> Telemetry:
        """Begin to log into `config.log`, to write spans into `config.spans`, and to answer for metrics.

        Logging is the process's: of several nodes in one process, the one started last writes the log. Spans and
        metrics are each node's own. A program that nobody asks for traces is not `searched`, and keeps no index.
        """
        telemetry = cls(config, body, clock or SystemClock(), searched=searched)
        telemetry.metrics_port = telemetry.metrics.serve(config.metrics_port)
        telemetry._logs.begin()
        return telemetry

    def alarm(self, kind: str, peer: str, *, reason: str = "", detail: str = "", count: int = 1) -> None:
        """Log and count an alarm of the bus or the exchange; callable from every thread."""
        facts = {name: value for name, value in (("reason", reason), ("detail", detail)) if value}
        _log.warning("alarm", kind=kind, peer=peer, count=count, **facts)
        self.metrics.count("guantong_alarms_total", count, kind=kind)

    async def send_spans(self, line: Outgoing) -> None:
        """Hand this node's spans over to the observer, until cancelled; for a task of the node."""
        await self._courier.send(line)

    async def receive_spans(self, line: Incoming) -> None:
        """Take in the spans of all bodies (observers only), until cancelled: into `carried_file` and the index, and to
        the collector, where one is set.
        """
        await self._courier.receive(line, self._carry)

    def _carry(self, spans: Sequence[SpanRecord]) -> None:
        self._carried_lines.write(span.to_json() for span in spans)
        self.index.take(spans)
        self._spans.pass_on(spans)

    def flush(self) -> None:
        """Write down the spans that have ended so far."""
        self._spans.flush()

    def stop(self) -> None:
        """Write down what is left and let go of files, port and the process's logging; takes seconds at most."""
        self._spans.close()
        self.metrics.close()
        self._span_lines.close()
        self._carried_lines.close()
        self.index.close()
        self._logs.end()


def carried_file(config: TelemetryConfig) -> Path:
    """Where an observer keeps the spans that came from all bodies, beside its own."""
    return config.spans.with_name(f"all-{config.spans.name}")


def index_file(config: TelemetryConfig) -> Path:
    """Where the spans are searched; beside them, and under a name that is no file of spans."""
    return config.spans.with_name(f"index-{config.spans.name}.sqlite")


def span_files(config: TelemetryConfig) -> list[Path]:
    """Every file of this node that holds spans, its own and carried ones, oldest first; for `read_spans`."""
    found = [path for base in (carried_file(config), config.spans) for path in base.parent.glob(f"{base.name}*")]
    return sorted(set(found), key=lambda path: path.stat().st_mtime)
