"""Makes up what the discipline commission and the petitions bureau keep, with who complained in the sealed columns."""

from __future__ import annotations

from datetime import date, timedelta

from deploy.demo.ledgers.county import CANARY, CANARY_WORDS, COUNTY, Petitioner, Post, Unit
from deploy.demo.ledgers.dice import Dice
from deploy.demo.ledgers.sheets import Row, Sheets

_DISCIPLINES = {"政治纪律": 2, "组织纪律": 7, "廉洁纪律": 14, "群众纪律": 63, "工作纪律": 12, "生活纪律": 2}
_CATEGORIES = {
    "土地": 25.2,
    "家庭及邻里": 26.2,
    "基础设施": 6.2,
    "社会保障": 5.5,
    "惠民政策": 5.3,
    "扶贫救济": 4.3,
    "林权": 3.9,
    "教育医疗": 2.0,
    "拖欠款项": 1.0,
    "拆迁": 0.9,
    "工作建议": 0.5,
    "历史遗留": 0.3,
    "涉法涉案": 0.1,
    "农村三资": 0.4,
    "其他": 18.1,
}
_CHANNELS = {"来信": 18, "来访": 26, "网上": 38, "来电": 14, "交办": 4}
_REPORT_CHANNELS = {"来信": 34, "来访": 14, "来电": 18, "网络": 26, "上级转办": 6, "其他": 2}
_STAGES = {"已办结": 78, "暂存待查": 8, "初步核实中": 6, "谈话函询中": 3, "审查调查中": 3, "审理中": 2}
_ASSESSMENTS = ("政治生态总体平稳，班子运行正常", "总体向好，个别领域廉洁风险仍需关注", "管党治党责任落实不够平衡")
_SHARED_DAY = date(2025, 9, 8)


def discipline(seed: int) -> Sheets:
    """Petitions, leads, decisions, cases and profiles."""
    dice = Dice.of(seed, "discipline")
    return {
        "discipline_petitions": [_shared_report(), *(_report(dice, number) for number in range(1, 450))],
        "discipline_leads": [_open_old_lead(), *(_lead(dice, number) for number in range(1, 141))],
        "discipline_decisions": [_decision(dice, number) for number in range(1, 91)],
        "discipline_conduct_cases": [_case(dice, number) for number in range(1, 81)],
        "discipline_unit_profiles": [
            _profile(dice, unit, year) for unit in COUNTY.units if unit.body != "discipline" for year in (2023, 2025)
        ],
    }


def petitions(seed: int) -> Sheets:
    """A year's worth of petition matters, spread over five years."""
    dice = Dice.of(seed, "petitions")
    return {"petitions_petitions": [_shared_matter(), *(_matter(dice, number) for number in range(1, 2000))]}


def _accused() -> Post:
    """Who the matter held by two bodies is about: the deputy mayor of a town under inspection."""
    return next(post for post in COUNTY.posts_at("U03") if post.title == "副镇长")


def _told(who: Petitioner) -> Row:
    return {
        "petitioner_name": who.name,
        "petitioner_contact": who.phone,
        "petitioner_address": who.address,
    }


def _shared_report() -> Row:
    return {
        "petition_no": "XF2025-000",
        "received_on": _SHARED_DAY,
        "channel": "来信",
        "real_name": True,
        "repeated": True,
        "subject": _accused().name,
        "unit": "云岭镇",
        "rank": "乡科级副职",
        "authority": "县管",
        "disciplines": "群众纪律、廉洁纪律",
        "area": "农村集体“三资”管理",
        "handling": "自办",
        "accusation": CANARY_WORDS,
        **_told(CANARY),
    }


def _shared_matter() -> Row:
    return {
        "petition_no": "ZX2025-0000",
        "received_on": _SHARED_DAY + timedelta(days=2),
        "channel": "来访",
        "persons": 6,
        "joint": True,
        "repeated": True,
        "region": "云岭镇",
        "unit": "云岭镇",
        "subject": _accused().name,
        "rank": "乡科级副职",
        "authority": "县管",
        "category": "农村三资",
        "responsible": "云岭镇",
        "due_on": _SHARED_DAY + timedelta(days=62),
        "result": "办理中",
        "satisfaction": "未评价",
        "backlog": True,
        "demand": CANARY_WORDS,
        "petitioner_id_card": CANARY.id_card,
        **_told(CANARY),
    }


def _report(dice: Dice, number: int) -> Row:
    day, unit = dice.day(), dice.unit(towns=4)
    subject = dice.leader(unit, day) if dice.chance(0.6) else None
    named = dice.chance(0.4)
    chosen = {dice.weighted(_DISCIPLINES) for _ in range(dice.weighted({1: 80, 2: 20}))}
    return {
        "petition_no": f"XF{day.year}-{number:03}",
        "received_on": day,
        "channel": dice.weighted(_REPORT_CHANNELS),
        "real_name": named,
        "repeated": dice.chance(0.31),
        "subject": subject.name if subject else None,
        "unit": dice.name(unit, day),
        "rank": _rank(subject),
        "authority": "县管" if subject else "单位管",
        "disciplines": "、".join(name for name in _DISCIPLINES if name in chosen),
        "area": dice.one(("惠民补贴", "工程建设", "土地管理", "作风建设", "集体“三资”")),
        "handling": dice.weighted({"自办": 40, "转办": 40, "交办": 12, "督办": 3, "留存": 5}),
        "accusation": f"来件反映第{number}号事项的经过，附有材料{dice.number(1, 9)}页，请求核查处理并答复本人",
        **(_told(dice.petitioner()) if named else {}),
    }


