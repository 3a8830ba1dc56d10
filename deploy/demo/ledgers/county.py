"""The facts of 青禾县 that every ledger agrees on: units under all their names, who held which post, one canary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

FOUNDED = date(2010, 1, 1)


@dataclass(frozen=True)
class Petitioner:
    """Somebody who never existed and complains all the same."""

    name: str
    phone: str
    id_card: str
    address: str


@dataclass(frozen=True)
class FormerName:
    """A name that a unit bore until a day, that day included."""

    name: str
    until: date


@dataclass(frozen=True)
class Unit:
    """A unit of the county. `body` is the coordinating body that it is, if it is one."""

    id: str
    name: str
    category: str
    former: tuple[FormerName, ...] = ()
    body: str = ""
    target: bool = False

    @property
    def former_names(self) -> tuple[str, ...]:
        """The names it bore before."""
        return tuple(one.name for one in self.former)

    @property
    def town(self) -> bool:
        """Whether it is a town, about which far more people complain."""
        return self.category == "乡镇"

    def name_on(self, day: date) -> str:
        """Its name on that day."""
        return next((one.name for one in self.former if day <= one.until), self.name)


@dataclass(frozen=True)
class Post:
    """A person in a post of a unit."""

    person_no: str
    name: str
    unit_id: str
    title: str
    since: date
    until: date | None = None
    head: bool = False

    def held_on(self, day: date) -> bool:
        """Whether the post was held on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class County:
    """One county. The demonstration's letter bears `letter_date`; no ledger reaches beyond `last_entry`."""

    name: str
    letter_date: date
    last_entry: date
    units: tuple[Unit, ...]
    posts: tuple[Post, ...] = field(repr=False)

    @property
    def targets(self) -> tuple[Unit, ...]:
        """The units inspected in the demonstration's round; one of them is itself a coordinating body."""
        return tuple(unit for unit in self.units if unit.target)

    def unit(self, unit_id: str) -> Unit:
        """The unit with that id."""
        return next(unit for unit in self.units if unit.id == unit_id)

    def unit_of(self, body: str) -> Unit:
        """The unit that a coordinating body is."""
        return next(unit for unit in self.units if unit.body == body)

    def named(self, name: str) -> Unit:
        """The unit that bears or bore this name."""
        return next(unit for unit in self.units if name in {unit.name, *unit.former_names})

    def posts_at(self, unit_id: str) -> tuple[Post, ...]:
        """Everyone who ever held a post there, those who moved on included."""
        return tuple(post for post in self.posts if post.unit_id == unit_id)


CANARY = Petitioner("金丝雀甲", "13900001234", "000000190001010000", "青禾县金丝雀路一号")
"""A petitioner known to both bodies that hold petitions; wherever this shows up outside a vault, something leaks."""
CANARY_WORDS = "金丝雀原话：他们说过的每一句都记在我的本子里"
"""Words of the canary's petition; they stay in the ledgers that hold petitions."""

