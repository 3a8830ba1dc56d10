"""A letter that went wrong is corrected or recalled: void number, destroyed words, an incident where it was read."""

from __future__ import annotations

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence import steps
from services.chassis.correspondence.errors import CertificateWrongError, TwoPersonsError
from services.chassis.correspondence.recall import INCIDENT
from services.chassis.desk import drafts
from services.chassis.desk.authority import SigningAuthority
from services.chassis.desk.desk import Text
from services.chassis.desk.drafts import Seen
from services.chassis.desk.errors import DraftContentGoneError
from services.chassis.desk.numbers import numbers_given
from services.chassis.desk.queries import shown
from services.chassis.desk.records import Address, Draft, DraftState
from services.chassis.desk.signing import Signed, ToSign, sign
from services.chassis.desk.store import get
from services.chassis.exchange.reading import letter
from services.chassis.journal import store as journal
from services.chassis.matters.may import MatterRefusedError
from services.chassis.matters.model import Rung, State
from services.chassis.matters.reasons import Why
from tests.fixtures.offices import LEADER, OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import ladder, replies, request

APPROVER = content.Person(name="癸某", post="巡察办主任")


def recall_of(letter_id: str, *, destroy: bool = True) -> content.Recall:
    return content.Recall(letter_id=letter_id, reason="误发", destroy_content=destroy, approver=APPROVER)


def certificate_of(office: WholeOffice, letter_id: str, *names: str) -> content.DeletionCertificate:
    header = office.ask(lambda c: letter(c, office.node.identity.keyring, letter_id)).header
    persons = [content.Person(name=name, post="科员") for name in names]
    return content.DeletionCertificate(letter_id=letter_id, content_digest=header.content_digest, destroyed_by=persons)


def holds_words(office: WholeOffice, letter_id: str) -> bool:
    return office.ask(lambda c: letter(c, office.node.identity.keyring, letter_id)).content is not None


def incidents(office: WholeOffice, letter_id: str) -> int:
    entries = office.ask(journal.read)
    return sum(entry.kind == INCIDENT and letter_id.encode() in entry.payload for entry in entries)


def void_numbers(office: WholeOffice, series: str) -> list[str]:
    given = office.ask(lambda c: numbers_given(c, series, 2026))
    return [str(one.number) for one in given if one.voided_at is not None]


def sent_draft(office: WholeOffice, signed: Signed) -> Draft:
    return office.ask(lambda c: get(c, signed.draft_id))


async def asked(county: OfficeCounty) -> tuple[WholeOffice, WholeOffice, Signed]:
    office, audit = await county.open("inspection", "audit")
    signed = office.sends("info.request", "audit", request(county.book, "audit"))
    return office, audit, signed


