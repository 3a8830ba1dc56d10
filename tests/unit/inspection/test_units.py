"""Master data is told as of a day: names, posts and past rounds, whatever happened before or after."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.units.records import (
    PastRound,
    Post,
    UnitVersion,
    holds_within,
    last_round,
    names_within,
    on_day,
    other_names,
    post_on,
    roster_on,
    roster_within,
    self_body,
    version_on,
)

BODIES = {"县审计局": "audit", "audit": "audit", "县信访局": "petitions"}
RENAMED = date(2024, 7, 1)
OLD = UnitVersion(unit_id="u1", name="县环境保护局", valid_from=date(2010, 1, 1))
NEW = UnitVersion(unit_id="u1", name="县生态环境局", valid_from=RENAMED, aliases=("生态局",))
LEFT = Post(person_id="p1", name="甲某", unit_id="u1", post="局长", since=date(2020, 1, 1), until=date(2025, 3, 1))
CAME = Post(person_id="p2", name="乙某", unit_id="u1", post="局长", since=date(2025, 3, 2), principal=True)
STAYS = Post(person_id="p3", name="丙某", unit_id="u1", post="副局长", since=date(2019, 1, 1))

days = st.dates(date(2000, 1, 1), date(2035, 12, 31))
periods = st.builds(
    lambda first, length: (first, None if length is None else first + timedelta(days=length)),
    days,
    st.none() | st.integers(0, 4000),
)


def test_a_renamed_unit_keeps_its_code_and_is_known_by_every_name():
    before = version_on((OLD, NEW), RENAMED - timedelta(days=1))
    after = version_on((OLD, NEW), RENAMED)

    assert (before, after) == (OLD, NEW)
    assert other_names((OLD, NEW), RENAMED) == ("县环境保护局", "生态局")
    assert other_names((OLD, NEW), RENAMED - timedelta(days=1)) == ()


def test_a_unit_renamed_in_the_middle_of_a_window_has_both_names_in_it():
    assert names_within((NEW, OLD), date(2024, 1, 1), date(2024, 12, 31)) == ("县环境保护局", "县生态环境局")


def test_a_person_who_moved_during_the_window_is_among_those_asked_about():
    group = roster_within((LEFT, STAYS, CAME), date(2023, 3, 2), date(2026, 3, 2))

    assert [post.person_id for post in group] == ["p2", "p3", "p1"]
    assert [post_on(post, date(2026, 3, 2)) for post in group] == ["局长", "副局长", "原局长"]
    assert [post.person_id for post in roster_on((LEFT, STAYS, CAME), date(2026, 3, 2))] == ["p2", "p3"]
    assert [post.person_id for post in roster_on((LEFT, STAYS, CAME), date(2025, 3, 1))] == ["p3", "p1"]


@pytest.mark.parametrize(
    ("version", "other", "body"),
    [
        (UnitVersion(unit_id="u2", name="县审计局", valid_from=date(2010, 1, 1)), (), "audit"),
        (UnitVersion(unit_id="u2", name="县审计服务局", valid_from=date(2010, 1, 1), body="audit"), (), "audit"),
        (UnitVersion(unit_id="u2", name="县委社会工作部", valid_from=date(2024, 1, 1)), ("县信访局",), "petitions"),
        (UnitVersion(unit_id="u2", name="县水务局", valid_from=date(2010, 1, 1)), (), ""),
    ],
)
def test_a_unit_that_is_a_body_is_known_as_one_even_where_nobody_said_so(
    version: UnitVersion, other: tuple[str, ...], body: str
):
    assert self_body(version, other, BODIES) == body


@given(st.lists(periods, max_size=8), days)
def test_on_any_day_at_most_one_name_is_right_and_it_is_the_latest_that_holds(
    rows: list[tuple[date, date | None]], day: date
):
    versions = [UnitVersion(unit_id="u", name=str(n), valid_from=a, valid_to=b) for n, (a, b) in enumerate(rows)]

    found = version_on(versions, day)

    holding = on_day(versions, day)
    assert (found is None) == (not holding)
    if found is not None:
        assert found in holding
        assert all(row.valid_from <= found.valid_from for row in holding)


@given(st.lists(periods, max_size=8), days, st.integers(0, 3000))
def test_who_is_in_a_window_was_there_on_one_of_its_days(
    rows: list[tuple[date, date | None]], first: date, length: int
):
    last = first + timedelta(days=length)
    posts = [
        Post(person_id=str(n), name="某", unit_id="u", post="职", since=a, until=b) for n, (a, b) in enumerate(rows)
    ]

    found = roster_within(posts, first, last)

    for post in posts:
        touches = post.since <= last and (post.until or date.max) >= first
        assert (post in found) == touches == holds_within(post, first, last)
    assert set(roster_on(posts, first)) | set(roster_on(posts, last)) <= set(found)


@given(st.lists(days, max_size=6, unique=True), days)
def test_the_last_inspection_is_the_latest_that_began_earlier(starts: list[date], before: date):
    rounds = [PastRound(unit_id="u", term_no=15, seq=n, site_from=day, site_to=None) for n, day in enumerate(starts)]

    found = last_round(rounds, before)

    earlier = [day for day in starts if day < before]
    assert (found.site_from if found else None) == max(earlier, default=None)
