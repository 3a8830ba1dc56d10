"""Makes up what the people's congress, the CPPCC and the publicity department keep."""

from __future__ import annotations

from datetime import date

from deploy.demo.ledgers.county import COUNTY, Unit
from deploy.demo.ledgers.dice import Dice
from deploy.demo.ledgers.sheets import Row, Sheets

_HANDLING = {"已办结": 82, "办理中": 14, "未办结": 4}
_SATISFACTION = {"满意": 78, "基本满意": 15, "不满意": 2, "未评价": 5}
_TOPICS = ("农村饮水保障", "城区停车难", "学校课后服务", "基层医疗能力", "农田灌溉设施", "老旧小区改造", "河道保洁")
_RECTIFIED = {"已整改": 78, "整改中": 15, "未整改": 7}


def congress(seed: int) -> Sheets:
    """Supervision by the people's congress and deputies' suggestions."""
    dice = Dice.of(seed, "congress")
    supervision: list[Row] = []
    suggestions: list[Row] = []
    for number in range(1, 91):
        day = dice.day()
        supervision.append(
            {
                "item_no": f"RD{day.year}-{number:03}",
                "unit": dice.name(dice.unit(), day),
                "activity": dice.one(("执法检查", "视察", "专题调研", "专项工作报告", "工作评议")),
                "held_on": day,
                "finding": f"{dice.one(_TOPICS)}工作推进不平衡",
                "opinion": "压实责任，完善机制，限期报告办理情况",
                "status": dice.weighted(_HANDLING),
            }
        )
    for number in range(1, 261):
        day = dice.day()
        suggestions.append(_suggested(dice, day, f"JY{day.year}-{number:03}", "suggestion_no", "assigned_on"))
    return {"congress_supervision": supervision, "congress_suggestions": suggestions}


def cppcc(seed: int) -> Sheets:
    """Proposals and democratic supervision."""
    dice = Dice.of(seed, "cppcc")
    proposals: list[Row] = []
    supervision: list[Row] = []
    for number in range(1, 201):
        day = dice.day()
        proposals.append(_suggested(dice, day, f"TA{day.year}-{number:03}", "proposal_no", "filed_on"))
    for number in range(1, 71):
        day = dice.day()
        supervision.append(
            {
                "activity_no": f"MZ{day.year}-{number:03}",
                "unit": dice.name(dice.unit(), day),
                "activity": dice.one(("民主评议", "视察", "专题协商", "社情民意")),
                "held_on": day,
                "finding": f"建议加强{dice.one(_TOPICS)}的统筹协调",
                "status": dice.weighted(_HANDLING),
            }
        )
    return {"cppcc_proposals": proposals, "cppcc_supervision": supervision}


def _suggested(dice: Dice, day: date, number: str, number_key: str, day_key: str) -> Row:
    return {
        number_key: number,
        "unit": dice.name(dice.unit(), day),
        day_key: day,
        "title": f"关于改进{dice.one(_TOPICS)}的建议",
        "status": dice.weighted(_HANDLING),
        "satisfaction": dice.weighted(_SATISFACTION),
    }


def publicity(seed: int) -> Sheets:
    """Inspections of ideology responsibility, platforms, online events and network security."""
    dice = Dice.of(seed, "publicity")
    units = [unit for unit in COUNTY.units if unit.body != "publicity"]
    return {
        "publicity_ideology_checks": [
            _ideology_check(dice, unit, year) for unit in units for year in range(2021, 2026) if dice.chance(0.6)
        ],
        "publicity_positions": [
            _position(dice, unit, number) for unit in units for number in range(1, dice.number(1, 4) + 1)
        ],
        "publicity_opinion_events": [_opinion_event(dice, number) for number in range(1, 101)],
        "publicity_network_incidents": [_network_incident(dice, number) for number in range(1, 81)],
    }


def _ideology_check(dice: Dice, unit: Unit, year: int) -> Row:
    day = dice.day(date(year, 4, 1), date(year, 12, 10))
    problems = dice.number(0, 6)
    return {
        "check_no": f"YS{year}-{unit.id}",
        "unit": dice.name(unit, day),
        "checked_on": day,
        "score": dice.tenths(78, 99),
        "problems": problems,
        "finding": dice.one(("专题研究次数不足", "阵地台账更新不及时", "网评队伍不健全")) if problems else None,
        "status": dice.weighted(_RECTIFIED),
    }


def _position(dice: Dice, unit: Unit, number: int) -> Row:
    kind = dice.one(("网站", "公众号", "短视频账号", "论坛讲座", "内部刊物"))
    problem = dice.one(("更新不及时", "未落实三审三校", "备案信息未变更")) if dice.chance(0.3) else None
    return {
        "position_no": f"ZD-{unit.id}-{number}",
        "unit": unit.name,
        "kind": kind,
        "name": f"{unit.name}{kind}",
        "checked_on": dice.day(date(2024, 1, 1)),
        "problem": problem,
        "status": dice.weighted(_RECTIFIED) if problem else None,
    }


def _opinion_event(dice: Dice, number: int) -> Row:
    day = dice.day()
    status = dice.weighted({"已办结": 90, "处置中": 6, "持续关注": 4})
    return {
        "event_no": f"YQ{day.year}-{number:03}",
        "unit": dice.name(dice.unit(towns=2), day),
        "found_on": day,
        "platform": dice.one(("短视频平台", "本地论坛", "问政平台", "微博")),
        "topic": dice.one(("停水未提前告知", "窗口服务态度", "道路施工扰民", "校车安全", "征地补偿标准")),
        "level": dice.weighted({"一般": 82, "较大": 14, "重大": 4}),
        "response": "已核实情况并公开回应" if status == "已办结" else "正在核实",
        "status": status,
        "closed_on": dice.later(day, 20) if status == "已办结" else None,
    }


def _network_incident(dice: Dice, number: int) -> Row:
    day = dice.day()
    return {
        "incident_no": f"WA{day.year}-{number:03}",
        "unit": dice.name(dice.unit(), day),
        "found_on": day,
        "kind": dice.one(("漏洞通报", "网页篡改", "数据泄露", "病毒木马", "网站更新检查", "其他")),
        "finding": dice.one(("系统存在高危漏洞", "网站栏目长期未更新", "弱口令", "终端感染木马")),
        "notice_no": f"青网安通〔{day.year}〕{number}号",
        "status": dice.weighted(_RECTIFIED),
    }
