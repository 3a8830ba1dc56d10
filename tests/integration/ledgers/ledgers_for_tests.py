"""A petition ledger and a plain one, with every kind of column, in tables that no product database has."""

from __future__ import annotations

import sqlalchemy as sa

from services.chassis.identity.suites import DEFAULT_SUITE, suite_named
from services.chassis.ledgers import spec as s
from services.chassis.ledgers.imports import ImportReport, import_rows
from services.chassis.ledgers.jurisdiction import AUTHORITIES
from services.chassis.ledgers.parse import Prepared, prepare
from services.chassis.ledgers.tables import LEDGER_IMPORTS, Ledger, ledger_table
from services.chassis.ledgers.vault import Custodians
from services.chassis.storage import METADATA, Database

METADATA_OF_TESTS = sa.MetaData(naming_convention=METADATA.naming_convention)
LEDGER_IMPORTS.to_metadata(METADATA_OF_TESTS)

ISSUES = ledger_table(
    s.LedgerSpec(
        name="test_issues",
        title_zh="问题台账",
        title_en="Issues",
        natural_key=("number",),
        columns=(
            s.text("number", "编号", "Number", required=True, max_length=40),
            s.unit(),
            s.person("leader", "责任人", "Leader"),
            s.day("found", "发现日期", "Found", required=True),
            s.month("reported", "上报月份", "Reported"),
            s.integer("issues", "问题数", "Issues"),
            s.decimal("score", "得分", "Score"),
            s.money("amount", "金额", "Amount"),
            s.choice("status", "整改情况", "Status", ("已整改", "持续整改", "未整改")),
            s.tags("kinds", "类别", "Kinds", ("财务", "工程", "其他")),
            s.yes_no("public", "是否公开", "Public"),
        ),
    ),
    METADATA_OF_TESTS,
)

PETITIONS = ledger_table(
    s.LedgerSpec(
        name="test_petitions",
        title_zh="信访台账",
        title_en="Petitions",
        natural_key=("number",),
        columns=(
            s.text("number", "编号", "Number", required=True, max_length=40),
            s.day("received", "受理日期", "Received", required=True),
            s.unit(),
            s.choice("authority", "管理权限", "Authority", AUTHORITIES, authority=True),
            s.text("demand", "诉求", "Demand", free=True),
            s.petitioner("petitioner", "信访人", "Petitioner"),
            s.petitioner("phone", "联系电话", "Telephone"),
        ),
    ),
    METADATA_OF_TESTS,
)

SUITE = suite_named(DEFAULT_SUITE)
FIRST_CUSTODIAN, SECOND_CUSTODIAN = SUITE.new_sealing_key(), SUITE.new_sealing_key()
CUSTODIANS = Custodians(SUITE.sealing_public(FIRST_CUSTODIAN), SUITE.sealing_public(SECOND_CUSTODIAN))


def with_ledgers(database: Database) -> Database:
    database.create_all(METADATA_OF_TESTS)
    return database


def csv_bytes(*lines: str) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def read_in(database: Database, ledger: Ledger, data: bytes | Prepared, by: str = "clerk-1") -> ImportReport:
    prepared = data if isinstance(data, Prepared) else prepare(ledger.spec, data)
    custodians = CUSTODIANS if ledger.spec.sealed else None
    return database.writer.run_sync(lambda tx: import_rows(tx, ledger, prepared, by=by, custodians=custodians))
