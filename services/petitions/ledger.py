"""What the petitions bureau keeps: matters people brought, who answers for them, and how they ended."""

from __future__ import annotations

from services.chassis.ledgers.jurisdiction import AUTHORITIES, RANKS
from services.chassis.ledgers.spec import LedgerSpec, choice, day, integer, person, petitioner, text, unit, yes_no

CHANNELS = ("来信", "来访", "网上", "来电", "交办")
CATEGORIES = (
    "土地",
    "家庭及邻里",
    "基础设施",
    "社会保障",
    "惠民政策",
    "扶贫救济",
    "林权",
    "教育医疗",
    "拖欠款项",
    "拆迁",
    "农村三资",
    "工作建议",
    "历史遗留",
    "涉法涉案",
    "其他",
)
RESULTS = ("办理中", "已办结", "不予受理")
SATISFACTION = ("满意", "基本满意", "不满意", "未评价")

PETITIONS = LedgerSpec(
    name="petitions_petitions",
    title_zh="信访事项台账",
    title_en="Petition matters",
    natural_key=("petition_no",),
    columns=(
        text("petition_no", "信访件编号", "Petition no.", required=True, max_length=60),
        day("received_on", "登记日期", "Received on", required=True),
        choice("channel", "信访形式", "Channel", CHANNELS, required=True),
        integer("persons", "人数", "Persons", required=True, minimum=1),
        yes_no("joint", "是否集体访", "Joint visit", required=True),
        yes_no("repeated", "是否重复", "Repeated", required=True),
        text("region", "问题属地", "Region", max_length=60),
        unit("unit", "被反映单位", "Unit complained of"),
        person("subject", "被反映人", "Person complained of"),
        choice("rank", "被反映人职级", "Rank of the person", RANKS, authority=True),
        choice("authority", "管理权限", "Managed by", AUTHORITIES, authority=True),
        choice("category", "问题类别", "Category", CATEGORIES, required=True),
        unit("responsible", "责任单位", "Responsible unit", required=False),
        day("due_on", "办理期限", "Due on"),
        choice("result", "办理情况", "Result", RESULTS, required=True),
        choice("satisfaction", "满意度", "Satisfaction", SATISFACTION),
        yes_no("backlog", "是否积案", "Backlog"),
        text("demand", "信访诉求", "Demand", free=True, max_length=10_000),
        petitioner("petitioner_name", "信访人姓名", "Petitioner's name"),
        petitioner("petitioner_id_card", "信访人证件号码", "Petitioner's identity card"),
        petitioner("petitioner_contact", "信访人联系方式", "Petitioner's contact"),
        petitioner("petitioner_address", "信访人住址", "Petitioner's address"),
    ),
)
