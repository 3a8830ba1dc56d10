"""The board shows every body by every unit; replies are accepted when whole and returned with reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.calendar.working import shipped_calendar
from services.chassis.rulebook.load import load
from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from services.inspection.board.building import board
from services.inspection.board.records import Cell
from services.inspection.letters.errors import LetterNotFoundError
from services.inspection.letters.store import (
    OPINION,
    REQUEST,
    RoundLetter,
    belongs_to_round,
    draft_discarded,
    letter_of_matter,
    letters_of,
    matter_opened,
    save,
)
from services.inspection.replies.errors import (
    NoReplyError,
    ReplyIncompleteError,
    ReplyStoppedError,
    ReturnInvalidError,
)
from services.inspection.replies.records import Reply, SectionAnswer, SectionReason
from services.inspection.replies.settling import Officer, accept_reply, return_reply
from services.inspection.replies.store import record_reply, replies_in
from services.inspection.rounds.errors import GapNotFoundError, SubstituteError
from services.inspection.rounds.records import Round
from services.inspection.rounds.rules import leader_only_sections
from services.inspection.rounds.store import StoredGap, gaps_of
from services.inspection.rounds.substitutes import choose_substitute
from services.inspection.standing import LetterStanding
from tests.integration.inspection.master_data import load_master_data
from tests.integration.inspection.office import ASKED, Decisions, Desk, Letters, fixed_round, run

BODIES_BY_KIND = {REQUEST: ASKED[:6], OPINION: ASKED[6:]}
CLERK = Officer("a1", "壬某", "巡察办干部")
SIGNED = datetime(2026, 3, 9, 8, tzinfo=UTC)
AUDITS = "audit.audits_3y"


@pytest.fixture
def decisions() -> Decisions:
    return Decisions()


@pytest.fixture
def office(sqlite_database: Database) -> Database:
    """SQLite only: the service's tests take the same queries to PostgreSQL."""
    load_master_data(sqlite_database)
    return sqlite_database


@pytest.fixture
def current(office: Database, decisions: Decisions) -> Round:
    return fixed_round(office, decisions)


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def desk(letters: Letters) -> Desk:
    return Desk(letters)


def letter(office: Database, current: Round, body: str = "petitions", **changes: object) -> RoundLetter:
    made = RoundLetter(
        ref=f"ref-{body}",
        matter_id=f"m-{body}",
        round_id=current.round_id,
        kind=REQUEST,
        body=body,
        stands_for=body,
        draft_id=f"draft-{body}",
        sections=(f"{body}.petitions",),
        unit_ids=("U01", "U02"),
        reply_by=None,
    )
    made = replace(made, **changes)  # type: ignore[arg-type]
    run(office, lambda tx: save(tx, made, by="a1"))
    return made


def came(
    office: Database,
    letters: Letters,
    one: RoundLetter,
    states: dict[str, str],
    number: int = 1,
    **changes: object,
) -> Reply:
    answers = tuple(
        SectionAnswer(unit, code, state, b"%32d" % number) for unit, state in states.items() for code in one.sections
    )
    at = SIGNED + timedelta(days=number - 1)
    reply = Reply(
        letter_id=f"reply-{one.body}-{number}",
        matter_id=one.matter_id,
        signed_at=at,
        stored_at=at + timedelta(minutes=2),
        document_number=f"青信函〔2026〕{number}号",
        content_digest=b"digest",
        answers=answers,
    )
    reply = replace(reply, **changes)  # type: ignore[arg-type]
    run(office, lambda tx: record_reply(tx, reply))
    letters.answered(reply)
    return reply


def accept(office: Database, desk: Desk, one: RoundLetter) -> Reply:
    known = desk.letters.standing
    return run(office, lambda tx: accept_reply(tx, desk, known, one.matter_id, CLERK))


def give_back(
    office: Database, desk: Desk, one: RoundLetter, reasons: list[SectionReason], day: date = date(2026, 3, 20)
) -> None:
    known = desk.letters.standing
    run(office, lambda tx: return_reply(tx, desk, known, one.matter_id, CLERK, reasons=reasons, target_date=day))


