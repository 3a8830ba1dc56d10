"""The board: what bodies tell of themselves, what the observer makes of it, and who may see it."""

from __future__ import annotations

from datetime import datetime

import pytest

from guantong.exchange.v1 import body_status_pb2 as told
from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import board_service_pb2 as pb
from services.chassis.board import samples
from services.chassis.bus.port import BusAwayError
from services.chassis.errors import GuantongError
from services.chassis.rpc.callers import Role
from services.chassis.timestamps import timestamp
from tests.fixtures.offices import OfficeCounty
from tests.fixtures.served import ServedOffice, person, serving
from tests.integration.board.statuses_for_tests import Statuses, looks, tells
from tests.integration.correspondence.letters_for_tests import new_info, request, signed_for

BEGAN = datetime.fromisoformat("2026-03-02T01:00:00+00:00")
MAY_LOOK = (Role.LIAISON, Role.CLERK, Role.REVIEWER, Role.LEADER, Role.SYSTEM_ADMIN)


async def board(served: ServedOffice, who: str = "clerk") -> pb.ListBodyStatusesResponse:
    found: pb.ListBodyStatusesResponse = await served.board("ListBodyStatuses", pb.ListBodyStatusesRequest(), who)
    return found


async def row(served: ServedOffice, body: str) -> pb.BodyRow:
    return next(one for one in (await board(served)).rows if one.body == body)


async def test_the_office_sees_all_that_tell_and_another_body_its_own_row_alone(office_county_on_both: OfficeCounty):
    county, statuses = office_county_on_both, Statuses(BEGAN)
    office, audit, _ = await signed_for(county)
    await tells(audit, statuses)
    await looks(office, statuses)

    async with serving(office) as served:
        shown = await board(served)
        assert shown.whole_county
        assert {one.body: one.evidence for one in shown.rows} == {
            "inspection": pb.EVIDENCE_HEARD,
            "audit": pb.EVIDENCE_SILENT,
        }, "what lay there when the observer started is no proof that anybody is up"
        statuses.now = datetime.fromisoformat("2026-03-02T01:10:00+00:00")
        await tells(audit, statuses)
        await looks(office, statuses)
        audits = await row(served, "audit")
        assert (audits.evidence, audits.status.work.waiting_count) == (pb.EVIDENCE_HEARD, 1)
        assert audits.status.grounds == (await row(served, "inspection")).status.grounds
    async with serving(audit) as served:
        alone = await board(served)
        assert ([one.body for one in alone.rows], alone.whole_county) == (["audit"], False)
        assert alone.rows[0].status.work.waiting_count == 1
        assert alone.rows[0].status.peers[0].body == "inspection"


async def test_only_people_of_the_whole_office_and_its_system_administrator_see_the_board(office_county: OfficeCounty):
    office, _ = await office_county.open("inspection", "audit")
    of_a_matter = person("of_a_matter", Role.LEADER, matter_id="m-1")

    async with serving(office, {"of_a_matter": of_a_matter}) as served:
        for role in MAY_LOOK:
            assert (await board(served, role.value)).rows
        for who in {*(role.value for role in set(Role) - set(MAY_LOOK)), "of_a_matter"}:
            with pytest.raises(GuantongError) as refused:
                await board(served, who)
            assert refused.value.reason == "ROLE_MISSING"


async def test_what_is_late_is_told_by_article_and_added_up_over_the_county(office_county_on_both: OfficeCounty):
    county, statuses = office_county_on_both, Statuses(BEGAN)
    office, audit, _ = await signed_for(county)
    county.clock.advance(days=20)
    await tells(audit, statuses)
    await looks(office, statuses)

    async with serving(audit) as served:
        shown = await board(served)
        work = shown.rows[0].status.work
        assert (work.late_count, work.oldest_waiting_working_days) == (1, 14)
        (late,) = shown.late_by_article
        assert (late.count, [late]) == (1, list(work.late_by_article))
        assert pb.CONCERN_LATE in shown.rows[0].concerns
    async with serving(office) as served:
        assert list((await board(served)).late_by_article) == [late]


