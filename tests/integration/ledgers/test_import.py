"""Importing a ledger: what an export says comes back unchanged, nothing is imported by halves, nothing twice."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import sqlalchemy as sa

from services.chassis.ledgers.export import Format, export_ledger
from services.chassis.ledgers.rows import select_rows
from services.chassis.storage import Database
from tests.integration.ledgers.ledgers_for_tests import ISSUES, csv_bytes, read_in, with_ledgers

HEADER = "编号,单位名称,责任人,发现日期,上报月份,问题数,得分,金额（万元）,整改情况,类别,是否公开"
FULL = "S-1,县水务局,张 三,2026年3月2日,2026-03,３,98.5%,12.34567,未整改,财务、工程,是"
BARE = "S-2,云岭镇,,2026/1/5,,,,,,,"


@pytest.fixture
def ledgers(database: Database) -> Database:
    return with_ledgers(database)


@pytest.mark.parametrize("form", list(Format))
def test_an_exported_ledger_is_read_back_without_a_change(ledgers: Database, form: Format):
    assert read_in(ledgers, ISSUES, csv_bytes(HEADER, FULL, BARE)).added == 2
    before = ledgers.reader.read_sync(lambda connection: select_rows(connection, ISSUES))

    exported = ledgers.reader.read_sync(lambda connection: export_ledger(connection, ISSUES, form))
    again = read_in(ledgers, ISSUES, exported)

    assert (again.added, again.changed, again.unchanged, again.problems) == (0, 0, 2, ())
    assert ledgers.reader.read_sync(lambda connection: select_rows(connection, ISSUES)) == before


def test_what_an_office_types_becomes_one_form(ledgers: Database):
    read_in(ledgers, ISSUES, csv_bytes(HEADER, FULL))

    row = ledgers.reader.read_sync(lambda connection: connection.execute(sa.select(ISSUES.table)).one())

    assert (row.unit, row.leader, row.found, row.reported) == ("县水务局", "张三", dt.date(2026, 3, 2), "2026-03")
    assert (row.issues, row.score, row.amount) == (3, Decimal("98.5000"), Decimal("123456.70"))
    assert (row.status, row.kinds, row.public) == ("未整改", "财务、工程", True)
