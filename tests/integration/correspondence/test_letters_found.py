"""Letters are found by what people remember of them, each line says who has the letter, and nobody finds others'."""

from __future__ import annotations

from typing import Any

import pytest

from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import letters_service_pb2 as pb
from services.chassis.correspondence import steps
from services.chassis.errors import GuantongError
from services.chassis.exchange.model import Direction
from services.chassis.exchange.reading import LetterFilter
from services.chassis.rpc.callers import Role
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.fixtures.served import ServedOffice, person, serving
from tests.integration.correspondence.letters_for_tests import new_info, opinion_request, replies, request, signed_for


async def found(served: ServedOffice, who: str = "leader", **wanted: Any) -> list[pb.LetterSummary]:
    answer = await served.letters("ListLetters", pb.ListLettersRequest(**wanted), who)
    return list(answer.letters)


async def kinds(served: ServedOffice, who: str = "leader", **wanted: Any) -> list[str]:
    return [one.kind for one in await found(served, who, **wanted)]


async def refusal(call: Any) -> str:
    with pytest.raises(GuantongError) as refused:
        await call
    return refused.value.reason


async def lively(county: OfficeCounty) -> tuple[WholeOffice, WholeOffice, WholeOffice]:
    """The office has asked audit and congress on one day, and audit has told it something on the next."""
    office, audit, congress = await county.open("inspection", "audit", "congress")
    office.sends("info.request", "audit", request(county.book, "audit"))
    office.sends("opinion.request", "congress", opinion_request("2026-03-20"))
    await county.deliver()
    county.clock.advance(days=1)
    audit.sends("new_info.notice", "inspection", new_info(content.NEW_INFO_SUBJECT_LEADING_GROUP))
    await county.deliver()
    return office, audit, congress


async def test_letters_are_found_by_number_name_peer_day_and_state(office_county_on_both: OfficeCounty):
    office, *_ = await lively(office_county_on_both)
    asked = ["opinion.request", "info.request"]
    everything = ["new_info.notice", *asked]
    async with serving(office) as served:
        numbers = {one.kind: one.document_number for one in await found(served)}
        letter_id = (await found(served, kind="info.request"))[0].letter_id
        searches: dict[str, tuple[dict[str, Any], list[str]]] = {
            "nothing": ({}, everything),
            "whole number": ({"text": numbers["info.request"]}, ["info.request"]),
            "number otherwise written": ({"text": "青巡办函[２０２６]1"}, ["info.request"]),
            "serial alone": ({"text": "2号"}, ["opinion.request"]),
            "designation": ({"text": "巡办"}, asked),
            "another year": ({"text": "〔2025〕1号"}, []),
            "id": ({"text": letter_id[:13]}, ["info.request"]),
            "name of the kind": ({"text": "征求"}, ["opinion.request"]),
            "name of a body": ({"text": "Audit"}, ["new_info.notice", "info.request"]),
            "words that name nothing": ({"text": "无此文字"}, []),
            "peer": ({"peer": "congress"}, ["opinion.request"]),
            "peer and direction": ({"peer": "audit", "direction": "in"}, ["new_info.notice"]),
            "kind of another peer": ({"kind": "info.request", "peer": "congress"}, []),
            "the first day": ({"to_date": "2026-03-02"}, asked),
            "the second day": ({"from_date": "2026-03-03", "to_date": "2026-03-03"}, ["new_info.notice"]),
            "state": ({"matter_state": "stored"}, everything),
            "another state": ({"matter_state": "settled"}, []),
            "unread": ({"unread": True}, ["new_info.notice"]),
            "unread and words": ({"unread": True, "text": "审计局"}, ["new_info.notice"]),
            "unread and other words": ({"unread": True, "text": "征求"}, []),
        }
        for name, (wanted, expected) in searches.items():
            assert await kinds(served, **wanted) == expected, name
        for wanted in (
            {"from_date": "3月2日"},
            {"from_date": "0001-01-01"},
            {"to_date": "9999-12-31"},
            {"matter_state": "late"},
            {"direction": "up"},
            {"text": "长" * 101},
        ):
            assert await refusal(found(served, **wanted)) == "FIELD_INVALID"


