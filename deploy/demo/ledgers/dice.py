"""Draws days, units, words and persons from one seed, so that the same seed makes the same county."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from deploy.demo.ledgers.county import COUNTY, Petitioner, Post, Unit

T = TypeVar("T")
FIRST = date(2021, 1, 4)
_PETITIONERS = "严华金魏陶姜戚邹喻柏水窦章"
"""Surnames of petitioners; no leader has one of them, so a name tells at once whose it is."""
_GIVEN = (
    "有田",
    "招弟",
    "老五",
    "腊梅",
    "满仓",
    "水生",
    "冬妹",
    "铁柱",
    "来福",
    "秋菊",
    "石头",
    "小凤",
    "根旺",
    "巧云",
)


@dataclass(frozen=True)
class Dice:
    """Everything that is drawn, drawn in one order."""

    random: Random

    @classmethod
    def of(cls, seed: int, ledger: str) -> Dice:
        """Dice of their own for each ledger: a change in one leaves the others as they were."""
        return cls(Random(f"{seed} {ledger}"))  # noqa: S311  invented rows, no secret is drawn

    def day(self, first: date = FIRST, last: date = COUNTY.last_entry) -> date:
        """A day between the two, both included."""
        return first + timedelta(days=self.random.randrange((last - first).days + 1))

    def later(self, day: date, most: int) -> date:
        """A day up to `most` days after, never beyond the last entry."""
        return min(day + timedelta(days=self.random.randint(1, most)), COUNTY.last_entry)

    def one(self, things: Sequence[T]) -> T:
        """One of these."""
        return self.random.choice(things)

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of the keys, as often as its weight says."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    def chance(self, share: float) -> bool:
        """Whether something that happens in this share of cases happens now."""
        return self.random.random() < share

    def number(self, least: int, most: int) -> int:
        """A whole number between the two, both included."""
        return self.random.randint(least, most)

    def money(self, least: int, most: int) -> Decimal:
        """An amount in yuan with its fen."""
        return Decimal(self.random.randint(least * 100, most * 100)) / 100

    def tenths(self, least: int, most: int) -> Decimal:
        """A number with one decimal."""
        return Decimal(self.random.randint(least * 10, most * 10)) / 10

    def unit(self, *, towns: int = 1) -> Unit:
        """A unit; targets come twice as often, towns as often as told."""
        weights = {unit: (2 if unit.target else 1) * (towns if unit.town else 1) for unit in COUNTY.units}
        return self.weighted(weights)

    def name(self, unit: Unit, day: date) -> str:
        """The unit's name as a clerk writes it on that day; some go on writing the former one."""
        if unit.former and self.chance(0.08):
            return unit.former[-1].name
        return unit.name_on(day)

    def leader(self, unit: Unit, day: date) -> Post | None:
        """Somebody who held a post there on that day."""
        posts = [post for post in COUNTY.posts_at(unit.id) if post.held_on(day)]
        return self.one(posts) if posts else None

    def petitioner(self) -> Petitioner:
        """Somebody who complains."""
        return Petitioner(
            self.one(_PETITIONERS) + self.one(_GIVEN),
            f"1390000{self.random.randint(2000, 9999)}",
            f"000000{self.random.randint(1950, 2004)}01{self.random.randint(10, 28)}{self.random.randint(1000, 9999)}",
            f"青禾县{self.one(_GIVEN)}巷{self.random.randint(1, 99)}号",
        )
