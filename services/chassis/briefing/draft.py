"""What a drafted section consists of: prose and tables in which every figure names the rows behind it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from services.chassis.briefing.scope import Window, zh_date
from services.chassis.ledgers.rows import RowRef

_DIGITS = re.compile(r"[0-9\uff10-\uff19]")
_SLOT = re.compile(r"\{([a-z_]+)\}")

FigureValue = str | int | Decimal | date


class SectionState(StrEnum):
    """How a section is answered. `TO_WRITE` is no answer: a person has to give one before the reply can be signed."""

    PROVIDED = "provided"
    NONE = "none"
    """The body looked and there is nothing."""
    NOT_HELD = "not_held"
    """The body keeps no such material."""
    ORAL_ONLY = "oral_only"
    """Told orally only; there is no record of content."""
    TO_WRITE = "to_write"


class CellKind(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    COUNT = "count"
    AMOUNT = "amount"
    DATE = "date"
    PERCENT = "percent"


@dataclass(frozen=True)
class Figure:
    """A value taken from ledger rows, or a text quoted from one, and which rows those are.

    A zero names no rows: that no row meets the condition is what it says.
    """

    value: FigureValue = field(repr=False)
    unit: str = ""
    rows: tuple[RowRef, ...] = ()

    @property
    def text(self) -> str:
        """As prose writes it."""
        if isinstance(self.value, date):
            return zh_date(self.value)
        return f"{printed(self.value, two_places=self.unit == '元')}{self.unit}"


def printed(value: FigureValue | None, *, two_places: bool = True) -> str:
    """A value as a table cell: amounts with two places, other decimals without closing zeros, dates as 2026-03-02."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}" if two_places else f"{value.normalize():f}"
    return str(value)


@dataclass(frozen=True)
class Paragraph:
    """Prose with figures. The words between them hold no digits: a number without rows cannot be written."""

    parts: tuple[str | Figure, ...]

    def __post_init__(self) -> None:
        """Refuse a number that no row stands behind, at the moment it is written."""
        if any(isinstance(part, str) and _DIGITS.search(part) for part in self.parts):
            msg = "digits in the words of a paragraph; give the number as a figure with its rows"
            raise ValueError(msg)

    @property
    def text(self) -> str:
        """As it is printed."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures in it, in order."""
        return tuple(part for part in self.parts if isinstance(part, Figure))


def paragraph(template: str, **figures: Figure) -> Paragraph:
    """A paragraph from a template: `paragraph("共{projects}，发现问题{issues}。", projects=…, issues=…)`."""
    pieces = _SLOT.split(template)
    return Paragraph(
        tuple(figures[piece] if odd else piece for odd, piece in _alternating(pieces) if odd or piece),
    )


def _alternating(pieces: list[str]) -> Iterator[tuple[bool, str]]:
    return ((place % 2 == 1, piece) for place, piece in enumerate(pieces))


@dataclass(frozen=True)
class TableColumn:
    """A column: `key` for programs, `title` as printed."""

    key: str
    title: str
    kind: CellKind = CellKind.TEXT


Cell = FigureValue | Figure | None


