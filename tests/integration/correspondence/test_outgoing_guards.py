"""What a leader signs leaves as it was shown, to whom it was shown, under an id that no other letter has."""

from __future__ import annotations

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.correspondence.errors import MisdirectedError
from services.chassis.desk.desk import Text
from services.chassis.desk.drafts import NewDraft, create_by_hand
from services.chassis.desk.errors import NotByHandError
from services.chassis.desk.records import Address
from services.chassis.exchange.errors import DraftInvalidError
from services.chassis.exchange.model import LetterDraft
from services.chassis.exchange.reading import heading
from services.chassis.matters.model import State
from tests.fixtures.offices import CLERK, OfficeCounty
from tests.integration.correspondence.letters_for_tests import finished, notice, request, signed_for


@pytest.mark.article("A1.2b")
async def test_a_request_that_rests_on_a_decision_is_not_drafted_by_hand(office_county: OfficeCounty):
    office, _ = await office_county.open("inspection", "audit")
    message = request(office_county.book, "audit")
    new = NewDraft(Address("info.request", ("audit",)), Text(type_name(message), words_of(message)))

    with pytest.raises(NotByHandError):
        office.do(lambda tx: create_by_hand(tx, office.node.desk, new, CLERK))


async def test_a_reply_of_one_matter_does_not_answer_the_request_of_another(office_county: OfficeCounty):
    office, audit, matter_id = await signed_for(office_county)
    other = office.sends("info.request", "audit", request(office_county.book, "audit")).letter_id
    await office_county.deliver()
    astray = audit.drafted("info.reply", "inspection", finished(audit, other), matter_id=matter_id, answers=other)

    with pytest.raises(MisdirectedError):
        audit.signed(astray)
    await office_county.deliver()

    assert office_county.agree(matter_id).state is State.SIGNED_FOR


async def test_a_letter_on_a_matter_goes_to_its_other_party_alone(office_county: OfficeCounty):
    office, _, matter_id = await signed_for(office_county)
    withdrawn = content.LadderStep(letter_id=matter_id, step=content.STEP_WITHDRAWN, note="不再需要")
    astray = office.drafted("matter.withdrawn", "discipline", withdrawn, matter_id=matter_id)

    with pytest.raises(MisdirectedError):
        office.signed(astray)


async def test_no_letter_takes_the_id_of_another_and_the_channel_goes_on(office_county: OfficeCounty):
    office, audit, matter_id = await signed_for(office_county)

    with pytest.raises(DraftInvalidError):
        office.do(lambda tx: office.node.exchange.send(tx, LetterDraft(("audit",), "reminder", letter_id=matter_id)))
    later = office.sends("arrangement.brief", "audit", notice("后一函件", "仍应送达。")).letter_id
    await office_county.deliver()

    assert audit.ask(lambda connection: heading(connection, later)) is not None
