"""The only place that reads a clock; everything else is handed one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
"""Every civil date of the county is a date in this zone (no daylight saving)."""


class Clock(Protocol):
    """Tells the present instant; passed in wherever time matters."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


class DemoClock:
    """The machine's clock shifted by the seconds in a file that a demonstration county moves.

    Read afresh on every call, so that all nodes of the county move together. Only a county created as a
    demonstration has such a file; its letters carry that mark.
    """

    def __init__(self, offset_file: Path) -> None:
        self._offset_file = offset_file

    def now(self) -> datetime:
        """The shifted instant, aware, in UTC."""
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """How far the county's clock stands from the machine's."""
        try:
            return timedelta(seconds=float(self._offset_file.read_text(encoding="ascii")))
        except FileNotFoundError:
            return timedelta(0)

    def move_to(self, instant: datetime) -> None:
        """Shift the county so that it is `instant` now; never backwards."""
        offset = check_aware(instant) - datetime.now(UTC)
        if offset < self.offset():
            msg = f"the demo clock never goes back: {instant.isoformat()} is before {self.now().isoformat()}"
            raise ValueError(msg)
        partial = self._offset_file.with_suffix(".partial")
        partial.write_text(repr(offset.total_seconds()), encoding="ascii")
        partial.replace(self._offset_file)


def check_aware(instant: datetime) -> datetime:
    """Return `instant` unchanged, or refuse it when it has no time zone."""
    if instant.tzinfo is None:
        msg = "an instant needs a time zone"
        raise ValueError(msg)
    return instant


def beijing_date(instant: datetime) -> date:
    """The civil date in Beijing at `instant` (aware): the date that starts and ends every deadline."""
    return check_aware(instant).astimezone(BEIJING).date()
