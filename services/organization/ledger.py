"""What the organization department keeps: who held which post, assessments, verifications, selection, staffing."""

from __future__ import annotations

from services.chassis.ledgers.jurisdiction import AUTHORITIES, RANKS
from services.chassis.ledgers.spec import LedgerSpec, choice, day, decimal, integer, person, text, unit, yes_no

OPEN = ("未整改", "整改中")
RECTIFICATION = (*OPEN, "已整改")
GRADES = ("优秀", "称职", "基本称职", "不称职", "未定等次")
GROUP_GRADES = ("优秀", "良好", "一般", "较差")
OUTCOMES = ("一致", "少报漏报情节较轻", "少报漏报情节较重", "隐瞒不报")

ROSTER = LedgerSpec(
    name="organization_roster",
    title_zh="领导班子成员名册",
    title_en="Leading-group roster",
    natural_key=("post_no",),
    columns=(
        text("post_no", "任职编号", "Appointment no.", required=True, max_length=60),
        unit(),
        person("name", "姓名", "Name", required=True),
        text("post", "职务", "Post", required=True, max_length=100),
        choice("rank", "职级", "Rank", RANKS, authority=True),
        choice("authority", "管理权限", "Managed by", AUTHORITIES, authority=True),
        yes_no("head", "是否主要负责人", "Head of the group"),
        day("since", "任职日期", "In post since", required=True),
        day("until", "免职日期", "In post until"),
    ),
)

VACANCIES = LedgerSpec(
    name="organization_staffing",
    title_zh="班子职数和编制台账",
    title_en="Posts and staffing",
    natural_key=("unit", "year"),
    columns=(
        unit(),
        integer("year", "年度", "Year", required=True, minimum=1949, maximum=2150),
        integer("posts_set", "核定职数", "Posts allotted", required=True),
        integer("posts_held", "实配职数", "Posts held", required=True),
        integer("excess", "超配职数", "Posts over the limit"),
        text("problem", "班子运行问题", "Problem of the group"),
    ),
)

GROUP_ASSESSMENTS = LedgerSpec(
    name="organization_group_assessments",
    title_zh="领导班子年度考核台账",
    title_en="Annual assessment of leading groups",
    natural_key=("unit", "year"),
    columns=(
        unit(),
        integer("year", "考核年度", "Year", required=True, minimum=1949, maximum=2150),
        choice("grade", "考核等次", "Grade", GROUP_GRADES, required=True),
    ),
)

ASSESSMENTS = LedgerSpec(
    name="organization_assessments",
    title_zh="领导干部年度考核台账",
    title_en="Annual assessment of leading cadres",
    natural_key=("unit", "name", "year"),
    columns=(
        unit(),
        person("name", "姓名", "Name", required=True),
        text("post", "职务", "Post", max_length=100),
        integer("year", "考核年度", "Year", required=True, minimum=1949, maximum=2150),
        choice("grade", "考核等次", "Grade", GRADES, required=True),
    ),
)

PERSONAL_MATTERS = LedgerSpec(
    name="organization_personal_matters",
    title_zh="个人有关事项查核台账",
    title_en="Verification of personal matters",
    natural_key=("check_no",),
    confidentiality="P3",
    columns=(
        text("check_no", "查核编号", "Check no.", required=True, max_length=60),
        person("name", "姓名", "Name", required=True),
        unit(),
        text("post", "职务", "Post", max_length=100),
        day("checked_on", "查核日期", "Checked on", required=True),
        choice("outcome", "查核结果", "Outcome", OUTCOMES, required=True),
        text("handling", "处理情况", "Handling", max_length=200),
    ),
)

SELECTION_CHECKS = LedgerSpec(
    name="organization_selection_checks",
    title_zh="选人用人检查台账",
    title_en="Checks of selection and appointment",
    natural_key=("check_no",),
    columns=(
        text("check_no", "检查编号", "Check no.", required=True, max_length=60),
        unit("unit", "被检查单位", "Unit checked"),
        day("checked_on", "检查日期", "Checked on", required=True),
        decimal("satisfaction", "一报告两评议满意度（%）", "Satisfaction, per cent"),
        integer("exemptions", "破格提拔人数", "Exceptional promotions"),
        text("finding", "发现问题", "Finding"),
        choice("status", "整改情况", "Rectification", RECTIFICATION, required=True),
    ),
)

GRASS_ROOTS = LedgerSpec(
    name="organization_grass_roots",
    title_zh="基层党组织台账",
    title_en="Grass-roots Party organizations",
    natural_key=("organization_no",),
    columns=(
        text("organization_no", "党组织编号", "Organization no.", required=True, max_length=60),
        unit("unit", "所属单位", "Unit"),
        text("organization", "党组织名称", "Organization", required=True, max_length=100),
        day("checked_on", "检查日期", "Checked on", required=True),
        yes_no("weak", "是否软弱涣散", "Weak and lax", required=True),
        text("finding", "存在问题", "Problem"),
        choice("status", "整改情况", "Rectification", RECTIFICATION, required=True),
    ),
)
