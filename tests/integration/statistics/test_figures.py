"""What the statistics bureau's draft says is what its ledgers say, counted here once more in plain SQL."""

from __future__ import annotations

import pytest

from services.chassis.briefing.draft import SectionState
from services.chassis.briefing.scope import LookBack, window_before
from services.chassis.storage import Database
from services.statistics.body import BODY
from services.statistics.ledger import PERIODS, RECTIFICATION
from services.statistics.tables import INDICATORS, QUALITY_CHECKS, VIOLATIONS
from tests.integration.briefing.figures_for_tests import (
    EDGES,
    ELSEWHERE,
    HERE,
    LETTER_DATE,
    NOBODY,
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
    text_of,
    values,
    withdraw,
)

pytestmark = pytest.mark.article("A3.2g")
CODE = "statistics.indicators"
YEARS = "year >= 2021 AND year <= 2026"


def filled(database: Database) -> Database:
    choices = {"unit": UNITS, "year": (2020, 2021, 2024, 2026, 2027), "period": PERIODS[2:], "code": ("A", "B")}
    rows = [{**row, "name": "指标", "source": "直报"} for row in crossed("target", **choices)]
    for place, row in enumerate(rows):
        row |= {"target": 100, "completion": (None, "99.9999", "100", "112.5")[place % 4]}
    put(database, INDICATORS, *rows)
    put(database, QUALITY_CHECKS, *crossed("check_no", unit=UNITS, checked_on=EDGES, status=RECTIFICATION))
    put(database, VIOLATIONS, *crossed("case_no", unit=UNITS, found_on=EDGES, nature=("迟报",), status=("已整改",)))
    return database


@pytest.fixture
def statistics(sqlite_database: Database) -> Database:
    return filled(sqlite_database)


@pytest.fixture
def on_both(database: Database) -> Database:
    """The same rows in SQLite and in PostgreSQL, for what is counted in SQL."""
    return filled(database)


def section(database: Database):
    return drafted(database, BODY).section("U-1", CODE)


def test_every_figure_is_what_plain_sql_counts(on_both: Database):
    indicators = ("statistics_indicators", UNIT_SQL, YEARS)
    checks = ("statistics_quality_checks", UNIT_SQL, days("checked_on"))

    assert values(section(on_both)) == [
        number(on_both, "count(DISTINCT code)", *indicators),
        number(on_both, "count(*)", *indicators),
        number(on_both, "count(completion)", *indicators),
        number(on_both, "count(*)", *indicators, "completion >= 1000000"),
        number(on_both, "count(*)", *indicators, "completion < 1000000"),
        number(on_both, "count(*)", *checks),
        number(on_both, "count(*)", *checks, "status <> '已整改'"),
        number(on_both, "count(*)", "statistics_violations", UNIT_SQL, days("found_on")),
    ]
    assert values(section(on_both))[:3] == [2, 24, 18]


def test_a_completion_a_hair_below_its_target_is_not_met(sqlite_database: Database):
    one = {"code": "A", "name": "指标", "unit": HERE, "year": 2025, "period": "全年"}
    put(sqlite_database, INDICATORS, {**one, "completion": "99.9999"}, {**one, "code": "B", "completion": "100.0000"})

    assert values(section(sqlite_database))[2:5] == [2, 1, 1]


def test_indicators_stand_by_code_year_and_period_as_the_year_runs(sqlite_database: Database):
    one = {"name": "指标", "unit": HERE, "year": 2025}
    put(sqlite_database, INDICATORS, *({**one, "code": code, "period": p} for code in "BA" for p in reversed(PERIODS)))

    assert column(table(section(sqlite_database), "指标完成情况"), "时期") == [*PERIODS, *PERIODS]


def test_three_years_reach_back_to_the_year_of_the_first_day(statistics: Database):
    window = window_before(LETTER_DATE, LookBack(36))
    draft = drafted(statistics, BODY, window=window).section("U-1", CODE)

    assert set(column(table(draft, "指标完成情况"), "年度")) == {"2024", "2026"}


def test_a_unit_without_indicators_is_answered_with_none(statistics: Database):
    assert drafted(statistics, BODY, NOBODY).section("U-9", CODE).state is SectionState.NONE


def test_other_units_are_neither_shown_nor_make_the_draft_stale(statistics: Database):
    draft = drafted(statistics, BODY)
    assert ELSEWHERE not in text_of(draft)

    put(
        statistics,
        VIOLATIONS,
        {"case_no": "S", "unit": ELSEWHERE, "found_on": EDGES[2], "nature": "迟报", "status": "已整改"},
    )
    assert stale(statistics, BODY, draft) == set()
    withdraw(statistics, VIOLATIONS, next(ref.row_id for ref in section(statistics).rows if "violations" in ref.ledger))
    assert stale(statistics, BODY, draft) == {CODE}
