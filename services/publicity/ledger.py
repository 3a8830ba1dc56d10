"""What the publicity department keeps: ideology inspections, positions, online opinion events, network security."""

from __future__ import annotations

from services.chassis.ledgers.spec import LedgerSpec, choice, day, decimal, integer, text, unit

OPEN = ("未整改", "整改中")
RECTIFICATION = (*OPEN, "已整改")
INCIDENTS = ("漏洞通报", "网页篡改", "数据泄露", "病毒木马", "网站更新检查", "其他")
EVENT_OPEN = ("处置中", "持续关注")
EVENT_STATES = (*EVENT_OPEN, "已办结")

IDEOLOGY_CHECKS = LedgerSpec(
    name="publicity_ideology_checks",
    title_zh="意识形态责任制检查台账",
    title_en="Inspections of ideology responsibility",
    natural_key=("check_no",),
    columns=(
        text("check_no", "检查编号", "Check no.", required=True, max_length=60),
        unit("unit", "被检查单位", "Unit inspected"),
        day("checked_on", "检查日期", "Inspected on", required=True),
        decimal("score", "得分", "Score"),
        integer("problems", "问题数", "Problems"),
        text("finding", "问题摘要", "Findings"),
        choice("status", "整改情况", "Rectification", RECTIFICATION, required=True),
    ),
)

POSITIONS = LedgerSpec(
    name="publicity_positions",
    title_zh="意识形态阵地台账",
    title_en="Platforms, accounts and forums",
    natural_key=("position_no",),
    columns=(
        text("position_no", "阵地编号", "Platform no.", required=True, max_length=60),
        unit("unit", "主管主办单位", "Responsible unit"),
        choice("kind", "类别", "Kind", ("网站", "公众号", "短视频账号", "论坛讲座", "内部刊物", "其他"), required=True),
        text("name", "阵地名称", "Name", required=True, max_length=100),
        day("checked_on", "最近检查日期", "Last checked on"),
        text("problem", "存在问题", "Problem"),
        choice("status", "整改情况", "Rectification", RECTIFICATION),
    ),
)

OPINION_EVENTS = LedgerSpec(
    name="publicity_opinion_events",
    title_zh="网络舆情事件台账",
    title_en="Online opinion events",
    natural_key=("event_no",),
    columns=(
        text("event_no", "舆情编号", "Event no.", required=True, max_length=60),
        unit("unit", "涉事单位", "Unit concerned"),
        day("found_on", "发现日期", "Found on", required=True),
        text("platform", "平台", "Platform", max_length=60),
        text("topic", "话题", "Topic", required=True, max_length=200),
        choice("level", "等级", "Level", ("一般", "较大", "重大", "特别重大"), required=True),
        text("response", "处置情况", "Response"),
        choice("status", "状态", "State", EVENT_STATES, required=True),
        day("closed_on", "办结日期", "Closed on"),
    ),
)

NETWORK_INCIDENTS = LedgerSpec(
    name="publicity_network_incidents",
    title_zh="网络安全事件台账",
    title_en="Network-security incidents",
    natural_key=("incident_no",),
    columns=(
        text("incident_no", "事件编号", "Incident no.", required=True, max_length=60),
        unit("unit", "涉事单位", "Unit concerned"),
        day("found_on", "发现日期", "Found on", required=True),
        choice(
            "kind",
            "类别",
            "Kind",
            ("漏洞通报", "网页篡改", "数据泄露", "病毒木马", "网站更新检查", "其他"),
            required=True,
        ),
        text("finding", "情况摘要", "Finding", required=True),
        text("notice_no", "通报文号", "Notice no.", max_length=80),
        choice("status", "整改情况", "Rectification", RECTIFICATION, required=True),
    ),
)