async def test_what_named_persons_alone_may_know_of_is_in_no_count(office_county_on_both: OfficeCounty):
    """Five and more are told apart; fewer, and none, look alike (A4.1e)."""
    county = office_county_on_both
    office, petitions = await county.open("inspection", "petitions")

    async def told_after(letters: int) -> told.Work:
        for _ in range(letters):
            petitions.sends("new_info.notice", "inspection", new_info(content.NEW_INFO_SUBJECT_MEMBER))
        await county.deliver()
        return (await office.node.teller.status()).work

    few = await told_after(4)
    assert (few.open_count, few.waiting_count, few.withheld_below) == (0, 0, 5)
    assert not few.HasField("named_persons_waiting_count")
    assert not few.HasField("oldest_waiting_working_days")
    many = await told_after(1)
    assert (many.waiting_count, many.named_persons_waiting_count) == (0, 5)


async def test_a_bodys_trend_has_a_point_for_each_hour_and_day_it_was_heard(office_county_on_both: OfficeCounty):
    county, statuses = office_county_on_both, Statuses(BEGAN)
    office, audit, _ = await signed_for(county)
    began = county.clock.now()
    for hours in (0, 1, 23, 24 * 20):
        county.clock.advance(hours=hours)
        await tells(audit, statuses)
        await tells(office, statuses)
        await looks(office, statuses)

    async with serving(office) as served:

        async def trend(step: int, body: str = "") -> list[tuple[str, str, int]]:
            asked = pb.GetTrendRequest(body=body, from_time=timestamp(began), step=step)  # type: ignore[arg-type]
            found = (await served.board("GetTrend", asked)).points
            return [(one.body, one.begin_time.ToDatetime().isoformat(), one.late_count) for one in found]

        assert await trend(pb.TREND_STEP_DAY, "audit") == [
            ("audit", "2026-03-01T16:00:00", 0),
            ("audit", "2026-03-02T16:00:00", 0),
            ("audit", "2026-03-22T16:00:00", 1),
        ]
        assert [body for body, _, _ in await trend(pb.TREND_STEP_UNSPECIFIED)] == ["audit", "inspection"] * 3
        assert await trend(pb.TREND_STEP_HOUR, "audit") == [("audit", "2026-03-23T01:00:00", 1)], "hours for two weeks"
    async with serving(audit) as served:
        asked = pb.GetTrendRequest(body="inspection", from_time=timestamp(began))
        assert not (await served.board("GetTrend", asked)).points, "another body's trend is the office's business"


async def test_a_bus_that_is_away_is_told_and_what_was_heard_grows_old(office_county: OfficeCounty):
    statuses = Statuses(BEGAN)
    office, audit = await office_county.open("inspection", "audit")
    await looks(office, statuses)
    await tells(audit, statuses)
    statuses.away = True

    async with serving(office) as served:
        with pytest.raises(BusAwayError):
            await looks(office, statuses)
        shown = await board(served)
        assert shown.unread_reason == "BUS_AWAY"
        assert {one.body: one.evidence for one in shown.rows}["audit"] == pb.EVIDENCE_NEVER_HEARD
        statuses.away = False
        await looks(office, statuses)
        assert not (await board(served)).unread_reason


async def test_a_hostile_status_is_shown_as_unreadable_and_leaves_no_sample(office_county: OfficeCounty):
    statuses = Statuses(BEGAN)
    office, _ = await office_county.open("inspection", "audit")
    statuses.put("audit", b"")
    await looks(office, statuses)
    statuses.put("audit", told.BodyStatus(form=1, body="inspection").SerializeToString())
    await looks(office, statuses)

    async with serving(office) as served:
        shown = await row(served, "audit")
        assert (shown.evidence, shown.HasField("status")) == (pb.EVIDENCE_UNREADABLE, False)
        assert list(shown.concerns) == [pb.CONCERN_NOT_HEARD]
    now = office_county.clock.now()
    assert office.ask(lambda c: samples.trend(c, samples.Step.DAY, now, now, ["audit"])) == []


async def test_the_status_holds_no_word_of_a_letter(office_county: OfficeCounty):
    office, audit, _ = await signed_for(office_county)
    del office
    status = await audit.node.teller.status()

    assert {field.name for field, _ in status.ListFields()} == {
        *("form", "body", "told_time", "version", "work", "soundness", "grounds", "peers"),
    }
    assert request(office_county.book, "audit").SerializeToString() not in status.SerializeToString()
