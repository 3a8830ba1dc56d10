"""What moves a date, at both sides alike: returns, extensions, stops, the telephone, paper, the clock, the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.calendar.dues import is_late
from services.chassis.correspondence import clock_steps, steps
from services.chassis.correspondence.clocks import COMPLETION
from services.chassis.correspondence.paper import LetterPrinter
from services.chassis.correspondence.steps import Call, PaperStep
from services.chassis.correspondence.watch import remind, tell_moves
from services.chassis.deadlines.checks import Grounds
from services.chassis.deadlines.errors import DeadlineOverdueError
from services.chassis.deadlines.loading import load_table
from services.chassis.deadlines.model import Cause
from services.chassis.deadlines.model import State as ClockState
from services.chassis.documents.sheet import lines_of
from services.chassis.exchange.model import StoredLetter
from services.chassis.exchange.reading import LetterFilter, letter
from services.chassis.matters.may import MatterRefusedError
from services.chassis.matters.model import Event, Medium, Rung, State
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import (
    acts,
    finished,
    on,
    replies,
    request,
    returns,
    signed_for,
)
from tests.unit.calendar.tables_for_tests import table_file

DUE = date(2026, 3, 9)
GROUNDS = Grounds("材料量大，需核对", "巡察办主任")


def letters(office: WholeOffice, kind: str) -> list[StoredLetter]:
    """Letters of a kind at the office, newest first, with their words."""
    found = office.ask(lambda c: office.node.exchange.letters(c, LetterFilter(kind=kind)))
    keyring = office.node.identity.keyring
    return [office.ask(lambda c, one=one: letter(c, keyring, one.header.letter_id)) for one in found]  # type: ignore[misc]


def printed(office: WholeOffice, kind: str) -> list[str]:
    """The words of the newest letter of a kind as they are printed, without its title."""
    printer = LetterPrinter(office.node.identity.keyring, office.node.book)
    sheet = office.ask(lambda c: printer.sheet(c, letters(office, kind)[0]))
    return [line for line in lines_of(sheet) if "办理期限" in line and "关于" not in line[:2]]


def dates(office: WholeOffice, matter_id: str) -> list[tuple[date | None, date | None]]:
    """The date in force of each clock, and the one that was told first."""
    return [(one.due_date, one.original_due_date) for one in office.clocks(matter_id)]


@pytest.mark.article("A3.2h")
async def test_a_reply_returned_for_completion_has_a_new_date_and_keeps_the_time_of_the_first(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)
    county.clock.set(on(date(2026, 3, 5)))
    first = replies(audit, matter_id)
    await county.deliver()
    answered = county.agree(matter_id).standing.reached(Rung.ANSWERED)

    returns(office, matter_id, first, date(2026, 3, 12))
    await county.deliver()
    assert county.agree(matter_id).state is State.RETURNED
    assert dates(audit, matter_id) == [(DUE, DUE), (date(2026, 3, 12), date(2026, 3, 12))]
    assert [one.rule_id for one in office.clocks(matter_id)] == ["info_reply", COMPLETION]

    county.clock.set(on(date(2026, 3, 11)))
    again = finished(audit, matter_id, first)
    audit.sends("info.reply", "inspection", again, matter_id=matter_id, answers=matter_id)
    await county.deliver()
    assert county.agree(matter_id).state is State.ANSWERED
    assert county.agree(matter_id).standing.reached(Rung.ANSWERED) == answered
    assert [one.state for one in office.clocks(matter_id)] == [ClockState.CLOSED, ClockState.CLOSED]


async def test_an_extension_moves_the_date_at_both_with_its_reason_and_approver_and_the_first_date_stays_visible(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)
    (clock,) = office.clocks(matter_id)

    office.do(lambda tx: clock_steps.extend(tx, office.node.office, clock.deadline_id, 3, GROUNDS))
    await county.deliver()

    county.agree(matter_id)
    assert dates(audit, matter_id) == [(date(2026, 3, 12), DUE)]
    (move,) = audit.moves(audit.clocks(matter_id)[0])
    (told,) = letters(audit, "extension")
    said = content.Extension.FromString(told.content or b"")
    assert (move.cause, move.amount, move.letter_id) == (Cause.EXTENDED, 3, told.header.letter_id)
    assert (said.reason, said.approver.post) == (GROUNDS.explanation, GROUNDS.approver)
    assert (said.amount, said.unit) == (3, content.DUE_UNIT_WORKING_DAY)
    assert printed(audit, "extension")[0].endswith("的办理期限经批准延长3个工作日, 由2026年3月9日延至2026年3月12日。")
    assert printed(audit, "extension") == printed(office, "extension")


async def test_a_stop_gives_its_days_back_and_nobody_is_late_while_it_stands(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)
    (clock,) = office.clocks(matter_id)
    county.clock.set(on(date(2026, 3, 4)))
    office.do(lambda tx: clock_steps.suspend(tx, office.node.office, clock.deadline_id, GROUNDS))
    await county.deliver()
    assert county.agree(matter_id).standing.suspended

    county.clock.set(on(date(2026, 3, 11)))
    assert not is_late(audit.clocks(matter_id)[0].due, county.clock.now())
    office.do(lambda tx: clock_steps.resume(tx, office.node.office, clock.deadline_id, GROUNDS))
    await county.deliver()

    assert not county.agree(matter_id).standing.suspended
    # Two of five days had run by the 3rd; the 4th to the 10th do not count: the five end on the 16th.
    assert dates(audit, matter_id) == [(date(2026, 3, 16), DUE)]
    assert [move.cause for move in audit.moves(audit.clocks(matter_id)[0])] == [Cause.SUSPENDED, Cause.RESUMED]
    said = content.Suspension.FromString(letters(audit, "suspension")[0].content or b"")
    assert (said.reason, said.approver.post, said.from_date) == (GROUNDS.explanation, GROUNDS.approver, "2026-03-04")
    assert printed(audit, "suspension")[0].endswith("的办理期限自2026年3月4日起中止计算。")
    (stop,) = audit.clocks(matter_id)[0].stops
    assert (stop.first_day, stop.resumes_on) == (date(2026, 3, 4), date(2026, 3, 11))
    assert printed(audit, "resumption")[0].endswith(
        "的办理期限自2026年3月4日起中止计算, 自2026年3月11日起恢复计算, 顺延至2026年3月16日。"
    )


async def test_an_extension_of_a_stopped_clock_prints_no_date_and_its_restart_prints_the_one_that_follows(
    office_county: OfficeCounty,
):
    office, audit, matter_id = await signed_for(office_county)
    (clock,) = office.clocks(matter_id)
    office_county.clock.set(on(date(2026, 3, 4)))
    office.do(lambda tx: clock_steps.suspend(tx, office.node.office, clock.deadline_id, GROUNDS))
    office.do(lambda tx: clock_steps.extend(tx, office.node.office, clock.deadline_id, 1, GROUNDS))
    office_county.clock.set(on(date(2026, 3, 11)))
    office.do(lambda tx: clock_steps.resume(tx, office.node.office, clock.deadline_id, GROUNDS))
    await office_county.deliver()

    assert printed(audit, "extension")[0].endswith("的办理期限经批准延长1个工作日。")
    assert printed(audit, "resumption")[0].endswith("自2026年3月11日起恢复计算, 顺延至2026年3月17日。")
    office_county.agree(matter_id)
    assert dates(audit, matter_id) == [(date(2026, 3, 17), DUE)]


async def test_a_stop_of_an_overdue_clock_is_refused_and_one_that_a_peer_writes_all_the_same_does_not_count(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)
    (clock,) = office.clocks(matter_id)
    county.clock.set(on(date(2026, 3, 10)))

    with pytest.raises(DeadlineOverdueError):
        office.do(lambda tx: clock_steps.suspend(tx, office.node.office, clock.deadline_id, GROUNDS))
    forced = content.Suspension(
        letter_id=matter_id, from_date="2026-03-10", reason="逾期补办", approver=content.Person(post="主任")
    )
    acts(office, "suspension", matter_id, forced)
    await county.deliver()

    (parked,) = audit.ask(audit.node.exchange.parked)
    assert (parked.letter.header.kind, parked.reason) == ("suspension", "DEADLINE_OVERDUE")
    assert dates(audit, matter_id) == [(DUE, DUE)]
    assert is_late(audit.clocks(matter_id)[0].due, county.clock.now())


async def test_only_the_side_that_asks_grants_more_time(office_county: OfficeCounty):
    _, audit, matter_id = await signed_for(office_county)
    (clock,) = audit.clocks(matter_id)

    with pytest.raises(MatterRefusedError):
        audit.do(lambda tx: clock_steps.extend(tx, audit.node.office, clock.deadline_id, 3, GROUNDS))


async def test_a_deemed_receipt_starts_the_clock_and_is_shown_as_such_also_when_a_person_signs_later(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    matter_id = office.sends("info.request", "audit", request(county.book, "audit")).letter_id
    await county.deliver()
    county.clock.set(on(date(2026, 3, 4)))
    call = Call("审计局办公室主任", county.clock.now() - timedelta(minutes=10))
    office.do(lambda tx: steps.deem(tx, office.node.office, matter_id, call, office.actor))
    await county.deliver()

    signed = county.agree(matter_id).standing.step(Rung.SIGNED_FOR)
    assert signed is not None
    assert (signed.medium, signed.at) == (Medium.DEEMED, call.at)
    assert dates(audit, matter_id) == [(date(2026, 3, 11), date(2026, 3, 11))]

    county.clock.set(on(date(2026, 3, 5)))
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, matter_id, audit.actor))
    await county.deliver()
    signed_for_by = [one.medium for one in county.agree(matter_id).standing.steps if one.rung is Rung.SIGNED_FOR]
    assert signed_for_by == [Medium.DEEMED, Medium.NODE]
    assert dates(office, matter_id) == [(date(2026, 3, 11), date(2026, 3, 11))]


async def test_a_return_slip_starts_the_clock_by_its_own_date_and_the_letter_that_comes_later_joins(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit = await county.open("inspection", "audit")
    matter_id = office.sends("info.request", "audit", request(county.book, "audit")).letter_id
    county.clock.set(on(date(2026, 3, 4)))
    slip = PaperStep(Event.SIGNED_FOR, on(date(2026, 3, 3), 15), "丑某", bytes(32))
    office.do(lambda tx: steps.on_paper(tx, office.node.office, matter_id, slip, office.actor))
    assert dates(office, matter_id) == [(date(2026, 3, 10), date(2026, 3, 10))]

    await county.deliver()

    matter = county.agree(matter_id)
    assert [one.medium for one in matter.standing.steps if one.rung is Rung.SIGNED_FOR] == [Medium.PAPER]
    assert (matter.state, dates(audit, matter_id)) == (State.SIGNED_FOR, [(date(2026, 3, 10), date(2026, 3, 10))])


async def test_paper_and_node_may_both_say_that_it_was_signed_for(office_county: OfficeCounty):
    office, audit = await office_county.open("inspection", "audit")
    matter_id = office.sends("info.request", "audit", request(office_county.book, "audit")).letter_id
    await office_county.deliver()
    slip = PaperStep(Event.SIGNED_FOR, office_county.clock.now(), "丑某", bytes(32))

    office.do(lambda tx: steps.on_paper(tx, office.node.office, matter_id, slip, office.actor))
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, matter_id, audit.actor))
    await office_county.deliver()

    matter = office_county.agree(matter_id)
    assert [verdict.joins is not None for verdict in matter.verdicts] == [False, False, True]
    assert dates(audit, matter_id) == [(DUE, DUE)]


@pytest.mark.article("A3.2h")
async def test_reminder_letters_go_up_the_ladder_by_the_clock_and_neither_close_nor_move_anything(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)
    for day in (date(2026, 3, 4), date(2026, 3, 5), DUE, date(2026, 3, 10), date(2026, 3, 12)):
        county.clock.set(on(day))
        for one in (office, audit):
            one.do(lambda tx, one=one: remind(tx, one.node.office))  # type: ignore[misc]
        await county.deliver()
        county.agree(matter_id)

    told = [content.Reminder.FromString(one.content or b"") for one in reversed(letters(audit, "reminder"))]
    assert [(one.rung, one.addressed_to, one.due_date) for one in told] == [
        (3, "deputy", "2026-03-09"),
        (4, "leader,office_list", "2026-03-09"),
    ]
    matter = county.agree(matter_id)
    assert (matter.state, matter.standing.reminders) == (State.SIGNED_FOR, 2)
    assert dates(office, matter_id) == [(DUE, DUE)]

    replies(audit, matter_id)
    await county.deliver()
    assert county.agree(matter_id).state is State.ANSWERED
    county.clock.set(on(date(2026, 3, 16)))
    office.do(lambda tx: remind(tx, office.node.office))
    assert len(letters(office, "reminder")) == 2


async def test_a_calendar_that_moves_dates_is_told_to_the_other_body_and_both_come_to_the_same_date(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    county.clock.set(on(date(2026, 12, 28)))
    office, audit, matter_id = await signed_for(county)
    assert [(one.due_date, one.provisional) for one in office.clocks(matter_id)] == [(date(2027, 1, 5), True)]
    table = table_file(2027, off="2027-01-04,")

    office.do(lambda tx: tell_moves(tx, office.node.office, load_table(tx, table, "2027.toml")))
    audit.do(lambda tx: tell_moves(tx, audit.node.office, load_table(tx, table, "2027.toml")))
    await county.deliver()

    assert [(one.due_date, one.provisional) for one in audit.clocks(matter_id)] == [(date(2027, 1, 6), False)]
    county.agree(matter_id)
    (notice,) = letters(audit, "calendar.moved")
    said = content.CalendarMoved.FromString(notice.content or b"")
    moved = content.MovedDate(letter_id=matter_id, previous_due_date="2027-01-05", new_due_date="2027-01-06")
    assert (said.year, list(said.moved_dates)) == (2027, [moved])
    assert county.agree(notice.header.matter_id).state is State.STORED
    assert audit.ask(audit.node.exchange.parked) == []
