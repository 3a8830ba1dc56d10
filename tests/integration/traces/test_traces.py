"""Traces by the node's API: found by letter, matter, document number and time; each step stands below its cause."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import traces_service_pb2 as pb
from services.chassis.clock import SystemClock
from services.chassis.errors import GuantongError
from services.chassis.rpc.callers import Role
from services.chassis.telemetry.index import TraceFilter
from services.chassis.timestamps import timestamp
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.fixtures.served import ServedOffice, serving
from tests.integration.correspondence.letters_for_tests import new_info, signed_for

EVERYTHING = TraceFilter()


def carried(to: WholeOffice, *others: WholeOffice) -> None:
    """The spans of the others reach the one that takes them in, as the bus would bring them."""
    for office in (to, *others):
        office.node.telemetry.flush()
    for office in others:
        for line in office.node.telemetry.index.find(EVERYTHING, None, 500):
            to.node.telemetry.index.take(office.node.telemetry.index.spans_of(line.trace_id))


async def search(served: ServedOffice, **wanted: Any) -> list[pb.TraceSummary]:
    return list((await served.traces("SearchTraces", pb.SearchTracesRequest(**wanted))).traces)


async def test_a_letter_is_found_by_its_id_its_matter_and_its_number_and_shows_both_bodies(
    office_county_on_both: OfficeCounty,
):
    office, audit, letter_id = await signed_for(office_county_on_both)
    carried(office, audit)
    number = office.matter(letter_id).header.document_number

    async with serving(office) as served:
        (by_letter,) = await search(served, letter_id=letter_id)
        assert set(by_letter.bodies) == {"inspection", "audit"}
        assert (by_letter.name, by_letter.body, by_letter.failed_count) == ("letter.write", "inspection", 0)
        by_matter = await search(served, matter_id=letter_id)
        assert by_letter in by_matter
        assert [one.trace_id for one in await search(served, document_number=number)] == [
            one.trace_id for one in by_matter
        ]
        found = await served.traces("GetTrace", pb.GetTraceRequest(trace_id=by_letter.trace_id))
        steps = [(one.depth, one.body, one.name) for one in found.spans]
        assert steps[:2] == [(0, "inspection", "letter.write"), (1, "inspection", "letter.publish")]
        assert (2, "audit", "letter.store") in steps
        assert {one.attributes["peer"] for one in found.spans} == {"inspection", "audit"}
        assert not any(one.cause_missing for one in found.spans)
        assert not found.cut


async def test_traces_are_narrowed_by_time_body_and_failure_and_come_in_pages(office_county: OfficeCounty):
    office, audit, _ = await signed_for(office_county)
    carried(office, audit)
    now = SystemClock().now()

    async with serving(office) as served:
        everything = await search(served)
        assert len(everything) > 1
        assert await search(served, from_time=timestamp(now + timedelta(hours=1))) == []
        assert await search(served, to_time=timestamp(now + timedelta(hours=1)), letters_only=True) == everything
        assert await search(served, to_time=timestamp(now - timedelta(hours=1))) == []
        assert await search(served, body="audit") == [one for one in everything if "audit" in one.bodies]
        assert await search(served, body="nobody") == []
        assert await search(served, failed_only=True) == []
        first = await served.traces("SearchTraces", pb.SearchTracesRequest(page_size=1))
        rest = pb.SearchTracesRequest(page_size=100, page_token=first.next_page_token)
        assert [*first.traces, *(await served.traces("SearchTraces", rest)).traces] == everything


async def test_a_number_of_a_letter_for_named_persons_finds_nothing_as_if_there_were_none(office_county: OfficeCounty):
    office, petitions = await office_county.open("inspection", "petitions")
    sent = petitions.sends("new_info.notice", "inspection", new_info(content.NEW_INFO_SUBJECT_MEMBER))
    await office_county.deliver()
    carried(office, petitions)
    number = office.matter(sent.letter_id).header.document_number
    assert number

    async with serving(office) as served:
        assert await search(served, document_number=number) == []
        assert await search(served, document_number="青巡办函〔2026〕999号") == []


async def test_only_system_administrators_see_traces(office_county: OfficeCounty):
    (office,) = await office_county.open("inspection")

    async with serving(office) as served:
        for role in set(Role) - {Role.SYSTEM_ADMIN}:
            with pytest.raises(GuantongError) as refused:
                await served.traces("SearchTraces", pb.SearchTracesRequest(), role.value)
            assert refused.value.reason == "ROLE_MISSING"


@pytest.mark.parametrize(
    ("trace_id", "reason"), [("0" * 32, "TRACE_UNKNOWN"), ("x", "FIELD_INVALID"), ("", "FIELD_INVALID")]
)
async def test_a_trace_that_is_not_here_is_said_to_be_unknown(office_county: OfficeCounty, trace_id: str, reason: str):
    (office,) = await office_county.open("inspection")

    async with serving(office) as served:
        with pytest.raises(GuantongError) as refused:
            await served.traces("GetTrace", pb.GetTraceRequest(trace_id=trace_id))
    assert refused.value.reason == reason


async def test_a_question_names_one_thing(office_county: OfficeCounty):
    (office,) = await office_county.open("inspection")

    async with serving(office) as served:
        with pytest.raises(GuantongError) as refused:
            await search(served, letter_id="a", matter_id="b")
    assert refused.value.reason == "FIELD_INVALID"
