"""A draft in a matter is the matter's: its sub-unit and those who may know of the matter reach it, whoever wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import drafts_service_pb2 as pb
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.rpc.callers import Role
from tests.fixtures.offices import OfficeCounty
from tests.fixtures.served import ServedOffice, person, serving
from tests.integration.correspondence.letters_for_tests import finished, new_info
from tests.integration.correspondence.test_matters_service import asked, refusal

PEOPLE = {
    "organ": person("organ", Role.CLERK, sub_unit="organ"),
    "room": person("room", Role.CLERK, sub_unit="case-management"),
}


@asynccontextmanager
async def discipline_asked(county: OfficeCounty) -> AsyncIterator[tuple[ServedOffice, str]]:
    """The discipline commission after a request came for its organ."""
    office, discipline = await county.open("inspection", "discipline")
    letter_id = asked(office, county, "discipline")
    await county.deliver()
    async with serving(discipline, PEOPLE) as served:
        yield served, letter_id


def answer(served: ServedOffice, letter_id: str, sub_unit: str) -> pb.CreateDraftRequest:
    reply = finished(served.office, letter_id)
    address = pb.Address(kind="info.reply", recipients=["inspection"], matter_id=letter_id, answers_letter_id=letter_id)
    return pb.CreateDraftRequest(
        address=address,
        content_type=type_name(reply),
        content=words_of(reply),
        sub_unit=sub_unit,
        request_id=f"r-{sub_unit}",
    )


@pytest.mark.article("A3.2h")
async def test_naming_ones_own_sub_unit_opens_no_matter_of_another(office_county_on_both: OfficeCounty):
    async with discipline_asked(office_county_on_both) as (served, letter_id):
        creating = served.drafts("CreateDraft", answer(served, letter_id, "case-management"), "room")
        assert await refusal(creating) == "MATTER_NOT_FOUND"
        assert [one.reason for one in served.refusals] == ["MATTER_NOT_FOUND"]
        assert list((await served.drafts("ListDrafts", pb.ListDraftsRequest(), "room")).drafts) == []
        (compiled,) = served.office.answer_drafts(letter_id)
        looking = served.drafts("GetDraft", pb.GetDraftRequest(draft_id=compiled.draft_id), "room")
        assert await refusal(looking) == "DRAFT_NOT_FOUND"


async def test_a_draft_in_a_matter_belongs_to_the_matters_sub_unit_whatever_its_writer_names(
    office_county_on_both: OfficeCounty,
):
    async with discipline_asked(office_county_on_both) as (served, letter_id):
        asking = answer(served, letter_id, "case-management")
        made = await served.drafts("CreateDraft", asking, "leader")
        drafts = {one.draft_id: one.standing.sub_unit for one in served.office.answer_drafts(letter_id)}
        assert drafts[made.draft_id] == "organ"


@pytest.mark.article("A3.2j")
async def test_a_draft_in_a_matter_for_named_persons_is_for_them_alone(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    told = audit.sends("new_info.notice", "inspection", new_info(content.NEW_INFO_SUBJECT_LEADING_GROUP)).letter_id
    await county.deliver()
    words = content.Clarification(letter_id=told, answers=[content.Answer(key="1", text="时间不详。")])
    draft = office.drafted("clarification", "audit", words, matter_id=told)

    async with serving(office) as served:
        looking = pb.GetDraftRequest(draft_id=draft.draft_id)
        assert await refusal(served.drafts("GetDraft", looking, "liaison")) == "DRAFT_NOT_FOUND"
        assert (await served.drafts("GetDraft", looking, "leader")).draft.draft_id == draft.draft_id
