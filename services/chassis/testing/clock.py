"""A clock that stands still until it is told to move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.chassis.clock import check_aware

DEFAULT_INSTANT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday 2 March 2026, nine in the morning in Beijing: an ordinary working day."""


class FixedClock:
    """Shows the same instant until `advance` or `set` is called."""

    def __init__(self, instant: datetime = DEFAULT_INSTANT) -> None:
        self._instant = check_aware(instant).astimezone(UTC)

    def now(self) -> datetime:
        """The instant it stands at, aware, in UTC."""
        return self._instant

    def advance(self, **step: float) -> datetime:
        """Move by `timedelta(**step)`, such as `advance(days=5)`, and return the new instant."""
        self._instant += timedelta(**step)
        return self._instant

    def set(self, instant: datetime) -> None:
        """Stand at `instant`, earlier or later."""
        self._instant = check_aware(instant).astimezone(UTC)
