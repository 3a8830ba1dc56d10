"""What the spreadsheets of the office's master data contain; every row says from when to when it holds."""

from __future__ import annotations

from services.chassis.ledgers.spec import LedgerSpec, choice, day, integer, person, tags, text, unit, yes_no

CATEGORIES = (
    "党群机关",
    "政府部门",
    "人大政协机关",
    "法检",
    "群团",
    "乡镇",
    "街道",
    "村社区",
    "国企",
    "学校",
    "医院",
    "事业单位",
    "垂管",
)
ORGANIZATION_FORMS = ("党委", "党组", "党工委", "党总支", "党支部")
LEVELS = ("县级机关", "乡镇街道", "村社区", "县属企事业", "其他")
AUTHORITIES = ("省管", "市管", "县管", "单位管", "乡镇管", "村组")
"""Who manages a cadre. A roster may hold persons managed above the county: it records a post, not an accusation."""
SIDES = ("党委", "政府")
INSPECTION_KINDS = ("常规", "专项", "机动", "提级", "交叉", "回头看", "上下联动")
RECTIFICATION_STATES = ("已整改", "持续整改", "未整改")

_CODE = text("unit_code", "单位编号", "Unit code", required=True, max_length=36)

UNITS = LedgerSpec(
    name="inspection_units",
    title_zh="单位库",
    title_en="Units",
    columns=(
        _CODE,
        unit("name", "单位名称", "Unit"),
        day("valid_from", "启用日期", "In use from", required=True),
        day("valid_to", "停用日期", "In use to"),
        text("aliases", "简称", "Short names", max_length=500),
        choice("category", "单位类别", "Category", CATEGORIES, required=True),
        choice("level", "层级", "Level", LEVELS),
        text("parent_code", "上级单位编号", "Superior unit's code", max_length=36),
        text("sub_units", "下属延伸单位", "Subordinate units", max_length=2000),
        unit("party_organization", "党组织名称", "Party organization", required=False),
        choice("organization_form", "党组织形式", "Form of the Party organization", ORGANIZATION_FORMS),
        text("coordinating_body", "所属协作机构", "Coordinating body it is", max_length=100),
        unit("supervision_room", "联系监督检查室", "Supervision room", required=False),
        unit("resident_group", "派驻纪检监察组", "Resident group", required=False),
        person("liaison", "联络员", "Liaison officer"),
        text("liaison_phone", "联络电话", "Liaison telephone", max_length=50),
    ),
    natural_key=("unit_code", "valid_from"),
)
"""One row per unit and name: a renamed unit keeps its code and gets a further row from the day of the new name."""

ROSTERS = LedgerSpec(
    name="inspection_rosters",
    title_zh="领导班子名册",
    title_en="Leading-group rosters",
    columns=(
        text("person_no", "人员编号", "Person number", required=True, max_length=36),
        person("name", "姓名", "Name", required=True),
        _CODE,
        text("post", "职务", "Post", required=True, max_length=100),
        yes_no("principal", "主要负责人", "Principal"),
        day("since", "任职日期", "In post from", required=True),
        day("until", "离任日期", "In post until"),
        choice("managed_by", "干部管理权限", "Managing authority", AUTHORITIES),
    ),
    natural_key=("person_no", "unit_code", "post", "since"),
)
"""One row per post held: a moved person keeps the number, ends one row and begins another."""

PORTFOLIOS = LedgerSpec(
    name="inspection_portfolios",
    title_zh="县领导分管分工",
    title_en="Portfolios of county leaders",
    columns=(
        _CODE,
        choice("side", "分管方面", "Side", SIDES, required=True),
        person("leader", "分管领导", "Leader in charge", required=True),
        text("post", "领导职务", "Post of the leader", max_length=100),
        day("since", "分管开始日期", "In charge from", required=True),
        day("until", "分管结束日期", "In charge until"),
    ),
    natural_key=("unit_code", "side", "leader", "since"),
)

PAST_ROUNDS = LedgerSpec(
    name="inspection_past_rounds",
    title_zh="历次巡察",
    title_en="Past rounds",
    columns=(
        _CODE,
        integer("term_no", "届次", "Term", required=True, minimum=1),
        integer("seq", "轮次", "Round", required=True, minimum=1),
        tags("kinds", "巡察方式", "Kind", INSPECTION_KINDS),
        day("site_from", "进驻日期", "On site from", required=True),
        day("site_to", "撤点日期", "On site to"),
        integer("problems", "发现问题数", "Problems found"),
        integer("unfinished", "未办结问题数", "Problems not closed"),
        text("remarks", "备注", "Remarks", max_length=1000),
    ),
    natural_key=("unit_code", "term_no", "seq"),
)

PRIOR_ISSUES = LedgerSpec(
    name="inspection_prior_issues",
    title_zh="未办结事项",
    title_en="Prior issues",
    columns=(
        _CODE,
        text("item_no", "事项编号", "Item number", required=True, max_length=64),
        text("source", "来源", "Source", required=True, max_length=100),
        text("issue", "事项", "Issue", required=True, max_length=1000),
        choice("status", "整改情况", "Status", RECTIFICATION_STATES, required=True),
        day("found", "发现日期", "Found on"),
        day("closed", "办结日期", "Closed on"),
    ),
    natural_key=("unit_code", "item_no"),
)
"""Items of the last inspection and of other supervision (A3.5c, A5.1g); what is not closed goes into the briefing."""

SPECS = (UNITS, ROSTERS, PORTFOLIOS, PAST_ROUNDS, PRIOR_ISSUES)
