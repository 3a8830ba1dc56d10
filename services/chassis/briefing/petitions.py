"""Tables that tell of petitions without telling who petitioned: month, channel, flags, and a confirmed summary."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.briefing.draft import Table, TableColumn, TableRow
from services.chassis.briefing.figures import Rows, count, quote, refs
from services.chassis.briefing.reading import LedgerReader
from services.chassis.ledgers.tables import Ledger

WITHOUT_SUMMARY = "摘要未经复核，仅计入统计"
OVERLAP = "各单位分别登记，与其他单位所列可能重复，不作比对。"


def petition_list(
    reader: LedgerReader,
    ledger: Ledger,
    rows: Rows,
    *,
    date_key: str,
    shown: Sequence[str],
    title: str = "信访举报清单",
) -> Table:
    """One line per petition: the month it came, the columns `shown`, and its summary once two persons stand for it.

    The day, the register number and the words of the petition stay with the body that holds it.
    """
    summaries = reader.summaries(ledger, rows)
    columns = (
        TableColumn("month", "收到月份"),
        *(TableColumn(key, ledger.spec.column(key).zh) for key in shown),
        TableColumn("summary", "摘要（经复核）"),
    )
    lines = []
    for row in rows:
        received = row.day(date_key)
        month = f"{received.year:04}-{received.month:02}" if received else ""
        cells = (month, *(quote(row, key).value for key in shown), summaries.get(row.ref.row_id, WITHOUT_SUMMARY))
        lines.append(TableRow(cells, (row.ref,)))
    return Table(title, columns, tuple(lines), OVERLAP)


def tally_tags(title: str, heading: str, rows: Rows, key: str, order: Sequence[str]) -> Table:
    """How many rows carry each tag. One row may carry several, so the counts may add up to more than the rows."""
    groups = [(name, [row for row in rows if name in row.tags(key)]) for name in order]
    lines = [TableRow((name, count(found, "件")), refs(found)) for name, found in groups]
    columns = (TableColumn("label", heading), TableColumn("count", "件数"))
    return Table(title, columns, tuple(lines) if rows else (), "一件可涉及多项，各项之和可大于总件数。")
