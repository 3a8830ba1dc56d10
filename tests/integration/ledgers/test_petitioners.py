"""Who complained is in no table, no export, no printed form; what is managed above the county is in none at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis.journal import store as journal
from services.chassis.ledgers.errors import CustodiansMissingError, VaultSealError
from services.chassis.ledgers.export import Format, export_ledger
from services.chassis.ledgers.imports import dry_run, import_rows
from services.chassis.ledgers.parse import prepare
from services.chassis.ledgers.rows import free_texts, select_rows
from services.chassis.ledgers.tables import PETITIONER_VAULT
from services.chassis.ledgers.vault import VaultEntry, open_half, open_identity
from services.chassis.storage import Database
from tests.integration.ledgers.ledgers_for_tests import (
    FIRST_CUSTODIAN,
    PETITIONS,
    SECOND_CUSTODIAN,
    SUITE,
    csv_bytes,
    read_in,
    with_ledgers,
)

HEADER = "编号,受理日期,单位名称,管理权限,诉求,信访人,联系电话"
NAME, PHONE, DEMAND = "金丝雀张大山", "13855577731", "诉求原文金丝雀"
ROW = f"X-1,2026-01-05,云岭镇,村组,{DEMAND},{NAME},{PHONE}"
CANARIES = (NAME, PHONE)


@pytest.fixture
def ledgers(database: Database) -> Database:
    return with_ledgers(database)


def everything(database: Database) -> str:
    """Every value of every table, as text."""

    def read(connection: sa.Connection) -> str:
        known = sa.MetaData()
        known.reflect(connection)
        return repr([row for table in known.sorted_tables for row in connection.execute(sa.select(table))])

    return database.reader.read_sync(read)


def exported(database: Database, form: Format) -> bytes:
    return database.reader.read_sync(lambda connection: export_ledger(connection, PETITIONS, form))


def vault(database: Database) -> list[VaultEntry]:
    columns = [column for column in PETITIONER_VAULT.c if column.name != "sealed_at"]
    found = database.reader.read_sync(lambda connection: connection.execute(sa.select(*columns)).all())
    return [VaultEntry(**row._mapping) for row in found]


def test_who_complained_is_in_no_table_and_no_export(ledgers: Database):
    report = read_in(ledgers, PETITIONS, csv_bytes(HEADER, ROW))
    kept = everything(ledgers)

    assert report.added == 1
    assert "云岭镇" in kept  # the search finds what is there
    assert not any(canary in kept for canary in CANARIES)
    for form in Format:
        data = exported(ledgers, form)
        headers = prepare(PETITIONS.spec, data)
        assert not any(canary.encode() in data for canary in CANARIES)
        assert headers.rows[0].sealed == {}


def test_who_complained_is_nowhere_in_the_databases_own_files(open_sqlite_database):
    database: Database = with_ledgers(open_sqlite_database())
    read_in(database, PETITIONS, csv_bytes(HEADER, ROW))
    read_in(database, PETITIONS, csv_bytes(HEADER, ROW.replace("2026-01-05", "2026-01-06")))
    folder = Path(str(database.url.database)).parent

    raw = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    assert "云岭镇".encode() in raw
    for canary in CANARIES:
        assert canary.encode() not in raw
        assert canary.encode("utf-16-le") not in raw


def test_it_opens_to_both_custodians_and_to_nothing_the_node_has(ledgers: Database):
    read_in(ledgers, PETITIONS, csv_bytes(HEADER, ROW))
    (entry,) = vault(ledgers)
    first, second = open_half(entry, FIRST_CUSTODIAN), open_half(entry, SECOND_CUSTODIAN)

    assert open_identity(entry, first, second) == {"petitioner": NAME, "phone": PHONE}
    for half in (entry.first_half, entry.second_half, first):
        with pytest.raises(VaultSealError):
            open_identity(entry, first, half)
    with pytest.raises(VaultSealError):
        open_half(entry, SUITE.new_sealing_key())


def test_nothing_links_the_vault_to_the_register_but_a_random_reference(ledgers: Database):
    read_in(ledgers, PETITIONS, csv_bytes(HEADER, ROW, ROW.replace("X-1", "X-2")))
    refs = ledgers.reader.read_sync(lambda c: list(c.scalars(sa.select(PETITIONS.c.petition_ref))))

    assert sorted(refs) == sorted(entry.petition_ref for entry in vault(ledgers))
    assert len({*refs}) == 2
    assert all(len(ref) == 32 and "X-" not in ref for ref in refs)


def test_reading_an_export_back_in_does_not_wipe_the_vault(ledgers: Database):
    read_in(ledgers, PETITIONS, csv_bytes(HEADER, ROW))
    before = vault(ledgers)
    data = exported(ledgers, Format.CSV)
    report = read_in(ledgers, PETITIONS, data)

    assert (report.unchanged, report.changed) == (1, 0)
    assert vault(ledgers) == before


def test_a_corrected_identity_takes_the_place_of_the_first(ledgers: Database):
    read_in(ledgers, PETITIONS, csv_bytes(HEADER, ROW))
    (before,) = vault(ledgers)
    read_in(ledgers, PETITIONS, csv_bytes(HEADER, ROW.replace(NAME, "李更正")))
    (after,) = vault(ledgers)

    identity = open_identity(after, open_half(after, FIRST_CUSTODIAN), open_half(after, SECOND_CUSTODIAN))
    assert identity["petitioner"] == "李更正"
    assert after.petition_ref == before.petition_ref


def test_without_two_custodians_nothing_is_imported(ledgers: Database):
    prepared = prepare(PETITIONS.spec, csv_bytes(HEADER, ROW))
    with pytest.raises(CustodiansMissingError):
        ledgers.writer.run_sync(lambda tx: import_rows(tx, PETITIONS, prepared, by="clerk-1"))
    assert vault(ledgers) == []


def test_the_petitions_words_are_kept_but_never_selected_for_a_draft(ledgers: Database):
    read_in(ledgers, PETITIONS, csv_bytes(HEADER, ROW))
    (row,) = ledgers.reader.read_sync(lambda connection: select_rows(connection, PETITIONS))

    assert set(row.values) == {"number", "received", "unit", "authority"}
    assert DEMAND not in repr(row)
    assert ledgers.reader.read_sync(lambda c: list(free_texts(c, PETITIONS))) == [DEMAND]


STOPPED = ROW.replace("村组", "市管").replace("X-1", "X-9")


def test_a_subject_above_the_county_stops_the_file_and_is_echoed_nowhere(ledgers: Database):
    data = csv_bytes(HEADER, ROW, STOPPED.replace("2026-01-05", "不是日期"))
    prepared = prepare(PETITIONS.spec, data)
    dry = ledgers.reader.read_sync(lambda connection: dry_run(connection, PETITIONS, prepared))
    report = read_in(ledgers, PETITIONS, prepared)

    assert not report.imported
    assert [(one.row, one.column, one.code) for one in report.problems] == [(3, "", "JURISDICTION")]
    assert report.slips == dry.slips
    assert report.slips[0] in report.problems[0].zh
    told = repr(prepared) + repr(report) + everything(ledgers)
    assert not any(word in told for word in (*CANARIES, DEMAND, "市管", "X-9", "云岭镇"))


def test_the_books_keep_only_the_number_of_the_slip(ledgers: Database):
    report = read_in(ledgers, PETITIONS, csv_bytes(HEADER, STOPPED))

    stops = [e for e in ledgers.reader.read_sync(journal.read) if e.kind == "ledger.jurisdiction_stop"]
    assert [json.loads(entry.payload) for entry in stops] == [
        {"by": "clerk-1", "ledger": "test_petitions", "slips": list(report.slips)}
    ]


def test_faults_a_reader_sees_in_a_stopped_row_are_not_told():
    prepared = prepare(PETITIONS.spec, csv_bytes(HEADER, STOPPED.replace(DEMAND, "=1+1")))
    assert [one.code for one in prepared.problems] == ["JURISDICTION"]
