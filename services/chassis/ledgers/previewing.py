"""Says what an import did or would do: counts, every bad row with its reason, and what becomes of the good ones."""

from __future__ import annotations

import sqlalchemy as sa

from guantong.node.v1 import ledgers_service_pb2 as pb
from services.chassis.ledgers.imports import Effect, ImportReport, dry_run, effects
from services.chassis.ledgers.parse import Prepared
from services.chassis.ledgers.reasons import RowProblem
from services.chassis.ledgers.tables import Ledger
from services.chassis.ledgers.values import Value

MOST_PREVIEWED = 200
_EFFECTS = {
    Effect.ADDED: pb.PREVIEW_EFFECT_ADDED,
    Effect.CHANGED: pb.PREVIEW_EFFECT_CHANGED,
    Effect.UNCHANGED: pb.PREVIEW_EFFECT_UNCHANGED,
}


def preview(connection: sa.Connection, ledger: Ledger, prepared: Prepared) -> pb.ImportLedgerResponse:
    """What importing would do, with the first of the good rows.

    A ledger for named persons only shows of them no more than their numbers: whoever checks a file has given no reason
    for reading what is in it. A row that the jurisdiction stop keeps out is never among the good ones.
    """
    told = report_message(dry_run(connection, ledger, prepared), prepared)
    rows = prepared.good_rows[:MOST_PREVIEWED]
    closed = ledger.spec.named_persons_only
    for row, effect in zip(rows, effects(connection, ledger, rows), strict=True):
        cells = () if closed else (cell(row.values[column.key]) for column in ledger.spec.drafted)
        told.preview_rows.add(row=row.number, effect=_EFFECTS[effect], cells=cells)
    if not closed:
        told.preview_headers.extend(column.header for column in ledger.spec.drafted)
    return told


def report_message(report: ImportReport, prepared: Prepared) -> pb.ImportLedgerResponse:
    """An import's report as the contract tells it."""
    return pb.ImportLedgerResponse(
        imported=report.imported,
        added_count=report.added,
        changed_count=report.changed,
        unchanged_count=report.unchanged,
        missing_count=report.missing,
        row_count=prepared.row_count,
        bad_row_count=len(prepared.bad_rows),
        problem_count=report.problem_count,
        problems=[_problem(one) for one in report.problems],
        kept_digest=report.file_digest if report.imported else "",
    )


def cell(value: Value) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def _problem(one: RowProblem) -> pb.RowProblem:
    return pb.RowProblem(
        row=one.row, column=one.column, reason=one.code, message_zh=one.text("zh"), message_en=one.text("en")
    )
