"""Whole matters over the node's own API: who sees them, how they stand, and every date explained."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import matters_service_pb2 as pb
from services.chassis.correspondence import steps
from services.chassis.correspondence.watch import remind
from services.chassis.errors import GuantongError
from services.chassis.rpc.callers import Role
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.fixtures.served import ServedOffice, person, serving
from tests.integration.correspondence.letters_for_tests import new_info, on, replies, request, signed_for


def asked(office: WholeOffice, county: OfficeCounty, body: str = "audit") -> str:
    return office.sends("info.request", body, request(county.book, body)).letter_id


def signs_for(office: WholeOffice, matter_id: str) -> None:
    office.do(lambda tx: steps.sign_for(tx, office.node.office, matter_id, office.actor))


async def shown(served: ServedOffice, matter_id: str, who: str = "clerk") -> Any:
    return (await served.matters("GetMatter", pb.GetMatterRequest(matter_id=matter_id), who)).matter


async def listed(served: ServedOffice, who: str = "clerk", **wanted: Any) -> list[str]:
    answer = await served.matters("ListMatters", pb.ListMattersRequest(**wanted), who)
    return [matter.matter_id for matter in answer.matters]


async def refusal(call: Any) -> str:
    with pytest.raises(GuantongError) as refused:
        await call
    return refused.value.reason


@pytest.mark.article("A3.2h")
async def test_both_sides_see_who_states_each_step_and_by_when_the_reply_is_due(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)

    async with serving(office) as at_office, serving(audit) as at_audit:
        ours, theirs = await shown(at_office, matter_id), await shown(at_audit, matter_id)

        assert [(step.step, step.claimed_by) for step in ours.ladder] == [
            ("written", "inspection"),
            ("signed", "inspection"),
            ("sent", "inspection"),
            ("stored", "audit"),
            ("signed_for", "audit"),
        ]
        assert (ours.side, ours.peer, theirs.side, theirs.peer) == ("opener", "audit", "addressee", "inspection")
        assert (ours.state, ours.letter_kind, ours.title_en) == ("signed_for", "info.request", "Information request")
        for matter in (ours, theirs):
            (due,) = matter.deadlines
            assert (due.article_id, due.due_date, due.state, due.late) == ("A3.2h", "2026-03-09", "open", False)
        history = (await at_audit.matters("GetMatter", pb.GetMatterRequest(matter_id=matter_id))).timeline
        assert [(entry.event, entry.body) for entry in history] == [("opened", "inspection"), ("signed_for", "audit")]


@pytest.mark.article("A3.2h")
async def test_a_due_date_is_explained_day_by_day(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    _, audit, matter_id = await signed_for(county)

    async with serving(audit) as served:
        (due,) = (await shown(served, matter_id)).deadlines
        told = await served.matters("ExplainDeadline", pb.ExplainDeadlineRequest(deadline_id=due.deadline_id))

    assert told.deadline == due
    assert [day.date for day in told.days if day.counted] == [f"2026-03-0{day}" for day in (3, 4, 5, 6, 9)]
    assert (told.days[0].reason_code, told.days[0].reason_zh) == ("start_day", "起算日，当日不计入")
    assert "2026-03-09" in told.summary_zh
    assert "5 working days" in told.summary_en


@pytest.mark.article("A3.2h")
async def test_late_follows_from_the_clock_and_a_late_reply_says_by_how_many_working_days(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)

    async with serving(office) as served:
        county.clock.advance(days=9)
        (due,) = (await shown(served, matter_id)).deadlines
        assert (due.state, due.late, due.late_working_day_count) == ("open", True, 2)

        replies(audit, matter_id)
        await county.deliver()
        (due,) = (await shown(served, matter_id)).deadlines
        assert (due.state, due.late, due.late_working_day_count) == ("late_met", False, 2)


async def test_nobody_is_late_on_a_provisional_date(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    county.clock.set(datetime.fromisoformat("2026-12-28T09:00:00+08:00"))
    _, audit, matter_id = await signed_for(county)
    county.clock.advance(days=30)

    async with serving(audit) as served:
        (due,) = (await shown(served, matter_id)).deadlines
        assert (due.due_date, due.provisional, due.late) == ("2027-01-05", True, False)
        assert due.late_working_day_count == 0


async def test_a_withdrawn_duty_is_closed_and_neither_met_nor_late(office_county: OfficeCounty):
    office, _, matter_id = await signed_for(office_county)
    withdrawn = content.LadderStep(letter_id=matter_id, step=content.STEP_WITHDRAWN, note="不再需要")
    office.sends("matter.withdrawn", "audit", withdrawn, matter_id=matter_id)
    office_county.clock.advance(days=30)

    async with serving(office) as served:
        (due,) = (await shown(served, matter_id)).deadlines
        assert (due.state, due.late, due.late_working_day_count) == ("closed", False, 0)


async def test_a_clerk_of_another_sub_unit_does_not_learn_of_the_matter(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, discipline = await county.open("inspection", "discipline")
    matter_id = asked(office, county, "discipline")
    await county.deliver()
    signs_for(discipline, matter_id)
    (clock,) = discipline.clocks(matter_id)
    people = {
        "organ": person("organ", Role.CLERK, sub_unit="organ"),
        "room": person("room", Role.CLERK, sub_unit="case-management"),
    }

    async with serving(discipline, people) as served:
        assert await listed(served, "organ") == await listed(served, "clerk") == [matter_id]
        assert await listed(served, "room") == []
        explain = pb.ExplainDeadlineRequest(deadline_id=clock.deadline_id)
        assert await refusal(shown(served, matter_id, "room")) == "MATTER_NOT_FOUND"
        assert await refusal(shown(served, "no such matter", "organ")) == "MATTER_NOT_FOUND"
        assert await refusal(served.matters("ExplainDeadline", explain, "room")) == "DEADLINE_NOT_FOUND"
        assert (await served.matters("ExplainDeadline", explain, "organ")).deadline.due_date == "2026-03-09"
        tasks = await served.matters("ListTasks", pb.ListTasksRequest(), "room")
        assert list(tasks.tasks) == []


@pytest.mark.article("A3.2j")
async def test_what_only_named_persons_may_see_is_not_there_for_a_clerk_of_the_whole_body(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    told = audit.sends("new_info.notice", "inspection", new_info(content.NEW_INFO_SUBJECT_LEADING_GROUP))
    await county.deliver()
    handler = person("handler", Role.CLERK, matter_id=told.letter_id)

    async with serving(office, {"handler": handler}) as served:
        assert await listed(served, "clerk") == []
        assert await refusal(shown(served, told.letter_id, "clerk")) == "MATTER_NOT_FOUND"
        for who in ("leader", "handler"):
            assert await listed(served, who) == [told.letter_id]
            assert (await shown(served, told.letter_id, who)).peer == "audit"
    async with serving(audit) as served:
        assert await listed(served, "clerk") == [told.letter_id], "clerk-1 drafted it"
        assert await listed(served, "liaison") == []


async def test_matters_are_listed_by_state_side_and_kind_in_pages(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, *_ = await county.open("inspection", "audit", "statistics", "petitions")
    ids = []
    for body in ("audit", "statistics", "petitions"):
        ids.append(asked(office, county, body))
        county.clock.advance(minutes=1)
    await county.deliver()

    async with serving(office) as served:
        assert sorted(await listed(served)) == sorted(ids)
        assert await listed(served, side="addressee") == await listed(served, state="settled") == []
        assert len(await listed(served, state="stored", side="opener", letter_kind="info.request")) == 3
        assert await refusal(listed(served, state="late")) == "FIELD_INVALID"

        first = await served.matters("ListMatters", pb.ListMattersRequest(page_size=2))
        rest = await served.matters("ListMatters", pb.ListMattersRequest(page_size=2, page_token=first.next_page_token))
        pages = [matter.matter_id for page in (first, rest) for matter in page.matters]
        assert sorted(pages) == sorted(ids)
        assert rest.next_page_token == ""


@pytest.mark.article("A3.2h")
async def test_the_to_do_list_says_whose_turn_it_is_and_puts_the_most_urgent_first(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    first, second = asked(office, county), asked(office, county)
    await county.deliver()
    signs_for(audit, first)
    county.clock.advance(days=1)
    third = asked(office, county)
    await county.deliver()

    async def tasks(served: ServedOffice, **page: Any) -> list[tuple[str, str, bool]]:
        answer = await served.matters("ListTasks", pb.ListTasksRequest(**page), "leader")
        return [(one.action, one.matter.matter_id, bool(one.draft_id)) for one in answer.tasks]

    async with serving(office) as at_office, serving(audit) as at_audit:
        # What came first and has no date yet stands before what is due in four days.
        assert await tasks(at_audit) == [
            ("sign_for", second, True),
            ("sign_for", third, True),
            ("accept", first, True),
        ]
        audit.do(lambda tx: steps.accept(tx, audit.node.office, first, audit.actor))
        assert (await tasks(at_audit))[-1] == ("draft", first, True)
        unseen = (await at_audit.matters("ListTasks", pb.ListTasksRequest(), "liaison")).tasks[-1]
        assert (unseen.action, unseen.draft_id) == ("draft", ""), "the reply is for named persons only"
        assert {action for action, *_ in await tasks(at_office)} == {"wait"}

        replies(audit, first)
        await county.deliver()
        assert (await tasks(at_office))[0] == ("settle", first, False)
        assert (await tasks(at_audit))[-1] == ("wait", first, False)
        page = await at_audit.matters("ListTasks", pb.ListTasksRequest(page_size=1), "leader")
        assert await tasks(at_audit, page_size=5, page_token=page.next_page_token) == (await tasks(at_audit))[1:]


@pytest.mark.article("A3.2h")
async def test_the_to_do_list_of_who_owes_says_which_reminder_is_reached_as_long_as_it_holds(
    office_county: OfficeCounty,
):
    office, audit, _ = await signed_for(office_county)
    said: dict[int, tuple[list[str], list[str]]] = {}
    async with serving(office) as at_office, serving(audit) as at_audit:
        for day in (4, 5, 6, 9, 10):
            office_county.clock.set(on(date(2026, 3, day)))
            audit.do(lambda tx: remind(tx, audit.node.office))
            tasks = [await at.matters("ListTasks", pb.ListTasksRequest()) for at in (at_office, at_audit)]
            ours, theirs = ([task.reminder_en for task in answer.tasks] for answer in tasks)
            said[day] = (ours, theirs)

    steps_of = {step.when: step.en for step in reversed(office_county.book.reminder_ladders[0].steps)}
    assert {day: theirs for day, (_, theirs) in said.items()} == {
        4: [""],
        5: [steps_of["before"]],
        6: [steps_of["before"]],
        9: [steps_of["on"]],
        10: [steps_of["after"]],
    }
    assert [ours for ours, _ in said.values()] == [[""]] * 5
