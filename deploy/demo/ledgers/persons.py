"""Makes up what the organization department and the inspection office keep: who held which post, and how well."""

from __future__ import annotations

from datetime import date, timedelta

from deploy.demo.ledgers.county import COUNTY, FOUNDED, Post, Unit, leader_name
from deploy.demo.ledgers.dice import Dice
from deploy.demo.ledgers.sheets import Row, Sheets

_YEARS = range(2021, 2026)
_RECTIFIED = {"已整改": 78, "整改中": 15, "未整改": 7}


def organization(seed: int) -> Sheets:
    """Rosters, staffing, assessments, verifications of personal matters, checks of selection, grass roots."""
    dice = Dice.of(seed, "organization")
    return {
        "organization_roster": [_held(post, number) for number, post in enumerate(COUNTY.posts, 1)],
        "organization_staffing": [_staffing(dice, unit, year) for unit in COUNTY.units for year in _YEARS],
        "organization_group_assessments": [
            {
                "unit": unit.name_on(date(year, 12, 31)),
                "year": year,
                "grade": dice.weighted({"优秀": 28, "良好": 62, "一般": 9, "较差": 1}),
            }
            for unit in COUNTY.units
            for year in _YEARS
        ],
        "organization_assessments": [
            _assessed(dice, post, year) for post in COUNTY.posts for year in _YEARS if post.held_on(date(year, 12, 31))
        ],
        "organization_personal_matters": [_verified(dice, number) for number in range(1, 121)],
        "organization_selection_checks": [
            _selection(dice, unit, year) for unit in COUNTY.units for year in _YEARS if unit.target or dice.chance(0.3)
        ],
        "organization_grass_roots": [_grass_roots(dice, number) for number in range(1, 121)],
    }


def _held(post: Post, number: int) -> Row:
    return {
        "post_no": f"RZ-{number:03}",
        "unit": COUNTY.unit(post.unit_id).name_on(post.until or COUNTY.last_entry),
        "name": post.name,
        "post": post.title,
        "rank": "乡科级正职" if post.head else "乡科级副职",
        "authority": "县管",
        "head": post.head,
        "since": post.since,
        "until": post.until,
    }


def _staffing(dice: Dice, unit: Unit, year: int) -> Row:
    allotted = 6 if unit.town else 4
    held = allotted + dice.weighted({-1: 25, 0: 65, 1: 10})
    return {
        "unit": unit.name_on(date(year, 12, 31)),
        "year": year,
        "posts_set": allotted,
        "posts_held": held,
        "excess": max(0, held - allotted),
        "problem": dice.one(("班子年龄结构偏大", "议事规则执行不严", "分工调整不及时")) if dice.chance(0.15) else None,
    }


def _assessed(dice: Dice, post: Post, year: int) -> Row:
    return {
        "unit": COUNTY.unit(post.unit_id).name_on(date(year, 12, 31)),
        "name": post.name,
        "post": post.title,
        "year": year,
        "grade": dice.weighted({"优秀": 22, "称职": 74, "基本称职": 3, "未定等次": 1}),
    }


def _verified(dice: Dice, number: int) -> Row:
    day, post = dice.day(), dice.one([one for one in COUNTY.posts if one.until is None])
    outcome = dice.weighted({"一致": 84, "少报漏报情节较轻": 12, "少报漏报情节较重": 3, "隐瞒不报": 1})
    return {
        "check_no": f"HC{day.year}-{number:03}",
        "name": post.name,
        "unit": COUNTY.unit(post.unit_id).name_on(day),
        "post": post.title,
        "checked_on": day,
        "outcome": outcome,
        "handling": None if outcome == "一致" else dice.one(("批评教育", "责令作出检查", "诫勉")),
    }


def _selection(dice: Dice, unit: Unit, year: int) -> Row:
    day = dice.day(date(year, 3, 1), date(year, 12, 15))
    finding = dice.one(("民主推荐程序不规范", "纪实材料不完整", "试用期满考核滞后")) if dice.chance(0.5) else None
    return {
        "check_no": f"XR{year}-{unit.id}",
        "unit": dice.name(unit, day),
        "checked_on": day,
        "satisfaction": dice.tenths(82, 100),
        "exemptions": dice.weighted({0: 95, 1: 5}),
        "finding": finding,
        "status": dice.weighted(_RECTIFIED) if finding else "已整改",
    }