def _rank(subject: Post | None) -> str:
    if subject is None:
        return "股级及以下"
    return "乡科级正职" if subject.head else "乡科级副职"


def _lead(dice: Dice, number: int) -> Row:
    day = dice.day()
    unit = dice.unit(towns=2)
    post = dice.leader(unit, day) or COUNTY.posts_at(unit.id)[0]
    # Old leads are mostly done with.
    status = "已办结" if day < date(2024, 6, 1) and dice.chance(0.9) else dice.weighted(_STAGES)
    ended = status in {"已办结", "暂存待查"}
    return {
        "lead_no": f"XS{day.year}-{number:03}",
        "source": dice.one(("信访举报", "巡察移交", "审计移送", "监督检查发现")),
        "subject": post.name,
        "unit": dice.name(COUNTY.unit(post.unit_id), day),
        "post": post.title,
        "rank": _rank(post),
        "authority": "县管",
        "registered_on": day,
        "disciplines": dice.weighted(_DISCIPLINES),
        "disposal": dice.weighted({"谈话函询": 30, "初步核实": 50, "暂存待查": 6, "予以了结": 14}),
        "status": status,
        "ended_on": dice.later(day, 200) if ended else None,
        "outcome": dice.one(("予以了结", "谈话提醒", "立案审查")) if ended else None,
    }


def _open_old_lead() -> Row:
    """Registered when he was mayor of one target, still being looked into now that he heads another."""
    post = next(one for one in COUNTY.posts_at("U03") if one.person_no == "P001")
    return {
        "lead_no": "XS2022-000",
        "source": "巡察移交",
        "subject": post.name,
        "unit": "云岭镇",
        "post": post.title,
        "rank": "乡科级正职",
        "authority": "县管",
        "registered_on": date(2022, 11, 14),
        "disciplines": "廉洁纪律、工作纪律",
        "disposal": "初步核实",
        "status": "初步核实中",
    }


def _decision(dice: Dice, number: int) -> Row:
    day = dice.day()
    unit = dice.unit()
    post = dice.leader(unit, day) or COUNTY.posts_at(unit.id)[0]
    return {
        "decision_no": f"CF{day.year}-{number:03}",
        "subject": post.name,
        "unit": dice.name(unit, day),
        "decided_on": day,
        "kind": dice.weighted({"党内警告": 52, "党内严重警告": 22, "政务警告": 12, "政务记过": 10, "撤销党内职务": 4}),
    }


def _case(dice: Dice, number: int) -> Row:
    day = dice.day()
    return {
        "case_no": f"BX{day.year}-{number:03}",
        "unit": dice.name(dice.unit(), day),
        "found_on": day,
        "kind": dice.one(("违规收受名贵特产和礼品礼金", "违规吃喝", "违规发放津补贴", "公车私用", "不担当不作为")),
        "circulated": dice.chance(0.3),
        "result": dice.one(("党纪处分", "批评教育", "诫勉")),
    }


def _profile(dice: Dice, unit: Unit, year: int) -> Row:
    day = dice.day(date(year, 6, 1), date(year, 12, 20))
    return {
        "unit": dice.name(unit, day),
        "assessed_on": day,
        "assessment": dice.one(
            ("政治生态总体平稳，班子运行正常", "总体向好，个别领域廉洁风险仍需关注", "管党治党责任落实不够平衡")
        ),
        "weakness": dice.one(("工程建设领域监督不够经常", "基层站所作风建设有短板", "重点岗位轮岗不及时")),
    }


def _matter(dice: Dice, number: int) -> Row:
    day, unit = dice.day(), dice.unit(towns=5)
    joint = dice.chance(0.08)
    running = day > date(2025, 11, 1) and dice.chance(0.5)
    subject = dice.leader(unit, day) if dice.chance(0.06) else None
    result = "办理中" if running or dice.chance(0.02) else dice.weighted({"已办结": 96, "不予受理": 4})
    who = dice.petitioner()
    return {
        "petition_no": f"ZX{day.year}-{number:04}",
        "received_on": day,
        "channel": dice.weighted(_CHANNELS),
        "persons": dice.number(5, 40) if joint else dice.weighted({1: 80, 2: 14, 3: 6}),
        "joint": joint,
        "repeated": dice.chance(0.31),
        "region": unit.name if unit.town else "城区",
        "unit": dice.name(unit, day),
        "subject": subject.name if subject else None,
        "rank": _rank(subject) if subject else None,
        "authority": "县管" if subject else None,
        "category": dice.weighted(_CATEGORIES),
        "responsible": dice.name(unit, day) if dice.chance(0.8) else dice.unit().name_on(day),
        "due_on": day + timedelta(days=60),
        "result": result,
        "satisfaction": dice.weighted({"满意": 2120, "基本满意": 96, "不满意": 5}) if result == "已办结" else "未评价",
        "backlog": result == "办理中" and day < date(2025, 1, 1),
        "demand": f"来件诉求第{number}号：请求有关部门现场查看并在{dice.number(10, 60)}日内书面答复本人",
        "petitioner_id_card": who.id_card,
        **_told(who),
    }
