"""Puts the tables and files of a letter as a briefing shows them: amounts in groups, shares with one decimal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.documents.sheet import Block, Paragraph, Table


def blocks_of(
    tables: Iterable[content.Table], attachments: Iterable[content.AttachmentReference] = ()
) -> Iterator[Block]:
    """Each table with its title above and its remark below; of files the names, for they stay in their letter."""
    for table in tables:
        if table.title:
            yield Paragraph(table.title)
        if table.columns:
            yield Table(tuple(one.title for one in table.columns), tuple(_row(table, row.cells) for row in table.rows))
        if table.remark:
            yield Paragraph(f"注：{table.remark}")
    names = [one.file_name for one in attachments]
    if names:
        yield Paragraph(f"随函附件：{'、'.join(names)}（存于原函）。")


def _row(table: content.Table, cells: Sequence[str]) -> tuple[str, ...]:
    """As many cells as there are columns, whatever the peer sent."""
    width = len(table.columns)
    padded = (*cells[:width], *("" for _ in range(width - len(cells))))
    return tuple(_cell(column.kind, text) for column, text in zip(table.columns, padded, strict=True))


def _cell(kind: int, text: str) -> str:
    if kind not in {content.CELL_KIND_PERCENT, content.CELL_KIND_AMOUNT}:
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    if kind == content.CELL_KIND_PERCENT:
        return f"{number.quantize(Decimal('0.1'), ROUND_HALF_UP)}%"
    return f"{number:,}"
