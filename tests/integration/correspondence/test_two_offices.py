"""Two whole offices write each other: after every step both hold the same ladder, state, clocks and due dates."""

from __future__ import annotations

from datetime import date

import pytest

from services.chassis.correspondence import steps
from services.chassis.deadlines.model import State as ClockState
from services.chassis.matters.model import Rung, State
from tests.fixtures.offices import OfficeCounty
from tests.integration.correspondence.letters_for_tests import ladder, replies, request


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
