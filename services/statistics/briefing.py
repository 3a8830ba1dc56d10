"""What the statistics bureau tells about a unit: its indicators, and how far its figures can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from services.chassis.briefing.compiling import SectionCompiler
from services.chassis.briefing.draft import SectionDraft, nothing, paragraph, provided
from services.chassis.briefing.figures import count, distinct, listing
from services.chassis.briefing.reading import LedgerReader, of_unit, within
from services.chassis.briefing.scope import UnitScope, Window
from services.chassis.ledgers.rows import LedgerRow
from services.statistics.ledger import OPEN, PERIODS
from services.statistics.tables import INDICATORS, QUALITY_CHECKS, VIOLATIONS

_COLUMNS = ("year", "period", "name", "measure", "target", "actual", "completion", "growth", "place", "source")


def indicators(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """Indicators of the period with target, result and source; checks and violations behind them (A3.2g)."""
    rows = sorted(reader.rows(INDICATORS, of_unit(INDICATORS, scope), within(INDICATORS, window, "year")), key=_order)
    checks = reader.rows(
        QUALITY_CHECKS,
        of_unit(QUALITY_CHECKS, scope),
        within(QUALITY_CHECKS, window, "checked_on"),
        order_by=("checked_on", "check_no"),
    )
    violations = reader.rows(
        VIOLATIONS,
        of_unit(VIOLATIONS, scope),
        within(VIOLATIONS, window, "found_on"),
        order_by=("found_on", "case_no"),
    )
    if not (rows or checks or violations):
        return nothing()
    measured = [row for row in rows if row["completion"] is not None]
    return provided(
        paragraph(
            "涉及指标{names}，统计记录{rows}；有完成率的{measured}中，完成目标{met}，未完成目标{missed}。",
            names=distinct(rows, "code", "项"),
            rows=count(rows, "条"),
            measured=count(measured, "条"),
            met=count([row for row in measured if _met(row)], "条"),
            missed=count([row for row in measured if not _met(row)], "条"),
        ),
        paragraph(
            "统计数据质量检查{checks}，其中尚未整改到位{open}；统计违法案件{violations}。",
            checks=count(checks, "次"),
            open=count(_open(checks), "次"),
            violations=count(violations, "件"),
        ),
        tables=(
            listing("指标完成情况", INDICATORS, _COLUMNS, rows, remark="完成率为台账所载，未载明的不作推算。"),
            listing("数据质量检查", QUALITY_CHECKS, ("checked_on", "subject", "finding", "status"), checks),
            listing("统计违法案件", VIOLATIONS, ("found_on", "nature", "handling", "status"), violations),
        ),
    )


def _order(row: LedgerRow) -> tuple[str, int, int]:
    return row.text("code"), row.number("year"), PERIODS.index(row.text("period"))


def _met(row: LedgerRow) -> bool:
    return row.amount("completion") >= Decimal(100)


def _open(rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    return [row for row in rows if row["status"] in OPEN]


INDICATORS_SECTION = SectionCompiler("statistics.indicators", "A3.2g", indicators)
