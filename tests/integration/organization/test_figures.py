"""What the organization department's draft says is what its ledgers say, counted here once more in plain SQL."""

from __future__ import annotations

from datetime import date

import pytest

from services.chassis.briefing.draft import SectionDraft, SectionState
from services.chassis.briefing.scope import UnitScope
from services.chassis.storage import Database
from services.organization import tables as t
from services.organization.body import BODY
from services.organization.ledger import GRADES, OUTCOMES, RECTIFICATION
from tests.integration.briefing.figures_for_tests import (
    EDGES,
    ELSEWHERE,
    FORMERLY,
    HERE,
    LONG_GONE,
    MOVED,
    NOBODY,
    STRANGER,
    UNIT_SQL,
    UNITS,
    column,
    crossed,
    days,
    drafted,
    number,
    put,
    stale,
    table,
    values,
    withdraw,
)

pytestmark = pytest.mark.article("A3.2c")
TEAM, GRADED, MATTERS, PERSONNEL, PROBLEMS = (
    f"organization.{name}" for name in ("team", "annual_assessment", "personal_matters", "personnel", "problems")
)
YEARS = "year >= 2021 AND year <= 2026"
NOT_DONE = "status <> '已整改'"
LEFT_IN_TIME = "赵某"
"""Only the department's own roster knows him: he was in the group on the first day of the period."""
PEOPLE_SQL = "(unit IN ('县水务局', '县水利局') OR name IN ('李某', '赵某', '钱某'))"
POSTS = (
    (HERE, MOVED, "局长", "2023-07-01", None),
    (ELSEWHERE, MOVED, "镇长", "2019-05-01", "2023-06-30"),
    (FORMERLY, LEFT_IN_TIME, "副局长", "2018-01-01", "2021-03-02"),
    (HERE, "钱某", "副局长", "2020-01-01", "2026-03-02"),
    (HERE, LONG_GONE, "局长", "2015-01-01", "2021-03-01"),
    (HERE, "吴某", "副局长", "2026-03-03", None),
)


def filled(database: Database) -> Database:
    keys = ("unit", "name", "post", "since", "until")
    posts = (dict(zip(keys, post, strict=True)) for post in POSTS)
    put(database, t.ROSTER, *({"post_no": f"R-{place}", **post} for place, post in enumerate(posts)))
    years = {"unit": UNITS, "year": (2020, 2021, 2024, 2026, 2027)}
    staffing = {"posts_set": 5, "posts_held": 6, "excess": 1}
    for ledger, more in ((t.VACANCIES, staffing), (t.GROUP_ASSESSMENTS, {"grade": "良好"})):
        rows = ({k: v for k, v in row.items() if k != "no"} for row in crossed("no", **years))
        put(database, ledger, *({**row, **more} for row in rows))
    named = {**years, "name": (MOVED, LEFT_IN_TIME, LONG_GONE, STRANGER)}
    rows = ({k: v for k, v in row.items() if k != "no"} for row in crossed("no", **named))
    put(database, t.ASSESSMENTS, *({**row, "grade": GRADES[place % 4]} for place, row in enumerate(rows)))
    matters = {"unit": UNITS, "name": named["name"], "checked_on": EDGES, "outcome": OUTCOMES[:2]}
    put(database, t.PERSONAL_MATTERS, *crossed("check_no", **matters))
    checked = {"unit": UNITS, "checked_on": EDGES, "status": RECTIFICATION}
    put(database, t.SELECTION_CHECKS, *crossed("check_no", **checked, exemptions=(None, 2)))
    branches = crossed("organization_no", **checked, weak=("是", "否"))
    put(database, t.GRASS_ROOTS, *({**row, "organization": "机关支部"} for row in branches))
    return database


@pytest.fixture
def organization(sqlite_database: Database) -> Database:
    return filled(sqlite_database)


@pytest.fixture
def on_both(database: Database) -> Database:
    """The same rows in SQLite and in PostgreSQL, for what is counted in SQL."""
    return filled(database)


def section(database: Database, code: str) -> SectionDraft:
    return drafted(database, BODY).section("U-1", code)


def test_the_group_is_everyone_in_post_on_any_day_of_the_period(on_both: Database):
    held = ("organization_roster", UNIT_SQL, "since <= '2026-03-02'", "(until IS NULL OR until >= '2021-03-02')")
    draft = section(on_both, TEAM)

    assert values(draft) == [
        number(on_both, "count(*)", *held),
        number(on_both, "count(*)", *held, "(until IS NULL OR until > '2026-03-02')"),
        number(on_both, "sum(excess)", "organization_staffing", UNIT_SQL, YEARS),
    ]
    assert sorted(column(table(draft, "班子成员任职"), "姓名")) == sorted([MOVED, LEFT_IN_TIME, "钱某"])
    assert values(draft)[1] == 1