async def test_a_recall_voids_the_number_and_destroys_on_both_sides_what_nobody_had_opened(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, sent = await asked(county)
    await county.deliver()
    assert len(audit.answer_drafts(sent.letter_id)) == 1

    office.sends("recall", "audit", recall_of(sent.letter_id), matter_id=sent.letter_id)
    await county.deliver()

    assert county.agree(sent.letter_id).state is State.RECALLED
    assert void_numbers(office, "青巡办函") == [sent.document_number]
    assert not holds_words(office, sent.letter_id)
    assert not holds_words(audit, sent.letter_id)
    with pytest.raises(DraftContentGoneError):
        office.words(sent_draft(office, sent))
    assert audit.answer_drafts(sent.letter_id) == []
    assert incidents(office, sent.letter_id) == incidents(audit, sent.letter_id) == 0


async def test_a_recalled_number_stays_void_and_the_next_letter_gets_the_next_one(office_county: OfficeCounty):
    office, _, sent = await asked(office_county)
    recall = office.sends("recall", "audit", recall_of(sent.letter_id), matter_id=sent.letter_id)
    again = office.sends("info.request", "audit", request(office_county.book, "audit"))

    assert [one.document_number for one in (sent, recall, again)] == [f"青巡办函〔2026〕{n}号" for n in (1, 2, 3)]
    assert void_numbers(office, "青巡办函") == [sent.document_number]


async def test_a_letter_recalled_before_it_left_arrives_without_its_words(office_county: OfficeCounty):
    office, audit, sent = await asked(office_county)
    office.sends("recall", "audit", recall_of(sent.letter_id), matter_id=sent.letter_id)
    await office_county.deliver()

    assert not holds_words(audit, sent.letter_id)
    assert audit.matter(sent.letter_id).matter.state is State.RECALLED
    assert ladder(audit, sent.letter_id) == ladder(office, sent.letter_id)
    assert audit.ask(audit.node.exchange.parked) == []


async def test_recalling_what_somebody_read_is_an_incident_at_both_and_its_destruction_is_certified_by_two(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, sent = await asked(county)
    await county.deliver()
    audit.do(lambda tx: steps.view(tx, audit.node.office, sent.letter_id, audit.actor))
    await county.deliver()

    recall = office.sends("recall", "audit", recall_of(sent.letter_id), matter_id=sent.letter_id)
    await county.deliver()
    assert county.agree(sent.letter_id).state is State.RECALLED
    assert incidents(office, sent.letter_id) == incidents(audit, sent.letter_id) == 1
    assert holds_words(audit, sent.letter_id)

    (drafted,) = audit.answer_drafts(recall.letter_id)
    alone = audit.rewritten(drafted, certificate_of(audit, sent.letter_id, "甲某"))
    with pytest.raises(CertificateWrongError):
        audit.signed(alone)
    audit.signed(audit.rewritten(alone, certificate_of(audit, sent.letter_id, "甲某", "乙某")))
    await county.deliver()

    assert not holds_words(audit, sent.letter_id)
    assert county.agree(sent.letter_id).state is State.RECALLED
    assert all(verdict.effective for verdict in county.agree(sent.letter_id).verdicts)


async def test_an_opening_that_crosses_the_recall_is_an_incident_at_both(office_county: OfficeCounty):
    office, audit, sent = await asked(office_county)
    await office_county.deliver()

    audit.do(lambda tx: steps.view(tx, audit.node.office, sent.letter_id, audit.actor))
    office.sends("recall", "audit", recall_of(sent.letter_id), matter_id=sent.letter_id)
    await office_county.deliver()

    assert office_county.agree(sent.letter_id).standing.read_before_recall
    assert incidents(office, sent.letter_id) == incidents(audit, sent.letter_id) == 1
    assert holds_words(audit, sent.letter_id)


async def test_a_recall_that_only_calls_off_leaves_the_senders_own_copy(office_county: OfficeCounty):
    office, audit, sent = await asked(office_county)
    await office_county.deliver()

    office.sends("recall", "audit", recall_of(sent.letter_id, destroy=False), matter_id=sent.letter_id)
    await office_county.deliver()

    assert holds_words(office, sent.letter_id)
    assert not holds_words(audit, sent.letter_id)
    assert void_numbers(office, "青巡办函") == [sent.document_number]


async def test_nobody_destroys_alone(office_county: OfficeCounty):
    office, _, sent = await asked(office_county)
    desk, message = office.node.desk, recall_of(sent.letter_id)
    address = Address("recall", ("audit",), matter_id=sent.letter_id)
    text = Text("guantong.exchange.v1.Recall", message.SerializeToString())
    draft = office.do(lambda tx: drafts.create_draft(tx, desk, drafts.NewDraft(address, text), LEADER))
    office.do(lambda tx: drafts.submit_for_signature(tx, desk, Seen(draft.draft_id, 1), LEADER))
    digest = office.ask(lambda c: shown(c, desk.keyring, draft.draft_id)).revision.digest
    authority = SigningAuthority(LEADER, "甲某", "主任", "", None, office_county.clock.now())

    with pytest.raises(TwoPersonsError):
        office.do(lambda tx: sign(tx, desk, ToSign(draft.draft_id, 1, digest), authority))

    assert holds_words(office, sent.letter_id)
    assert void_numbers(office, "青巡办函") == []
    assert office.ask(lambda c: get(c, draft.draft_id)).state is DraftState.TO_SIGN


async def test_a_reply_that_crosses_the_recall_does_not_count_and_both_say_why(office_county: OfficeCounty):
    office, audit, sent = await asked(office_county)
    await office_county.deliver()
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, sent.letter_id, audit.actor))
    await office_county.deliver()

    replies(audit, sent.letter_id)
    office.sends("recall", "audit", recall_of(sent.letter_id, destroy=False), matter_id=sent.letter_id)
    await office_county.deliver()

    matter = office_county.agree(sent.letter_id)
    assert matter.state is State.RECALLED
    assert [verdict.why for verdict in matter.kept] == [Why.OPENER_PREVAILED]
    with pytest.raises(MatterRefusedError):
        office.do(lambda tx: steps.accept_reply(tx, office.node.office, sent.letter_id, office.actor))


async def test_a_body_takes_back_its_own_reply_and_answers_anew(office_county: OfficeCounty):
    office, audit, sent = await asked(office_county)
    await office_county.deliver()
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, sent.letter_id, audit.actor))
    first = replies(audit, sent.letter_id)
    await office_county.deliver()
    assert office_county.agree(sent.letter_id).state is State.ANSWERED

    audit.sends("recall", "inspection", recall_of(first, destroy=False), matter_id=sent.letter_id)
    await office_county.deliver()

    assert office_county.agree(sent.letter_id).state is State.ACCEPTED
    assert [one.closed_at for one in office.clocks(sent.letter_id)] == [None]
    assert void_numbers(audit, "青审函") == ["青审函〔2026〕1号"]


async def test_a_correction_says_what_was_wrong_and_leaves_the_letter_and_its_date_as_they_are(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, sent = await asked(county)
    await county.deliver()
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, sent.letter_id, audit.actor))
    await county.deliver()
    before = county.agree(sent.letter_id), audit.clocks(sent.letter_id)

    passage = content.CorrectedPassage(**{"place": "联系人", "was": "壬某", "is": "癸某"})
    correction = content.Correction(letter_id=sent.letter_id, passages=[passage], reason="笔误")
    corrected = office.sends("correction", "audit", correction, matter_id=sent.letter_id)
    await county.deliver()

    after = county.agree(sent.letter_id)
    assert (after.state, audit.clocks(sent.letter_id)) == (before[0].state, before[1])
    assert (after.verdicts[-1].act.letter_id, after.verdicts[-1].effective) == (corrected.letter_id, True)
    assert holds_words(audit, sent.letter_id)
    assert void_numbers(office, "青巡办函") == []
    assert ladder(office, sent.letter_id)[-1] is Rung.SIGNED_FOR