def cells(office: Database, current: Round, letters: Letters, now: datetime) -> dict[tuple[str, str, str], Cell]:
    found = office.reader.read_sync(
        lambda c: board(c, current.round_id, BODIES_BY_KIND, letters.standing, shipped_calendar(), now=now)
    )
    return {(cell.body, cell.unit_id, cell.stands_for): cell for cell in found}


@pytest.mark.article("A3.2h")
def test_the_board_has_a_cell_for_every_body_and_unit_and_says_who_is_recused(
    office: Database, current: Round, clock: FixedClock
):
    found = cells(office, current, Letters(), clock.now())

    assert len(found) == 8 * 2
    assert found["audit", "U02", ""].state == "recused"
    assert {cell.state for place, cell in found.items() if place != ("audit", "U02", "")} == {"not_sent"}
    assert {cell.article for cell in found.values()} == {"A3.2h", "A1.2b"}


@pytest.mark.article("A3.2h")
def test_a_cell_shows_the_ladder_the_date_and_the_sections_of_its_own_unit(
    office: Database, current: Round, letters: Letters
):
    one = letter(office, current)
    letters.standings[one.matter_id] = LetterStanding(
        state="signed_for", sent=SIGNED, signed_for=SIGNED, answered=SIGNED + timedelta(days=1), due=date(2026, 3, 9)
    )
    came(office, letters, one, {"U01": "provided", "U02": "none"})

    found = cells(office, current, letters, SIGNED + timedelta(days=9))

    assert found["petitions", "U01", ""].sections == {"petitions.petitions": "provided"}
    assert found["petitions", "U02", ""].sections == {"petitions.petitions": "none"}
    assert (found["petitions", "U01", ""].late, found["petitions", "U01", ""].late_working_days) == (True, 1)


@pytest.mark.article("A3.2b")
def test_the_board_tells_that_leads_were_asked_for_and_not_whether_there_are_any(
    office: Database, current: Round, letters: Letters
):
    leads = "discipline.leads_and_disposal"
    one = letter(office, current, "discipline", sections=(leads,))
    came(office, letters, one, {"U01": "provided", "U02": "none"})

    shown = {
        cell.unit_id: dict(cell.sections)
        for cell in office.reader.read_sync(
            lambda c: board(
                c,
                current.round_id,
                {REQUEST: ("discipline",)},
                letters.standing,
                shipped_calendar(),
                leader_only=leader_only_sections(load()),
                now=SIGNED,
            )
        )
    }

    assert shown == {"U01": {leads: "leader_only"}, "U02": {leads: "leader_only"}}


@pytest.mark.article("A3.2a")
def test_whoever_fills_a_gap_has_a_cell_of_its_own_and_the_gap_stays_shown(
    office: Database, current: Round, clock: FixedClock, decisions: Decisions
):
    def choose(substitute: str, unit: str = "U02", body: str = "audit") -> None:
        gap = StoredGap(unit, body, substitute)
        run(
            office,
            lambda tx: choose_substitute(tx, current.round_id, gap, decisions, known={*ASKED, "finance"}, by="a1"),
        )

    with pytest.raises(GapNotFoundError):
        choose("finance", unit="U01")
    for impossible in ("audit", "nobody"):
        with pytest.raises(SubstituteError):
            choose(impossible)
    choose("statistics")
    choose("finance")
    letter(office, current, "finance", stands_for="audit", unit_ids=("U02",), sections=(AUDITS,))
    with pytest.raises(SubstituteError):
        choose("statistics")

    found = cells(office, current, Letters(), clock.now())
    assert office.reader.read_sync(lambda c: gaps_of(c, current.round_id))[0].substitute == "finance"
    assert (found["audit", "U02", ""].state, found["audit", "U02", ""].substitute) == ("recused", "finance")
    assert found["finance", "U02", "audit"].matter_id == "m-finance"


