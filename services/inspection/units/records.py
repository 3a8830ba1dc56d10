"""What a unit, its people and its past were on a given day, told from dated rows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

_BREAK = re.compile(r"[、,，;；\s]+")


@dataclass(frozen=True, kw_only=True)
class UnitVersion:
    """A unit under one name. `body` is the coordinating body that the row says it is, as written there."""

    unit_id: str
    name: str
    valid_from: date
    valid_to: date | None = None
    aliases: tuple[str, ...] = ()
    category: str = ""
    level: str = ""
    parent_id: str = ""
    sub_units: tuple[str, ...] = ()
    party_organization: str = ""
    organization_form: str = ""
    body: str = ""
    supervision_room: str = ""
    resident_group: str = ""
    liaison: str = ""
    liaison_phone: str = ""

    @property
    def first_day(self) -> date:
        """The first day the row holds."""
        return self.valid_from

    @property
    def last_day(self) -> date | None:
        """The last day the row holds; None while it stands."""
        return self.valid_to


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post that a person held at a unit from one day to another, both included."""

    person_id: str
    name: str
    unit_id: str
    post: str
    since: date
    until: date | None = None
    principal: bool = False
    managed_by: str = ""

    @property
    def first_day(self) -> date:
        """The first day in post."""
        return self.since

    @property
    def last_day(self) -> date | None:
        """The last day in post; None while it is held."""
        return self.until


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A unit in the portfolio of a county leader, on the Party's or the government's side."""

    unit_id: str
    side: str
    leader: str
    post: str
    since: date
    until: date | None = None

    @property
    def first_day(self) -> date:
        """The first day in charge."""
        return self.since

    @property
    def last_day(self) -> date | None:
        """The last day in charge; None while it lasts."""
        return self.until


@dataclass(frozen=True, kw_only=True)
class PastRound:
    """An earlier inspection of a unit."""

    unit_id: str
    term_no: int
    seq: int
    site_from: date
    site_to: date | None
    problems: int = 0
    unfinished: int = 0

    @property
    def ended(self) -> date:
        """The last day known of it."""
        return self.site_to or self.site_from


class Dated(Protocol):
    """A row that holds from one day to another, both included."""

    @property
    def first_day(self) -> date:
        """The first day."""
        ...

    @property
    def last_day(self) -> date | None:
        """The last day; None while the row stands."""
        ...


D = TypeVar("D", bound=Dated)


def holds_on(row: Dated, day: date) -> bool:
    """Whether the row says something about `day`."""
    return row.first_day <= day and (row.last_day is None or day <= row.last_day)


def holds_within(row: Dated, first: date, last: date) -> bool:
    """Whether the row says something about any day from `first` to `last`."""
    return row.first_day <= last and (row.last_day is None or first <= row.last_day)


def on_day(rows: Iterable[D], day: date) -> tuple[D, ...]:
    """The rows that hold on `day`, in their own order."""
    return tuple(row for row in rows if holds_on(row, day))


def version_on(versions: Iterable[UnitVersion], day: date) -> UnitVersion | None:
    """What the unit was on `day`.

    An office that enters a new name often leaves the old row open: of rows that overlap, the later one is right.
    """
    return max(on_day(versions, day), key=lambda version: version.valid_from, default=None)


def other_names(versions: Iterable[UnitVersion], day: date) -> tuple[str, ...]:
    """Every name by which ledgers may know the unit beside its name on `day`: earlier ones first, then short ones."""
    rows = sorted((v for v in versions if v.valid_from <= day), key=lambda version: version.valid_from)
    current = version_on(rows, day)
    names = [row.name for row in rows] + [alias for row in rows for alias in row.aliases]
    return tuple(dict.fromkeys(name for name in names if current is None or name != current.name))


def names_within(versions: Iterable[UnitVersion], first: date, last: date) -> tuple[str, ...]:
    """The names the unit bore on any day of a window, oldest first: more than one where it was renamed meanwhile."""
    rows = sorted((v for v in versions if holds_within(v, first, last)), key=lambda version: version.valid_from)
    return tuple(dict.fromkeys(row.name for row in rows))


def roster_on(posts: Iterable[Post], day: date) -> tuple[Post, ...]:
    """The leading group on `day`, the principal first."""
    return tuple(sorted(on_day(posts, day), key=_rank))


def roster_within(posts: Iterable[Post], first: date, last: date) -> tuple[Post, ...]:
    """Everyone who held a post on any day of a window, those who have left meanwhile included and last."""
    rows = [post for post in posts if holds_within(post, first, last)]
    return tuple(sorted(rows, key=lambda post: (not holds_on(post, last), *_rank(post))))


def post_on(post: Post, day: date) -> str:
    """The post as it is named on `day`: a post that has been left is marked 原."""
    return post.post if holds_on(post, day) or post.first_day > day else f"原{post.post}"


def last_round(rounds: Iterable[PastRound], before: date) -> PastRound | None:
    """The last inspection that began before `before`."""
    return max((one for one in rounds if one.site_from < before), key=lambda one: one.site_from, default=None)


def self_body(version: UnitVersion, other: Sequence[str], bodies: Mapping[str, str]) -> str:
    """The coordinating body that this unit is, by id, or empty.

    `bodies` gives each body's id by every name it goes by. What the row says counts; without it a unit that bears a
    body's name, now or earlier, is that body: a forgotten entry must not make a body report on itself.
    """
    for name in (version.body, version.name, *version.aliases, *other):
        if name in bodies:
            return bodies[name]
    return ""


def names_in(cell: str) -> tuple[str, ...]:
    """The names that one cell lists with 、 or the like between them."""
    return tuple(name for name in _BREAK.split(cell) if name)


def _rank(post: Post) -> tuple[bool, date, str]:
    return (not post.principal, post.since, post.person_id)
