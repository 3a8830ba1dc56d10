"""Importing a ledger: what an export says comes back unchanged, nothing is imported by halves, nothing twice."""

from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from services.chassis.journal import store as journal
from services.chassis.ledgers.errors import RowUnknownError
from services.chassis.ledgers.export import Format, export_ledger, template
from services.chassis.ledgers.imports import dry_run, import_rows, retire_row
from services.chassis.ledgers.parse import prepare
from services.chassis.ledgers.rows import LedgerRow, changes_of, select_rows
from services.chassis.ledgers.tables import LEDGER_IMPORTS
from services.chassis.storage import Database, Transaction
from tests.integration.ledgers.ledgers_for_tests import ISSUES, PETITIONS, csv_bytes, read_in, with_ledgers

HEADER = "编号,单位名称,责任人,发现日期,上报月份,问题数,得分,金额（万元）,整改情况,类别,是否公开"
FULL = "S-1,县水务局,张 三,2026年3月2日,2026-03,３,98.5%,12.34567,未整改,财务、工程,是"
BARE = "S-2,云岭镇,,2026/1/5,,,,,,,"


@pytest.fixture
def ledgers(database: Database) -> Database:
    return with_ledgers(database)


def rows(database: Database) -> tuple[LedgerRow, ...]:
    return database.reader.read_sync(lambda connection: select_rows(connection, ISSUES, order_by=("number",)))


def changes(database: Database) -> int:
    return database.reader.read_sync(lambda connection: changes_of(connection, [ISSUES.name]))[0][1]


def exported(database: Database, form: Format) -> bytes:
    return database.reader.read_sync(lambda connection: export_ledger(connection, ISSUES, form))


def entries(database: Database, kind: str) -> list[dict[str, object]]:
    found = database.reader.read_sync(journal.read)
    return [json.loads(entry.payload) for entry in found if entry.kind == kind]


@pytest.mark.parametrize("form", list(Format))
def test_an_exported_ledger_is_read_back_without_a_change(ledgers: Database, form: Format):
    assert read_in(ledgers, ISSUES, csv_bytes(HEADER, FULL, BARE)).added == 2
    before = rows(ledgers)

    again = read_in(ledgers, ISSUES, exported(ledgers, form))

    assert (again.added, again.changed, again.unchanged, again.problems) == (0, 0, 2, ())
    assert rows(ledgers) == before


def test_what_an_office_types_becomes_one_form(ledgers: Database):
    read_in(ledgers, ISSUES, csv_bytes(HEADER, FULL))

    row = ledgers.reader.read_sync(lambda connection: connection.execute(sa.select(ISSUES.table)).one())

    assert (row.unit, row.leader, row.found, row.reported) == ("县水务局", "张三", dt.date(2026, 3, 2), "2026-03")
    assert (row.issues, row.score, row.amount) == (3, Decimal("98.5000"), Decimal("123456.70"))
    assert (row.status, row.kinds, row.public) == ("未整改", "财务、工程", True)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(ledgers: Database):
    read_in(ledgers, ISSUES, csv_bytes(HEADER, FULL, BARE))
    count = ledgers.reader.read_sync(lambda connection: len(journal.read(connection)))
    prepared = prepare(ISSUES.spec, csv_bytes(HEADER, FULL.replace("未整改", "已整改"), BARE.replace("S-2", "S-3")))

    report = ledgers.reader.read_sync(lambda connection: dry_run(connection, ISSUES, prepared))

    assert (report.added, report.changed, report.unchanged, report.missing) == (1, 1, 0, 1)
    assert (report.accepted, report.imported) == (True, False)
    assert ledgers.reader.read_sync(lambda connection: len(journal.read(connection))) == count
    done = read_in(ledgers, ISSUES, prepared)
    assert (done.added, done.changed, done.unchanged, done.missing) == (1, 1, 0, 1)


def test_one_bad_row_keeps_the_whole_file_out(ledgers: Database):
    data = csv_bytes(HEADER, FULL, BARE, "S-3,县水务局,,昨天,,,,,,,", "S-4,县水务局,,2026-01-01,,-1,,,查,,")
    report = read_in(ledgers, ISSUES, data)

    assert (report.accepted, report.imported) == (False, False)
    assert [(one.row, one.column, one.code) for one in report.problems] == [
        (4, "发现日期", "NOT_A_DATE"),
        (5, "整改情况", "NOT_A_CHOICE"),
        (5, "问题数", "OUT_OF_RANGE"),
    ]
    assert report.problems[0].zh == "不是有效日期，请写成 2026-03-02 或 2026年3月2日"
    assert (rows(ledgers), changes(ledgers), entries(ledgers, "ledger.imported")) == ((), 0, [])


def test_an_import_that_fails_half_way_leaves_nothing(ledgers: Database):
    class PlannedError(Exception):
        pass

    prepared = prepare(ISSUES.spec, csv_bytes(HEADER, FULL))

    def failing(tx: Transaction) -> None:
        import_rows(tx, ISSUES, prepared, by="clerk-1")
        raise PlannedError

    with pytest.raises(PlannedError):
        ledgers.writer.run_sync(failing)
    assert (rows(ledgers), changes(ledgers)) == ((), 0)


