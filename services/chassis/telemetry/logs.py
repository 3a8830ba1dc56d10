"""Logs as JSON lines that hold registered events with registered keys, whoever logs."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog
from opentelemetry import trace

from services.chassis.clock import Clock
from services.chassis.telemetry import drops, names
from services.chassis.telemetry.drops import Drops
from services.chassis.telemetry.lines import JsonLines

Event = MutableMapping[str, Any]
_LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warning", logging.ERROR: "error"}


class Logs:
    """This process's log: structlog's events, and of other libraries' messages only that there was one and where.

    A library's message may quote what it was handed (SQL with its values, a frame, a path); so only its place in
    the library's code is told. structlog and logging are process-wide, so the `Logs` begun last is in force.
    """

    def __init__(self, lines: JsonLines, body: str, clock: Clock, dropped: Drops) -> None:
        self._lines = lines
        self._body = body
        self._clock = clock
        self._drops = dropped
        self._handler = _LibraryHandler(self)
        self._standing: list[logging.Handler] = []

    def begin(self) -> None:
        """Take over what is logged in this process."""
        structlog.configure(
            processors=[self._process],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            logger_factory=structlog.ReturnLoggerFactory(),
            cache_logger_on_first_use=False,
        )
        root = logging.getLogger()
        root.addHandler(self._handler)
        # asyncio warns at every TLS connection's end and says nothing by it.
        logging.getLogger("asyncio").setLevel(logging.ERROR)

    def end(self) -> None:
        """Let go of the process's logging again."""
        logging.getLogger().removeHandler(self._handler)
        structlog.reset_defaults()
        self._lines.close()

    def write(self, level: str, event: str, given: MutableMapping[str, Any]) -> None:
        """One line, with what the registry lets through."""
        registered = names.EVENTS.get(event)
        if registered is None:
            self._drops.add(drops.LOG_EVENT)
            event, given, registered = names.UNREGISTERED, {}, frozenset()
        kept, dropped = names.allowed(registered, given)
        self._drops.add(drops.LOG_KEY, dropped)
        line: dict[str, object] = {
            "at": self._clock.now().isoformat(),
            "level": level,
            "event": event,
            "node": self._body,
        }
        self._lines.write([line | _present_trace() | kept])

    def _process(self, _logger: object, method: str, event: Event) -> str:
        name = str(event.pop("event", ""))
        if event.pop("exc_info", None):
            event.setdefault("error", type(sys.exc_info()[1]).__name__)
        self.write(method, name, event)
        return ""


class _LibraryHandler(logging.Handler):
    """Turns a library's message into one that names the library and the line of code, nothing else."""

    def __init__(self, logs: Logs) -> None:
        super().__init__(logging.WARNING)
        self._logs = logs

    def emit(self, record: logging.LogRecord) -> None:
        """Write it down without its text."""
        given = {"source": record.name.lower(), "where": [f"{Path(record.pathname).name}:{record.lineno}"]}
        error = record.exc_info[0] if record.exc_info else None
        if error is not None:
            given["error"] = error.__name__
        self._logs.write(_LEVELS.get(record.levelno, "error"), names.LIBRARY_MESSAGE, given)


def _present_trace() -> dict[str, str]:
    context = trace.get_current_span().get_span_context()
    return {"trace": trace.format_trace_id(context.trace_id)} if context.is_valid else {}
