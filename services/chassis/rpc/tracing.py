"""What the two ends of a call need of tracing, so that neither knows which library does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Span(Protocol):
    """One call being traced."""

    def ended(self, code: str, reason: str | None) -> None:
        """Note the gRPC code the call ended with, and the reason of the error if there was one."""
        ...


class Tracing(Protocol):
    """Continues a caller's trace in the server, and hands the present one on from a client."""

    def serving(self, method: str, metadata: Mapping[str, str]) -> AbstractContextManager[Span]:
        """A span for the served call `method`, joined to the trace that `metadata` names."""
        ...

    def calling(self, method: str) -> AbstractContextManager[Mapping[str, str]]:
        """A span for the outgoing call `method`; gives the metadata that carries the trace."""
        ...


class NoTracing:
    """Traces nothing: for tests, and for programs that nobody watches."""

    @contextmanager
    def serving(self, method: str, metadata: Mapping[str, str]) -> Iterator[Span]:
        """Nothing is noted."""
        del method, metadata
        yield _NoSpan()

    @contextmanager
    def calling(self, method: str) -> Iterator[Mapping[str, str]]:
        """Nothing is sent along."""
        del method
        yield {}


class _NoSpan:
    def ended(self, code: str, reason: str | None) -> None:
        del code, reason
