"""Turns the rows of a spreadsheet into the rows of a ledger, or into reasons why not. Pure."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.chassis.ledgers.elsewhere import columns_with_identity
from services.chassis.ledgers.headers import Header, match_headers
from services.chassis.ledgers.jurisdiction import Slips, above_county
from services.chassis.ledgers.reading import read_sheet
from services.chassis.ledgers.reasons import CellFault, Reason, RowProblem, problem
from services.chassis.ledgers.sheet import Limits, RawRow, RawSheet, column_letters
from services.chassis.ledgers.spec import Column, LedgerSpec
from services.chassis.ledgers.values import Value, is_blank, read_cell

MOST_PROBLEMS = 1000


@dataclass(frozen=True)
class ParsedRow:
    """One row ready for the ledger. Its contents stay out of every printed form of the object."""

    number: int
    values: Mapping[str, Value] = field(repr=False)
    sealed: Mapping[str, str] = field(repr=False)
    natural_key: str
    content_digest: str


@dataclass(frozen=True)
class Prepared:
    """A spreadsheet read and checked against a ledger, before anything is written."""

    spec: LedgerSpec
    file_digest: str
    """SHA-256 of the file; of a ledger with sealed columns, of what is kept of it alone. See `_digest`."""
    rows: tuple[ParsedRow, ...] = field(repr=False)
    problems: tuple[RowProblem, ...]
    problem_count: int
    slips: tuple[str, ...]
    """Routing slip numbers of rows that the jurisdiction stop keeps out."""
    bad_rows: frozenset[int] = frozenset()
    """Numbers of the rows with any problem, of all of them."""

    @property
    def good_rows(self) -> tuple[ParsedRow, ...]:
        """Rows without a problem."""
        return tuple(row for row in self.rows if row.number not in self.bad_rows)

    @property
    def row_count(self) -> int:
        """How many rows hold anything."""
        return len(self.bad_rows | {row.number for row in self.rows})


def prepare(spec: LedgerSpec, data: bytes, limits: Limits | None = None, *, slip_key: bytes | None = None) -> Prepared:
    """Read `data` as ledger `spec`: the slow part of an import, which touches no database.

    Readings of one file under one `slip_key` give the same routing slips; without a key each reading gives its own.

    Raises:
        SpreadsheetUnreadableError, SpreadsheetTooLargeError, SheetAmbiguousError, HeadersWrongError: the file as a
            whole cannot be used.
    """
    slips = Slips(slip_key or secrets.token_bytes(32), hashlib.sha256(data).digest())
    prepared = parse(spec, read_sheet(data, spec.title_zh, limits), slips)
    return replace(prepared, file_digest=_digest(prepared, data))


def _digest(prepared: Prepared, data: bytes) -> str:
    """What tells this file from another in the records.

    Where petitioners' columns are sealed they have no part in it: a digest of the file would let anybody who knows the
    rest of a short file try out every telephone number.
    """
    if not prepared.spec.sealed:
        return hashlib.sha256(data).hexdigest()
    kept = "".join(f"{row.number} {row.content_digest}\n" for row in prepared.rows)
    return hashlib.sha256(f"{prepared.spec.name}\n{kept}".encode()).hexdigest()


def parse(spec: LedgerSpec, sheet: RawSheet, routing: Slips) -> Prepared:
    """Check every row below the header; all reasons are found, not only the first."""
    header = match_headers(spec, sheet)
    faults = _reader_faults(header, sheet)
    rows: list[ParsedRow] = []
    problems: list[RowProblem] = []
    slips: list[str] = []
    first_seen: dict[str, int] = {}
    for raw in sheet.rows:
        if raw.number <= header.row:
            continue
        if _stopped(header, raw):
            # Nothing else of a stopped row is looked at: even its other faults would say something about it.
            faults.pop(raw.number, None)
            slips.append(slip := routing.number(raw.number))
            problems.append(problem(raw.number, "", CellFault(Reason.JURISDICTION, (("slip", slip),))))
            continue
        row, found = _read_row(spec, header, raw, faults.pop(raw.number, []), epoch_1904=sheet.epoch_1904)
        if row is not None:
            other = first_seen.setdefault(row.natural_key, row.number)
            if other != row.number:
                found.append(_same_key(spec, row.number, other))
            rows.append(row)
        problems += found
    for number, rest in faults.items():
        problems += [problem(number, column, fault) for column, fault in rest]
    problems.sort()
    bad_rows = frozenset(one.row for one in problems)
    return Prepared(spec, "", tuple(rows), tuple(problems[:MOST_PROBLEMS]), len(problems), tuple(slips), bad_rows)


def _reader_faults(header: Header, sheet: RawSheet) -> dict[int, list[tuple[str, CellFault]]]:
    """Faults below the header by row, each with the declared header of its column."""
    titles = {placed.index: placed.column.header for placed in header.placed}
    # Faults of merged ranges run over blank rows too; they end with the last row that holds something.
    last = sheet.rows[-1].number if sheet.rows else 0
    found: dict[int, list[tuple[str, CellFault]]] = {}
    for fault in sheet.faults:
        if header.row < fault.row <= last:
            title = "" if fault.column is None else titles.get(fault.column, column_letters(fault.column))
            found.setdefault(fault.row, []).append((title, CellFault(fault.reason)))
    return found


def _stopped(header: Header, raw: RawRow) -> bool:
    return any(
        above_county(str(raw.cells[placed.index]))
        for placed in header.placed
        if placed.column.authority and placed.index < len(raw.cells) and not is_blank(raw.cells[placed.index])
    )


def _read_row(
    spec: LedgerSpec, header: Header, raw: RawRow, faults: list[tuple[str, CellFault]], *, epoch_1904: bool
) -> tuple[ParsedRow | None, list[RowProblem]]:
    problems = [problem(raw.number, title, fault) for title, fault in faults]
    untrusted = {title for title, _ in faults}
    values: dict[str, Value] = {}
    for placed in header.placed:
        if placed.column.header in untrusted:
            continue
        cell = raw.cells[placed.index] if placed.index < len(raw.cells) else None
        value = read_cell(placed.column, cell, factor=placed.factor, epoch_1904=epoch_1904)
        if isinstance(value, CellFault):
            problems.append(problem(raw.number, placed.column.header, value))
        else:
            values[placed.column.key] = value
    known = {placed.index for placed in header.placed}
    problems += [
        problem(raw.number, column_letters(index), CellFault(Reason.EXTRA_CELL))
        for index, cell in enumerate(raw.cells)
        if index not in known and not is_blank(cell) and column_letters(index) not in untrusted
    ]
    if any(key not in values for key in spec.natural_key):
        return None, problems
    kept = {column.key: values.get(column.key) for column in spec.kept}
    sealed = {column.key: str(values[column.key]) for column in spec.sealed if values.get(column.key)}
    if spec.sealed:
        problems += [
            problem(raw.number, spec.column(key).header, CellFault(Reason.IDENTITY_OUTSIDE))
            for key in columns_with_identity(spec, kept, sealed)
        ]
    return ParsedRow(raw.number, kept, sealed, key_digest(spec, kept), content_digest(spec.kept, kept)), problems


def key_digest(spec: LedgerSpec, values: Mapping[str, Value]) -> str:
    """The one short form of a row's natural key."""
    return content_digest(tuple(spec.column(key) for key in spec.natural_key), values)


def content_digest(columns: tuple[Column, ...], values: Mapping[str, Value]) -> str:
    """What tells a changed row from an unchanged one. Sealed columns have no part in it: a digest could be guessed."""
    content = [[column.key, None if values.get(column.key) is None else str(values[column.key])] for column in columns]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8")).hexdigest()


def _same_key(spec: LedgerSpec, row: int, other: int) -> RowProblem:
    names = "、".join(spec.column(key).header for key in spec.natural_key)
    return problem(row, "", CellFault(Reason.SAME_KEY, (("other", str(other)), ("key", names))))
