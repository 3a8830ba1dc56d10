"""What the finance bureau keeps: discipline checks, disclosure, three public expenses, payment alerts, procurement."""

from __future__ import annotations

from services.chassis.ledgers.spec import LedgerSpec, choice, day, integer, money, text, unit, yes_no

RECTIFICATION = ("未整改", "整改中", "已整改")

DISCIPLINE_CHECKS = LedgerSpec(
    name="finance_discipline_checks",
    title_zh="财经纪律检查台账",
    title_en="Financial-discipline checks",
    natural_key=("check_no",),
    columns=(
        text("check_no", "检查编号", "Check no.", required=True, max_length=60),
        unit("unit", "被检查单位", "Unit checked"),
        day("checked_on", "检查日期", "Checked on", required=True),
        choice("kind", "检查类别", "Kind", ("财经纪律", "会计监督", "惠民补贴", "资产管理", "其他"), required=True),
        text("finding", "问题摘要", "Finding", required=True),
        money("amount", "涉及金额", "Amount"),
        choice("status", "整改情况", "Rectification", RECTIFICATION, required=True),
    ),
)

EXPENSES = LedgerSpec(
    name="finance_public_expenses",
    title_zh="“三公”经费台账",
    title_en="Three public expenses",
    natural_key=("unit", "year"),
    columns=(
        unit(),
        integer("year", "年度", "Year", required=True, minimum=1949, maximum=2150),
        money("travel_abroad", "因公出国（境）费", "Travel abroad"),
        money("vehicles", "公务用车购置及运行费", "Official vehicles"),
        money("reception", "公务接待费", "Reception"),
        yes_no("budget_disclosed", "预算是否按时公开", "Budget disclosed in time"),
        yes_no("accounts_disclosed", "决算是否按时公开", "Final accounts disclosed in time"),
    ),
)

PAYMENT_ALERTS = LedgerSpec(
    name="finance_payment_alerts",
    title_zh="国库集中支付预警台账",
    title_en="Treasury payment alerts",
    natural_key=("alert_no",),
    columns=(
        text("alert_no", "预警编号", "Alert no.", required=True, max_length=60),
        unit("unit", "预算单位", "Budget unit"),
        day("raised_on", "预警日期", "Raised on", required=True),
        text("rule", "预警规则", "Rule", required=True, max_length=200),
        money("amount", "金额", "Amount"),
        text("outcome", "核实结果", "Outcome"),
    ),
)

PROCUREMENT = LedgerSpec(
    name="finance_procurement",
    title_zh="政府采购监督台账",
    title_en="Supervision of procurement",
    natural_key=("project_no",),
    columns=(
        text("project_no", "采购编号", "Procurement no.", required=True, max_length=60),
        unit("unit", "采购单位", "Purchaser"),
        day("awarded_on", "成交日期", "Awarded on", required=True),
        text("name", "项目名称", "Project", required=True, max_length=200),
        money("amount", "成交金额", "Amount", required=True),
        text("problem", "监督发现问题", "Problem found"),
    ),
)
