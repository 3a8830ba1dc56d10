"""How wide the columns of a table should be, and which hold numbers: from what stands in them, for every renderer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.documents.sheet import Table

_NARROWEST, _WIDEST = 4, 28
"""In half-width characters. A column below the first cannot be read, one above the second wraps its text."""
_PADDING = 2
_LINE = 88
"""Half-width characters that a line of a table holds, on a page of GB/T 9704 in its smaller type."""
_NUMBER = re.compile(r"-?[0-9][0-9,]*(\.[0-9]+)?%?")
_UNBROKEN = re.compile(r"[!-~]+")
_NAMES_NOT_COUNTS = ("年度", "编号", "序号")
_EMPTY = {"", "—", "-"}


@dataclass(frozen=True)
class Column:
    """One column's share of the table's width, of all shares together one; `number` says that it is set right."""

    share: float
    number: bool


def columns_of(table: Table) -> tuple[Column, ...]:
    """Shares by what stands in the columns; where it gets tight, Chinese text wraps before dates and numbers do."""
    cells = [[row[place] for row in table.rows if place < len(row)] for place in range(len(table.columns))]
    wanted = [_wanted(title, column) for title, column in zip(table.columns, cells, strict=True)]
    if sum(wanted) > _LINE:
        least = [min(_least(column), most) for column, most in zip(cells, wanted, strict=True)]
        slack = max(_LINE - sum(least), 0)
        more = [most - low for most, low in zip(wanted, least, strict=True)]
        wanted = [low + slack * part / (sum(more) or 1) for low, part in zip(least, more, strict=True)]
    total = sum(wanted)
    return tuple(
        Column(width / total, _is_number(title, column))
        for width, title, column in zip(wanted, table.columns, cells, strict=True)
    )


def width_of(text: str) -> int:
    """Width in half-width characters: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _wanted(title: str, cells: Sequence[str]) -> float:
    longest = max((width_of(cell) for cell in cells), default=0)
    # A heading may wrap once; what stands below it decides.
    half_title = (width_of(title) + 1) // 2
    return min(max(longest, half_title, _NARROWEST), _WIDEST) + _PADDING


def _least(cells: Sequence[str]) -> float:
    """Room for the longest run that must not break: a date, a number, a code."""
    runs = (len(run) for cell in cells for run in _UNBROKEN.findall(cell))
    return max((*runs, _NARROWEST)) + _PADDING


def _is_number(title: str, cells: Sequence[str]) -> bool:
    if title.endswith(_NAMES_NOT_COUNTS):
        return False
    told = [cell for cell in cells if cell not in _EMPTY]
    return bool(told) and all(_NUMBER.fullmatch(cell) for cell in told)