@dataclass(frozen=True)
class TableRow:
    """A row of a table. `rows` stand behind every cell that is not a figure of its own."""

    cells: tuple[Cell, ...] = field(repr=False)
    rows: tuple[RowRef, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a number that no row stands behind."""
        if not self.rows and any(isinstance(cell, int | Decimal) for cell in self.cells):
            msg = "a number in a table row without ledger rows; give it as a figure"
            raise ValueError(msg)

    def refs(self, column: int) -> tuple[RowRef, ...]:
        """The ledger rows behind one cell."""
        cell = self.cells[column]
        return cell.rows if isinstance(cell, Figure) else self.rows

    def texts(self, columns: tuple[TableColumn, ...]) -> tuple[str, ...]:
        """The cells as they are printed."""
        return tuple(
            printed(
                cell.value if isinstance(cell, Figure) else cell,
                two_places=column.kind in {CellKind.AMOUNT, CellKind.PERCENT},
            )
            for column, cell in zip(columns, self.cells, strict=True)
        )


@dataclass(frozen=True)
class Table:
    """A table of a section."""

    title: str
    columns: tuple[TableColumn, ...]
    rows: tuple[TableRow, ...]
    remark: str = ""

    def __post_init__(self) -> None:
        """Refuse a row that does not fit the columns."""
        if any(len(row.cells) != len(self.columns) for row in self.rows):
            msg = f"table {self.title}: a row has another number of cells than there are columns"
            raise ValueError(msg)


@dataclass(frozen=True)
class SectionDraft:
    """One section about one unit, as the ledgers give it."""

    state: SectionState
    paragraphs: tuple[Paragraph, ...] = ()
    tables: tuple[Table, ...] = ()

    def __post_init__(self) -> None:
        """A section that says there is nothing cannot show something."""
        if self.state is not SectionState.PROVIDED and self.tables:
            msg = f"a section in state {self.state} has no tables"
            raise ValueError(msg)

    @property
    def text(self) -> str:
        """The prose, one line per paragraph."""
        return "\n".join(one.text for one in self.paragraphs)

    @property
    def rows(self) -> tuple[RowRef, ...]:
        """Every ledger row behind the section, in order."""
        found = [ref for one in self.paragraphs for figure in one.figures for ref in figure.rows]
        for table in self.tables:
            for row in table.rows:
                found += row.rows
                found += [ref for cell in row.cells if isinstance(cell, Figure) for ref in cell.rows]
        return tuple(sorted(set(found)))


def provided(*paragraphs: Paragraph, tables: tuple[Table, ...] = ()) -> SectionDraft:
    """There is material. Tables without rows are left out."""
    return SectionDraft(SectionState.PROVIDED, paragraphs, tuple(table for table in tables if table.rows))


def nothing() -> SectionDraft:
    """The body looked and there is nothing."""
    return SectionDraft(SectionState.NONE)


def not_held() -> SectionDraft:
    """The body keeps no such material."""
    return SectionDraft(SectionState.NOT_HELD)


def oral_only() -> SectionDraft:
    """Told orally only."""
    return SectionDraft(SectionState.ORAL_ONLY)


def to_write(*paragraphs: Paragraph) -> SectionDraft:
    """A person has to write it."""
    return SectionDraft(SectionState.TO_WRITE, paragraphs)


@dataclass(frozen=True)
class AnsweredSection:
    """A section with what it answers."""

    code: str
    title: str
    article: str
    window: Window
    draft: SectionDraft


@dataclass(frozen=True)
class UnitDraft:
    """Everything drafted about one unit. `near_names` are ledger names like the unit's that were not counted."""

    unit_id: str
    sections: tuple[AnsweredSection, ...]
    near_names: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Fingerprint:
    """What a draft rested on, small enough to keep beside it: change counts of the ledgers, a digest per section."""

    ledgers: tuple[tuple[str, int], ...]
    sections: tuple[tuple[str, str, str], ...]
    """Unit, section code, digest."""


@dataclass(frozen=True)
class FigureLink:
    """Which rows stand behind what stands at one place: `p0.1` is the second figure of the first paragraph,
    `t0.2.1` the second cell in the third row of the first table.
    """

    place: str
    rows: tuple[RowRef, ...]


def links(draft: SectionDraft) -> tuple[FigureLink, ...]:
    """Every place of the section that has rows behind it."""
    found = [
        FigureLink(f"p{at}.{nth}", figure.rows)
        for at, one in enumerate(draft.paragraphs)
        for nth, figure in enumerate(one.figures)
    ]
    found += [
        FigureLink(f"t{at}.{line}.{cell}", row.refs(cell))
        for at, table in enumerate(draft.tables)
        for line, row in enumerate(table.rows)
        for cell in range(len(row.cells))
    ]
    return tuple(link for link in found if link.rows)


@dataclass(frozen=True)
class ReplyDraft:
    """A whole reply as the ledgers give it, before a person edits it."""

    units: tuple[UnitDraft, ...]
    recused: tuple[str, ...]
    """Units asked about that this body must not answer on."""
    fingerprint: Fingerprint

    @property
    def says_nothing(self) -> bool:
        """Whether no section has material."""
        return not any(one.draft.state is SectionState.PROVIDED for unit in self.units for one in unit.sections)

    def section(self, unit_id: str, code: str) -> SectionDraft:
        """One section about one unit."""
        return next(
            one.draft for unit in self.units if unit.unit_id == unit_id for one in unit.sections if one.code == code
        )