def test_a_whole_reply_is_accepted_by_a_letter_in_the_matter(office: Database, current: Round, desk: Desk):
    one = letter(office, current)
    came(office, desk.letters, one, {"U01": "provided", "U02": "none"})

    accepted = accept(office, desk, one)

    act = desk.drafts[-1]
    step = content.LadderStep.FromString(act.content)
    assert (act.kind, act.matter_ref, act.article_ids) == ("request.accepted_reply", one.matter_id, ("A3.2h",))
    assert (step.letter_id, step.step, step.person.post) == (
        accepted.letter_id,
        content.STEP_SETTLED,
        "巡察办干部",
    )
    with pytest.raises(NoReplyError):
        accept(office, desk, one)


def test_a_reply_that_is_silent_on_a_section_is_not_accepted(office: Database, current: Round, desk: Desk):
    one = letter(office, current)
    came(office, desk.letters, one, {"U01": "provided"})

    with pytest.raises(ReplyIncompleteError) as caught:
        accept(office, desk, one)

    assert caught.value.facts["missing"] == "U02/petitions.petitions"
    assert desk.drafts == []


def test_a_reply_on_somebody_above_the_county_is_not_accepted(office: Database, current: Round, desk: Desk):
    one = letter(office, current)
    answers = tuple(SectionAnswer(unit, one.sections[0], "provided", bytes(32), stopped=True) for unit in one.unit_ids)
    came(office, desk.letters, one, {}, answers=answers)

    with pytest.raises(ReplyStoppedError):
        accept(office, desk, one)


def test_a_reply_is_returned_with_reasons_completed_and_then_accepted(office: Database, current: Round, desk: Desk):
    one = letter(office, current)
    came(office, desk.letters, one, {"U01": "provided"})
    reason = SectionReason("U02", one.sections[0], "请补充该单位情况")

    give_back(office, desk, one, [reason])

    message = content.ReturnForCompletion.FromString(desk.drafts[-1].content)
    assert [(one.unit_id, one.text) for one in message.reasons] == [("U02", "请补充该单位情况")]
    with pytest.raises(NoReplyError):
        accept(office, desk, one)
    came(office, desk.letters, one, {"U02": "not_held"}, number=3)
    accepted = accept(office, desk, one)
    assert accepted.letter_id == "reply-petitions-3"


@pytest.mark.parametrize(
    ("reasons", "day"),
    [
        ([], date(2026, 3, 20)),
        ([SectionReason("U02", "petitions.petitions", " ")], date(2026, 3, 20)),
        ([SectionReason("U03", "petitions.petitions", "补充")], date(2026, 3, 20)),
        ([SectionReason("U02", "audit.audits_3y", "补充")], date(2026, 3, 20)),
        ([SectionReason("U02", "petitions.petitions", "补充")], date(2026, 3, 2)),
    ],
)
def test_a_return_names_what_was_asked_gives_reasons_and_a_later_date(
    office: Database, current: Round, desk: Desk, reasons: list[SectionReason], day: date
):
    one = letter(office, current)
    came(office, desk.letters, one, {"U01": "provided"})

    with pytest.raises(ReturnInvalidError):
        give_back(office, desk, one, reasons, day)


def test_the_same_reply_twice_is_one(office: Database, current: Round, desk: Desk):
    one = letter(office, current)
    came(office, desk.letters, one, {"U01": "provided", "U02": "none"})
    came(office, desk.letters, one, {"U01": "provided", "U02": "none"})

    assert len(office.reader.read_sync(lambda c: replies_in(c, [one.matter_id]))[one.matter_id]) == 1


def test_a_matter_leads_to_its_round_and_a_given_up_draft_is_forgotten(office: Database, current: Round):
    one = letter(office, current)
    run(office, lambda tx: matter_opened(tx, one.draft_id, "matter-by-the-desk"))

    found = office.reader.read_sync(lambda c: letter_of_matter(c, "matter-by-the-desk"))
    assert found == replace(one, matter_id="matter-by-the-desk")
    with pytest.raises(LetterNotFoundError):
        office.reader.read_sync(lambda c: letter_of_matter(c, one.matter_id))

    assert run(office, lambda tx: draft_discarded(tx, one.draft_id))
    assert not run(office, lambda tx: draft_discarded(tx, one.draft_id))
    assert office.reader.read_sync(lambda c: letters_of(c, current.round_id)) == ()
    assert not office.reader.read_sync(lambda c: belongs_to_round(c, "matter-by-the-desk"))
