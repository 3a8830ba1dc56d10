"""Whoever is asked may ask back before answering; the opener finds the question on its list and answers it once."""

from __future__ import annotations

from typing import Any

import pytest

from guantong.node.v1 import letters_service_pb2 as pb
from guantong.node.v1 import matters_service_pb2 as matters
from services.chassis.correspondence import steps
from tests.fixtures.offices import OfficeCounty
from tests.fixtures.served import ServedOffice, serving
from tests.integration.correspondence.test_matters_service import asked, refusal

QUESTION, ANSWER = "是否含下属单位?", "含下属单位。"


async def tasks(served: ServedOffice) -> list[tuple[str, str]]:
    answer = await served.matters("ListTasks", matters.ListTasksRequest())
    return [(one.action, one.letter_id) for one in answer.tasks]


def clarify(served: ServedOffice, letter_id: str, request_id: str = "r-1", answer: str = ANSWER) -> Any:
    wanted = pb.ClarifyRequest(letter_id=letter_id, answer=answer, request_id=request_id)
    return served.letters("Clarify", wanted, "clerk")


@pytest.mark.article("A3.2h")
async def test_a_question_is_asked_found_and_answered_and_no_date_moves(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    letter_id = asked(office, county)
    await county.deliver()
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, letter_id, audit.actor))
    async with serving(office) as at_office, serving(audit) as at_audit:
        ask = pb.AskBackRequest(letter_id=letter_id, question=QUESTION, request_id="r-0")
        await at_audit.letters("AskBack", ask, "clerk")
        await county.deliver()
        (first, question), *rest = await tasks(at_office)
        assert (first, rest) == ("clarify", [("wait", "")])
        read = pb.OpenLetterRequest(letter_id=question, request_id="r-open")
        assert any(QUESTION in line for line in (await at_office.letters("OpenLetter", read, "clerk")).lines)
        assert await refusal(clarify(at_office, question, answer="  ")) == "FIELD_INVALID"
        assert await refusal(clarify(at_office, letter_id)) == "NOTHING_ASKED"
        assert await refusal(clarify(at_audit, question)) == "NOT_RECEIVED_HERE"
        before = (await at_audit.matters("GetMatter", matters.GetMatterRequest(matter_id=letter_id))).matter
        assert list(before.open_question_letter_ids) == [question]

        await clarify(at_office, question)
        await clarify(at_office, question)
        assert await refusal(clarify(at_office, question, "r-2")) == "NOTHING_ASKED"
        await county.deliver()

        assert await tasks(at_office) == [("wait", "")]
        after = (await at_audit.matters("GetMatter", matters.GetMatterRequest(matter_id=letter_id))).matter
        assert list(after.open_question_letter_ids) == []
        assert [one.due_date for one in after.deadlines] == [one.due_date for one in before.deadlines]
        came = await at_audit.letters("ListLetters", pb.ListLettersRequest(kind="clarification"), "clerk")
        (answer,) = came.letters
        read = pb.OpenLetterRequest(letter_id=answer.letter_id, request_id="r-open")
        assert any(ANSWER in line for line in (await at_audit.letters("OpenLetter", read, "clerk")).lines)