def test_grades_follow_those_who_moved_and_nobody_who_left_before(on_both: Database):
    members = ("organization_assessments", PEOPLE_SQL, YEARS)
    draft = section(on_both, GRADED)

    assert values(draft) == [
        number(on_both, "count(*)", "organization_group_assessments", UNIT_SQL, YEARS),
        number(on_both, "count(*)", *members),
    ]
    told = table(draft, "成员年度考核")
    names_elsewhere = {
        name for name, unit in zip(column(told, "姓名"), column(told, "单位名称"), strict=True) if unit == ELSEWHERE
    }
    assert names_elsewhere == {MOVED, LEFT_IN_TIME}
    graded = table(draft, "成员考核等次")
    assert dict(zip(column(graded, "等次"), column(graded, "人次"), strict=True)) == {
        grade: str(number(on_both, "count(*)", *members, f"grade = '{grade}'")) for grade in GRADES
    }


def test_verifications_tell_the_class_of_the_outcome_for_the_unit_and_its_people(on_both: Database):
    checks = ("organization_personal_matters", PEOPLE_SQL, days("checked_on"))

    assert values(section(on_both, MATTERS)) == [
        number(on_both, "count(*)", *checks),
        number(on_both, "count(*)", *checks, "outcome <> '一致'"),
    ]


def test_checks_of_selection_in_the_period(on_both: Database):
    checks = ("organization_selection_checks", UNIT_SQL, days("checked_on"))

    assert values(section(on_both, PERSONNEL)) == [
        number(on_both, "count(*)", *checks),
        number(on_both, "sum(exemptions)", *checks),
        number(on_both, "count(*)", *checks, NOT_DONE),
    ]


def test_problems_are_those_not_rectified_of_the_period(on_both: Database):
    put(on_both, t.VACANCIES, {"unit": HERE, "year": 2022, "posts_set": 5, "posts_held": 5, "problem": "分工不清"})
    checks = ("organization_selection_checks", UNIT_SQL, days("checked_on"), NOT_DONE)
    branches = ("organization_grass_roots", UNIT_SQL, days("checked_on"), NOT_DONE)

    assert values(section(on_both, PROBLEMS)) == [
        number(on_both, "count(problem)", "organization_staffing", UNIT_SQL, YEARS),
        number(on_both, "count(*)", *checks),
        number(on_both, "count(*)", *branches),
        number(on_both, "count(*)", *branches, "weak"),
    ]
    assert values(section(on_both, PROBLEMS))[0] == 1


def test_a_unit_without_anything_is_answered_with_none(organization: Database):
    draft = drafted(organization, BODY, NOBODY)

    assert {one.draft.state for one in draft.units[0].sections} == {SectionState.NONE}


def test_the_departments_own_roster_is_enough_to_find_a_persons_record_elsewhere(organization: Database):
    """The letter names nobody."""
    unit = UnitScope("U-1", HERE, former_names=(FORMERLY,))
    told = table(drafted(organization, BODY, unit).section("U-1", GRADED), "成员年度考核")

    assert (MOVED, ELSEWHERE) in set(zip(column(told, "姓名"), column(told, "单位名称"), strict=True))


def test_only_what_the_row_is_told_in_gets_stale(organization: Database):
    draft = drafted(organization, BODY)
    matter = {"check_no": "S-1", "name": STRANGER, "unit": ELSEWHERE, "checked_on": date(2025, 1, 1), "outcome": "一致"}
    put(organization, t.PERSONAL_MATTERS, matter)
    assert stale(organization, BODY, draft) == set()

    put(organization, t.PERSONAL_MATTERS, {**matter, "check_no": "S-2", "name": MOVED})
    assert stale(organization, BODY, draft) == {MATTERS}

    draft = drafted(organization, BODY)
    gone = next(ref for ref in section(organization, PROBLEMS).rows if ref.ledger == t.GRASS_ROOTS.name)
    withdraw(organization, t.GRASS_ROOTS, gone.row_id)
    assert stale(organization, BODY, draft) == {PROBLEMS}


def test_strangers_of_other_units_are_never_shown(organization: Database):
    draft = drafted(organization, BODY)
    told = {
        (name, unit)
        for code, title in ((GRADED, "成员年度考核"), (MATTERS, "个人有关事项查核"))
        for found in (table(draft.section("U-1", code), title),)
        for name, unit in zip(column(found, "姓名"), column(found, "单位名称"), strict=True)
    }

    assert (LONG_GONE, HERE) in told  # records of his at the unit itself, within the period
    assert {(STRANGER, ELSEWHERE), (LONG_GONE, ELSEWHERE)}.isdisjoint(told)
