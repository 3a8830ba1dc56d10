"""Document numbers (发文字号): one count per series and year, from 1, without gaps, never given twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.chassis.clock import beijing_date
from services.chassis.desk.errors import NumberUnknownError, RemarksMissingError
from services.chassis.desk.record import note
from services.chassis.desk.tables import DOCUMENT_NUMBERS, DRAFTS
from services.chassis.storage import Transaction


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A number in a series. The series is the body's designation (机关代字), for example 青巡办函."""

    series: str
    year: int
    number: int

    def __str__(self) -> str:
        """As it is printed: 青巡办函〔2026〕7号, with no leading zero and no 第."""
        return f"{self.series}〔{self.year}〕{self.number}号"


@dataclass(frozen=True, slots=True)
class NumberEntry:
    """A number that was given, and whether it still stands."""

    number: DocumentNumber
    draft_id: str
    taken_at: datetime
    voided_at: datetime | None
    void_reason: str


def take_number(tx: Transaction, series: str, draft_id: str) -> DocumentNumber:
    """Take the next number of `series` in this Beijing year, for the letter that `draft_id` becomes in this unit.

    Units of work run one after another, and a unit that fails gives its number back with everything else it did:
    hence no gaps. The primary key is the second wall against giving one twice.
    """
    year = beijing_date(tx.now).year
    last = tx.connection.execute(
        sa.select(sa.func.max(DOCUMENT_NUMBERS.c.number)).where(
            DOCUMENT_NUMBERS.c.series == series, DOCUMENT_NUMBERS.c.year == year
        )
    ).scalar()
    number = DocumentNumber(series, year, (last or 0) + 1)
    tx.connection.execute(
        sa.insert(DOCUMENT_NUMBERS).values(
            series=series, year=year, number=number.number, draft_id=draft_id, taken_at=tx.now, void_reason=""
        )
    )
    return number


def void_number(tx: Transaction, number: DocumentNumber, why: str, by: str) -> None:
    """Keep the number as void (作废): the letter was recalled, or never went out. Voiding it twice changes nothing.

    Raises:
        NumberUnknownError: it was never given.
        RemarksMissingError: no reason was stated.

    """
    if not why.strip():
        raise RemarksMissingError(field="reason")
    row = sa.and_(
        DOCUMENT_NUMBERS.c.series == number.series,
        DOCUMENT_NUMBERS.c.year == number.year,
        DOCUMENT_NUMBERS.c.number == number.number,
    )
    found = tx.connection.execute(sa.select(DOCUMENT_NUMBERS).where(row)).one_or_none()
    if found is None:
        raise NumberUnknownError(number=number)
    if found.voided_at is not None:
        return
    tx.connection.execute(sa.update(DOCUMENT_NUMBERS).where(row).values(voided_at=tx.now, void_reason=why))
    note(tx, "desk.number_voided", {"draft_id": found.draft_id, "number": str(number), "by": by})


def number_of_letter(connection: sa.Connection, letter_id: str) -> DocumentNumber | None:
    """The number that a letter of ours bears; None where it bears none."""
    row = connection.execute(
        sa.select(DOCUMENT_NUMBERS)
        .join(DRAFTS, DRAFTS.c.id == DOCUMENT_NUMBERS.c.draft_id)
        .where(DRAFTS.c.letter_id == letter_id)
    ).one_or_none()
    return None if row is None else DocumentNumber(row.series, row.year, row.number)


def numbers_given(connection: sa.Connection, series: str, year: int) -> list[NumberEntry]:
    """Every number given in a series and year, in order: the register of outgoing letters."""
    rows = connection.execute(
        sa.select(DOCUMENT_NUMBERS)
        .where(DOCUMENT_NUMBERS.c.series == series, DOCUMENT_NUMBERS.c.year == year)
        .order_by(DOCUMENT_NUMBERS.c.number)
    )
    return [
        NumberEntry(
            DocumentNumber(row.series, row.year, row.number), row.draft_id, row.taken_at, row.voided_at, row.void_reason
        )
        for row in rows
    ]
