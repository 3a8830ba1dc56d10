"""What the petitions bureau's draft says is what its ledger says, counted here once more in plain SQL."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from services.chassis.briefing.draft import SectionDraft, SectionState
from services.chassis.briefing.petitions import WITHOUT_SUMMARY
from services.chassis.briefing.summaries import confirm_summary, write_summary
from services.chassis.storage import Database
from services.petitions.body import BODY
from services.petitions.ledger import CATEGORIES, RESULTS, SATISFACTION
from services.petitions.tables import PETITIONS
from tests.integration.briefing.figures_for_tests import (
    CANARY,
    EDGES,
    ELSEWHERE,
    HERE,
    LONG_GONE,
    MOVED,
    NOBODY,
    STRANGER,
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

pytestmark = pytest.mark.article("A3.2e")
CODE = "petitions.petitions"
ROWS = (
    "petitions_petitions",
    "(unit IN ('县水务局', '县水利局') OR responsible IN ('县水务局', '县水利局') OR subject = '李某')",
    days("received_on"),
)
LISTED = "重复、集体、未办结及反映班子成员的事项"


def filled(database: Database) -> Database:
    choices = {"unit": UNITS, "responsible": (None, HERE, ELSEWHERE), "subject": (None, MOVED, LONG_GONE, STRANGER)}
    rows = crossed("petition_no", **choices, received_on=EDGES)
    put(database, PETITIONS, *(_matter(row, place) for place, row in enumerate(rows)))
    return database


def _matter(row, place: int):
    name, phone, address, words = CANARY
    return {
        **row,
        "channel": "来信",
        "persons": place % 7 + 1,
        "joint": "是" if place % 11 == 0 else "否",
        "repeated": "是" if place % 3 == 0 else "否",
        "category": CATEGORIES[place % len(CATEGORIES)],
        "result": RESULTS[place % 4 % 3],
        "satisfaction": SATISFACTION[place % len(SATISFACTION)],
        "backlog": "是" if place % 13 == 0 else "否",
        "demand": f"{words}{place}",
        "petitioner_name": name,
        "petitioner_id_card": "000000190001010000",
        "petitioner_contact": phone,
        "petitioner_address": address,
    }


@pytest.fixture
def petitions(sqlite_database: Database) -> Database:
    return filled(sqlite_database)


@pytest.fixture
def on_both(database: Database) -> Database:
    """The same rows in SQLite and in PostgreSQL, for what is counted in SQL."""
    return filled(database)


def section(database: Database) -> SectionDraft:
    return drafted(database, BODY).section("U-1", CODE)


def test_every_figure_is_what_plain_sql_counts(on_both: Database):
    whole, repeated = number(on_both, "count(*)", *ROWS), number(on_both, "count(*)", *ROWS, "repeated")

    assert values(section(on_both)) == [
        whole,
        number(on_both, "sum(persons)", *ROWS),
        repeated,
        (Decimal(100 * repeated) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP),
        number(on_both, "count(*)", *ROWS, "result = '办理中'"),
        number(on_both, "count(*)", *ROWS, "backlog"),
        number(on_both, "count(*)", *ROWS, "subject = '李某'"),
    ]


@pytest.mark.parametrize(
    ("title", "heading", "key", "labels"),
    [("按类别", "类别", "category", CATEGORIES), ("按满意度", "满意度", "satisfaction", SATISFACTION)],
)
def test_each_breakdown_is_what_plain_sql_counts(petitions: Database, title, heading, key, labels):
    found = table(section(petitions), title)

    counted = [str(number(petitions, "count(*)", *ROWS, f"{key} = '{label}'")) for label in labels]
    assert column(found, heading) == list(labels)
    assert column(found, "件数") == counted
    assert sum(map(int, counted)) == values(section(petitions))[0]


def test_open_matters_of_each_year_add_up(petitions: Database):
    by_year = table(section(petitions), "按年度")

    assert column(by_year, "年度") == ["2021", "2024", "2026"]
    assert sum(map(int, column(by_year, "未办结"))) == values(section(petitions))[4]


def test_the_list_holds_repeated_joint_open_and_named_matters_by_month_only(on_both: Database):
    told = "(repeated OR joint OR result = '办理中' OR subject = '李某')"
    listed = table(section(on_both), LISTED)

    assert len(listed.rows) == number(on_both, "count(*)", *ROWS, told)
    assert set(column(listed, "收到月份")) == {"2021-03", "2024-07", "2026-03"}
    assert set(column(listed, "摘要（经复核）")) == {WITHOUT_SUMMARY}


def test_a_summary_confirmed_by_a_second_person_is_told(petitions: Database):
    row_id = table(section(petitions), LISTED).rows[0].rows[0].row_id
    text = "反映供水管网维修不及时"
    summary = petitions.writer.run_sync(lambda tx: write_summary(tx, PETITIONS, row_id, text, by="clerk-1"))
    petitions.writer.run_sync(lambda tx: confirm_summary(tx, PETITIONS, summary.id, by="clerk-2"))

    assert column(table(section(petitions), LISTED), "摘要（经复核）").count(text) == 1


def test_nobody_who_petitioned_nor_a_word_they_wrote_is_in_the_draft(petitions: Database):
    out = text_of(drafted(petitions, BODY))

    assert [word for word in (*CANARY, "000000190001010000", "N-1") if word in out] == []


def test_the_database_file_holds_no_petitioner(open_sqlite_database):
    database: Database = open_sqlite_database()
    row = {"petition_no": "N-1", "unit": HERE, "received_on": EDGES[2]}
    put(database, PETITIONS, _matter(row, 1))
    (file,) = database.reader.read_sync(lambda c: [one.file for one in c.exec_driver_sql("PRAGMA database_list")])
    held = b"".join(path.read_bytes() for path in Path(file).parent.glob(f"{Path(file).name}*"))

    assert HERE.encode() in held
    assert [word for word in CANARY[:3] if word.encode() in held] == []


def test_a_unit_without_petitions_is_answered_with_none(petitions: Database):
    assert drafted(petitions, BODY, NOBODY).section("U-9", CODE).state is SectionState.NONE


def test_a_changed_or_withdrawn_matter_makes_the_draft_stale_and_another_units_does_not(petitions: Database):
    draft = drafted(petitions, BODY)
    foreign = {"petition_no": "S-1", "unit": ELSEWHERE, "received_on": EDGES[2]}
    put(petitions, PETITIONS, _matter(foreign, 1))
    assert stale(petitions, BODY, draft) == set()

    put(petitions, PETITIONS, _matter({**foreign, "petition_no": "S-2", "responsible": HERE}, 1))
    assert stale(petitions, BODY, draft) == {CODE}

    draft = drafted(petitions, BODY)
    withdraw(petitions, PETITIONS, section(petitions).rows[0].row_id)
    assert stale(petitions, BODY, draft) == {CODE}
