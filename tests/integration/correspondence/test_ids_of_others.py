"""A partner gives its letter the id of one of ours: what it may do to its own letter it does not do to ours."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from google.protobuf.message import Message

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence import steps
from services.chassis.correspondence.access import LetterAccess
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.correspondence.steps import Actor
from services.chassis.destruction.errors import LetterIdSharedError
from services.chassis.destruction.holds import place_hold
from services.chassis.destruction.model import Cause
from services.chassis.destruction.requests import approve
from services.chassis.destruction.sight import DestructionSight
from services.chassis.exchange.errors import LetterUnknownError
from services.chassis.exchange.model import Signer, StoredLetter
from services.chassis.exchange.naming import LetterName
from services.chassis.exchange.reading import LetterFilter, named
from services.chassis.rpc.callers import Caller, Grant, Role
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import replies, request
from tests.integration.destruction.destroying_for_tests import DECIDER, asked, finishing, sound, wanted
from tests.integration.exchange.hostile_for_tests import Mallory


async def answered(county: OfficeCounty) -> tuple[WholeOffice, str, Mallory]:
    """A body that replied to the office, its reply's id, and the office's keys in the hands of who has no rules."""
    office, audit = await county.open("inspection", "audit")
    sent = office.sends("info.request", "audit", request(county.book, "audit"))
    await county.deliver()
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, sent.letter_id, audit.actor))
    reply_id = replies(audit, sent.letter_id)
    await county.deliver()
    hostile = Mallory(county.bus, county.clock, office.node.identity, "audit")
    ours = office.ask(lambda c: office.node.exchange.letters(c, LetterFilter(peer="audit")))
    last = next(one for one in ours if one.header.sender == "inspection")
    hostile.goes_on_after(last.header, last.signed.payload)
    return audit, reply_id, hostile


async def opens(hostile: Mallory, audit: WholeOffice, county: OfficeCounty, letter_id: str) -> None:
    """A matter of the hostile body under that id."""
    send(hostile, county, "info.request", request(county.book, "audit"), letter_id=letter_id, matter_id=letter_id)
    await audit.take_in()


async def recalls(hostile: Mallory, audit: WholeOffice, county: OfficeCounty, letter_id: str) -> None:
    """It takes back, unread, what it sent under that id."""
    person = content.Person(name="癸某", post="主任")
    recall = content.Recall(letter_id=letter_id, reason="误发", destroy_content=True, approver=person)
    send(hostile, county, "recall", recall, matter_id=letter_id)
    await audit.take_in()


def send(hostile: Mallory, county: OfficeCounty, kind: str, message: Message, **header: object) -> None:
    signer = Signer("甲某", "主任", county.clock.now())
    hostile.send(words_of(message), None, kind=kind, content_type=type_name(message), signer=signer, **header)


def kept(office: WholeOffice, name: LetterName) -> StoredLetter:
    return office.ask(lambda c: named(c, office.node.identity.keyring, name))


async def test_a_recalled_letter_with_the_id_of_our_reply_takes_nothing_of_our_reply(
    office_county_on_both: OfficeCounty, tmp_path: Path
):
    county = office_county_on_both
    audit, reply_id, hostile = await answered(county)
    ours, theirs = LetterName(reply_id), LetterName(reply_id, "inspection")
    before = kept(audit, ours)

    await opens(hostile, audit, county, reply_id)
    await recalls(hostile, audit, county, reply_id)

    assert kept(audit, theirs).content is None, "what it sent itself it may take back"
    assert kept(audit, ours) == before
    assert sound(audit)
    assert await finishing(audit, tmp_path).finish() == 0
    assert [line.name for line in finishing(audit, tmp_path).register.read()] == [theirs]
    assert await finishing(audit, tmp_path).destroy_again() == 0, "nor does the register, after a restore"
    assert kept(audit, ours) == before


async def test_a_hold_on_the_matter_that_was_recalled_is_the_one_that_counts(office_county: OfficeCounty):
    audit, reply_id, hostile = await answered(office_county)
    await opens(hostile, audit, office_county, reply_id)
    audit.do(lambda tx: place_hold(tx, reply_id, Cause.COMPLAINT, "核查", by="leader-1"))

    await recalls(hostile, audit, office_county, reply_id)

    assert kept(audit, LetterName(reply_id, "inspection")).content is not None
    assert kept(audit, LetterName(reply_id)).content is not None


async def test_two_persons_who_destroy_the_other_bodys_letter_name_its_matter(office_county: OfficeCounty):
    audit, reply_id, hostile = await answered(office_county)
    await opens(hostile, audit, office_county, reply_id)

    with pytest.raises(LetterIdSharedError):
        asked(audit, wanted(reply_id))
    destruction_id = asked(audit, wanted(matter_id=reply_id))
    audit.do(lambda tx: approve(tx, audit.node.office.destroying, destruction_id, by=DECIDER))

    assert kept(audit, LetterName(reply_id, "inspection")).content is None
    assert kept(audit, LetterName(reply_id)).content is not None
    assert sound(audit)


async def test_whoever_may_read_the_other_bodys_matter_does_not_read_our_letter_of_another(office_county: OfficeCounty):
    audit, reply_id, hostile = await answered(office_county)
    clerk = granted(office_county, reply_id)
    letters = LetterAccess(audit.node.office, audit.node.identity.keyring, actor_of)
    with pytest.raises(LetterUnknownError):
        audit.ask(lambda c: letters.letter(c, clerk, reply_id))

    await opens(hostile, audit, office_county, reply_id)

    read = audit.ask(lambda c: letters.letter(c, clerk, reply_id))
    assert (read.header.sender, read.header.matter_id) == ("inspection", reply_id)


async def test_whoever_may_know_of_the_other_bodys_matter_asks_for_no_destruction_of_our_letter(
    office_county: OfficeCounty,
):
    audit, reply_id, hostile = await answered(office_county)
    await opens(hostile, audit, office_county, reply_id)
    roles = frozenset({Role.CLERK})

    def demand(sender: str) -> None:
        names = (LetterName(reply_id, sender),)
        audit.ask(
            lambda c: DestructionSight(c, audit.node.office, granted(office_county, reply_id)).demand(names, roles)
        )

    demand("inspection")
    with pytest.raises(LetterUnknownError):
        demand("")


def granted(county: OfficeCounty, matter_id: str) -> Caller:
    """A clerk of that matter and of nothing else."""
    grant = Grant(Role.CLERK, None, matter_id, county.clock.now(), None)
    return Caller("clerk-9", "person-9", "session-9", (grant,))


def actor_of(_connection: sa.Connection, account_id: str) -> Actor:
    raise AssertionError(account_id)
