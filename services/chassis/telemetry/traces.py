"""Spans of several nodes put together: what became of one letter, as a tree and as lines that a person can read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from services.chassis.telemetry import names

_TRACE_ID, _SPAN_ID = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{16}")
TRACEPARENT = re.compile(r"00-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})")
"""The W3C trace context in its one version so far."""
_BODY = re.compile(r"[a-z][a-z0-9_.-]{0,62}")
_LARGEST_TIME = 1 << 63
_DEEPEST = 300
_NANOSECONDS_PER_MILLISECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class SpanRecord:
    """One finished span; times in nanoseconds since 1970, by the clock of the body that made it."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    body: str
    start: int
    end: int
    failed: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """The form in span files."""
        return {name: getattr(self, name) for name in _FIELDS}


_FIELDS = tuple(one.name for one in fields(SpanRecord))


@dataclass(frozen=True, slots=True)
class SpanNode:
    """A span with what happened because of it, in the order it began."""

    span: SpanRecord
    children: tuple[SpanNode, ...] = ()

    def outline(self) -> tuple[str, str, tuple[Any, ...]]:
        """Body, name and the same of each child: the shape of a trace without its times and ids."""
        return self.span.body, self.span.name, tuple(child.outline() for child in self.children)


def trace_id_of(traceparent: str) -> str | None:
    """The trace that a traceparent (such as a letter keeps) belongs to."""
    found = TRACEPARENT.fullmatch(traceparent)
    return found["trace"] if found else None


def decode(line: bytes, body: str | None = None) -> SpanRecord | None:
    """Read one line of a span file, or None when it is not one; `body`, when given, overrules what the line says.

    Lines also come from other bodies: only registered names and keys are taken from them.
    """
    try:
        found = json.loads(line)
        record = SpanRecord(**found)
        kept, dropped = names.allowed(names.SPANS[record.name], record.attributes)
        sound = (
            _TRACE_ID.fullmatch(record.trace_id)
            and _SPAN_ID.fullmatch(record.span_id)
            and (record.parent_id is None or _SPAN_ID.fullmatch(record.parent_id))
            and _BODY.fullmatch(body or record.body)
            and 0 <= int(record.start) <= int(record.end) < _LARGEST_TIME
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    if not sound or dropped or not isinstance(record.failed, bool):
        return None
    return SpanRecord(
        record.trace_id,
        record.span_id,
        record.parent_id,
        record.name,
        body or record.body,
        int(record.start),
        int(record.end),
        record.failed,
        kept,
    )


def read_spans(files: Iterable[Path]) -> Iterator[SpanRecord]:
    """The spans in these files; a line that is none (cut short by a crash) is passed over, as is a missing file."""
    for path in files:
        if not path.exists():
            continue
        with path.open("rb") as lines:
            for line in lines:
                record = decode(line)
                if record is not None:
                    yield record


def assemble_trace(spans: Iterable[SpanRecord], trace_id: str) -> tuple[SpanNode, ...]:
    """The trees of one trace: one tree when every span arrived, more when a span that others hang on is missing."""
    own: dict[str, SpanRecord] = {}
    for span in spans:
        if span.trace_id == trace_id:
            # The same span may come by the node's file and by the bus.
            own.setdefault(span.span_id, span)
    children: dict[str | None, list[SpanRecord]] = {}
    for span in sorted(own.values(), key=lambda one: (one.start, one.span_id)):
        parent = span.parent_id if span.parent_id in own and span.parent_id != span.span_id else None
        children.setdefault(parent, []).append(span)
    return tuple(_node(root, children, 1) for root in children.get(None, ()))


def _node(span: SpanRecord, children: Mapping[str | None, Sequence[SpanRecord]], depth: int) -> SpanNode:
    # Spans that name each other as parents hang on no root, so this ends; the depth is somebody else's to choose.
    below = children.get(span.span_id, ()) if depth < _DEEPEST else ()
    return SpanNode(span, tuple(_node(child, children, depth + 1) for child in below))


def render_waterfall(roots: Sequence[SpanNode], width: int = 40) -> str:
    """The trace as text: a line per span with its body, how long it took, and a bar where it lies in the whole.

    Every body has its own clock: a bar before its cause's means that the clocks differ.
    """
    rows = [row for root in roots for row in _rows(root, 0)]
    if not rows:
        return ""
    begin = min(span.start for _, span in rows)
    whole = max(max(span.end for _, span in rows) - begin, 1)
    label = max(2 * depth + len(span.name) for depth, span in rows)
    who = max(len(span.body) for _, span in rows)
    return "\n".join(
        f"{span.body:<{who}}  {'  ' * depth + span.name:<{label}}  {_milliseconds(span)}"
        f"  {_bar(span, begin, whole, width)}{_facts(span)}"
        for depth, span in rows
    )


def _rows(node: SpanNode, depth: int) -> Iterator[tuple[int, SpanRecord]]:
    yield depth, node.span
    for child in node.children:
        yield from _rows(child, depth + 1)


def _milliseconds(span: SpanRecord) -> str:
    return f"{(span.end - span.start) / _NANOSECONDS_PER_MILLISECOND:>9.1f} ms"


def _bar(span: SpanRecord, begin: int, whole: int, width: int) -> str:
    offset = (span.start - begin) * width // whole
    length = max(1, (span.end - span.start) * width // whole)
    offset = min(offset, width - 1)
    return "|" + (" " * offset + "=" * min(length, width - offset)).ljust(width) + "|"


def _facts(span: SpanRecord) -> str:
    facts = [f"{key}={value}" for key, value in sorted(span.attributes.items())]
    return "  " + " ".join([*(["FAILED"] if span.failed else []), *facts]) if facts or span.failed else ""