_TARGETS = (
    Unit("U01", "县水务局", "政府部门", (FormerName("县水利局", date(2021, 9, 30)),), target=True),
    Unit("U02", "县卫生健康局", "政府部门", (FormerName("县卫生和计划生育局", date(2021, 3, 31)),), target=True),
    Unit("U03", "云岭镇", "乡镇", (FormerName("云岭乡", date(2022, 6, 30)),), target=True),
    Unit("U04", "县审计局", "政府部门", body="audit", target=True),
    Unit("U05", "县教育体育局", "政府部门", (FormerName("县教育局", date(2023, 12, 31)),), target=True),
    Unit("U06", "县自然资源局", "政府部门", target=True),
    Unit("U07", "石桥镇", "乡镇", target=True),
    Unit("U08", "县城市建设投资公司", "国企", target=True),
)
_BODIES = (
    Unit("U09", "县委巡察办", "党群机关", body="inspection"),
    Unit("U10", "县纪委监委机关", "党群机关", body="discipline"),
    Unit("U11", "县委组织部", "党群机关", body="organization"),
    Unit("U12", "县委宣传部", "党群机关", body="publicity"),
    Unit("U13", "县人大机关", "人大政协机关", body="congress"),
    Unit("U14", "县政协机关", "人大政协机关", body="cppcc"),
    Unit("U15", "县信访局", "党群机关", body="petitions"),
    Unit("U16", "县财政局", "政府部门", body="finance"),
    Unit("U17", "县统计局", "政府部门", body="statistics"),
)
_RENAMED = (
    Unit("U18", "县生态环境局", "政府部门", (FormerName("县环境保护局", date(2024, 6, 30)),)),
    Unit("U19", "县农业农村局", "政府部门", (FormerName("县农业局", date(2021, 12, 31)),)),
)
_PLAIN = {
    "政府部门": (
        *("县民政局", "县司法局", "县人力资源和社会保障局", "县住房和城乡建设局", "县交通运输局", "县林业局"),
        *("县应急管理局", "县市场监督管理局", "县发展和改革局", "县文化和旅游局", "县医疗保障局"),
    ),
    "乡镇": ("青山镇", "河口镇", "沙坪镇", "龙泉镇", "白马乡", "竹溪乡", "马鞍乡"),
    "医院": ("县人民医院",),
    "学校": ("县第一中学",),
    "群团": ("县总工会", "县妇女联合会"),
}
_TITLES = {
    "乡镇": ("党委书记", "镇长", "人大主席", "党委副书记", "副镇长", "纪委书记"),
    "国企": ("董事长", "总经理", "副总经理", "总会计师"),
    "医院": ("院长", "副院长", "副院长"),
    "学校": ("校长", "副校长", "副校长"),
    "政府部门": ("局长", "副局长", "副局长", "副局长", "总工程师"),
}
_OTHER_TITLES = ("主要负责人", "副职", "副职", "副职")
_SURNAMES = "李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾"
_GIVEN = (
    *("明远", "建国", "志强", "海燕", "文斌", "晓峰", "玉兰", "国庆", "春华", "立新", "德明", "秀英", "永康", "佳宁"),
    *("宏伟", "雪梅", "向东", "正平", "丽娟", "学军", "世杰", "桂芳", "长青", "思源", "振华", "爱民", "红霞", "卫东"),
    *(
        "子涵",
        "俊杰",
        "淑贞",
        "大勇",
        "新宇",
        "凤英",
        "光明",
        "清泉",
        "慧敏",
        "跃进",
        "素芬",
        "成林",
        "金海",
        "瑞雪",
        "云飞",
    ),
)


def leader_name(number: int) -> str:
    """The name of the person with that number; no two of the first thousand are the same."""
    return _SURNAMES[number % len(_SURNAMES)] + _GIVEN[number % len(_GIVEN)]


def _units() -> Iterator[Unit]:
    yield from (*_TARGETS, *_BODIES, *_RENAMED)
    number = len(_TARGETS) + len(_BODIES) + len(_RENAMED)
    for category, names in _PLAIN.items():
        for name in names:
            number += 1
            yield Unit(f"U{number:02}", name, category)


def _posts(units: tuple[Unit, ...]) -> Iterator[Post]:
    number = 0
    for place, unit in enumerate(units):
        for rank, title in enumerate(_TITLES.get(unit.category, _OTHER_TITLES)):
            number += 1
            since = _LATER_START.get(
                (unit.id, rank), date(2018 + (place + rank) % 3, (place * 5 + rank * 3) % 12 + 1, 10)
            )
            yield Post(f"P{number:03}", leader_name(number), unit.id, title, since, head=rank == 0)
    yield from _moved()


_LATER_START = {
    ("U01", 0): date(2023, 7, 1),
    ("U03", 0): date(2022, 7, 1),
    ("U03", 1): date(2023, 7, 1),
    ("U05", 1): date(2024, 2, 1),
    ("U29", 0): date(2025, 11, 1),
}
"""Posts taken up late by persons who held another before."""


def _moved() -> Iterator[Post]:
    """Earlier posts of those who moved, and one namesake: a person of another unit who only has the same name."""
    head_of_water, head_of_town = "P001", "P011"
    yield Post(head_of_water, leader_name(1), "U03", "镇长", date(2019, 5, 1), date(2023, 6, 30))
    yield Post("P801", leader_name(801), "U01", "局长", date(2018, 3, 1), date(2023, 6, 30), head=True)
    yield Post("P801", leader_name(801), "U16", "副局长", date(2023, 7, 1))
    yield Post(head_of_town, leader_name(11), "U24", "副局长", date(2018, 1, 1), date(2022, 6, 30))
    yield Post("P802", leader_name(802), "U02", "副局长", date(2019, 1, 1), date(2025, 10, 31))
    yield Post("P802", leader_name(802), "U30", "副局长", date(2025, 11, 1))
    yield Post("P803", leader_name(1), "U33", "副镇长", date(2020, 1, 1))


_UNITS = tuple(_units())
COUNTY = County("青禾县", date(2026, 3, 2), date(2026, 2, 27), _UNITS, tuple(_posts(_UNITS)))
