"""Days as people type them into forms: whole days in Beijing, of years that anything here can be of."""

from __future__ import annotations

from datetime import UTC, datetime, time

from gateway.problems import InputInvalidError
from services.chassis.clock import BEIJING

_YEARS = range(1949, 2200)


def midnight(text: str, name: str) -> datetime | None:
    """When the day YYYY-MM-DD begins in Beijing; None where nothing was typed.

    Raises:
        InputInvalidError: it is no day, or one of another age; `name` is the field.
    """
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise InputInvalidError(field=name) from error
    if day.year not in _YEARS:
        raise InputInvalidError(field=name)
    return datetime.combine(day, time(), BEIJING)
