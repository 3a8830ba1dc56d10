"""A reply is drafted for all units and sections asked for, remembers what it rests on, and never tells of oneself."""

from __future__ import annotations

from datetime import date

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.body import BodyDeclaration, BodyUnknownError, load_body, migrations_of
from services.chassis.briefing.aliases import add_alias, aliases, end_alias, withdraw_alias
from services.chassis.briefing.compiling import (
    Local,
    ReplyRequest,
    SectionAsked,
    SectionCompiler,
    changed_since,
    compile_reply,
)
from services.chassis.briefing.draft import ReplyDraft, SectionDraft, SectionState, nothing, paragraph, provided
from services.chassis.briefing.errors import AliasTakenError
from services.chassis.briefing.figures import count, listing, total
from services.chassis.briefing.reading import LedgerReader, of_people, of_unit, within
from services.chassis.briefing.scope import DatedName, DatedPost, LookBack, UnitScope, Window
from services.chassis.briefing.sources import (
    fingerprint_of,
    forget,
    links_of,
    remember,
    rows_behind,
    stale_sections,
)
from services.chassis.briefing.wire import reply_of, request_of
from services.chassis.replies.checking import check_reply, unanswered
from services.chassis.replies.leaving import originals_of
from services.chassis.storage import Database
from tests.integration.ledgers.ledgers_for_tests import ISSUES, PETITIONS, csv_bytes, read_in, with_ledgers

HEADER = "编号,单位名称,责任人,发现日期,上报月份,问题数,得分,金额,整改情况,类别,是否公开"
ROWS = (
    "S-1,县水务局,张三,2025-03-02,2025-03,3,,100.50,未整改,,",
    "S-2,县水务局,,2020-01-05,2020-01,1,,7,未整改,,",
    "S-3,云岭镇,张三,2025-06-01,2025-06,2,,9,已整改,,",
    "S-4,青禾县水务局,,2025-07-01,2025-07,5,,11,已整改,,",
)
WINDOW = Window(date(2023, 3, 2), date(2026, 3, 2))
WATER = UnitScope("U-1", "县水务局", persons=(DatedPost("张三", "局长"),))
ARCHIVE = UnitScope("U-2", "县档案馆")


