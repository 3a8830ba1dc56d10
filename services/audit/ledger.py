"""What the audit bureau keeps: its projects, and the issues each found, with how far they are rectified."""

from __future__ import annotations

from services.chassis.ledgers.spec import LedgerSpec, choice, day, integer, money, person, text, unit, yes_no

OPEN = ("未整改", "持续整改")
RECTIFICATION = (*OPEN, "已整改")
ECONOMIC_RESPONSIBILITY = "经济责任"
PROJECT_TYPES = ("预算执行", ECONOMIC_RESPONSIBILITY, "专项审计调查", "政策跟踪", "投资", "自然资源")

PROJECTS = LedgerSpec(
    name="audit_projects",
    title_zh="审计项目台账",
    title_en="Audit projects",
    natural_key=("project_no",),
    columns=(
        text("project_no", "项目编号", "Project no.", required=True, max_length=60),
        integer("year", "项目年度", "Year", required=True, minimum=1983, maximum=2100),
        text("name", "项目名称", "Project", required=True, max_length=200),
        choice("type", "项目类型", "Type", PROJECT_TYPES, required=True),
        unit("unit", "被审计单位", "Audited unit"),
        person("leader", "被审计领导干部", "Audited leader"),
        text("leader_post", "任职职务", "Post held", max_length=100),
        day("period_from", "审计期间起", "Period audited from"),
        day("period_to", "审计期间止", "Period audited to"),
        text("report_no", "报告文号", "Report no.", max_length=80),
        day("report_date", "报告日期", "Report date", required=True),
        text("conclusion", "审计评价", "Conclusion"),
    ),
)

ISSUES = LedgerSpec(
    name="audit_issues",
    title_zh="审计问题台账",
    title_en="Audit issues",
    natural_key=("issue_no",),
    columns=(
        text("issue_no", "问题编号", "Issue no.", required=True, max_length=60),
        text("project_no", "项目编号", "Project no.", required=True, max_length=60),
        unit("unit", "责任单位", "Responsible unit"),
        text("category", "问题类别", "Category", required=True, max_length=60),
        text("issue", "问题摘要", "Issue", required=True),
        text("basis", "定性依据", "Basis"),
        money("amount_violation", "违规金额", "Amount in violation"),
        money("amount_irregular", "管理不规范金额", "Amount managed irregularly"),
        money("amount_loss", "损失浪费金额", "Amount lost"),
        text("requirement", "整改要求", "Requirement"),
        day("due", "整改期限", "Rectify by"),
        choice("status", "整改情况", "Rectification", RECTIFICATION, required=True),
        text("evidence", "整改佐证", "Evidence"),
        integer("systems", "建立制度数", "Rules made"),
        yes_no("transferred", "是否移送纪检监察机关", "Transferred to the discipline commission"),
    ),
)
