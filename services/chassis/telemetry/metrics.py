"""Metrics for Prometheus, served as text on the loopback address; only registered names with registered labels."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.registry import Collector

from services.chassis.telemetry import drops, names
from services.chassis.telemetry.drops import Drops
from services.chassis.telemetry.names import MetricKind, MetricName

LOOPBACK = "127.0.0.1"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_KINDS: Mapping[MetricKind, type[Counter | Gauge | Histogram]] = {
    MetricKind.COUNTER: Counter,
    MetricKind.GAUGE: Gauge,
    MetricKind.HISTOGRAM: Histogram,
}


class Metrics:
    """The metrics of one node. Telling an unregistered one, or a label of the wrong form, is dropped and counted."""

    def __init__(self, dropped: Drops) -> None:
        self._drops = dropped
        self.registry = CollectorRegistry()
        self._metrics = {
            name: _made(name, metric, self.registry) for name, metric in names.METRICS.items() if name != names.DROPPED
        }
        self.registry.register(_DropsCollector(dropped))
        self._known: dict[tuple[object, ...], MetricWrapperBase] = {}
        self._server: tuple[WSGIServer, threading.Thread] | None = None

    def count(self, name: str, number: float = 1, **labels: str) -> None:
        """Add to a counter."""
        metric = self._labelled(name, MetricKind.COUNTER, labels)
        if isinstance(metric, Counter):
            metric.inc(number)

    def gauge(self, name: str, value: float, **labels: str) -> None:
        """Set a gauge."""
        metric = self._labelled(name, MetricKind.GAUGE, labels)
        if isinstance(metric, Gauge):
            metric.set(value)

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Note one duration in a histogram."""
        metric = self._labelled(name, MetricKind.HISTOGRAM, labels)
        if isinstance(metric, Histogram):
            metric.observe(seconds)

    def serve(self, port: int) -> int:
        """Answer `GET /metrics` on the loopback address, and tell on which port (0 asks for any free one)."""
        self._server = start_http_server(port, addr=LOOPBACK, registry=self.registry)
        return int(self._server[0].server_port)

    def close(self) -> None:
        """Stop answering."""
        if self._server is not None:
            server, thread = self._server
            server.shutdown()
            server.server_close()
            thread.join()
            self._server = None

    def _labelled(self, name: str, kind: MetricKind, labels: Mapping[str, str]) -> MetricWrapperBase | None:
        asked = name, kind, *labels.items()
        known = self._known.get(asked)
        if known is not None:
            return known
        registered = names.METRICS.get(name)
        kept, dropped = names.allowed(registered.labels if registered else (), labels)
        if registered is None or registered.kind is not kind or dropped or len(kept) != len(registered.labels):
            self._drops.add(drops.METRIC)
            return None
        metric = self._metrics[name]
        if registered.labels:
            metric = metric.labels(*(labels[label] for label in registered.labels))
        self._known[asked] = metric
        return metric


class _DropsCollector(Collector):
    def __init__(self, dropped: Drops) -> None:
        self._drops = dropped

    def collect(self) -> Iterable[Metric]:
        family = CounterMetricFamily(names.DROPPED, names.METRICS[names.DROPPED].text, labels=["what"])
        for what, number in self._drops.counts().items():
            family.add_metric([what], number)
        return [family]


def _made(name: str, metric: MetricName, registry: CollectorRegistry) -> MetricWrapperBase:
    if metric.kind is MetricKind.HISTOGRAM:
        return Histogram(name, metric.text, metric.labels, registry=registry, buckets=_BUCKETS)
    return _KINDS[metric.kind](name, metric.text, metric.labels, registry=registry)