async def test_letters_that_only_tell_of_a_step_are_left_out_where_that_is_asked_for(
    office_county_on_both: OfficeCounty,
):
    _, audit, _ = await lively(office_county_on_both)
    async with serving(audit) as served:
        (asked,) = await found(served, kind="info.request")
        await served.letters(
            "SignForLetter", pb.SignForLetterRequest(letter_id=asked.letter_id, request_id="1"), "clerk"
        )
        assert await kinds(served) == ["matter.signed_for", "new_info.notice", "info.request"]
        assert await kinds(served, without_steps=True) == ["new_info.notice", "info.request"]
        assert await kinds(served, without_steps=True, kind="matter.signed_for") == ["matter.signed_for"]


async def test_a_search_goes_on_page_by_page(office_county_on_both: OfficeCounty):
    office, *_ = await lively(office_county_on_both)
    async with serving(office) as served:
        pages, token = [], ""
        while True:
            wanted = pb.ListLettersRequest(text="函", page_size=1, page_token=token)
            answer = await served.letters("ListLetters", wanted, "leader")
            pages += [one.kind for one in answer.letters]
            token = answer.next_page_token
            if not token:
                break
    assert pages == ["new_info.notice", "opinion.request", "info.request"]


async def test_nobody_finds_what_they_may_not_know_of(office_county_on_both: OfficeCounty):
    office, *_ = await lively(office_county_on_both)
    told = office.ask(lambda c: office.node.exchange.letters(c, LetterFilter(Direction.IN)))[0].header.letter_id
    people = {"one": person("one", Role.CLERK, matter_id=told), "room": person("room", Role.CLERK, sub_unit="general")}
    async with serving(office, people) as served:
        for wanted in ({}, {"unread": True}, {"text": "审计局"}, {"text": told[:10]}, {"peer": "audit"}):
            assert "new_info.notice" not in await kinds(served, "clerk", **wanted), wanted
            assert await kinds(served, "one", **wanted) == ["new_info.notice"], wanted
            assert await kinds(served, "room", **wanted) == [], wanted


@pytest.mark.article("A3.2h")
async def test_a_line_says_how_far_the_letter_came_and_who_has_it_since_when(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    letter_id = office.sends("info.request", "audit", request(county.book, "audit")).letter_id
    async with serving(office) as served:
        (line,) = await found(served)
        assert (line.reached_step, line.holder, line.unread, line.matter_state) == ("sent", "inspection", False, "sent")
    county.clock.advance(minutes=5)
    await county.deliver()

    async with serving(office) as at_office, serving(audit) as at_audit:
        ((ours,), (theirs,)) = await found(at_office), await found(at_audit)
        for line in (ours, theirs):
            assert (line.reached_step, line.holder, line.opens_matter) == ("stored", "audit", True)
            assert line.held_since_time.ToDatetime().minute == 5
        assert (theirs.unread, ours.unread) == (True, False)
        opening = pb.OpenLetterRequest(letter_id=letter_id, request_id="r-1")
        assert (await at_audit.letters("OpenLetter", opening)).letter.unread is False
        assert await found(at_audit, unread=True) == []


@pytest.mark.article("A3.2h")
async def test_an_answer_is_known_to_be_stored_and_not_when(office_county: OfficeCounty):
    office, audit, matter_id = await signed_for(office_county)
    audit.do(lambda tx: steps.accept(tx, audit.node.office, matter_id, audit.actor))
    replies(audit, matter_id)
    await office_county.deliver()
    async with serving(office) as at_office, serving(audit) as at_audit:
        (theirs,) = await found(at_audit, kind="info.reply")
        (ours,) = await found(at_office, kind="info.reply")
    assert [(step.step, step.claimed_by) for step in theirs.ladder] == [
        ("written", "audit"),
        ("signed", "audit"),
        ("sent", "audit"),
        ("stored", "inspection"),
    ]
    assert (theirs.holder, theirs.HasField("held_since_time"), ours.HasField("held_since_time")) == (
        "inspection",
        False,
        True,
    )
    assert ours.matter_state == theirs.matter_state == "answered"
