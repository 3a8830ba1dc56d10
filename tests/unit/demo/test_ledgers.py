"""The demonstration's county can be told twice the same way, imported as it is, and answered from by every body."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from deploy.demo.ledgers import CANARY, CANARY_WORDS, COUNTY, Unit, make_ledgers
from deploy.demo.ledgers.making import made_rows
from services.chassis.body import BodyDeclaration, load_body
from services.chassis.briefing.compiling import Local, ReplyRequest, SectionAsked, compile_reply
from services.chassis.briefing.draft import ReplyDraft, SectionState
from services.chassis.briefing.reading import LedgerReader
from services.chassis.briefing.replying import look_backs
from services.chassis.briefing.scope import DatedPost, UnitScope, window_before
from services.chassis.briefing.wire import reply_of
from services.chassis.ledgers.imports import import_rows
from services.chassis.ledgers.parse import prepare
from services.chassis.ledgers.reading import read_sheet
from services.chassis.ledgers.tables import Ledger
from services.chassis.replies.checking import check_reply
from services.chassis.replies.texts import wrong_cells
from services.chassis.rulebook.load import load
from services.chassis.storage import Database
from tests.integration.ledgers.ledgers_for_tests import CUSTODIANS

BOOK = load()
KEEPING = [body.id for body in BOOK.bodies]
ASKED = [body.id for body in BOOK.bodies if BOOK.sections_for("info.request", body.id)]
Files = dict[str, list[tuple[str, Path]]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return make_ledgers(tmp_path_factory.mktemp("ledgers"))


def ledger_of(body: BodyDeclaration, name: str) -> Ledger:
    ledger = body.ledger(name)
    assert ledger is not None
    return ledger


def read_in(database: Database, body: BodyDeclaration, files: Files) -> None:
    for name, path in files[body.id]:
        ledger = ledger_of(body, name)
        prepared = prepare(ledger.spec, path.read_bytes())
        assert [one.text("en") for one in prepared.problems] == []
        report = database.writer.run_sync(lambda tx: import_rows(tx, ledger, prepared, by="c", custodians=CUSTODIANS))  # noqa: B023
        assert report.imported
        assert report.added == len(prepared.rows) == len(made_rows(body.id)[name])


@cache
def petitioners() -> frozenset[str]:
    rows = [*made_rows("petitions")["petitions_petitions"], *made_rows("discipline")["discipline_petitions"]]
    keys = ("petitioner_name", "petitioner_contact", "petitioner_address", "petitioner_id_card")
    return frozenset(str(row[key]) for row in rows for key in keys if row.get(key))


def scope(unit: Unit) -> UnitScope:
    posts = tuple(DatedPost(one.name, one.title, one.since, one.until) for one in COUNTY.posts_at(unit.id))
    return UnitScope(unit.id, unit.name, unit.former_names, persons=posts)


def drafted(database: Database, body: BodyDeclaration) -> ReplyDraft:
    rules = look_backs(BOOK, body.id, COUNTY.letter_date)
    request = ReplyRequest(
        tuple(scope(unit) for unit in COUNTY.targets),
        tuple(
            SectionAsked(one.id, one.zh, one.article, window_before(COUNTY.letter_date, rules[one.id]))
            for one in BOOK.sections_for("info.request", body.id)
        ),
    )
    local = Local(own_names=frozenset({COUNTY.unit_of(body.id).name}))
    return database.reader.read_sync(lambda c: compile_reply(request, LedgerReader(c), body, local))


def test_the_same_seed_makes_the_same_rows_and_another_one_others(tmp_path: Path, files: Files):
    again = make_ledgers(tmp_path)

    assert again.keys() == files.keys() == set(KEEPING)
    for body, made in files.items():
        assert made_rows(body) == made_rows(body)
        assert [cells(path) for _, path in made[:2]] == [cells(path) for _, path in again[body][:2]]
        assert made_rows(body, 1) != made_rows(body)


def cells(path: Path) -> list[tuple[object, ...]]:
    return [row.cells for row in read_sheet(path.read_bytes(), "").rows]


def test_the_county_has_its_targets_and_one_of_them_is_a_body_itself():
    assert len(COUNTY.targets) == 8
    assert len(COUNTY.units) >= 38
    assert [unit.body for unit in COUNTY.targets if unit.body] == ["audit"]
    assert {unit.body for unit in COUNTY.units if unit.body} == set(KEEPING)
    assert len({unit.id for unit in COUNTY.units}) == len({unit.name for unit in COUNTY.units}) == len(COUNTY.units)
    assert COUNTY.named("县水利局").id == COUNTY.named("县水务局").id


def test_several_thousand_rows_of_which_petitions_are_the_most():
    sizes = {name: len(rows) for body in KEEPING for name, rows in made_rows(body).items()}

    assert 5000 < sum(sizes.values()) < 12_000
    assert max(sizes, key=lambda name: sizes[name]) == "petitions_petitions"
    assert 250 < sizes["audit_issues"] < 480
    assert all(sizes.values())


@pytest.mark.parametrize("name", KEEPING)
def test_every_file_imports_and_every_target_is_answered(name: str, files: Files, open_sqlite_database):
    body, database = load_body(name), open_sqlite_database()
    read_in(database, body, files)
    if name not in ASKED:
        return
    draft = drafted(database, body)

    own = {COUNTY.unit_of(name).id}
    assert {unit.unit_id for unit in draft.units} == {unit.id for unit in COUNTY.targets} - own
    for unit in draft.units:
        assert SectionState.PROVIDED in {one.draft.state for one in unit.sections}, unit.unit_id
    out = repr(draft) + reply_of(draft).SerializeToString().decode("utf-8", "replace")
    assert [word for word in (*petitioners(), CANARY_WORDS) if word in out] == []
    assert check_reply(reply_of(draft), [CANARY_WORDS]) == ()
    assert list(wrong_cells(reply_of(draft))) == []


def test_the_awkward_cases_are_there():
    issues = {row["issue_no"]: row for row in made_rows("audit")["audit_issues"]}
    assert issues["SJ2021-000-01"]["status"] == "持续整改"
    assert issues["SJ2021-000-01"]["unit"] in COUNTY.named("县水务局").former_names

    moved = [post for post in COUNTY.posts if post.person_no == "P001"]
    assert {post.unit_id for post in moved} == {"U01", "U03"}
    namesakes = {post.person_no for post in COUNTY.posts if post.name == moved[0].name}
    assert len(namesakes) == 2

    (report,) = [r for r in made_rows("discipline")["discipline_petitions"] if r.get("petitioner_name") == CANARY.name]
    (matter,) = [r for r in made_rows("petitions")["petitions_petitions"] if r["petitioner_name"] == CANARY.name]
    assert report["subject"] == matter["subject"]
    assert report["unit"] == matter["unit"] == "云岭镇"
    assert petitioners().isdisjoint(post.name for post in COUNTY.posts)
