"""A unit's briefing holds what was accepted, traced to its letters; leads are for the team's leader alone."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import docx
import pytest
import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.calendar.working import shipped_calendar
from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.load import load
from services.chassis.storage import Database
from services.inspection.access.reads import Reader, ReasonMissingError
from services.inspection.briefings.assembling import Gathered, gather, print_files, record_briefing
from services.inspection.briefings.collecting import Sight
from services.inspection.briefings.errors import SourceChangedError
from services.inspection.briefings.records import PARTS
from services.inspection.briefings.tables import BRIEFINGS
from services.inspection.letters.prepare import prepare_opinion_letters, prepare_request_letters
from services.inspection.letters.store import RoundLetter, letters_of
from services.inspection.replies.reading import answers_in, opinions_in
from services.inspection.replies.records import Reply, SectionState
from services.inspection.replies.settling import Officer, accept_reply
from services.inspection.replies.store import record_reply
from services.inspection.rounds.errors import NotInRoundError
from services.inspection.rounds.records import Round
from tests.integration.inspection.master_data import load_master_data
from tests.integration.inspection.office import Decisions, Desk, Letters, fixed_round, run

LEADS = "discipline.leads_and_disposal"
LEAD, MATTERS = "线索登记表一行", "核查结果一致"
SIGNED = datetime(2026, 3, 9, 2, tzinfo=UTC)
LEADER = Reader("p1", "acc1", "熟悉被巡察单位情况")
CLERK = Officer("a1", "壬某", "巡察办干部")
TEXTS: Mapping[str, str] = {
    "discipline.political_ecology": "总体平稳。",
    LEADS: LEAD,
    "organization.personal_matters": MATTERS,
    "petitions.petitions": "近三年受理信访三件。",
    "audit.audits_3y": "共涉及审计项目两个。",
}


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load()


@pytest.fixture
def office(sqlite_database: Database) -> Database:
    """SQLite only: the service's tests take the same queries to PostgreSQL."""
    load_master_data(sqlite_database)
    return sqlite_database


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def current(office: Database, book: Rulebook) -> Round:
    made = fixed_round(office, Decisions())
    desk, contact = Desk(), content.Contact(name="壬某")
    run(office, lambda tx: prepare_request_letters(tx, desk, book, made.round_id, contact=contact, by="a1"))
    day = date(2026, 3, 20)
    run(
        office,
        lambda tx: prepare_opinion_letters(tx, desk, book, made.round_id, reply_by=day, contact=contact, by="a1"),
    )
    return made


def letter_to(office: Database, current: Round, body: str) -> RoundLetter:
    found = office.reader.read_sync(lambda c: letters_of(c, current.round_id))
    return next(one for one in found if one.body == body)


def answer(office: Database, letters: Letters, letter: RoundLetter, *, accept: bool = True, late: bool = False) -> None:
    """The body replies on every section of every unit: with a text where the test has one, otherwise "none"."""
    message = content.InfoReply(
        units=[
            content.UnitReply(unit_id=unit_id, sections=[section(code) for code in letter.sections])
            for unit_id in letter.unit_ids
        ]
    )
    keep(office, letters, letter, message, late=late)
    if accept:
        run(office, lambda tx: accept_reply(tx, Desk(letters), letters.standing, letter.matter_id, CLERK))


def section(code: str) -> content.Section:
    if code not in TEXTS:
        return content.Section(code=code, state=content.SECTION_STATE_NONE)
    table = content.Table(
        title=f"{code}表",
        columns=[content.TableColumn(key="a", title="类别"), content.TableColumn(key="b", title="件数")],
        rows=[content.TableRow(cells=["来信", "3"]), content.TableRow(cells=["网络"])],
    )
    return content.Section(code=code, state=content.SECTION_STATE_PROVIDED, text=TEXTS[code], tables=[table])


