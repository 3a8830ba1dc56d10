"""What the people's congress keeps: law-enforcement checks and special work, and deputies' suggestions."""

from __future__ import annotations

from services.chassis.ledgers.spec import LedgerSpec, choice, day, text, unit

ACTIVITIES = ("执法检查", "视察", "专题调研", "专项工作报告", "工作评议")
HANDLING = ("未办结", "办理中", "已办结")
SATISFACTION = ("满意", "基本满意", "不满意", "未评价")

SUPERVISION = LedgerSpec(
    name="congress_supervision",
    title_zh="人大监督工作台账",
    title_en="Supervision by the people's congress",
    natural_key=("item_no",),
    columns=(
        text("item_no", "监督事项编号", "Item no.", required=True, max_length=60),
        unit("unit", "涉及单位", "Unit concerned"),
        choice("activity", "监督方式", "Activity", ACTIVITIES, required=True),
        day("held_on", "日期", "Date", required=True),
        text("finding", "发现问题", "Finding", required=True),
        text("opinion", "审议意见", "Review opinion"),
        choice("status", "办理情况", "Handling", HANDLING, required=True),
    ),
)

SUGGESTIONS = LedgerSpec(
    name="congress_suggestions",
    title_zh="代表建议办理台账",
    title_en="Deputies' suggestions",
    natural_key=("suggestion_no",),
    columns=(
        text("suggestion_no", "建议编号", "Suggestion no.", required=True, max_length=60),
        unit("unit", "承办单位", "Handling unit"),
        day("assigned_on", "交办日期", "Assigned on", required=True),
        text("title", "建议标题", "Title", required=True, max_length=200),
        choice("status", "办理情况", "Handling", HANDLING, required=True),
        choice("satisfaction", "代表满意度", "Satisfaction", SATISFACTION, required=True),
    ),
)
