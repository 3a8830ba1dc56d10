"""What the CPPCC keeps: proposals and their handling, democratic supervision, notes on public sentiment."""

from __future__ import annotations

from services.chassis.ledgers.spec import LedgerSpec, choice, day, text, unit

HANDLING = ("未办结", "办理中", "已办结")
SATISFACTION = ("满意", "基本满意", "不满意", "未评价")

PROPOSALS = LedgerSpec(
    name="cppcc_proposals",
    title_zh="政协提案办理台账",
    title_en="Proposals",
    natural_key=("proposal_no",),
    columns=(
        text("proposal_no", "提案编号", "Proposal no.", required=True, max_length=60),
        unit("unit", "承办单位", "Handling unit"),
        day("filed_on", "立案日期", "Filed on", required=True),
        text("title", "提案标题", "Title", required=True, max_length=200),
        choice("status", "办理情况", "Handling", HANDLING, required=True),
        choice("satisfaction", "委员满意度", "Satisfaction", SATISFACTION, required=True),
    ),
)

SUPERVISION = LedgerSpec(
    name="cppcc_supervision",
    title_zh="民主监督活动台账",
    title_en="Democratic supervision",
    natural_key=("activity_no",),
    columns=(
        text("activity_no", "活动编号", "Activity no.", required=True, max_length=60),
        unit("unit", "涉及单位", "Unit concerned"),
        choice("activity", "方式", "Activity", ("民主评议", "视察", "专题协商", "社情民意"), required=True),
        day("held_on", "日期", "Date", required=True),
        text("finding", "意见建议", "Finding", required=True),
        choice("status", "办理情况", "Handling", HANDLING, required=True),
    ),
)
