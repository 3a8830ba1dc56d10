"""Letters over the node's own API: opened, signed for and accepted once, by those alone who may know of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import drafts_service_pb2 as drafts
from guantong.node.v1 import letters_service_pb2 as pb
from services.chassis.correspondence.recall import INCIDENT
from services.chassis.journal import store as journal
from services.chassis.matters.model import State
from services.chassis.reads.keeping import LETTER_READ
from services.chassis.reads.tables import READS
from services.chassis.rpc.callers import Role
from tests.fixtures.offices import OfficeCounty
from tests.fixtures.served import ServedOffice, person, serving
from tests.integration.correspondence.letters_for_tests import new_info, replies, signed_for
from tests.integration.correspondence.test_matters_service import asked, refusal


async def listed(served: ServedOffice, who: str, **wanted: Any) -> list[str]:
    answer = await served.letters("ListLetters", pb.ListLettersRequest(**wanted), who)
    return [letter.letter_id for letter in answer.letters]


def opened(served: ServedOffice, letter_id: str, who: str, why: str = "") -> Any:
    request = pb.OpenLetterRequest(letter_id=letter_id, request_id="r-open", read_reason=why)
    return served.letters("OpenLetter", request, who)


def readings(connection: sa.Connection) -> list[tuple[str, str, str]]:
    return [(row.how, row.account_id, row.reason) for row in connection.execute(sa.select(READS).order_by(READS.c.id))]


async def test_the_list_tells_what_came_when_and_what_of_ours_the_peer_has_stored(office_county: OfficeCounty):
    office, _ = await office_county.open("inspection", "audit")
    letter_id = asked(office, office_county)

    async def receipted(served: ServedOffice) -> bool:
        answer = await served.letters("ListLetters", pb.ListLettersRequest(direction="out"), "leader")
        (letter,) = answer.letters
        assert letter.letter_id == letter_id
        return bool(letter.receipted)

    async with serving(office) as served:
        assert not await receipted(served)
        await office_county.deliver()
        assert await receipted(served)


async def test_a_reply_is_drafted_afresh_over_the_api_and_keeps_its_place_in_the_matter(office_county: OfficeCounty):
    office, audit = await office_county.open("inspection", "audit")
    letter_id = asked(office, office_county)
    await office_county.deliver()
    (draft,) = audit.answer_drafts(letter_id)
    request = drafts.RedraftReplyRequest(request_id="r-redraft", draft_id=draft.draft_id, revision=draft.revision)

    async with serving(audit) as served:
        first, again = [await served.drafts("RedraftReply", request, "leader") for _ in range(2)]

    assert first == again
    assert first.revision == draft.revision + 1
    assert [one.address for one in audit.answer_drafts(letter_id)] == [draft.address]


@pytest.mark.article("A3.2h")
async def test_a_letter_is_opened_signed_for_and_accepted_once_however_often_a_request_comes(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    letter_id = asked(office, county)
    await county.deliver()

    async with serving(audit) as served:
        assert "县水务局" in "".join((await opened(served, letter_id, "clerk")).lines)
        sign = pb.SignForLetterRequest(letter_id=letter_id, request_id="r-1")
        first, again = [await served.letters("SignForLetter", sign, "liaison") for _ in range(2)]
        assert first == again
        assert (first.due_date, first.article_id) == ("2026-03-09", "A3.2h")
        await served.letters("AcceptLetter", pb.AcceptLetterRequest(letter_id=letter_id, request_id="r-2"))
        assert len(await listed(served, "clerk", direction="out")) == 3, "viewed, signed for, accepted"
    await county.deliver()
    assert county.agree(letter_id).state is State.ACCEPTED


async def test_a_clerk_of_another_sub_unit_finds_no_letter_to_open_print_sign_for_or_accept(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, discipline = await county.open("inspection", "discipline")
    letter_id = asked(office, county, "discipline")
    await county.deliver()
    people = {
        "organ": person("organ", Role.CLERK, sub_unit="organ"),
        "room": person("room", Role.CLERK, sub_unit="case-management"),
    }

    async with serving(discipline, people) as served:
        assert await listed(served, "organ") == [letter_id]
        assert await listed(served, "room") == []
        for method, request in (
            ("OpenLetter", pb.OpenLetterRequest(letter_id=letter_id, request_id="r-1")),
            ("PrintLetter", pb.PrintLetterRequest(letter_id=letter_id)),
            ("SignForLetter", pb.SignForLetterRequest(letter_id=letter_id, request_id="r-1")),
            ("AcceptLetter", pb.AcceptLetterRequest(letter_id=letter_id, request_id="r-1")),
            ("DeclineLetter", pb.DeclineLetterRequest(letter_id=letter_id, explanation="无", request_id="r-1")),
            ("AskBack", pb.AskBackRequest(letter_id=letter_id, question="?", request_id="r-1")),
        ):
            assert await refusal(served.letters(method, request, "room")) == "LETTER_UNKNOWN"
        assert [one.reason for one in served.refusals] == ["LETTER_UNKNOWN"] * 6, "each is on record"
        await opened(served, letter_id, "organ")
    assert discipline.matter(letter_id).matter.state is State.VIEWED


@pytest.mark.article("A3.2h")
async def test_a_reply_is_for_named_persons_also_where_its_request_was_not(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)
    reply_id = replies(audit, matter_id)
    await county.deliver()
    people = {"handler": person("handler", Role.CLERK, matter_id=matter_id)}

    async with serving(office, people) as served:
        assert matter_id in await listed(served, "clerk")
        assert reply_id not in await listed(served, "clerk")
        assert await refusal(opened(served, reply_id, "clerk")) == "LETTER_UNKNOWN"
        for who in ("leader", "handler"):
            assert reply_id in await listed(served, who)
            assert (await opened(served, reply_id, who, "核对函复")).letter.kind == "info.reply"


async def test_a_letter_that_was_printed_has_been_read_when_it_is_recalled(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    letter_id = asked(office, county)
    await county.deliver()

    async with serving(audit) as served:
        await served.letters("PrintLetter", pb.PrintLetterRequest(letter_id=letter_id), "clerk")
    recall = content.Recall(
        letter_id=letter_id, reason="发错单位", approver=content.Person(post="主任"), destroy_content=True
    )
    office.sends("recall", "audit", recall, matter_id=letter_id)
    await county.deliver()

    assert audit.ask(lambda c: audit.node.exchange.letter(c, letter_id)).content is not None
    assert [one.kind for one in audit.ask(journal.read)].count(INCIDENT) == 1


@pytest.mark.article("A3.2j")
async def test_new_information_is_opened_and_signed_for_by_named_persons_alone(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    told = audit.sends("new_info.notice", "inspection", new_info(content.NEW_INFO_SUBJECT_LEADING_GROUP))
    await county.deliver()
    sign = pb.SignForLetterRequest(letter_id=told.letter_id, request_id="r-1")

    async with serving(office) as served:
        assert await listed(served, "clerk") == await listed(served, "liaison") == []
        assert await refusal(served.letters("SignForLetter", sign, "clerk")) == "LETTER_UNKNOWN"
        printing = pb.PrintLetterRequest(letter_id=told.letter_id)
        assert await refusal(opened(served, told.letter_id, "leader")) == "READ_REASON_REQUIRED"
        assert await refusal(served.letters("PrintLetter", printing, "leader")) == "READ_REASON_REQUIRED"
        await opened(served, told.letter_id, "leader", "转办前审阅")
        printing.read_reason = "送组长"
        await served.letters("PrintLetter", printing, "leader")
        await served.letters("SignForLetter", sign, "leader")
    assert office.ask(readings) == [("open", "leader-1", "转办前审阅"), ("print", "leader-1", "送组长")]
    read = [json.loads(one.payload) for one in office.ask(journal.read) if one.kind == LETTER_READ]
    assert [(one["how"], one["by"], one["letter"]) for one in read] == [
        (how, "leader-1", told.letter_id) for how in ("open", "print")
    ]
    assert office.matter(told.letter_id).matter.state is State.SIGNED_FOR