def keep(
    office: Database,
    letters: Letters,
    letter: RoundLetter,
    message: content.InfoReply | content.OpinionReply,
    *,
    late: bool = False,
) -> None:
    data = message.SerializeToString()
    answers = answers_in(message) if isinstance(message, content.InfoReply) else opinions_in(message, letter.unit_ids)
    reply = Reply(
        letter_id=f"reply-{letter.body}",
        matter_id=letter.matter_id,
        signed_at=SIGNED,
        stored_at=SIGNED + timedelta(minutes=1),
        document_number="青函〔2026〕3号",
        content_digest=hashlib.sha256(data).digest(),
        answers=answers,
    )
    run(office, lambda tx: record_reply(tx, reply))
    letters.contents[reply.letter_id] = data
    due = date(2026, 3, 6) if late else date(2026, 3, 9)
    letters.answered(reply, due=due)


def look(
    office: Database, letters: Letters, book: Rulebook, current: Round, *, leads: bool = False, unit: str = "U01"
) -> Gathered:
    now = datetime(2026, 3, 12, 2, tzinfo=UTC)
    sight = Sight(book, letters.standing, letters.content, letters.findings, shipped_calendar(), now, with_leads=leads)
    return office.reader.read_sync(lambda c: gather(c, current.round_id, unit, sight))


def words(file: bytes) -> str:
    document = docx.Document(io.BytesIO(file))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def states(gathered: Gathered) -> dict[str, SectionState]:
    return {one.code: one.state for one in gathered.briefing.supplied if one.code != "opinion"}


@pytest.mark.article("A3.2a")
def test_the_briefing_opens_as_a_document_of_twelve_parts_with_what_was_accepted(
    office: Database, letters: Letters, book: Rulebook, current: Round
):
    for body in ("discipline", "petitions"):
        answer(office, letters, letter_to(office, current, body))

    text = words(print_files(look(office, letters, book, current)).briefing)

    places = [text.index(f"、{title}") for title in PARTS]
    assert places == sorted(places)
    for wanted in (
        "县水务局党组（党组）",
        "总体平稳。",
        "近三年受理信访三件。",
        "petitions.petitions表",
        "往来款长期挂账",
    ):
        assert wanted in text
    assert "十五届第三轮（2023-05-01至2023-06-30），发现问题17个，未办结1个" in text


@pytest.mark.article("A3.2b")
def test_leads_are_in_a_file_of_their_own_that_only_the_leader_gets(
    office: Database, letters: Letters, book: Rulebook, current: Round
):
    for body in ("discipline", "organization"):
        answer(office, letters, letter_to(office, current, body))

    for_team = print_files(look(office, letters, book, current))
    for_leader = print_files(look(office, letters, book, current, leads=True))

    assert for_team.leads == b""
    for secret in (LEAD, MATTERS):
        assert secret not in words(for_team.briefing)
        assert secret not in words(for_leader.briefing)
        assert secret in words(for_leader.leads)


def test_without_the_leader_no_content_for_the_leader_is_even_kept_in_memory(
    office: Database, letters: Letters, book: Rulebook, current: Round
):
    answer(office, letters, letter_to(office, current, "discipline"))

    gathered = look(office, letters, book, current)

    assert all(not one.text and not one.blocks for one in gathered.briefing.supplied if one.leader_only)
    assert LEADS not in {one.code for one in gathered.collected.sources}


@pytest.mark.article("A3.2h")
def test_the_completeness_sheet_tells_late_none_pending_missing_and_recused(
    office: Database, letters: Letters, book: Rulebook, current: Round
):
    answer(office, letters, letter_to(office, current, "petitions"), late=True)
    answer(office, letters, letter_to(office, current, "publicity"))
    answer(office, letters, letter_to(office, current, "statistics"), accept=False)

    gathered = look(office, letters, book, current, unit="U02")

    found = {one.code: one for one in gathered.briefing.supplied}
    assert (found["petitions.petitions"].state, found["petitions.petitions"].late) == (SectionState.PROVIDED, True)
    assert found["petitions.petitions"].document_number == "青函〔2026〕3号"
    assert states(gathered)["publicity.ideology"] is SectionState.NONE
    assert states(gathered)["statistics.indicators"] is SectionState.PENDING
    assert states(gathered)["discipline.petitions"] is SectionState.MISSING
    assert states(gathered)["audit.audits_3y"] is SectionState.RECUSED
    sheet = words(print_files(gathered).briefing)
    for wanted in ("逾期", "无相关情况", "已函复，尚未采纳", "未提供", "自身为被巡察单位，回避"):
        assert wanted in sheet


