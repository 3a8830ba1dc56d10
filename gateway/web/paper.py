"""A letter's lines as a page sets them: title, headings, paragraphs, and tables from rows of cells. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

_CELLS = " | "
_HEADING = re.compile(r"[一二三四五六七八九十]+、.{0,40}")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a table where it has rows. `columns` are the first row of a table."""

    text: str = ""
    heading: bool = False
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def blocks(lines: Sequence[str]) -> list[Block]:
    """What the lines of a letter are: rows of cells that follow each other with as many cells are one table."""
    return list(_blocks(lines))


def _blocks(lines: Iterable[str]) -> Iterator[Block]:
    for width, group in groupby(lines, key=lambda line: line.count(_CELLS)):
        if width == 0:
            yield from (Block(text=line, heading=bool(_HEADING.fullmatch(line))) for line in group)
            continue
        rows = [tuple(cell.strip() for cell in line.split(_CELLS)) for line in group]
        yield Block(columns=rows[0], rows=tuple(rows[1:]))
