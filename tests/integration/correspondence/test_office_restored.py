"""An office that lost its database has every matter again as its partner sees it, from the letters themselves."""

from __future__ import annotations

from services.chassis.correspondence import steps
from services.chassis.matters.model import State
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import replies, request


async def lived(county: OfficeCounty) -> tuple[WholeOffice, WholeOffice, str]:
    office, audit = await county.open("inspection", "audit")
    matter_id = office.sends("info.request", "audit", request(county.book, "audit")).letter_id
    await county.deliver()
    county.clock.advance(hours=1)
    audit.do(lambda tx: steps.view(tx, audit.node.office, matter_id, audit.actor))
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, matter_id, audit.actor))
    audit.do(lambda tx: steps.accept(tx, audit.node.office, matter_id, audit.actor))
    await county.deliver()
    county.clock.advance(days=3)
    replies(audit, matter_id)
    await county.deliver()
    county.clock.advance(hours=1)
    return office, audit, matter_id


async def test_the_office_that_asked_has_its_request_again_and_goes_on(office_county: OfficeCounty):
    office, audit, matter_id = await lived(office_county)
    before = audit.known(matter_id)[0]
    office = await office_county.open_anew("inspection")
    for one in (office, audit):
        one.node.exchange.greet()
    for _ in range(4):
        await office_county.deliver()

    assert office_county.agree(matter_id).state is State.ANSWERED
    assert office.known(matter_id)[0] == before
    office.do(lambda tx: steps.accept_reply(tx, office.node.office, matter_id, office.actor))
    await office_county.deliver()
    assert office_county.agree(matter_id).state is State.SETTLED


async def test_the_office_that_answered_has_its_answer_again(office_county: OfficeCounty):
    """Only when the request was stored is told differently: here as it came now, there as first receipted."""
    office, audit, matter_id = await lived(office_county)
    before = office.known(matter_id)[0]
    audit = await office_county.open_anew("audit")
    for one in (office, audit):
        one.node.exchange.greet()
    for _ in range(4):
        await office_county.deliver()

    assert office.known(matter_id)[0] == before
    assert audit.matter(matter_id).matter.verdicts == before.verdicts
    assert audit.matter(matter_id).matter.state is State.ANSWERED
    assert [one.due_date for one in audit.clocks(matter_id)] == [one.due_date for one in office.clocks(matter_id)]
