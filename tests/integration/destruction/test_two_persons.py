"""Content is destroyed by two persons with a ground and a reason, at once and on record; what is left verifies."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from services.chassis.briefing.tables import DRAFT_SOURCES
from services.chassis.correspondence import steps
from services.chassis.desk.errors import DraftContentGoneError
from services.chassis.desk.queries import shown
from services.chassis.desk.records import DraftState
from services.chassis.desk.store import get
from services.chassis.desk.tables import DRAFTS
from services.chassis.destruction import requests, store
from services.chassis.destruction.account import destroyed_letters
from services.chassis.destruction.errors import (
    DestructionAskedAlreadyError,
    DestructionNotOpenError,
    DestructionSamePersonError,
    DestructionScopeError,
    MatterStillOpenError,
    NothingToDestroyError,
)
from services.chassis.destruction.model import Ground, Wanted
from services.chassis.disclosures.errors import DisclosureIdentifiesError, DisclosureWordsError
from services.chassis.exchange.errors import Refusal
from services.chassis.exchange.keeping import DESTROYED
from services.chassis.exchange.proof import sealed_frame
from services.chassis.exchange.quarantine import Evidence, quarantine
from services.chassis.exchange.reading import sendable
from services.chassis.exchange.tables import LETTERS, QUARANTINE
from services.chassis.journal import store as journal
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import replies, signed_for
from tests.integration.destruction.destroying_for_tests import (
    ASKER,
    DECIDER,
    approved,
    asked,
    destroyed,
    has_content,
    sound,
    state_of,
    told,
    wanted,
)


def letters_of(office: WholeOffice, matter_id: str) -> set[str]:
    query = sa.select(LETTERS.c.letter_id).where(LETTERS.c.matter_id == matter_id)
    return set(office.ask(lambda c: c.scalars(query).all()))


def letters_named(office: WholeOffice, destruction_id: str) -> set[str]:
    found = office.ask(lambda c: store.find(c, destruction_id))
    assert found is not None
    return set(found.letter_ids)


def draft_of(office: WholeOffice, letter_id: str) -> str:
    draft_id: str | None = office.ask(lambda c: c.scalar(sa.select(DRAFTS.c.id).where(DRAFTS.c.letter_id == letter_id)))
    assert draft_id is not None
    return draft_id


async def test_a_letter_is_destroyed_when_a_second_person_approves_with_its_drafts_and_still_verifies(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, matter_id = await signed_for(county)
    reply_id = replies(audit, matter_id)
    await county.deliver()

    destruction_id = asked(audit, wanted(reply_id))
    assert has_content(audit, reply_id), "nothing happens before somebody else approves"
    assert approved(audit, destruction_id) == 1

    assert not has_content(audit, reply_id)
    assert has_content(office, reply_id), "only this node's copy goes"
    draft_id = draft_of(audit, reply_id)
    with pytest.raises(DraftContentGoneError):
        audit.ask(lambda c: shown(c, audit.node.desk.keyring, draft_id))
    assert audit.ask(lambda c: c.scalar(sa.select(DRAFT_SOURCES.c.draft_id))) is None
    (entry,) = [one for one in audit.ask(journal.read) if one.kind == DESTROYED]
    assert json.loads(entry.payload) == {
        "letter": reply_id,
        "ground": "return_or_destroy",
        "asked_by": ASKER,
        "approved_by": DECIDER,
        "destruction_id": destruction_id,
    }
    assert sound(audit)
    (told_of,) = audit.ask(destroyed_letters)
    assert (told_of.letter_id, told_of.at, told_of.ground) == (reply_id, entry.written_at, "return_or_destroy")
    await county.deliver()
    assert county.agree(matter_id)


async def test_nobody_decides_alone_or_twice_and_a_refusal_stays(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    congress, _ = await county.open("congress", "inspection")
    letter_id = told(county, congress, "inspection")
    await county.deliver()
    destruction_id = asked(congress, wanted(letter_id))

    with pytest.raises(DestructionSamePersonError):
        approved(congress, destruction_id, by=ASKER)
    with pytest.raises(DestructionAskedAlreadyError):
        asked(congress, wanted(letter_id), by="clerk-2")
    congress.do(lambda tx: requests.refuse(tx, destruction_id, "仍需使用", by=DECIDER))
    for act in (
        lambda tx: requests.refuse(tx, destruction_id, "仍需使用", by=DECIDER),
        lambda tx: requests.approve(tx, congress.node.office.destroying, destruction_id, by=DECIDER),
    ):
        with pytest.raises(DestructionNotOpenError):
            congress.do(act)

    assert state_of(congress, destruction_id) == "refused"
    assert has_content(congress, letter_id)
    destroyed(congress, letter_id)
    with pytest.raises(NothingToDestroyError):
        asked(congress, wanted(letter_id))


async def test_a_request_says_why_without_naming_anybody_and_names_letters_or_a_matter(office_county: OfficeCounty):
    (congress,) = await office_county.open("congress")
    for what, refusal in (
        (wanted("L1"), NothingToDestroyError),
        (wanted(), DestructionScopeError),
        (wanted("L1", matter_id="M1"), DestructionScopeError),
    ):
        with pytest.raises(refusal):
            asked(congress, what)
    for reason, complaint in (("  ", DisclosureWordsError), ("电话 13800138000", DisclosureIdentifiesError)):
        with pytest.raises(complaint):
            congress.do(lambda tx, r=reason: requests.ask(tx, _because(r), by=ASKER))  # type: ignore[misc]


def _because(reason: str) -> Wanted:
    return Wanted(Ground.RECALL, reason, ("L1",))


async def test_retention_cannot_have_ended_before_the_matter_has(office_county: OfficeCounty):
    _, audit, matter_id = await signed_for(office_county)

    with pytest.raises(MatterStillOpenError):
        asked(audit, wanted(matter_id=matter_id, ground=Ground.RETENTION_ENDED))


async def test_a_whole_matter_goes_with_drafts_that_never_left_and_not_with_letters_that_came_since(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    _, audit, matter_id = await signed_for(county)
    (draft,) = audit.answer_drafts(matter_id)
    destruction_id = asked(audit, wanted(matter_id=matter_id))
    audit.do(lambda tx: steps.accept(tx, audit.node.office, matter_id, audit.actor))
    (since,) = letters_of(audit, matter_id) - letters_named(audit, destruction_id)

    approved(audit, destruction_id)

    assert not has_content(audit, matter_id)
    assert has_content(audit, since), "what came after the request was not in it"
    given_up = audit.ask(lambda c: get(c, draft.draft_id))
    assert given_up.state is DraftState.DISCARDED
    with pytest.raises(DraftContentGoneError):
        audit.words(given_up)
    assert sound(audit)


async def test_a_copy_that_was_not_believed_goes_with_the_letter(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    congress, inspection = await county.open("congress", "inspection")
    letter_id = told(county, congress, "inspection")
    kept = congress.ask(lambda c: congress.node.exchange.letter(c, letter_id))
    frame = sealed_frame(congress.node.identity, sendable(kept), county.clock.now())
    evidence = [Evidence(frame, Refusal.CHAIN_BROKEN, "congress"), Evidence(b"noise", Refusal.MALFORMED, "congress")]
    inspection.do(lambda tx: quarantine(tx, evidence))
    await county.deliver()

    destroyed(inspection, letter_id)

    held = inspection.ask(lambda c: c.scalars(sa.select(QUARANTINE.c.data).order_by(QUARANTINE.c.id)).all())
    assert [bytes(one) for one in held] == [b"", b"noise"]


async def test_a_letter_destroyed_before_it_left_travels_without_its_words(office_county: OfficeCounty):
    congress, inspection = await office_county.open("congress", "inspection")
    letter_id = told(office_county, congress, "inspection")
    destroyed(congress, letter_id)
    await office_county.deliver()

    assert not has_content(inspection, letter_id)
    assert sound(inspection)
    assert inspection.ask(inspection.node.exchange.parked) == []
