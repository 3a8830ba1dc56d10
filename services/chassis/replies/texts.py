"""Every text of a letter's content with its place, and which cells are not the figures that their column says. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from google.protobuf.message import Message

from guantong.exchange.v1 import content_pb2 as content

_SHAPES: Mapping[int, re.Pattern[str]] = MappingProxyType(
    {
        # Shorter than a telephone number: no body counts thousands of millions of anything.
        content.CELL_KIND_COUNT: re.compile(r"-?[0-9]{1,9}"),
        content.CELL_KIND_AMOUNT: re.compile(r"-?[0-9]{1,13}\.[0-9]{2}"),
        content.CELL_KIND_DATE: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        content.CELL_KIND_PERCENT: re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,2})?"),
    }
)
_NOTHING = frozenset({"", "—"})
"""How a cell says that there is no figure."""
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TELEPHONE = re.compile(r"[0-9()（）+\-–— 转]*")


def texts_of(message: Message, at: str = "", without: Container[str] = ()) -> Iterator[tuple[str, str]]:
    """Every text in the message, however deep, with its place, such as `remarks`, `t0.title` or `t0.2.1`.

    `without` names fields of the message itself that are passed over. Passed over too are a node's own identifiers, the
    telephone of the office that a letter names for questions, and figures in columns of figures.
    """
    if isinstance(message, content.Table):
        yield from _of_table(message, at)
        return
    for field, value in message.ListFields():
        if field.name in without or field.type not in {field.TYPE_STRING, field.TYPE_MESSAGE}:
            continue
        for place, part in enumerate(value if field.is_repeated else [value]):
            here = f"{at}{field.name}{place if field.is_repeated else ''}"
            if isinstance(part, content.Table):
                yield from _of_table(part, f"{at}t{place}")
            elif isinstance(part, Message):
                yield from texts_of(part, f"{here}.")
            elif not _says_nothing(message, field.name, part):
                yield here, part


def wrong_cells(message: Message, at: str = "") -> Iterator[str]:
    """Places of cells that their column declares for figures and that are none; an empty one fits."""
    for field, value in message.ListFields():
        if field.type != field.TYPE_MESSAGE:
            continue
        for place, part in enumerate(value if field.is_repeated else [value]):
            if isinstance(part, content.Table):
                yield from (f"{at}t{place}.{cell}" for cell, _ in _misfits(part))
            else:
                yield from wrong_cells(part, f"{at}{field.name}{place if field.is_repeated else ''}.")


def attachments_in(message: Message) -> bool:
    """Whether the message carries a file anywhere."""
    if isinstance(message, content.AttachmentReference):
        return True
    return any(
        attachments_in(part)
        for field, value in message.ListFields()
        if field.type == field.TYPE_MESSAGE
        for part in (value if field.is_repeated else [value])
    )


def _of_table(table: content.Table, at: str) -> Iterator[tuple[str, str]]:
    yield f"{at}.title", table.title
    yield f"{at}.remark", table.remark
    for place, column in enumerate(table.columns):
        yield from ((f"{at}.c{place}.{name}", text) for name, text in texts_of(column))
    for line, row in enumerate(table.rows):
        for place, cell in enumerate(row.cells):
            if not _is_figure(table, place, cell):
                yield f"{at}.{line}.{place}", cell


def _misfits(table: content.Table) -> Iterator[tuple[str, str]]:
    for line, row in enumerate(table.rows):
        for place, cell in enumerate(row.cells):
            declared = place < len(table.columns) and table.columns[place].kind in _SHAPES
            if declared and cell not in _NOTHING and not _is_figure(table, place, cell):
                yield f"{line}.{place}", cell


def _is_figure(table: content.Table, place: int, cell: str) -> bool:
    kind = table.columns[place].kind if place < len(table.columns) else content.CELL_KIND_UNSPECIFIED
    shape = _SHAPES.get(kind)
    if shape is None or not shape.fullmatch(cell):
        return False
    return kind != content.CELL_KIND_DATE or _is_date(cell)


def _is_date(cell: str) -> bool:
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _says_nothing(message: Message, field: str, text: str) -> bool:
    if isinstance(message, content.Contact) and field == "phone":
        return _TELEPHONE.fullmatch(text) is not None
    return _ID.fullmatch(text) is not None
