"""What the exchange needs of tracing: one span per step of a letter, joined across nodes by a header of the frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

TRACE_HEADER = "traceparent"
"""Name of the frame's header; the value is a W3C trace context. It says nothing about the letter."""

WRITE, PUBLISH, STORE, APPLY, RECEIPT = (
    "letter.write",
    "letter.publish",
    "letter.store",
    "letter.apply",
    "letter.receipt",
)
"""The steps of a letter, in order: two at the sender, two at the recipient, and the receipt back at the sender."""


class Tracing(Protocol):
    """Makes spans. A step without a parent starts a trace of its own."""

    def current(self) -> str | None:
        """The trace context of the work under way, or None."""
        ...

    def step(self, name: str, parent: str | None, peer: str) -> AbstractContextManager[str | None]:
        """A span around one step; gives the context that the next step is joined to."""
        ...


class NoTracing:
    """Traces nothing."""

    def current(self) -> str | None:
        """There is no trace."""
        return None

    @contextmanager
    def step(self, name: str, parent: str | None, peer: str) -> Iterator[str | None]:
        """Nothing is noted; the parent goes on unchanged."""
        del name, peer
        yield parent
