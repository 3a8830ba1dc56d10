"""The to-do list counted and narrowed: by the strands of A1.1d, by who owes, by what is late; honest about days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import matters_service_pb2 as pb
from services.chassis.errors import GuantongError
from tests.fixtures.offices import OfficeCounty
from tests.fixtures.served import ServedOffice, serving
from tests.integration.correspondence.letters_for_tests import new_info, on, opinion_request, request, signed_for

US, THEM = pb.OWED_BY_US, pb.OWED_BY_THEM


async def tasks(served: ServedOffice, who: str = "leader", **wanted: Any) -> pb.ListTasksResponse:
    answer: pb.ListTasksResponse = await served.matters("ListTasks", pb.ListTasksRequest(**wanted), who)
    return answer


def counted(answer: pb.ListTasksResponse) -> list[tuple[str, int, int, int, int]]:
    return [(one.strand, one.owed_by, one.task_count, one.late_count, one.soon_count) for one in answer.groups]


@pytest.mark.article("A3.2h")
async def test_a_date_counts_down_in_working_days_until_it_is_late(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit, _ = await signed_for(county)
    said = {}
    async with serving(audit) as served:
        for day in (date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 11)):
            county.clock.set(on(day))
            (task,) = (await tasks(served)).tasks
            left = task.deadline.remaining_working_day_count
            assert task.deadline == task.matter.deadlines[0]
            said[day.day] = (
                left if task.deadline.HasField("remaining_working_day_count") else None,
                task.deadline.late,
            )
        assert (task.owed_by, task.peer, task.letter_kind, task.title_en) == (
            US,
            "inspection",
            "info.request",
            "Information request",
        )
        assert not task.HasField("age_working_day_count")
        assert (task.strand, task.matter.strand, task.article_ids[0]) == ("briefing", "briefing", "A3.2a")
    assert said == {2: (5, False), 6: (1, False), 9: (0, False), 11: (None, True)}
    async with serving(office) as served:
        (waiting,) = (await tasks(served)).tasks
        assert (waiting.owed_by, waiting.action, waiting.deadline.late) == (THEM, "wait", True)


@pytest.mark.article("A1.1d")
async def test_the_list_is_counted_and_narrowed_by_strand_side_kind_and_lateness(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit, congress = await county.open("inspection", "audit", "congress")
    office.sends("info.request", "audit", request(county.book, "audit"))
    asked = office.sends("opinion.request", "congress", opinion_request("2026-03-20"))
    await county.deliver()
    told = audit.sends("new_info.notice", "inspection", new_info(content.NEW_INFO_SUBJECT_LEADING_GROUP))
    await county.deliver()
    county.clock.advance(days=3)

    async with serving(office) as served, serving(congress) as at_congress:
        everything = await tasks(served)
        assert counted(everything) == [
            ("briefing", US, 1, 0, 0),
            ("briefing", THEM, 1, 0, 0),
            ("communication", THEM, 1, 0, 0),
        ]
        assert [one.strand for one in everything.strands] == [
            "staffing",
            "briefing",
            "communication",
            "result_use",
            "rectification",
        ]
        narrowed = {
            "strand": await tasks(served, strand="communication"),
            "owed_by": await tasks(served, owed_by=US),
            "letter_kind": await tasks(served, letter_kind="info.request"),
            "late": await tasks(served, late=True),
        }
        assert {name: [task.letter_kind for task in answer.tasks] for name, answer in narrowed.items()} == {
            "strand": ["opinion.request"],
            "owed_by": ["new_info.notice"],
            "letter_kind": ["info.request"],
            "late": [],
        }
        assert all(list(answer.groups) == list(everything.groups) for answer in narrowed.values())
        # Who may not know of a thing does not find it counted.
        assert ("briefing", US, 1, 0, 0) not in counted(await tasks(served, "liaison"))
        with pytest.raises(GuantongError) as refused:
            await tasks(served, strand="nothing")
        assert refused.value.reason == "FIELD_INVALID"
        (task,) = (await tasks(at_congress)).tasks
        assert task.matter.matter_id == asked.letter_id
        (promptly,) = narrowed["owed_by"].tasks
        assert promptly.matter.matter_id == told.letter_id
        assert promptly.age_working_day_count == 3


async def test_a_draft_without_a_matter_says_what_it_will_be_and_to_whom(office_county: OfficeCounty):
    office, _ = await office_county.open("inspection", "audit")
    office.drafted("info.request", "audit", request(office_county.book, "audit"))
    async with serving(office) as served:
        (task,) = (await tasks(served)).tasks
    assert (task.action, task.letter_kind, task.peer, task.strand) == ("draft", "info.request", "audit", "briefing")
    assert (task.HasField("matter"), task.HasField("deadline"), task.began_date) == (False, False, "2026-03-02")
