"""Reads XLSX: looks at the raw sheet first for what the fast reader hides or would choke on, then lets it read."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.utils.exceptions import InvalidFileException
from python_calamine import CalamineError, CalamineWorkbook, load_workbook

from services.chassis.ledgers.errors import (
    SheetAmbiguousError,
    SpreadsheetTooLargeError,
    SpreadsheetUnreadableError,
)
from services.chassis.ledgers.reasons import Reason
from services.chassis.ledgers.sheet import Limits, RawFault, RawRow, RawSheet, column_index
from services.chassis.ledgers.values import is_blank, same_name

_CHUNK = 1 << 20
_OVERLAP = 1 << 16
# A cell that closes itself (`<c r="A1" s="3"/>`) only carries a format; a million of those are passed over in C.
_CELL = re.compile(
    rb"<(?:\w+:)?c(?P<attributes>\s[^>]*[^>/]|)>(?P<formula>\s*<(?:\w+:)?f[\s/>])?(?P<empty>\s*<(?:\w+:)?v\s*(?:/>|></(?:\w+:)?v>)\s*</)?"
)
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"(?P<range>[A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\"")
_ADDRESS = re.compile(rb"\sr=\"(?P<letters>[A-Z]{1,3})(?P<row>\d{1,7})\"")
_ERROR_TYPE = re.compile(rb"\st=\"e\"")
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_UNREADABLE = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, NotImplementedError, CalamineError)


@dataclass
class _Survey:
    """What the raw text of one sheet says about itself."""

    content_rows: set[int] = field(default_factory=set)
    faults: list[RawFault] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)


def read_workbook(data: bytes, title: str, limits: Limits) -> RawSheet:
    """The rows of the right sheet of the workbook, with its formulas, merged cells and error values as faults."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive, data, limits)
            sheets, epoch_1904 = _sheets(data)
            surveys = {name: _survey(archive, path, limits) for name, path in sheets.items()}
        name = _choose(surveys, title)
        survey = surveys[name]
        _check_gaps(survey, limits)
        with load_workbook(io.BytesIO(data)) as workbook:
            rows = tuple(_rows(workbook, name, limits))
    except _UNREADABLE as error:
        raise SpreadsheetUnreadableError(cause="XLSX") from error
    faults = [*survey.faults, *(fault for merged in survey.merged for fault in _merged_faults(merged, limits))]
    return RawSheet(rows, tuple(faults), epoch_1904=epoch_1904)


def _sheets(data: bytes) -> tuple[dict[str, str], bool]:
    """The visible sheets by name with the part each is in, and whether days are counted from 1904."""
    try:
        # The library warns of parts it passes over; whether the sheet can be read is what counts.
        with warnings.catch_warnings(action="ignore"):
            reader = ExcelReader(io.BytesIO(data), read_only=True, keep_links=False)
            reader.read_manifest()
            reader.read_workbook()
            sheets = list(reader.parser.find_sheets())
    except (SyntaxError, TypeError, AttributeError, IndexError, OSError, InvalidFileException) as error:
        # What the library raises on parts that are not what they should be; XML errors are syntax errors.
        raise SpreadsheetUnreadableError(cause="XLSX") from error
    # A hidden sheet is not what the office sees: lists for its choices, or what somebody meant to keep out of sight.
    found = {
        sheet.name: str(rel.target) for sheet, rel in sheets if "worksheet" in rel.Type and sheet.state == "visible"
    }
    return found, bool(reader.wb.epoch == MAC_EPOCH)


def _check_archive(archive: zipfile.ZipFile, data: bytes, limits: Limits) -> None:
    total = sum(part.file_size for part in archive.infolist())
    if total > limits.unpacked_bytes or len(archive.infolist()) > 2000:
        raise SpreadsheetTooLargeError(
            cause=f"解压后 {total >> 20} MB / unpacked", limit=f"{limits.unpacked_bytes >> 20} MB"
        )
    if "[Content_Types].xml" not in archive.namelist() or any(part.flag_bits & 1 for part in archive.infolist()):
        raise SpreadsheetUnreadableError(cause="XLSX")
    if any(not _size_is_true(data, part) for part in archive.infolist()):
        raise SpreadsheetUnreadableError(cause="XLSX")
    for part in archive.infolist():
        # No spreadsheet program writes a document type; the only use of one is to make entities explode.
        if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.open(part).read(4096):
            raise SpreadsheetUnreadableError(cause="XLSX: DOCTYPE")