def _grass_roots(dice: Dice, number: int) -> Row:
    day, unit = dice.day(), dice.unit(towns=4)
    weak = dice.chance(0.12)
    return {
        "organization_no": f"DZ-{number:03}",
        "unit": dice.name(unit, day),
        "organization": f"{unit.name}第{number}党支部",
        "checked_on": day,
        "weak": weak,
        "finding": dice.one(("组织生活不规范", "班子不健全", "党员教育管理不严")) if weak or dice.chance(0.5) else None,
        "status": dice.weighted(_RECTIFIED),
    }


def office(seed: int) -> Sheets:
    """The inspection office's master data: units, rosters, portfolios, past rounds, items still open."""
    dice = Dice.of(seed, "inspection")
    inspected = [unit for unit in COUNTY.units if unit.body != "inspection"]
    rounds = [_inspected(dice, unit, place) for place, unit in enumerate(inspected)]
    return {
        "inspection_units": [row for unit in COUNTY.units for row in _names(dice, unit)],
        "inspection_rosters": [
            {
                "person_no": post.person_no,
                "name": post.name,
                "unit_code": post.unit_id,
                "post": post.title,
                "principal": post.head,
                "since": post.since,
                "until": post.until,
                "managed_by": "县管",
            }
            for post in COUNTY.posts
        ],
        "inspection_portfolios": [row for place, unit in enumerate(COUNTY.units) for row in _charges(unit, place)],
        "inspection_past_rounds": rounds,
        "inspection_prior_issues": [row for round_ in rounds for row in _open_items(dice, round_)],
    }


def _names(dice: Dice, unit: Unit) -> list[Row]:
    """One row per name, each from the day after the one before ended."""
    rows: list[Row] = []
    begins = FOUNDED
    spans = [*((one.name, one.until) for one in unit.former), (unit.name, None)]
    form = "党委" if unit.category in {"乡镇", "国企", "医院", "学校"} else "党组"
    for name, until in spans:
        rows.append(
            {
                "unit_code": unit.id,
                "name": name,
                "valid_from": begins,
                "valid_to": until,
                "aliases": name.removeprefix("县") if name.startswith("县") else None,
                "category": unit.category,
                "level": _level(unit),
                "party_organization": f"{name}{form}",
                "organization_form": form,
                "coordinating_body": unit.body or None,
                "supervision_room": f"第{'一二三四'[int(unit.id[1:]) % 4]}监督检查室",
                "resident_group": None if unit.town else f"驻{name}纪检监察组",
                "liaison": leader_name(900 + int(unit.id[1:])),
                "liaison_phone": f"0000-{dice.number(1000000, 9999999)}",
            }
        )
        begins = until + timedelta(days=1) if until else begins
    return rows


def _level(unit: Unit) -> str:
    if unit.town:
        return "乡镇街道"
    return "县属企事业" if unit.category in {"国企", "医院", "学校"} else "县级机关"


def _charges(unit: Unit, place: int) -> list[Row]:
    """Every unit has a leader in charge on the Party's side and on the government's; one of those has changed."""
    party, government = leader_name(950 + place % 3), leader_name(960 + place % 5)
    return [
        _charge(unit, "党委", party, "县委常委", since=date(2021, 8, 1)),
        _charge(unit, "政府", leader_name(970 + place % 5), "副县长", since=date(2019, 1, 1), until=date(2021, 7, 31)),
        _charge(unit, "政府", government, "副县长", since=date(2021, 8, 1)),
    ]


def _charge(unit: Unit, side: str, leader: str, post: str, *, since: date, until: date | None = None) -> Row:
    return {"unit_code": unit.id, "side": side, "leader": leader, "post": post, "since": since, "until": until}


def _inspected(dice: Dice, unit: Unit, place: int) -> Row:
    began = date(2019 + place % 6, (3, 9)[place % 2], 15)
    problems = dice.number(12, 24) if unit.town else dice.number(8, 19)
    return {
        "unit_code": unit.id,
        "term_no": 14 if began < date(2021, 8, 1) else 15,
        "seq": place // 4 + 1,
        "kinds": "常规",
        "site_from": began,
        "site_to": began + timedelta(days=dice.number(40, 60)),
        "problems": problems,
        "unfinished": dice.weighted({0: 70, 1: 20, 2: 10}),
    }


def _open_items(dice: Dice, inspected: Row) -> list[Row]:
    left, began = inspected["unfinished"], inspected["site_to"]
    return [
        {
            "unit_code": inspected["unit_code"],
            "item_no": f"SL-{inspected['unit_code']}-{number}",
            "source": "上轮巡察",
            "issue": dice.one(("往来款项长期挂账", "项目档案不完整", "制度执行不到位", "村级三资台账不清")),
            "status": "持续整改",
            "found": began,
        }
        for number in range(1, (left if isinstance(left, int) else 0) + 1)
    ]
