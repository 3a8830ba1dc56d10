"""What holds for every body's briefing: what is asked for exists, rows are named, nothing forbidden leaves."""

from __future__ import annotations

from datetime import date

import pytest

from services.chassis.body import BodyDeclaration, load_body
from services.chassis.briefing.compiling import ReplyRequest, SectionAsked, changed_since, compile_reply
from services.chassis.briefing.draft import ReplyDraft, SectionState
from services.chassis.briefing.reading import LedgerReader
from services.chassis.briefing.replying import look_backs
from services.chassis.briefing.scope import DatedPost, UnitScope, window_before
from services.chassis.briefing.wire import reply_of
from services.chassis.ledgers.imports import retire_row
from services.chassis.ledgers.rows import RowRef
from services.chassis.ledgers.tables import Ledger
from services.chassis.replies.checking import check_reply, unanswered
from services.chassis.replies.texts import wrong_cells
from services.chassis.rulebook.load import load
from services.chassis.storage import Database
from tests.integration.briefing.filled_ledgers import (
    COMPLAINT,
    ELSEWHERE,
    LAST,
    PERSON,
    PETITIONER,
    STRANGER,
    UNIT,
    fill,
)

BOOK = load()
ASKED = [body.id for body in BOOK.bodies if BOOK.sections_for("info.request", body.id)]
KEEPING = [body.id for body in BOOK.bodies if not body.hub]


def request(body: str, day: date = LAST) -> ReplyRequest:
    rules = look_backs(BOOK, body, day)
    unit = UnitScope("U-1", UNIT, persons=(DatedPost(PERSON, "局长"),))
    sections = BOOK.sections_for("info.request", body)
    return ReplyRequest(
        (unit,),
        tuple(SectionAsked(one.id, one.zh, one.article, window_before(day, rules[one.id])) for one in sections),
    )


def compiled(database: Database, body: BodyDeclaration) -> ReplyDraft:
    wanted = request(body.id)
    return database.reader.read_sync(lambda connection: compile_reply(wanted, LedgerReader(connection), body))


@pytest.fixture(params=ASKED)
def body(request: pytest.FixtureRequest) -> BodyDeclaration:
    return load_body(request.param)


@pytest.fixture
def filled(body: BodyDeclaration, open_sqlite_database) -> Database:
    database: Database = open_sqlite_database()
    fill(database, body)
    return database


@pytest.mark.parametrize("name", KEEPING)
def test_every_body_of_the_county_is_declared_with_its_ledgers(name: str):
    declared = load_body(name)

    assert declared.id == name
    assert declared.ledgers
    assert all(column.en.strip() and column.zh.strip() for ledger in declared.ledgers for column in ledger.spec)
    assert all(ledger.spec.title_zh and ledger.spec.title_en for ledger in declared.ledgers)


def test_no_two_bodies_share_a_ledgers_name():
    names = [ledger.name for name in KEEPING for ledger in load_body(name).ledgers]
    assert len(set(names)) == len(names)


@pytest.mark.article("A3.2a")
def test_every_section_the_opinion_asks_for_is_compiled_under_its_article(body: BodyDeclaration):
    wanted = {one.id: one.article for one in BOOK.sections_for("info.request", body.id)}
    assert {section.code: section.article for section in body.sections} == wanted


def test_empty_ledgers_are_answered_and_never_by_silence(body: BodyDeclaration, open_sqlite_database):
    draft = compiled(open_sqlite_database(), body)

    assert draft.says_nothing
    states = {one.draft.state for unit in draft.units for one in unit.sections}
    assert states <= {SectionState.NONE, SectionState.NOT_HELD, SectionState.ORAL_ONLY, SectionState.TO_WRITE}


def test_filled_ledgers_answer_every_section_and_name_the_rows(filled: Database, body: BodyDeclaration):
    draft = compiled(filled, body)
    own = {ledger.name for ledger in body.ledgers}

    for one in draft.units[0].sections:
        if one.draft.state is SectionState.PROVIDED:
            assert one.draft.rows, one.code
            assert {ref.ledger for ref in one.draft.rows} <= own
    assert any(one.draft.state is SectionState.PROVIDED for one in draft.units[0].sections)
    written = [one.code for one in draft.units[0].sections if one.draft.state is SectionState.TO_WRITE]
    assert [one.code for one in unanswered(reply_of(draft), request(body.id))] == written


@pytest.mark.article("A3.2e")
def test_who_complained_what_they_wrote_and_other_units_never_leave(filled: Database, body: BodyDeclaration):
    draft = compiled(filled, body)
    reply = reply_of(draft)
    out = reply.SerializeToString().decode("utf-8", "replace") + repr(draft)

    assert UNIT in out or any(unit.sections for unit in reply.units)
    for forbidden in (PETITIONER, COMPLAINT, ELSEWHERE, STRANGER):
        assert forbidden not in out
    assert check_reply(reply, [COMPLAINT]) == ()
    assert list(wrong_cells(reply)) == []


def test_the_same_ledgers_give_the_same_reply(filled: Database, body: BodyDeclaration):
    one, other = compiled(filled, body), compiled(filled, body)
    assert one == other


def test_a_row_withdrawn_makes_each_section_stale_that_named_it(filled: Database, body: BodyDeclaration):
    draft = compiled(filled, body)
    assert stale(filled, body, draft) == set()

    for code, row in {(one.code, one.draft.rows[0]) for one in draft.units[0].sections if one.draft.rows}:
        ledger = body.ledger(row.ledger)
        assert ledger is not None
        before = compiled(filled, body)
        if row not in before.section("U-1", code).rows:
            continue  # withdrawn already with another section's row
        withdraw(filled, ledger, row)
        assert code in stale(filled, body, before)


def withdraw(database: Database, ledger: Ledger, row: RowRef) -> None:
    database.writer.run_sync(lambda tx: retire_row(tx, ledger, row.row_id, by="clerk-1"))


def stale(database: Database, body: BodyDeclaration, draft: ReplyDraft) -> set[str]:
    wanted = request(body.id)
    return database.reader.read_sync(
        lambda c: {one.code for one in changed_since(draft.fingerprint, wanted, LedgerReader(c), body)}
    )
