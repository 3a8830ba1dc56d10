"""Finds the header row of a spreadsheet and which of its columns holds which column of the ledger. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.chassis.ledgers.errors import HeadersWrongError
from services.chassis.ledgers.sheet import RawRow, RawSheet, column_letters
from services.chassis.ledgers.spec import Column, Kind, LedgerSpec
from services.chassis.ledgers.values import WAN, Cell, is_blank, same_name

_SEARCHED_ROWS = 10


@dataclass(frozen=True)
class Placed:
    """A declared column and where the spreadsheet has it; `factor` is what its amounts are counted in."""

    column: Column
    index: int
    factor: Decimal = Decimal(1)


@dataclass(frozen=True)
class Header:
    """The header row and the columns found in it."""

    row: int
    placed: tuple[Placed, ...]


def match_headers(spec: LedgerSpec, sheet: RawSheet) -> Header:
    """The header row, sought in the first rows so that a title line above the table does no harm.

    Sealed columns may be absent, because exports leave them out. Every other column has to be there.

    Raises:
        HeadersWrongError: headers are missing, repeated or unknown; it names declared headers and column letters.
    """
    names = _names(spec)
    row = _header_row(sheet, names)
    cells = row.cells if row else ()
    known = [(index, found) for index, cell in enumerate(cells) if (found := names.get(_header_text(cell))) is not None]
    found_keys = [column.key for _, (column, _) in known]
    missing = [column.header for column in spec.kept if column.key not in found_keys]
    unexpected = [
        index for index, cell in enumerate(cells) if not is_blank(cell) and index not in {at for at, _ in known}
    ]
    repeated = [index for place, (index, (column, _)) in enumerate(known) if column.key in found_keys[:place]]
    if missing or unexpected or repeated or row is None:
        raise HeadersWrongError(
            ledger=spec.title_zh,
            missing="、".join(missing) or "—",
            unexpected="、".join(map(column_letters, unexpected)) or "—",
            repeated="、".join(map(column_letters, repeated)) or "—",
            expected="、".join(spec.headers),
        )
    return Header(row.number, tuple(Placed(column, index, factor) for index, (column, factor) in known))


def _header_row(sheet: RawSheet, names: Mapping[str, tuple[Column, Decimal]]) -> RawRow | None:
    """The row among the first few with most declared headers; the first of equals."""
    best, most = None, 0
    for row in sheet.rows[:_SEARCHED_ROWS]:
        hits = len({names[name][0].key for cell in row.cells if (name := _header_text(cell)) in names})
        if hits > most:
            best, most = row, hits
    return best or (sheet.rows[0] if sheet.rows else None)


def _names(spec: LedgerSpec) -> dict[str, tuple[Column, Decimal]]:
    """Every spelling of a header that is understood."""
    names: dict[str, tuple[Column, Decimal]] = {}
    for column in spec:
        plain = same_name(column.zh)
        names[plain] = (column, Decimal(1))
        if column.kind is Kind.MONEY:
            names[f"{plain}(元)"] = (column, Decimal(1))
            names[f"{plain}(万元)"] = (column, WAN)
    return names


def _header_text(cell: Cell) -> str:
    # Offices mark required columns with a star and break long headers over two lines.
    return "" if cell is None else same_name(str(cell)).strip("*")
