"""Reads comma-separated text as Chinese offices save it: UTF-8 with or without its mark, or GB18030."""

from __future__ import annotations

import csv
import io

from services.chassis.ledgers.errors import SpreadsheetTooLargeError, SpreadsheetUnreadableError
from services.chassis.ledgers.reasons import Reason
from services.chassis.ledgers.sheet import Limits, RawFault, RawRow, RawSheet
from services.chassis.ledgers.values import is_blank

STARTS_A_FORMULA = "=+-@\t\r"


def read_separated(data: bytes, limits: Limits) -> RawSheet:
    """The rows of the text; a row's number counts records, as a spreadsheet program shows them."""
    rows: list[RawRow] = []
    faults: list[RawFault] = []
    last = 0
    # A quoted cell may hold line breaks, so the records are counted, not the lines.
    records = csv.reader(io.StringIO(_decode(data), newline=""), strict=True)
    try:
        for number, cells in enumerate(records, start=1):
            if all(is_blank(cell) for cell in cells):
                continue
            _check_size(number - last, len(rows) + 1, cells, limits)
            last = number
            formulas = [index for index, cell in enumerate(cells) if cell.lstrip().startswith("=")]
            faults += [RawFault(number, index, Reason.FORMULA) for index in formulas]
            rows.append(RawRow(number, tuple(unescaped(cell) for cell in cells)))
    except csv.Error as error:
        raise SpreadsheetUnreadableError(cause="CSV") from error
    return RawSheet(tuple(rows), tuple(faults))


def escaped(text: str) -> str:
    """`text` as a cell that no spreadsheet program takes for a formula; `unescaped` undoes it."""
    return f"'{text}" if text.startswith((*STARTS_A_FORMULA, "'")) else text


def unescaped(cell: str) -> str:
    """The text that `escaped` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*STARTS_A_FORMULA, "'")) else cell


def _check_size(gap: int, rows: int, cells: list[str], limits: Limits) -> None:
    if gap > limits.blank_rows:
        raise SpreadsheetTooLargeError(cause=f"{gap} 连续空行后仍有内容 / blank rows", limit=limits.blank_rows)
    if rows > limits.rows:
        raise SpreadsheetTooLargeError(cause="行数 / rows", limit=limits.rows)
    if len(cells) > limits.columns and any(not is_blank(cell) for cell in cells[limits.columns :]):
        raise SpreadsheetTooLargeError(cause="列数 / columns", limit=limits.columns)


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SpreadsheetUnreadableError(cause="UTF-16")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise SpreadsheetUnreadableError(cause="既非 XLSX 亦非 UTF-8、GB18030 文本 / neither XLSX nor text")
