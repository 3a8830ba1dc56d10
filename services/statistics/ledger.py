"""What the statistics bureau keeps: indicators by unit and period, quality checks, violations of the law."""

from __future__ import annotations

from services.chassis.ledgers.spec import LedgerSpec, choice, day, decimal, integer, text, unit

PERIODS = ("一季度", "上半年", "前三季度", "全年")
OPEN = ("未整改", "整改中")
RECTIFICATION = (*OPEN, "已整改")

INDICATORS = LedgerSpec(
    name="statistics_indicators",
    title_zh="主要指标台账",
    title_en="Main indicators",
    natural_key=("code", "unit", "year", "period"),
    columns=(
        text("code", "指标编码", "Indicator code", required=True, max_length=40),
        text("name", "指标名称", "Indicator", required=True, max_length=100),
        unit("unit", "责任单位", "Responsible unit"),
        integer("year", "年度", "Year", required=True, minimum=1949, maximum=2150),
        choice("period", "时期", "Period", PERIODS, required=True),
        text("measure", "计量单位", "Unit of measure", max_length=20),
        decimal("target", "目标值", "Target"),
        decimal("actual", "实际值", "Actual"),
        decimal("completion", "完成率（%）", "Completion, per cent"),
        decimal("growth", "增速（%）", "Growth, per cent"),
        integer("place", "位次", "Rank", minimum=1),
        text("source", "数据来源", "Source", max_length=100),
    ),
)

QUALITY_CHECKS = LedgerSpec(
    name="statistics_quality_checks",
    title_zh="统计数据质量检查台账",
    title_en="Data-quality checks",
    natural_key=("check_no",),
    columns=(
        text("check_no", "检查编号", "Check no.", required=True, max_length=60),
        unit("unit", "被检查单位", "Unit checked"),
        day("checked_on", "检查日期", "Checked on", required=True),
        text("subject", "检查内容", "Subject", max_length=200),
        text("finding", "发现问题", "Finding"),
        choice("status", "整改情况", "Rectification", RECTIFICATION, required=True),
    ),
)

VIOLATIONS = LedgerSpec(
    name="statistics_violations",
    title_zh="统计违法案件台账",
    title_en="Violations of statistics law",
    natural_key=("case_no",),
    columns=(
        text("case_no", "案件编号", "Case no.", required=True, max_length=60),
        unit("unit", "涉案单位", "Unit"),
        day("found_on", "发现日期", "Found on", required=True),
        text("nature", "违法行为", "Nature", required=True, max_length=200),
        text("handling", "处理情况", "Handling"),
        choice("status", "整改情况", "Rectification", RECTIFICATION, required=True),
    ),
)
