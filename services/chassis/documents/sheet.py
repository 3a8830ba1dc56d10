"""What a letter says on paper, before anyone decides how it is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Heading:
    """A heading inside a document: level 1 in 黑体, level 2 in 楷体."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of running text, indented by two characters."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table with its header row; every row has as many cells as there are columns."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


Block = Heading | Paragraph | Table


@dataclass(frozen=True)
class LetterSheet:
    """One letter (函) with the elements of GB/T 9704 §10.1; empty elements are left out.

    `date` is the day the letter was signed, in Beijing; None while it is not. `return_slip` adds the slip (回执) that
    paper delivery needs.
    """

    issuing_body: str
    number: str
    title: str
    addressee: str
    blocks: Sequence[Block]
    signed_by: str
    date: date | None
    classification: str = ""
    urgency: str = ""
    copy_number: str = ""
    attachments: Sequence[str] = ()
    copies_to: str = ""
    contact: str = ""
    return_slip: bool = False

    @property
    def written_date(self) -> str:
        """The date as letters write it: Arabic numerals, no leading zeros; empty while there is none."""
        return "" if self.date is None else f"{self.date.year}年{self.date.month}月{self.date.day}日"


def lines_of(sheet: LetterSheet) -> list[str]:
    """The words of a letter as lines of text, tables row by row."""
    return [sheet.title, *_lines(sheet)]


def _lines(sheet: LetterSheet) -> Iterator[str]:
    for block in sheet.blocks:
        if isinstance(block, Table):
            yield " | ".join(block.columns)
            yield from (" | ".join(row) for row in block.rows)
        else:
            yield block.text
    for number, attached in enumerate(sheet.attachments, 1):
        yield f"{'附件：' if number == 1 else '　　　'}{number}. {attached}"
