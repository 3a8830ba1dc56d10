"""What a section is compiled for: a unit under all its names, its people with dated posts, a period. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from services.chassis.calendar.dues import add_months
from services.chassis.ledgers.values import same_name

_TOO_SHORT = 2
"""Names of so many characters are part of too many others."""
_LEVELS = "省市县区旗州盟"
_PLACE = re.compile(rf"(?:中共|中国共产党)?[\u4e00-\u9fff]{{0,16}}[{_LEVELS}]委?")
"""What may stand before a body's name and says no more than where it is."""


@dataclass(frozen=True)
class LookBack:
    """How far back a section reaches when the letter does not say."""

    months: int = 60
    plus_open: bool = False
    """Older matters that are still open belong to it too."""


@dataclass(frozen=True)
class Window:
    """The period a section is about, both days included."""

    first: date | None
    last: date
    plus_open: bool = False

    def covers(self, day: date | None) -> bool:
        """Whether `day` lies in the period; nothing is known of a missing date, so it does not."""
        return day is not None and (self.first is None or self.first <= day) and day <= self.last

    def after(self, day: date | None) -> bool:
        """Whether `day` is missing or lies behind the period's end."""
        return day is None or day > self.last

    def overlaps(self, since: date | None, until: date | None) -> bool:
        """Whether a time from `since` to `until`, each open when missing, touches the period."""
        return (since is None or since <= self.last) and (until is None or self.first is None or until >= self.first)

    @property
    def text(self) -> str:
        """The period as it is printed."""
        first = zh_date(self.first) if self.first else "建账之日"
        older = "，以及此前尚未办结的事项" if self.plus_open else ""
        return f"{first}至{zh_date(self.last)}{older}"


def window_before(letter_date: date, look_back: LookBack) -> Window:
    """The period that ends with the letter and reaches back the given months."""
    return Window(add_months(letter_date, -look_back.months), letter_date, look_back.plus_open)


@dataclass(frozen=True)
class DatedPost:
    """A person in a post of the unit. A missing date leaves that side open."""

    name: str
    post: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class DatedName:
    """A name that stands for the unit on these days, both included; a missing date leaves that side open."""

    name: str = field(repr=False)
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class UnitScope:
    """One unit asked about. Names are compared in the one form that ledgers keep them in."""

    unit_id: str
    name: str = field(repr=False)
    former_names: tuple[str, ...] = field(default=(), repr=False)
    sub_units: tuple[str, ...] = field(default=(), repr=False)
    aliases: tuple[DatedName, ...] = field(default=(), repr=False)
    """Other names under which this body's ledgers know the unit, each in its time."""
    persons: tuple[DatedPost, ...] = field(default=(), repr=False)
    body: str = ""
    """The coordinating body that the unit is, by the office's records; empty for none."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name of the unit and of the units inspected with it, whatever its time."""
        return tuple(dict.fromkeys((*self.own_names, *(same_name(alias.name) for alias in self.aliases))))

    @property
    def own_names(self) -> tuple[str, ...]:
        """The names that the letter gives, which always stand for the unit."""
        given = (self.name, *self.former_names, *self.sub_units)
        return tuple(dict.fromkeys(same_name(name) for name in given if name.strip()))

    def people(self, window: Window) -> tuple[str, ...]:
        """Names of those who held a post here at any time in the period, whether or not they have moved since."""
        held = (person.name for person in self.persons if window.overlaps(person.since, person.until))
        return tuple(dict.fromkeys(same_name(name) for name in held if name.strip()))

    def held_post(self, name: str, day: date) -> bool:
        """Whether a person of that name held a post here on `day`."""
        on_day = Window(day, day)
        return any(
            same_name(person.name) == same_name(name) and on_day.overlaps(person.since, person.until)
            for person in self.persons
        )

    def known_also_as(self, aliases: Iterable[DatedName]) -> UnitScope:
        """The same unit with more names."""
        return replace(self, aliases=(*self.aliases, *aliases))

    def with_persons(self, persons: Iterable[DatedPost]) -> UnitScope:
        """The same unit with more people; what a body's own roster says comes beside what the letter says."""
        return replace(self, persons=(*self.persons, *persons))


def names_like(names: Sequence[str], held: Iterable[str]) -> set[str]:
    """Those of `held` that contain, or are part of, one of `names` without being one."""
    return {
        other
        for other in held
        if other not in names
        and any(
            len(name) > _TOO_SHORT and len(other) > _TOO_SHORT and (name in other or other in name) for name in names
        )
    }


def stands_for_one(name: str, other: str) -> bool:
    """Whether two names are one body's, called with its county or without: 青禾县审计局, 县审计局, 审计局."""
    short, long = sorted((same_name(name), same_name(other)), key=len)
    if len(short) <= _TOO_SHORT or not long.endswith(short):
        return False
    place = long[: len(long) - len(short)]
    return not place or bool(_PLACE.fullmatch(place + short[0] if short[0] in _LEVELS else place))


def zh_date(day: date) -> str:
    """A date as Chinese prose writes it."""
    return f"{day.year}年{day.month}月{day.day}日"
