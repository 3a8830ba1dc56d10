"""A petition is told of only in words somebody wrote and somebody else read; its own words never leave."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from services.chassis.briefing.errors import (
    SummaryEmptyError,
    SummaryIdentifiesError,
    SummaryNotOpenError,
    SummaryOwnConfirmationError,
)
from services.chassis.briefing.reading import LedgerReader
from services.chassis.briefing.summaries import (
    Standing,
    Summary,
    confirm_summary,
    current_summaries,
    write_summary,
)
from services.chassis.journal import store as journal
from services.chassis.ledgers.errors import RowUnknownError
from services.chassis.ledgers.imports import retire_row
from services.chassis.ledgers.rows import changes_of, select_rows
from services.chassis.storage import Database
from tests.integration.ledgers.ledgers_for_tests import PETITIONS, csv_bytes, read_in, with_ledgers

HEADER = "编号,受理日期,单位名称,管理权限,诉求,信访人,联系电话"
DEMAND = "村主任把修路的沙石款十二万元打进了他小舅子的账户"
GOOD = "反映村干部将工程款转入亲属账户"


@pytest.fixture
def petitions(database: Database) -> Database:
    with_ledgers(database)
    read_in(database, PETITIONS, csv_bytes(HEADER, f"X-1,2026-01-05,云岭镇,村组,{DEMAND},张大山,13800138000"))
    return database


def row_id(database: Database) -> str:
    rows = database.reader.read_sync(lambda connection: select_rows(connection, PETITIONS))
    return rows[0].ref.row_id


def write(database: Database, text: str = GOOD, by: str = "clerk-1") -> Summary:
    target = row_id(database)
    return database.writer.run_sync(lambda tx: write_summary(tx, PETITIONS, target, text, by=by))


def confirm(database: Database, summary: Summary, by: str = "clerk-2") -> None:
    database.writer.run_sync(lambda tx: confirm_summary(tx, PETITIONS, summary.id, by=by))


def told(database: Database) -> list[str]:
    def read(connection: sa.Connection) -> list[str]:
        reader = LedgerReader(connection)
        found = reader.summaries(PETITIONS, reader.rows(PETITIONS))
        return [str(figure.value) for figure in found.values()]

    return database.reader.read_sync(read)


def standing(database: Database) -> Standing:
    target = row_id(database)
    known = database.reader.read_sync(lambda connection: current_summaries(connection, PETITIONS, [target]))
    return known[target][0] if target in known else Standing.MISSING


def changes(database: Database) -> int:
    return database.reader.read_sync(lambda connection: changes_of(connection, [PETITIONS.name]))[0][1]


def test_it_is_told_only_after_a_second_person_has_read_it(petitions: Database):
    assert standing(petitions) is Standing.MISSING
    summary = write(petitions)
    assert (standing(petitions), told(petitions)) == (Standing.WRITTEN, [])
    before = changes(petitions)

    with pytest.raises(SummaryOwnConfirmationError):
        confirm(petitions, summary, by="clerk-1")
    assert told(petitions) == []

    confirm(petitions, summary)
    assert (standing(petitions), told(petitions)) == (Standing.CONFIRMED, [GOOD])
    assert changes(petitions) == before + 1  # drafts compiled before are stale
    assert petitions.reader.read_sync(journal.read)[-1].kind == "ledger.summary_confirmed"


@pytest.mark.parametrize("text", ["反映人电话13800138000", f"信中说{DEMAND}", "举报人张大山反映工程款问题"])
def test_what_leads_to_the_petitioner_is_refused_without_repeating_it(petitions: Database, text: str):
    with pytest.raises(SummaryIdentifiesError) as refused:
        write(petitions, text)

    for language in ("zh", "en"):
        assert not any(word in refused.value.text(language) for word in ("138", "沙石", "张大山"))
    assert standing(petitions) is Standing.MISSING


@pytest.mark.parametrize("text", [" ", "长" * 2001])
def test_a_summary_has_words_and_not_too_many(petitions: Database, text: str):
    with pytest.raises(SummaryEmptyError):
        write(petitions, text)


def test_a_row_that_changed_needs_a_new_summary(petitions: Database):
    summary = write(petitions)
    read_in(petitions, PETITIONS, csv_bytes(HEADER, f"X-1,2026-01-06,云岭镇,村组,{DEMAND},,"))

    assert standing(petitions) is Standing.OUTDATED
    with pytest.raises(SummaryNotOpenError):
        confirm(petitions, summary)
    confirm(petitions, write(petitions))
    assert told(petitions) == [GOOD]


def test_a_new_summary_takes_the_old_one_back_at_once(petitions: Database):
    confirm(petitions, write(petitions))
    before = changes(petitions)
    second = write(petitions, "反映村干部挪用工程款", by="clerk-2")

    assert told(petitions) == []
    assert changes(petitions) == before + 1
    target = row_id(petitions)
    known = petitions.reader.read_sync(lambda connection: current_summaries(connection, PETITIONS, [target]))
    assert (known[target][0], known[target][1].id) == (Standing.WRITTEN, second.id)


def test_a_confirmed_summary_is_not_confirmed_again(petitions: Database):
    summary = write(petitions)
    confirm(petitions, summary)
    with pytest.raises(SummaryNotOpenError):
        confirm(petitions, summary, by="clerk-3")


def test_a_withdrawn_petition_is_neither_summarized_nor_told(petitions: Database):
    confirm(petitions, write(petitions))
    target = row_id(petitions)
    petitions.writer.run_sync(lambda tx: retire_row(tx, PETITIONS, target, by="clerk-1"))

    assert told(petitions) == []
    with pytest.raises(RowUnknownError):
        petitions.writer.run_sync(lambda tx: write_summary(tx, PETITIONS, target, GOOD, by="clerk-1"))


def test_warnings_wait_for_the_second_reader(petitions: Database):
    assert [one.code for one in write(petitions, "反映清水村三组路面质量差").warnings] == ["ADDRESS"]
