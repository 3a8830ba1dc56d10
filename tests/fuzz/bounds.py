"""What one input may take: an input that takes more is a finding."""

from __future__ import annotations

import contextlib
import resource
import signal
from collections.abc import Iterator
from types import FrameType

SECONDS, MEMORY = 20, 2 * 2**30


class TookTooLongError(AssertionError):
    """An input kept its reader busy."""


def bound_memory() -> None:
    """From now on this process may not have more than `MEMORY`."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    """What is done inside must be done in `SECONDS`."""

    def too_long(_signal: int, _frame: FrameType | None) -> None:
        message = f"one input took more than {SECONDS} s"
        raise TookTooLongError(message)

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
