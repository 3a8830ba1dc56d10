"""Each body is asked once, by its own letter, about every unit that is not itself; opinions are sought apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.load import load
from services.chassis.storage import Database
from services.inspection.letters.errors import QuestionError, ReplyByError, TargetsNotFixedError
from services.inspection.letters.prepare import Prepared, prepare_opinion_letters, prepare_request_letters
from services.inspection.letters.records import UnitQuestion
from services.inspection.letters.store import letters_of
from services.inspection.rounds import rules
from services.inspection.rounds.plan import add_units, create_round
from services.inspection.rounds.records import Round
from services.inspection.rounds.store import StoredGap
from services.inspection.rounds.substitutes import choose_substitute
from tests.integration.inspection.master_data import BODIES, load_master_data
from tests.integration.inspection.office import NEW, Decisions, Desk, fixed_round, run

TODAY = date(2026, 3, 2)
CONTACT = content.Contact(name="壬某", phone="0000-1234")
SIX = ("discipline", "organization", "publicity", "petitions", "audit", "statistics")


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load()


@pytest.fixture
def office(sqlite_database: Database) -> Database:
    """SQLite only: the service's tests take the same queries to PostgreSQL."""
    load_master_data(sqlite_database)
    return sqlite_database


@pytest.fixture
def decisions() -> Decisions:
    return Decisions()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def current(office: Database, decisions: Decisions) -> Round:
    return fixed_round(office, decisions, units=("U01", "U02", "U03"))


def ask(
    office: Database, desk: Desk, book: Rulebook, current: Round, questions: Sequence[UnitQuestion] = ()
) -> dict[str, Prepared]:
    made = run(
        office,
        lambda tx: prepare_request_letters(
            tx, desk, book, current.round_id, questions=questions, contact=CONTACT, by="a1"
        ),
    )
    return {one.body: one for one in made}


def seek(office: Database, desk: Desk, book: Rulebook, current: Round, day: date = date(2026, 3, 20)) -> list[Prepared]:
    made = run(
        office,
        lambda tx: prepare_opinion_letters(tx, desk, book, current.round_id, reply_by=day, contact=CONTACT, by="a1"),
    )
    return list(made)


def request_to(desk: Desk, body: str) -> content.InfoRequest:
    draft = next(one for one in desk.drafts if one.recipients[0].split("/")[0] == body)
    assert draft.content_type == "guantong.exchange.v1.InfoRequest"
    return content.InfoRequest.FromString(draft.content)


@pytest.mark.article("A3.2a")
def test_six_bodies_are_asked_each_by_a_letter_and_a_matter_of_its_own(
    office: Database, desk: Desk, book: Rulebook, current: Round
):
    made = ask(office, desk, book, current)

    assert tuple(made) == SIX
    assert [draft.recipients for draft in desk.drafts] == [
        ("discipline/organ",),
        *((body,) for body in SIX[1:]),
    ]
    assert {draft.kind for draft in desk.drafts} == {"info.request"}
    assert len({draft.matter_ref for draft in desk.drafts}) == 6
    assert [one.body for one in office.reader.read_sync(lambda c: letters_of(c, current.round_id))] == list(SIX)


@pytest.mark.article("A3.2a")
def test_nobody_is_asked_about_itself_and_nobody_else_learns_of_the_gap(
    office: Database, desk: Desk, book: Rulebook, current: Round
):
    made = ask(office, desk, book, current)

    assert {body: one.removed for body, one in made.items()} == {**dict.fromkeys(SIX, ()), "audit": ("U02",)}
    assert [unit.unit_id for unit in request_to(desk, "audit").units] == ["U01", "U03"]
    assert "县审计局" not in str(request_to(desk, "audit"))
    told = [(unit.unit_id, unit.coordinating_body) for unit in request_to(desk, "petitions").units]
    assert told == [("U01", ""), ("U02", "audit"), ("U03", "")]


@pytest.mark.article("A3.2h")
@pytest.mark.parametrize("body", SIX)
def test_a_letter_names_the_bodys_sections_and_its_five_working_days(
    office: Database, desk: Desk, book: Rulebook, current: Round, body: str
):
    ask(office, desk, book, current)

    letter = request_to(desk, body)

    assert [one.code for one in letter.sections_required] == [one.id for one in book.sections_for("info.request", body)]
    assert letter.reply_rule.kind == content.REPLY_RULE_KIND_WORKING_DAYS_AFTER_RECEIPT
    assert (letter.reply_rule.working_day_count, letter.reply_rule.article_id) == (5, "A3.2h")
    assert letter.round.name == "十五届县委第八轮巡察"


@pytest.mark.article("A3.2f")
def test_the_period_is_three_years_for_audits_and_since_the_last_inspection_otherwise(
    office: Database, desk: Desk, book: Rulebook, current: Round
):
    """U01 was inspected until 30 June 2023; the others not within the last five years."""
    ask(office, desk, book, current)

    audits = request_to(desk, "audit").sections_required[0]
    ecology = request_to(desk, "discipline").sections_required[0]

    assert (audits.window_from_date, audits.window_to_date) == ("2023-03-02", "2026-03-02")
    assert "尚未整改" in audits.guidance
    assert ecology.window_from_date == "2021-03-02"
    assert "县水务局自2023-06-30起" in ecology.guidance


def test_a_renamed_unit_is_asked_about_under_every_name_it_had(
    office: Database, desk: Desk, book: Rulebook, current: Round
):
    ask(office, desk, book, current)

    unit = request_to(desk, "petitions").units[2]

    assert (unit.name, list(unit.former_names)) == ("县生态环境局", ["县环境保护局", "生态局"])


