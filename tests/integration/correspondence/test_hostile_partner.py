"""A partner of a matter that lies or writes nonsense: what the office does for others goes on, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial

import pytest
from google.protobuf.message import Message

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence import steps
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.correspondence.watch import tell_moves
from services.chassis.deadlines.loading import load_table
from services.chassis.exchange.model import Signer
from services.chassis.exchange.reading import LetterFilter
from services.chassis.journal.store import of_letter
from services.chassis.node.upkeep import go_round
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import on, request
from tests.integration.exchange.hostile_for_tests import Mallory
from tests.unit.calendar.tables_for_tests import table_file

LATE = date(2026, 3, 12)


def mallory_as(body: WholeOffice, county: OfficeCounty, victim: str = "inspection") -> Mallory:
    """The body's keys in the hands of somebody who follows no rule."""
    return Mallory(county.bus, county.clock, body.node.identity, victim)


async def asked(county: OfficeCounty, *bodies: str) -> tuple[WholeOffice, dict[str, str]]:
    """An office that has asked these bodies, each of which has signed for it; the matters by body."""
    office, *others = await county.open("inspection", *bodies)
    matters = {body: office.sends("info.request", body, request(county.book, body)).letter_id for body in bodies}
    await county.deliver()
    for other in others:
        other.do(partial(steps.sign_for, office=other.node.office, matter_id=matters[other.body], actor=other.actor))
    await county.deliver()
    return office, matters


def reminded(office: WholeOffice) -> list[str]:
    found = office.ask(lambda c: office.node.exchange.letters(c, LetterFilter(kind="reminder")))
    return sorted(one.header.recipient for one in found)


def parked(office: WholeOffice) -> list[str]:
    return [one.reason for one in office.ask(office.node.exchange.parked)]


async def take_in_a_lie(county: OfficeCounty, liar: WholeOffice, office: WholeOffice) -> None:
    """The liar claims letters that were never sent, and the office's channel to it stands still."""
    liar_by_hand = mallory_as(liar, county)
    liar_by_hand.inject(liar_by_hand.receipt(10_000, bytes(32)))
    await office.take_in()


@pytest.mark.article("A3.2h")
async def test_a_late_body_that_halts_its_channel_is_reminded_later_and_the_others_now(office_county: OfficeCounty):
    office, _ = await asked(office_county, "audit", "petitions")
    audit = office_county.offices["audit"]
    office_county.clock.set(on(LATE))
    await take_in_a_lie(office_county, audit, office)
    for _ in range(2):
        await go_round(office.node)
    assert set(reminded(office)) == {"petitions"}
    of_petitions = len(reminded(office))

    await audit.take_in()
    audit.node.exchange.answers.owe(receipts=["inspection"])
    office_county.clock.advance(minutes=1)
    await audit.take_in()
    await office.take_in()
    decided = Signer("Administrator", "administrator", office_county.clock.now()), "they never had that many"
    office.do(lambda tx: office.node.exchange.continue_channel(tx, "audit", decided, "admin-1"))
    for _ in range(2):
        await go_round(office.node)

    assert reminded(office) == ["audit"] * of_petitions + ["petitions"] * of_petitions


async def test_a_calendar_comes_into_force_although_a_channel_stands_still(office_county: OfficeCounty):
    office_county.clock.set(on(date(2026, 12, 28)))
    office, _ = await asked(office_county, "audit", "petitions")
    await take_in_a_lie(office_county, office_county.offices["audit"], office)
    table = table_file(2027, off="2027-01-04,")

    office.do(lambda tx: tell_moves(tx, office.node.office, load_table(tx, table, "2027.toml")))

    told = office.ask(lambda c: office.node.exchange.letters(c, LetterFilter(kind="calendar.moved")))
    assert [one.header.recipient for one in told] == ["petitions"]


def nonsense(of: str) -> dict[str, tuple[str, Message]]:
    """Contents that are sound in form and mad in what they say, all acting on the request `of`."""
    many = [content.UnitReply(unit_id=f"U{number}") for number in range(20_000)]
    deep = content.Section(code="audit.reports", state=content.SECTION_STATE_PROVIDED, text="\0\u202e" * 1000)
    return {
        "a reply about thousands of units": ("info.reply", content.InfoReply(units=many)),
        "a reply of control characters": (
            "info.reply",
            content.InfoReply(units=[content.UnitReply(unit_id="../../U01\0", sections=[deep])]),
        ),
        "a reminder from who owes": ("reminder", content.Reminder(letter_id=of, rung=2**31 - 1)),
        "an extension by who owes": ("extension", content.Extension(letter_id=of, amount=2**31 - 1, reason="x")),
        "a step at the end of time": (
            "matter.deemed",
            content.LadderStep(step=content.STEP_DEEMED_SIGNED_FOR, note="x"),
        ),
    }


SIGNER = Signer("甲某", "局长", datetime(2026, 3, 3, tzinfo=UTC))


@pytest.mark.parametrize("what", nonsense(""))
async def test_nonsense_from_a_partner_is_kept_and_delays_no_other_body(office_county_on_both: OfficeCounty, what: str):
    office_county = office_county_on_both
    office, matters = await asked(office_county, "audit", "petitions")
    audit, petitions = office_county.offices["audit"], office_county.offices["petitions"]
    kind, message = nonsense(matters["audit"])[what]
    continue_by_hand(audit, office_county, kind, [message], matters["audit"])
    petitions.do(
        lambda tx: steps.accept(tx, petitions.node.office, matters["petitions"], petitions.actor),
    )
    await petitions.out()
    await office.take_in()
    await go_round(office.node)

    assert office.matter(matters["petitions"]).matter.state.value == "accepted"
    assert "INTERNAL" not in parked(office)
    assert office.ask(office.node.exchange.quarantine) == []
    assert office.matter(matters["audit"]).matter.state.value in {"signed_for", "answered"}


def continue_by_hand(
    body: WholeOffice, county: OfficeCounty, kind: str, messages: Sequence[Message], matter_id: str
) -> None:
    """Letters that go on where the body's own channel to the office ends, behind its node's back."""
    last = body.ask(lambda c: body.node.exchange.letters(c, LetterFilter(peer="inspection"), limit=50))
    sent = next(one for one in last if one.header.sender == body.body)
    by_hand = mallory_as(body, county)
    by_hand.goes_on_after(sent.header, sent.signed.payload)
    for message in messages:
        by_hand.send(words_of(message), kind=kind, content_type=type_name(message), matter_id=matter_id, signer=SIGNER)


async def test_a_request_about_everything_is_not_compiled_while_others_letters_wait(office_county: OfficeCounty):
    office, audit = await office_county.open("inspection", "audit")
    message = request(office_county.book, "audit")
    message.units.extend(content.UnitReference(unit_id=f"U{number}") for number in range(20_000))
    by_hand = mallory_as(office, office_county, "audit")
    by_hand.send(
        words_of(message),
        kind="info.request",
        content_type=type_name(message),
        letter_id="everything",
        matter_id="everything",
        signer=SIGNER,
    )
    await audit.take_in()

    assert parked(audit) == []
    assert audit.matter("everything").matter.state.value == "stored"
    assert audit.answer_drafts("everything") == []
    entries = audit.ask(lambda connection: of_letter(connection, "everything"))
    assert any(b"REQUEST_TOO_LARGE" in entry.payload for entry in entries)
