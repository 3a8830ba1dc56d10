"""What is given to another person for some days: first and last day, and why, checked alike wherever it is given."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from services.chassis.clock import beijing_date
from services.chassis.people.records import LONGEST_DELEGATION
from services.chassis.rpc.errors import FieldInvalidError


def check_days(now: datetime, first: date, last: date) -> None:
    """Refuse days that begin in the past, end before they begin, or last too long.

    Raises:
        FieldInvalidError: names the first or the last day.

    """
    if first < beijing_date(now):
        raise FieldInvalidError(field="from_date", problem="in the past")
    if not first <= last <= first + LONGEST_DELEGATION:
        problem = f"before the first day or more than {LONGEST_DELEGATION.days} days after it"
        raise FieldInvalidError(field="to_date", problem=problem)


def reason_text(text: str) -> str:
    """Why something is recorded, in one form.

    Raises:
        FieldInvalidError: nothing is said, or too much.

    """
    reason = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(reason) <= 200:
        raise FieldInvalidError(field="reason", problem="1 to 200 characters")
    return reason


def civil_date(field: str, text: str) -> date:
    """The day that a field of a request names.

    Raises:
        FieldInvalidError: it names none.

    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FieldInvalidError(field=field, problem="not a date like 2026-03-02") from error