def test_the_same_file_twice_changes_nothing_at_all(ledgers: Database):
    data = csv_bytes(HEADER, FULL, BARE)
    first, second = read_in(ledgers, ISSUES, data), read_in(ledgers, ISSUES, data, by="clerk-2")

    assert second.import_id == first.import_id
    assert (second.added, second.changed, second.unchanged) == (0, 0, 2)
    assert changes(ledgers) == len(entries(ledgers, "ledger.imported")) == 1


def test_a_changed_row_keeps_its_id_and_grows_its_revision(ledgers: Database):
    read_in(ledgers, ISSUES, csv_bytes(HEADER, FULL, BARE))
    before = rows(ledgers)
    read_in(ledgers, ISSUES, csv_bytes(HEADER, FULL.replace("未整改", "已整改"), BARE))
    after = rows(ledgers)

    assert [row.ref.row_id for row in after] == [row.ref.row_id for row in before]
    assert [row.ref.revision for row in after] == [2, 1]
    assert after[0]["status"] == "已整改"
    assert changes(ledgers) == 2


def test_an_extract_takes_nothing_away(ledgers: Database):
    """A row that a file lacks is counted as missing and kept: taking it out is an act of its own."""
    read_in(ledgers, ISSUES, csv_bytes(HEADER, FULL, BARE))
    report = read_in(ledgers, ISSUES, csv_bytes(HEADER, FULL))

    assert (report.missing, len(rows(ledgers))) == (1, 2)


def test_a_withdrawn_row_leaves_figures_and_exports_but_not_the_books(ledgers: Database):
    read_in(ledgers, ISSUES, csv_bytes(HEADER, FULL, BARE))
    gone = rows(ledgers)[0].ref.row_id
    ledgers.writer.run_sync(lambda tx: retire_row(tx, ISSUES, gone, by="clerk-1"))

    assert [row["number"] for row in rows(ledgers)] == ["S-2"]
    assert "S-1" not in exported(ledgers, Format.CSV).decode("utf-8-sig")
    assert ledgers.reader.read_sync(lambda c: c.scalar(sa.select(sa.func.count()).select_from(ISSUES.table))) == 2
    assert [entry["row"] for entry in entries(ledgers, "ledger.row_retired")] == [gone]
    with pytest.raises(RowUnknownError):
        ledgers.writer.run_sync(lambda tx: retire_row(tx, ISSUES, gone, by="clerk-1"))


def test_a_withdrawn_row_that_is_imported_again_comes_back_in_a_new_revision(ledgers: Database):
    read_in(ledgers, ISSUES, csv_bytes(HEADER, FULL))
    gone = rows(ledgers)[0].ref.row_id
    ledgers.writer.run_sync(lambda tx: retire_row(tx, ISSUES, gone, by="clerk-1"))
    report = read_in(ledgers, ISSUES, csv_bytes(HEADER, FULL))

    assert report.changed == 1
    assert [(row.ref.row_id, row.ref.revision) for row in rows(ledgers)] == [(gone, 3)]


def test_the_books_say_who_imported_what_and_never_keep_the_file(ledgers: Database):
    report = read_in(ledgers, ISSUES, csv_bytes(HEADER, FULL, BARE))

    (entry,) = entries(ledgers, "ledger.imported")
    assert (entry["import"], entry["by"], entry["added_count"]) == (report.import_id, "clerk-1", 2)
    row = ledgers.reader.read_sync(lambda connection: connection.execute(sa.select(LEDGER_IMPORTS)).one())
    assert (row.imported_by, row.row_count, row.file_digest) == ("clerk-1", 2, report.file_digest)


def test_many_rows_are_imported_in_one_go(ledgers: Database):
    lines = [f"S-{n},县水务局,,2026-01-05,,,,,,," for n in range(3000)]
    assert read_in(ledgers, ISSUES, csv_bytes(HEADER, *lines)).added == 3000
    assert read_in(ledgers, ISSUES, csv_bytes(HEADER, *lines, BARE.replace("S-2", "S-x"))).added == 1


INJECTIONS = ("=1+1", "+1", "-1", "@SUM(A1)", "'quoted", "=HYPERLINK(0)")


@pytest.mark.parametrize("form", list(Format))
def test_no_text_of_a_ledger_becomes_a_formula_in_a_spreadsheet(ledgers: Database, form: Format):
    lines = [f"'{text},县水务局,,2026-01-05,,,,,,," for text in INJECTIONS]
    read_in(ledgers, ISSUES, csv_bytes(HEADER, *lines))
    assert {row["number"] for row in rows(ledgers)} == set(INJECTIONS)
    data = exported(ledgers, form)

    if form is Format.CSV:
        first = [line.split(",")[0] for line in data.decode("utf-8-sig").splitlines()[1:]]
        assert all(cell.startswith("'") for cell in first)
    else:
        cells = [row[0] for row in load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(min_row=2)]
        assert {cell.data_type for cell in cells} == {"s"}
    assert read_in(ledgers, ISSUES, data).unchanged == len(INJECTIONS)


@pytest.mark.parametrize("form", list(Format))
def test_the_template_names_every_column_and_is_accepted_empty(form: Format):
    assert prepare(PETITIONS.spec, template(PETITIONS.spec, form)).problems == ()
    assert prepare(ISSUES.spec, template(ISSUES.spec, form)).rows == ()
