"""Letters that cannot be handled yet, and letters that cross: nothing is lost, nothing else waits, both sides agree."""

from __future__ import annotations

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence import clock_steps, steps
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.deadlines.checks import Grounds
from services.chassis.exchange.model import LetterDraft, LetterState
from services.chassis.exchange.reading import letter
from services.chassis.matters.model import Event, State
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import acts, replies, request, signed_for

GROUNDS = Grounds("材料量大，需核对", "巡察办主任")


def sends_raw(office: WholeOffice, draft: LetterDraft) -> str:
    """A letter that no use case of this program would write."""
    return office.do(lambda tx: office.node.exchange.send(tx, draft)).letter_id


def parked(office: WholeOffice) -> list[tuple[str, str]]:
    return [(one.letter.header.letter_id, one.reason) for one in office.ask(office.node.exchange.parked)]


def state_of(office: WholeOffice, letter_id: str) -> LetterState:
    return office.ask(lambda c: office.node.exchange.letter(c, letter_id)).state


async def test_a_letter_about_an_unknown_matter_is_parked_and_handled_when_its_matter_is_known(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    asked = request(county.book, "audit")
    reminder = content.Reminder(letter_id="later", rung=3, text="请尽快函复")
    early = LetterDraft(("audit",), "reminder", words_of(reminder), type_name(reminder), matter_id="later")
    reminder_id = sends_raw(office, early)
    other = office.sends("info.request", "audit", asked).letter_id
    await county.deliver()
    assert parked(audit) == [(reminder_id, "MATTER_NOT_FOUND")]
    assert county.agree(other).state is State.STORED

    audit.do(lambda tx: audit.node.exchange.retry(tx, reminder_id, "已补办", "system-1"))
    await county.deliver()
    assert parked(audit) == [(reminder_id, "MATTER_NOT_FOUND")]

    signer = office.ask(lambda c: letter(c, office.node.identity.keyring, other)).header.signer
    opening = LetterDraft(
        ("audit",), "info.request", words_of(asked), type_name(asked), "later", signer=signer, letter_id="later"
    )
    sends_raw(office, opening)
    await county.deliver()
    await county.deliver()

    assert parked(audit) == []
    verdicts = audit.matter("later").matter.verdicts
    assert [one.act.event for one in verdicts] == [Event.REMINDED, Event.OPENED]
    assert state_of(audit, reminder_id) is LetterState.APPLIED


async def test_a_letter_of_a_kind_that_a_newer_peer_knows_is_kept_and_parked_and_delays_no_other(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    newer = LetterDraft(("audit",), "audit_plan.suggest", b"\x0a\x03abc", "guantong.exchange.v9.Suggestion")
    newer_id = sends_raw(office, newer)
    matter_id = office.sends("info.request", "audit", request(county.book, "audit")).letter_id
    await county.deliver()

    assert parked(audit) == [(newer_id, "CONTENT_UNREADABLE")]
    assert audit.ask(lambda c: audit.node.exchange.content(c, newer_id)) == b"\x0a\x03abc"
    assert county.agree(matter_id).state is State.STORED
    assert [(one.peer, one.gap) for one in (await office.node.exchange.snapshot()).channels] == [("audit", 0)]

    audit.do(lambda tx: audit.node.exchange.set_aside(tx, newer_id, "不属本单位业务", "system-1"))
    assert state_of(audit, newer_id) is LetterState.SET_ASIDE


async def test_a_letter_without_the_signature_that_its_kind_asks_for_does_not_count(office_county: OfficeCounty):
    office, audit = await office_county.open("inspection", "audit")
    asked = request(office_county.book, "audit")
    unsigned = LetterDraft(
        ("audit",), "info.request", words_of(asked), type_name(asked), "unsigned", letter_id="unsigned"
    )
    sends_raw(office, unsigned)
    await office_county.deliver()

    assert parked(audit) == [("unsigned", "SIGNATURE_MISSING")]
    assert not audit.has("unsigned")
    assert audit.answer_drafts("unsigned") == []


async def test_a_body_cannot_act_in_a_matter_of_others(office_county: OfficeCounty):
    office, audit, finance = await office_county.open("inspection", "audit", "finance")
    matter_id = office.sends("info.request", "audit", request(office_county.book, "audit")).letter_id
    step = content.LadderStep(letter_id=matter_id, step=content.STEP_ACCEPTED)
    stranger = LetterDraft(("inspection",), "matter.accepted", words_of(step), type_name(step), matter_id=matter_id)
    stranger_id = sends_raw(finance, stranger)
    await office_county.deliver()

    assert parked(office) == [(stranger_id, "NOT_A_PARTY")]
    assert office_county.agree(matter_id).state is State.STORED
    assert parked(audit) == []


async def test_a_reply_and_an_extension_that_cross_leave_both_with_the_reply_and_the_same_date(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)
    (clock,) = office.clocks(matter_id)

    replies(audit, matter_id)
    office.do(lambda tx: clock_steps.extend(tx, office.node.office, clock.deadline_id, 3, GROUNDS))
    await county.deliver()

    matter = county.agree(matter_id)
    assert matter.state is State.ANSWERED
    assert all(verdict.effective for verdict in matter.verdicts)
    assert [move.amount for move in audit.moves(audit.clocks(matter_id)[0])] == [3]


async def test_signing_for_what_is_being_withdrawn_is_kept_as_evidence_and_starts_no_clock_that_runs(
    office_county: OfficeCounty,
):
    office, audit = await office_county.open("inspection", "audit")
    matter_id = office.sends("info.request", "audit", request(office_county.book, "audit")).letter_id
    await office_county.deliver()

    withdrawn = content.LadderStep(letter_id=matter_id, step=content.STEP_WITHDRAWN, note="本轮调整")
    office.sends("matter.withdrawn", "audit", withdrawn, matter_id=matter_id)
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, matter_id, audit.actor))
    await office_county.deliver()

    matter = office_county.agree(matter_id)
    assert (matter.state, matter.over) == (State.WITHDRAWN, True)
    assert all(clock.closed_at is not None for clock in audit.clocks(matter_id))


async def test_a_question_back_and_its_answer_move_no_date(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)
    before = audit.clocks(matter_id)

    audit.do(lambda tx: steps.ask_back(tx, audit.node.office, matter_id, audit.actor, "是否含下属单位?"))
    await county.deliver()
    assert len(county.agree(matter_id).standing.open_questions) == 1
    answer = content.Clarification(answers=[content.Answer(key="1", text="含下属单位")])
    acts(office, "clarification", matter_id, answer)
    await county.deliver()

    matter = county.agree(matter_id)
    assert (matter.state, matter.standing.open_questions) == (State.SIGNED_FOR, ())
    assert audit.clocks(matter_id) == before


async def test_an_acceptance_that_crosses_a_reminder_counts(office_county: OfficeCounty):
    office, audit, matter_id = await signed_for(office_county)

    acts(office, "reminder", matter_id, content.Reminder(letter_id=matter_id, rung=3, text="请尽快函复"))
    audit.do(lambda tx: steps.accept(tx, audit.node.office, matter_id, audit.actor))
    await office_county.deliver()

    matter = office_county.agree(matter_id)
    assert (matter.state, matter.standing.reminders, matter.kept) == (State.ACCEPTED, 1, ())
