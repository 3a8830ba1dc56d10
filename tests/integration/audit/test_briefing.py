"""What the audit bureau's draft says is what its ledger says, counted here once more in plain SQL."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from services.audit.body import BODY
from services.audit.tables import ISSUES, PROJECTS
from services.chassis.briefing.compiling import changed_since
from services.chassis.briefing.draft import SectionDraft, SectionState, Table
from services.chassis.briefing.reading import LedgerReader
from services.chassis.briefing.scope import UnitScope, Window
from services.chassis.ledgers.imports import retire_row
from services.chassis.storage import Database
from tests.integration.audit.audits_for_tests import (
    CODE,
    ISSUE_HEADER,
    ISSUE_ROWS,
    LETTER_DATE,
    PROJECT_HEADER,
    PROJECT_ROWS,
    WATER,
    asked,
    drafted,
    read_all_in,
    read_in,
)

pytestmark = pytest.mark.article("A3.2f")

# Written without the code under test: names spelled out, the rule of the period as plain comparisons.
TOLD = """
    SELECT DISTINCT p.id AS project_id, p.project_no FROM audit_projects p
    LEFT JOIN audit_issues i ON i.project_no = p.project_no
    WHERE (p.unit IN ('县水务局', '县水利局') OR i.unit IN ('县水务局', '县水利局'))
      AND p.report_date <= '2026-03-02'
      AND (p.report_date >= '2023-03-02' OR EXISTS (
            SELECT 1 FROM audit_issues o WHERE o.project_no = p.project_no AND o.status <> '已整改'))
"""
ISSUES_TOLD = """
    FROM audit_issues i JOIN (@TOLD) t ON t.project_no = i.project_no
    JOIN audit_projects p ON p.project_no = i.project_no
    WHERE i.unit IN ('县水务局', '县水利局') OR p.unit IN ('县水务局', '县水利局')
""".replace("@TOLD", TOLD)
COUNTS = """
    SELECT (SELECT count(*) FROM (@TOLD) q), count(*), sum(amount_violation), sum(amount_irregular),
    sum(amount_loss), sum(CASE status WHEN '未整改' THEN 1 ELSE 0 END),
    sum(CASE status WHEN '持续整改' THEN 1 ELSE 0 END), sum(CASE status WHEN '已整改' THEN 1 ELSE 0 END),
    sum(systems), sum(CASE WHEN transferred THEN 1 ELSE 0 END)