def _size_is_true(data: bytes, part: zipfile.ZipInfo) -> bool:
    """Whether the part unpacks to no more than it says: the fast reader takes no notice of what it says."""
    head = part.header_offset
    start = head + 30 + int.from_bytes(data[head + 26 : head + 28], "little")
    start += int.from_bytes(data[head + 28 : head + 30], "little")
    packed = data[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        return len(packed) == part.file_size
    if part.compress_type != zipfile.ZIP_DEFLATED:
        return False
    unpacker, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    while not unpacker.eof and size <= part.file_size:
        piece = unpacker.decompress(packed, _CHUNK)
        packed = unpacker.unconsumed_tail
        if not piece and not packed:
            break
        size += len(piece)
    return size == part.file_size


def _survey(archive: zipfile.ZipFile, path: str, limits: Limits) -> _Survey:
    survey = _Survey()
    for window, limit in _windows(archive, path):
        for match in _CELL.finditer(window):
            if match.start() >= limit:
                break
            _look_at_cell(match, survey, limits)
        survey.merged += [match["range"].decode() for match in _MERGE.finditer(window) if match.start() < limit]
        if len(survey.merged) > limits.rows:
            raise SpreadsheetTooLargeError(cause="合并单元格 / merged cells", limit=limits.rows)
    return survey


def _windows(archive: zipfile.ZipFile, path: str) -> Iterator[tuple[bytes, int]]:
    """The part's text in pieces; a match that starts behind the given position belongs to the next piece."""
    with archive.open(path) as stream:
        window = b""
        while chunk := stream.read(_CHUNK):
            window += chunk
            limit = max(0, len(window) - _OVERLAP)
            # Cut in front of a tag, or a tag across the cut would be seen twice or not at all.
            limit = max(window.rfind(b"<", 0, limit), 0)
            if limit:
                yield window, limit
                window = window[limit:]
        yield window, len(window)


def _look_at_cell(match: re.Match[bytes], survey: _Survey, limits: Limits) -> None:
    address = _ADDRESS.search(match["attributes"])
    if address is None:
        raise SpreadsheetUnreadableError(cause="XLSX: 单元格缺少地址，请用 WPS 或 Excel 另存 / cells without addresses")
    row, column = int(address["row"]), column_index(address["letters"].decode())
    if match["formula"]:
        _add_fault(survey, RawFault(row, column, Reason.FORMULA), limits)
    elif match["empty"]:
        return
    elif _ERROR_TYPE.search(match["attributes"]):
        _add_fault(survey, RawFault(row, column, Reason.ERROR_VALUE), limits)
    if column >= limits.columns:
        raise SpreadsheetTooLargeError(cause="列数 / columns", limit=limits.columns)
    survey.content_rows.add(row)
    if len(survey.content_rows) > limits.rows:
        raise SpreadsheetTooLargeError(cause="行数 / rows", limit=limits.rows)


def _add_fault(survey: _Survey, fault: RawFault, limits: Limits) -> None:
    if len(survey.faults) < limits.rows:
        survey.faults.append(fault)


def _choose(surveys: dict[str, _Survey], title: str) -> str:
    named = [name for name in surveys if same_name(name) == same_name(title)]
    filled = [name for name, survey in surveys.items() if survey.content_rows]
    if named or len(filled) == 1:
        return (named or filled)[0]
    if not filled:
        raise SpreadsheetUnreadableError(cause="工作簿没有内容 / the workbook is empty")
    raise SheetAmbiguousError(count=len(filled), title=title)


def _check_gaps(survey: _Survey, limits: Limits) -> None:
    """Refuse content far below the data: the fast reader would build every row between."""
    before = 0
    for row in sorted(survey.content_rows):
        if row - before > limits.blank_rows:
            cause = f"第 {row} 行之前有 {row - before - 1} 个连续空行 / blank rows before row {row}"
            raise SpreadsheetTooLargeError(cause=cause, limit=limits.blank_rows)
        before = row


def _rows(workbook: CalamineWorkbook, name: str, limits: Limits) -> Iterator[RawRow]:
    for number, cells in enumerate(workbook.get_sheet_by_name(name).to_python(skip_empty_area=False), start=1):
        if any(isinstance(cell, str) and len(cell) > limits.cell_characters for cell in cells):
            cause = f"第 {number} 行单元格 / cell in row {number}"
            raise SpreadsheetTooLargeError(cause=cause, limit=limits.cell_characters)
        if not all(is_blank(cell) for cell in cells):
            yield RawRow(number, tuple(cells))


def _merged_faults(merged: str, limits: Limits) -> Iterator[RawFault]:
    match = _RANGE.fullmatch(merged)
    if match is not None:
        first, last = int(match[2]), int(match[4])
        for row in range(first, min(last, first + limits.blank_rows) + 1):
            yield RawFault(row, column_index(match[1]), Reason.MERGED)
