"""Reads whatever spreadsheet an office saved, told apart by its bytes."""

from __future__ import annotations

from services.chassis.ledgers.errors import SpreadsheetTooLargeError, SpreadsheetUnreadableError
from services.chassis.ledgers.separated import read_separated
from services.chassis.ledgers.sheet import Limits, RawSheet


def read_sheet(data: bytes, title: str, limits: Limits | None = None) -> RawSheet:
    """Read XLSX or CSV bytes; `title` names the sheet to take when a workbook has several.

    The bytes tell what they are: a file name says nothing reliable.

    Raises:
        SpreadsheetUnreadableError: it is neither.
        SpreadsheetTooLargeError: it exceeds the limits.
        SheetAmbiguousError: several sheets hold data and none is called `title`.
    """
    limits = limits or Limits()
    if len(data) > limits.file_bytes:
        raise SpreadsheetTooLargeError(cause=f"{len(data) >> 20} MB", limit=f"{limits.file_bytes >> 20} MB")
    if data[:4] == b"PK\x03\x04":
        # Most nodes hardly ever read a workbook, and the library for it is six megabytes of every process.
        from services.chassis.ledgers.workbook import read_workbook  # noqa: PLC0415

        return read_workbook(data, title, limits)
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise SpreadsheetUnreadableError(cause="旧版 .xls 或加密文件 / old .xls or encrypted")
    return read_separated(data, limits)
