"""What the discipline commission keeps: petitions, leads, disciplinary decisions, cases, profiles of units."""

from __future__ import annotations

from services.chassis.ledgers.jurisdiction import AUTHORITIES, RANKS
from services.chassis.ledgers.spec import LedgerSpec, choice, day, person, petitioner, tags, text, unit, yes_no

CHANNELS = ("来信", "来访", "来电", "网络", "上级转办", "其他")
DISCIPLINES = ("政治纪律", "组织纪律", "廉洁纪律", "群众纪律", "工作纪律", "生活纪律")
HANDLING = ("自办", "转办", "交办", "督办", "留存")
DISPOSALS = ("谈话函询", "初步核实", "暂存待查", "予以了结")
LEAD_ENDED = ("已办结", "暂存待查")
LEAD_OPEN = ("已登记", "审批中", "谈话函询中", "初步核实中", "审查调查中", "审理中")
LEAD_STATES = (*LEAD_OPEN, *LEAD_ENDED)

PETITIONS = LedgerSpec(
    name="discipline_petitions",
    title_zh="信访举报登记台账",
    title_en="Register of petitions and reports",
    natural_key=("petition_no",),
    columns=(
        text("petition_no", "登记编号", "Register no.", required=True, max_length=60),
        day("received_on", "收到日期", "Received on", required=True),
        choice("channel", "渠道", "Channel", CHANNELS, required=True),
        yes_no("real_name", "是否实名", "Under a real name", required=True),
        yes_no("repeated", "是否重复", "Repeated", required=True),
        person("subject", "被反映人", "Person reported"),
        unit("unit", "被反映人单位", "Unit of the person reported"),
        choice("rank", "被反映人职级", "Rank of the person reported", RANKS, authority=True),
        choice("authority", "管理权限", "Managed by", AUTHORITIES, authority=True),
        tags("disciplines", "涉嫌违反纪律", "Disciplines concerned", DISCIPLINES),
        text("area", "问题领域", "Area", max_length=60),
        choice("handling", "处理方式", "Handling", HANDLING, required=True),
        text("accusation", "反映内容", "Accusation", free=True, max_length=10_000),
        petitioner("petitioner_name", "举报人姓名", "Petitioner's name"),
        petitioner("petitioner_contact", "举报人联系方式", "Petitioner's contact"),
        petitioner("petitioner_address", "举报人住址", "Petitioner's address"),
    ),
)

LEADS = LedgerSpec(
    name="discipline_leads",
    title_zh="问题线索台账",
    title_en="Problem leads",
    natural_key=("lead_no",),
    confidentiality="P3",
    columns=(
        text("lead_no", "线索编号", "Lead no.", required=True, max_length=60),
        text("source", "线索来源", "Source", required=True, max_length=60),
        person("subject", "被反映人", "Person concerned", required=True),
        unit(),
        text("post", "职务", "Post", max_length=100),
        choice("rank", "职级", "Rank", RANKS, authority=True),
        choice("authority", "管理权限", "Managed by", AUTHORITIES, authority=True),
        day("registered_on", "登记日期", "Registered on", required=True),
        tags("disciplines", "涉嫌违反纪律", "Disciplines concerned", DISCIPLINES),
        choice("disposal", "处置方式", "Disposal", DISPOSALS),
        choice("status", "办理状态", "State", LEAD_STATES, required=True),
        day("ended_on", "办结日期", "Ended on"),
        text("outcome", "处置结果", "Outcome", max_length=200),
    ),
)

DECISIONS = LedgerSpec(
    name="discipline_decisions",
    title_zh="党纪政务处分台账",
    title_en="Disciplinary decisions",
    natural_key=("decision_no",),
    columns=(
        text("decision_no", "处分编号", "Decision no.", required=True, max_length=60),
        person("subject", "受处分人", "Person disciplined", required=True),
        unit(),
        day("decided_on", "处分日期", "Decided on", required=True),
        text("kind", "处分种类", "Kind", required=True, max_length=60),
    ),
)

CASES = LedgerSpec(
    name="discipline_conduct_cases",
    title_zh="违反八项规定精神和“四风”问题台账",
    title_en="Cases of improper conduct",
    natural_key=("case_no",),
    columns=(
        text("case_no", "案件编号", "Case no.", required=True, max_length=60),
        unit(),
        day("found_on", "查处日期", "Dealt with on", required=True),
        text("kind", "问题类型", "Kind", required=True, max_length=60),
        yes_no("circulated", "是否通报", "Circulated"),
        text("result", "处理结果", "Result", max_length=200),
    ),
)

PROFILES = LedgerSpec(
    name="discipline_unit_profiles",
    title_zh="政治生态状况台账",
    title_en="Political ecology of units",
    natural_key=("unit", "assessed_on"),
    columns=(
        unit(),
        day("assessed_on", "研判日期", "Assessed on", required=True),
        text("assessment", "总体评价", "Assessment", required=True),
        text("weakness", "突出问题", "Weak points"),
    ),
)
