"""Works out the sections of one request: what the rulebook wants of a body, and from when on for each unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.model import Section
from services.inspection.letters.records import LookBackRule, SectionWanted, guidance_for, period_for, widest
from services.inspection.units.queries import last_inspection, posts_at
from services.inspection.units.records import Post, roster_within


@dataclass(frozen=True)
class People:
    """What a request needs to know of a unit beside its name: who served there, and when it was last inspected."""

    posts: tuple[Post, ...]
    last_inspected: date | None
    day: date

    def posts_since(self, first: date) -> tuple[Post, ...]:
        """Everyone in the leading group at any time from `first` to the letter, persons who moved included."""
        return roster_within(self.posts, first, self.day)


def people_of(connection: sa.Connection, unit_id: str, day: date) -> People:
    """What the ledgers say of the unit on `day`."""
    last = last_inspection(connection, unit_id, day)
    return People(posts_at(connection, unit_id), last.ended if last else None, day)


def sections_wanted(
    book: Rulebook, sections: Sequence[Section], names: Mapping[str, str], people: Mapping[str, People], day: date
) -> tuple[SectionWanted, ...]:
    """The sections with their periods; `names` and `people` are of the units asked about."""
    wanted = []
    for section in sections:
        rule = _rule(book, section, day)
        periods = {}
        if rule is not None:
            periods = {names[unit_id]: period_for(rule, day, found.last_inspected) for unit_id, found in people.items()}
        overall = widest(list(periods.values())) if periods else None
        guidance = guidance_for(section.contents_zh, rule, periods, overall)
        wanted.append(SectionWanted(section.id, section.zh, section.article, overall, guidance))
    return tuple(wanted)


def _rule(book: Rulebook, section: Section, day: date) -> LookBackRule | None:
    found = book.look_back_for(section, day)
    if found is None:
        return None
    return LookBackRule(found.starts == "last_inspection", found.months, found.plus_unrectified)