""".replace("@TOLD", TOLD)


@pytest.fixture
def audit(database: Database) -> Database:
    read_all_in(database)
    return database


def section(database: Database, *units: UnitScope) -> SectionDraft:
    request = asked(*units)
    return drafted(database, request).section(request.units[0].unit_id, CODE)


def table(draft: SectionDraft, title: str) -> Table:
    return next(one for one in draft.tables if one.title == title)


def one(database: Database, query: str):
    return database.reader.read_sync(lambda connection: connection.execute(sa.text(query)).one())


def test_every_figure_of_the_prose_is_what_plain_sql_counts(audit: Database):
    counts = one(audit, COUNTS + ISSUES_TOLD)
    values = [figure.value for paragraph in section(audit).paragraphs for figure in paragraph.figures]

    cents = [Decimal(int(number)) for number in counts]
    assert values == [*cents[:2], *(amount / 100 for amount in cents[2:5]), *cents[5:]]
    assert values[:5] == [3, 4, Decimal("71320.00"), Decimal("1005000.50"), Decimal("3000.25")]


def test_every_figure_names_exactly_its_rows(audit: Database):
    draft = section(audit)
    ids = audit.reader.read_sync(
        lambda connection: {
            *connection.scalars(sa.text(TOLD.replace(", p.project_no", ""))),
            *connection.scalars(sa.text("SELECT i.id" + ISSUES_TOLD)),
        }
    )

    leaders = {ref.row_id for row in table(draft, "领导干部经济责任审计结果").rows for ref in row.rows}
    assert {ref.row_id for ref in draft.rows} - leaders == ids
    unrectified = draft.paragraphs[1].figures[0]
    assert unrectified.value == len(unrectified.rows) == 2


def test_issues_not_rectified_come_first(audit: Database):
    issues = table(section(audit), "审计发现的问题")
    statuses = [row.cells[-1] for row in issues.rows]

    assert statuses == ["未整改", "未整改", "持续整改", "已整改"]


def test_categories_add_up_to_the_whole(audit: Database):
    categories = table(section(audit), "问题分类")
    texts = [row.texts(categories.columns) for row in categories.rows]

    assert sum(int(text[1]) for text in texts) == 4
    assert sum(Decimal(text[3]) for text in texts) == Decimal("71320.00") + Decimal("1005000.50") + Decimal("3000.25")


@pytest.mark.parametrize(
    ("report_date", "told"),
    [
        (LETTER_DATE, True),
        (LETTER_DATE + timedelta(days=1), False),
        (date(2023, 3, 2), True),
        (date(2023, 3, 1), False),
    ],
)
def test_the_period_holds_its_first_and_last_day_and_nothing_beyond(
    database: Database, report_date: date, *, told: bool
):
    read_in(database, PROJECTS, PROJECT_HEADER, f"E-1,2023,边界,投资,县水务局,,,,,,{report_date},")

    assert (section(database).state is SectionState.PROVIDED) is told


def test_an_older_audit_is_told_only_while_an_issue_is_open(audit: Database):
    numbers = [row.cells[1] for row in table(section(audit), "审计项目").rows]
    assert numbers == ["供水工程", "水利资金专项", "县级预算执行"]

    rectified = [row.replace("持续整改", "已整改") for row in ISSUE_ROWS]
    read_in(audit, ISSUES, ISSUE_HEADER, *rectified)

    assert "供水工程" not in [row.cells[1] for row in table(section(audit), "审计项目").rows]


def test_a_leaders_audit_follows_him_to_his_new_unit(audit: Database):
    """Audited as mayor of the town, now head of the unit asked about."""
    results = table(section(audit), "领导干部经济责任审计结果")

    assert [row.texts(results.columns)[:3] for row in results.rows] == [("李某", "镇长", "云岭镇")]
    assert "云岭镇" not in [row.cells[1] for row in table(section(audit), "审计发现的问题").rows]


def test_a_unit_without_audits_is_answered_with_none(audit: Database):
    assert section(audit, UnitScope("U-9", "县档案馆")).state is SectionState.NONE


def test_an_older_window_without_open_matters_leaves_them_out(audit: Database):
    window = Window(date(2023, 3, 2), LETTER_DATE)
    draft = drafted(audit, asked(WATER, window=window)).section("U-1", CODE)

    assert [row.cells[1] for row in table(draft, "审计项目").rows] == ["水利资金专项", "县级预算执行"]


def stale(database: Database, draft):
    return database.reader.read_sync(
        lambda connection: changed_since(draft.fingerprint, asked(), LedgerReader(connection), BODY)
    )


def test_a_draft_is_stale_when_a_row_behind_it_changed_and_not_before(audit: Database):
    draft = drafted(audit)
    assert stale(audit, draft) == ()

    read_in(audit, ISSUES, ISSUE_HEADER, *ISSUE_ROWS[:-1], ISSUE_ROWS[-1].replace("77", "78"))
    assert stale(audit, draft) == ()  # another unit's row

    read_in(audit, ISSUES, ISSUE_HEADER, ISSUE_ROWS[1].replace("未整改", "持续整改"))
    assert [(change.unit_id, change.code) for change in stale(audit, draft)] == [("U-1", CODE)]


def test_a_draft_is_stale_when_a_row_appears_or_is_withdrawn(audit: Database):
    draft = drafted(audit)
    read_in(audit, PROJECTS, PROJECT_HEADER, "P-8,2025,新增,投资,县水务局,,,,,,2025-12-01,")
    assert len(stale(audit, draft)) == 1

    draft = drafted(audit)
    row = one(audit, "SELECT id FROM audit_issues WHERE issue_no = 'W-2'")
    audit.writer.run_sync(lambda tx: retire_row(tx, ISSUES, row.id, by="clerk-1"))
    assert len(stale(audit, draft)) == 1
    assert drafted(audit).section("U-1", CODE).paragraphs[0].figures[1].value == 3


def test_names_that_look_like_the_unit_are_shown_and_not_counted(audit: Database):
    read_in(audit, PROJECTS, PROJECT_HEADER, "P-9,2025,别名,投资,青禾县水务局,,,,,,2025-12-01,")
    unit = drafted(audit).units[0]

    assert unit.near_names == ("青禾县水务局",)
    assert unit.sections[0].draft.paragraphs[0].figures[0].value == 3


def test_the_unused_rows_of_the_example_stay_unused(audit: Database):
    """P-6 is reported after the letter, P-7 is another unit's: the example would prove little without them."""
    assert {row.split(",")[0] for row in PROJECT_ROWS} >= {"P-6", "P-7"}
    text = str([row.cells for one in section(audit).tables for row in one.rows])
    assert "水费收缴" not in text
    assert "决算" not in text
