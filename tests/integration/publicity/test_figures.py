"""What the publicity department's draft says is what its ledgers say, counted here once more in plain SQL."""

from __future__ import annotations

import pytest

from services.chassis.briefing.draft import SectionState
from services.chassis.storage import Database
from services.publicity.body import BODY
from services.publicity.ledger import EVENT_STATES, RECTIFICATION
from services.publicity.tables import IDEOLOGY_CHECKS, NETWORK_INCIDENTS, OPINION_EVENTS, POSITIONS
from tests.integration.briefing.figures_for_tests import (
    EDGES,
    ELSEWHERE,
    HERE,
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

pytestmark = pytest.mark.article("A3.2d")
IDEOLOGY, OPINION, NETWORK = (f"publicity.{name}" for name in ("ideology", "online_opinion", "network_security"))
NOT_DONE = "status <> '已整改'"


def filled(database: Database) -> Database:
    checks = crossed("check_no", unit=UNITS, checked_on=EDGES, status=RECTIFICATION, problems=(None, 0, 3))
    put(database, IDEOLOGY_CHECKS, *checks)
    positions = crossed("position_no", unit=UNITS, checked_on=(None, *EDGES), status=(None, *RECTIFICATION))
    put(database, POSITIONS, *({**row, "kind": "网站", "name": "门户"} for row in positions))
    events = crossed("event_no", unit=UNITS, found_on=EDGES, status=EVENT_STATES, level=("一般", "重大"))
    put(database, OPINION_EVENTS, *({**row, "topic": "停水"} for row in events))
    incidents = crossed("incident_no", unit=UNITS, found_on=EDGES, status=RECTIFICATION)
    put(database, NETWORK_INCIDENTS, *({**row, "kind": "漏洞通报", "finding": "弱口令"} for row in incidents))
    return database


@pytest.fixture
def publicity(sqlite_database: Database) -> Database:
    return filled(sqlite_database)


@pytest.fixture
def on_both(database: Database) -> Database:
    """The same rows in SQLite and in PostgreSQL, for what is counted in SQL."""
    return filled(database)


def section(database: Database, code: str):
    return drafted(database, BODY).section("U-1", code)


def test_ideology_counts_checks_of_the_period_and_every_platform(on_both: Database):
    checks = ("publicity_ideology_checks", UNIT_SQL, days("checked_on"))
    positions = ("publicity_positions", UNIT_SQL)

    assert values(section(on_both, IDEOLOGY)) == [
        number(on_both, "count(*)", *checks),
        number(on_both, "sum(problems)", *checks),
        number(on_both, "count(*)", *checks, NOT_DONE),
        number(on_both, "count(*)", *positions),
        number(on_both, "count(*)", *positions, NOT_DONE),
    ]
    assert values(section(on_both, IDEOLOGY)) == [54, 54, 36, 48, 24]


def test_opinion_events_of_the_period_by_level_and_those_not_closed(on_both: Database):
    events = ("publicity_opinion_events", UNIT_SQL, days("found_on"))
    draft = section(on_both, OPINION)

    assert values(draft) == [
        number(on_both, "count(*)", *events),
        number(on_both, "count(*)", *events, "status <> '已办结'"),
    ]
    by_level = table(draft, "按等级")
    assert dict(zip(column(by_level, "等级"), column(by_level, "起数"), strict=True)) == {
        level: str(number(on_both, "count(*)", *events, f"level = '{level}'")) for level in ("一般", "重大")
    }


def test_network_incidents_of_the_period_and_those_not_rectified(on_both: Database):
    incidents = ("publicity_network_incidents", UNIT_SQL, days("found_on"))

    assert values(section(on_both, NETWORK)) == [
        number(on_both, "count(*)", *incidents),
        number(on_both, "count(*)", *incidents, NOT_DONE),
    ]
    shown = {row.cells[0] for row in table(section(on_both, NETWORK), "网络安全事件").rows}
    assert shown == set(EDGES[1:4])


def test_a_unit_without_anything_is_answered_with_none(publicity: Database):
    draft = drafted(publicity, BODY, NOBODY)

    assert {one.draft.state for one in draft.units[0].sections} == {SectionState.NONE}


def test_only_the_section_that_a_row_belongs_to_gets_stale(publicity: Database):
    draft = drafted(publicity, BODY)
    assert ELSEWHERE not in text_of(draft)

    event = {"event_no": "S-1", "found_on": EDGES[2], "topic": "停水", "level": "一般", "status": "处置中"}
    put(publicity, OPINION_EVENTS, {**event, "unit": ELSEWHERE})
    assert stale(publicity, BODY, draft) == set()
    put(publicity, OPINION_EVENTS, {**event, "unit": HERE, "event_no": "S-2"})
    assert stale(publicity, BODY, draft) == {OPINION}
    withdraw(
        publicity, POSITIONS, next(r.row_id for r in section(publicity, IDEOLOGY).rows if r.ledger == POSITIONS.name)
    )
    assert stale(publicity, BODY, draft) == {OPINION, IDEOLOGY}