@pytest.mark.article("A3.2b")
def test_a_person_who_moved_within_the_period_is_named_at_both_units(
    office: Database, desk: Desk, book: Rulebook, current: Round
):
    ask(office, desk, book, current)

    units = {one.unit_id: [(p.name, p.post) for p in one.leading_group] for one in request_to(desk, "discipline").units}

    assert units["U01"] == [("乙某", "局长"), ("甲某", "原局长")]
    assert units["U03"] == [("甲某", "局长")]


def test_preparing_again_gives_the_same_letters_and_a_given_up_one_is_drafted_anew(
    office: Database, desk: Desk, book: Rulebook, current: Round
):
    first = ask(office, desk, book, current)
    assert ask(office, desk, book, current) == first
    audit = first["audit"].letter
    assert audit is not None

    desk.given_up.add(audit.draft_id)
    again = ask(office, desk, book, current)["audit"].letter

    assert len(desk.drafts) == 7
    assert again is not None
    assert again.matter_id != audit.matter_id


def test_a_question_of_the_team_goes_to_the_body_it_is_put_to_and_to_no_other(
    office: Database, desk: Desk, book: Rulebook, current: Round
):
    ask(office, desk, book, current, [UnitQuestion("U01", "audit", "往来款挂账原因")])

    assert "1. 县水务局: 往来款挂账原因" in request_to(desk, "audit").purpose
    assert "往来款" not in request_to(desk, "petitions").purpose


@pytest.mark.parametrize("place", [("U02", "audit"), ("U01", "finance"), ("U06", "audit")])
def test_a_question_to_somebody_who_is_not_asked_is_refused(
    office: Database, desk: Desk, book: Rulebook, current: Round, place: tuple[str, str]
):
    with pytest.raises(QuestionError):
        ask(office, desk, book, current, [UnitQuestion(*place, "问题")])

    assert office.reader.read_sync(lambda c: letters_of(c, current.round_id)) == ()


@pytest.mark.article("A3.2a")
def test_the_body_that_fills_a_gap_is_asked_by_a_letter_of_its_own(
    office: Database, desk: Desk, book: Rulebook, current: Round, decisions: Decisions
):
    known = rules.may_substitute(book, TODAY)
    gap = StoredGap("U02", "audit", "statistics")
    run(office, lambda tx: choose_substitute(tx, current.round_id, gap, decisions, known=known, by="a1"))

    run(office, lambda tx: prepare_request_letters(tx, desk, book, current.round_id, contact=CONTACT, by="a1"))

    letters = [one for one in desk.drafts if one.recipients == ("statistics",)]
    own, filling = (content.InfoRequest.FromString(one.content) for one in letters)
    assert [one.code for one in own.sections_required] == ["statistics.indicators"]
    assert [one.code for one in filling.sections_required] == ["audit.audits_3y"]
    assert [unit.unit_id for unit in filling.units] == ["U02"]


@pytest.mark.article("A1.2b")
def test_opinions_are_sought_from_congress_and_cppcc_by_a_date_the_office_sets(
    office: Database, desk: Desk, book: Rulebook, current: Round
):
    made = seek(office, desk, book, current)

    letter = content.OpinionRequest.FromString(desk.drafts[0].content)
    assert [one.body for one in made] == ["congress", "cppcc"]
    assert [draft.recipients for draft in desk.drafts] == [("congress/organ",), ("cppcc/organ",)]
    assert (letter.reply_rule.kind, letter.reply_rule.by_date) == (content.REPLY_RULE_KIND_BY_DATE, "2026-03-20")
    assert letter.reply_rule.working_day_count == 0
    assert not any(unit.leading_group for unit in letter.units)


@pytest.mark.article("A1.2b")
def test_the_peoples_congress_is_not_asked_about_itself_even_when_it_is_the_only_target(
    office: Database, desk: Desk, book: Rulebook, decisions: Decisions
):
    current = fixed_round(office, decisions, units=("U06",))

    made = {one.body: one for one in seek(office, desk, book, current)}

    assert (made["congress"].letter, made["congress"].removed) == (None, ("U06",))
    assert made["cppcc"].letter is not None
    assert [draft.recipients for draft in desk.drafts] == [("cppcc/organ",)]


def test_an_opinion_cannot_be_wanted_by_today(office: Database, desk: Desk, book: Rulebook, current: Round):
    with pytest.raises(ReplyByError):
        seek(office, desk, book, current, TODAY)


@pytest.mark.article("A1.2b")
def test_no_letter_names_the_targets_before_they_are_fixed(office: Database, desk: Desk, book: Rulebook):
    draft = run(office, lambda tx: create_round(tx, NEW, by="a1"))
    run(office, lambda tx: add_units(tx, draft.round_id, ["U01"], BODIES, by="a1"))

    for prepare in (ask, seek):
        with pytest.raises(TargetsNotFixedError):
            prepare(office, desk, book, draft)

    assert desk.drafts == []


def test_the_rulebook_knows_every_body_by_the_names_ledgers_use(book: Rulebook):
    names = rules.body_names(book, TODAY)

    assert (names["县审计局"], names["县人大机关"], names["audit"]) == ("audit", "congress", "audit")
    assert rules.bodies_asked(book, TODAY) == (*SIX, "congress", "cppcc")
    assert rules.deciders(book, TODAY) == ("leading_group",)
