"""Two whole offices write each other: after every step both hold the same ladder, state, clocks and due dates."""

from __future__ import annotations

from datetime import date

import pytest

from services.chassis.correspondence import steps
from services.chassis.deadlines.model import State as ClockState
from services.chassis.desk.drafts import Seen, approve, submit_for_review, submit_for_signature
from services.chassis.desk.errors import OwnWorkError, ReviewMissingError
from services.chassis.desk.records import DraftState
from services.chassis.matters.may import MatterRefusedError
from services.chassis.matters.model import Rung, State
from tests.fixtures.offices import CLERK, REVIEWER, OfficeCounty
from tests.integration.correspondence.letters_for_tests import ladder, replies, request, returns


@pytest.mark.article("A3.2h")
async def test_a_request_is_signed_for_answered_and_accepted_and_both_sides_agree_after_every_step(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")

    matter_id = office.sends("info.request", "audit", request(county.book, "audit")).letter_id
    assert office.matter(matter_id).matter.state is State.SENT
    await county.deliver()
    assert county.agree(matter_id).state is State.STORED
    assert ladder(office, matter_id) == [Rung.WRITTEN, Rung.SIGNED, Rung.STORED]

    county.clock.advance(hours=1)
    audit.do(lambda tx: steps.view(tx, audit.node.office, matter_id, audit.actor))
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, matter_id, audit.actor))
    await county.deliver()
    assert county.agree(matter_id).state is State.SIGNED_FOR
    assert [(one.due_date, one.state) for one in office.clocks(matter_id)] == [(date(2026, 3, 9), ClockState.OPEN)]

    audit.do(lambda tx: steps.accept(tx, audit.node.office, matter_id, audit.actor))
    await county.deliver()
    assert county.agree(matter_id).state is State.ACCEPTED

    county.clock.advance(days=3)
    replies(audit, matter_id)
    await county.deliver()
    assert county.agree(matter_id).state is State.ANSWERED
    assert [one.state for one in office.clocks(matter_id)] == [ClockState.CLOSED]

    office.do(lambda tx: steps.accept_reply(tx, office.node.office, matter_id, office.actor))
    await county.deliver()
    assert county.agree(matter_id).state is State.SETTLED
    assert Rung.CLOSED in ladder(office, matter_id)


async def test_a_letter_of_a_reviewed_kind_reaches_the_leader_through_a_reviewer_alone(office_county: OfficeCounty):
    office, _ = await office_county.open("inspection", "audit")
    draft = office.drafted("info.request", "audit", request(office_county.book, "audit"))
    seen = Seen(draft.draft_id, 1)

    with pytest.raises(ReviewMissingError):
        office.do(lambda tx: submit_for_signature(tx, office.node.desk, seen, CLERK))
    office.do(lambda tx: submit_for_review(tx, office.node.desk, seen, CLERK))
    with pytest.raises(OwnWorkError):
        office.do(lambda tx: approve(tx, office.node.desk, seen, CLERK))
    approved = office.do(lambda tx: approve(tx, office.node.desk, seen, REVIEWER))

    assert (approved.state, approved.reviewed_by) == (DraftState.TO_SIGN, REVIEWER)


async def test_a_body_that_declines_says_why_under_its_leaders_signature_and_may_be_asked_again(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    matter_id = office.sends("info.request", "audit", request(county.book, "audit")).letter_id
    await county.deliver()

    draft = audit.do(lambda tx: steps.decline(tx, audit.node.desk, matter_id, "本单位为被巡察单位", CLERK))
    await county.deliver()
    assert county.agree(matter_id).state is State.STORED
    audit.signed(draft)
    await county.deliver()
    assert county.agree(matter_id).state is State.DECLINED
    with pytest.raises(MatterRefusedError):
        audit.do(lambda tx: steps.decline(tx, audit.node.desk, matter_id, "再次说明", CLERK))

    returns(office, matter_id, matter_id, date(2026, 3, 12))
    await county.deliver()
    assert county.agree(matter_id).state is State.RETURNED
