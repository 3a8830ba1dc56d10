"""A matter under supervision, complaint or audit is held: nothing of it is destroyed until somebody else lets go."""

from __future__ import annotations

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.destruction import holds
from services.chassis.destruction.errors import HoldNotOpenError, HoldSamePersonError, MatterHeldError
from services.chassis.destruction.model import Cause
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.destruction.destroying_for_tests import approved, asked, has_content, told, wanted


def held(office: WholeOffice, matter_id: str, cause: Cause = Cause.AUDIT) -> str:
    return office.do(lambda tx: holds.place_hold(tx, matter_id, cause, "年度审计调阅", by="leader-1")).id


def released(office: WholeOffice, hold_id: str, by: str = "audit_admin-1") -> None:
    office.do(lambda tx: holds.release_hold(tx, hold_id, "审计结束", by=by))


async def test_what_is_held_is_neither_asked_for_nor_destroyed_until_every_hold_is_released(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    congress, _ = await county.open("congress", "inspection")
    letter_id = told(county, congress, "inspection")
    destruction_id = asked(congress, wanted(letter_id))
    first, second = held(congress, letter_id), held(congress, letter_id, Cause.COMPLAINT)

    for act in (lambda: approved(congress, destruction_id), lambda: asked(congress, wanted(letter_id))):
        with pytest.raises(MatterHeldError) as refused:
            act()
        assert refused.value.facts["matter_id"] == letter_id
    released(congress, second)
    with pytest.raises(MatterHeldError) as refused:
        approved(congress, destruction_id)
    assert "审计" in refused.value.text("zh")
    assert first in refused.value.text("zh")
    assert has_content(congress, letter_id)

    released(congress, first)
    assert approved(congress, destruction_id) == 1


async def test_a_hold_is_released_by_somebody_else_and_once(office_county: OfficeCounty):
    (congress,) = await office_county.open("congress")
    hold_id = held(congress, "M-1")

    with pytest.raises(HoldSamePersonError):
        released(congress, hold_id, by="leader-1")
    released(congress, hold_id)
    with pytest.raises(HoldNotOpenError):
        released(congress, hold_id)


async def test_a_recall_does_not_destroy_what_either_side_holds(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    congress, inspection = await county.open("congress", "inspection")
    letter_id = told(county, congress, "inspection")
    await county.deliver()
    recall = content.Recall(
        letter_id=letter_id, reason="误发", destroy_content=True, approver=content.Person(name="癸某", post="主任")
    )
    ours = held(congress, letter_id)
    with pytest.raises(MatterHeldError):
        congress.sends("recall", "inspection", recall, matter_id=letter_id)
    released(congress, ours)
    theirs = held(inspection, letter_id)
    signed = congress.sends("recall", "inspection", recall, matter_id=letter_id)
    await county.deliver()

    assert not has_content(congress, letter_id)
    assert has_content(inspection, letter_id), "the recall is followed, and the words are kept"
    (certificate,) = inspection.answer_drafts(signed.letter_id)
    released(inspection, theirs)
    header = inspection.ask(lambda c: inspection.node.exchange.letter(c, letter_id)).header
    persons = [content.Person(name=name, post="科员") for name in ("甲某", "乙某")]
    stated = content.DeletionCertificate(
        letter_id=letter_id, content_digest=header.content_digest, destroyed_by=persons
    )
    inspection.signed(inspection.rewritten(certificate, stated))
    assert not has_content(inspection, letter_id)
