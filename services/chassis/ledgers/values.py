"""Reads one cell: what an officer may type, turned into the one form the ledger holds, or a reason why not."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from services.chassis.ledgers.reasons import CellFault, Reason
from services.chassis.ledgers.spec import Column, Kind

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
"""What a spreadsheet reader hands over."""
Value = str | int | bool | Decimal | dt.date | None
"""What a ledger holds."""

FEN = Decimal("0.01")
WAN = Decimal(10000)
_LARGEST = Decimal(10) ** 13
_EXACT_IN_FLOAT = 10**15
_ERRORS = frozenset({"#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!", "#GETTING_DATA"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DATE = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/.年])(?P<m>\d{1,2})(?P<t>[-/.月])(?P<d>\d{1,2})日?(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.0+)?)?)?"
)
_DATE_PACKED = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})")
_MONTH = re.compile(r"(?P<y>\d{4})(?:[-/.年](?P<m>\d{1,2})月?|(?P<p>\d{2}))")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_AMOUNT = re.compile(rf"[¥￥]?(?P<number>{_NUMBER.pattern})(?P<unit>万元|万|元)?")
_YES = frozenset({"是", "有", "√", "Y", "YES", "TRUE", "1"})
_NO = frozenset({"否", "无", "×", "N", "NO", "FALSE", "0"})
_TAG_BREAK = re.compile(r"[、,;/\s]+")
_EARLIEST, _LATEST = dt.date(1949, 10, 1), dt.date(2100, 12, 31)
_EPOCH_1900, _EPOCH_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)


def read_cell(
    column: Column, cell: Cell, *, factor: Decimal = Decimal(1), epoch_1904: bool = False
) -> Value | CellFault:
    """The value that `cell` stands for in `column`.

    `factor` is what the header says an amount is counted in (万元: 10000). `epoch_1904` is the day count of
    workbooks made on old Macintosh machines.
    """
    if is_blank(cell):
        return CellFault(Reason.REQUIRED) if column.required else None
    if (isinstance(cell, str) and cell.strip().upper() in _ERRORS) or (
        isinstance(cell, float) and not math.isfinite(cell)
    ):
        return CellFault(Reason.ERROR_VALUE)
    if column.kind is Kind.MONEY:
        return _money(cell, factor)
    if column.kind is Kind.DATE:
        return _date(cell, epoch_1904=epoch_1904)
    return _READERS[column.kind](column, cell)


def is_blank(cell: Cell) -> bool:
    """Whether the cell says nothing (spaces of any width included)."""
    return cell is None or (isinstance(cell, str) and not cell.strip("\ufeff\u200b \t\r\n\u00a0\u3000"))


def same_name(name: str) -> str:
    """The one form in which names of units and persons are compared and kept."""
    bare = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    # Marks that spaces kept apart may join now.
    return unicodedata.normalize("NFKC", bare)


def _plain(cell: Cell) -> str:
    """Half-width form of a cell that should hold a number or a date."""
    return unicodedata.normalize("NFKC", str(cell)).strip().replace("，", ",")


def _text(column: Column, cell: Cell) -> str | CellFault:
    if isinstance(cell, float):
        if cell != int(cell):
            value = str(Decimal(str(cell)))
        elif abs(cell) >= _EXACT_IN_FLOAT:
            return CellFault(Reason.DIGITS_LOST)
        else:
            value = str(int(cell))
    elif isinstance(cell, bool):
        value = "是" if cell else "否"
    elif isinstance(cell, dt.datetime | dt.date):
        value = cell.isoformat()[:10]
    else:
        value = str(cell)
    value = unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip(" \t\r\n\u00a0\u3000\ufeff")
    if _CONTROL.search(value):
        return CellFault(Reason.CONTROL_CHARACTER)
    if len(value) > column.max_length:
        return CellFault(Reason.TOO_LONG, (("limit", str(column.max_length)),))
    return value


def _name(column: Column, cell: Cell) -> str | CellFault:
    value = _text(column, cell)
    return value if isinstance(value, CellFault) else same_name(value)


def _date(cell: Cell, *, epoch_1904: bool) -> dt.date | CellFault:
    found: dt.date | None = None
    if isinstance(cell, dt.datetime):
        found = cell.date()
    elif isinstance(cell, dt.date):
        found = cell
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        packed = _DATE_PACKED.fullmatch(str(int(cell))) if cell == int(cell) else None
        found = _make_date(packed) if packed else _serial(cell, epoch_1904=epoch_1904)
    elif isinstance(cell, str):
        plain = _plain(cell).replace(" ", "") if "年" in cell else _plain(cell)
        found = _make_date(_DATE.fullmatch(plain) or _DATE_PACKED.fullmatch(plain))
    if found is None:
        return CellFault(Reason.NOT_A_DATE)
    return found if _EARLIEST <= found <= _LATEST else CellFault(Reason.OUT_OF_RANGE)


def _make_date(match: re.Match[str] | None) -> dt.date | None:
    if match is None:
        return None
    parts = match.groupdict()
    if parts.get("s") and (parts["s"], parts["t"]) not in {("-", "-"), ("/", "/"), (".", "."), ("年", "月")}:
        return None
    try:
        return dt.date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
    except ValueError:
        return None


def _serial(days: float, *, epoch_1904: bool) -> dt.date | None:
    """A date that lost its format and shows as a day count; 10000 to 73415 is 1927 to 2100."""
    if not 10000 <= days < 73416:
        return None
    return (_EPOCH_1904 if epoch_1904 else _EPOCH_1900) + dt.timedelta(days=int(days))


def _month(_column: Column, cell: Cell) -> str | CellFault:
    if isinstance(cell, dt.datetime | dt.date):
        return f"{cell.year:04}-{cell.month:02}"
    # 2026.10 kept as a number reads 2026.1: October and January cannot be told apart.
    if isinstance(cell, float) and cell != int(cell):
        return CellFault(Reason.NOT_A_MONTH)
    plain = _plain(int(cell) if isinstance(cell, float) else cell).replace(" ", "")
    match = _MONTH.fullmatch(plain)
    if match is None or not 1 <= int(match["m"] or match["p"]) <= 12:
        return CellFault(Reason.NOT_A_MONTH)
    year = int(match["y"])
    if not _EARLIEST.year <= year <= _LATEST.year:
        return CellFault(Reason.OUT_OF_RANGE)
    return f"{year:04}-{int(match['m'] or match['p']):02}"


def _number(cell: Cell) -> Decimal | None:
    if isinstance(cell, bool):
        return None
    plain = _plain(cell).replace("−", "-")
    try:
        if isinstance(cell, int | float):
            number = Decimal(str(cell))
            return number if number.is_finite() else None
        return Decimal(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None
    except InvalidOperation:
        return None


def _integer(column: Column, cell: Cell) -> int | CellFault:
    number = _number(cell)
    if number is None or number != number.to_integral_value():
        return CellFault(Reason.NOT_A_WHOLE_NUMBER)
    low = -(2**53) if column.minimum is None else column.minimum
    high = 2**53 if column.maximum is None else column.maximum
    return int(number) if low <= number <= high else CellFault(Reason.OUT_OF_RANGE)


def _decimal(_column: Column, cell: Cell) -> Decimal | CellFault:
    # A percentage typed with its sign means the number in front of it.
    bare = _plain(cell).removesuffix("%").strip() if isinstance(cell, str) else cell
    number = _number(bare)
    if number is None:
        return CellFault(Reason.NOT_A_NUMBER)
    if abs(number) >= _LARGEST:
        return CellFault(Reason.OUT_OF_RANGE)
    return number.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _money(cell: Cell, factor: Decimal) -> Decimal | CellFault:
    number = _number(cell)
    if number is None and isinstance(cell, str):
        match = _AMOUNT.fullmatch(_plain(cell).replace(" ", ""))
        if match is not None:
            number = Decimal(match["number"].replace(",", ""))
            if match["unit"]:
                factor = Decimal(1) if match["unit"] == "元" else WAN
    if number is None:
        return CellFault(Reason.NOT_AN_AMOUNT)
    if abs(number * factor) >= _LARGEST:
        return CellFault(Reason.OUT_OF_RANGE)
    return (number * factor).quantize(FEN, ROUND_HALF_UP)


def _choice(column: Column, cell: Cell) -> str | CellFault:
    wanted = {same_name(choice): choice for choice in column.choices}
    text = _text(column, cell)
    if isinstance(text, CellFault):
        return text
    found = wanted.get(same_name(text))
    return CellFault(Reason.NOT_A_CHOICE, (("choices", "、".join(column.choices)),)) if found is None else found


def _tags(column: Column, cell: Cell) -> str | CellFault:
    text = _text(column, cell)
    if isinstance(text, CellFault):
        return text
    given = {tag for tag in _TAG_BREAK.split(unicodedata.normalize("NFKC", text)) if tag}
    wanted = {same_name(choice): choice for choice in column.choices}
    if not given <= set(wanted):
        return CellFault(Reason.NOT_A_CHOICE, (("choices", "、".join(column.choices)),))
    return "、".join(choice for tag, choice in wanted.items() if tag in given)


def _boolean(_column: Column, cell: Cell) -> bool | CellFault:
    word = _plain(int(cell) if isinstance(cell, float) and cell in {0.0, 1.0} else cell).upper()
    if word in _YES:
        return True
    return False if word in _NO else CellFault(Reason.NOT_YES_OR_NO)


_READERS: dict[Kind, Callable[[Column, Cell], Value | CellFault]] = {
    Kind.TEXT: _text,
    Kind.PETITIONER: _text,
    Kind.UNIT: _name,
    Kind.PERSON: _name,
    Kind.MONTH: _month,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.ENUM: _choice,
    Kind.TAGS: _tags,
    Kind.BOOLEAN: _boolean,
}
