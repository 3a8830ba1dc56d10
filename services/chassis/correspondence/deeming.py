"""When a letter may count as received without a letter that says so: not before it was written or waited for. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from services.chassis.calendar.dues import working_day_due
from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import beijing_date
from services.chassis.errors import Fault, GuantongError
from services.chassis.matters.fold import Matter
from services.chassis.matters.model import COUNTY_SETTING, Rung
from services.chassis.rulebook.book import Rulebook

WAIT = "deemed_receipt_working_days"
"""The county's setting: so many working days after the letter was written."""


class DeemedTooEarlyError(GuantongError):
    """The other body still has time to sign for the letter; wait, or telephone again later."""

    reason: ClassVar[str] = "DEEMED_TOO_EARLY"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The letter may be deemed received once {waited_until} has passed without signing-for ({article}); the call "
        "was on {telephoned_on}. Telephone again after that day."
    )
    message_zh: ClassVar[str] = (
        "{waited_until} 过后仍未签收的，方可记为视为签收（依据：{article}）；所记电话时间为 {telephoned_on}。"
        "请在该日之后再次电话确认。"
    )


class SlipBeforeLetterError(GuantongError):
    """A return slip bears an earlier day than the letter it came with."""

    reason: ClassVar[str] = "SLIP_BEFORE_LETTER"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "The slip is dated {slip_on}, and the letter was written on {written_on}. Check the day on the slip, and "
        "whether it belongs to this letter."
    )
    message_zh: ClassVar[str] = (
        "回执所载日期为 {slip_on}，而该函于 {written_on} 发出。请核对回执日期，并确认回执属于本函。"
    )


def check_slip(matter: Matter, happened_at: datetime) -> None:
    """Raise SlipBeforeLetterError when the slip bears a day before the letter's."""
    written = matter.standing.reached(Rung.WRITTEN)
    if written is not None and beijing_date(happened_at) < beijing_date(written):
        raise SlipBeforeLetterError(slip_on=beijing_date(happened_at), written_on=beijing_date(written))


def check_waited(matter: Matter, book: Rulebook, calendar: WorkingCalendar, telephoned_at: datetime) -> None:
    """Raise DeemedTooEarlyError unless the telephone call came after the waiting time."""
    written = matter.standing.reached(Rung.WRITTEN)
    if written is None:
        return
    sent_on = beijing_date(written)
    until = working_day_due(sent_on, book.number(WAIT, sent_on), calendar).due_date or date.max
    called_on = beijing_date(telephoned_at)
    if called_on <= until:
        raise DeemedTooEarlyError(waited_until=until, telephoned_on=called_on, article=COUNTY_SETTING)
