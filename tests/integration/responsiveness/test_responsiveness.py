"""Each body sees how promptly it signs and answers, and the inspection office sees all that it asked."""

from __future__ import annotations

from typing import Any

import pytest

from guantong.node.v1 import responsiveness_service_pb2 as pb
from services.chassis.correspondence import steps
from services.chassis.errors import GuantongError
from tests.fixtures.offices import OfficeCounty
from tests.fixtures.served import ServedOffice, serving
from tests.integration.correspondence.letters_for_tests import opinion_request, replies, request


async def report(served: ServedOffice, **wanted: Any) -> pb.ReportResponsivenessResponse:
    answer: pb.ReportResponsivenessResponse = await served.responsiveness(pb.ReportResponsivenessRequest(**wanted))
    return answer


def signed(row: pb.ResponsivenessRow) -> tuple[int, int, int]:
    return row.signed_in_time_count, row.signed_late_count, row.unsigned_late_count


def answered(row: pb.ResponsivenessRow) -> tuple[int, int, int, int]:
    return row.answered_in_time_count, row.answered_late_count, row.unanswered_late_count, row.undated_count


@pytest.mark.article("A3.2h")
async def test_both_sides_count_alike_from_their_own_matters(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit, statistics, congress = await county.open("inspection", "audit", "statistics", "congress")
    ids = {
        body: office.sends("info.request", body, request(county.book, body)).letter_id
        for body in ("audit", "statistics")
    }
    office.sends("opinion.request", "congress", opinion_request("2026-03-06"))
    await county.deliver()
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, ids["audit"], audit.actor))
    county.clock.advance(days=3)
    statistics.do(lambda tx: steps.sign_for(tx, statistics.node.office, ids["statistics"], statistics.actor))
    replies(audit, ids["audit"])
    await county.deliver()
    county.clock.advance(days=12)

    async with serving(office) as at_office, serving(audit) as at_audit, serving(congress) as at_congress:
        everything = await report(at_office)
        rows = {row.body: row for row in everything.rows}
        assert next(iter(rows)) == "inspection"
        assert set(rows) == {"inspection", "congress", "audit", "statistics"}
        assert (signed(rows["audit"]), answered(rows["audit"])) == ((1, 0, 0), (1, 0, 0, 0))
        assert (signed(rows["statistics"]), answered(rows["statistics"])) == ((0, 1, 0), (0, 0, 1, 0))
        assert (signed(rows["congress"]), rows["congress"].HasField("average_signing_hundredths")) == ((0, 0, 1), False)
        assert rows["audit"].average_answering_hundredths == 300
        assert rows["statistics"].average_signing_hundredths == 300
        assert {row.grade for row in everything.rows} == {pb.RESPONSIVENESS_GRADE_TOO_FEW}
        assert (everything.signing_working_day_count, everything.good_percent, everything.fair_percent) == (1, 90, 70)
        (own,) = (await report(at_audit)).rows
        assert own == rows["audit"]
        (own,) = (await report(at_congress)).rows
        assert own == rows["congress"]


async def test_only_the_period_counts(office_county: OfficeCounty):
    office, _ = await office_county.open("inspection", "audit")
    office.sends("info.request", "audit", request(office_county.book, "audit"))
    await office_county.deliver()
    office_county.clock.advance(days=30)
    async with serving(office) as served:
        within, later = (
            await report(served, to_date="2026-03-31"),
            await report(served, from_date="2026-03-10", to_date="2026-03-31"),
        )
        assert [signed(row) for row in within.rows if row.body == "audit"] == [(0, 0, 1)]
        assert [signed(row) for row in later.rows if row.body == "audit"] == [(0, 0, 0)]
        for wrong in ({"from_date": "2026"}, {"from_date": "2026-03-02", "to_date": "2026-03-01"}):
            with pytest.raises(GuantongError) as refused:
                await report(served, **wrong)
            assert refused.value.reason == "FIELD_INVALID"