def test_material_told_orally_only_leaves_no_content(
    office: Database, letters: Letters, book: Rulebook, current: Round
):
    letter = letter_to(office, current, "discipline")
    oral = [content.Section(code=code, state=content.SECTION_STATE_ORAL_ONLY) for code in letter.sections]
    message = content.InfoReply(units=[content.UnitReply(unit_id=u, sections=oral) for u in letter.unit_ids])
    keep(office, letters, letter, message)
    run(office, lambda tx: accept_reply(tx, Desk(letters), letters.standing, letter.matter_id, CLERK))

    gathered = look(office, letters, book, current)

    assert states(gathered)["discipline.political_ecology"] is SectionState.WITHHELD
    assert "仅口头通报" in words(print_files(gathered).briefing)


@pytest.mark.article("A1.2b")
def test_what_congress_says_of_the_target_stands_in_part_nine(
    office: Database, letters: Letters, book: Rulebook, current: Round
):
    letter = letter_to(office, current, "congress")
    opinion = content.UnitOpinion(unit_id="U01", kind=content.OPINION_KIND_SUGGESTS, text="关注河道治理")
    keep(office, letters, letter, content.OpinionReply(opinions=[opinion]))
    run(office, lambda tx: accept_reply(tx, Desk(letters), letters.standing, letter.matter_id, CLERK))

    here = look(office, letters, book, current)
    there = look(office, letters, book, current, unit="U02")

    told = next(one for one in here.briefing.supplied if (one.body, one.code) == ("congress", "opinion"))
    assert (told.part, told.text, told.article) == (9, "关注河道治理", "A1.2b")
    assert "关注河道治理" not in words(print_files(there).briefing)


def test_every_section_told_is_traced_to_its_letter_and_a_changed_letter_is_noticed(
    office: Database, letters: Letters, book: Rulebook, current: Round
):
    letter = letter_to(office, current, "petitions")
    answer(office, letters, letter)

    sources = look(office, letters, book, current).collected.sources

    assert [(one.letter_id, one.code) for one in sources] == [("reply-petitions", "petitions.petitions")]
    changed = content.InfoReply.FromString(letters.contents["reply-petitions"])
    changed.units[0].sections[0].text += "改动"
    letters.contents["reply-petitions"] = changed.SerializeToString()
    with pytest.raises(SourceChangedError):
        look(office, letters, book, current)


def test_content_that_was_destroyed_shows_as_destroyed(
    office: Database, letters: Letters, book: Rulebook, current: Round
):
    answer(office, letters, letter_to(office, current, "petitions"))
    letters.contents.clear()

    gathered = look(office, letters, book, current)

    assert states(gathered)["petitions.petitions"] is SectionState.DESTROYED


def test_handing_out_is_kept_with_digests_and_leads_need_a_reason(
    office: Database, letters: Letters, book: Rulebook, current: Round
):
    answer(office, letters, letter_to(office, current, "discipline"))
    gathered = look(office, letters, book, current, leads=True)
    files = print_files(gathered)

    with pytest.raises(ReasonMissingError):
        run(office, lambda tx: record_briefing(tx, gathered, files, replace(LEADER, explanation="")))
    run(office, lambda tx: record_briefing(tx, gathered, files, LEADER))

    rows = office.reader.read_sync(lambda c: c.execute(sa.select(BRIEFINGS)).all())
    assert [(row.unit_id, row.digest, row.leads_digest) for row in rows] == [
        ("U01", hashlib.sha256(files.briefing).digest(), hashlib.sha256(files.leads).digest())
    ]
    assert {one["letter_id"] for one in rows[0].sources} == {"reply-discipline"}


def test_a_unit_outside_the_round_has_no_briefing(office: Database, letters: Letters, book: Rulebook, current: Round):
    with pytest.raises(NotInRoundError):
        look(office, letters, book, current, unit="U03")
