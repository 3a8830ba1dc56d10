"""What the discipline commission's draft says is what its ledgers say, counted here once more in plain SQL."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest

from services.chassis.briefing.draft import SectionDraft, SectionState
from services.chassis.briefing.scope import LookBack, window_before
from services.chassis.storage import Database
from services.discipline import tables as t
from services.discipline.body import BODY
from services.discipline.ledger import CHANNELS, DISCIPLINES
from tests.integration.briefing.figures_for_tests import (
    CANARY,
    EDGES,
    ELSEWHERE,
    HERE,
    LETTER_DATE,
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
    text_of,
    values,
    withdraw,
)

pytestmark = pytest.mark.article("A3.2b")
ECOLOGY, PETITIONS, LEADS = (f"discipline.{name}" for name in ("political_ecology", "petitions", "leads_and_disposal"))
PEOPLE_SQL = f"({UNIT_SQL} OR subject = '李某')"
OPEN_SQL = "status NOT IN ('已办结', '暂存待查')"
SUBJECTS = (None, MOVED, LONG_GONE, STRANGER)


def filled(database: Database) -> Database:
    petitions = crossed("petition_no", unit=UNITS, subject=SUBJECTS, received_on=EDGES, repeated=("是", "否"))
    put(database, t.PETITIONS, *(_petition(row, place) for place, row in enumerate(petitions)))
    states = ("初步核实中", "已办结", "暂存待查")
    leads = crossed("lead_no", unit=UNITS, subject=SUBJECTS[1:], registered_on=EDGES, status=states)
    put(database, t.LEADS, *({**row, "source": "巡察移交", "disposal": "初步核实"} for row in leads))
    decisions = crossed("decision_no", unit=UNITS, subject=SUBJECTS[1:], decided_on=EDGES, kind=("党内警告",))
    put(database, t.DECISIONS, *decisions)
    put(database, t.CASES, *crossed("case_no", unit=UNITS, found_on=EDGES, kind=("公车私用",)))
    profiles = ({"unit": HERE, "assessed_on": day, "assessment": f"研判结论{day}"} for day in EDGES)
    put(database, t.PROFILES, *profiles)
    return database


def _petition(row, place: int):
    made = {
        "channel": CHANNELS[place % len(CHANNELS)],
        "real_name": "是" if place % 3 == 0 else "否",
        "disciplines": "、".join({DISCIPLINES[place % 6], DISCIPLINES[place % 4]}),
        "rank": "乡科级副职",
        "handling": "自办",
    }
    name, phone, address, words = CANARY
    told = {"accusation": f"{words}{place}"}
    if place % 3 == 0:
        told |= {"petitioner_name": name, "petitioner_contact": phone, "petitioner_address": address}
    return {**row, **made, **told}


@pytest.fixture
def discipline(sqlite_database: Database) -> Database:
    return filled(sqlite_database)


@pytest.fixture
def on_both(database: Database) -> Database:
    """The same rows in SQLite and in PostgreSQL, for what is counted in SQL."""
    return filled(database)


def section(database: Database, code: str) -> SectionDraft:
    return drafted(database, BODY).section("U-1", code)


def share(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_ecology_quotes_the_latest_assessment_of_the_period_and_counts_cases_and_decisions(on_both: Database):
    draft = section(on_both, ECOLOGY)

    assert values(draft) == [
        "研判结论2026-03-02",
        number(on_both, "count(*)", "discipline_conduct_cases", UNIT_SQL, days("found_on")),
        number(on_both, "count(*)", "discipline_decisions", PEOPLE_SQL, days("decided_on")),
    ]
    assert column(table(draft, "历次研判"), "研判日期") == [str(day) for day in EDGES[1:4]]


def test_petitions_are_counted_with_repeated_and_named_ones_and_their_shares(on_both: Database):
    rows = ("discipline_petitions", PEOPLE_SQL, days("received_on"))
    whole = number(on_both, "count(*)", *rows)
    repeated, named = (number(on_both, "count(*)", *rows, flag) for flag in ("repeated", "real_name"))

    assert values(section(on_both, PETITIONS)) == [
        *(whole, repeated, share(repeated, whole)),
        *(named, share(named, whole)),
    ]


@pytest.mark.parametrize(
    ("title", "heading", "key", "labels"),
    [("按渠道", "渠道", "channel = '@'", CHANNELS), ("按六项纪律", "纪律", "disciplines LIKE '%@%'", DISCIPLINES)],
)
def test_each_breakdown_is_what_plain_sql_counts(discipline: Database, title, heading, key, labels):
    rows = ("discipline_petitions", PEOPLE_SQL, days("received_on"))
    found = table(section(discipline, PETITIONS), title)

    assert dict(zip(column(found, heading), column(found, "件数"), strict=True)) == {
        label: str(number(discipline, "count(*)", *rows, key.replace("@", label))) for label in labels
    }


def test_years_and_the_list_add_up_to_the_whole(discipline: Database):
    draft = section(discipline, PETITIONS)
    whole = values(draft)[0]

    assert sum(map(int, column(table(draft, "按年度"), "件数"))) == whole
    listed = table(draft, "信访举报清单")
    assert len(listed.rows) == whole
    assert set(column(listed, "收到月份")) == {"2021-03", "2024-07", "2026-03"}


def test_leads_that_are_being_handled_stand_apart(on_both: Database):
    rows = ("discipline_leads", PEOPLE_SQL, days("registered_on"))
    draft = section(on_both, LEADS)

    assert values(draft) == [
        number(on_both, "count(*)", *rows),
        number(on_both, "count(*)", *rows, OPEN_SQL),
    ]
    assert set(column(table(draft, "正在办理的线索"), "办理状态")) == {"初步核实中"}
    assert set(column(table(draft, "已处置的线索"), "办理状态")) == {"已办结", "暂存待查"}


def test_a_period_that_takes_open_matters_along_tells_of_older_open_leads_only(on_both: Database):
    window = window_before(LETTER_DATE, LookBack(60, plus_open=True))
    draft = drafted(on_both, BODY, window=window).section("U-1", LEADS)
    older = f"(registered_on >= '2021-03-02' OR {OPEN_SQL}) AND registered_on <= '2026-03-02'"

    assert values(draft)[0] == number(on_both, "count(*)", "discipline_leads", PEOPLE_SQL, older)
    assert len(draft.rows) > len(section(on_both, LEADS).rows)


def test_a_moved_persons_records_come_along_and_those_of_strangers_do_not(discipline: Database):
    draft = drafted(discipline, BODY)
    told = {
        (name, unit)
        for code, title, heading in (
            (ECOLOGY, "党纪政务处分", "受处分人"),
            (LEADS, "正在办理的线索", "被反映人"),
            (LEADS, "已处置的线索", "被反映人"),
        )
        for found in (table(draft.section("U-1", code), title),)
        for name, unit in zip(column(found, heading), column(found, "单位名称"), strict=True)
    }

    assert {name for name, unit in told if unit == ELSEWHERE} == {MOVED}


@pytest.mark.article("A3.2e")
def test_who_complained_their_words_and_register_numbers_are_nowhere(discipline: Database):
    out = text_of(drafted(discipline, BODY))

    assert [word for word in (*CANARY, "N-1") if word in out] == []


def test_a_unit_without_anything_is_answered_with_none(discipline: Database):
    draft = drafted(discipline, BODY, NOBODY)

    assert {one.draft.state for one in draft.units[0].sections} == {SectionState.NONE}


def test_only_what_the_row_is_told_in_gets_stale(discipline: Database):
    draft = drafted(discipline, BODY)
    case = {"case_no": "S-1", "found_on": EDGES[2], "kind": "违规吃喝"}
    put(discipline, t.CASES, {**case, "unit": ELSEWHERE})
    assert stale(discipline, BODY, draft) == set()

    put(discipline, t.CASES, {**case, "unit": HERE, "case_no": "S-2"})
    assert stale(discipline, BODY, draft) == {ECOLOGY}

    withdraw(discipline, t.LEADS, section(discipline, LEADS).rows[0].row_id)
    assert stale(discipline, BODY, draft) == {ECOLOGY, LEADS}
