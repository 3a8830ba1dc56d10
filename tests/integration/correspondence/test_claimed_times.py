"""What somebody claims of a time or date is kept and shown, and counts as far as it can be so, at both sides alike."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence import steps
from services.chassis.correspondence.deeming import SlipBeforeLetterError
from services.chassis.correspondence.matters_messages_service import Views, wholes
from services.chassis.correspondence.steps import Call, PaperStep
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.matters.model import Event
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import acts, on, replies, request, signed_for

DUE = date(2026, 3, 9)


def flagged(office: WholeOffice, matter_id: str) -> list[tuple[str, str, str]]:
    """What the office is shown not to fit together: which difference, what is stated, and what counts."""

    def look(connection: sa.Connection) -> list[tuple[str, str, str]]:
        now = office.matter(matter_id).head.changed_at
        views = Views(office.node.book, calendar_in_force(connection), now)
        (whole,) = wholes(connection, [office.matter(matter_id).head])
        return [(flag.difference, flag.stated, flag.counted) for flag in views.matter(whole).flags]

    return office.ask(look)


def step_at(letter_id: str, step: content.Step.ValueType, at: datetime) -> content.LadderStep:
    """A step that its writer states for that time."""
    stated = content.LadderStep(letter_id=letter_id, step=step, person=content.Person(name="丑某", post="科员"))
    stated.step_time.FromDatetime(at)
    return stated


@pytest.mark.parametrize(
    ("claimed", "started", "due"),
    [
        (on(date(2026, 11, 30)), date(2026, 3, 4), date(2026, 3, 11)),
        (on(date(2026, 2, 10)), date(2026, 3, 2), DUE),
        (on(date(2026, 3, 3)), date(2026, 3, 3), date(2026, 3, 10)),
    ],
)
async def test_a_signing_for_starts_the_clock_no_sooner_than_its_letter_and_no_later_than_it_is_told(
    office_county: OfficeCounty, claimed: datetime, started: date, due: date
):
    office, audit = await office_county.open("inspection", "audit")
    matter_id = office.sends("info.request", "audit", request(office_county.book, "audit")).letter_id
    await office_county.deliver()
    office_county.clock.set(on(date(2026, 3, 4)))
    acts(audit, "matter.signed_for", matter_id, step_at(matter_id, content.STEP_SIGNED_FOR, claimed))
    await office_county.deliver()

    office_county.agree(matter_id)
    assert [(one.start, one.due_date) for one in office.clocks(matter_id)] == [(started, due)]
    assert flagged(office, matter_id) == flagged(audit, matter_id)
    stated = [(difference, said[:10]) for difference, said, _ in flagged(office, matter_id)]
    believed = started == date(2026, 3, 3)
    assert stated == ([] if believed else [("claim_not_believed", claimed.date().isoformat())])


async def test_a_call_before_the_letter_starts_the_clock_with_the_letter(office_county: OfficeCounty):
    office, audit = await office_county.open("inspection", "audit")
    matter_id = office.sends("info.request", "audit", request(office_county.book, "audit")).letter_id
    call = Call("审计局办公室主任", office_county.clock.now() - timedelta(days=20))
    office.do(lambda tx: steps.deem(tx, office.node.office, matter_id, call, office.actor))
    await office_county.deliver()

    office_county.agree(matter_id)
    assert [one.due_date for one in audit.clocks(matter_id)] == [DUE]
    assert [flag[0] for flag in flagged(audit, matter_id)] == ["claim_not_believed"]


async def test_a_slip_dated_before_the_letter_is_refused(office_county: OfficeCounty):
    (office, _) = await office_county.open("inspection", "audit")
    matter_id = office.sends("info.request", "audit", request(office_county.book, "audit")).letter_id
    slip = PaperStep(Event.SIGNED_FOR, on(date(2026, 3, 1)), "丑某", bytes(32))

    with pytest.raises(SlipBeforeLetterError, match="2026-03-01"):
        office.do(lambda tx: steps.on_paper(tx, office.node.office, matter_id, slip, office.actor))
    assert office.clocks(matter_id) == []


async def test_an_extension_that_names_another_date_than_follows_is_flagged_at_both(office_county: OfficeCounty):
    office, audit, matter_id = await signed_for(office_county)
    approver = content.Person(post="巡察办主任")
    named = content.Extension(
        letter_id=matter_id, amount=3, reason="材料量大", approver=approver, new_due_date="2026-03-20"
    )
    acts(office, "extension", matter_id, named)
    await office_county.deliver()

    office_county.agree(matter_id)
    assert flagged(office, matter_id) == flagged(audit, matter_id) == [("dates_differ", "2026-03-20", "2026-03-12")]


async def test_a_reply_stored_days_after_it_was_signed_is_flagged_where_it_came(office_county: OfficeCounty):
    office, audit, matter_id = await signed_for(office_county)
    replies(audit, matter_id)
    office_county.clock.set(on(date(2026, 3, 5)))
    await office_county.deliver()

    assert [flag[0] for flag in flagged(office, matter_id)] == ["signed_long_before_stored"]
