"""Counts what telemetry could not or may not tell: dropped quietly, but never unseen."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

LOG_EVENT = "log_event"
LOG_KEY = "log_key"
SPAN_NAME = "span_name"
SPAN_KEY = "span_key"
METRIC = "metric"
WRITE = "write"
CARRIED = "carried_span"


class Drops:
    """Safe to use from every thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, what: str, number: int = 1) -> None:
        """`number` more of `what` were dropped."""
        if number:
            with self._lock:
                self._counts[what] += number

    def counts(self) -> Mapping[str, int]:
        """How many of each were dropped since the start."""
        with self._lock:
            return dict(self._counts)
