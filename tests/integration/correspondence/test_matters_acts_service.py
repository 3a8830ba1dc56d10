"""Acts on dates and delivery over the node's own API: done once, told to the other side, marked as what they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from guantong.node.v1 import matters_service_pb2 as pb
from services.chassis.correspondence import steps
from services.chassis.exchange.reading import LetterFilter
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.fixtures.served import ServedOffice, serving
from tests.integration.correspondence.letters_for_tests import signed_for
from tests.integration.correspondence.test_matters_service import asked, refusal, shown, signs_for

SCAN = sha256(b"a return slip").digest()


def letters(office: WholeOffice, matter_id: str) -> list[str]:
    """The kinds of the matter's letters at this node, oldest first."""
    wanted = LetterFilter(matter_id=matter_id)
    found = office.ask(lambda connection: office.node.exchange.letters(connection, wanted))
    return [letter.header.kind for letter in reversed(found)]


def at(instant: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp


async def due_of(served: ServedOffice, matter_id: str) -> pb.DeadlineView:
    due: pb.DeadlineView
    (due,) = (await shown(served, matter_id)).deadlines
    return due


@pytest.mark.article("A3.2h")
async def test_an_extension_moves_the_date_on_both_sides_and_a_repeated_request_extends_once(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)

    async with serving(office) as at_office, serving(audit) as at_audit:
        extend = pb.ExtendDeadlineRequest(
            deadline_id=(await due_of(at_office, matter_id)).deadline_id,
            amount=2,
            explanation="材料较多",
            approver="巡察办主任",
            request_id="r-1",
        )
        first, again = (
            await at_office.matters("ExtendDeadline", extend),
            await at_office.matters("ExtendDeadline", extend),
        )
        await county.deliver()

        assert first == again
        assert letters(audit, matter_id).count("extension") == 1
        for served in (at_office, at_audit):
            due = await due_of(served, matter_id)
            assert (due.due_date, due.original_due_date) == ("2026-03-11", "2026-03-09")
            told = await served.matters("ExplainDeadline", pb.ExplainDeadlineRequest(deadline_id=due.deadline_id))
            assert sum(day.counted for day in told.days) == 7


async def test_a_date_is_moved_with_reason_and_approver_by_those_who_grant_it_alone(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)

    async with serving(office) as at_office, serving(audit) as at_audit:

        def extend(served: ServedOffice, deadline_id: str, who: str = "clerk", **changes: Any) -> Any:
            asks: dict[str, Any] = {"amount": 2, "explanation": "材料较多", "approver": "主任", "request_id": "r-1"}
            request = pb.ExtendDeadlineRequest(deadline_id=deadline_id, **{**asks, **changes})
            return served.matters("ExtendDeadline", request, who)

        ours = (await due_of(at_office, matter_id)).deadline_id
        theirs = (await due_of(at_audit, matter_id)).deadline_id
        assert await refusal(extend(at_office, ours, explanation=" ")) == "DEADLINE_REASON_MISSING"
        assert await refusal(extend(at_office, ours, approver="")) == "DEADLINE_REASON_MISSING"
        assert await refusal(extend(at_office, ours, amount=-1)) == "DUE_RULE_INVALID"
        assert await refusal(extend(at_office, ours, request_id="")) == "FIELD_INVALID"
        assert await refusal(extend(at_office, ours, "liaison")) == "ROLE_MISSING"
        assert await refusal(extend(at_audit, theirs)) == "MATTER_REFUSED"
        assert await refusal(extend(at_office, "no such deadline")) == "DEADLINE_NOT_FOUND"
        assert (await due_of(at_office, matter_id)).due_date == "2026-03-09"
        assert "extension" not in letters(office, matter_id)


@pytest.mark.article("A3.2h")
async def test_a_stopped_clock_has_no_date_and_gets_its_days_back_when_it_runs_again(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)

    async with serving(office) as at_office, serving(audit) as at_audit:
        deadline_id = (await due_of(at_office, matter_id)).deadline_id
        grounds = {"deadline_id": deadline_id, "explanation": "档案封存", "approver": "主任"}
        county.clock.advance(days=1)
        stop = pb.SuspendDeadlineRequest(**grounds, request_id="r-1")
        stopped = (await at_office.matters("SuspendDeadline", stop)).deadline
        assert (stopped.state, stopped.due_date, stopped.original_due_date) == ("suspended", "", "2026-03-09")
        await county.deliver()
        assert (await due_of(at_audit, matter_id)).state == "suspended"

        county.clock.advance(days=2)
        resume = pb.ResumeDeadlineRequest(**grounds, request_id="r-2")
        assert (await at_office.matters("ResumeDeadline", resume)).deadline.due_date == "2026-03-11"
        await county.deliver()
        due = await due_of(at_audit, matter_id)
        assert (due.state, due.due_date, due.original_due_date) == ("open", "2026-03-11", "2026-03-09")


@pytest.mark.article("A3.2h")
async def test_a_telephone_call_counts_as_receipt_after_the_waiting_time_and_is_always_shown_as_such(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    matter_id = asked(office, county)
    await county.deliver()

    async with serving(office) as at_office, serving(audit) as at_audit:

        async def deem(request_id: str) -> pb.DeadlineView:
            call = pb.RecordDeemedReceiptRequest(
                matter_id=matter_id,
                telephoned_post="办公室主任",
                telephoned_time=at(county.clock.now()),
                request_id=request_id,
            )
            answer: pb.RecordDeemedReceiptResponse = await at_office.matters("RecordDeemedReceipt", call, "liaison")
            return answer.deadline

        county.clock.advance(days=1)
        assert await refusal(deem("r-1")) == "DEEMED_TOO_EARLY"
        county.clock.advance(days=1)
        assert (await deem("r-2")).due_date == "2026-03-11"
        await county.deliver()
        county.clock.advance(hours=1)
        # The clerk over there signs after all: both are shown, the earlier one counts.
        signs_for(audit, matter_id)
        await county.deliver()

        for served in (at_office, at_audit):
            ladder = (await shown(served, matter_id)).ladder
            signed = [(step.claimed_by, step.mark) for step in ladder if step.step == "signed_for"]
            assert signed == [("inspection", "deemed"), ("audit", "")]
            assert (await due_of(served, matter_id)).due_date == "2026-03-11"


@pytest.mark.article("A3.2h")
async def test_a_letter_delivered_on_paper_climbs_the_same_ladder_with_its_mark_and_starts_the_same_clock(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    matter_id = asked(office, county)
    county.clock.advance(hours=3)

    async with serving(office) as at_office, serving(audit) as at_audit:

        def deliver(step: str, request_id: str, **changes: Any) -> Any:
            slip: dict[str, Any] = {
                "time": at(county.clock.now() - timedelta(hours=1)),
                "scan_digest": SCAN,
                "signed_for_by": "乙某" if step == "signed_for" else "",
            }
            request = pb.RecordPaperDeliveryRequest(
                matter_id=matter_id, step=step, request_id=request_id, **{**slip, **changes}
            )
            return at_office.matters("RecordPaperDelivery", request)

        assert await refusal(deliver("posted", "r-0")) == "FIELD_INVALID"
        assert await refusal(deliver("signed_for", "r-0", scan_digest=b"short")) == "FIELD_INVALID"
        assert await refusal(deliver("signed_for", "r-0", signed_for_by="")) == "MATTER_REFUSED"
        future = at(county.clock.now() + timedelta(days=1))
        assert await refusal(deliver("signed_for", "r-0", time=future)) == "FIELD_INVALID"
        await deliver("handed_over", "r-1")
        matter = (await deliver("signed_for", "r-2")).matter
        assert [(step.step, step.mark) for step in matter.ladder[-2:]] == [("viewed", "paper"), ("signed_for", "paper")]
        assert matter.deadlines[0].due_date == "2026-03-09"

        # The node over there comes back: the letters that waited join the same matter.
        await county.deliver()
        county.agree(matter_id)
        ladder = (await shown(at_audit, matter_id)).ladder
        assert ("signed_for", "inspection", "paper") in [(step.step, step.claimed_by, step.mark) for step in ladder]


async def test_the_other_side_cannot_record_paper_or_a_telephone_call_for_itself(office_county: OfficeCounty):
    office, audit = await office_county.open("inspection", "audit")
    matter_id = asked(office, office_county)
    await office_county.deliver()
    office_county.clock.advance(days=3)
    audit.do(lambda tx: steps.view(tx, audit.node.office, matter_id, audit.actor))

    async with serving(audit) as served:
        now = at(office_county.clock.now())
        call = pb.RecordDeemedReceiptRequest(
            matter_id=matter_id, telephoned_post="主任", telephoned_time=now, request_id="r-1"
        )
        slip = pb.RecordPaperDeliveryRequest(
            matter_id=matter_id, step="signed_for", time=now, scan_digest=SCAN, signed_for_by="乙某", request_id="r-2"
        )
        assert await refusal(served.matters("RecordDeemedReceipt", call)) == "NOT_RECEIVED_HERE"
        assert await refusal(served.matters("RecordPaperDelivery", slip)) == "NOT_RECEIVED_HERE"


@pytest.mark.article("A3.2h")
async def test_a_reminder_goes_out_once_a_day_by_whoever_is_owed_and_moves_no_date(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)

    async with serving(office) as at_office, serving(audit) as at_audit:
        due = (await due_of(at_office, matter_id)).due_date
        remind = pb.RemindMatterRequest(matter_id=matter_id, request_id="r-1")
        first, again = await at_office.matters("RemindMatter", remind), await at_office.matters("RemindMatter", remind)
        other = pb.RemindMatterRequest(matter_id=matter_id, request_id="r-2")
        await county.deliver()

        assert first == again
        assert letters(audit, matter_id).count("reminder") == 1
        assert await refusal(at_office.matters("RemindMatter", other)) == "REMINDED_TODAY"
        assert await refusal(at_audit.matters("RemindMatter", other)) is not None
        assert (await due_of(at_audit, matter_id)).due_date == due
    county.agree(matter_id)
