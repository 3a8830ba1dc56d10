"""A spreadsheet as rows of cells, with what the reader found wrong on the way, whatever the file format."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.chassis.ledgers.reasons import Reason
from services.chassis.ledgers.values import Cell


@dataclass(frozen=True)
class Limits:
    """How large a spreadsheet may be before it is refused unread."""

    file_bytes: int = 32 * 2**20
    unpacked_bytes: int = 512 * 2**20
    rows: int = 100_000
    columns: int = 200
    blank_rows: int = 1000
    """So many blank rows end the data; content behind them is an error, never silently left out."""
    cell_characters: int = 32_767


@dataclass(frozen=True)
class RawRow:
    """One row of the file; `number` is what the spreadsheet program shows at its left."""

    number: int
    cells: tuple[Cell, ...] = field(repr=False)


@dataclass(frozen=True)
class RawFault:
    """Something in a row that makes its cells untrustworthy. `column` counts from 0; None: the whole row."""

    row: int
    column: int | None
    reason: Reason


@dataclass(frozen=True)
class RawSheet:
    """The rows that hold something, in order, and the faults found while reading them."""

    rows: tuple[RawRow, ...] = field(repr=False)
    faults: tuple[RawFault, ...] = ()
    epoch_1904: bool = False


def column_letters(index: int) -> str:
    """The letters a spreadsheet program shows above column `index` (0: A, 26: AA)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """The index of the column with these letters (A: 0, AA: 26)."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