def issues(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    still_open = ISSUES.c.status == "未整改"
    rows = reader.rows(ISSUES, of_unit(ISSUES, scope), within(ISSUES, window, "found", still_open=still_open))
    if not rows:
        return nothing()
    text = paragraph("共{n},金额{sum}。", n=count(rows), sum=total(rows, "amount"))
    return provided(text, tables=(listing("问题", ISSUES, ("number", "amount"), rows),))


def leaders(reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    rows = reader.rows(
        ISSUES, of_people(ISSUES, scope, window, "leader"), within(ISSUES, window, "reported"), order_by=("number",)
    )
    return provided(paragraph("共{n}", n=count(rows))) if rows else nothing()


BODY = BodyDeclaration(
    id="north",
    ledgers=(ISSUES, PETITIONS),
    sections=(SectionCompiler("north.issues", "A3.2f", issues), SectionCompiler("north.leaders", "A3.2f", leaders)),
)


def asked(*units: UnitScope, window: Window = WINDOW) -> ReplyRequest:
    codes = ("north.issues", "north.leaders", "north.unknown")
    return ReplyRequest(units or (WATER,), tuple(SectionAsked(code, code, "A3.2f", window) for code in codes))


@pytest.fixture
def north(database: Database) -> Database:
    with_ledgers(database)
    read_in(database, ISSUES, csv_bytes(HEADER, *ROWS))
    return database


def compiled(database: Database, request: ReplyRequest | None = None, local: Local | None = None) -> ReplyDraft:
    wanted = request or asked()
    return database.reader.read_sync(lambda connection: compile_reply(wanted, LedgerReader(connection), BODY, local))


def numbers(draft: ReplyDraft, code: str = "north.issues") -> list[str]:
    return [str(row.cells[0]) for table in draft.section("U-1", code).tables for row in table.rows]


def test_every_unit_gets_every_section_and_none_is_silent(north: Database):
    draft = compiled(north, asked(WATER, ARCHIVE))

    states = {(unit.unit_id, one.code): one.draft.state for unit in draft.units for one in unit.sections}
    assert states == {
        ("U-1", "north.issues"): SectionState.PROVIDED,
        ("U-1", "north.leaders"): SectionState.PROVIDED,
        ("U-1", "north.unknown"): SectionState.TO_WRITE,
        ("U-2", "north.issues"): SectionState.NONE,
        ("U-2", "north.leaders"): SectionState.NONE,
        ("U-2", "north.unknown"): SectionState.TO_WRITE,
    }


def test_older_matters_come_along_only_while_open_and_only_where_asked(north: Database):
    assert numbers(compiled(north)) == ["S-1"]
    older = Window(WINDOW.first, WINDOW.last, plus_open=True)
    assert numbers(compiled(north, asked(window=older))) == ["S-1", "S-2"]


def test_a_person_is_found_under_another_unit(north: Database):
    draft = compiled(north).section("U-1", "north.leaders")
    assert draft.paragraphs[0].figures[0].value == 2


@pytest.mark.article("A3.2a")
@pytest.mark.parametrize(
    ("unit", "own"),
    [
        (WATER, "县 水务局"),
        (WATER, "水务局"),
        (UnitScope("U-1", "青禾县水务局"), "县水务局"),
        (UnitScope("U-1", "中共青禾县委组织部"), "县委组织部"),
        (UnitScope("U-1", "水务和水利局", former_names=("青禾县水利局",)), "县水利局"),
        (UnitScope("U-1", "县水务局集团", aliases=(DatedName("县水务局"),)), "县水务局"),
        (UnitScope("U-1", "水务中心", body="north"), "县水务局"),
    ],
)
def test_a_body_never_tells_of_itself(north: Database, unit: UnitScope, own: str):
    local = Local(own_body="north", own_names=frozenset({own}))
    draft = compiled(north, asked(unit, ARCHIVE), local)

    assert draft.recused == ("U-1",)
    assert [unit.unit_id for unit in draft.units] == ["U-2"]
    assert draft.says_nothing


def test_a_roster_of_ones_own_adds_people_before_sections_are_compiled(north: Database):
    def roster(_reader: LedgerReader, scope: UnitScope) -> tuple[DatedPost, ...]:
        return (DatedPost("张三", "馆长", date(2020, 1, 1), date(2023, 3, 2)),) if scope.unit_id == "U-2" else ()

    body = BodyDeclaration(id="north", ledgers=BODY.ledgers, sections=BODY.sections, roster=roster)
    draft = north.reader.read_sync(lambda connection: compile_reply(asked(ARCHIVE), LedgerReader(connection), body))

    assert draft.section("U-2", "north.leaders").paragraphs[0].figures[0].value == 2


def test_another_name_is_shown_until_a_person_says_it_is_the_same_unit(north: Database):
    draft = compiled(north)
    assert draft.units[0].near_names == ("青禾县水务局",)

    alias = north.writer.run_sync(lambda tx: add_alias(tx, "U-1", "青禾县 水务局", by="clerk-1"))
    local = Local(aliases=north.reader.read_sync(aliases))
    again = compiled(north, local=local)
    assert (numbers(again), again.units[0].near_names) == (["S-1", "S-4"], ())

    changed = north.reader.read_sync(
        lambda connection: changed_since(draft.fingerprint, asked(), LedgerReader(connection), BODY, local)
    )
    assert [one.code for one in changed] == ["north.issues"]

    north.writer.run_sync(lambda tx: withdraw_alias(tx, alias.id, by="clerk-2"))
    assert north.reader.read_sync(aliases) == {}


@pytest.mark.parametrize(
    ("first", "last", "counted"),
    [
        (None, None, True),
        (date(2025, 7, 1), date(2025, 7, 1), True),  # both days count
        (date(2025, 7, 2), None, False),
        (None, date(2025, 6, 30), False),
    ],
)
def test_a_name_counts_for_rows_of_its_time(north: Database, first: date | None, last: date | None, *, counted: bool):
    """S-4 stands under the other name and is dated 2025-07-01."""
    north.writer.run_sync(
        lambda tx: add_alias(tx, "U-1", "青禾县水务局", by="clerk-1", valid_from=first, valid_to=last)
    )
    draft = compiled(north, local=Local(aliases=north.reader.read_sync(aliases)))

    assert ("S-4" in numbers(draft)) is counted


def test_a_name_that_passed_to_another_unit_is_counted_for_one_of_them(north: Database):
    alias = north.writer.run_sync(lambda tx: add_alias(tx, "U-2", "青禾县水务局", by="clerk-1"))
    handed_over = date(2025, 1, 1)
    with pytest.raises(AliasTakenError):
        north.writer.run_sync(lambda tx: add_alias(tx, "U-1", "青禾县水务局", by="clerk-1", valid_from=handed_over))

    north.writer.run_sync(lambda tx: end_alias(tx, alias.id, date(2024, 12, 31), by="clerk-1"))
    north.writer.run_sync(lambda tx: add_alias(tx, "U-1", "青禾县水务局", by="clerk-1", valid_from=handed_over))
    local = Local(aliases=north.reader.read_sync(aliases))
    draft = compiled(north, asked(WATER, ARCHIVE), local)

    assert "S-4" in numbers(draft)
    assert draft.section("U-2", "north.issues").state is SectionState.NONE


def test_what_a_draft_rests_on_is_kept_beside_it(north: Database):
    draft = compiled(north)
    north.writer.run_sync(lambda tx: remember(tx, "draft-1", draft))
    north.writer.run_sync(lambda tx: remember(tx, "draft-1", draft))

    assert north.reader.read_sync(lambda c: fingerprint_of(c, "draft-1")) == draft.fingerprint
    assert north.reader.read_sync(lambda c: stale_sections(c, "draft-1", asked(), BODY)) == ()
    assert north.reader.read_sync(lambda c: stale_sections(c, "typed by hand", asked(), BODY)) == ()

    link = north.reader.read_sync(lambda c: links_of(c, "draft-1", "U-1", "north.issues"))[0]
    (source,) = north.reader.read_sync(lambda c: rows_behind(c, BODY.ledgers, link.rows))
    assert link.place == "p0.0"
    assert source.row is not None
    assert (source.row["number"], source.changed) == ("S-1", False)

    read_in(north, ISSUES, csv_bytes(HEADER, ROWS[0].replace("100.50", "200.50")))
    stale = north.reader.read_sync(lambda c: stale_sections(c, "draft-1", asked(), BODY))
    assert [one.code for one in stale] == ["north.issues", "north.leaders"]
    assert north.reader.read_sync(lambda c: rows_behind(c, BODY.ledgers, link.rows))[0].changed

    north.writer.run_sync(lambda tx: forget(tx, "draft-1"))
    assert north.reader.read_sync(lambda c: fingerprint_of(c, "draft-1")) is None


def letter() -> content.InfoRequest:
    return content.InfoRequest(
        units=[
            content.UnitReference(
                unit_id="U-1",
                name="县水务局",
                former_names=["县水利局"],
                extension_units=["县水厂"],
                leading_group=[content.Person(name="张三", post="局长")],
            )
        ],
        sections_required=[
            content.SectionRequired(
                code="north.issues", name="问题", window_from_date="2023-03-02", window_to_date="2026-03-01"
            ),
            content.SectionRequired(code="north.leaders", name="人员", article_id="A3.2f"),
        ],
    )


def test_a_letter_says_what_is_asked_and_the_rulebook_fills_what_it_leaves_open():
    rules = {"north.issues": LookBack(36, plus_open=True), "north.leaders": LookBack(12)}
    request = request_of(letter(), date(2026, 3, 2), rules)

    assert request.units[0].names == ("县水务局", "县水利局", "县水厂")
    assert request.units[0].people(WINDOW) == ("张三",)
    assert request.sections[0].window == Window(date(2023, 3, 2), date(2026, 3, 1), plus_open=True)
    assert request.sections[1].window == Window(date(2025, 3, 2), date(2026, 3, 2))
    unbounded = request_of(letter(), date(2026, 3, 2)).sections[1].window
    assert unbounded.first == date(2021, 3, 2)


def test_the_draft_becomes_a_reply_that_still_lacks_what_a_person_must_write(north: Database):
    reply = reply_of(compiled(north))
    section = reply.units[0].sections[0]

    assert (section.code, section.state, section.text) == (
        "north.issues",
        content.SECTION_STATE_PROVIDED,
        "共1个,金额100.50元。",
    )
    assert (section.window_from_date, section.window_to_date) == ("2023-03-02", "2026-03-02")
    assert [list(row.cells) for row in section.tables[0].rows] == [["S-1", "100.50"]]
    assert section.tables[0].columns[1].kind == content.CELL_KIND_AMOUNT
    assert [one.code for one in unanswered(reply, asked())] == ["north.unknown"]


def test_what_a_person_adds_is_checked_wherever_it_stands(north: Database):
    demand = "村主任把修路的沙石款十二万元打进了他小舅子的账户"
    read_in(
        north,
        PETITIONS,
        csv_bytes("编号,受理日期,单位名称,管理权限,诉求", f"X-1,2026-01-05,云岭镇,村组,{demand}"),
    )
    originals = north.reader.read_sync(lambda c: list(originals_of(c, BODY.ledgers)))
    reply = reply_of(compiled(north))
    assert check_reply(reply, originals) == ()

    reply.units[0].sections[2].text = f"来信称{demand}"
    reply.units[0].sections[0].tables[0].rows[0].cells[0] = "13800138000"
    reply.remarks = "住幸福路18号"

    assert {(one.code, one.place, one.finding.code) for one in check_reply(reply, originals)} == {
        ("north.unknown", "text", "COPIED"),
        ("north.issues", "t0.0.0", "PHONE"),
        ("", "remarks", "ADDRESS"),
    }


def test_what_the_ledgers_themselves_say_is_no_copy(north: Database):
    """A unit's long name stands in petitions too; the reply may name the unit, and nothing more of their words."""
    reply = reply_of(compiled(north))
    own = reply.units[0].sections[0].text = "青禾县农业综合行政执法大队共1个"
    compiled_reply = content.InfoReply.FromString(reply.SerializeToString())
    original = f"{own}不开票据还骂人打人"
    assert check_reply(reply, [original], compiled_reply) == ()

    reply.remarks = "大队共1个不开票据还骂人打人"
    assert [one.place for one in check_reply(reply, [original], compiled_reply)] == ["remarks"]


def test_a_body_is_found_by_its_id_and_an_unknown_one_is_named():
    assert load_body("audit").id == "audit"
    for unknown in ("nowhere", "chassis", "../etc", "audit.briefing"):
        with pytest.raises(BodyUnknownError):
            load_body(unknown)
    assert all(folder.is_dir() for folder in migrations_of("audit"))


def test_a_declaration_that_could_not_work_is_refused():
    with pytest.raises(ValueError, match="twice"):
        BodyDeclaration(id="north", ledgers=(ISSUES, ISSUES))
    with pytest.raises(ValueError, match="body's id"):
        BodyDeclaration(id="south", sections=BODY.sections)
